#ifndef STROM_CLI_OPTIONS_ROWS_H
#define STROM_CLI_OPTIONS_ROWS_H

/* The table of options and commands: between options.c, which reads a command line,
 * options_rows.c, which tells what there is, and options_help.c, which lists it. */

#include "screens/cli/options.h"

enum option_kind { FLAG, TEXT, MANY, COUNT };

struct option_row {
    const char *name;
    char letter;
    enum option_kind kind;
    size_t at, count_at;  /* offsets in struct options */
    const char *value;    /* its name in the help; NULL for flags */
    const char *commands; /* "" everywhere; else those that know it; "-": not listed */
    const char *help;
};

struct command_row {
    const char *name, *args, *help;
    size_t words; /* that may follow it */
};

enum { OPTION_ROWS = 59, OPTION_COMMANDS = 11 }; /* the compiler counts them */
extern const struct option_row option_rows[];
extern const struct command_row option_commands[];

/* command NULL: the wizard, which knows what every command knows. */
bool option_is_known(const struct option_row *row, const char *command);
/* Refuses what the command would pass over in silence, and values of a wrong shape. */
bool options_fit(const struct options *o, struct err *e);

#endif
