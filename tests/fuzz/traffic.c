/* `strom create` killed at moments that nothing decides but the seed, while the app goes on
 * writing; the same command continues and ends with a running stream and equal rows. One seed a
 * run: STROM_SEED. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/world.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { KILLS_MOST = 6, PATIENCE_MS = 120000, LOOK_MS = 100 };

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

/* A function of every column that flows; the same words for PostgreSQL and SQLite. */
struct table {
    const char *source, *destination, *sum;
};
static const struct table tables[] = {
    {"public.regel_evaluering", "public_regel_evaluering",
     "sum(id * 7 + regel_resultat_id * 3 + length(regel_navn) * 5 + CASE WHEN resultat THEN 11 "
     "ELSE "
     "0 END)"},
    {"public.regelsett_resultat", "public_regelsett_resultat",
     "sum(id * 7 + innkommende_journalpost * 3 + length(system_navn) * 5)"},
};

static void at_source(const struct table *t, char out[256])
{
    char sql[512];
    snprintf(sql, sizeof sql, "SELECT 'sum:' || count(*) || ':' || %s || ':' FROM %s", t->sum,
             t->source);
    world_source(&w, sql, out);
}

static bool at_destination(const struct table *t, const char *wanted, char **out)
{
    char sql[512];
    snprintf(sql, sizeof sql, "SELECT 'sum:' || count(*) || ':' || %s || ':' FROM %s", t->sum,
             t->destination);
    const char *const args[] = {"sql", sql, NULL};
    return session_run(w.session, args, out) == 0 && *out && strstr(*out, wanted) != NULL;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void await_equal(const struct table *t)
{
    char wanted[256], *found = NULL;
    at_source(t, wanted);
    for (int64_t end = now_ms() + PATIENCE_MS; !at_destination(t, wanted, &found);) {
        if (now_ms() > end)
            fail_msg("%s: %s at the source, at the destination:\n%s", t->source, wanted,
                     found ? found : "");
        free(found);
        found = NULL;
        poll(NULL, 0, LOOK_MS); /* looks again; nothing announces this */
    }
    print_message("%s: %s\n", t->source, wanted);
    free(found);
}

/* Lets it run for so long, at most; true when it came to its end by itself. */
static bool killed_after(int ms)
{
    struct run *r = STROM_START(&w, NULL, CREATE);
    int64_t end = now_ms() + ms;
    for (int64_t left = ms; left > 0 && run_wait_more(r, (int)left);)
        left = end - now_ms();
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
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        await_equal(&tables[i]);
    a = STROM(&w, "status", "--app", "postmottak-backend", "--json");
    if (strcmp(json_string_or(a->doc, "stream.state", ""), "RUNNING") != 0)
        fail_msg("exit %d\n%s%s", a->code, a->out, a->err);
    a = STROM(&w, CREATE); /* nothing twice, nothing half */
    answer_is(a, 0);
    for (size_t i = 0; i + 1 < a->n_lines; i++)
        if (strcmp(json_string_or(a->line[i], "state", "kept"), "kept") != 0)
            fail_msg("not all is kept:\n%s", a->out);
    print_message("ran: killed %u times, %zu tables equal\n", (unsigned)killed,
                  sizeof tables / sizeof *tables);
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
