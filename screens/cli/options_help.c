/* --help, of the program and of each command. */

#include "screens/cli/options_rows.h"

#include "api/base/tr.h"
#include "api/base/utf8.h"

#include <stdio.h>
#include <string.h>

#define WHO    "app", "context", "namespace"
#define SOURCE "dsn", "database", "db-user", "publication"
#define CLOUD  "project", "location", "instance", "slot", "stream", "naming"
#define STORED "file", "repo"
#define MADE   "dataset", "freshness"
#define ASKED  "yes", "confirm", "no-input"

enum { HEEDED = 24 };

/* Common options are taken by every command, so that one line serves several (contract, section 1).
 * Help lists those that a command heeds. */
static const struct {
    const char *command, *options[HEEDED];
} heeded[] = {
    {"check", {WHO, SOURCE, CLOUD, STORED}},
    {"tables", {SOURCE, STORED}},
    {"files", {WHO, SOURCE, CLOUD, STORED}},
    {"plan", {WHO, SOURCE, CLOUD, MADE, STORED}},
    {"apply", {WHO, SOURCE, CLOUD, MADE, STORED, "password-file", ASKED}},
    {"create", {WHO, SOURCE, CLOUD, MADE, "password-file", ASKED}},
    {"status", {WHO, SOURCE, CLOUD, STORED}},
    {"stream", {WHO, SOURCE, CLOUD, STORED, "password-file", ASKED}},
    {"review", {WHO, SOURCE, CLOUD, STORED}},
    {"access", {WHO, CLOUD, STORED, ASKED}},
    {"export", {WHO, SOURCE, CLOUD, MADE, STORED}},
    {"config", {WHO, SOURCE, CLOUD, MADE, STORED, "password-file", "color"}},
    {"delete", {WHO, SOURCE, CLOUD, "dataset", STORED, "confirm", "no-input"}},
};

static bool is_heeded(const char *option, const char *command)
{
    for (size_t i = 0; i < sizeof heeded / sizeof *heeded; i++)
        for (size_t k = 0; str_eq(heeded[i].command, command) && heeded[i].options[k]; k++)
            if (str_eq(heeded[i].options[k], option))
                return true;
    return false;
}

/* The sandbox is a program of its own: only these reach it. */
static bool is_for_all(const char *option, const char *command)
{
    static const char *const all[] = {"json", "help",    "version", "timeout",
                                      "lang", "verbose", "log"};
    size_t n = str_eq(command, "sandbox") ? 3 : sizeof all / sizeof *all;

    for (size_t i = 0; i < n; i++)
        if (str_eq(all[i], option))
            return true;
    return false;
}

static bool is_own(const struct option_row *row, const char *command)
{
    return row->commands[0] ? option_is_known(row, command) : is_heeded(row->name, command);
}

bool option_is_helped(const struct option_row *row, const char *command)
{
    if (command == NULL)
        return option_is_known(row, NULL);
    return is_own(row, command) || is_for_all(row->name, command);
}

/* What it is, and from a column on what it does, wrapped on words: 80 columns are enough. */
static void help_row(const char *left, int column, const char *text, struct str *out)
{
    enum { EDGE = 80 };
    int at = utf8_width(left);

    str_add(out, left);
    if (at > 0 && at >= column) {
        str_addc(out, '\n');
        at = 0;
    }
    for (bool first = true; *text; first = false) {
        char word[128];
        size_t n = strcspn(text, " ");
        snprintf(word, sizeof word, "%.*s", (int)n, text);
        if (first || at + 1 + utf8_width(word) > EDGE) {
            if (!first)
                str_addc(out, '\n');
            str_printf(out, "%*s", first ? column - at : column, "");
            at = column;
        } else {
            str_addc(out, ' ');
            at++;
        }
        str_add(out, word);
        at += utf8_width(word);
        text += n + (text[n] == ' ');
    }
    str_addc(out, '\n');
}

