/* Judging 200 000 columns by name, and telling what a value looks like beside PCRE2 with its
 * just-in-time compiler: processor time, for nothing here waits.
 *
 *     bench_judging [COLUMNS [RUNS]]
 *
 * The expressions know less than the validators (no control digits, no dates, no names): one search
 * with all of them as alternatives. PCRE2 is loaded where it is installed; medians of interleaved
 * runs. */

#include "api/rules/rules.h"
#include "api/rules/validators.h"
#include "tests/bench/bench.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 200000, A_TABLE = 20, RUNS = 9, RUNS_MAX = 99, VALUES = 4000, ROOM = 256 };

static uint32_t seed = 7;

static uint32_t below(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)seed * n) >> 32);
}

/* --- names --- */

static const char *const owners[] = {
    "soker",    "bruker", "barn",  "sak",  "vedtak", "utbetaling",   "behandling", "oppgave",
    "customer", "order",  "regel", "steg", "jobb",   "arbeidsgiver", "veileder",   "journalpost"};
static const char *const things[] = {
    "id",          "fnr",      "navn",     "status",    "type",       "opprettet_tid", "belop",
    "begrunnelse", "dato_fom", "kode",     "versjon",   "saksnummer", "email",         "adresse",
    "endret_av",   "payload",  "resultat", "referanse", "antall",     "telefonnummer"};
static const char *const types[] = {"text",  "bigint",  "character varying(40)",
                                    "uuid",  "date",    "timestamp with time zone",
                                    "jsonb", "boolean", "numeric(10,2)"};

struct name {
    char text[64];
    const char *type;
};

#define PICK(list) ((list)[below(sizeof(list) / sizeof *(list))])

static struct name *make_names(size_t n)
{
    struct name *names = calloc(n, sizeof *names);
    for (size_t i = 0; names && i < n; i++) {
        snprintf(names[i].text, sizeof names[i].text, i % 3 ? "%s_%s_%u" : "%s_%s", PICK(owners),
                 PICK(things), below(1000));
        names[i].type = PICK(types);
    }
    return names;
}

static size_t judge_all(const struct name *names, size_t n)
{
    size_t flagged = 0;
    for (size_t from = 0; from < n; from += A_TABLE) {
        size_t to = from + A_TABLE < n ? from + A_TABLE : n;
        struct rules_table t;
        char table[64];
        snprintf(table, sizeof table, "%s_%zu", owners[from / A_TABLE % 16], from);
        rules_table_of(&t, "public", table, NULL);
        for (size_t i = from; i < to; i++)
            rules_table_sibling(&t, names[i].text);
        for (size_t i = from; i < to; i++) {
            struct rules_verdict v;
            rules_judge(&t, &(struct rules_column){.name = names[i].text, .type = names[i].type},
                        &v);
            flagged += v.level != RULES_NONE;
        }
    }
    return flagged;
}

static void say_names(size_t columns, size_t runs)
{
    double took[RUNS_MAX];
    struct name *names = make_names(columns);
    size_t flagged = 0;
    if (names == NULL)
        exit(1);
    for (size_t i = 0; i < runs; i++) {
        double from = bench_clock_ms(CLOCK_PROCESS_CPUTIME_ID);
        flagged = judge_all(names, columns);
        took[i] = bench_clock_ms(CLOCK_PROCESS_CPUTIME_ID) - from;
    }
    free(names);
    double ms = bench_median(took, runs);
    printf("judging %zu columns by name  %.0f ms (%zu flagged)  goal <= 500 ms  %s\n", columns, ms,
           flagged, ms <= 500 ? "ok" : "missed");
}

/* --- values --- */

struct value {
    char text[ROOM];
    size_t bytes;
};

static struct value values[VALUES];

/* As columns are mixed: keys, codes, times, names, texts, numbers, a document now and then. */
static void make_values(void)
{
    for (size_t i = 0; i < VALUES; i++) {
        char *to = values[i].text;
        int n = 0;
        switch (i % 10) {
        case 0:
            n = snprintf(to, ROOM, "%02u%02u%02u%05u", 1 + below(28), 1 + below(12), below(100),
                         below(100000));
            break;
        case 1:
            n = snprintf(to, ROOM, "%08x-%04x-4%03x-a%03x-%08x%04x", below(UINT32_MAX),
                         below(65536), below(4096), below(4096), below(UINT32_MAX), below(65536));
            break;
        case 2:
            n = snprintf(to, ROOM, "%s", i % 20 == 2 ? "OPPRETTET" : "INNVILGET");
            break;
        case 3:
            n = snprintf(to, ROOM, "2024-%02u-%02uT%02u:00:00Z", 1 + below(12), 1 + below(28),
                         below(24));
            break;
        case 4:
            n = snprintf(to, ROOM, "kari.nordmann%u@example.com", below(1000));
            break;
        case 5:
            n = snprintf(to, ROOM, "Kari Nordmann");
            break;
        case 6:
            n = snprintf(to, ROOM, "Storgata %u, 0%u Oslo", below(200), 100 + below(800));
            break;
        case 7:
            n = snprintf(to, ROOM, "%u", below(UINT32_MAX));
            break;
        case 8:
            n = snprintf(to, ROOM, "Bruker ringte %u ganger og lurte paa hva som skjer med saken.",
                         below(10));
            break;
        default:
            n = snprintf(to, ROOM, "{\"id\": %u, \"type\": \"VEDTAK\", \"liste\": [1, 2, 3]}",
                         below(100000));
        }
        values[i].bytes = (size_t)n;
    }
}

