/* Monitor: nothing that is wrong stands there without the next step, and no number without its
 * unit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/arena.h"
#include "screens/status_view.h"
#include "tui/shot.h"

#include <locale.h>
#include <string.h>

struct scene {
    struct arena mem;
    struct page *page;
    struct str text;
    struct watch_status s;
    struct watch_silence silence;
};

static void open_scene(struct scene *x)
{
    *x = (struct scene){.page = page_new(80, 24)};
    x->s = (struct watch_status){.stream = "postgres-postmottak-bigquery",
                                 .state = "RUNNING",
                                 .now = {12.5, 3100, 0.2, 0.1, 1.25, 3},
                                 .points = {{1, 2, 3}, {100, 200, 300}, {1, 1, 1}},
                                 .update_time = -1,
                                 .slot = {.name = "ds_replication",
                                          .known = true,
                                          .exists = true,
                                          .active = true,
                                          .wal_status = "reserved",
                                          .wal_bytes = 1200000,
                                          .wal_bytes_per_hour = 2000000,
                                          .pace_s = 720,
                                          .hours_until_full = 60,
                                          .heartbeat = -1}};
}

static void close_scene(struct scene *x)
{
    arena_done(&x->mem);
    str_done(&x->text);
    page_free(x->page);
}

static void draw(struct scene *x)
{
    struct watch_slot last = {0};
    struct list list = {0};

    watch_judge(&x->s, &x->mem);
    page_begin(x->page, 80, 24);
    status_view_stream(&x->s, x->silence.ms > 0, x->page);
    if (x->silence.ms > 0)
        status_view_silence(&x->s, &x->silence, x->page);
    status_view_slot(&x->s.slot, &last, x->s.slot.name, x->page);
    status_view_tables(&x->s, &list, x->page);
    status_view_log(&x->s, x->page);
    page_end(x->page);
    str_clear(&x->text);
    shot_text(x->page, false, &x->text);
}

static size_t count(const struct scene *x, const char *what)
{
    size_t n = 0;

    for (const char *at = x->text.text; (at = strstr(at, what)); at += strlen(what))
        n++;
    return n;
}

static void says(const struct scene *x, const char *words)
{
    if (count(x, words) == 0)
        fail_msg("'%s' is not on the page:\n%s", words, x->text.text);
}

static void every_number_has_its_unit(void **state)
{
    struct watch_table table = {.schema = "public",
                                .table = "t",
                                .backfill_state = "COMPLETED",
                                .rows_source = 250000,
                                .rows_source_is_estimate = true,
                                .rows_destination = 249000};
    struct scene x;

    (void)state;
    open_scene(&x);
    x.s.tables = &table;
    x.s.n_tables = 1;
    draw(&x);
    says(&x, "BigQuery at most 1 s behind"); /* never less than it is */
    says(&x, "12.5 a second");
    says(&x, "3.1 kB a second");
    says(&x, "50 % in 0.1 s, 95 % in 1.2 s, 99 % in 3.0 s");
    says(&x, "in the last hour");
    says(&x, "1.2 MB of log held, reserved");
    says(&x, "growing by 2.0 MB an hour (measured over 12 min)");
    says(&x, "the disk is full in 60 h");
    says(&x, "Source rows");
    says(&x, "BigQuery rows");
    says(&x, "~250 000");
    says(&x, "~ is an estimate");
    assert_int_equal(count(&x, "\xe2\x86\x92"), 0); /* and nothing is to be done */
    close_scene(&x);
}

/* Each that health knows, by itself: it is told with one step to take. */
static void trouble_has_its_next_step(struct scene *x, const char *words)
{
    draw(x);
    says(x, words);
    if (count(x, "\xe2\x86\x92") != x->s.n_why)
        fail_msg("not one step for each of %zu:\n%s", x->s.n_why, x->text.text);
    if (count(x, "tells more"))
        fail_msg("no advice for what health itself says:\n%s", x->text.text);
}

/* The slot says it, and the stream's own error: one cause, one step. */
static void one_step_is_told_once(void **state)
{
    const struct watch_error e = {"", "replication slot \"ds_replication\" does not exist",
                                  watch_step(WATCH_SLOT_GONE), ""};
    struct scene x;

    (void)state;
    open_scene(&x);
    x.s.state = "FAILED";
    x.s.slot.exists = false;
    x.s.errors = &e;
    x.s.n_errors = 1;
    draw(&x);
    says(&x, "the replication slot is gone");
    says(&x, "does not exist");
    assert_int_equal(count(&x, "shows the migration for a"), 1);
    close_scene(&x);
}

