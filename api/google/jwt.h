#ifndef STROM_GOOGLE_JWT_H
#define STROM_GOOGLE_JWT_H

/* Inside api/google: the assertion of a service account, signed by RS256. The text is the caller's
 * to wipe: it stands for the key. */

#include "api/base/str.h"
#include "api/google/credentials.h"

/* Valid for an hour from `now` (Google's clock). False with *e filled: the key is of no use. */
bool jwt_sign(const struct credentials *c, int64_t now, struct str *out, struct err *e);

#endif
