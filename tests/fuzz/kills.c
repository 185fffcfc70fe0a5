/* strom made, changed and took down, killed on the way: the next run ends as if nothing had been.
 *
 *   kills actions       every action of create, change, strom stream and delete x every point of it
 *   kills troubles [N]  the clock jumps, it is stopped, tokens end: at every N-th request
 *   kills moments [N]   N moments that the seed decides (STROM_SEED), over whole lives
 *   kills race [N]      N rounds of ten processes at one stream
 *   kills one PHASE POINT NTH LATER   one cell of the first
 *   kills again         how long `strom create` takes where everything exists: a line of the bench
 */
#include "tests/fuzz/kills_inside.h"

#include "api/base/clock.h"
#include "api/base/json.h"
#include "api/base/str.h"
#include "screens/cli/out.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define APP         "postmottak-backend"
#define BOTH        "regel_evaluering,regelsett_resultat"
#define ONE         "regel_evaluering"
#define STREAM      "postgres-postmottak-bigquery"
#define FILE_OF_TWO TESTS_DIR "/fuzz/kills_plan.json"
#define ALWAYS      "--json", "--yes", "--no-input"

enum { KILLS_A_PHASE = 6, LATER = 80, NTH_MOST = 60, BEFORE = 120 };

/* --- what a person runs --- */

static const char *const first_plan[] = {"plan", "-f", FILE_OF_TWO, "--app", APP, "--json", NULL};
static char digest[64]; /* of the plan of a fresh project */

static struct phase phases[] = {
    {.name = "create",
     .words = {"create", APP, "datastream", ALWAYS, "--include-tables", BOTH, NULL}},
    {.name = "change",
     .words = {"create", APP, "datastream", ALWAYS, "--include-tables", ONE, NULL}},
    {.name = "start", /* of the proxy machine; the races are between the two above */
     .words = {"create", APP, "datastream", ALWAYS, "--include-tables", BOTH, NULL},
     .befalls = {.machine_down = true}},
    {.name = "pause", .words = {"stream", "pause", "--app", APP, ALWAYS, NULL}},
    {.name = "resume",
     .words = {"stream", "resume", "--app", APP, ALWAYS, NULL},
     .alone = {.stream_paused = true}},
    {.name = "backfill", .words = {"stream", "backfill", ONE, "--app", APP, ALWAYS, NULL}},
    {.name = "stop",
     .words = {"stream", "stop", ONE, "--app", APP, ALWAYS, NULL},
     .alone = {.copying = true}},
    {.name = "password", .words = {"stream", "password", "--app", APP, ALWAYS, NULL}},
    {.name = "slot", .words = {"stream", "slot", "ds_replication_2", "--app", APP, ALWAYS, NULL}},
    {.name = "recover",
     .words = {"stream", "recover", "--app", APP, ALWAYS, NULL},
     .befalls = {.stream_lost = true}},
    {.name = "host",
     .words = {"stream", "host", "--app", APP, ALWAYS, NULL},
     .befalls = {.machine_rebuilt = true}},
    {.name = "delete",
     .words = {"delete", APP, "datastream", ALWAYS, "--confirm", STREAM, "--remove-dataset",
               "datastream_postmottak", NULL}},
};
enum { PHASES = sizeof phases / sizeof *phases };

/* The same as the first phase, held to the plan that was looked at: a digest is a consent, and it
 * holds for whatever our own runs have left half done. */
static struct phase by_digest = {
    .name = "apply",
    .words = {"apply", "-f", FILE_OF_TWO, "--app", APP, ALWAYS, "--expect", digest, NULL}};

static struct kills_world w;
static unsigned long struck[BLOWS], taken_over;
static bool meant; /* the run that was killed has written down that it meant something */
static uint64_t random_state;

/* splitmix64 */
static unsigned below(unsigned n)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15U;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return (unsigned)((z ^ z >> 31) % n);
}

/* --- what must hold --- */

static bool wrong(char why[WHY], const char *what)
{
    const char *out = kills_out(&w);
    size_t n = strlen(out);

    snprintf(why, WHY, "%s; exit %d\n%s%.800s", what, w.children[0].code,
             n > 900 ? out + n - 900 : out, kills_err(&w));
    return false;
}