static void help_option(const struct option_row *row, struct str *out)
{
    struct str line = {0};
    char left[48];

    snprintf(left, sizeof left, "%c%c%s --%s%s%s", row->letter ? '-' : ' ',
             row->letter ? row->letter : ' ', row->letter ? "," : " ", row->name,
             row->value ? " " : "", row->value ? row->value : "");
    str_printf(&line, "  %s", left);
    help_row(str_text(&line), 33, tr(row->help), out);
    str_done(&line);
}

static void help_sandbox(struct str *out)
{
    str_add(out,
            tr("  up [SCENARIO]   start one; it lives until down, or eight hours without a\n"
               "                  request\n"
               "  down            end it: nothing is left\n"
               "  status          what it is and what runs in it\n"
               "  env             what points any strom command at it:\n"
               "                  eval \"$(strom sandbox env)\"\n"
               "  deploy          play the platform: manifest, users, migrations\n"
               "  traffic [N]     let the app make N changes a second, 0 for none: what makes\n"
               "                  changes arrive\n"
               "  sql QUERY       ask the destination\n"
               "  grant ROLE      play the one who may: gives you the role that you would have\n"
               "                  sent for\n"
               "\n"
               "Scenarios: fresh (nothing prepared), ready (prepared, nothing made), running (a\n"
               "stream of two tables), shared (another app's stream is there), large (1 000\n"
               "tables), trouble (all that can be wrong).\n"
               "\n"
               "Without --name the one called default is meant; where it does not run, the only\n"
               "one that does: so `strom sandbox traffic 5` in another window reaches the one of\n"
               "./dev demo.\n"));
}

static void help_of(const char *command, struct str *out)
{
    for (size_t i = 0; i < OPTION_COMMANDS; i++)
        if (str_eq(option_commands[i].name, command)) {
            str_printf(out, "strom %s%s%s\n\n", command, option_commands[i].args[0] ? " " : "",
                       option_commands[i].args);
            help_row("", 0, option_commands[i].help ? tr(option_commands[i].help) : "", out);
        }
    if (str_eq(command, "sandbox"))
        help_sandbox(out);
    bool any = false;
    for (size_t i = 0; i < OPTION_ROWS; i++)
        if (is_own(&option_rows[i], command)) {
            if (!any)
                str_printf(out, "\n%s\n", tr("Options:"));
            any = true;
            help_option(&option_rows[i], out);
        }
    str_printf(out, "\n%s\n", tr("Common options:"));
    for (size_t i = 0; i < OPTION_ROWS; i++)
        if (is_for_all(option_rows[i].name, command))
            help_option(&option_rows[i], out);
}

static void help_of_all(struct str *out)
{
    str_add(out, tr("strom: from PostgreSQL to BigQuery through Datastream\n\n"));
    str_add(out, "strom [options]\nstrom --sandbox [SCENARIO]\n");
    for (size_t i = 0; i < OPTION_COMMANDS; i++) {
        struct str left = {0};
        if (option_commands[i].help == NULL)
            continue;
        str_printf(&left, "  strom %s %s", option_commands[i].name, option_commands[i].args);
        help_row(str_text(&left), 28, tr(option_commands[i].help), out);
        str_done(&left);
    }
    str_add(out, tr("\nWithout a command: the wizard. strom COMMAND --help tells more.\n"));
    str_printf(out, "\n%s\n", tr("Options:"));
    for (size_t i = 0; i < OPTION_ROWS; i++)
        if (option_is_known(&option_rows[i], NULL))
            help_option(&option_rows[i], out);
}

void options_help(const char *command, struct str *out)
{
    if (command)
        help_of(command, out);
    else
        help_of_all(out);
    str_add(out,
            tr("\nExit codes: 0 fine, 1 could not, 2 wrong command line, 3 not yet, 4 refused,\n"
               "130 interrupted, 129 hung up, 143 terminated.\n"));
}
