#ifndef STROM_PLAN_DIFF_H
#define STROM_PLAN_DIFF_H

/* Between the files that make a plan: diff.c (the steps), diff_stream.c (what flows), digest.c.
 * Inside api/plan only. */

#include "api/plan/plan.h"

struct diff_job {
    const struct target *t;
    const struct selection *s;
    const struct observed *seen;
    struct plan *p;
    const struct plan_options *options;
};

struct plan_action *diff_decide(struct diff_job *j, enum step_id step, enum plan_verb verb,
                                const char *name, const char *why);
struct plan_action *diff_block(struct diff_job *j, enum step_id step, const char *name,
                               const char *why, const char *hint);
/* Texts are copied. */
void diff_add_change(struct plan *p, struct plan_action *a, const char *path, const char *from,
                     const char *to);
/* What is the same for every resource: not asked, absent, on its way, broken. NULL: it is there and
 * healthy, the caller looks closer. */
struct plan_action *diff_usual(struct diff_job *j, enum step_id step, const char *name,
                               const char *create_why);

/* A state that passes by itself: nothing can be changed or started until it has. */
bool diff_stream_moves(const char *state);
void diff_stream(struct diff_job *j);
void diff_start(struct diff_job *j);
void diff_digest(struct diff_job *j);

/* `inner` lies in `outer`, both CIDR text; false when one cannot be read. */
bool diff_range_within(const char *inner, const char *outer);

#endif
