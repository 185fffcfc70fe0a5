/* The calls of which an order is made, and what refuses it. */

#include "api/plan/alter_inside.h"

#include "api/base/tr.h"

#include <assert.h>
#include <string.h>

bool alter_is(const struct alter_planner *pl, const char *state)
{
    return str_eq(pl->seen->state, state);
}

/* --- what stands in the way --- */

void alter_refuse(struct alter_planner *pl, enum err_kind kind, const char *why, const char *hint)
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

void alter_refuse_state(struct alter_planner *pl, const char *hint)
{
    alter_refuse(pl, ERR_CONFLICT, arena_printf(pl->a, tr("the stream is %s"), pl->seen->state),
                 hint);
}

const char *alter_if_failed_for_good(void)
{
    return tr(
        "it has failed for good: strom stream recover, or another slot where its own is lost");
}

/* --- calls --- */

static struct alter_call *add(struct alter_planner *pl, enum alter_verb verb, const char *step,
                              const char *name)
{
    assert(pl->p->n_calls < ALTER_CALLS);
    struct alter_call *c = &pl->p->calls[pl->p->n_calls++];

    *c = (struct alter_call){.verb = verb, .step = step, .name = name, .body = "", .before = ""};
    return c;
}

static const char *stream_path(struct alter_planner *pl, const char *tail)
{
    return arena_printf(pl->a, "projects/%s/locations/%s/streams/%s%s", pl->seen->target.project,
                        pl->seen->target.region, pl->seen->stream, tail);
}

void alter_add_state(struct alter_planner *pl, bool run)
{
    struct alter_call *c = add(pl, run ? ALTER_CALL_START : ALTER_CALL_PAUSE,
                               run ? "datastream.start" : "datastream.pause", pl->seen->stream);

    c->method = "PATCH";
    c->path = stream_path(pl, "?updateMask=state");
    c->body = run ? "{\"state\":\"RUNNING\"}" : "{\"state\":\"PAUSED\"}";
    c->request_id = alter_left_request(pl->seen, c->step, c->name, pl->a);
}

void alter_add_await(struct alter_planner *pl, const char *state)
{
    add(pl, ALTER_CALL_AWAIT, "datastream.state", pl->seen->stream)->value = state;
}

void alter_add_slot(struct alter_planner *pl, const char *slot)
{
    struct alter_call *c = add(pl, ALTER_CALL_SLOT, "datastream.slot", pl->seen->stream);

    c->method = "PATCH";
    c->path = stream_path(pl, "?updateMask=sourceConfig.postgresqlSourceConfig.replicationSlot");
    c->body = arena_printf(
        pl->a, "{\"sourceConfig\":{\"postgresqlSourceConfig\":{\"replicationSlot\":\"%s\"}}}",
        slot);
    c->value = slot;
    if (str_eq(pl->seen->target.slot, slot))
        c->done = tr("it reads this slot already");
}

void alter_add_recover(struct alter_planner *pl)
{
    struct alter_call *c = add(pl, ALTER_CALL_RECOVER, "datastream.recover", pl->seen->stream);

    c->method = "POST";
    c->path = stream_path(pl, ":run");
    c->body = "{\"cdcStrategy\":{\"nextAvailableStartPosition\":{}}}";
    if (alter_is(pl, "RUNNING"))
        c->done = tr("it runs already");
}

struct alter_call *alter_add_profile(struct alter_planner *pl, const char *mask, const char *body)
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

struct alter_call *alter_add_host(struct alter_planner *pl, const char *host)
{
    struct alter_call *c = alter_add_profile(
        pl, "hostname",
        arena_printf(pl->a, "{\"postgresqlProfile\":{\"hostname\":\"%s\"}}", host ? host : ""));

    c->value = host;
    return c;
}

static struct alter_call *add_job(struct alter_planner *pl, const struct alter_table *t, bool start)
{
    const char *name = alter_table_name(t, pl->a), *before = alter_left_before(&pl->left, name);
    struct alter_call *c = add(pl, start ? ALTER_CALL_BACKFILL : ALTER_CALL_STOP,
                               start ? "datastream.backfill" : "datastream.stop_backfill", name);

