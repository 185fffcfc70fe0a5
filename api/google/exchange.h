#ifndef STROM_GOOGLE_EXCHANGE_H
#define STROM_GOOGLE_EXCHANGE_H

/* Inside api/google: one request until it has an answer or a failure. Signs it, renews the token
 * once on 401, drops a refused quota project once, repeats what may be repeated (facts/gcp.md H).
 * Embedded in a task's job; strings are borrowed from there. */

#include "api/google/client.h"
#include "api/google/refusal.h"
#include "api/google/rest.h"
#include "api/net/http.h"

enum exchange_token { EXCHANGE_CLIENT, EXCHANGE_GIVEN, EXCHANGE_NONE };

struct exchange {
    /* given */
    struct google *google;
    const char *what, *resource;
    const char *method, *host, *path; /* path with its query */
    const char *body, *content_type;  /* NULL: none */
    bool secret_body;
    enum exchange_token token;
    const struct secret *bearer; /* EXCHANGE_GIVEN */
    enum rest_repeat repeat;
    int timeout_ms;
    /* found */
    struct refusal refusal; /* status 0: no answer at all */
    bool lost;              /* some request of it may have been carried out unseen */
    unsigned sent;
    /* at work */
    struct task *http;
    struct secret *used; /* the token it was sent with */
    unsigned ticket;
    int failures;
    int64_t pause_until, began;
    bool renewed, no_quota;
};

enum task_state exchange_step(struct exchange *x, struct task *owner, struct err *e);
const struct http_answer *
exchange_answer(const struct exchange *x); /* after TASK_OK, until the next start */
void exchange_again(
    struct exchange *x); /* ready for another request: what was found is forgotten, but `lost` */
void exchange_stop(struct exchange *x);

uint64_t google_random(void);
/* Milliseconds before repeat n (1..): full jitter, doubling from `first`, at most 32 s. */
int64_t exchange_pause(int n, int64_t first_ms);

#endif