enum { ROUNDS = 50 };

static double classify(void)
{
    static struct values sink;
    double from = bench_clock_ms(CLOCK_PROCESS_CPUTIME_ID);
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < VALUES; i++)
            values_add(&sink, values[i].text, values[i].bytes);
    double took = bench_clock_ms(CLOCK_PROCESS_CPUTIME_ID) - from;
    if (sink.sampled == 0)
        exit(1);
    return took * 1e6 / ROUNDS / VALUES;
}

/* --- the library, as its manual declares it --- */

struct pcre {
    void *(*compile)(const unsigned char *, size_t, uint32_t, int *, size_t *, void *);
    int (*jit)(void *, uint32_t);
    void *(*data)(const void *, void *);
    int (*match)(const void *, const unsigned char *, size_t, size_t, uint32_t, void *, void *);
    void *code, *found;
};

static const char expression[] =
    "\\b[0-7]\\d[0189]\\d{3}[ ]?\\d{5}\\b"                          /* national number */
    "|[\\w.+-]+@[\\w-]+\\.[\\w.]+"                                  /* e-mail */
    "|\\+\\d{2}[ ]?\\d{2}[ ]?\\d{2}[ ]?\\d{2}[ ]?\\d{2}\\b"         /* telephone */
    "|\\b(?:\\d{1,3}\\.){3}\\d{1,3}\\b"                             /* IP */
    "|\\b[A-Z]{2}\\d{2}[A-Z0-9 ]{11,30}\\b"                         /* IBAN */
    "|\\b(?:4\\d{3}|5[1-5]\\d{2})(?:[ -]?\\d{4}){3}\\b"             /* card */
    "|\\b[A-Z]\\d{6}\\b"                                            /* employee */
    "|\\b[A-TV-Z]\\d{2}(?:\\.\\d{1,2})?\\b"                         /* ICD-10 */
    "|\\b\\d{4}-\\d{2}-\\d{2}\\b"                                   /* date */
    "|\\b\\w+(?:gata|veien|gate|vei|plass) \\d+"                    /* street */
    "|eyJ[\\w-]+\\.[\\w-]+|ghp_\\w+|-----BEGIN |\\$2[aby]\\$"       /* secrets */
    "|\\b(?:Kari|Ola|Anne|Nils|Per|Hansen|Olsen|Nordmann|Berg)\\b"; /* a few names */

static void *symbol(void *library, const char *name)
{
    void *at = dlsym(library, name);
    if (at == NULL) {
        fprintf(stderr, "%s: %s\n", name, dlerror());
        exit(1);
    }
    return at;
}

static bool open_pcre(struct pcre *p)
{
    static const char *const names[] = {"libpcre2-8.so.0", "libpcre2-8.0.dylib"};
    enum { JIT_COMPLETE = 1 };
    void *library = NULL, *at;
    int number;
    size_t where;
    for (size_t i = 0; library == NULL && i < sizeof names / sizeof *names; i++)
        library = dlopen(names[i], RTLD_NOW);
    if (library == NULL)
        return false;
    at = symbol(library, "pcre2_compile_8"), memcpy(&p->compile, &at, sizeof at);
    at = symbol(library, "pcre2_jit_compile_8"), memcpy(&p->jit, &at, sizeof at);
    at = symbol(library, "pcre2_match_data_create_from_pattern_8"),
    memcpy(&p->data, &at, sizeof at);
    at = symbol(library, "pcre2_match_8"), memcpy(&p->match, &at, sizeof at);
    p->code = p->compile((const unsigned char *)expression, sizeof expression - 1, 0, &number,
                         &where, NULL);
    if (p->code == NULL || p->jit(p->code, JIT_COMPLETE) != 0) {
        fprintf(stderr, "the expression: error %d at %zu\n", number, where);
        return false;
    }
    p->found = p->data(p->code, NULL);
    return true;
}

static double search(const struct pcre *p)
{
    static size_t sink;
    double from = bench_clock_ms(CLOCK_PROCESS_CPUTIME_ID);
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < VALUES; i++)
            sink += p->match(p->code, (const unsigned char *)values[i].text, values[i].bytes, 0, 0,
                             p->found, NULL) > 0;
    double took = bench_clock_ms(CLOCK_PROCESS_CPUTIME_ID) - from;
    if (sink == 0)
        exit(1);
    return took * 1e6 / ROUNDS / VALUES;
}

static void say_values(size_t runs)
{
    double ours[RUNS_MAX], theirs[RUNS_MAX];
    struct pcre p;
    make_values();
    if (!open_pcre(&p)) {
        printf("judging beside PCRE2: skipped\n");
        return;
    }
    for (size_t i = 0; i < runs; i++) {
        theirs[i] = search(&p);
        ours[i] = classify();
    }
    double us = bench_median(ours, runs), them = bench_median(theirs, runs);
    printf("judging a value  strom %.0f ns  pcre2-jit %.0f ns  ratio %.2f  goal <= 0.70  %s\n", us,
           them, us / them, us / them <= 0.7 ? "ok" : "missed");
}

int main(int argc, char **argv)
{
    long columns = argc > 1 ? strtol(argv[1], NULL, 10) : COLUMNS;
    long runs = argc > 2 ? strtol(argv[2], NULL, 10) : RUNS;
    if (columns < 1 || runs < 1 || runs > RUNS_MAX) {
        fprintf(stderr, "bench_judging [COLUMNS [RUNS]]\n");
        return 2;
    }
    say_names((size_t)columns, (size_t)runs);
    say_values((size_t)runs);
    return 0;
}
