#include "api/plan/trial_tell.h"

#include "api/base/safe.h"
#include "api/base/tr.h"
#include "api/plan/actions.h"
#include "api/plan/apply.h"
#include "api/plan/apply_remedy.h"
#include "api/plan/trial.h"

/* The n-th step that is tested, of those that the plan makes; NULL behind the last. */
static const struct apply_step *tested(const struct plan *p, const struct task *trial, size_t n)
{
    size_t n_steps = 0;
    const struct apply_step *steps = trial ? apply_steps(trial, &n_steps) : NULL;

    for (size_t i = 0; i < n_steps; i++)
        if (trial_is_made(plan_action(p, steps[i].step)) && action_type(steps[i].step)->tries &&
            n-- == 0)
            return &steps[i];
    return NULL;
}

static const char *state_of(const struct apply_step *s)
{
    return s->state == APPLY_DONE ? "passed" : s->state == APPLY_FAILED ? "failed" : "not_tried";
}

/* --- in words --- */

static const char *sign_of(const struct google_validation *v)
{
    return v->state == GOOGLE_VALIDATION_PASSED   ? "="
           : v->state == GOOGLE_VALIDATION_FAILED ? "!"
                                                  : "~";
}

static void print_line(const struct google_validation *v, struct arena *a, struct str *out)
{
    str_printf(out, "    %s %s: %s\n", sign_of(v), safe_copy(a, v->description),
               safe_copy(a, v->state_text));
    for (size_t i = 0; i < v->n_messages; i++)
        str_printf(out, "      %s\n", safe_copy(a, v->messages[i]));
    if (apply_remedy(v))
        str_printf(out, "      -> %s\n", apply_remedy(v));
}

static void print_step(const struct apply_step *s, struct arena *a, struct str *out)
{
    const char *title = tr(step_type(s->step)->title);

    if (s->state == APPLY_DONE)
        str_printf(out, "  = %s: %s\n", title, tr("passed"));
    else if (s->state == APPLY_FAILED)
        str_printf(out, "  ! %s: %s\n", title, safe_copy(a, s->message));
    else
        str_printf(out, "    %s: %s\n", title, safe_copy(a, s->message));
    for (size_t i = 0; i < s->n_validations; i++)
        print_line(&s->validations[i], a, out);
    if (s->state == APPLY_FAILED && s->n_validations == 0 && s->error.hint[0])
        str_printf(out, "      -> %s\n", safe_copy(a, s->error.hint));
}

void trial_print(const struct plan *p, const struct task *trial, struct str *out)
{
    const struct apply_step *s;
    struct arena a = {0};

    if (tested(p, trial, 0))
        str_printf(out, "%s\n", tr("tried out by Datastream, nothing was made by that:"));
    for (size_t i = 0; (s = tested(p, trial, i)); i++)
        print_step(s, &a, out);
    arena_done(&a);
}

/* --- as data --- */

static void line_json(struct json_out *o, const struct google_validation *v)
{
    json_open_object(o, NULL);
    json_put_string(o, "code", v->code);
    json_put_string(o, "description", v->description);
    json_put_string(o, "state", v->state_text);
    json_open_array(o, "messages");
    for (size_t i = 0; i < v->n_messages; i++)
        json_put_string(o, NULL, v->messages[i]);
    json_close_array(o);
    json_put_string(o, "remedy", apply_remedy(v));
    json_close_object(o);
}

void trial_json(struct json_out *o, const struct plan *p, const struct task *trial)
{
    const struct apply_step *s;

    json_open_array(o, "validations");
    for (size_t i = 0; (s = tested(p, trial, i)); i++) {
        json_open_object(o, NULL);
        json_put_string(o, "step", step_type(s->step)->id);
        json_put_string(o, "name", s->name);
        json_put_string(o, "state", state_of(s));
        json_put_string(o, "why", s->message[0] ? s->message : NULL);
        json_open_array(o, "lines");
        for (size_t k = 0; k < s->n_validations; k++)
            line_json(o, &s->validations[k]);
        json_close_array(o);
        json_close_object(o);
    }
    json_close_array(o);
}
