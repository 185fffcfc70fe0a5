#ifndef STROM_GOOGLE_EXCHANGE_H
#define STROM_GOOGLE_EXCHANGE_H

/* Inside api/google: one request until it has an answer or a failure. Signs it, renews the token
 * once on 401, drops a refused quota project once, repeats what may be repeated (facts/gcp.md H).
 * Embedded in a task's job; strings are borrowed from there. */

#include "api/google/client.h"
#include "api/google/refusal.h"
#include "api/google/rest.h"
#include "api/net/http.h"

enum exchange_token {
    EXCHANGE_CLIENT,
    EXCHANGE_GIVEN,
    EXCHANGE_NONE,
    EXCHANGE_METADATA /* to the machine's metadata server: its header both ways, no token */
};

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
    int tries;            /* at most so many sendings; 0: the usual */
    const char *if_match; /* an etag that must still hold; NULL or "": none */
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
    int64_t failing_ms; /* spent on failures and pauses, all requests of the call together */
    bool renewed, no_quota;
};

enum task_state exchange_step(struct exchange *x, struct task *owner, struct err *e);
const struct http_answer *
exchange_answer(const struct exchange *x); /* after TASK_OK, until the next start */
/* Ready for another request: what was found is forgotten, but not `lost` and the budget used. */
void exchange_again(struct exchange *x);
/* The answer could not be read: it counts as lost. True: the same is sent again, later. */
bool exchange_garbled(struct exchange *x, struct task *owner);
/* An answer came that shows that all is well again: the budget is whole. */
void exchange_is_well(struct exchange *x);
void exchange_stop(struct exchange *x);

uint64_t google_random(void);
/* Milliseconds before repeat n (1..): full jitter, doubling from `first`, at most 32 s. */
int64_t exchange_pause(int n, int64_t first_ms);

#endif
