/* What an order has changed, put back: only that, and only where it can be. */

#include "api/plan/alter_inside.h"

#include "api/base/tr.h"

static bool ran(const struct alter_was *was)
{
    return str_eq(was->state, "RUNNING") || str_eq(was->state, "FAILED") ||
           str_eq(was->state, "STARTING");
}

static void come_to_rest(struct alter_planner *pl)
{
    if (alter_is(pl, "STARTING"))
        alter_add_await(pl, "RUNNING");
    if (alter_is(pl, "DRAINING"))
        alter_add_await(pl, "PAUSED");
    else if (!alter_is(pl, "PAUSED") && !alter_is(pl, "NOT_STARTED") &&
             !alter_is(pl, "FAILED_PERMANENTLY"))
        alter_add_state(pl, false);
}

static void go_on(struct alter_planner *pl)
{
    if (alter_is(pl, "DRAINING"))
        alter_add_await(pl, "PAUSED");
    if (alter_is(pl, "DRAINING") || alter_is(pl, "PAUSED"))
        alter_add_state(pl, true);
}

/* A change that nobody has heard of may still be under way: it is put back all the same. */
static void slot_back(struct alter_planner *pl, const struct alter_was *was)
{
    bool other = !str_eq(pl->seen->target.slot, was->slot);

    if (!other && !alter_left_unheard(&pl->left, "datastream.slot")) {
        if (ran(was))
            go_on(pl);
        return;
    }
    alter_refuse_lost_slot(pl, was->slot);
    come_to_rest(pl);
    alter_add_slot(pl, was->slot);
    pl->p->calls[pl->p->n_calls - 1].done = NULL;
    if (ran(was) && !alter_is(pl, "FAILED_PERMANENTLY"))
        alter_add_state(pl, true);
}

static void host_back(struct alter_planner *pl, const struct alter_was *was)
{
    if (!str_eq(pl->seen->host, was->host) ||
        alter_left_unheard(&pl->left, "datastream.source_profile"))
        alter_add_host(pl, was->host);
}

/* One that was under way before is not ours. */
static bool is_ours(const struct alter_planner *pl, const struct alter_table *t)
{
    const char *name = alter_table_name(t, pl->a), *before = alter_left_before(&pl->left, name);

    return before && alter_is_copying(t) &&
           (!str_eq(t->started, before) ||
            alter_left_meant(&pl->left, "datastream.backfill", name) ||
            (pl->left.undo && str_is_empty(before)));
}

static void stop_copies(struct alter_planner *pl)
{
    for (size_t i = 0; i < pl->seen->n_tables && i < ALTER_TABLES; i++)
        if (is_ours(pl, &pl->seen->tables[i]))
            alter_add_stop(pl, &pl->seen->tables[i]);
}

static const char *instead(enum alter_kind k)
{
    return k == ALTER_RECOVER ? tr("what was lost is copied anew: strom stream backfill all")
           : k == ALTER_STOP  ? tr("strom stream backfill copies the table anew")
                              : tr("strom stream password gives it another");
}

bool alter_undoes(enum alter_kind k)
{
    return k == ALTER_PAUSE || k == ALTER_RESUME || k == ALTER_BACKFILL || k == ALTER_SLOT ||
           k == ALTER_HOST;
}

void alter_undo(struct alter_planner *pl)
{
    enum alter_kind kind = pl->o->kind;
    struct alter_was was = {pl->seen->state, pl->seen->target.slot, pl->seen->host};

    if (!alter_undoes(kind)) {
        alter_refuse(pl, ERR_INPUT, tr("this cannot be put back"), instead(kind));
        return;
    }
    if (!pl->left.any)
        return; /* nothing is known of it: nothing is put back */
    alter_left_was(&pl->left, pl->a, &was);
    if (kind == ALTER_PAUSE && ran(&was))
        go_on(pl);
    else if (kind == ALTER_RESUME && !ran(&was))
        come_to_rest(pl);
    else if (kind == ALTER_BACKFILL)
        stop_copies(pl);
    else if (kind == ALTER_SLOT)
        slot_back(pl, &was);
    else if (kind == ALTER_HOST)
        host_back(pl, &was);
}

void alter_say_undone(struct alter_plan *p, const struct alter_order *o, struct arena *a)
{
    if (p->possible && p->going_on == NULL)
        alter_add_line(p, ALTER_STAYS,
                       tr("no run of this is known here, or another came after it: nothing is put "
                          "back"));
    if (p->migration)
        alter_add_line(p, ALTER_NEEDS, tr("this migration, deployed:"));
    if (p->kind == ALTER_BACKFILL && !p->nothing)
        alter_add_line(p, ALTER_STAYS,
                       tr("what has been copied stays in BigQuery; changes go on arriving"));
    if (p->kind == ALTER_SLOT && p->going_on && !ran(&p->was))
        alter_add_line(p, ALTER_AFTER,
                       arena_printf(a, tr("the stream was %s before: it rests now"), p->was.state));
    if (p->kind == ALTER_SLOT && !p->nothing && o->file)
        alter_say_file(p, o->file, p->was.slot, a);
    if (p->kind == ALTER_SLOT && !p->nothing)
        alter_add_line(p, ALTER_AFTER,
                       arena_printf(a,
                                    tr("the slot %s holds log until it is dropped, by a migration: "
                                       "SELECT pg_drop_replication_slot('%s');"),
                                    p->value ? p->value : "", p->value ? p->value : ""));
}
