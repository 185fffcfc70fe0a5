#ifndef STROM_CLI_OPTIONS_H
#define STROM_CLI_OPTIONS_H

/* The command line (contract, section 1). One table makes parser, --help, man page and completion.
 */

#include "api/base/err.h"
#include "api/base/str.h"

#include <stdbool.h>
#include <stddef.h>

enum { OPTIONS_MANY = 32 };
struct config_file;

struct options {
    const char *command;            /* "check", ...; NULL: the wizard */
    const char *args[OPTIONS_MANY]; /* what follows the command */
    size_t n_args;

    const char *app, *context, *namespace_, *dsn;
    const char *project, *location, *instance, *database;
    const char *db_user, *publication, *slot, *stream, *dataset, *freshness;
    const char *file, *base, *repo, *naming, *out, *judge, *expect;
    const char *shape, *migrations;
    const char *password_file, *confirm, *remove_dataset, *for_, *color, *lang, *log, *timeout,
        *sample, *window;
    const char *include_tables[OPTIONS_MANY], *exclude_tables[OPTIONS_MANY];
    const char *columns[OPTIONS_MANY], *acknowledge[OPTIONS_MANY];
    const char *reconcile[OPTIONS_MANY]; /* tables whose two sides are compared */
    size_t n_reconcile;
    size_t n_include, n_exclude, n_columns, n_acknowledge;
    const char *name, *speed, *rate, *scenario; /* of the sandbox; scenario with --sandbox */
    const char *keys, *shots; /* a .keys file played without a terminal (tests, pictures) */
    bool json, plain, mouse, no_input, no_notify, yes, watch, no_sample, no_start, no_backfill,
        dry_run, schema, editor, markdown;
    bool sandbox, foreground, help, version, undo;
    bool explain;
    int verbose;
    const char *const *words;       /* all of the line, NULL at the end; lives as long as argv */
    const struct config_file *user; /* the user file; NULL: nobody has read it */
};

/* argv's texts are borrowed. False with *e (ERR_INPUT; exit code 2): what is wrong and the nearest
 * name. out->json tells then, too, whether a document was asked for. */
bool options_parse(int argc, char **argv, struct options *out, struct err *e);
/* --help of the program (command NULL) or of one command. */
void options_help(const char *command, struct str *out);
bool options_is_command(const char *name);
/* What is to flow stands on the command line: the plan file does not say it then. */
bool options_name_tables(const struct options *o);
/* "15m", "1h", "900s", "900" -> seconds; -1 when it is none. 0 to 100 million. */
int options_seconds(const char *text);
bool options_freshness_fits(const char *text); /* what a plan file takes, too */

#endif
