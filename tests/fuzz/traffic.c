/* `strom create` killed at moments that nothing decides but the seed, while the app goes on
 * writing; the same command continues and ends with a running stream and equal rows. One seed a
 * run: STROM_SEED. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "tests/e2e/equal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KILLS_MOST = 6 };

#define CREATE                                                                                     \
    "create", "postmottak-backend", "datastream", "--include-tables",                              \
        "regel_evaluering,regelsett_resultat", "--yes", "--json"

static struct world w;
static uint64_t state;

/* splitmix64 */
static uint32_t below(uint32_t n)
{
    uint64_t z = state += 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return (uint32_t)((z ^ z >> 31) % n);
}

/* Lets it run for so long, at most; true when it came to its end by itself. */
static bool killed_after(int ms)
{
    struct run *r = STROM_START(&w, NULL, CREATE);
    int64_t end = clock_mono_ms() + ms;
    for (int64_t left = ms; left > 0 && run_wait_more(r, (int)left);)
        left = end - clock_mono_ms();
    run_signal(r, SIGKILL);
    int code = run_wait_end(r, RUN_MS);
    print_message("%d ms, exit %d\n", ms, code);
    if (code != 128 + SIGKILL && code != 0)
        fail_msg("exit %d before it was killed\n%s%s", code, run_out(r), run_err(r));
    run_free(r);
    return code == 0;
}

static void same_command_continues(void **unused)
{
    (void)unused;
    uint32_t kills = 1 + below(KILLS_MOST), killed = 0;
    while (killed < kills && !killed_after(1 + (int)below(below(2) ? 400 : 6000)))
        killed++;
    const struct answer *a = STROM(&w, CREATE);
    answer_is(a, 0);
    answer_events(a);
    assert_text(a->line[a->n_lines - 1], "result", "running");
    const char *const quiet[] = {"traffic", "0", NULL};
    assert_int_equal(session_run(w.session, quiet, NULL), 0);
    equal_await(&w, &equal_rules);
    equal_await(&w, &equal_results);
    a = STROM(&w, "status", "--app", "postmottak-backend", "--json");
    if (strcmp(json_string_or(a->doc, "stream.state", ""), "RUNNING") != 0)
        fail_msg("exit %d\n%s%s", a->code, a->out, a->err);
    a = STROM(&w, CREATE); /* nothing twice, nothing half */
    answer_is(a, 0);
    for (size_t i = 0; i + 1 < a->n_lines; i++)
        if (strcmp(json_string_or(a->line[i], "state", "kept"), "kept") != 0)
            fail_msg("not all is kept:\n%s", a->out);
    print_message("ran: killed %u times, both tables equal\n", (unsigned)killed);
}

static int start(void **unused)
{
    (void)unused;
    WORLD_UP(&w, "ready", "--speed", "60", "--rate", "30");
    return 0;
}

static int stop(void **unused)
{
    (void)unused;
    world_close(&w);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_command_continues),
    };
    const char *given = getenv("STROM_SEED");
    (void)argc;
    state = given ? strtoull(given, NULL, 10) : 1;
    if (!world_find(&w, argv[0])) {
        fprintf(stderr, "no strom, no strom-sandbox, or no PostgreSQL here\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, start, stop);
}
