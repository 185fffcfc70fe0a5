#ifndef STROM_GOOGLE_REST_JOB_H
#define STROM_GOOGLE_REST_JOB_H

/* Between rest.c and rest_aim.c: the task behind a call, and which request of it is in hand. */

#include "api/google/exchange.h"
#include "api/google/longrun.h"
#include "api/google/rest.h"

/* SEND: the call itself, page by page. LOOK_BACK: an answer was lost; is the thing there? POLL: its
 * operation. JUDGE: the operation ended well; is the thing as it should be? */
enum rest_at { AT_SEND, AT_LOOK_BACK, AT_POLL, AT_JUDGE };

struct rest_job {
    struct rest_call call;
    enum rest_at at;
    struct exchange x;
    struct str url, body; /* of the request in hand */
    void *out;
    unsigned pages;
    size_t list_bytes;
    char *page; /* token of the page in hand */
    struct longrun run;
    int64_t wait_from, due, heard;
    int64_t sent_at; /* by Google's clock, seconds since 1970 */
    unsigned gaps;
    int sendings;
    bool adopted;
    bool refused; /* for the state it is in: `why` holds unless the thing is where it should be */
    struct err why;
};

extern const struct task_type rest_type;

/* Each makes the next exchange ready; the step sends it. */
void rest_aim_send(struct rest_job *job);
void rest_aim_get(struct rest_job *job, const char *path, enum rest_at at);
/* rest_lost.c: what is done where it is not known whether a call was carried out. Look, before it
 * is repeated? Judge the thing by where it stands? Send it again, where nothing came of it? Is what
 * is in the way of an operation our own? */
bool rest_is_worth_a_look(const struct rest_job *job);
bool rest_is_worth_judging(const struct rest_job *job);
bool rest_is_worth_sending_again(const struct rest_job *job);
bool rest_is_in_its_own_way(const struct rest_job *job);
void rest_wipe(struct str *s); /* frees after wiping: bodies may hold passwords */

#endif
