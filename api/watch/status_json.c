/* A look as data (contract, 5b), and the schema of that document. */
#include "api/watch/status.h"

#include "api/base/clock.h"
#include "api/base/json.h"

/* --- as data --- */

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

static void moment(struct json_out *o, const char *key, int64_t seconds)
{
    char time[CLOCK_TEXT];

    json_put_string(o, key, seconds < 0 ? NULL : clock_rfc3339(seconds, time));
}

static void problems_json(struct json_out *o, const struct watch_status *s)
{
    json_open_array(o, "problems");
    for (size_t i = 0; i < s->n_why; i++) {
        json_open_object(o, NULL);
        json_put_string(o, "kind", watch_kind_name(s->why[i].kind));
        json_put_string(o, "health", watch_health_name(s->why[i].health));
        json_put_string(o, "message", s->why[i].text);
        json_put_string(o, "hint", s->why[i].hint);
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
    maybe_double(o, "measured_over_seconds", slot->pace_s > 0 ? slot->pace_s : -1);
    maybe_int(o, "unconfirmed_bytes", slot->behind_bytes);
    moment(o, "moved", slot->moved_ms > 0 ? slot->moved_ms / 1000 : -1);
    moment(o, "heartbeat", slot->heartbeat);
    json_close_object(o);
}

static const char *source_name(enum watch_source s)
{
    static const char *const names[] = {NULL, "fine", "gone", "unpublished", "remade", "narrowed"};

    return names[s];
}

static void table_json(struct json_out *o, const struct watch_table *t)
{
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
    moment(o, "counted", t->counted_ms > 0 ? t->counted_ms / 1000 : -1);
    moment(o, "last_event", t->last_event);
    maybe_int(o, "unsupported_events", t->unsupported_events);
    json_put_string(o, "source", source_name(t->source));
    errors_json(o, t->errors, t->n_errors);
    json_close_object(o);
}

/* --- what it costs --- */

static void range_json(struct json_out *o, const char *key, bool known, const double usd[2])
{
    if (!known) {
        json_put_null(o, key);
        return;
    }
    json_open_object(o, key);
    json_put_double(o, "low", usd[0]);
    json_put_double(o, "high", usd[1]);
    json_close_object(o);
}

static void cost_json(struct json_out *o, const struct watch_cost *c)
{
    json_open_object(o, "cost");
    json_put_string(o, "currency", "USD");
    moment(o, "since", c->known ? c->since : -1);
    range_json(o, "so_far", c->known, c->so_far);
    range_json(o, "month", c->month_known, c->month);
    json_put_string(o, "driver", c->known ? c->parts[c->driver].name : NULL);
    json_open_array(o, "parts");
    for (int i = 0; c->known && i < WATCH_COST_PARTS; i++) {
        json_open_object(o, NULL);
        json_put_string(o, "name", c->parts[i].name);
        maybe_int(o, "bytes", c->parts[i].bytes);
        range_json(o, "so_far", true, c->parts[i].so_far);
        range_json(o, "month", c->month_known, c->parts[i].month);
        json_close_object(o);
    }
    json_close_array(o);
    json_close_object(o);
}

/* --- the document --- */

static void stream_json(struct json_out *o, const struct watch_status *s)
{
    json_open_object(o, "stream");
    json_put_string(o, "name", s->stream);
    maybe_text(o, "state", s->state);
    maybe_text(o, "maker", s->maker);
    errors_json(o, s->errors, s->n_errors);
    json_close_object(o);
}

static void around_json(struct json_out *o, const struct watch_status *s)
{
    json_open_object(o, "publication");
    maybe_text(o, "name", s->publication);
    json_put_string(o, "state", source_name(s->published));
    json_close_object(o);
    json_open_object(o, "machine");
    maybe_text(o, "name", s->machine);
    maybe_text(o, "state", s->machine_state);
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
        json_put_string(&o, NULL, s->why[i].text);
    json_close_array(&o);
    problems_json(&o, s);
    stream_json(&o, s);
    maybe_double(&o, "freshness_seconds", s->now[WATCH_FRESHNESS]);
    json_open_object(&o, "latency_seconds");
    for (size_t i = 0; i < 3; i++)
        maybe_double(&o, latencies[i], s->now[WATCH_LATENCY_P50 + i]);
    json_close_object(&o);
    maybe_double(&o, "events_per_second", s->now[WATCH_EVENTS_PER_S]);
    maybe_double(&o, "bytes_per_second", s->now[WATCH_BYTES_PER_S]);
    moment(&o, "newest_figure", s->figures_known ? s->newest_point : -1);
    slot_json(&o, &s->slot, slot_name);
    around_json(&o, s);
    json_open_array(&o, "tables");
    for (size_t i = 0; i < s->n_tables; i++)
        table_json(&o, &s->tables[i]);
    json_close_array(&o);
    cost_json(&o, &s->cost);
    if (s->drift)
        drift_json(&o, "drift", s->drift);
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
