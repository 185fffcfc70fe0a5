#include "api/watch/status.h"

#include "api/base/clock.h"
#include "api/base/json.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { REASONS = 16, FULL_SOON_H = 48 };

const char *watch_health_name(enum watch_health h)
{
    static const char *const names[] = {"unknown", "ok", "degraded", "failed"};

    assert((size_t)h < sizeof names / sizeof *names);
    return names[h];
}

/* --- the slot and the disk --- */

void watch_trend(struct watch_slot *slot, const struct watch_slot *before, int64_t room,
                 int64_t disk_per_hour)
{
    int64_t ms = before ? slot->seen_ms - before->seen_ms : 0, pace;

    slot->wal_bytes_per_hour = -1;
    slot->hours_until_full = -1;
    if (slot->wal_bytes < 0)
        return;
    if (before && before->known && before->wal_bytes >= 0 && ms >= 1000)
        slot->wal_bytes_per_hour =
            (int64_t)((double)(slot->wal_bytes - before->wal_bytes) * 3600000.0 / (double)ms);
    pace =
        slot->wal_bytes_per_hour == -1 && !slot->active ? disk_per_hour : slot->wal_bytes_per_hour;
    if (pace > 0 && room >= 0)
        slot->hours_until_full = (double)room / (double)pace;
}

/* --- what to do
 * ------------------------------------------------------------------------------------- */

/* Loose words, never equality: the codes are not documented (facts/gcp.md B). Upper and lower case
 * are one; `and` narrows a word that means several things. The first that fits counts. */
static const struct {
    const char *word, *and, *hint;
} hints[] = {
    {"publication", "does not exist",
     "the publication that the slot knows is gone: only a new slot heals that (42704)"},
    {"publication", NULL, "the publication was changed: Prerequisites names the tables it lacks"},
    {"already used", NULL,
     "another reader holds the slot: find it in pg_stat_replication, or wait"},
    {"is active for pid", NULL,
     "another reader holds the slot: find it in pg_stat_replication, or wait"},
    {"wal segment", "removed",
     "the log was removed before it was read: the slot is lost, and the tables need a new "
     "backfill"},
    {"can no longer get changes", NULL,
     "the log was removed before it was read: the slot is lost, and the tables need a new "
     "backfill"},
    {"slot", NULL,
     "look at the slot under Prerequisites: it may be lost, or belong to another database"},
    {"password", NULL, "the password was changed: give the source profile the new one"},
    {"authentication", NULL, "the password was changed: give the source profile the new one"},
    {"bigquery", "denied",
     "Datastream's service agent may not write to the dataset: Access names the role"},
    {"dataset", "not found", "the dataset is gone: make it again, and backfill"},
    {"connection", NULL, "the proxy machine may be down: look at it, and reset it"},
    {"timed out", NULL, "the proxy machine may be down: look at it, and reset it"},
    {"timeout", NULL, "the proxy machine may be down: look at it, and reset it"},
    {"permission", NULL, "the database user lacks a grant: Prerequisites names it"},
    {"no space left", NULL, "the source's disk is full: enlarge it, then look at the slot"},
};

static bool says(const char *text, const char *word)
{
    size_t n = strlen(word);

    for (; text && *text; text++)
        if (strncasecmp(text, word, n) == 0)
            return true;
    return false;
}

const char *watch_hint(const char *reason, const char *message)
{
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if ((says(reason, hints[i].word) || says(message, hints[i].word)) &&
            (hints[i].and == NULL || says(reason, hints[i].and) || says(message, hints[i].and)))
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

/* With its next step: a stream that was never made is no riddle. */
static const char *no_answer(const struct err *e, struct arena *a)
{
    return arena_printf(a, "%s%s%s%s",
                        e->kind == ERR_MISSING ? "" : "the stream could not be asked: ", e->why,
                        e->hint[0] ? "; " : "", e->hint);
}

static void judge_stream(const struct watch_status *s, struct reasons *r, struct arena *a)
{
    if (str_is_empty(s->state))
        because(r, WATCH_UNKNOWN, no_answer(&s->stream_error, a));
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

/* A slot that no stream is known to read may never have been: only what is there is judged. */
static void judge_slot(const struct watch_slot *slot, bool read_by_stream, struct reasons *r,
                       struct arena *a)
{
    if (!slot->known || (!slot->exists && !read_by_stream))
        return;
    if (!slot->exists)
        because(r, WATCH_FAILED, "the replication slot is gone");
    else if (str_eq(slot->wal_status, "lost"))
        because(r, WATCH_FAILED, "the replication slot is lost: its log was removed");
    else if (str_eq(slot->wal_status, "unreserved"))
        because(r, WATCH_DEGRADED, "the replication slot is about to be lost (unreserved)");
    if (slot->hours_until_full >= 0 && slot->hours_until_full < 1)
        because(r, WATCH_DEGRADED, "the disk is full within the hour at this pace");
    else if (slot->hours_until_full >= 0 && slot->hours_until_full < FULL_SOON_H)
        because(r, WATCH_DEGRADED,
                arena_printf(a, "the disk is full in about %.0f hours at this pace",
                             slot->hours_until_full));
}

/* NULL: under way, done, or not begun yet. */
static const char *bad_backfill(const char *state)
{
    return str_eq(state, "FAILED")        ? "failed"
           : str_eq(state, "STOPPED")     ? "was stopped: rows are missing"
           : str_eq(state, "UNSUPPORTED") ? "is not possible: only what changes arrives"
                                          : NULL;
}

static void judge_tables(const struct watch_status *s, struct reasons *r, struct arena *a)
{
    for (size_t i = 0; i < s->n_tables; i++) {
        const struct watch_table *t = &s->tables[i];
        const char *backfill = bad_backfill(t->backfill_state);
        if (backfill)
            because(r, WATCH_DEGRADED,
                    arena_printf(a, "the backfill of %s.%s %s", t->schema, t->table, backfill));
        if (t->n_errors)
            because(r, WATCH_DEGRADED,
                    arena_printf(a, "%s.%s: %s", t->schema, t->table, t->errors[0].message));
        if (t->unsupported_events > 0)
            because(r, WATCH_DEGRADED,
                    arena_printf(a, "%s.%s: %lld changes could not be written", t->schema, t->table,
                                 (long long)t->unsupported_events));
    }
}

/* Health is what the stream and its tables say: unknown while one of the two is. Trouble that is
 * seen counts all the same. */
void watch_judge(struct watch_status *s, struct arena *a)
{
    struct reasons r = {.room = REASONS, .worst = WATCH_OK};
    bool known = !str_is_empty(s->state) && s->tables_why == NULL;

    r.items = arena_array(a, const char *, r.room);
    judge_stream(s, &r, a);
    if (s->tables_why && !str_is_empty(s->state))
        because(&r, WATCH_UNKNOWN,
                arena_printf(a, "the tables could not be asked: %s", s->tables_why));
    judge_slot(&s->slot, !str_is_empty(s->state), &r, a);
    judge_tables(s, &r, a);
    s->health = r.worst == WATCH_OK && !known ? WATCH_UNKNOWN : r.worst;
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

static void write_json(const struct watch_status *s, const char *slot_name, bool pretty,
                       struct str *out)
{
    static const char *const latencies[] = {"p50", "p95", "p99"};
    struct json_out o;

    json_begin(&o, out, pretty);
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

void watch_json(const struct watch_status *s, const char *slot_name, struct str *out)
{
    write_json(s, slot_name, true, out);
}

void watch_json_line(const struct watch_status *s, const char *slot_name, struct str *out)
{
    write_json(s, slot_name, false, out);
}
