#include "screens/cli/options_rows.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/pg/pg.h"
#include "api/plan/sampling.h"
#include "screens/cli/preparing.h"

#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct options, field)

const struct option_row option_rows[] = {
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
    {"base", 0, TEXT, AT(base), 0, "REV|FILE", "review",
     "a revision of git, or another plan file (default: the running stream)"},
    {"repo", 0, TEXT, AT(repo), 0, "DIR", "",
     "the app's repository (else STROM_REPO, else git's top folder)"},
    {"naming", 0, TEXT, AT(naming), 0, "FAMILY", "",
     "procedure or nav-module: the names of what is made"},
    {"include-tables", 0, MANY, AT(include_tables), AT(n_include), "LIST",
     "create plan apply files export", "only these tables: a,b,schema.c; repeatable"},
    {"exclude-tables", 0, MANY, AT(exclude_tables), AT(n_exclude), "LIST",
     "create plan apply files export", "all but these tables; repeatable"},
    {"columns", 0, MANY, AT(columns), AT(n_columns), "T:COL,COL", "create plan apply files export",
     "only these columns of a table; repeatable"},
    {"acknowledge", 0, MANY, AT(acknowledge), AT(n_acknowledge), "T.COL=REASON",
     "create plan apply export",
     "why a sensitive column may flow, and behind ; where that was settled (of code 6/7: 'why; "
     "protected_address: how; where'); repeatable"},
    {"no-start", 0, FLAG, AT(no_start), 0, NULL, "create plan apply export",
     "make the stream, do not start it"},
    {"dry-run", 0, FLAG, AT(dry_run), 0, NULL, "stream",
     "show what would be done, needed, copied and lost, and do nothing"},
    {"no-backfill", 0, FLAG, AT(no_backfill), 0, NULL, "stream",
     "recover, slot: what was lost is not copied anew"},
    {"expect", 0, TEXT, AT(expect), 0, "DIGEST", "apply", "refuse when the plan is another one"},
    {"schema", 0, FLAG, AT(schema), 0, NULL,
     "check tables files plan apply create status stream review delete access export config",
     "print the JSON Schema of the plan file, of sensitivity.json (tables), or of what --json "
     "prints"},
    {"explain", 0, FLAG, AT(explain), 0, NULL, "config",
     "name for each value where it came from; there is nothing else to ask, so it may be left out"},
    {"shape", 0, TEXT, AT(shape), 0, "SHAPE", "files export",
     "of the migrations: narrow, procedure (all tables), three (files that may run again)"},
    {"migrations", 0, TEXT, AT(migrations), 0, "DIR", "files export",
     "Flyway's folder in the repository, where it is not the one that is found"},
    {"undo", 0, FLAG, AT(undo), 0, NULL, "files export stream delete",
     "what takes it down: the migration, and when that has run, the manifest; of stream: puts back "
     "what the newest run of the same has changed; of delete: takes back what the newest run has "
     "made, and nothing else"},
    {"judge", 0, TEXT, AT(judge), 0, "FILE.csv", "tables",
     "judge a list of columns without a database"},
    {"no-sample", 0, FLAG, AT(no_sample), 0, NULL, "tables plan apply create review",
     "read no table, in the wizard neither: names, types, comments, PostgreSQL's statistics"},
    {"sample", 0, TEXT, AT(sample), 0, "N", "tables plan apply create review",
     "rows read of a table; small ones are read whole (default: tables and the wizard 1000, the "
     "others none: statistics alone)"},
    {"out", 0, TEXT, AT(out), 0, "DIR", "files", "where the files are written"},
    {"watch", 0, FLAG, AT(watch), 0, NULL, "status", "go on, a line or object at every change"},
    {"reconcile", 0, MANY, AT(reconcile), AT(n_reconcile), "LIST", "status",
     "compare the keys of these tables on both sides: a,schema.b, or all; repeatable"},
    {"window", 0, TEXT, AT(window), 0, "N", "status",
     "of --reconcile: the N newest keys, or all (default: 100000)"},
    {"password-file", 0, TEXT, AT(password_file), 0, "FILE", "", "password of the database user"},
    {"yes", 'y', FLAG, AT(yes), 0, NULL, "", "consent without a question"},
    {"confirm", 0, TEXT, AT(confirm), 0, "NAME", "",
     "the name that is asked for: of the stream that is taken down, or that is changed though "
     "strom "
     "has not made it (Terraform); of the project, where access drop --editor takes a broad role"},
    {"remove-dataset", 0, TEXT, AT(remove_dataset), 0, "NAME", "delete",
     "its name: the dataset goes too, with all that has arrived"},
    {"for", 0, TEXT, AT(for_), 0, "TIME", "access",
     "grant: how long, from 1m to 24h (default: 2h); it ends by itself"},
    {"editor", 0, FLAG, AT(editor), 0, NULL, "access",
     "drop: one's own Editor or Owner goes, the narrow roles stay; --confirm PROJECT instead of "
     "typing its name"},
    {"json", 0, FLAG, AT(json), 0, NULL, "", "one JSON document on stdout (events: one a line)"},
    {"markdown", 0, FLAG, AT(markdown), 0, NULL, "review", "as Markdown, for a pull request"},
    {"plain", 0, FLAG, AT(plain), 0, NULL, "", "the wizard as a dialogue of lines"},
    {"mouse", 0, FLAG, AT(mouse), 0, NULL, "",
     "the wizard takes clicks and the wheel (M turns it on and off; Shift selects text then)"},
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

const struct command_row option_commands[] = {
    {"check", "", "prerequisites and access, printed", 0},
    {"tables", "", "tables, columns, sensitivity", 0},
    {"files", "--out DIR", "the manifest patch and the migrations that are still needed", 0},
    {"plan", "[-f FILE]", "what would be made, changed, kept, removed; writes nothing in the cloud",
     0},
    {"apply", "[-f FILE]", "does it; resumable", 0},
    {"create", "APP DB-USER", "one line for scripts: makes and starts a stream", 2},
    {"status", "[--watch]", "state, freshness, backfill, slot, cost; or both sides compared", 0},
    {"review", "[-f FILE] [--base REV|FILE]",
     "what a plan file changes: against git, another file or the running stream", 0},
    {"stream", "pause|resume|backfill|stop|recover|slot|password|host [NAME...]",
     "what is done to a stream that is there: shown, done, seen to have taken effect",
     OPTIONS_MANY},
    {"delete", "APP DB-USER", "takes it down on both sides, ends with a receipt", 2},
    {"access", "[show|grant|drop]",
     "what is held and lacking; narrow roles for a while; taking them back", 1},
    {"export", "sql|terraform|gcloud", "the same as text, for those who run it themselves", 1},
    {"config", "--explain", "every effective value and where it came from, secrets masked", 0},
    {"sandbox", "up|down|status|env|deploy|traffic|sql|grant", "the sandbox by itself",
     OPTIONS_MANY},
    {"completion", "bash|zsh|fish", "what that shell completes with", 1},
    {"man", "[strom|strom-plan|strom-sandbox]", NULL, 1},
    {"__complete", "-- WORD...", NULL, OPTIONS_MANY},
};

_Static_assert(sizeof option_rows / sizeof *option_rows == OPTION_ROWS, "see options_rows.h");
_Static_assert(sizeof option_commands / sizeof *option_commands == OPTION_COMMANDS,
               "see options_rows.h");

/* --- what does not fit --- */

static bool is_given(const struct options *o, const struct option_row *row)
{
    const char *base = (const char *)o;

    switch (row->kind) {
    case FLAG:
        return *(const bool *)(const void *)(base + row->at);
    case COUNT:
        return *(const int *)(const void *)(base + row->at) > 0;
    case TEXT:
        return *(const char *const *)(const void *)(base + row->at) != NULL;
    case MANY:
        return *(const size_t *)(const void *)(base + row->count_at) > 0;
    }
    return false;
}

bool option_is_known(const struct option_row *row, const char *command)
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

/* Some rows have one place: a command that knows one of the names knows what is given. */
static bool place_is_known(const struct option_row *row, const char *command)
{
    for (size_t i = 0; i < OPTION_ROWS; i++)
        if (option_rows[i].at == row->at && option_is_known(&option_rows[i], command))
            return true;
    return false;
}

static bool options_belong(const struct options *o, struct err *e)
{
    for (size_t i = 0; o->command && i < OPTION_ROWS; i++)
        if (is_given(o, &option_rows[i]) && !place_is_known(&option_rows[i], o->command)) {
            err_set(e, ERR_INPUT, "Reading the command line");
            err_why(e, "strom %s does not know --%s", o->command, option_rows[i].name);
            return err_hint(e, "strom %s --help lists what it knows", o->command);
        }
    return true;
}

static bool words_fit(const struct options *o, struct err *e)
{
    for (size_t i = 0; o->command && i < OPTION_COMMANDS; i++) {
        size_t words = option_commands[i].words;
        if (!str_eq(option_commands[i].name, o->command) || o->n_args <= words)
            continue;
        err_set(e, ERR_INPUT, "Reading the command line");
        err_why(e, "'%s' is one word too many", o->args[words]);
        return err_hint(e, "strom %s %s", o->command, option_commands[i].args);
    }
    return true;
}

static bool no_such_word(const char *typed, const char *words, struct err *e)
{
    struct str listed = {0};
    char near[32];

    options_listed(words, &listed);
    if (options_near_word(typed, words, near))
        err_hint(e, "did you mean '%s'? %s", near, str_text(&listed));
    else
        err_hint(e, "%s", str_text(&listed));
    str_done(&listed);
    return false;
}

static bool first_word_fits(const struct options *o, struct err *e)
{
    const char *words = option_words_of(o->command), *typed = o->n_args ? o->args[0] : NULL;

    if (words == NULL || typed == NULL || options_is_among(typed, words))
        return true;
    err_set(e, ERR_INPUT, "Reading the command line");
    err_why(e, "strom %s does not know '%s'", o->command, typed);
    return no_such_word(typed, words, e);
}

/* Those that are one of a few words. */
static bool value_words_fit(const struct options *o, struct err *e)
{
    for (size_t i = 0; i < OPTION_ROWS; i++) {
        const struct option_row *row = &option_rows[i];
        const struct option_value *v = option_value_of(row->name);
        if (v->offer != OFFER_WORDS || row->kind != TEXT || !is_given(o, row))
            continue;
        const char *typed = *(const char *const *)(const void *)((const char *)o + row->at);
        if (options_is_among(typed, v->words) || (v->also && options_is_among(typed, v->also)))
            continue;
        err_set(e, ERR_INPUT, "Reading --%s", row->name);
        err_why(e, "'%s' is none", typed);
        return no_such_word(typed, v->words, e);
    }
    return true;
}

static bool window_fits(const char *window)
{
    long long n;

    return window == NULL || str_eq(window, "all") || str_int64(window, 1, INT64_MAX, &n);
}

/* Values of a fixed shape are looked at here, so that none is passed over in silence. */
static bool values_fit(const struct options *o, struct err *e)
{
    long long number;
    const struct {
        const char *name, *value, *hint;
        bool ok;
    } values[] = {
        {"freshness", o->freshness, tr("for example 900s, 15m or 1h; at most 31d"),
         o->freshness == NULL || options_freshness_fits(o->freshness)},
        {"timeout", o->timeout, tr("for example 30s or 10m"),
         o->timeout == NULL || options_seconds(o->timeout) > 0},
        {"window", o->window, tr("so many keys, or all"), window_fits(o->window)},
        {"sample", o->sample, tr("from 1 to 100000 rows; --no-sample reads none"),
         o->sample == NULL || str_int64(o->sample, 1, SAMPLING_MOST, &number)},
    };

    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (!values[i].ok) {
            err_set(e, ERR_INPUT, "Reading --%s", values[i].name);
            err_why(e, "'%s' is none", values[i].value);
            return err_hint(e, "%s", values[i].hint);
        }
    return true;
}

/* A variable that a script had not set leaves a word that is empty: that is no name. */
static bool no_word_is_empty(const struct options *o, struct err *e)
{
    for (size_t i = 0; o->command && o->command[0] != '_' && i < o->n_args; i++)
        if (o->args[i][0] == '\0') { /* a shell that completes asks for any */
            err_set(e, ERR_INPUT, "Reading the command line");
            err_why(e, "word %zu after strom %s is empty", i + 1, o->command);
            return err_hint(e, "is it a variable that is not set? strom %s --help lists the words",
                            o->command);
        }
    return true;
}

/* What would be taken and do nothing there. */
static bool options_go_together(const struct options *o, struct err *e)
{
    const char *word = o->n_args ? o->args[0] : "";
    const struct {
        const char *name, *of;
        bool useless;
    } all[] = {
        {"no-backfill", "strom stream recover, strom stream slot",
         o->no_backfill && o->n_args && !options_is_among(word, "recover slot")},
        {"shape", "strom export sql",
         o->shape && str_eq(o->command, "export") && o->n_args && !str_eq(word, "sql")},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].useless) {
            err_set(e, ERR_INPUT, "Reading the command line");
            err_why(e, "--%s would do nothing here", all[i].name);
            return err_hint(e, "it belongs to %s", all[i].of);
        }
    return true;
}

