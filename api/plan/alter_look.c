/* The look at a stream before something is done to it: itself, its tables, its source profile, the
 * machine that the profile should lead to, and what the source says of its slots. */

#include "api/plan/alter.h"

#include "api/base/tr.h"
#include "api/google/datastream.h"
#include "api/google/datastream_profiles.h"
#include "api/google/machine.h"
#include "api/pg/source.h"
#include "api/plan/look.h"
#include "api/plan/maker.h"
#include "api/plan/names.h"
#include "api/plan/proxy.h"

struct job {
    struct alter_wanted w;
    struct alter_seen seen;
    struct task *stream, *objects, *machines, *profile, *source;
    bool followed, asked_source;
};

static void stop(void *job)
{
    struct job *j = job;

    task_clear(&j->source);
    task_clear(&j->profile);
    task_clear(&j->machines);
    task_clear(&j->objects);
    task_clear(&j->stream);
}

static enum task_state step(struct task *t);
static const struct task_type type = {"alter look", sizeof(struct job), step, stop};

static const char *why_of(const struct task *t)
{
    const struct err *e = task_error(t);

    return e->why[0] ? e->why : e->what;
}

/* --- what was answered --- */

static void see_stream(struct job *j, struct arena *a)
{
    const struct datastream_stream *s = datastream_stream(j->stream);
    struct alter_seen *seen = &j->seen;

    seen->stream = s->id;
    seen->state = s->state;
    seen->profile = look_short(s->source_profile);
    seen->append_only = s->mode == DATASTREAM_MODE_APPEND;
    seen->error = s->errors.n ? s->errors.items[0].message : "";
    seen->terraform = str_eq(maker_of(&s->labels), MAKER_TERRAFORM);
    seen->maker = maker_says(maker_of(&s->labels), a);
    str_copy(seen->target.publication, sizeof seen->target.publication, s->publication);
    str_copy(seen->target.slot, sizeof seen->target.slot, s->slot);
}

static void see_tables(struct job *j, struct arena *a)
{
    if (task_state(j->objects) != TASK_OK)
        return;
    const struct datastream_object_list *o = datastream_objects(j->objects);
    struct alter_table *tables = arena_array(a, struct alter_table, o->n + 1);
    for (size_t i = 0; i < o->n; i++)
        tables[i] = (struct alter_table){o->items[i].schema,
                                         o->items[i].table,
                                         o->items[i].name,
                                         o->items[i].backfill_state,
                                         o->items[i].backfill_started,
                                         o->items[i].backfill_ended};
    j->seen.tables = tables;
    j->seen.n_tables = o->n;
}

static const char *served_by(struct arena *a, const struct compute_machine *vm)
{
    const char *serves = proxy_connection_of(a, compute_metadata(vm, "user-data"));

    return serves ? serves
                  : proxy_connection_of(a, compute_metadata(vm, "gce-container-declaration"));
}

/* The one that serves this instance; of several one that runs, then the one of our name. */
static void see_machine(struct job *j, struct arena *a)
{
    const struct target *t = &j->seen.target;
    const char *ours = arena_printf(a, "%s:%s:%s", t->project, t->region, t->instance);
    struct names n;
    int best = -1;

    names_of(t, &n);
    j->seen.proxy = j->seen.proxy_state = j->seen.proxy_ip = "";
    if (task_state(j->machines) != TASK_OK) {
        j->seen.proxy_why = why_of(j->machines);
        return;
    }
    const struct compute_machines *m = compute_machines(j->machines);
    for (size_t i = 0; i < m->n; i++) {
        const struct compute_machine *vm = &m->items[i];
        int worth = (str_eq(vm->status, "RUNNING") ? 2 : 0) + (str_eq(vm->name, n.proxy) ? 1 : 0);
        if (!str_eq(served_by(a, vm), ours) || worth <= best)
            continue;
        best = worth;
        j->seen.proxy = vm->name;
        j->seen.proxy_state = vm->status;
        j->seen.proxy_ip = vm->internal_ip;
    }
}

static void see_profile(struct job *j)
{
    j->seen.host = j->seen.user = "";
    if (task_state(j->profile) != TASK_OK) {
        j->seen.profile_why = why_of(j->profile);
        return;
    }
    j->seen.host = datastream_profile(j->profile)->host;
    j->seen.user = datastream_profile(j->profile)->user;
    if (*j->seen.user)
        str_copy(j->seen.target.db_user, sizeof j->seen.target.db_user, j->seen.user);
}

/* Only the very database that the stream reads is asked. */
static void ask_source(struct job *j, struct arena *a)
{
    struct pg *pg = j->w.pg;
    const struct target *t = &j->seen.target;

    j->asked_source = true;
    if (pg == NULL || !pg_alive(pg)) {
        j->seen.source_why = tr("there is no connection to the database");
    } else if (task_state(j->profile) == TASK_OK &&
               !str_eq(datastream_profile(j->profile)->database, pg_database(pg))) {
        j->seen.source_why =
            arena_printf(a, tr("the stream reads the database %s, and the connection leads to %s"),
                         datastream_profile(j->profile)->database, pg_database(pg));
    } else {
        const struct source_wanted wanted = {t->db_user, t->publication, t->slot, NULL, 0};
        j->source = source_read(pg, &wanted, NULL);
    }
}

static void see_source(struct job *j)
{
    if (j->source == NULL)
        return;
    if (task_state(j->source) == TASK_OK)
        j->seen.facts = source_facts(j->source);
    else
        j->seen.source_why = why_of(j->source);
}

/* --- the task --- */

static bool is_over(const struct task *t)
{
    return t == NULL || task_state(t) != TASK_RUNNING;
}

static enum task_state step(struct task *t)
{
    struct job *j = task_job(t, &type);
    struct arena *a = task_arena(t);

    if (task_state(j->stream) == TASK_FAILED)
        return task_fail_like(t, j->stream);
    if (!is_over(j->stream))
        return TASK_RUNNING;
    if (!j->followed) {
        j->followed = true;
        see_stream(j, a);
        j->profile = datastream_profile_get(j->w.google, j->seen.target.project,
                                            j->seen.target.region, j->seen.profile);
    }
    if (!is_over(j->profile))
        return TASK_RUNNING;
    if (!j->asked_source) {
        see_profile(j);
        ask_source(j, a);
    }
    if (!is_over(j->source) || !is_over(j->objects) || !is_over(j->machines))
        return TASK_RUNNING;
    if (task_state(j->objects) == TASK_FAILED)
        return task_fail_like(t, j->objects);
    see_tables(j, a);
    see_machine(j, a);
    see_source(j);
    return TASK_OK;
}

struct task *alter_look(struct net *net, const struct alter_wanted *w)
{
    struct task *t = task_new(net, &type);
    struct job *j = task_job(t, &type);
    struct target *at = &j->seen.target;

    j->w = *w;
    *at = *w->target;
    names_complete(at);
    j->w.target = at;
    j->seen.store = w->store;
    j->seen.repo = w->repo;
    j->stream = datastream_stream_get(w->google, at->project, at->region, at->stream);
    j->objects = datastream_object_list(w->google, at->project, at->region, at->stream);
    j->machines = compute_machine_find(w->google, at->project, NULL);
    return t;
}

const struct alter_seen *alter_seen(const struct task *t)
{
    const struct job *j = task_job(t, &type);

    return task_state(t) == TASK_OK ? &j->seen : NULL;
}
