#include "api/watch/status.h"

#include "api/base/clock.h"
#include "api/base/json.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

const char *watch_health_name(enum watch_health h)
{
    static const char *const names[] = {"unknown", "ok", "degraded", "failed"};

    assert((size_t)h < sizeof names / sizeof *names);
    return names[h];
}

/* --- what to do
 * ------------------------------------------------------------------------------------- */

static const struct {
    const char *word, *hint;
} hints[] = {
    {"publication",
     "the publication that the slot knows is gone: only a new slot heals that (42704)"},
    {"already used", "another reader holds the slot: find it in pg_stat_replication, or wait"},
    {"slot", "look at the slot under Prerequisites: it may be lost, or belong to another database"},
    {"password", "the password was changed: give the source profile the new one"},
    {"authentication", "the password was changed: give the source profile the new one"},
    {"CONNECTION", "the proxy machine may be down: look at it, and reset it"},
    {"timed out", "the proxy machine may be down: look at it, and reset it"},
    {"permission", "the database user lacks a grant: Prerequisites names it"},
    {"wal", "the log was removed before it was read: the slot is lost, and the tables need a new "
            "backfill"},
};

const char *watch_hint(const char *reason, const char *message)
{
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if ((reason && strstr(reason, hints[i].word)) ||
            (message && strstr(message, hints[i].word)))
            return hints[i].hint;
    return "";
}

/* --- the verdict
 * ------------------------------------------------------------------------------------ */

struct reasons {
    const char **items;
    size_t n, room;
    enum watch_health worst;
};

static void because(struct reasons *r, enum watch_health h, const char *why)
{
    if (h > r->worst)
        r->worst = h;
    if (r->n < r->room)
        r->items[r->n++] = why;
}

static void judge_stream(const struct watch_status *s, struct reasons *r, struct arena *a)
{
    if (s->state[0] == '\0')
        because(r, WATCH_UNKNOWN,
                arena_printf(a, "the stream could not be asked: %s", s->stream_error.why));
    else if (str_eq(s->state, "FAILED_PERMANENTLY"))
        because(r, WATCH_FAILED, "the stream has failed for good: it must be recovered by hand");
    else if (str_eq(s->state, "FAILED"))
        because(r, WATCH_FAILED, "the stream has failed; Datastream keeps trying");
    else if (str_eq(s->state, "NOT_STARTED"))
        because(r, WATCH_DEGRADED,
                "the stream was never started: the slot keeps the log meanwhile");
    else if (str_eq(s->state, "PAUSED") || str_eq(s->state, "DRAINING"))
        because(r, WATCH_DEGRADED, "the stream is paused: the slot keeps the log meanwhile");
    else if (!str_eq(s->state, "RUNNING"))
        because(r, WATCH_DEGRADED, arena_printf(a, "the stream is %s", s->state));
    for (size_t i = 0; i < s->n_errors; i++)
        because(r, WATCH_DEGRADED,
                arena_printf(a, "%s: %s", s->errors[i].reason, s->errors[i].message));
}

static void judge_slot(const struct watch_slot *slot, struct reasons *r, struct arena *a)
{
    if (!slot->known)
        return;
    if (!slot->exists)
        because(r, WATCH_FAILED, "the replication slot is gone");
    else if (str_eq(slot->wal_status, "lost"))
        because(r, WATCH_FAILED, "the replication slot is lost: its log was removed");
    else if (str_eq(slot->wal_status, "unreserved"))
        because(r, WATCH_DEGRADED, "the replication slot is about to be lost (unreserved)");
    if (slot->hours_until_full >= 0 && slot->hours_until_full < 48)
        because(r, WATCH_DEGRADED,
                arena_printf(a, "the disk is full in about %.0f hours at this pace",
                             slot->hours_until_full));
}

static void judge_tables(const struct watch_status *s, struct reasons *r, struct arena *a)
{
    for (size_t i = 0; i < s->n_tables; i++) {
        const struct watch_table *t = &s->tables[i];
        if (str_eq(t->backfill_state, "FAILED"))
            because(r, WATCH_DEGRADED,
                    arena_printf(a, "the backfill of %s.%s failed", t->schema, t->table));
        if (t->n_errors)
            because(r, WATCH_DEGRADED,
                    arena_printf(a, "%s.%s: %s", t->schema, t->table, t->errors[0].message));
    }
}

