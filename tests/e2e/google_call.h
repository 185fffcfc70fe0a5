#ifndef TESTS_E2E_GOOGLE_CALL_H
#define TESTS_E2E_GOOGLE_CALL_H

#include <stdbool.h>

/* A call to the stand-in as gcloud would make it, with the person's own login. Include behind
 * cmocka.h. */

/* path: HOST/PATH; body NULL: none, else JSON ("" is an empty one). False when it is refused. */
bool google_call(const char *method, const char *path, const char *body);

#endif
