/* From a look and an order to the calls: pure but for the journal, which tells what an earlier run
 * of the same order has begun. */

#include "api/plan/alter_inside.h"

#include "api/base/clock.h"
#include "api/base/json.h"
#include "api/base/tr.h"

#include <assert.h>
#include <string.h>

#define HOST_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.:-"

/* --- the orders --- */

static void copy_all(struct alter_planner *pl)
{
    for (size_t i = 0; i < pl->seen->n_tables && i < ALTER_TABLES && !pl->o->no_backfill; i++)
        alter_add_copy(pl, &pl->seen->tables[i]);
}

static void pause(struct alter_planner *pl)
{
    if (alter_is(pl, "RUNNING") || alter_is(pl, "FAILED"))
        alter_add_state(pl, false);
    else if (alter_is(pl, "DRAINING"))
        alter_add_await(pl, "PAUSED");
    else if (!alter_is(pl, "PAUSED"))
        alter_refuse_state(pl, alter_is(pl, "FAILED_PERMANENTLY")
                                   ? alter_if_failed_for_good()
                                   : tr("only a stream that runs is paused; look again later"));
}

static void resume(struct alter_planner *pl)
{
    if (alter_is(pl, "PAUSED") || alter_is(pl, "NOT_STARTED")) {
        alter_refuse_lost_slot(pl, pl->seen->target.slot);
        alter_add_state(pl, true);
    } else if (alter_is(pl, "DRAINING")) {
        alter_add_await(pl, "PAUSED");
        alter_add_state(pl, true);
    } else if (alter_is(pl, "STARTING")) {
        alter_add_await(pl, "RUNNING");
    } else if (!alter_is(pl, "RUNNING")) {
        alter_refuse_state(
            pl, alter_is(pl, "FAILED_PERMANENTLY") ? alter_if_failed_for_good()
                : alter_is(pl, "FAILED")
                    ? tr("Datastream keeps trying: put right what its error says, and it "
                         "goes on by itself")
                    : tr("it ends by itself; look again later"));
    }
}

static const struct alter_table *find(const struct alter_seen *seen, const char *name)
{
    for (size_t i = 0; i < seen->n_tables; i++) {
        const struct alter_table *t = &seen->tables[i];
        size_t n = strlen(t->schema);
        if (str_eq(t->table, name) ||
            (strncmp(name, t->schema, n) == 0 && name[n] == '.' && str_eq(t->table, name + n + 1)))
            return t;
    }
    return NULL;
}

static const char *flowing(const struct alter_planner *pl)
{
    struct str names = {0};

    for (size_t i = 0; i < pl->seen->n_tables && i < 5; i++)
        str_printf(&names, "%s%s.%s", i ? ", " : "", pl->seen->tables[i].schema,
                   pl->seen->tables[i].table);
    const char *text = arena_str(pl->a, str_text(&names));
    str_done(&names);
    return text;
}

/* The order's tables by their full names: what the journal knows them by. */
static void take_tables(struct alter_planner *pl, struct alter_order *full)
{
    size_t most = full->n_tables + pl->seen->n_tables + 1;
    const char **names = arena_array(pl->a, const char *, most);
    bool all = full->n_tables == 1 && str_eq(full->tables[0], "all");
    size_t n = all ? pl->seen->n_tables : full->n_tables;

    if (pl->seen->n_tables == 0) {
        alter_refuse(pl, ERR_CONFLICT, tr("no table flows in this stream"),
                     tr("choose some first: e on Monitor, or a plan file that has them and strom "
                        "apply"));
        n = 0;
    }
    for (size_t i = 0; i < n; i++) {
        const struct alter_table *t = all ? &pl->seen->tables[i] : find(pl->seen, full->tables[i]);
        names[i] = t ? alter_table_name(t, pl->a) : full->tables[i];
        if (t == NULL)
            alter_refuse(
                pl, ERR_INPUT,
                arena_printf(pl->a, tr("%s does not flow in this stream"), full->tables[i]),
                arena_printf(pl->a, tr("these do: %s"), flowing(pl)));
    }
    if (n == 0 && pl->seen->n_tables)
        alter_refuse(pl, ERR_INPUT, tr("no table is named"),
                     arena_printf(pl->a, tr("these flow: %s; or: all"), flowing(pl)));
    full->tables = names;
    full->n_tables = n;
}

static void backfill(struct alter_planner *pl, bool start)
{
    if (!alter_is(pl, "RUNNING"))
        alter_refuse_state(pl,
                           alter_is(pl, "FAILED_PERMANENTLY")
                               ? alter_if_failed_for_good()
                               : tr("only of a stream that runs is a table copied: strom stream "
                                    "resume"));
    for (size_t i = 0; i < pl->o->n_tables && i < ALTER_TABLES && pl->p->possible; i++)
        (start ? alter_add_copy : alter_add_stop)(pl, find(pl->seen, pl->o->tables[i]));
}

