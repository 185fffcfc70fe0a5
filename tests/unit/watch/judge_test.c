/* Health, its reasons, the next steps, and all of it as data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/base/json.h"
#include "api/watch/status.h"
#include "tests/unit/watch/look.h"

#include <string.h>

static void test_states(void **state)
{
    (void)state;
    static const struct {
        const char *state;
        enum watch_health health;
        const char *why;
    } rows[] = {
        {"RUNNING", WATCH_OK, NULL},
        {"", WATCH_UNKNOWN, "could not be asked"},
        {"NOT_STARTED", WATCH_DEGRADED, "never started"},
        {"STARTING", WATCH_DEGRADED, "STARTING"},
        {"DRAINING", WATCH_DEGRADED, "paused"},
        {"PAUSED", WATCH_DEGRADED, "paused"},
        {"MAINTENANCE", WATCH_DEGRADED, "MAINTENANCE"},
        {"FAILED", WATCH_FAILED, "keeps trying"},
        {"FAILED_PERMANENTLY", WATCH_FAILED, "for good"},
        {"SOMETHING_NEW", WATCH_DEGRADED, "SOMETHING_NEW"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct watch_status s = fine();
        s.state = rows[i].state;
        watch_judge(&s, &mem);
        check(&s, rows[i].health, rows[i].why);
    }
}

/* Pace and hours: two looks at the slot, or the disk's own pace where nobody reads it. */
static void test_trend(void **state)
{
    (void)state;
    enum { MIB = 1024 * 1024, HOUR_MS = 3600000 };
    static const struct {
        int64_t held, before; /* MiB; before -1: there was no look */
        bool active;
        int64_t room, disk; /* MiB, and MiB an hour */
        int64_t pace;       /* MiB an hour; -1 unknown */
        double hours;
    } rows[] = {
        {300, 100, true, 1000, -1, 200, 5},   /* it grows although it is read */
        {300, 100, false, 1000, 50, 200, 5},  /* the slot's own pace is the better one */
        {300, 100, true, -1, -1, 200, -1},    /* no limit, or not asked */
        {300, 100, true, 0, -1, 200, 0},      /* full */
        {100, 300, true, 1000, 50, -200, -1}, /* it shrinks */
        {100, 100, true, 1000, 50, 0, -1},    /* it stands */
        {300, -1, true, 1000, 50, -1, -1},    /* one look says nothing */
        {300, -1, false, 1000, 50, -1, 20},   /* read by nobody: what the disk does counts */
        {300, -1, false, 1000, -1, -1, -1},   /* which is not known either */
        {300, -1, false, -1, 50, -1, -1},     /* no limit */
        {300, -1, false, 1000, 0, -1, -1},    /* the disk stands */
        {-1, 100, false, 1000, 50, -1, -1},   /* what it holds is not known */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct watch_slot before = {.known = true, .wal_bytes = rows[i].before * MIB},
                          now = {.known = true,
                                 .active = rows[i].active,
                                 .wal_bytes = rows[i].held < 0 ? -1 : rows[i].held * MIB,
                                 .seen_ms = HOUR_MS};
        int64_t room = rows[i].room < 0 ? -1 : rows[i].room * MIB,
                disk = rows[i].disk < 0 ? -1 : rows[i].disk * MIB;
        watch_trend(&now, rows[i].before < 0 ? NULL : &before, room, disk);
        assert_int_equal(now.wal_bytes_per_hour, rows[i].pace == -1 ? -1 : rows[i].pace * MIB);
        assert_true(now.hours_until_full == rows[i].hours);
    }
}

/* Two looks within a second, or one that could not ask, give no pace. */
static void test_no_trend(void **state)
{
    (void)state;
    struct watch_slot before = {.known = true, .wal_bytes = 1, .seen_ms = 1000},
                      now = {.known = true, .wal_bytes = 1 << 20, .seen_ms = 1500};
    watch_trend(&now, &before, 1 << 20, -1);
    assert_int_equal(now.wal_bytes_per_hour, -1);
    assert_true(now.hours_until_full < 0);
    now.seen_ms = 9000;
    before.known = false;
    watch_trend(&now, &before, 1 << 20, -1);
    assert_int_equal(now.wal_bytes_per_hour, -1);
}

