#include "screens/cli/options.h"

#include "api/base/tr.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the table -----------------------------------------------------------------------------------
 */

enum kind { FLAG, TEXT, MANY, COUNT };

struct option_row {
    const char *name;
    char letter;
    enum kind kind;
    size_t at, count_at;  /* offsets in struct options */
    const char *value;    /* its name in the help; NULL for flags */
    const char *commands; /* "" everywhere; else those that know it; "-": not listed */
    const char *help;
};

#define AT(field) offsetof(struct options, field)

static const struct option_row rows[] = {
    {"app", 0, TEXT, AT(app), 0, "APP", "", "the app, as the cluster knows it"},
    {"context", 'c', TEXT, AT(context), 0, "NAME", "",
     "Kubernetes context (default: the current one)"},
    {"namespace", 'n', TEXT, AT(namespace_), 0, "NAME", "", "Kubernetes namespace: the team"},
    {"dsn", 0, TEXT, AT(dsn), 0, "CONNINFO", "",
     "libpq string or URI, without a password (else PG*)"},
    {"project", 0, TEXT, AT(project), 0, "ID", "", "Google Cloud project"},
    {"location", 0, TEXT, AT(location), 0, "REGION", "", "region of the stream"},
    {"instance", 0, TEXT, AT(instance), 0, "NAME", "", "Cloud SQL instance"},
    {"database", 0, TEXT, AT(database), 0, "NAME", "", "database"},
    {"db-user", 0, TEXT, AT(db_user), 0, "USER", "",
     "who reads it for Datastream (default: datastream)"},
    {"publication", 0, TEXT, AT(publication), 0, "NAME", "",
     "publication (default: ds_publication)"},
    {"publication-name", 0, TEXT, AT(publication), 0, "NAME", "create",
     "the same, as the older tool called it"},
    {"slot", 0, TEXT, AT(slot), 0, "NAME", "", "replication slot (default: ds_replication)"},
    {"replication-slot", 0, TEXT, AT(slot), 0, "NAME", "create",
     "the same, as the older tool called it"},
    {"stream", 0, TEXT, AT(stream), 0, "ID", "", "stream"},
    {"dataset", 0, TEXT, AT(dataset), 0, "ID", "", "BigQuery dataset"},
    {"freshness", 0, TEXT, AT(freshness), 0, "TIME", "",
     "how stale the tables may be: 900s, 15m, 1h"},
    {"dataFreshness", 0, TEXT, AT(freshness), 0, "SECONDS", "create",
     "the same, as the older tool called it"},
    {"file", 'f', TEXT, AT(file), 0, "FILE", "",
     "plan file (default: replication.json of the repository)"},
    {"repo", 0, TEXT, AT(repo), 0, "DIR", "",
     "the app's repository (else STROM_REPO, else git's top folder)"},
    {"naming", 0, TEXT, AT(naming), 0, "FAMILY", "",
     "procedure or nav-module: the names of what is made"},
    {"include-tables", 0, TEXT, AT(include_tables), 0, "LIST", "create plan apply",
     "only these tables: a,b,schema.c"},
    {"exclude-tables", 0, TEXT, AT(exclude_tables), 0, "LIST", "create plan apply",
     "all but these tables"},
    {"columns", 0, MANY, AT(columns), AT(n_columns), "T:COL,COL", "create plan apply",
     "only these columns of a table; repeatable"},
    {"acknowledge", 0, MANY, AT(acknowledge), AT(n_acknowledge), "T.COL=REASON",
     "create plan apply", "why a sensitive column may flow; repeatable"},
    {"no-start", 0, FLAG, AT(no_start), 0, NULL, "create apply",
     "make the stream, do not start it"},
    {"expect", 0, TEXT, AT(expect), 0, "DIGEST", "apply", "refuse when the plan is another one"},
    {"base", 0, TEXT, AT(base), 0, "REV|FILE", "review", "compare with this revision or file"},
    {"schema", 0, FLAG, AT(schema), 0, NULL, "plan", "print the JSON Schema of the plan file"},
    {"judge", 0, TEXT, AT(judge), 0, "FILE.csv", "tables",
     "judge a list of columns without a database"},
    {"no-sample", 0, FLAG, AT(no_sample), 0, NULL, "tables plan create",
     "names, types, comments, statistics only"},
    {"sample", 0, TEXT, AT(sample), 0, "N", "tables plan create",
     "rows read per table (default: 1000)"},
    {"out", 0, TEXT, AT(out), 0, "DIR", "files", "where the files are written"},
    {"watch", 0, FLAG, AT(watch), 0, NULL, "status", "go on, a line or object at every change"},
    {"explain", 0, FLAG, AT(explain), 0, NULL, "config",
     "every effective value and where it came from"},
    {"password-file", 0, TEXT, AT(password_file), 0, "FILE", "", "password of the database user"},
    {"yes", 'y', FLAG, AT(yes), 0, NULL, "", "consent without a question"},
    {"confirm", 0, TEXT, AT(confirm), 0, "NAME", "", "the typed name that a removal asks for"},
    {"json", 0, FLAG, AT(json), 0, NULL, "", "one JSON document on stdout (events: one a line)"},
    {"plain", 0, FLAG, AT(plain), 0, NULL, "", "the wizard as a dialogue of lines"},
    {"no-input", 0, FLAG, AT(no_input), 0, NULL, "", "never ask: fail and name the missing option"},
    {"no-notify", 0, FLAG, AT(no_notify), 0, NULL, "", "no bell and no notification"},
    {"timeout", 0, TEXT, AT(timeout), 0, "TIME", "", "give up after so long"},
    {"color", 0, TEXT, AT(color), 0, "WHEN", "", "auto, always or never (NO_COLOR counts too)"},
    {"lang", 0, TEXT, AT(lang), 0, "LANG", "", "en or nb"},
    {"verbose", 'v', COUNT, AT(verbose), 0, NULL, "", "say more on stderr; repeatable"},
    {"log", 0, TEXT, AT(log), 0, "FILE", "", "write the log there"},
    {"sandbox", 0, FLAG, AT(sandbox), 0, NULL, "",
     "practise: nothing outside this machine is touched"},
    {"name", 0, TEXT, AT(name), 0, "NAME", "sandbox", "one of several sandboxes"},
    {"speed", 0, TEXT, AT(speed), 0, "N|real", "sandbox", "how fast the cloud's clock runs"},
    {"rate", 0, TEXT, AT(rate), 0, "N", "sandbox", "changes a second in the database"},
    {"foreground", 0, FLAG, AT(foreground), 0, NULL, "sandbox", "stay, and end with the parent"},
    {"keys", 0, TEXT, AT(keys), 0, "FILE", "-", "play keys without a terminal"},
    {"shots", 0, TEXT, AT(shots), 0, "DIR", "-", "where pages of --keys are written"},
    {"help", 'h', FLAG, AT(help), 0, NULL, "", "this text"},
    {"version", 'V', FLAG, AT(version), 0, NULL, "", "the version"},
};
enum { ROWS = sizeof rows / sizeof *rows };

