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
    const char *name, *args;
    const char *help; /* NULL: not listed */
    size_t words;     /* that may follow it */
};

/* Of the sandbox, as words. */
#define OPTION_SCENARIOS "fresh ready running shared large trouble"

/* What may be offered as a value. */
enum option_offer {
    OFFER_NOTHING,
    OFFER_WORDS, /* these and no others */
    OFFER_FILES,
    OFFER_FOLDERS,
    OFFER_APPS,
    OFFER_CONTEXTS,
    OFFER_STREAMS,
    OFFER_TABLES,    /* a,b,c */
    OFFER_COLUMNS,   /* table:a,b */
    OFFER_SENSITIVE, /* table.column= */
};
struct option_value {
    const char *option;
    enum option_offer offer;
    const char *words; /* of OFFER_WORDS: "a b c" */
    const char *also;  /* taken, not offered */
};

enum { OPTION_ROWS = 67, OPTION_COMMANDS = 17 }; /* the compiler counts them */
extern const struct option_row option_rows[];
extern const struct command_row option_commands[];

/* command NULL: the wizard, which knows what every command knows. */
bool option_is_known(const struct option_row *row, const char *command);
const struct option_value *option_value_of(const char *option); /* never NULL */
/* The words one of which may stand first behind a command: "a b c"; NULL: any. */
const char *option_words_of(const char *command);
/* Its help lists the option. command NULL: the program's. */
bool option_is_helped(const struct option_row *row, const char *command);

/* The nearest, or NULL. */
/* How far what was typed is from a name; OPTIONS_TOO_FAR: it was not meant. */
enum { OPTIONS_TOO_FAR = 8 };
size_t options_farness(const char *typed, const char *name);
const char *options_near_option(const char *typed);
const char *options_near_command(const char *typed);
bool options_near_word(const char *typed, const char *words, char out[32]);
bool options_is_among(const char *word, const char *words);
void options_listed(const char *words, struct str *out); /* "a, b or c" */
/* Refuses what the command would pass over in silence, and values of a wrong shape. */
bool options_fit(const struct options *o, struct err *e);

#endif
