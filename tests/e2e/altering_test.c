/* An order to a stream that was killed in the middle, or stopped by Ctrl-C: any later strom knows
 * of it, and goes on with it or puts it back; the plan file follows the slot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/base/path.h"
#include "tests/e2e/altering.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECOND_MS = 1000, TRIES = 3 };

/* kill -9, once it has said that. */
static void kill_at(const char *const *words, const char *said)
{
    struct run *r = world_start(&w, NULL, words);
    if (!run_wait_out(r, said, RUN_MS))
        fail_msg("it does not say %s:\n%s%s", said, run_out(r), run_err(r));
    run_signal(r, SIGKILL);
    assert_int_equal(run_wait_end(r, RUN_MS), 128 + SIGKILL);
    run_free(r);
}
#define KILL_AT(said, ...)                                                                         \
    kill_at((const char *const[]){"stream", __VA_ARGS__, APP, "--yes", "--json", NULL}, said)

/* --- killed, and the same command --- */

static void a_killed_exchange_is_gone_on_with(void **state)
{
    /* steps that take their time; kills/points kills within each of them */
    static const char *const points[] = {"\"datastream.pause\"", "\"datastream.slot\"",
                                         "\"datastream.recover\""};
    (void)state;
    make_slot("ds_to");
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        KILL_AT(points[i], "slot", "ds_to");
        answer_says(STROM(&w, "status", APP), "an earlier run, begun");
    }
    const struct answer *a = stream_do("slot", "ds_to");
    ends_with(a, 0, "running");
    answer_says(a, "goes on with what was begun");
    reads("ds_to");
    await_all_equal();
}

/* --- killed, and the wizard's Home --- */

static void home_goes_on_with_it(void **state)
{
    (void)state;
    make_slot("ds_tre");
    KILL_AT("\"datastream.slot\"", "slot", "ds_tre");
    ask_about_it("strom stream slot ds_tre");
    vt_key(v, "g");
    see("running");
    assert_int_equal(vt_wait_end(v, LONG_MS), 0);
    reads("ds_tre");
    await_all_equal();
    nothing_is_left();
}

static void home_puts_it_back(void **state)
{
    (void)state;
    make_slot("ds_fire");
    KILL_AT("\"datastream.recover\"", "slot", "ds_fire");
    ask_about_it("strom stream slot ds_fire");
    vt_key(v, "u");
    see("undone");
    assert_int_equal(vt_wait_end(v, LONG_MS), 0);
    reads("ds_tre");
    await_all_equal();
    nothing_is_left();
    ends_with(STROM(&w, "stream", "slot", "ds_fire", APP, "--undo", "--yes", "--json"), 0,
              "unchanged");
}

static void home_leaves_it_so(void **state)
{
    (void)state;
    KILL_AT("\"datastream.pause\"", "pause");
    ask_about_it("strom stream pause");
    vt_key(v, "l");
    see("left as it is");
    see_gone("Not finished");
    vt_key(v, "q");
    assert_int_equal(vt_wait_end(v, LONG_MS), 0);
    answer_is(stream_do("pause", NULL), 0); /* it may have been done before it was left */
    lose_await(&w, "PAUSED");
    ends_with(stream_do("resume", NULL), 0, "running");
}

/* --- Ctrl-C --- */

static void open_in(const char *const *argv)
{
    struct vt_options o = {.cols = 150, .rows = 60, .argv = argv, .cwd = w.state};
    vt_free(v);
    v = vt_start(&o);
    assert_non_null(v);
}
#define OPEN(...) open_in((const char *const[]){w.strom, "stream", __VA_ARGS__, APP, "--yes", NULL})

static void interrupt_at(const char *step)
{
    see(step);
    vt_key(v, "Ctrl-C");
    see("stop after the steps that run");
}

static void answer_it(const char *letter, int code)
{
    vt_type(v, letter);
    vt_key(v, "Enter");
    int got = vt_wait_end(v, LONG_MS);
    if (got != code)
        fail_msg("exit %d\n%s", got, vt_screen(v));
}

static void stopped_it_is_gone_on_with(void **state)
{
    (void)state;
    make_slot("ds_fem");
    OPEN("slot", "ds_fem");
    interrupt_at("datastream.pause");
    answer_it("t", 130);
    see("stopped before the last");
    OPEN("slot", "ds_fem");
    see("goes on with what was begun");
    interrupt_at("datastream.slot");
    answer_it("d", 130);
    see("the same command continues");
    ends_with(stream_do("slot", "ds_fem"), 0, "running");
    reads("ds_fem");
}

static void undone_it_is_as_before(void **state)
{
    (void)state;
    make_slot("ds_seks");
    OPEN("slot", "ds_seks");
    interrupt_at("datastream.slot");
    answer_it("u", 130);
    see("putting back what this run has changed");
    see("it was put back");
    reads("ds_fem");
    await_all_equal();
    nothing_is_left();
}

static void who_stays_sees_it_through(void **state)
{
    (void)state;
    OPEN("pause");
    interrupt_at("datastream.pause");
    answer_it("s", 0);
    see("paused: " STREAM);
    ends_with(stream_do("resume", NULL), 0, "running");
}

/* A password that was given is not taken back: it is not offered. */
static void a_second_one_leaves_within_a_second(void **state)
{
    (void)state;
    int64_t took = SECOND_MS + 1;
    for (int i = 0; i < TRIES && took > SECOND_MS; i++) {
        OPEN("password");
        interrupt_at("datastream.source_profile");
        assert_false(vt_find(v, "undo", &(int){0}, &(int){0}));
        int64_t from = clock_mono_ms();
        vt_key(v, "Ctrl-C");
        assert_int_equal(vt_wait_end(v, LONG_MS), 130);
        took = clock_mono_ms() - from;
    }
    assert_in_range(took, 0, SECOND_MS);
    answer_says(STROM(&w, "status", APP), "an earlier run, begun");
    ends_with(stream_do("password", NULL), 0, "changed");
}