static void recover(struct alter_planner *pl)
{
    bool begun = pl->left.any;

    if (alter_is(pl, "FAILED_PERMANENTLY")) {
        alter_refuse_lost_slot(pl, pl->seen->target.slot);
        alter_add_recover(pl);
    } else if (begun && alter_is(pl, "STARTING")) {
        alter_add_await(pl, "RUNNING");
    } else if (alter_is(pl, "RUNNING")) {
        alter_add_recover(pl); /* which is done: the copies are left, where it was ours */
    } else {
        alter_refuse_state(pl, alter_is(pl, "PAUSED") || alter_is(pl, "NOT_STARTED")
                                   ? tr("nothing is lost: strom stream resume goes on with it")
                                   : tr("only a stream that has failed for good is recovered"));
    }
    if ((pl->p->possible && (begun || !alter_is(pl, "RUNNING"))) ||
        alter_is(pl, "FAILED_PERMANENTLY"))
        copy_all(pl);
}

static void check_new_slot(struct alter_planner *pl)
{
    const char *slot = pl->o->slot;
    const struct source_slot *s = alter_slot(pl->seen, slot ? slot : "");
    size_t n = slot ? strspn(slot, "abcdefghijklmnopqrstuvwxyz0123456789_") : 0;

    if (n == 0 || n > 63 || slot[n])
        alter_refuse(pl, ERR_INPUT, tr("a slot's name has a-z, 0-9 and _, at most 63 of them"),
                     arena_printf(pl->a, tr("for example %s"), alter_new_slot(pl->seen, pl->a)));
    else if (s && s->active && !str_eq(slot, pl->seen->target.slot))
        alter_refuse(pl, ERR_CONFLICT,
                     arena_printf(pl->a, tr("the slot %s is read by another"), slot),
                     tr("take another name, and deploy the migration that makes it"));
    else
        alter_refuse_lost_slot(pl, slot);
}

/* The slot is exchanged while nothing reads. */
static void come_to_rest(struct alter_planner *pl)
{
    if (alter_is(pl, "RUNNING") || alter_is(pl, "FAILED"))
        alter_add_state(pl, false);
    else if (alter_is(pl, "DRAINING"))
        alter_add_await(pl, "PAUSED");
    else if (alter_is(pl, "STARTING"))
        alter_refuse_state(pl, tr("it ends by itself; look again later"));
}

static void exchange(struct alter_planner *pl)
{
    bool reads = pl->o->slot && str_eq(pl->seen->target.slot, pl->o->slot);

    check_new_slot(pl);
    if (reads && alter_is(pl, "RUNNING") && !pl->left.any)
        return;
    if (!reads)
        come_to_rest(pl);
    if (pl->o->slot)
        alter_add_slot(pl, pl->o->slot);
    if (reads && alter_is(pl, "STARTING"))
        alter_add_await(pl, "RUNNING");
    else
        alter_add_recover(pl);
    if (!reads)
        pl->p->calls[pl->p->n_calls - 1].done = NULL; /* it runs with the other one */
    copy_all(pl);
}

static bool refuse_unknown_profile(struct alter_planner *pl)
{
    if (pl->seen->profile_why)
        alter_refuse(pl, ERR_CONFLICT,
                     arena_printf(pl->a, tr("the source profile %s could not be looked at: %s"),
                                  pl->seen->profile, pl->seen->profile_why),
                     tr("mend that first"));
    return pl->seen->profile_why;
}

static void await_heal(struct alter_planner *pl)
{
    if (alter_is(pl, "FAILED"))
        alter_add_await(pl, "RUNNING");
}

static void password(struct alter_planner *pl)
{
    if (refuse_unknown_profile(pl))
        return;
    alter_add_profile(pl, "password", "{\"postgresqlProfile\":{\"password\":\"***\"}}");
    pl->p->needs_password = true;
    await_heal(pl);
}

static void host(struct alter_planner *pl)
{
    const struct alter_seen *seen = pl->seen;
    const char *host = pl->o->host ? pl->o->host : seen->proxy_ip;

    if (refuse_unknown_profile(pl))
        return;
    if (pl->o->host == NULL && seen->proxy_why)
        alter_refuse(
            pl, ERR_CONFLICT,
            arena_printf(pl->a, tr("the machines could not be looked at: %s"), seen->proxy_why),
            tr("name the address: strom stream host ADDRESS"));
    else if (pl->o->host == NULL && str_is_empty(seen->proxy))
        alter_refuse(
            pl, ERR_CONFLICT,
            arena_printf(pl->a, tr("no machine runs the proxy for %s"), seen->target.instance),
            tr("strom create makes it again; or name its address: strom stream host ADDRESS"));
    else if (pl->o->host == NULL && !str_eq(seen->proxy_state, "RUNNING"))
        alter_refuse(
            pl, ERR_CONFLICT,
            arena_printf(pl->a, tr("the machine %s is %s"), seen->proxy, seen->proxy_state),
            tr("start it first: strom create, or Create, with what flows already; the stream goes "
               "on "
               "by itself where the address is the same"));
    if (host && host[strspn(host, HOST_LETTERS)])
        alter_refuse(pl, ERR_INPUT, tr("this is no address"), tr("for example 10.132.0.5"));
    struct alter_call *c = alter_add_host(pl, host);
    if (str_eq(host, seen->host))
        c->done = tr("the profile has this address already");
    await_heal(pl);
}

