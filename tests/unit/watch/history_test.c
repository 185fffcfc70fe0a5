/* What earlier looks have seen: it outlives the program, and says over what time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/store/seen.h"
#include "api/watch/history.h"

#include <stdio.h>
#include <string.h>

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)

static const int64_t start_ms = INT64_C(1795338900000);
static const struct target target = {.project = "p", .region = "r", .stream = "s"};

static struct watch_status seen_at(int64_t ms, int64_t held, int64_t confirmed)
{
    return (struct watch_status){.seen_ms = ms,
                                 .slot = {.name = "ds_replication",
                                          .known = true,
                                          .exists = true,
                                          .seen_ms = ms,
                                          .wal_bytes = held,
                                          .confirmed = confirmed}};
}

static void add(struct watch_history *h, int64_t ms, int64_t held, int64_t confirmed)
{
    struct watch_status s = seen_at(ms, held, confirmed);
    watch_history_add(h, &s);
}

static struct store *open_store(void)
{
    struct err e;
    struct store *s = store_open_memory(&e);
    assert_non_null(s);
    return s;
}

static void it_is_there_at_the_next_start(void **state)
{
    struct store *store = open_store();
    struct watch_history h, other;
    struct target elsewhere = target;
    (void)state;
    watch_history_open(&h, store, &target);
    assert_int_equal(h.n, 0);
    assert_null(watch_history_before(&h, start_ms));
    add(&h, start_ms, 100, 7);
    add(&h, start_ms + 2 * MINUTE_MS, 300, 9);
    watch_history_save(&h, store, &target);
    watch_history_close(&h);
    watch_history_open(&h, store, &target);
    assert_int_equal(h.n, 2);
    assert_string_equal(h.slot, "ds_replication");
    assert_int_equal(h.marks[1].wal_bytes, 300);
    assert_true(h.moved_ms == start_ms + 2 * MINUTE_MS);
    str_copy(elsewhere.stream, sizeof elsewhere.stream, "t");
    watch_history_open(&other, store, &elsewhere);
    assert_int_equal(other.n, 0);
    watch_history_close(&other);
    watch_history_close(&h);
    store_close(store);
}

static void before(const struct watch_history *h, int64_t now, int64_t wanted)
{
    const struct watch_mark *m = watch_history_before(h, now);
    if (wanted < 0)
        assert_null(m);
    else
        assert_true(m && m->ms == start_ms + wanted);
}

/* The longest within the hour; an older one where there is none; nothing of last week. */
static void a_pace_is_measured_over_what_tells_most(void **state)
{
    struct watch_history h = {.n = 0};
    (void)state;
    struct store *store = open_store();
    watch_history_open(&h, store, &target);
    add(&h, start_ms, 1, 1);
    before(&h, start_ms + 500, -1); /* too close to tell anything */
    before(&h, start_ms + 9000, -1);
    before(&h, start_ms + 15000, 0);
    add(&h, start_ms + 30 * MINUTE_MS, 2, 2);
    before(&h, start_ms + 31 * MINUTE_MS, 0);
    before(&h, start_ms + 65 * MINUTE_MS, 30 * MINUTE_MS);
    before(&h, start_ms + 3 * HOUR_MS, 30 * MINUTE_MS);
    before(&h, start_ms + 72 * HOUR_MS, -1);
    watch_history_close(&h);
    store_close(store);
}

static void looks_are_a_minute_apart_and_sixty(void **state)
{
    struct watch_history h;
    struct store *store = open_store();
    (void)state;
    watch_history_open(&h, store, &target);
    for (int i = 0; i < 100; i++)
        add(&h, start_ms + i * INT64_C(2000), 100 + i, i);
    assert_int_equal(h.n, 5); /* of three minutes, and the newest */
    assert_int_equal(h.marks[4].wal_bytes, 199);
    for (int i = 0; i < 100; i++)
        add(&h, start_ms + HOUR_MS + i * MINUTE_MS, i, i);
    assert_int_equal(h.n, WATCH_MARKS);
    assert_int_equal(h.marks[WATCH_MARKS - 1].wal_bytes, 99);
    add(&h, start_ms, 5, 5); /* the clock was set back */
    assert_int_equal(h.n, 1);
    watch_history_close(&h);
    store_close(store);
}

static void another_slot_begins_anew(void **state)
{
    struct watch_history h;
    struct store *store = open_store();
    struct watch_status s = seen_at(start_ms + MINUTE_MS, 5, 5);
    (void)state;
    watch_history_open(&h, store, &target);
    add(&h, start_ms, 100, 7);
    s.slot.name = "en_annen";
    watch_history_add(&h, &s);
    assert_int_equal(h.n, 1);
    assert_true(h.moved_ms == 0); /* that it moved nobody has seen */
    s.slot.known = false;
    watch_history_add(&h, &s);
    assert_int_equal(h.n, 1);
    add(&h, start_ms + 2 * MINUTE_MS, 100, 700);
    add(&h, start_ms + 4 * MINUTE_MS, 100, 900);
    assert_int_equal(h.n, 2);
    add(&h, start_ms + 6 * MINUTE_MS, 1, 3); /* made anew under its name: none goes back */
    assert_int_equal(h.n, 1);
    watch_history_close(&h);
    store_close(store);
}

