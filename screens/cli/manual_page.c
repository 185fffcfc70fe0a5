/* The man pages, from the tables of options, commands, exit codes, environment and files. */

#include "screens/cli/manual.h"

#include "screens/cli/command.h"
#include "screens/cli/options_rows.h"
#include "screens/cli/out.h"
#include "screens/cli/schemas.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 72 };

/* A word of text: what roff would read is made plain. */
static void put_word(struct str *out, const char *word, size_t n, bool first)
{
    if (first && n && (word[0] == '.' || word[0] == '\''))
        str_add(out, "\\&");
    for (size_t i = 0; i < n; i++)
        if (word[i] == '\\')
            str_add(out, "\\e");
        else
            str_addc(out, word[i]);
}

/* Lines of at most WIDTH, a new one behind each sentence, as mdoc wants it. */
static void put_text(struct str *out, const char *text)
{
    size_t column = 0, n;

    for (const char *at = text; *at; at += n + strspn(at + n, " \n")) {
        n = strcspn(at, " \n");
        if (column && column + 1 + n > WIDTH)
            column = 0, str_addc(out, '\n');
        if (column)
            str_addc(out, ' ');
        put_word(out, at, n, column == 0);
        column += n + 1;
        if (n > 1 && (strchr(".!?", at[n - 1]) || (at[n - 1] == ')' && at[n - 2] == '.')))
            column = 0, str_addc(out, '\n');
    }
    if (column)
        str_addc(out, '\n');
}

/* An argument of a macro: in quotes, so that none of its words is a macro. */
static void put_arg(struct str *out, const char *text)
{
    str_add(out, " \"");
    for (; *text; text++)
        if (*text == '"')
            str_add(out, "\"\"");
        else
            put_word(out, text, 1, false);
    str_addc(out, '"');
}

static void put_literal(struct str *out, const char *text)
{
    str_add(out, ".Bd -literal\n");
    for (size_t n; *text; text += n + (text[n] == '\n')) {
        n = strcspn(text, "\n");
        put_word(out, text, n, true);
        str_addc(out, '\n');
    }
    str_add(out, ".Ed\n");
}

static void put_rows(struct str *out, const struct manual_row *rows, const char *macro)
{
    str_add(out, ".Bl -tag -width Ds\n");
    for (; rows->name; rows++) {
        str_printf(out, ".It %s", macro);
        put_arg(out, rows->name);
        str_addc(out, '\n');
        put_text(out, rows->what);
    }
    str_add(out, ".El\n");
}

static void put_option(struct str *out, const struct option_row *row)
{
    const struct option_value *v = option_value_of(row->name);
    struct str listed = {0};

    str_add(out, ".It");
    if (row->letter)
        str_printf(out, " Fl %c ,", row->letter);
    str_printf(out, " Fl \\-%s", row->name);
    if (row->value) {
        str_add(out, " Ar");
        put_arg(out, row->value);
    }
    str_addc(out, '\n');
    put_text(out, row->help);
    if (v->offer == OFFER_WORDS) {
        options_listed(v->words, &listed);
        str_printf(out, "One of %s.\n", str_text(&listed));
    }
    str_done(&listed);
}

static void put_command(struct str *out, const struct command_row *c)
{
    str_printf(out, ".It Nm Cm %s", c->name);
    if (c->args[0]) {
        str_add(out, " Ar");
        put_arg(out, c->args);
    }
    str_addc(out, '\n');
    put_text(out, c->help);
    str_add(out, ".Pp\nOptions:\n");
    const char *between = "";
    for (size_t i = 0; i < OPTION_ROWS; i++)
        if (option_is_helped(&option_rows[i], c->name)) {
            str_printf(out, "%s.Fl \\-%s", between, option_rows[i].name);
            between = " ,\n";
        }
    str_add(out, " .\n");
}

/* "November 22, 2026", of the changelog's "2026-11-22" */
static void released(char out[32])
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    long month = strtol(&STROM_RELEASED[5], NULL, 10), day = strtol(&STROM_RELEASED[8], NULL, 10);

    assert(month >= 1 && month <= 12);
    snprintf(out, 32, "%s %ld, %.4s", months[month - 1], day, STROM_RELEASED);
}

static void put_head(struct str *out, const char *title, const char *name, const char *what)
{
    char day[32];

    released(day);
    str_printf(out,
               ".\\\" Made by strom itself (strom man), from the table of its options.\n"
               ".Dd %s\n.Dt %s\n.Os\n.Sh NAME\n.Nm %s\n.Nd %s\n",
               day, title, name, what);
}

static void put_commands(struct str *out)
{
    str_add(out, ".Sh COMMANDS\n.Bl -tag -width Ds\n");
    for (size_t i = 0; i < OPTION_COMMANDS; i++)
        if (option_commands[i].help)
            put_command(out, &option_commands[i]);
    str_add(out, ".El\n.Sh OPTIONS\n"
                 "Options stand before or behind the command;\n.Fl \\-\nends them.\n"
                 "A command refuses options that it does not know.\n.Bl -tag -width Ds\n");
    for (size_t i = 0; i < OPTION_ROWS; i++)
        if (!str_eq(option_rows[i].commands, "-"))
            put_option(out, &option_rows[i]);
    str_add(out, ".El\n");
}

