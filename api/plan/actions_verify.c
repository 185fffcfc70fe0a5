#include "api/plan/actions_inside.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/google/datastream_profiles.h"
#include "api/plan/look.h"
#include "api/plan/moves_proxy.h"
#include "api/plan/proxy.h"

VERIFY(verify_private)
{
    return datastream_private_get(p->google, p->t->project, p->t->region, p->n->private_connection);
}

VERIFY(verify_proxy)
{
    return compute_machine_find(p->google, p->t->project, p->n->proxy);
}

VERIFY(verify_source)
{
    return datastream_profile_get(p->google, p->t->project, p->t->region, p->n->source_profile);
}

VERIFY(verify_destination)
{
    return datastream_profile_get(p->google, p->t->project, p->t->region,
                                  p->n->destination_profile);
}

/* It will not be ready any more, however long one waits. */
static enum move never(struct apply_step *s, enum step_id step, const char *state, const char *why)
{
    err_set(&s->error, ERR_CONFLICT, "%s: %s", tr(step_type(step)->title), s->name);
    err_resource(&s->error, s->name);
    err_why(&s->error, tr("it was being made, and is %s now%s%s"), state, *why ? ": " : "", why);
    return MOVE_FAILED;
}

JUDGE(judge_private)
{
    const struct datastream_private *c = datastream_private(d->task);

    *state = c->state;
    if (str_eq(c->state, "CREATED"))
        return MOVE_DONE;
    if (str_eq(c->state, "CREATING"))
        return MOVE_AGAIN;
    never(s, STEP_PRIVATE_CONNECTION, c->state, c->error.message);
    const struct plan_action *source = plan_action(r->plan, STEP_SOURCE_PROFILE);
    bool used = source && source->verb != PLAN_CREATE;
    err_hint(&s->error, "%s",
             look_made_anew(mem, r->t, r->n->private_connection, used ? r->n->source_profile : NULL,
                            used));
    return MOVE_FAILED;
}

/* Of several of that name, in zones of their own, the one of which something may come. */
static const struct compute_machine *likeliest(const struct compute_machines *all)
{
    for (size_t i = 0; i < all->n; i++)
        if (str_eq(all->items[i].status, "RUNNING") || look_machine_comes(all->items[i].status))
            return &all->items[i];
    return all->n ? &all->items[0] : NULL;
}

/* Running is not yet answering. One that the tool before has begun tells nothing of its proxy. */
JUDGE(judge_proxy)
{
    const struct compute_machine *vm = likeliest(compute_machines(d->task));

    *state = vm ? vm->status : "gone";
    if (vm && str_eq(vm->status, "RUNNING"))
        return proxy_connection_of(mem, compute_metadata(vm, "user-data"))
                   ? move_proxy_runs(r, s, d, look_short(vm->zone))
                   : MOVE_DONE;
    if (vm && look_machine_comes(vm->status))
        return MOVE_AGAIN;
    never(s, STEP_PROXY, *state, "");
    const char *wake = vm ? proxy_wake(mem, vm->status, vm->name, vm->zone, r->t->project) : NULL;
    if (wake && str_eq(vm->status, "SUSPENDED"))
        err_hint(&s->error, tr("start it, and run this again: %s"), wake);
    else if (wake)
        err_hint(&s->error, tr("run this again, which starts it; or: %s"), wake);
    else
        err_hint(&s->error, "%s",
                 vm ? tr("look at it in Google's console (Compute Engine)")
                    : tr("run this again: what is gone is made anew"));
    return MOVE_FAILED;
}

/* One that is being made is seen, and empty. */
JUDGE(judge_profile)
{
    (void)r;
    (void)s;
    (void)state;
    (void)mem;
    return str_is_empty(datastream_profile(d->task)->display_name) ? MOVE_AGAIN : MOVE_DONE;
}
