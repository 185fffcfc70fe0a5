#ifndef STROM_PLAN_TRIAL_H
#define STROM_PLAN_TRIAL_H

/* Datastream tries a step out (validateOnly) and makes nothing. A run does so before anything
 * costly is begun, with what does not build on that; what builds on it can only be tried when it
 * stands, and is then made at once, which tests the same. By itself (apply_try) everything is tried
 * that can be. Inside api/plan only. */

#include "api/plan/moves.h"

/* It is created or changed by this plan (NULL: not). */
bool trial_is_made(const struct plan_action *a);
/* Which steps are tried: sets r->doing[].tried, and for the others with only_tries why not, as
 * their message. */
void trial_prepare(struct run *r);
/* Begins it, or looks at how it ended; true when something changed. The step waits, and what it
 * needs is there. */
bool trial_drive(struct run *r, size_t i);
/* The step must not begin yet: its own trial, or, where it is costly, another's is not over. */
bool trial_holds(const struct run *r, size_t i);
/* The step that Datastream has refused; NULL: none. */
const struct apply_step *trial_refused(const struct run *r);

#endif
