#ifndef STROM_NAIS_BASE64_H
#define STROM_NAIS_BASE64_H

/* Inside api/nais: what kubeconfig and secrets wrap their bytes in. */

#include "api/base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* Decodes into out (at least strlen(text) bytes, it needs three quarters of that and a NUL). Blanks
 * and line breaks are passed over. False for anything else. */
bool base64_decode(const char *text, char *out, size_t *bytes);
void base64_encode(struct str *out, const char *bytes, size_t n); /* with padding, appended */

#endif
