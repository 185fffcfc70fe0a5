#include "screens/cli/options_rows.h"

#include "api/plan/selection.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool options_is_command(const char *name)
{
    for (size_t i = 0; i < OPTION_COMMANDS; i++)
        if (str_eq(option_commands[i].name, name))
            return true;
    return false;
}

bool options_name_tables(const struct options *o)
{
    return o->n_include || o->n_exclude || o->n_columns;
}

static bool unknown_command(const char *name, struct err *e)
{
    const char *best = options_near_command(name);

    err_set(e, ERR_INPUT, "Reading the command line");
    err_why(e, "there is no command '%s'", name);
    return best ? err_hint(e, "did you mean '%s'?", best) : err_hint(e, "strom --help lists them");
}

static bool known_scenario(const char *name, struct err *e)
{
    char best[32];

    if (options_is_among(name, OPTION_SCENARIOS))
        return true;
    err_set(e, ERR_INPUT, "Reading the command line");
    err_why(e, "there is no scenario '%s'", name);
    return options_near_word(name, OPTION_SCENARIOS, best)
               ? err_hint(e, "did you mean '%s'?", best)
               : err_hint(e, "fresh, ready, running, shared, large or trouble");
}

/* --- the parser ----------------------------------------------------------------------------------
 */

static bool bad_option(const char *name, struct err *e)
{
    const char *best = str_starts(name, "--") ? options_near_option(name + 2) : NULL;

    err_set(e, ERR_INPUT, "Reading the command line");
    err_why(e, "there is no option '%s'", name);
    return best ? err_hint(e, "did you mean '--%s'?", best)
                : err_hint(e, "strom --help lists them");
}

/* What getopt did not take. In a cluster of letters only optopt tells which one it was. */
static bool not_taken(const char *arg, const struct option_row *row, struct err *e)
{
    char name[64];

    if (row) { /* --json=yes */
        err_set(e, ERR_INPUT, "Reading the command line");
        err_why(e, "--%s takes no value", row->name);
        return err_hint(e, "strom --help lists them");
    }
    if (optopt) {
        snprintf(name, sizeof name, "-%c", optopt);
    } else {
        str_copy(name, sizeof name, arg);
        name[strcspn(name, "=")] = '\0';
    }
    return bad_option(name, e);
}

static bool take(struct options *o, const struct option_row *row, const char *value, struct err *e)
{
    char *base = (char *)o;

    switch (row->kind) {
    case FLAG:
        *(bool *)(void *)(base + row->at) = true;
        break;
    case COUNT:
        ++*(int *)(void *)(base + row->at);
        break;
    case TEXT:
        *(const char **)(void *)(base + row->at) = value;
        break;
    case MANY: {
        size_t *n = (size_t *)(void *)(base + row->count_at);
        if (*n == OPTIONS_MANY) {
            err_set(e, ERR_INPUT, "Reading the command line");
            return err_why(e, "--%s stands more than %d times", row->name, OPTIONS_MANY);
        }
        ((const char **)(void *)(base + row->at))[(*n)++] = value;
        break;
    }
    }
    return true;
}

static void make_tables(struct option *longs, char *shorts)
{
    *shorts++ = '+'; /* stop at the first word: options may follow it, see parse_all */
    *shorts++ = ':';
    for (int i = 0; i < OPTION_ROWS; i++) {
        bool takes = option_rows[i].kind == TEXT || option_rows[i].kind == MANY;
        longs[i] = (struct option){option_rows[i].name, takes ? required_argument : no_argument,
                                   NULL, 256 + i};
        if (option_rows[i].letter) {
            *shorts++ = option_rows[i].letter;
            if (takes)
                *shorts++ = ':';
        }
    }
    longs[OPTION_ROWS] = (struct option){0};
    *shorts = '\0';
}

static const struct option_row *row_of(int got)
{
    if (got >= 256)
        return &option_rows[got - 256];
    for (int i = 0; i < OPTION_ROWS; i++)
        if (option_rows[i].letter == got)
            return &option_rows[i];
    return NULL;
}