struct command_row {
    const char *name, *args, *help;
};

static const struct command_row commands[] = {
    {"check", "", "prerequisites and access, printed"},
    {"tables", "", "tables, columns, sensitivity"},
    {"files", "--out DIR", "the manifest patch and the migrations that are still needed"},
    {"plan", "[-f FILE]",
     "what would be made, changed, kept, removed; writes nothing in the cloud"},
    {"apply", "[-f FILE]", "does it; resumable"},
    {"create", "APP DB-USER", "one line for scripts: makes and starts a stream"},
    {"status", "[--watch]", "state, freshness, backfill, slot"},
    {"review", "[-f FILE]", "what a selection file changes"},
    {"delete", "APP DB-USER", "takes it down on both sides, ends with a receipt"},
    {"access", "[show|grant|drop]", "who one is, what is held and lacking"},
    {"export", "terraform|gcloud|sql", "the same as text"},
    {"config", "--explain", "every effective value and where it came from"},
    {"sandbox", "up|down|status|env|deploy|sql", "the sandbox by itself"},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

bool options_is_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (str_eq(commands[i].name, name))
            return true;
    return false;
}

/* --- near misses ---------------------------------------------------------------------------------
 */

/* Edit distance, with a neighbouring swap as one edit; texts beyond 31 bytes are no near miss. */
static size_t distance(const char *a, const char *b)
{
    enum { LONGEST = 31 };
    size_t d[LONGEST + 1][LONGEST + 1], n = strlen(a), m = strlen(b);

    if (n > LONGEST || m > LONGEST)
        return LONGEST;
    for (size_t i = 0; i <= n; i++)
        d[i][0] = i;
    for (size_t k = 0; k <= m; k++)
        d[0][k] = k;
    for (size_t i = 1; i <= n; i++)
        for (size_t k = 1; k <= m; k++) {
            size_t best = d[i - 1][k - 1] + (a[i - 1] != b[k - 1]);
            if (d[i - 1][k] + 1 < best)
                best = d[i - 1][k] + 1;
            if (d[i][k - 1] + 1 < best)
                best = d[i][k - 1] + 1;
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] &&
                d[i - 2][k - 2] + 1 < best)
                best = d[i - 2][k - 2] + 1;
            d[i][k] = best;
        }
    return d[n][m];
}

/* How far a name is; between two as far, the one that begins alike. */
static size_t farness(const char *typed, const char *name)
{
    return 2 * distance(typed, name) + (typed[0] != name[0]);
}

static const char *nearest_option(const char *name)
{
    const char *best = NULL;
    size_t least = 8;

    for (size_t i = 0; i < ROWS; i++)
        if (!str_eq(rows[i].commands, "-") && farness(name, rows[i].name) < least) {
            least = farness(name, rows[i].name);
            best = rows[i].name;
        }
    return best;
}

static bool unknown_command(const char *name, struct err *e)
{
    const char *best = NULL;
    size_t least = 8;

    for (size_t i = 0; i < COMMANDS; i++)
        if (farness(name, commands[i].name) < least) {
            least = farness(name, commands[i].name);
            best = commands[i].name;
        }
    err_set(e, ERR_INPUT, "Reading the command line");
    err_why(e, "there is no command '%s'", name);
    return best ? err_hint(e, "did you mean '%s'?", best) : err_hint(e, "strom --help lists them");
}

