#ifndef STROM_PLAN_MOVES_WAIT_H
#define STROM_PLAN_MOVES_WAIT_H

/* Waiting for the thing itself, and how a step fails. Inside api/plan only. */

#include "api/plan/moves.h"

/* Where a step of one call stands: d->phase. */
enum { SINGLE_BEGIN, SINGLE_BEGUN, SETTLE_LOOK, SETTLED };

struct google_write move_write_of(struct doing *d);
/* Where an earlier run may have sent the same call already. */
void move_mark_unsure(const struct run *r, const struct apply_step *s, struct task *call);
/* An API that was just turned on, by this run or by the one that it continues, is refused for a
 * while although it is listed. */
bool move_not_on_yet(const struct run *r, const struct doing *d, const struct task *call);
/* The network's parts come one after another: worth waiting for, three minutes. s->message tells.
 */
bool move_not_laid_yet(struct apply_step *s, const struct doing *d);
/* It failed for Datastream's way to the database, which took too long: in the error, or in a line
 * of the validation. */
bool move_timed_out(const struct task *t);
/* Nobody heard this call of the step, which has failed: the network is away. Worth waiting for, two
 * minutes from the first time; then false. The step's message tells of it. */
bool move_not_reached(struct apply_step *s, struct doing *d, const struct task *call);

/* Looks away for a while; then d->phase goes on. */
enum move move_pause_then(struct run *r, struct doing *d, int phase);
enum move move_fail_like(struct apply_step *s, const struct task *t);
enum move move_too_long(struct apply_step *s, const char *what, const char *hint);

/* Somebody is making it at this moment: looks until it is there. */
enum move move_pending(struct run *r, enum step_id step, struct apply_step *s, struct doing *d,
                       struct arena *mem);

/* The stream was on its way from one state to another when the plan was made: until it has come to
 * rest it is neither changed nor started. d->phase is SETTLED then. */
bool move_must_settle(const struct run *r, const struct plan_action *a, const struct doing *d);
enum move move_settle(struct run *r, const struct plan_action *a, struct apply_step *s,
                      struct doing *d);

#endif