/* Before anything is kept or tried: the wizard keeps what is connected to, and commands tell it. */
static bool dsn_fits(const struct options *o, struct err *e)
{
    if (o->dsn == NULL || !pg_dsn_has_password(o->dsn))
        return o->dsn == NULL || pg_dsn_check(o->dsn, e);
    err_set(e, ERR_INPUT, "Reading --dsn");
    err_why(e, "it has a password inside, which others on this machine could see");
    return err_hint(e, "use ~/.pgpass, --password-file, or leave it out: strom asks");
}

static bool is_stdin(const char *path)
{
    return path && options_is_among(path, "- /dev/stdin /dev/fd/0");
}

static bool stdin_fits(const struct options *o, struct err *e)
{
    if (is_stdin(o->file) + is_stdin(o->password_file) + is_stdin(o->judge) < 2)
        return true;
    err_set(e, ERR_INPUT, "Reading the command line");
    err_why(e, "stdin cannot be both of what it is named for");
    return err_hint(e, "put one of them into a file");
}

bool options_fit(const struct options *o, struct err *e)
{
    return options_belong(o, e) && words_fit(o, e) && no_word_is_empty(o, e) &&
           first_word_fits(o, e) && value_words_fit(o, e) && values_fit(o, e) &&
           options_go_together(o, e) && dsn_fits(o, e) && stdin_fits(o, e);
}