/* What is not known is never fine; what is seen to be wrong counts all the same. */
static void test_unknown(void **state)
{
    (void)state;
    struct watch_status s = unknown();
    watch_judge(&s, &mem);
    check(&s, WATCH_UNKNOWN, "Permission denied");
    s.state = NULL;
    watch_judge(&s, &mem);
    check(&s, WATCH_UNKNOWN, "could not be asked");
    s.state = "RUNNING";
    watch_judge(&s, &mem);
    check(&s, WATCH_UNKNOWN, "tables could not be asked");
    s.slot = (struct watch_slot){.known = true, .wal_bytes = -1, .hours_until_full = -1};
    watch_judge(&s, &mem);
    check(&s, WATCH_FAILED, "slot is gone");
    s = fine();
    s.slot = unknown().slot; /* no connection to the source: the stream speaks for itself */
    watch_judge(&s, &mem);
    check(&s, WATCH_OK, NULL);
}

/* Nothing was made yet: no answer is one, and no slot is none that was lost. */
static void test_no_stream(void **state)
{
    (void)state;
    struct watch_status s = unknown();
    err_set(&s.stream_error, ERR_MISSING, "Asking for the stream");
    err_why(&s.stream_error, "there is no stream s in p, europe-north1");
    err_hint(&s.stream_error, "strom create makes it");
    s.slot = (struct watch_slot){.known = true, .wal_bytes = -1, .hours_until_full = -1};
    watch_judge(&s, &mem);
    check(&s, WATCH_UNKNOWN, "no stream");
    assert_int_equal(s.n_why, 1);
    assert_int_equal(s.why[0].kind, WATCH_NO_STREAM);
    assert_string_equal(s.why[0].text, "there is no stream s in p, europe-north1");
    assert_string_equal(s.why[0].hint, "strom create makes it");
    s.slot.exists = true; /* one that is left over fills the disk all the same */
    s.slot.wal_status = "reserved";
    s.slot.hours_until_full = 3;
    watch_judge(&s, &mem);
    check(&s, WATCH_DEGRADED, "about 3 hours");
    s.stream_error.kind = ERR_DENIED;
    watch_judge(&s, &mem);
    check(&s, WATCH_DEGRADED, "could not be asked: there is no stream s in p");
}

static void test_dataset(void **state)
{
    (void)state;
    struct watch_status s = fine();
    s.dataset_gone = "aap-dev-ab12:datastream_postmottak";
    watch_judge(&s, &mem);
    check(&s, WATCH_FAILED, "aap-dev-ab12:datastream_postmottak is gone");
    assert_int_equal(s.why[0].kind, WATCH_DATASET);
    assert_non_null(strstr(s.why[0].hint, "strom stream backfill all"));
}

static void test_slot(void **state)
{
    (void)state;
    static const struct {
        const char *status;
        double hours;
        enum watch_health health;
        const char *why;
    } rows[] = {
        {"reserved", -1, WATCH_OK, NULL},
        {"extended", 48, WATCH_OK, NULL},
        {"unreserved", -1, WATCH_DEGRADED, "about to be lost"},
        {"lost", -1, WATCH_FAILED, "is lost"},
        {"reserved", 47.4, WATCH_DEGRADED, "about 47 hours"},
        {"reserved", 0.2, WATCH_DEGRADED, "within the hour"},
        {"reserved", 0, WATCH_DEGRADED, "within the hour"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct watch_status s = fine();
        s.slot.wal_status = rows[i].status;
        s.slot.hours_until_full = rows[i].hours;
        watch_judge(&s, &mem);
        check(&s, rows[i].health, rows[i].why);
    }
    struct watch_status s = fine();
    s.slot.exists = false;
    watch_judge(&s, &mem);
    check(&s, WATCH_FAILED, "gone");
}

static void test_tables(void **state)
{
    (void)state;
    static const struct {
        const char *backfill;
        enum watch_health health;
        const char *why;
    } rows[] = {
        {"", WATCH_OK, NULL},
        {"NOT_STARTED", WATCH_OK, NULL},
        {"PENDING", WATCH_OK, NULL},
        {"ACTIVE", WATCH_OK, NULL},
        {"COMPLETED", WATCH_OK, NULL},
        {"STOPPED", WATCH_DEGRADED, "public.regel was stopped"},
        {"FAILED", WATCH_DEGRADED, "public.regel failed"},
        {"UNSUPPORTED", WATCH_DEGRADED, "public.regel is not possible"},
    };
    struct watch_status s = fine();
    struct watch_table t = fine_tables[0];
    const struct watch_error e = {"X", "value out of range", "", ""};
    s.tables = &t;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        t.backfill_state = rows[i].backfill;
        watch_judge(&s, &mem);
        check(&s, rows[i].health, rows[i].why);
    }
    t = fine_tables[0];
    t.unsupported_events = -1;
    watch_judge(&s, &mem);
    check(&s, WATCH_OK, NULL);
    t.unsupported_events = 3;
    watch_judge(&s, &mem);
    check(&s, WATCH_DEGRADED, "3 changes could not be written");
    t.errors = &e;
    t.n_errors = 1;
    watch_judge(&s, &mem);
    check(&s, WATCH_DEGRADED, "value out of range");
}