/* --- the whole --- */

static void order(struct alter_planner *pl)
{
    if (pl->o->undo) {
        alter_undo(pl);
        return;
    }
    switch (pl->o->kind) {
    case ALTER_PAUSE:
        pause(pl);
        break;
    case ALTER_RESUME:
        resume(pl);
        break;
    case ALTER_BACKFILL:
    case ALTER_STOP:
        backfill(pl, pl->o->kind == ALTER_BACKFILL);
        break;
    case ALTER_RECOVER:
        recover(pl);
        break;
    case ALTER_SLOT:
        exchange(pl);
        break;
    case ALTER_PASSWORD:
        password(pl);
        break;
    case ALTER_HOST:
        host(pl);
        break;
    case ALTERS:
        break;
    }
}

/* An order that goes on is still the one that began then. */
static void remember(struct alter_planner *pl)
{
    const struct alter_seen *seen = pl->seen;
    struct alter_plan *p = pl->p;

    p->value = p->kind == ALTER_SLOT ? pl->o->slot : p->kind == ALTER_HOST ? pl->o->host : NULL;
    p->was = (struct alter_was){seen->state, seen->target.slot, seen->host};
    if (pl->left.any)
        alter_left_was(&pl->left, pl->a, &p->was);
    p->copies = arena_array(pl->a, struct alter_copy, p->n_calls + json_count(pl->left.tables) + 1);
    if (p->undo)
        for
            json_each(t, pl->left.tables) p->copies[p->n_copies++] = (struct alter_copy){
                arena_str(pl->a, json_key(t)), arena_str(pl->a, json_text(t) ? json_text(t) : "")};
    for (size_t i = 0; i < p->n_calls && !p->undo; i++)
        if (p->calls[i].table && (i == 0 || !str_eq(p->calls[i].name, p->calls[i - 1].name)))
            p->copies[p->n_copies++] = (struct alter_copy){p->calls[i].name, p->calls[i].before};
}

static void conclude(struct alter_planner *pl)
{
    struct alter_plan *p = pl->p;
    char begun[CLOCK_TEXT];

    p->nothing = p->possible;
    for (size_t i = 0; i < p->n_calls; i++)
        p->calls[i].meant = alter_left_meant(&pl->left, p->calls[i].step, p->calls[i].name);
    for (size_t i = 0; i < p->n_calls; i++)
        if (p->calls[i].done == NULL &&
            (p->calls[i].verb != ALTER_CALL_AWAIT || !str_eq(pl->seen->state, "FAILED")))
            p->nothing = false;
    if (p->kind == ALTER_HOST && !p->undo && p->n_calls && p->calls[0].done)
        p->nothing = p->possible;
    if (pl->left.any)
        p->going_on = arena_printf(pl->a,
                                   p->undo && !pl->left.undo
                                       ? tr("puts back what was begun %s")
                                       : tr("goes on with what was begun %s and did not end"),
                                   clock_moment(pl->left.begun, begun));
}

void alter_plan(const struct alter_seen *seen, const struct alter_order *wanted, struct arena *a,
                struct alter_plan *out)
{
    struct alter_order full = *wanted;
    struct alter_planner pl = {seen, &full, a, out, {0}};

    *out = (struct alter_plan){
        .kind = wanted->kind, .undo = wanted->undo, .seen = seen, .possible = true};
    out->calls = arena_array(a, struct alter_call, 2 * (seen->n_tables + full.n_tables) + 8);
    if (wanted->kind == ALTER_BACKFILL || wanted->kind == ALTER_STOP)
        take_tables(&pl, &full);
    alter_left_find(seen, &full, a, &pl.left);
    if (alter_is(&pl, "MAINTENANCE") && wanted->kind != ALTER_PASSWORD &&
        wanted->kind != ALTER_HOST)
        alter_refuse_state(&pl, tr("Google is at work on it; it ends by itself"));
    if (out->possible || wanted->kind != ALTER_BACKFILL)
        order(&pl);
    remember(&pl);
    conclude(&pl);
    out->named = seen->terraform && !wanted->undo && wanted->kind != ALTER_BACKFILL &&
                 wanted->kind != ALTER_STOP && wanted->kind != ALTER_RECOVER;
    if (wanted->undo)
        alter_say_undone(out, &full, a);
    else
        alter_say(out, &full, a);
    out->hcl = seen->terraform && !out->nothing && !out->undo ? alter_hcl(out, &full, a) : NULL;
    json_free(pl.left.doc);
}