static void put_schemas(struct str *out)
{
    str_add(out, ".Sh JSON\nWith\n.Fl \\-json\nstdout bears one document (or, of\n.Cm apply ,\n.Cm "
                 "create ,\n.Cm delete\nand\n.Cm stream ,\none object a line), each with\n.Qq "
                 "version : 1 .\n"
                 "Fields are added, never renamed.\nTheir JSON Schemas, as\n.Nm Ar command Fl "
                 "\\-schema\nprints them; that of the plan file is in\n.Xr strom-plan 5 .\n");
    for (size_t i = 0; i < OPTION_COMMANDS; i++) {
        const char *schema = schema_of_document(option_commands[i].name);
        if (schema == NULL || str_eq(option_commands[i].name, "create")) /* as apply */
            continue;
        str_printf(out, ".Ss strom %s\n", option_commands[i].name);
        put_literal(out, schema);
    }
}

void manual_strom(struct str *out)
{
    put_head(out, "STROM 1", "strom",
             "from PostgreSQL to BigQuery through Datastream, in the terminal");
    str_add(out,
            ".Sh SYNOPSIS\n.Nm\n.Op Ar options\n.Nm\n.Fl \\-sandbox\n.Op Ar scenario\n.Nm\n.Ar "
            "command\n.Op Ar options\n.Sh DESCRIPTION\n");
    put_text(out,
             "Without a command, strom is a wizard that takes a PostgreSQL of an app on the Nais "
             "platform to a running, watched replication into BigQuery: prerequisites, access, "
             "tables and columns with sensitivity flags, destination, review, creation, "
             "monitoring. The same steps are commands for scripts. Results go to stdout, progress "
             "and questions to stderr; nobody is asked where stdin is no terminal or with "
             "--no-input. Nothing is written in the cloud or into a repository before it was "
             "shown, and the database is never written to: changes there are migrations.");
    put_commands(out);
    str_add(out, ".Sh ENVIRONMENT\n");
    put_text(out, "An option goes before the environment, that before the plan file, that before "
                  "the user file, that before the configurations of the cluster and of gcloud. "
                  "strom config --explain tells what holds.");
    put_rows(out, manual_environment, "Ev");
    str_add(out, ".Sh FILES\n");
    put_rows(out, manual_files, "Pa");
    str_add(out, ".Sh EXIT STATUS\n");
    put_rows(out, manual_exits, "Li");
    str_add(out, ".Sh EXAMPLES\n");
    put_rows(out, manual_examples, "Li");
    put_schemas(out);
    str_add(out, ".Sh SEE ALSO\n.Xr psql 1 ,\n.Xr strom-plan 5\n");
}

void manual_plan(struct str *out)
{
    put_head(out, "STROM-PLAN 5", "strom-plan", "the plan file of strom: what flows, and why");
    str_add(out, ".Sh DESCRIPTION\n");
    put_text(out,
             "The plan file, replication.json in the app's repository, holds source, destination, "
             "naming, and for every table the columns that flow and those that do not, with their "
             "level of sensitivity. It is one JSON document with its keys in a fixed order, "
             "sorted, one column a line, so that a review in git shows what changed and nothing "
             "else. It never holds a password, a token or a value from a table.");
    str_add(out, ".Pp\n");
    put_text(out,
             "A sensitive column that is included bears an acknowledgement: a reason, a reference, "
             "by whom and when; without one, apply and create refuse with exit code 4. Unknown "
             "keys are an error that names the key and the line; a file of a newer version is "
             "refused with that word.");
    str_add(out, ".Sh EXAMPLES\n.Bd -literal\n");
    str_add(out, "{\n  \"version\": 1,\n"
                 "  \"source\": {\"app\": \"postmottak-backend\", \"instance\": \"postmottak\",\n"
                 "    \"database\": \"postmottak\", \"db_user\": \"datastream\",\n"
                 "    \"publication\": \"ds_publication\", \"slot\": \"ds_replication\"},\n"
                 "  \"destination\": {\"project\": \"aap-dev\", \"location\": \"europe-north1\",\n"
                 "    \"dataset\": \"datastream_postmottak\", \"mode\": \"merge\",\n"
                 "    \"freshness_seconds\": 900},\n"
                 "  \"naming\": {\"family\": \"procedure\", \"stream\": "
                 "\"postgres-postmottak-bigquery\"},\n"
                 "  \"tables\": [{\"schema\": \"public\", \"table\": \"regel_evaluering\", "
                 "\"columns\": [\n"
                 "    {\"name\": \"id\", \"type\": \"bigint\", \"included\": true, \"level\": "
                 "\"none\", \"categories\": []}]}]\n}\n");
    str_add(out, ".Ed\n.Sh JSON SCHEMA\nAs\n.Ic strom plan \\-\\-schema\nprints it:\n");
    put_literal(out, schema_of("plan"));
    str_add(out, ".Sh SEE ALSO\n.Xr strom 1\n");
}

void manual_sandbox(struct str *out)
{
    struct str help = {0};

    put_head(out, "STROM-SANDBOX 1", "strom-sandbox",
             "a database and a cloud on this machine, for strom to practise with");
    str_add(out, ".Sh SYNOPSIS\n.Nm strom\n.Cm sandbox\n.Ar word\n.Sh DESCRIPTION\n");
    put_text(out, "This program is started by strom sandbox and strom --sandbox: a throwaway "
                  "PostgreSQL, local stand-ins for Google's APIs and the cluster, and a "
                  "replication that is real. Nothing outside this machine is touched, and "
                  "nothing is left when it has ended.");
    options_help("sandbox", &help);
    put_literal(out, str_text(&help));
    str_add(out, ".Sh SEE ALSO\n.Xr strom 1\n");
    str_done(&help);
}

int command_man(const struct options *o)
{
    struct str page = {0};

    if (o->n_args && str_eq(o->args[0], "strom-plan"))
        manual_plan(&page);
    else if (o->n_args && str_eq(o->args[0], "strom-sandbox"))
        manual_sandbox(&page);
    else
        manual_strom(&page);
    out_result(&page);
    str_done(&page);
    return OUT_FINE;
}