/* A word between options: the command first, then what belongs to it. */
static bool word(struct options *o, const char *text, struct err *e)
{
    if (o->sandbox && o->command == NULL && o->scenario == NULL) {
        o->scenario = text;
        return known_scenario(text, e);
    }
    if (o->command == NULL && str_eq(text, "help")) { /* strom help [COMMAND], as elsewhere */
        o->help = true;
        return true;
    }
    if (o->command == NULL) {
        o->command = text;
        return options_is_command(text) || unknown_command(text, e);
    }
    if (o->n_args == OPTIONS_MANY) {
        err_set(e, ERR_INPUT, "Reading the command line");
        return err_why(e, "more than %d words", OPTIONS_MANY);
    }
    o->args[o->n_args++] = text;
    return true;
}

/* "--json", "--app=x": with two dashes, and one that exists. */
static bool is_option(const char *text)
{
    size_t n = str_starts(text, "--") ? strcspn(text + 2, "=") : 0;

    for (int i = 0; n > 0 && i < OPTION_ROWS; i++)
        if (strlen(option_rows[i].name) == n && memcmp(option_rows[i].name, text + 2, n) == 0)
            return true;
    return false;
}

/* getopt takes any word: `--confirm --yes` would confirm the name "--yes". */
static bool forgot_value(const struct option_row *row, const char *next, struct err *e)
{
    err_set(e, ERR_INPUT, "Reading the command line");
    err_why(e, "--%s needs a value", row->name);
    return err_hint(e, "%s is an option; --%s=%s where it is meant as the value", next, row->name,
                    next);
}

/* *was_value: the last argument that was taken is the value of an option. */
static bool parse_options(int argc, char **argv, struct options *o, const struct option *longs,
                          const char *shorts, bool *was_value, struct err *e)
{
    int got;

    *was_value = false;
    while ((got = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        const struct option_row *row = row_of(got == ':' || got == '?' ? optopt : got);
        if (got == ':') {
            err_set(e, ERR_INPUT, "Reading the command line");
            return err_why(e, "--%s needs a value", row ? row->name : "?");
        }
        if (got == '?' || row == NULL)
            return not_taken(argv[optind - 1], got == '?' && optopt >= 256 ? row : NULL, e);
        *was_value = optarg && optarg == argv[optind - 1];
        if (*was_value && is_option(optarg))
            return forgot_value(row, optarg, e);
        if (!take(o, row, optarg, e))
            return false;
    }
    return true;
}

/* getopt remembers where in a cluster of letters it stood. */
static void begin_anew(void)
{
#ifdef __APPLE__
    optreset = 1;
    optind = 1;
#else
    optind = 0;
#endif
}

/* Also where the line is wrong before it: the error is a document then. */
static bool asks_json(int argc, char **argv)
{
    for (int i = 1; i < argc && !str_eq(argv[i], "--"); i++)
        if (str_eq(argv[i], "--json"))
            return true;
    return false;
}

static bool parse(int argc, char **argv, struct options *o, struct err *e);

bool options_parse(int argc, char **argv, struct options *o, struct err *e)
{
    bool ok = parse(argc, argv, o, e);

    if (!ok)
        o->json = o->json || asks_json(argc, argv);
    return ok;
}

static bool parse(int argc, char **argv, struct options *o, struct err *e)
{
    struct option longs[OPTION_ROWS + 1];
    char shorts[2 * OPTION_ROWS + 3];
    bool was_value;

    *o = (struct options){.words = (const char *const *)argv};
    make_tables(longs, shorts);
    opterr = 0;
    begin_anew();
    while (optind <
           argc) { /* options may stand before, between and behind the words; -- ends them */
        int before = optind;
        if (!parse_options(argc, argv, o, longs, shorts, &was_value, e))
            return false;
        bool ended = optind > before && str_eq(argv[optind - 1], "--") && !was_value;
        while (optind < argc) {
            if (!word(o, argv[optind++], e))
                return false;
            if (!ended)
                break;
        }
    }
    return o->help || o->version || options_fit(o, e);
}

int options_seconds(const char *text)
{
    char *end;
    long long n = strtoll(text, &end, 10), unit = 1;

    if (text[0] < '0' || text[0] > '9' || n > 100000000)
        return -1;
    if (str_eq(end, "m") || str_eq(end, "min"))
        unit = 60;
    else if (str_eq(end, "h"))
        unit = 3600;
    else if (str_eq(end, "d"))
        unit = 86400;
    else if (*end && !str_eq(end, "s"))
        return -1;
    return n * unit > 100000000 ? -1 : (int)(n * unit);
}

bool options_freshness_fits(const char *text)
{
    int seconds = options_seconds(text);
    return seconds >= 0 && seconds <= SELECTION_FRESHNESS_MOST_S;
}