static void tell_difference(const char *wanted, const char *found, char why[WHY])
{
    while (*wanted && *wanted == *found) {
        size_t a = strcspn(wanted, "\n"), b = strcspn(found, "\n");
        if (a != b || strncmp(wanted, found, a) != 0 || !wanted[a] || !found[b])
            break;
        wanted += a + 1;
        found += b + 1;
    }
    size_t same = 0; /* a line is long: told from shortly before */
    while (wanted[same] && wanted[same] == found[same])
        same++;
    size_t from = same > BEFORE ? same - BEFORE : 0;
    snprintf(why, WHY, "another end: %.*s\n  wanted ...%.*s\n  found  ...%.*s", BEFORE, wanted,
             (int)strcspn(wanted + from, "\n"), wanted + from, (int)strcspn(found + from, "\n"),
             found + from);
}

/* A consent is used up when all is done: refused then, nothing is missing. */
static bool is_the_code(const struct phase *p, int code)
{
    return code == p->code || (p == &by_digest && code == OUT_REFUSED);
}

/* The run after the last blow: the same end, nothing failed on the way, nothing twice. */
static bool ends_well(const struct phase *p, char why[WHY])
{
    if (!is_the_code(p, kills_run(&w, p->words, NULL)))
        return wrong(why, "the next run does not end as it should");
    taken_over += strstr(kills_err(&w), "its lock is taken over") != NULL;
    if (meant && !strstr(kills_err(&w), "an earlier run, begun "))
        return wrong(why, "what was begun is not told of");
    if (strstr(kills_out(&w), "\"state\":\"failed\""))
        return wrong(why, "a step failed on the way");
    char *state = kills_state(&w);
    bool same = strcmp(state, p->state) == 0;
    if (!same)
        tell_difference(p->state, state, why);
    free(state);
    if (same && *w.twice) {
        snprintf(why, WHY, "made twice: %s", w.twice);
        return false;
    }
    return same;
}

static int code_of(const struct blow *b)
{
    return 128 + (b->signal ? b->signal : SIGKILL);
}

/* One run that is struck. *over: it came to its end all the same. */
static bool strike(const struct phase *p, const struct blow *b, bool *over, char why[WHY])
{
    int code = kills_run(&w, p->words, b);

    taken_over += strstr(kills_err(&w), "its lock is taken over") != NULL;
    *over = is_the_code(p, code);
    meant = !*over && (b->kind == BLOW_INTENT || b->kind == BLOW_SENT || b->kind == BLOW_LATE);
    if (*over)
        struck[b->kind] += w.struck;
    else
        struck[b->kind]++;
    return *over || (b->kind < BLOW_STOPPED && code == code_of(b)) ||
           wrong(why, b->kind < BLOW_STOPPED ? "killed, it ends otherwise" : "it did not go on");
}

/* --- without any blow --- */

static void let_befall(const struct phase *p)
{
    stand_befall(w.stand, &p->befalls);
}

static bool reference_of(struct phase *p)
{
    int64_t from = clock_mono_ms();

    p->code = kills_run(&w, p->words, NULL);
    p->ms = (unsigned)(clock_mono_ms() - from);
    p->writes = w.writes;
    p->asked = w.asked;
    if (p->code != 0 && p->code != 3) {
        fprintf(stderr, "%s ends with %d\n%s%s", p->name, p->code, kills_out(&w), kills_err(&w));
        return false;
    }
    p->state = kills_state(&w);
    printf("%s: %u requests, %u writes, %u ms, exit %d\n", p->name, p->asked, p->writes, p->ms,
           p->code);
    if (*w.twice)
        fprintf(stderr, "made twice: %s\n", w.twice);
    return !*w.twice;
}

static bool read_digest(void)
{
    struct err e;

    if (kills_run(&w, first_plan, NULL) != 3)
        return false;
    struct json *doc = json_parse(kills_out(&w), strlen(kills_out(&w)), &e);
    str_copy(digest, sizeof digest, json_string_or(doc, "digest", ""));
    json_free(doc);
    return digest[0] != '\0';
}

