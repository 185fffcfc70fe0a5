/* From a look and an order to the calls: pure but for the journal, which tells what an earlier run
 * of the same order has begun. */

#include "api/plan/alter_inside.h"

#include "api/base/clock.h"
#include "api/base/json.h"
#include "api/base/tr.h"

#include <assert.h>
#include <string.h>

#define HOST_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.:-"

struct planner {
    const struct alter_seen *seen;
    const struct alter_order *o;
    struct arena *a;
    struct alter_plan *p;
    struct alter_left left;
};

static bool is(const struct planner *pl, const char *state)
{
    return str_eq(pl->seen->state, state);
}

/* --- what stands in the way --- */

static void refuse(struct planner *pl, enum err_kind kind, const char *why, const char *hint)
{
    struct alter_plan *p = pl->p;

    if (!p->possible)
        return;
    p->possible = false;
    err_set(&p->why, kind, "%s (%s)", tr(alter_type(p->kind)->title), pl->seen->stream);
    err_resource(&p->why, pl->seen->stream);
    err_why(&p->why, "%s", why);
    err_hint(&p->why, "%s", hint);
}

static void refuse_state(struct planner *pl, const char *hint)
{
    refuse(pl, ERR_CONFLICT, arena_printf(pl->a, tr("the stream is %s"), pl->seen->state), hint);
}

static const char *if_failed_for_good(void)
{
    return tr(
        "it has failed for good: strom stream recover, or another slot where its own is lost");
}

/* --- calls --- */

static struct alter_call *add(struct planner *pl, enum alter_verb verb, const char *step,
                              const char *name)
{
    assert(pl->p->n_calls < ALTER_CALLS);
    struct alter_call *c = &pl->p->calls[pl->p->n_calls++];

    *c = (struct alter_call){.verb = verb, .step = step, .name = name, .body = "", .before = ""};
    return c;
}

static const char *stream_path(struct planner *pl, const char *tail)
{
    return arena_printf(pl->a, "projects/%s/locations/%s/streams/%s%s", pl->seen->target.project,
                        pl->seen->target.region, pl->seen->stream, tail);
}

static void add_state(struct planner *pl, bool run)
{
    struct alter_call *c = add(pl, run ? ALTER_CALL_START : ALTER_CALL_PAUSE,
                               run ? "datastream.start" : "datastream.pause", pl->seen->stream);

    c->method = "PATCH";
    c->path = stream_path(pl, "?updateMask=state");
    c->body = run ? "{\"state\":\"RUNNING\"}" : "{\"state\":\"PAUSED\"}";
}

static void add_await(struct planner *pl, const char *state)
{
    add(pl, ALTER_CALL_AWAIT, "datastream.state", pl->seen->stream)->value = state;
}

static void add_slot(struct planner *pl)
{
    struct alter_call *c = add(pl, ALTER_CALL_SLOT, "datastream.slot", pl->seen->stream);

    c->method = "PATCH";
    c->path = stream_path(pl, "?updateMask=sourceConfig.postgresqlSourceConfig.replicationSlot");
    c->body = arena_printf(
        pl->a, "{\"sourceConfig\":{\"postgresqlSourceConfig\":{\"replicationSlot\":\"%s\"}}}",
        pl->o->slot);
    c->value = pl->o->slot;
    if (str_eq(pl->seen->target.slot, pl->o->slot))
        c->done = tr("it reads this slot already");
}

static void add_recover(struct planner *pl)
{
    struct alter_call *c = add(pl, ALTER_CALL_RECOVER, "datastream.recover", pl->seen->stream);

    c->method = "POST";
    c->path = stream_path(pl, ":run");
    c->body = "{\"cdcStrategy\":{\"nextAvailableStartPosition\":{}}}";
    if (is(pl, "RUNNING"))
        c->done = tr("it runs already");
}

static struct alter_call *add_profile(struct planner *pl, const char *mask, const char *body)
{
    struct alter_call *c =
        add(pl, ALTER_CALL_PROFILE, "datastream.source_profile", pl->seen->profile);

    c->method = "PATCH";
    c->path =
        arena_printf(pl->a,
                     "projects/%s/locations/%s/connectionProfiles/%s?updateMask="
                     "postgresqlProfile.%s",
                     pl->seen->target.project, pl->seen->target.region, pl->seen->profile, mask);
    c->body = body;
    return c;
}