/* --- the parser ----------------------------------------------------------------------------------
 */

static bool bad_option(const char *arg, struct err *e)
{
    char name[64];
    const char *best;

    str_copy(name, sizeof name, arg);
    name[strcspn(name, "=")] = '\0';
    best = str_starts(name, "--") ? nearest_option(name + 2) : NULL;
    err_set(e, ERR_INPUT, "Reading the command line");
    err_why(e, "there is no option '%s'", name);
    return best ? err_hint(e, "did you mean '--%s'?", best)
                : err_hint(e, "strom --help lists them");
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
    for (int i = 0; i < ROWS; i++) {
        bool takes = rows[i].kind == TEXT || rows[i].kind == MANY;
        longs[i] =
            (struct option){rows[i].name, takes ? required_argument : no_argument, NULL, 256 + i};
        if (rows[i].letter) {
            *shorts++ = rows[i].letter;
            if (takes)
                *shorts++ = ':';
        }
    }
    longs[ROWS] = (struct option){0};
    *shorts = '\0';
}

static const struct option_row *row_of(int got)
{
    if (got >= 256)
        return &rows[got - 256];
    for (int i = 0; i < ROWS; i++)
        if (rows[i].letter == got)
            return &rows[i];
    return NULL;
}

/* A word between options: the command first, then what belongs to it. */
static bool word(struct options *o, const char *text, struct err *e)
{
    if (o->sandbox && o->command == NULL && o->scenario == NULL) {
        o->scenario = text;
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

static bool parse_options(int argc, char **argv, struct options *o, const struct option *longs,
                          const char *shorts, struct err *e)
{
    int got;

    while ((got = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        if (got == ':') {
            err_set(e, ERR_INPUT, "Reading the command line");
            return err_why(e, "%s needs a value", argv[optind - 1]);
        }
        if (got == '?')
            return bad_option(argv[optind - 1], e);
        const struct option_row *row = row_of(got);
        if (row == NULL)
            return bad_option(argv[optind - 1], e);
        if (!take(o, row, optarg, e))
            return false;
    }
    return true;
}

bool options_parse(int argc, char **argv, struct options *o, struct err *e)
{
    struct option longs[ROWS + 1];
    char shorts[2 * ROWS + 3];

    *o = (struct options){0};
    make_tables(longs, shorts);
    opterr = 0;
    optind = 1;
    while (optind <
           argc) { /* options may stand before, between and behind the words; -- ends them */
        if (!parse_options(argc, argv, o, longs, shorts, e))
            return false;
        bool ended = optind > 1 && str_eq(argv[optind - 1], "--");
        while (optind < argc) {
            if (!word(o, argv[optind++], e))
                return false;
            if (!ended)
                break;
        }
    }
    return true;
}

int options_seconds(const char *text)
{
    char *end;
    long long n = strtoll(text, &end, 10), unit = 1;

    if (end == text || n < 0 || n > 100000000)
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

/* --- help ----------------------------------------------------------------------------------------
 */

static bool known_to(const struct option_row *row, const char *command)
{
    const char *at = row->commands;
    size_t n = command ? strlen(command) : 0;

    if (*at == '\0')
        return true;
    if (command == NULL || *at == '-')
        return false;
    for (at = strstr(at, command); at; at = strstr(at + 1, command))
        if ((at == row->commands || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
            return true;
    return false;
}

static void help_option(const struct option_row *row, struct str *out)
{
    char left[48];

    snprintf(left, sizeof left, "%c%c%s --%s%s%s", row->letter ? '-' : ' ',
             row->letter ? row->letter : ' ', row->letter ? "," : " ", row->name,
             row->value ? " " : "", row->value ? row->value : "");
    str_printf(out, "  %-30s %s\n", left, tr(row->help));
}

void options_help(const char *command, struct str *out)
{
    if (command == NULL) {
        str_add(out, tr("strom: from PostgreSQL to BigQuery through Datastream\n\n"));
        str_add(out, "strom [options]\nstrom --sandbox [SCENARIO]\n");
        for (size_t i = 0; i < COMMANDS; i++) {
            char left[48];
            snprintf(left, sizeof left, "%s %s", commands[i].name, commands[i].args);
            str_printf(out, "  strom %-38s %s\n", left, tr(commands[i].help));
        }
        str_add(out, tr("\nWithout a command: the wizard. strom COMMAND --help tells more.\n"));
    }
    for (size_t i = 0; command && i < COMMANDS; i++)
        if (str_eq(commands[i].name, command))
            str_printf(out, "strom %s %s\n\n%s\n", command, commands[i].args, tr(commands[i].help));
    str_add(out, tr("\nOptions:\n"));
    for (size_t i = 0; i < ROWS; i++)
        if (known_to(&rows[i], command))
            help_option(&rows[i], out);
    str_add(out,
            tr("\nExit codes: 0 fine, 1 could not, 2 wrong command line, 3 not yet, 4 refused, 130 "
               "interrupted.\n"));
}