/* One after the other, as a stream lives. */
static bool make_references(void)
{
    bool ok;

    kills_begin(&w, false);
    ok = read_digest();
    if (!ok)
        fprintf(stderr, "there is no plan\n%s%s", kills_out(&w), kills_err(&w));
    for (size_t i = 0; ok && i < PHASES; i++) {
        let_befall(&phases[i]);
        ok = reference_of(&phases[i]);
        kills_forget_made(&w);
    }
    kills_begin(&w, false);
    return ok && reference_of(&by_digest);
}

/* The first one makes the stream, the others find one that runs. */
static void begin_alone(const struct phase *p)
{
    kills_begin(&w, p != phases);
    stand_befall(w.stand, &p->alone);
    let_befall(p);
}

static bool make_references_alone(void)
{
    bool ok = true;

    for (size_t i = 0; ok && i < PHASES; i++) {
        begin_alone(&phases[i]);
        ok = reference_of(&phases[i]);
    }
    return ok;
}

/* --- every action, every point --- */

/* *past: there is no such point any more. NULL: it comes to its end all the same. */
static bool try_cell(const struct phase *p, const struct blow *b, bool *past)
{
    char why[WHY] = "";
    bool over, ok;

    begin_alone(p);
    ok = strike(p, b, &over, why) && ((past && (*past = over)) || ends_well(p, why));
    if (!ok)
        printf("FAILED kills one %s %d %u %u (%s)\n  %s\n", p->name, (int)b->kind, b->at, b->later,
               blow_name(b->kind), why);
    fflush(stdout);
    return ok;
}

static unsigned try_actions(void)
{
    static const struct blow kinds[] = {{BLOW_INTENT, 0, 0, 0},
                                        {BLOW_SENT, 0, 0, 0},
                                        {BLOW_RESULT, 0, 0, 0},
                                        {BLOW_LATE, 0, KILLS_JUST_BEFORE, 0},
                                        {BLOW_LATE, 0, KILLS_JUST_AFTER, 0},
                                        {BLOW_LATE, 0, KILLS_WHEN_ALL_IS_OVER, 0}};
    unsigned failed = 0, cells = 0;

    for (size_t i = 0; i < PHASES; i++)
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
            bool past = false;
            for (unsigned nth = 1; !past && nth < NTH_MOST; nth++) {
                struct blow b = kinds[k];
                b.at = nth;
                failed += !try_cell(&phases[i], &b, &past);
                cells += !past;
            }
        }
    printf("ran: %u points of %d commands, %lu locks taken over: %u failed\n", cells, (int)PHASES,
           taken_over, failed);
    return failed;
}

/* What it must live through: stopped, a clock that jumps, no token. So many seeds in a row meet
 * each request once. */
static unsigned try_troubles(unsigned every)
{
    unsigned failed = 0, cells = 0, from = 1 + (unsigned)(random_state % every);

    for (size_t i = 0; i < PHASES; i++)
        for (int k = BLOW_STOPPED; k < BLOWS; k++)
            for (unsigned at = from; at <= phases[i].asked; at += every, cells++)
                failed += !try_cell(&phases[i], &(struct blow){(enum blow_kind)k, at, 0, 0}, NULL);
    return printf("ran: %u requests in trouble: %u failed\n", cells, failed) < 0 || failed;
}

/* --- whole lives --- */

static struct blow some_blow(const struct phase *p)
{
    static const enum blow_kind kinds[] = {BLOW_TIME,    BLOW_TIME,  BLOW_TIME, BLOW_TIME,
                                           BLOW_INTENT,  BLOW_LATE,  BLOW_SENT, BLOW_RESULT,
                                           BLOW_STOPPED, BLOW_AHEAD, BLOW_BACK, BLOW_TOKENS};
    static const int signals[] = {SIGKILL, SIGKILL, SIGKILL, SIGTERM, SIGHUP, SIGINT};
    struct blow b = {.kind = kinds[below(sizeof kinds / sizeof *kinds)],
                     .later = below(2) ? below(LATER) : 0};
    if (below(4) == 0)
        b.later = below(2) ? KILLS_JUST_BEFORE : KILLS_JUST_AFTER;