static void add_copy(struct planner *pl, const struct alter_table *t, bool start)
{
    const char *name = alter_table_name(t, pl->a), *before = alter_left_before(&pl->left, name);
    struct alter_call *c = add(pl, start ? ALTER_CALL_BACKFILL : ALTER_CALL_STOP,
                               start ? "datastream.backfill" : "datastream.stop_backfill", name);

    c->method = "POST";
    c->path =
        arena_printf(pl->a, "%s:%s", t->object, start ? "startBackfillJob" : "stopBackfillJob");
    c->table = t;
    c->before = before ? arena_str(pl->a, before) : t->started ? t->started : "";
    if (!start)
        c->done = alter_is_copying(t) ? NULL : tr("it is not being copied");
    else if (before && (alter_is_copying(t) || !str_eq(t->started, before)))
        c->done = tr("the run that did not end has begun it");
    else if (alter_is_copying(t) && pl->o->kind == ALTER_BACKFILL)
        c->done = tr("it is being copied already");
}

static void copy_all(struct planner *pl)
{
    for (size_t i = 0; i < pl->seen->n_tables && i < ALTER_TABLES && !pl->o->no_backfill; i++)
        add_copy(pl, &pl->seen->tables[i], true);
}

/* --- the orders --- */

static void pause(struct planner *pl)
{
    if (is(pl, "RUNNING") || is(pl, "FAILED"))
        add_state(pl, false);
    else if (is(pl, "DRAINING"))
        add_await(pl, "PAUSED");
    else if (!is(pl, "PAUSED"))
        refuse_state(pl, is(pl, "FAILED_PERMANENTLY")
                             ? if_failed_for_good()
                             : tr("only a stream that runs is paused; look again later"));
}

/* Decoding sees the catalogue as it was: a publication that was made again does not help a slot
 * that is older (42704, facts/engineering.md). */
static bool is_older_than_publication(const struct planner *pl, const struct source_slot *s)
{
    const struct source_publication *p = &pl->seen->facts->publication;

    return strstr(pl->seen->error, "publication") && strstr(pl->seen->error, "does not exist") &&
           p->part.known && p->exists && s->catalog_age > p->age;
}

/* One that cannot go on is told before it is tried. */
static bool refuse_lost_slot(struct planner *pl, const char *name)
{
    const struct source_slot *s = alter_slot(pl->seen, name);
    bool anew = false;

    if (pl->seen->facts == NULL || !pl->seen->facts->slots.part.known)
        return false;
    if (pl->seen->facts->publication.part.known && !pl->seen->facts->publication.exists)
        refuse(pl, ERR_CONFLICT,
               arena_printf(pl->a, tr("there is no publication %s in the database"),
                            pl->seen->target.publication),
               tr("deploy the migrations that make it, and the slot anew after it; then the same "
                  "again"));
    else if (s && is_older_than_publication(pl, s)) {
        anew = true;
        refuse(pl, ERR_CONFLICT,
               arena_printf(
                   pl->a, tr("the slot %s is older than the publication, and never sees it"), name),
               tr("deploy the migration that makes it anew first; then the same again"));
    } else if (s == NULL)
        refuse(pl, ERR_CONFLICT,
               arena_printf(pl->a, tr("there is no slot %s in the database"), name),
               tr("deploy the migration that makes it first; then the same again"));
    else if (str_eq(s->wal_status, "lost"))
        refuse(pl, ERR_CONFLICT,
               arena_printf(pl->a, tr("the slot %s is lost: the log that it needs is gone"), name),
               tr("deploy the migration that makes it anew first, or take another slot: strom "
                  "stream slot"));
    else if (!s->logical || !str_eq(s->plugin, "pgoutput") ||
             !str_eq(s->database, pl->seen->facts->server.database))
        refuse(pl, ERR_CONFLICT,
               arena_printf(pl->a, tr("the slot %s is none of pgoutput in this database"), name),
               tr("take another name, and deploy the migration that makes it"));
    else
        return false;
    pl->p->migration = alter_migration(pl->seen, name, anew, pl->a, &pl->p->migrations);
    if (pl->p->migrations.n_notes)
        err_hint(&pl->p->why, "%s", pl->p->migrations.notes[0]);
    return true;
}