/* --- a recovery --- */

static void a_killed_recovery_is_gone_on_with(void **state)
{
    char value[256];
    (void)state;
    lose_slot(&w, "ds_fem");
    world_source(&w, "SELECT pg_drop_replication_slot('ds_fem')", value);
    make_slot("ds_fem");
    KILL_AT("\"datastream.recover\"", "recover");
    ask_about_it("strom stream recover");
    assert_false(vt_find(v, "undo: ", &(int){0}, &(int){0}));
    vt_key(v, "n");
    vt_key(v, "q");
    assert_int_equal(vt_wait_end(v, LONG_MS), 0);
    KILL_AT("\"datastream.backfill\"", "recover");
    ask_about_it("strom stream recover");
    vt_key(v, "g");
    see("running");
    assert_int_equal(vt_wait_end(v, LONG_MS), 0);
    reads("ds_fem");
    await_all_equal();
    nothing_is_left();
    ends_with(stream_do("recover", NULL), 0, "unchanged");
}

/* --- the plan file --- */

static void read_file(const char *path, char out[65536])
{
    struct str text = {0};
    struct err e;
    assert_true(path_read(path, 65535, &text, &e));
    snprintf(out, 65536, "%s", str_text(&text));
    str_done(&text);
}

/* As somebody's editor left it: blanks and the order of keys are theirs. */
static void write_theirs(const char *path, const char *slot)
{
    char text[65536];
    read_file(TESTS_DIR "/e2e/two_tables.json", text);
    char *at = strstr(text, "\"slot\": \"ds_replication\"");
    assert_non_null(at);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "%.*s\"slot\"  :\t\"%s\"%s\n\n", (int)(at - text), text, slot,
            at + strlen("\"slot\": \"ds_replication\""));
    fclose(f);
}

/* A file that names another slot before the stream reads it: how many needs name that command. */
static int told_command(const char *path, const char *command)
{
    int n = 0;
    const struct answer *a = STROM(&w, "review", APP, "-f", path, "--json");
    answer_fits(&w, a, "review");
    for
        json_each(need, json_get(a->doc, "needs"))
        {
            if (!str_eq(json_string(need, "kind"), "command"))
                continue;
            assert_non_null(strstr(json_string_or(need, "text", ""), command));
            n++;
        }
    return n;
}

static void the_plan_file_follows_the_slot(void **state)
{
    static char before[65536], after[65536], wanted[65536];
    char path[WORLD_PATH + 32], ahead[WORLD_PATH + 32];
    (void)state;
    snprintf(path, sizeof path, "%s/theirs.json", w.state);
    snprintf(ahead, sizeof ahead, "%s/ahead.json", w.state);
    make_slot("ds_sju");
    write_theirs(ahead, "ds_sju");
    assert_int_equal(told_command(ahead, "strom stream slot ds_sju"), 1);
    const struct answer *p = STROM(&w, "plan", APP, "-f", ahead);
    answer_is(p, 3);
    assert_non_null(strstr(p->out, "strom stream slot ds_sju"));
    write_theirs(path, "ds_fem");
    read_file(path, before);
    const struct answer *a = STROM(&w, "stream", "slot", "ds_sju", APP, "-f", path, "--dry-run");
    answer_is(a, 3);
    assert_non_null(strstr(a->out, "is written into"));
    a = STROM(&w, "stream", "slot", "ds_sju", APP, "-f", path, "--yes", "--json");
    answer_fits(&w, a, "stream");
    ends_with(a, 0, "running");
    assert_text(event_of(a, "plan.file", "done"), "name", path);
    read_file(path, after);
    write_theirs(path, "ds_sju");
    read_file(path, wanted);
    assert_string_equal(after, wanted);
    a = STROM(&w, "plan", APP, "-f", path, "--json");
    assert_text(found_in(json_get(a->doc, "actions"), "step", "datastream.stream"), "action",
                "keep");
    assert_int_equal(told_command(ahead, ""), 0); /* it has done what it was named for */
    write_theirs(path, "ds_fem");                 /* it was not written when that run ended */
    a = STROM(&w, "stream", "slot", "ds_sju", APP, "-f", path, "--yes", "--json");
    ends_with(a, 0, "unchanged");
    assert_non_null(event_of(a, "plan.file", "done"));
    a = STROM(&w, "stream", "slot", "ds_sju", APP, "-f", path, "--undo", "--yes", "--json");
    answer_fits(&w, a, "stream");
    ends_with(a, 0, "undone");
    read_file(path, after);
    assert_string_equal(after, before);
    reads("ds_fem");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_exchange_is_gone_on_with),
        cmocka_unit_test(home_goes_on_with_it),
        cmocka_unit_test(home_puts_it_back),
        cmocka_unit_test(home_leaves_it_so),
        cmocka_unit_test(stopped_it_is_gone_on_with),
        cmocka_unit_test(undone_it_is_as_before),
        cmocka_unit_test(who_stays_sees_it_through),
        cmocka_unit_test(a_second_one_leaves_within_a_second),
        cmocka_unit_test(a_killed_recovery_is_gone_on_with),
        cmocka_unit_test(the_plan_file_follows_the_slot),
        cmocka_unit_test(every_request_was_one_of_googles),
    };
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    return cmocka_run_group_tests(tests, start, close_world);
}
