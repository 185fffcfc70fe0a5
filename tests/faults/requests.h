#ifndef TESTS_FAULTS_REQUESTS_H
#define TESTS_FAULTS_REQUESTS_H

/* What was asked in all the cells, each kind of request once, for the checker that holds requests
 * against Google's discovery documents: what is sent after a fault is Google's, too. */

#include <stdbool.h>

struct requests;

struct requests *requests_open(const char *folder); /* where they are kept; NULL: they cannot be */
void requests_take(struct requests *r, const char *log); /* a stand-in's log, of the path */
/* Tells what the checker says; true when nothing is refused and nothing is warned of, or when the
 * documents are not there. */
bool requests_hold(const struct requests *r);
void requests_close(struct requests *r);

#endif
