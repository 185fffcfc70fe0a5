#ifndef STROM_GOOGLE_TOKEN_H
#define STROM_GOOGLE_TOKEN_H

/* Inside api/google: one fetch of an access token, as a task. */

#include "api/google/client.h"
#include "api/google/credentials.h"

/* The credentials must outlive the task; TASK_OK: the client has the token. A pause that the other
 * side asked for is remembered there and holds for the next fetch, too. */
struct task *token_fetch(struct google *g, struct credentials *c);

/* For token.c: takes the secret over. */
void google_token_keep(struct google *g, struct secret *token, int64_t until);
int64_t google_token_until(const struct google *g);
const char *
google_account_email(const struct google *g);       /* of a service account; "" for a person */
int64_t google_clock_ahead(const struct google *g); /* this machine's clock against Google's */

#endif
