#ifndef STROM_PLAN_APPLY_H
#define STROM_PLAN_APPLY_H

/* Carries a plan out as it stands: what does not depend on each other runs at once, every call is
 * written into the journal before it is sent, one run per target at a time. A failed step never
 * takes away what was made: the next run looks at the world and goes on from there. */

#include "api/base/secret.h"
#include "api/google/operation.h"
#include "api/net/task.h"
#include "api/plan/maker.h"
#include "api/plan/plan.h"
#include "api/store/store.h"

/* Reason of a run that failed because the database user's password is another one. */
#define APPLY_WRONG_PASSWORD "WRONG_PASSWORD"

enum apply_state {
    APPLY_WAITING, /* for steps before it */
    APPLY_RUNNING,
    APPLY_DONE,
    APPLY_KEPT, /* nothing to do: it was so already */
    APPLY_FAILED,
    APPLY_NOT_RUN /* a step before it failed, or the run was stopped */
};

struct apply_step {
    enum step_id step;
    enum apply_state state;
    const char *name;                            /* of the resource */
    int64_t started_ms, ended_ms;                /* clock_mono_ms; 0: not yet */
    char message[240];                           /* what is waited for, or what came of it */
    char held[240];                              /* APPLY_RUNNING: what holds it up, "" nothing */
    struct err error;                            /* APPLY_FAILED */
    const struct google_validation *validations; /* Datastream's own lines; live with the task */
    size_t n_validations;
};

struct apply_options {
    struct google *google;
    struct store *store;               /* NULL: no journal and no lock */
    const struct plan *plan;           /* must outlive the task */
    const struct selection *selection; /* copied as far as it is needed */
    const char *const *command; /* its words, where one begins this, NULL at the end; else NULL */
    bool agreed;                /* that another's stream is changed: plan_changes_anothers */
    const struct secret
        *password; /* of the database user; needed where the source profile is made */
};

/* Whether the plan can be carried out at all: nothing blocked, nothing sensitive without a reason
 * (reason UNACKNOWLEDGED), the source prepared (NOT_PREPARED), the password there where it is sent
 * (NO_PASSWORD). apply asks the same before it writes. */
bool apply_possible(const struct plan *p, const struct secret *password, struct err *e);
bool apply_needs_password(const struct plan *p);
/* True when `digest` is that of the plan with which a run of ours began that was not finished, the
 * same is wanted now, and what differs in the cloud was made by such runs: this plan goes on with
 * them, nothing has moved (contract, section 2). */
bool apply_continues(const struct plan *p, struct store *s, const char *digest);

/* The newest run for this stream was to make or change it, has begun to, and did not end. */
bool apply_is_unfinished(const struct target *t, const char *stream, struct store *s);

/* Bits (1u << step_id) of the steps that such runs began, and of which nobody heard the end. */
unsigned apply_unheard(const struct target *t, const char *stream, struct store *s);

/* What the newest run for this stream has made from nothing, with those that it went on with: what
 * an undo takes away. What was changed, or was there, is not among them. Its lists live in a. */
struct maker_made apply_made(const struct target *t, const char *stream, struct store *s,
                             struct arena *a);

/* TASK_OK when every action is done; TASK_FAILED with the first error when one failed and nothing
 * more is under way. Dropping the task detaches: what the cloud has begun goes on there. */
struct task *apply(struct net *net, const struct apply_options *o);
/* A dry run: Datastream tries out (validateOnly) what it can of the plan, all at once; nothing is
 * made, nothing written down. store and agreed are not asked for. Of its steps APPLY_DONE passed,
 * APPLY_FAILED was refused (then the task fails, too), APPLY_NOT_RUN was not or could not be tried:
 * message says why. Validation lines in any case. */
struct task *apply_try(struct net *net, const struct apply_options *o);
const struct apply_step *apply_steps(const struct task *t, size_t *n);
/* Whose lock it took over: a run that did not end. "" nobody's. */
const char *apply_took_over(const struct task *t);
void apply_finish_current(struct task *t); /* starts nothing more; ends when what runs has ended */
bool apply_is_finishing(const struct task *t);
/* What there is to tell of it: what holds it up, else its message. */
const char *apply_step_says(const struct apply_step *s);
const char *apply_state_name(enum apply_state s); /* "waiting", ...: the contract's words */
/* Seconds that it usually takes from that moment (clock_mono_ms) on: what runs has used up some of
 * its time already; 0 when it is over. */
int apply_step_seconds_left(const struct apply_step *s, int64_t now_ms);
/* Seconds that the rest usually takes, from now; 0 when nothing is left. */
int apply_seconds_left(const struct task *t);
/* How much of the usual time of the longest way is behind it: steps are no measure of that, the
 * private connection takes longer than the twelve others. 100 only when it has ended. */
unsigned apply_percent(const struct task *t);

#endif