static void a_table_made_again_is_noticed_until_it_is_copied(void **state)
{
    struct watch_history h;
    struct store *store = open_store();
    struct watch_table t = {
        .schema = "public", .table = "regel", .oid = 100, .backfill_started = ""};
    struct watch_status s = seen_at(start_ms, 1, 1);
    (void)state;
    s.tables = &t;
    s.n_tables = 1;
    watch_history_open(&h, store, &target);
    watch_history_add(&h, &s);
    assert_false(watch_history_remade(&h, &t));
    t.oid = -1; /* not asked */
    assert_false(watch_history_remade(&h, &t));
    t.oid = 200;
    t.backfill_started = "2026-11-01T00:00:00Z"; /* that was the old one's */
    assert_true(watch_history_remade(&h, &t));
    s.seen_ms += MINUTE_MS;
    watch_history_add(&h, &s);
    watch_history_save(&h, store, &target);
    watch_history_close(&h);
    watch_history_open(&h, store, &target);
    assert_true(watch_history_remade(&h, &t)); /* it was told once, and still holds */
    t.backfill_started = "2099-01-01T00:00:00Z";
    assert_false(watch_history_remade(&h, &t));
    watch_history_add(&h, &s);
    t.backfill_started = "";
    assert_false(watch_history_remade(&h, &t));
    watch_history_close(&h);
    store_close(store);
}

/* The same name in another database, with another slot: what copied it then has read that one. */
static void a_stream_made_anew_has_read_the_new_tables(void **state)
{
    struct watch_history h;
    struct store *store = open_store();
    struct watch_table t = {
        .schema = "public", .table = "regel", .oid = 100, .backfill_started = ""};
    struct watch_status s = seen_at(start_ms, 1, 1000);
    char begun[CLOCK_TEXT];
    (void)state;
    s.tables = &t;
    s.n_tables = 1;
    watch_history_open(&h, store, &target);
    watch_history_add(&h, &s);
    watch_history_save(&h, store, &target);
    watch_history_close(&h);
    watch_history_open(&h, store, &target);
    t.oid = 200;
    t.backfill_started = clock_rfc3339((start_ms - MINUTE_MS) / 1000, begun);
    h.n = 0; /* as a look does that finds another slot */
    assert_true(watch_history_remade(&h, &t));
    t.backfill_started = clock_rfc3339((start_ms + MINUTE_MS) / 1000, begun);
    assert_false(watch_history_remade(&h, &t));
    watch_history_close(&h);
    store_close(store);
}

static void what_cannot_be_read_was_not_seen(void **state)
{
    static const char *const texts[] = {"", "no map", "{\"marks\":\"x y z\"}",
                                        "{\"marks\":\"5 -1 3;9 9\",\"moved\":\"x\",\"slot\":3}"};
    struct store *store = open_store();
    struct err e;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct watch_history h;
        assert_true(seen_put(store, "watch p r s", texts[i], &e));
        watch_history_open(&h, store, &target);
        assert_int_equal(h.n, 0);
        assert_true(h.moved_ms == 0);
        watch_history_close(&h);
    }
    store_close(store);
}

/* Of a hundred and twenty things the newest hundred. */
static void the_store_keeps_a_hundred(void **state)
{
    struct store *store = open_store();
    struct arena a = {0};
    struct err e;
    char key[16];
    size_t n = 0;
    (void)state;
    assert_null(seen_get(store, "k0", &a));
    for (int i = 0; i < 120; i++) {
        snprintf(key, sizeof key, "k%d", i);
        assert_true(seen_put(store, key, "text", &e));
    }
    for (int i = 0; i < 120; i++) {
        snprintf(key, sizeof key, "k%d", i);
        n += seen_get(store, key, &a) != NULL;
    }
    assert_int_equal(n, 100);
    arena_done(&a);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_there_at_the_next_start),
        cmocka_unit_test(a_pace_is_measured_over_what_tells_most),
        cmocka_unit_test(looks_are_a_minute_apart_and_sixty),
        cmocka_unit_test(another_slot_begins_anew),
        cmocka_unit_test(a_table_made_again_is_noticed_until_it_is_copied),
        cmocka_unit_test(a_stream_made_anew_has_read_the_new_tables),
        cmocka_unit_test(what_cannot_be_read_was_not_seen),
        cmocka_unit_test(the_store_keeps_a_hundred),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