void watch_judge(struct watch_status *s, struct arena *a)
{
    struct reasons r = {.room = 16, .worst = WATCH_OK};

    r.items = arena_array(a, const char *, r.room);
    judge_stream(s, &r, a);
    judge_slot(&s->slot, &r, a);
    judge_tables(s, &r, a);
    if (r.worst == WATCH_OK && s->state[0] == '\0')
        r.worst = WATCH_UNKNOWN;
    s->health = r.worst;
    s->why = r.items;
    s->n_why = r.n;
}

/* --- as data
 * ---------------------------------------------------------------------------------------- */

static void maybe_double(struct json_out *o, const char *key, double value)
{
    if (value < 0)
        json_put_null(o, key);
    else
        json_put_double(o, key, value);
}

static void maybe_int(struct json_out *o, const char *key, int64_t value)
{
    if (value < 0)
        json_put_null(o, key);
    else
        json_put_int(o, key, value);
}

static void maybe_text(struct json_out *o, const char *key, const char *value)
{
    json_put_string(o, key, str_is_empty(value) ? NULL : value);
}

static void errors_json(struct json_out *o, const struct watch_error *errors, size_t n)
{
    json_open_array(o, "errors");
    for (size_t i = 0; i < n; i++) {
        json_open_object(o, NULL);
        json_put_string(o, "reason", errors[i].reason);
        json_put_string(o, "message", errors[i].message);
        json_put_string(o, "hint", errors[i].hint);
        json_close_object(o);
    }
    json_close_array(o);
}

static void slot_json(struct json_out *o, const struct watch_slot *slot, const char *name)
{
    json_open_object(o, "slot");
    json_put_string(o, "name", name);
    if (slot->known && slot->exists)
        json_put_bool(o, "active", slot->active);
    else
        json_put_null(o, "active");
    maybe_text(o, "wal_status", slot->wal_status);
    maybe_int(o, "wal_bytes", slot->wal_bytes);
    if (slot->wal_bytes_per_hour == -1)
        json_put_null(o, "wal_bytes_per_hour");
    else
        json_put_int(o, "wal_bytes_per_hour", slot->wal_bytes_per_hour);
    maybe_double(o, "hours_until_full", slot->hours_until_full);
    json_close_object(o);
}

static void table_json(struct json_out *o, const struct watch_table *t)
{
    char time[CLOCK_TEXT];

    json_open_object(o, NULL);
    json_put_string(o, "schema", t->schema);
    json_put_string(o, "table", t->table);
    json_open_object(o, "backfill");
    maybe_text(o, "state", t->backfill_state);
    maybe_text(o, "started", t->backfill_started);
    maybe_text(o, "ended", t->backfill_ended);
    json_close_object(o);
    maybe_int(o, "rows_source", t->rows_source);
    json_put_bool(o, "rows_source_is_estimate", t->rows_source_is_estimate);
    maybe_int(o, "rows_destination", t->rows_destination);
    json_put_string(o, "last_event", t->last_event < 0 ? NULL : clock_rfc3339(t->last_event, time));
    maybe_int(o, "unsupported_events", t->unsupported_events);
    errors_json(o, t->errors, t->n_errors);
    json_close_object(o);
}

void watch_json(const struct watch_status *s, const char *slot_name, struct str *out)
{
    static const char *const latencies[] = {"p50", "p95", "p99"};
    struct json_out o;

    json_begin(&o, out, true);
    json_open_object(&o, NULL);
    json_put_int(&o, "version", 1);
    json_put_string(&o, "health", watch_health_name(s->health));
    json_open_array(&o, "why");
    for (size_t i = 0; i < s->n_why; i++)
        json_put_string(&o, NULL, s->why[i]);
    json_close_array(&o);
    json_open_object(&o, "stream");
    json_put_string(&o, "name", s->stream);
    maybe_text(&o, "state", s->state);
    errors_json(&o, s->errors, s->n_errors);
    json_close_object(&o);
    maybe_double(&o, "freshness_seconds", s->freshness_s);
    json_open_object(&o, "latency_seconds");
    for (size_t i = 0; i < 3; i++)
        maybe_double(&o, latencies[i], s->latency_s[i]);
    json_close_object(&o);
    maybe_double(&o, "events_per_second", s->events_per_s);
    slot_json(&o, &s->slot, slot_name);
    json_open_array(&o, "tables");
    for (size_t i = 0; i < s->n_tables; i++)
        table_json(&o, &s->tables[i]);
    json_close_array(&o);
    json_close_object(&o);
    str_addc(out, '\n');
}