/* However much is wrong: the worst counts, and the list stays short. */
static void test_many_reasons(void **state)
{
    (void)state;
    enum { MANY = 100 };
    static struct watch_table tables[MANY];
    struct watch_status s = fine();
    for (size_t i = 0; i < MANY; i++) {
        tables[i] = fine_tables[0];
        tables[i].backfill_state = "FAILED";
    }
    s.tables = tables;
    s.n_tables = MANY;
    s.slot.wal_status = "lost";
    watch_judge(&s, &mem);
    assert_int_equal(s.health, WATCH_FAILED);
    assert_int_equal(s.n_why, 16);
    assert_non_null(strstr(s.why[0].text, "slot"));
}

static void test_stream_errors(void **state)
{
    (void)state;
    const struct watch_error e = {"CONNECTION_TIMEOUT", "no answer from 10.166.0.2", "", ""};
    struct watch_status s = fine();
    s.errors = &e;
    s.n_errors = 1;
    watch_judge(&s, &mem);
    check(&s, WATCH_DEGRADED, "CONNECTION_TIMEOUT: no answer");
    s.state = "FAILED";
    watch_judge(&s, &mem);
    check(&s, WATCH_FAILED, "CONNECTION_TIMEOUT");
}

/* --- the next step --- */

static void test_hints(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"", "publication \"ds_publication\" does not exist", "only a new slot"},
        {"", "table public.x is not part of the publication", "Prerequisites"},
        {"", "replication slot \"ds_replication\" is active for PID 4711", "another reader"},
        {"", "requested WAL segment 00000001 has already been removed", "copied anew"},
        {"", "can no longer get changes from replication slot \"ds_replication\"", "copied anew"},
        {"", "replication slot \"ds_replication\" does not exist", "a new slot"},
        {"", "replication slot \"x\" was created in another database", "look at the slot"},
        {"", "FATAL: password authentication failed for user \"datastream\"", "password"},
        {"CONNECTION_TIMEOUT", "", "proxy machine"},
        {"", "Connection refused", "proxy machine"},
        {"", "the request timed out", "proxy machine"},
        {"", "permission denied for table regel", "lacks a grant"},
        {"BIGQUERY_PERMISSION", "Access Denied: Dataset p:d", "service agent"},
        {"", "Dataset p:d was not found", "dataset is gone"},
        {"", "could not extend file: No space left on device", "disk is full"},
        {"UNKNOWN_WORD", "nothing that we know", ""},
        {NULL, NULL, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *hint = watch_hint(rows[i][0], rows[i][1]);
        if (rows[i][2][0] ? strstr(hint, rows[i][2]) == NULL : hint[0] != '\0')
            fail_msg("%s / %s: %s", rows[i][0], rows[i][1], hint);
    }
}

/* --- as data --- */

static struct json *parsed(const struct watch_status *s, bool line)
{
    struct str text = {0};
    struct err e;
    if (line)
        watch_json_line(s, "ds_replication", &text);
    else
        watch_json(s, "ds_replication", &text);
    struct json *doc = json_parse_strict(str_text(&text), text.bytes, &e);
    if (doc == NULL)
        fail_msg("%s: %s", e.why, str_text(&text));
    const char *end = strchr(str_text(&text), '\n');
    assert_int_equal(end == str_text(&text) + text.bytes - 1, line); /* one line, or several */
    assert_int_equal(text.text[text.bytes - 1], '\n');
    str_done(&text);
    return doc;
}

