#include "api/plan/look.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/google/datastream.h"
#include "api/google/datastream_profiles.h"
#include "api/google/machine.h"
#include "api/plan/proxy.h"

#include <string.h>

/* Who else lives on what streams share. Account, role, firewall and network are the whole
 * project's, whatever the region; an app may be set up there and have no stream yet. */

bool look_in_region(const struct look *l, const char *full, struct arena *a)
{
    return strstr(full, arena_printf(a, "/locations/%s/", l->t.region)) != NULL;
}

static void count_streams(struct look *l, struct arena *a)
{
    const struct datastream_streams *all = datastream_streams(l->asked[ASK_STREAMS]);

    for (size_t i = 0; i < all->n; i++) {
        bool here = look_in_region(l, all->items[i].name, a);
        if (here && str_eq(all->items[i].id, l->n.stream))
            continue;
        l->seen.other_streams++;
        l->seen.other_streams_here += here;
    }
}

static void note(const char **user, const char *name)
{
    if (*user == NULL)
        *user = name;
}

/* Only one that goes through a private connection uses what is shared. */
static void see_profiles(struct look *l, struct arena *a)
{
    const struct datastream_profiles *all = datastream_profiles(l->asked[ASK_PROFILES]);

    for (size_t i = 0; i < all->n; i++) {
        const struct datastream_profile *p = &all->items[i];
        bool here = look_in_region(l, p->name, a);
        if (str_is_empty(p->private_connection) || (here && str_eq(p->id, l->n.source_profile)))
            continue;
        note(&l->seen.other_user, p->id);
        if (here && str_eq(look_short(p->private_connection), l->n.private_connection))
            note(&l->seen.other_user_here, p->id);
    }
}

static bool is_proxy(const struct compute_machine *vm, struct arena *a)
{
    return proxy_connection_of(a, compute_metadata(vm, "user-data")) ||
           proxy_connection_of(a, compute_metadata(vm, "gce-container-declaration"));
}

static void see_proxies(struct look *l, struct arena *a)
{
    const struct compute_machines *all = compute_machines(l->asked[ASK_PROXY]);

    for (size_t i = 0; i < all->n; i++) {
        const struct compute_machine *vm = &all->items[i];
        bool shares = str_eq(look_short(vm->network), l->n.network) ||
                      str_eq(vm->service_account, l->n.service_account_email);
        if (shares && !str_eq(vm->name, l->n.proxy) && is_proxy(vm, a))
            note(&l->seen.other_user, vm->name);
    }
}

/* True when it was answered, in whole. What cannot exist because its API is off is nobody's. */
static bool answered(struct look *l, enum question q, size_t n_unreachable)
{
    const struct task *t = l->asked[q];
    const char *why = NULL;

    if (task_state(t) == TASK_OK && n_unreachable == 0)
        return true;
    if (task_state(t) == TASK_OK)
        why = tr("not all locations answered");
    else if (!google_api_is_off(task_error(t)))
        why = task_error(t)->why;
    if (l->seen.streams_why == NULL)
        l->seen.streams_why = why;
    return task_state(t) == TASK_OK;
}

static size_t unreachable_streams(const struct task *t)
{
    return task_state(t) == TASK_OK ? datastream_streams(t)->n_unreachable : 0;
}

static size_t unreachable_profiles(const struct task *t)
{
    return task_state(t) == TASK_OK ? datastream_profiles(t)->n_unreachable : 0;
}

void look_see_others(struct look *l, struct arena *a)
{
    if (answered(l, ASK_STREAMS, unreachable_streams(l->asked[ASK_STREAMS])))
        count_streams(l, a);
    if (answered(l, ASK_PROFILES, unreachable_profiles(l->asked[ASK_PROFILES])))
        see_profiles(l, a);
    if (answered(l, ASK_PROXY, 0))
        see_proxies(l, a);
}