static void resume(struct planner *pl)
{
    if (is(pl, "PAUSED") || is(pl, "NOT_STARTED")) {
        refuse_lost_slot(pl, pl->seen->target.slot);
        add_state(pl, true);
    } else if (is(pl, "DRAINING")) {
        add_await(pl, "PAUSED");
        add_state(pl, true);
    } else if (is(pl, "STARTING")) {
        add_await(pl, "RUNNING");
    } else if (!is(pl, "RUNNING")) {
        refuse_state(pl, is(pl, "FAILED_PERMANENTLY") ? if_failed_for_good()
                         : is(pl, "FAILED")
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

static const char *flowing(const struct planner *pl)
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
static void take_tables(struct planner *pl, struct alter_order *full)
{
    size_t most = full->n_tables + pl->seen->n_tables + 1;
    const char **names = arena_array(pl->a, const char *, most);
    bool all = full->n_tables == 1 && str_eq(full->tables[0], "all");
    size_t n = all ? pl->seen->n_tables : full->n_tables;

    for (size_t i = 0; i < n; i++) {
        const struct alter_table *t = all ? &pl->seen->tables[i] : find(pl->seen, full->tables[i]);
        names[i] = t ? alter_table_name(t, pl->a) : full->tables[i];
        if (t == NULL)
            refuse(pl, ERR_INPUT,
                   arena_printf(pl->a, tr("%s does not flow in this stream"), full->tables[i]),
                   arena_printf(pl->a, tr("these do: %s"), flowing(pl)));
    }
    if (n == 0)
        refuse(pl, ERR_INPUT, tr("no table is named"),
               arena_printf(pl->a, tr("these flow: %s; or: all"), flowing(pl)));
    full->tables = names;
    full->n_tables = n;
}

static void backfill(struct planner *pl, bool start)
{
    if (!is(pl, "RUNNING"))
        refuse_state(pl, is(pl, "FAILED_PERMANENTLY")
                             ? if_failed_for_good()
                             : tr("only of a stream that runs is a table copied: strom stream "
                                  "resume"));
    for (size_t i = 0; i < pl->o->n_tables && i < ALTER_TABLES && pl->p->possible; i++)
        add_copy(pl, find(pl->seen, pl->o->tables[i]), start);
}

static void recover(struct planner *pl)
{
    bool begun = pl->left.any;

    if (is(pl, "FAILED_PERMANENTLY")) {
        refuse_lost_slot(pl, pl->seen->target.slot);
        add_recover(pl);
    } else if (begun && is(pl, "STARTING")) {
        add_await(pl, "RUNNING");
    } else if (is(pl, "RUNNING")) {
        add_recover(pl); /* which is done: the copies are left, where it was ours */
    } else {
        refuse_state(pl, is(pl, "PAUSED") || is(pl, "NOT_STARTED")
                             ? tr("nothing is lost: strom stream resume goes on with it")
                             : tr("only a stream that has failed for good is recovered"));
    }
    if ((pl->p->possible && (begun || !is(pl, "RUNNING"))) || is(pl, "FAILED_PERMANENTLY"))
        copy_all(pl);
}

static void check_new_slot(struct planner *pl)
{
    const char *slot = pl->o->slot;
    const struct source_slot *s = alter_slot(pl->seen, slot ? slot : "");
    size_t n = slot ? strspn(slot, "abcdefghijklmnopqrstuvwxyz0123456789_") : 0;

    if (n == 0 || n > 63 || slot[n])
        refuse(pl, ERR_INPUT, tr("a slot's name has a-z, 0-9 and _, at most 63 of them"),
               arena_printf(pl->a, tr("for example %s"), alter_new_slot(pl->seen, pl->a)));
    else if (s && s->active && !str_eq(slot, pl->seen->target.slot))
        refuse(pl, ERR_CONFLICT, arena_printf(pl->a, tr("the slot %s is read by another"), slot),
               tr("take another name, and deploy the migration that makes it"));
    else
        refuse_lost_slot(pl, slot);
}

/* The slot is exchanged while nothing reads. */
static void come_to_rest(struct planner *pl)
{
    if (is(pl, "RUNNING") || is(pl, "FAILED"))
        add_state(pl, false);
    else if (is(pl, "DRAINING"))
        add_await(pl, "PAUSED");
    else if (is(pl, "STARTING"))
        refuse_state(pl, tr("it ends by itself; look again later"));
}

static void exchange(struct planner *pl)
{
    bool reads = pl->o->slot && str_eq(pl->seen->target.slot, pl->o->slot);

    check_new_slot(pl);
    if (reads && is(pl, "RUNNING") && !pl->left.any)
        return;
    if (!reads)
        come_to_rest(pl);
    if (pl->o->slot)
        add_slot(pl);
    if (reads && is(pl, "STARTING"))
        add_await(pl, "RUNNING");
    else
        add_recover(pl);
    if (!reads)
        pl->p->calls[pl->p->n_calls - 1].done = NULL; /* it runs with the other one */
    copy_all(pl);
}

static bool refuse_unknown_profile(struct planner *pl)
{
    if (pl->seen->profile_why)
        refuse(pl, ERR_CONFLICT,
               arena_printf(pl->a, tr("the source profile %s could not be looked at: %s"),
                            pl->seen->profile, pl->seen->profile_why),
               tr("mend that first"));
    return pl->seen->profile_why;
}

static void await_heal(struct planner *pl)
{
    if (is(pl, "FAILED"))
        add_await(pl, "RUNNING");
}

static void password(struct planner *pl)
{
    if (refuse_unknown_profile(pl))
        return;
    add_profile(pl, "password", "{\"postgresqlProfile\":{\"password\":\"***\"}}");
    pl->p->needs_password = true;
    await_heal(pl);
}

static void host(struct planner *pl)
{
    const struct alter_seen *seen = pl->seen;
    const char *host = pl->o->host ? pl->o->host : seen->proxy_ip;

    if (refuse_unknown_profile(pl))
        return;
    if (pl->o->host == NULL && seen->proxy_why)
        refuse(pl, ERR_CONFLICT,
               arena_printf(pl->a, tr("the machines could not be looked at: %s"), seen->proxy_why),
               tr("name the address: strom stream host ADDRESS"));
    else if (pl->o->host == NULL && str_is_empty(seen->proxy))
        refuse(pl, ERR_CONFLICT,
               arena_printf(pl->a, tr("no machine runs the proxy for %s"), seen->target.instance),
               tr("strom create makes it again; or name its address: strom stream host ADDRESS"));
    else if (pl->o->host == NULL && !str_eq(seen->proxy_state, "RUNNING"))
        refuse(pl, ERR_CONFLICT,
               arena_printf(pl->a, tr("the machine %s is %s"), seen->proxy, seen->proxy_state),
               tr("start it first: the stream goes on by itself where the address is the same"));
    if (host && host[strspn(host, HOST_LETTERS)])
        refuse(pl, ERR_INPUT, tr("this is no address"), tr("for example 10.132.0.5"));
    struct alter_call *c = add_profile(
        pl, "hostname",
        arena_printf(pl->a, "{\"postgresqlProfile\":{\"hostname\":\"%s\"}}", host ? host : ""));
    c->value = host;
    if (str_eq(host, seen->host))
        c->done = tr("the profile has this address already");
    await_heal(pl);
}

/* --- the whole --- */

static void order(struct planner *pl)
{
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

static void conclude(struct planner *pl)
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
    if (p->kind == ALTER_HOST && p->n_calls && p->calls[0].done)
        p->nothing = p->possible;
    if (pl->left.any)
        p->going_on = arena_printf(pl->a, tr("goes on with what was begun %s and did not end"),
                                   clock_moment(pl->left.begun, begun));
}

void alter_plan(const struct alter_seen *seen, const struct alter_order *wanted, struct arena *a,
                struct alter_plan *out)
{
    struct alter_order full = *wanted;
    struct planner pl = {seen, &full, a, out, {0}};

    *out = (struct alter_plan){.kind = wanted->kind, .seen = seen, .possible = true};
    out->calls = arena_array(a, struct alter_call, seen->n_tables + full.n_tables + 8);
    if (wanted->kind == ALTER_BACKFILL || wanted->kind == ALTER_STOP)
        take_tables(&pl, &full);
    alter_left_find(seen, &full, a, &pl.left);
    if (is(&pl, "MAINTENANCE") && wanted->kind != ALTER_PASSWORD && wanted->kind != ALTER_HOST)
        refuse_state(&pl, tr("Google is at work on it; it ends by itself"));
    if (out->possible || wanted->kind != ALTER_BACKFILL)
        order(&pl);
    conclude(&pl);
    out->named = seen->terraform && wanted->kind != ALTER_BACKFILL && wanted->kind != ALTER_STOP &&
                 wanted->kind != ALTER_RECOVER;
    alter_say(out, &full, a);
    out->hcl = seen->terraform && !out->nothing ? alter_hcl(out, &full, a) : NULL;
    json_free(pl.left.doc);
}
