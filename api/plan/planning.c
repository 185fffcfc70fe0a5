#include "api/plan/planning.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/pg/source.h"
#include "api/plan/apply.h"
#include "api/plan/observe.h"
#include "api/plan/wanted.h"

#include <string.h>

/* --- looking --- */

struct job {
    struct planning_options o;
    struct target t;
    struct task *looking, *source; /* source NULL: not asked */
};

static void stop(void *job)
{
    struct job *j = job;

    task_clear(&j->looking);
    task_clear(&j->source);
}

static enum task_state step(struct task *t);
static const struct task_type type = {"planning", sizeof(struct job), step, stop};

static enum task_state step(struct task *t)
{
    struct job *j = task_job(t, &type);
    struct task *const asked[] = {j->looking, j->source};

    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        if (asked[i] && task_state(asked[i]) == TASK_FAILED)
            return task_fail_like(t, asked[i]);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        if (asked[i] && task_state(asked[i]) == TASK_RUNNING)
            return TASK_RUNNING;
    return TASK_OK;
}

struct task *planning(struct net *net, const struct planning_options *o)
{
    struct task *t = task_new(net, &type);
    struct job *j = task_job(t, &type);
    struct source_wanted wanted;

    j->o = *o;
    j->t = *o->target;
    j->o.target = &j->t;
    j->looking = observe(net, o->google, &j->t);
    selection_wanted(o->selection, &j->t, task_arena(t), &wanted);
    if (o->pg && pg_alive(o->pg) && wanted.n_tables > 0) /* nothing chosen: nothing to prepare */
        j->source = source_read(o->pg, &wanted, NULL);
    return t;
}

size_t planning_answers(const struct task *t)
{
    const struct job *j = task_job(t, &type);

    return observe_answers(j->looking);
}

size_t planning_questions(void)
{
    return observe_questions();
}

void planning_make(const struct task *t, struct plan *out)
{
    const struct job *j = task_job(t, &type);
    struct names n;

    observed_names(observed(j->looking), &j->t, &n);
    const struct plan_options options = {.facts = j->source ? source_facts(j->source) : NULL,
                                         .start = j->o.start,
                                         .only = j->o.only,
                                         .begun = apply_is_unfinished(&j->t, n.stream, j->o.store),
                                         .unheard = apply_unheard(&j->t, n.stream, j->o.store)};

    plan_make(&j->t, j->o.selection, observed(j->looking), &options, out);
}

/* --- the second look --- */

bool planning_holds(const struct plan *now, const char *digest, struct store *s)
{
    return str_eq(digest, now->digest) || apply_continues(now, s, digest);
}

static bool same_changes(const struct plan_action *a, const struct plan_action *b)
{
    bool same = a->n_changes == b->n_changes;

    for (size_t i = 0; same && i < a->n_changes; i++)
        same = str_eq(a->changes[i].path, b->changes[i].path) &&
               str_eq(a->changes[i].from, b->changes[i].from) &&
               str_eq(a->changes[i].to, b->changes[i].to);
    return same;
}

static void differ(const struct plan_action *then, const struct plan_action *now, struct str *out)
{
    const struct plan_action *known = now ? now : then;

    if (then && now && then->verb == now->verb && str_eq(then->why, now->why) &&
        same_changes(then, now))
        return;
    str_printf(out, "%s %s: ", tr(step_type(known->step)->title), known->name);
    if (then == NULL || now == NULL)
        str_add(out, now ? tr("is part of the plan now") : tr("is no part of the plan any more"));
    else if (then->verb != now->verb)
        str_printf(out, tr("%s then, %s now: %s"), plan_verb_name(then->verb),
                   plan_verb_name(now->verb), tr(now->why));
    else if (!str_eq(then->why, now->why))
        str_add(out, tr(now->why));
    else
        str_add(out, tr("what would be changed in it is something else now"));
    str_addc(out, '\n');
}

static bool needs(const struct plan *p, const char *text)
{
    for (size_t i = 0; i < p->n_needs; i++)
        if (str_eq(p->needs[i].text, text))
            return true;
    return false;
}

static bool is_pending(const struct plan_action *a)
{
    return a->verb == PLAN_UPDATE && a->n_changes == 0;
}

static bool is_as_shown(const struct plan_action *shown, const struct plan_action *now)
{
    if (shown == NULL || now == NULL)
        return shown == now;
    return shown->verb == now->verb && str_eq(shown->why, now->why) && same_changes(shown, now);
}

/* Further on the same road. */
static bool has_come_on(const struct plan_action *shown, const struct plan_action *now,
                        unsigned ours)
{
    if (shown == NULL || now == NULL)
        return false;
    bool begun = is_pending(shown) || (shown->verb == PLAN_CREATE && (ours & 1u << shown->step));
    return begun && (now->verb == PLAN_KEEP || is_pending(now));
}

bool planning_still_holds(const struct plan *shown, const struct plan *now, struct store *s)
{
    if (planning_holds(now, shown->digest, s))
        return true;
    if (!str_eq(shown->wanted, now->wanted) || shown->n_needs != now->n_needs ||
        !str_eq(shown->stream_state, now->stream_state))
        return false;
    struct arena mem = {0};
    unsigned ours = apply_made(&now->target, now->names.stream, s, &mem).steps;
    arena_done(&mem);
    bool some = false;
    for (enum step_id step = 0; step < STEPS; step++) {
        const struct plan_action *a = plan_action(shown, step), *b = plan_action(now, step);
        if (is_as_shown(a, b))
            continue;
        if (!has_come_on(a, b, ours))
            return false;
        some = true;
    }
    for (size_t i = 0; i < now->n_needs; i++)
        if (!needs(shown, now->needs[i].text))
            return false;
    return some; /* else it is something beside the actions that has changed */
}

void planning_differences(const struct plan *then, const struct plan *now, struct str *out)
{
    size_t before = out->bytes;

    for (enum step_id s = 0; then && s < STEPS; s++) {
        const struct plan_action *a = plan_action(then, s), *b = plan_action(now, s);
        if (a || b)
            differ(a, b, out);
    }
    for (size_t i = 0; then && i < now->n_needs; i++)
        if (!needs(then, now->needs[i].text))
            str_printf(out, "%s\n", now->needs[i].text);
    for (size_t i = 0; then && i < then->n_needs; i++)
        if (!needs(now, then->needs[i].text))
            str_printf(out, tr("not needed any more: %s\n"), then->needs[i].text);
    if (then && !str_eq(then->wanted, now->wanted))
        str_add(out, tr("what is chosen is something else now\n"));
    if (out->bytes == before)
        str_add(out, then ? tr("what was seen when the plan was made has changed\n")
                          : tr("what is wanted (plan file, options), or what was seen, has changed "
                               "since the plan was made\n"));
}

bool planning_moved(const struct plan *then, const struct plan *now, struct err *e)
{
    struct str lines = {0};

    planning_differences(then, now, &lines);
    for (size_t i = 0; i < lines.bytes; i++) /* one line */
        if (lines.text[i] == '\n')
            lines.text[i] = i + 1 < lines.bytes ? ';' : '\0';
    err_set(e, ERR_CONFLICT, "Applying the plan");
    err_reason(e, "MOVED");
    err_why(e, "it does not hold any more: %s", str_text(&lines));
    str_done(&lines);
    return err_hint(e, "plan again, look, and apply that");
}
