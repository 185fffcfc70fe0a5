/* Every call that can fail, fails: opening, writing, syncing, renaming, truncating, making a
 * folder, memory, the standard output; in every subcommand and in the wizard.
 *
 *   fuzz_faults sample [N]       N cells that the seed draws (STROM_SEED)
 *   fuzz_faults all [FROM-TO[/EACH]]   all, or of the numbered list this range, each such one of it
 *   fuzz_faults one COMMAND CALL NTH ERROR once|on
 *   fuzz_faults list             what there is
 * --state FILE behind it keeps the place of a long run. The double, and what must hold afterwards:
 * faults_world.h. */
#include "tests/fuzz/faults_world.h"

#include "api/base/str.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLE = 200 };

static struct faults_world f;
static uint64_t random_state;

static unsigned below(unsigned n)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15U;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return (unsigned)((z ^ z >> 31) % n);
}

struct cell {
    struct faults_command *command;
    const struct faults_way *way;
    unsigned nth;
};

static void say_failed(const struct cell *c, const char *why)
{
    printf("FAILED fuzz_faults one \"%s\" %s %u %d %s\n  %s\n", c->command->name,
           c->way ? faults_call_name(c->way->call) : "", c->nth, c->way ? c->way->error : 0,
           c->way && c->way->goes_on ? "on" : "once", why);
    fflush(stdout);
}

/* *past: there is no such call. */
static bool try_cell(const struct cell *c, bool *past)
{
    char why[FAULTS_WHY];
    bool ok = faults_try(&f, c->command, c->way, c->nth, past, why);

    if (!ok)
        say_failed(c, why);
    return ok;
}

static bool learn(struct faults_command *c)
{
    char why[FAULTS_WHY];

    if (faults_learn(&f, c, why))
        return true;
    printf("FAILED %s, without any fault\n  %s\n", c->name, why);
    return false;
}

/* --- a sample: a command, a way in which it is used, one of its calls --- */

static bool draw(struct cell *c)
{
    do {
        c->command = &faults_commands[below((unsigned)faults_n_commands)];
        if (!learn(c->command))
            return false;
        c->way = &faults_ways[below((unsigned)faults_n_ways)];
    } while (c->command->calls[c->way->call] == 0);
    c->nth = 1 + below(c->command->calls[c->way->call]);
    return true;
}

static unsigned try_sample(unsigned n)
{
    uint64_t seed = random_state;
    unsigned failed = 0, struck = 0;

    for (unsigned i = 0; i < n; i++) {
        struct cell c;
        bool past = false;
        if (!draw(&c)) {
            failed++;
            continue;
        }
        failed += !try_cell(&c, &past);
        struck += !past;
    }
    printf("ran: %u calls failed of %u drawn, seed %" PRIu64 ": %u wrong\n", struck, n, seed,
           failed);
    return failed;
}

/* --- all, numbered --- */

struct range {
    unsigned long from, to, each, first;
    const char *state;
};

static void keep_place(const struct range *r, unsigned long done)
{
    FILE *file = r->state ? fopen(r->state, "w") : NULL;

    if (!file)
        return;
    fprintf(file, "%lu\n", done);
    fclose(file);
}

static void find_place(struct range *r)
{
    unsigned long done;
    FILE *file = r->state ? fopen(r->state, "r") : NULL;

    if (file && fscanf(file, "%lu", &done) == 1 && done >= r->from && done < r->to) {
        r->from = done + 1;
        printf("goes on with %lu\n", r->from);
    }
    if (file)
        fclose(file);
}

static unsigned try_all(struct range r)
{
    unsigned long number = 0, struck = 0;
    unsigned failed = 0;

    find_place(&r);
    for (size_t i = 0; i < faults_n_commands; i++) {
        struct cell c = {.command = &faults_commands[i]};
        if (!learn(c.command)) {
            failed++;
            continue;
        }
        for (size_t k = 0; k < faults_n_ways; k++) {
            c.way = &faults_ways[k];
            for (c.nth = 1; c.nth <= c.command->calls[c.way->call]; c.nth++) {
                bool past = false;
                if (++number < r.from || number > r.to || (number - r.first) % r.each != 0)
                    continue;
                failed += !try_cell(&c, &past);
                struck += !past;
                keep_place(&r, number);
            }
        }
    }
    printf("ran: %lu calls failed, of a list of %lu: %u wrong\n", struck, number, failed);
    return failed;
}

/* --- */

static unsigned list(void)
{
    unsigned failed = 0;

    for (size_t i = 0; i < faults_n_commands; i++) {
        struct faults_command *c = &faults_commands[i];
        if (!learn(c)) {
            failed++;
            continue;
        }
        printf("%-17s exit %d, then %d; %s;", c->name, c->code, c->again,
               c->steady ? "prints the same" : "prints something else each time");
        for (int k = 0; k < FAULTS_CALLS; k++)
            printf(" %s %u", faults_call_name((enum faults_call)k), c->calls[k]);
        printf("\n");
    }
    return failed;
}

static unsigned try_one(char **words)
{
    struct faults_way way = {.error = (int)strtol(words[3], NULL, 10),
                             .goes_on = str_eq(words[4], "on")};
    struct cell c = {.way = &way, .nth = (unsigned)strtoul(words[2], NULL, 10)};
    bool past = false;

    for (int k = 0; k < FAULTS_CALLS; k++)
        if (str_eq(words[1], faults_call_name((enum faults_call)k)))
            way.call = (enum faults_call)k;
    for (size_t i = 0; i < faults_n_commands; i++)
        if (str_eq(faults_commands[i].name, words[0]))
            c.command = &faults_commands[i];
    if (!c.command || !learn(c.command))
        return 1;
    unsigned failed = !try_cell(&c, &past);
    printf("%s\n", past ? "there is no such call" : failed ? "wrong" : "fine");
    return failed;
}

static struct range range_of(int argc, char **argv)
{
    struct range r = {.from = 1, .to = (unsigned long)-1, .each = 1};

    for (int i = 2; i < argc; i++) {
        if (str_eq(argv[i], "--state") && i + 1 < argc)
            r.state = argv[++i];
        else
            (void)sscanf(argv[i], "%lu-%lu/%lu", &r.from, &r.to, &r.each);
    }
    r.first = r.from;
    r.each += r.each == 0;
    return r;
}

int main(int argc, char **argv)
{
    const char *seed = getenv("STROM_SEED"), *what = argc > 1 ? argv[1] : "";
    unsigned failed = 1;

    random_state = seed ? strtoull(seed, NULL, 10) : 1;
    if (!faults_open(&f, argv[0])) {
        fprintf(stderr, "no fuzz_faulty here\n");
        return 77;
    }
    if (str_eq(what, "sample"))
        failed = try_sample(argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : SAMPLE);
    else if (str_eq(what, "all"))
        failed = try_all(range_of(argc, argv));
    else if (str_eq(what, "list"))
        failed = list();
    else if (str_eq(what, "one") && argc > 6)
        failed = try_one(argv + 2);
    else
        fprintf(stderr, "fuzz_faults sample|all|list|one: see its source\n");
    faults_close(&f);
    return failed > 0;
}