    switch ((int)b.kind) {
    case BLOW_TIME:
        b.at = below(p->ms + 1);
        b.signal = signals[below(sizeof signals / sizeof *signals)];
        break;
    case BLOW_STOPPED:
    case BLOW_AHEAD:
    case BLOW_BACK:
    case BLOW_TOKENS:
        b.at = 1 + below(p->asked);
        break;
    default:
        b.at = 1 + below(p->writes);
        break;
    }
    return b;
}

static unsigned long kills(void)
{
    unsigned long n = 0;

    for (int k = BLOW_TIME; k < BLOW_STOPPED; k++)
        n += struck[k];
    return n;
}

static bool live(char why[WHY])
{
    bool held = below(2);

    kills_begin(&w, false);
    for (size_t i = 0; i < PHASES; i++) {
        const struct phase *p = i == 0 && held ? &by_digest : &phases[i];
        unsigned blows = 1 + below(KILLS_A_PHASE);
        meant = false;
        let_befall(p);
        for (bool over = false; !over && blows > 0; blows--) {
            struct blow b = some_blow(p);
            printf("  %s: %s %u later %u signal %d\n", p->name, blow_name(b.kind), b.at, b.later,
                   b.signal);
            if (!strike(p, &b, &over, why))
                return false;
        }
        if (!ends_well(p, why))
            return false;
        kills_forget_made(&w);
    }
    return true;
}

static unsigned try_moments(unsigned long wanted)
{
    char why[WHY];
    unsigned failed = 0;
    uint64_t seed = random_state;
    unsigned lives = 0;

    for (; kills() < wanted; lives++) {
        printf("life %u of seed %" PRIu64 "\n", lives, seed);
        if (live(why))
            continue;
        failed++;
        printf("FAILED life %u of seed %" PRIu64 "\n  %s\n", lives, seed, why);
        fflush(stdout);
    }
    for (int k = BLOW_TIME; k < BLOWS; k++)
        printf("%s: %lu\n", blow_name((enum blow_kind)k), struck[k]);
    printf("ran: %lu kills in %u lives, seed %" PRIu64 ", %lu locks taken over: %u failed\n",
           kills(), lives, seed, taken_over, failed);
    return failed;
}

/* --- */

static unsigned try_one(char **words)
{
    struct blow b = {.kind = (enum blow_kind)strtoul(words[1], NULL, 10),
                     .at = (unsigned)strtoul(words[2], NULL, 10),
                     .later = (unsigned)strtoul(words[3], NULL, 10)};
    bool past;

    for (size_t i = 0; i < PHASES; i++)
        if (str_eq(phases[i].name, words[0]))
            return !try_cell(&phases[i], &b, &past);
    return 1;
}

static unsigned long number(int argc, char **argv, unsigned long otherwise)
{
    return argc > 2 ? strtoul(argv[2], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    const char *seed = getenv("STROM_SEED"), *what = argc > 1 ? argv[1] : "";
    unsigned failed = 1;

    random_state = seed ? strtoull(seed, NULL, 10) : 1;
    if (!kills_open(&w, argv[0])) {
        fprintf(stderr, "no fuzz_victim here\n");
        return 77;
    }
    if (str_eq(what, "again"))
        failed = kills_again(&w, &phases[0]);
    else if (str_eq(what, "moments") || str_eq(what, "race"))
        failed = !make_references()        ? 1
                 : str_eq(what, "moments") ? try_moments(number(argc, argv, 100))
                                           : kills_races(&w, phases, number(argc, argv, 10));
    else if (make_references_alone())
        failed = str_eq(what, "actions")    ? try_actions()
                 : str_eq(what, "troubles") ? try_troubles((unsigned)number(argc, argv, 12))
                 : argc > 5                 ? try_one(argv + 2)
                                            : 1;
    for (size_t i = 0; i < PHASES; i++)
        free(phases[i].state);
    free(by_digest.state);
    kills_close(&w);
    return failed > 0;
}