    c->method = "POST";
    c->path =
        arena_printf(pl->a, "%s:%s", t->object, start ? "startBackfillJob" : "stopBackfillJob");
    c->table = t;
    c->before = before ? arena_str(pl->a, before) : t->started ? t->started : "";
    return c;
}

void alter_add_stop(struct alter_planner *pl, const struct alter_table *t)
{
    struct alter_call *c = add_job(pl, t, false);

    c->done = alter_is_copying(t) ? NULL : tr("it is not being copied");
}

/* A copy that is under way since before what was lost has not all of it: it begins anew. */
void alter_add_copy(struct alter_planner *pl, const struct alter_table *t)
{
    const char *name = alter_table_name(t, pl->a), *before = alter_left_before(&pl->left, name);
    bool copying = alter_is_copying(t),
         ours = before && ((copying && alter_left_meant(&pl->left, "datastream.backfill", name)) ||
                           !str_eq(t->started, before));

    if (copying && !ours && pl->o->kind != ALTER_BACKFILL)
        alter_add_stop(pl, t);
    struct alter_call *c = add_job(pl, t, true);
    if (ours)
        c->done = tr("the run that did not end has begun it");
    else if (copying && pl->o->kind == ALTER_BACKFILL)
        c->done = tr("it is being copied already");
}

/* --- a slot that does not serve --- */

/* Decoding sees the catalogue as it was: a publication that was made again does not help a slot
 * that is older (42704, facts/engineering.md). */
static bool is_older_than_publication(const struct alter_planner *pl, const struct source_slot *s)
{
    const struct source_publication *p = &pl->seen->facts->publication;

    return strstr(pl->seen->error, "publication") && strstr(pl->seen->error, "does not exist") &&
           p->part.known && p->exists && s->catalog_age > p->age;
}

/* One that cannot go on is told before it is tried. */
bool alter_refuse_lost_slot(struct alter_planner *pl, const char *name)
{
    const struct source_slot *s = alter_slot(pl->seen, name);
    bool anew = false;

    if (pl->seen->facts == NULL || !pl->seen->facts->slots.part.known)
        return false;
    if (pl->seen->facts->publication.part.known && !pl->seen->facts->publication.exists)
        alter_refuse(
            pl, ERR_CONFLICT,
            arena_printf(pl->a, tr("there is no publication %s in the database"),
                         pl->seen->target.publication),
            tr("deploy the migrations that make it, and the slot anew after it; then the same "
               "again"));
    else if (s && is_older_than_publication(pl, s)) {
        anew = true;
        alter_refuse(
            pl, ERR_CONFLICT,
            arena_printf(pl->a, tr("the slot %s is older than the publication, and never sees it"),
                         name),
            tr("deploy the migration that makes it anew first; then the same again"));
    } else if (s == NULL)
        alter_refuse(pl, ERR_CONFLICT,
                     arena_printf(pl->a, tr("there is no slot %s in the database"), name),
                     tr("deploy the migration that makes it first; then the same again"));
    else if (str_eq(s->wal_status, "lost"))
        alter_refuse(
            pl, ERR_CONFLICT,
            arena_printf(pl->a, tr("the slot %s is lost: the log that it needs is gone"), name),
            tr("deploy the migration that makes it anew first, or take another slot: strom "
               "stream slot"));
    else if (!s->logical || !str_eq(s->plugin, "pgoutput") ||
             !str_eq(s->database, pl->seen->facts->server.database))
        alter_refuse(
            pl, ERR_CONFLICT,
            arena_printf(pl->a, tr("the slot %s is none of pgoutput in this database"), name),
            tr("take another name, and deploy the migration that makes it"));
    else
        return false;
    pl->p->migration = alter_migration(pl->seen, name, anew, pl->a, &pl->p->migrations);
    if (pl->p->migrations.n_notes)
        err_hint(&pl->p->why, "%s", pl->p->migrations.notes[0]);
    return true;
}
