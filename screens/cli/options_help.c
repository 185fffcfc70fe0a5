/* --help, of the program and of each command. */

#include "screens/cli/options_rows.h"

#include "api/base/tr.h"

#include <stdio.h>

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

static void help_option(const struct option_row *row, struct str *out)
{
    char left[48];

    snprintf(left, sizeof left, "%c%c%s --%s%s%s", row->letter ? '-' : ' ',
             row->letter ? row->letter : ' ', row->letter ? "," : " ", row->name,
             row->value ? " " : "", row->value ? row->value : "");
    str_printf(out, "  %-30s %s\n", left, tr(row->help));
}

static void help_sandbox(struct str *out)
{
    str_add(
        out,
        tr("  up [SCENARIO]   start one; it lives until down, or eight hours without a request\n"
           "  down            end it: nothing is left\n"
           "  status          what it is and what runs in it\n"
           "  env             what points any strom command at it: eval \"$(strom sandbox env)\"\n"
           "  deploy          play the platform: manifest, users, migrations\n"
           "  traffic [N]     let the app make N changes a second, 0 for none: what makes changes "
           "arrive\n"
           "  sql QUERY       ask the destination\n"
           "  grant ROLE      play the one who may: gives you the role that you would have sent "
           "for\n"
           "\n"
           "Scenarios: fresh (nothing prepared), ready (prepared, nothing made), running (a stream "
           "of "
           "two\n"
           "tables), shared (another app's stream is there), large (1 000 tables), trouble (all "
           "that can "
           "be\n"
           "wrong).\n"
           "\n"
           "Without --name the one called default is meant; where it does not run, the only one "
           "that "
           "does:\n"
           "so `strom sandbox traffic 5` in another window reaches the one of ./dev demo.\n"));
}

static void help_of(const char *command, struct str *out)
{
    for (size_t i = 0; i < OPTION_COMMANDS; i++)
        if (str_eq(option_commands[i].name, command))
            str_printf(out, "strom %s%s%s\n\n%s\n", command, option_commands[i].args[0] ? " " : "",
                       option_commands[i].args,
                       option_commands[i].help ? tr(option_commands[i].help) : "");
    if (str_eq(command, "sandbox"))
        help_sandbox(out);
    str_printf(out, "\n%s\n", tr("Options:"));
    for (size_t i = 0; i < OPTION_ROWS; i++)
        if (is_own(&option_rows[i], command))
            help_option(&option_rows[i], out);
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
        char left[64];
        if (option_commands[i].help == NULL)
            continue;
        snprintf(left, sizeof left, "%s %s", option_commands[i].name, option_commands[i].args);
        str_printf(out, "  strom %-42s %s\n", left, tr(option_commands[i].help));
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
            tr("\nExit codes: 0 fine, 1 could not, 2 wrong command line, 3 not yet, 4 refused, 130 "
               "interrupted.\n"));
}