static void test_json(void **state)
{
    (void)state;
    const struct watch_error e = {"R", "M\n\x1b[31m", "H", ""};
    struct watch_status s = fine();
    struct watch_table t = fine_tables[0];
    t.errors = s.errors = &e;
    t.n_errors = s.n_errors = 1;
    s.tables = &t;
    watch_judge(&s, &mem);
    for (int line = 0; line < 2; line++) {
        struct json *doc = parsed(&s, line);
        assert_int_equal(json_int64(doc, "version", 0), 1);
        assert_string_equal(json_string_or(doc, "health", ""), "degraded");
        assert_int_equal(json_count(json_get(doc, "why")), s.n_why);
        assert_string_equal(json_string_or(doc, "stream.name", ""), s.stream);
        assert_string_equal(json_string_or(doc, "stream.state", ""), "RUNNING");
        const struct json *error = json_first(json_get(doc, "stream.errors"));
        assert_string_equal(json_string_or(error, "reason", ""), "R");
        assert_string_equal(json_string_or(error, "message", ""), e.message);
        assert_string_equal(json_string_or(error, "hint", ""), "H");
        assert_true(json_double(doc, "freshness_seconds", -1) == 12);
        assert_true(json_double(doc, "latency_seconds.p99", -1) == 3);
        assert_true(json_double(doc, "events_per_second", -1) == 0.5);
        assert_string_equal(json_string_or(doc, "slot.name", ""), "ds_replication");
        assert_true(json_bool(doc, "slot.active", false));
        assert_string_equal(json_string_or(doc, "slot.wal_status", ""), "reserved");
        assert_int_equal(json_int64(doc, "slot.wal_bytes", 0), 4096);
        assert_int_equal(json_int64(doc, "slot.wal_bytes_per_hour", 0), 100);
        assert_true(json_double(doc, "slot.hours_until_full", 0) == 1000);
        const struct json *table = json_first(json_get(doc, "tables"));
        assert_string_equal(json_string_or(table, "schema", ""), "public");
        assert_string_equal(json_string_or(table, "table", ""), "regel");
        assert_string_equal(json_string_or(table, "backfill.state", ""), "COMPLETED");
        assert_string_equal(json_string_or(table, "backfill.started", ""), t.backfill_started);
        assert_string_equal(json_string_or(table, "backfill.ended", ""), t.backfill_ended);
        assert_int_equal(json_int64(table, "rows_source", -1), 1200);
        assert_false(json_bool(table, "rows_source_is_estimate", true));
        assert_int_equal(json_int64(table, "rows_destination", -1), 1200);
        assert_true(clock_parse(json_string_or(table, "last_event", "")) == t.last_event);
        assert_int_equal(json_int64(table, "unsupported_events", -1), 0);
        assert_int_equal(json_count(json_get(table, "errors")), 1);
        json_free(doc);
    }
}

/* Null, and never 0, "" or a missing key. */
static void test_json_of_nothing_known(void **state)
{
    (void)state;
    static const char *const keys[] = {"stream.state",
                                       "freshness_seconds",
                                       "latency_seconds.p50",
                                       "latency_seconds.p95",
                                       "latency_seconds.p99",
                                       "events_per_second",
                                       "slot.active",
                                       "slot.wal_status",
                                       "slot.wal_bytes",
                                       "slot.wal_bytes_per_hour",
                                       "slot.hours_until_full",
                                       "slot.measured_over_seconds",
                                       "slot.unconfirmed_bytes",
                                       "slot.moved",
                                       "slot.heartbeat",
                                       "bytes_per_second",
                                       "newest_figure",
                                       "publication.state",
                                       "machine.state",
                                       "cost.so_far",
                                       "cost.month",
                                       "cost.driver"};
    static const char *const table_keys[] = {
        "backfill.state", "backfill.started",   "backfill.ended", "rows_source", "rows_destination",
        "last_event",     "unsupported_events", "counted",        "source"};
    const struct watch_table t = {.schema = "s",
                                  .table = "t",
                                  .backfill_state = "",
                                  .backfill_started = "",
                                  .backfill_ended = "",
                                  .rows_source = -1,
                                  .rows_destination = -1,
                                  .last_event = -1,
                                  .unsupported_events = -1};
    struct watch_status s = unknown();
    s.tables = &t;
    s.n_tables = 1;
    watch_judge(&s, &mem);
    struct json *doc = parsed(&s, true);
    assert_string_equal(json_string_or(doc, "health", ""), "unknown");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!json_is_null(json_get(doc, keys[i])))
            fail_msg("%s is not null", keys[i]);
    const struct json *table = json_first(json_get(doc, "tables"));
    for (size_t i = 0; i < sizeof table_keys / sizeof *table_keys; i++)
        if (!json_is_null(json_get(table, table_keys[i])))
            fail_msg("tables[0].%s is not null", table_keys[i]);
    assert_true(json_is_array(json_get(doc, "stream.errors")));
    json_free(doc);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(watch_health_name(WATCH_OK), "ok");
    assert_string_equal(watch_health_name(WATCH_DEGRADED), "degraded");
    assert_string_equal(watch_health_name(WATCH_FAILED), "failed");
    assert_string_equal(watch_health_name(WATCH_UNKNOWN), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_trend),
        cmocka_unit_test(test_no_trend),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_no_stream),
        cmocka_unit_test(test_dataset),
        cmocka_unit_test(test_slot),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_many_reasons),
        cmocka_unit_test(test_stream_errors),
        cmocka_unit_test(test_hints),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_json_of_nothing_known),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, clean);
}
