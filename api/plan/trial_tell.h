#ifndef STROM_PLAN_TRIAL_TELL_H
#define STROM_PLAN_TRIAL_TELL_H

/* What a dry run (apply_try) has found, in words and as data: for each thing that the plan makes
 * and that Datastream tests, whether it passed, Datastream's own lines with what to do about each,
 * or why it was not tried. */

#include "api/base/json.h"
#include "api/base/str.h"
#include "api/net/task.h"
#include "api/plan/plan.h"

/* Lines of text, harmless; nothing where the plan makes nothing that is tested. */
void trial_print(const struct plan *p, const struct task *trial, struct str *out);
/* "validations": an array, empty where there is none. trial NULL: nothing was tried. */
void trial_json(struct json_out *o, const struct plan *p, const struct task *trial);

#endif
