#ifndef STROM_PLAN_MOVES_H
#define STROM_PLAN_MOVES_H

/* How each step of a run is begun, and what follows when its task has ended. Inside api/plan only.
 */

#include "api/google/datastream.h"
#include "api/google/machine.h"
#include "api/plan/apply.h"
#include "api/plan/record.h"

enum trial { TRIAL_NONE, TRIAL_AHEAD, TRIAL_RUNS, TRIAL_OVER, TRIAL_REFUSED };

struct doing {         /* a step under way */
    struct task *task; /* the call, or the timer, that is awaited */
    bool is_call;      /* task is a call of api/google: it has an operation and validations */
    int phase;
    unsigned tries;
    int64_t since_ms;      /* when the phase began */
    int64_t away_since_ms; /* a call of it was heard by nobody; 0: none was */
    char request_id[GOOGLE_UUID_TEXT];
    int64_t journal; /* entry, 0: none */
    bool told_operation;
    bool taken_up; /* the operation of an earlier run was looked for */
    enum trial tried;
    struct task *trial; /* kept to the end: its validation lines are shown */
    int64_t trial_journal;
    /* proxy */
    struct task *zones, *image;
    size_t zone;
    size_t family;  /* of images: which of those that are known */
    char place[64]; /* the zone in which the machine runs; "" not known yet */
};

struct run {
    struct net *net;
    struct google *google;
    struct record record;
    const struct plan *plan;
    const char *const *command;
    const struct target *t;
    const struct names *n;
    struct secret *password;
    struct datastream_selection include;
    struct google_labels labels;
    char mark[MAKER_MARK]; /* "": nothing is written down */
    char address[64]; /* reserved for the proxy, once known */
    unsigned unsure;  /* steps whose calls an earlier run may have sent: bits 1u << step_id */
    bool only_tries;  /* nothing is made */
    bool opened;      /* the lock is ours, the journal begun */
    bool finishing;
    bool refused; /* before anything was begun: `why` */
    struct err why;
    struct apply_step steps[STEPS];
    struct doing doing[STEPS];
    size_t n_steps;
};

/* "HOST/PATH" of the operation by which a run of ours that did not come to its end began this step;
 * false: none was. */
bool continued_operation(const struct run *r, enum step_id step, char out[GOOGLE_NAME_TEXT]);

enum move { MOVE_AGAIN /* d->task was set: await it */, MOVE_DONE, MOVE_FAILED };

/* Begins, or goes on after d->task ended. MOVE_FAILED fills s->error. */
enum move move_on(struct run *r, const struct plan_action *a, struct apply_step *s, struct doing *d,
                  struct arena *mem);
void move_stop(struct doing *d);

#endif