/* There is no figure of now while nothing is read. */
static void nothing_is_fresh_that_nobody_reads(void **state)
{
    struct scene x;

    (void)state;
    open_scene(&x);
    x.s.state = "PAUSED";
    x.s.newest_point = 1;
    for (int f = 0; f < WATCH_FIGURES; f++)
        x.s.now[f] = -1;
    draw(&x);
    says(&x, "nothing is read at present");
    assert_int_equal(count(&x, "s old"), 0); /* the others' points still come */
    assert_int_equal(count(&x, "behind"), 0);
    close_scene(&x);
}

static void every_state_has_its_next_step(void **state)
{
    static const char *const states[] = {"FAILED_PERMANENTLY", "NOT_STARTED", "PAUSED", "DRAINING"};
    struct scene x;

    (void)state;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        open_scene(&x);
        x.s.state = states[i];
        trouble_has_its_next_step(&x, "\xe2\x86\x92");
        close_scene(&x);
    }
}

static void every_slot_has_its_next_step(void **state)
{
    struct scene x;

    (void)state;
    open_scene(&x);
    x.s.slot.exists = false;
    trouble_has_its_next_step(&x, "the replication slot is gone");
    x.s.slot.exists = true;
    x.s.slot.wal_status = "lost";
    trouble_has_its_next_step(&x, "the replication slot is lost");
    x.s.slot.wal_status = "unreserved";
    trouble_has_its_next_step(&x, "about to be lost");
    x.s.slot.wal_status = "reserved";
    x.s.slot.hours_until_full = 3;
    trouble_has_its_next_step(&x, "the disk is full in about 3 hours");
    x.s.slot.hours_until_full = 0.5;
    trouble_has_its_next_step(&x, "within the hour");
    close_scene(&x);
}

static void every_table_has_its_next_step(void **state)
{
    static const char *const states[] = {"FAILED", "STOPPED", "UNSUPPORTED"};
    struct watch_table table = {.schema = "public", .table = "t", .rows_source = 1};
    struct scene x;

    (void)state;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        open_scene(&x);
        table.backfill_state = states[i];
        table.unsupported_events = i == 1 ? 4 : 0;
        x.s.tables = &table;
        x.s.n_tables = 1;
        trouble_has_its_next_step(&x, "the backfill of public.t");
        close_scene(&x);
    }
}

/* Google's own words: once, with their time, and with a step also where no advice fits. */
static void an_error_is_said_once(void **state)
{
    static const struct watch_error errors[] = {
        {"POSTGRES_X", "something that nobody foresaw", "", "2026-11-22T08:00:00Z"},
        {"POSTGRES_Y", "the password is wrong", "the password was changed", ""}};
    struct scene x;

    (void)state;
    open_scene(&x);
    x.s.errors = errors;
    x.s.n_errors = 2;
    draw(&x);
    assert_int_equal(count(&x, "something that nobody foresaw"), 1);
    assert_int_equal(count(&x, "\xe2\x86\x92"), 2);
    says(&x, "2026-11-22T08:00:00Z");
    says(&x, "page in Google's console tells more");
    says(&x, "the password was changed");
    close_scene(&x);
}

/* Nothing looks well that nobody has answered for. */
static void a_silence_is_seen(void **state)
{
    static const struct {
        struct watch_silence silence;
        const char *says;
    } rows[] = {
        {{12000, true, false}, "Google has not answered for 12 s: all of this is as of 08:00:00"},
        {{12000, false, true}, "the database has not answered for 12 s"},
        {{65000, true, true}, "Google and the database have not answered for 1 min 05 s"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scene x;
        open_scene(&x);
        x.s.seen_ms = INT64_C(1763798400000);
        draw(&x);
        says(&x, "\xe2\x9c\x94 RUNNING");
        x.silence = rows[i].silence;
        draw(&x);
        says(&x, rows[i].says);
        says(&x, "asked anew by itself");
        says(&x, "RUNNING   when it was asked last");
        assert_int_equal(count(&x, "\xe2\x9c\x94 RUNNING"), 0);
        assert_int_equal(count(&x, "behind"), 0); /* how fresh it is nobody knows */
        close_scene(&x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_number_has_its_unit),
                                       cmocka_unit_test(one_step_is_told_once),
                                       cmocka_unit_test(nothing_is_fresh_that_nobody_reads),
                                       cmocka_unit_test(every_state_has_its_next_step),
                                       cmocka_unit_test(every_slot_has_its_next_step),
                                       cmocka_unit_test(every_table_has_its_next_step),
                                       cmocka_unit_test(an_error_is_said_once),
                                       cmocka_unit_test(a_silence_is_seen)};

    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
