#ifndef SANDBOX_OPTIONS_H
#define SANDBOX_OPTIONS_H

/* The command line of strom-sandbox. */

#include <stdbool.h>

enum verb {
    VERB_UP,
    VERB_DOWN,
    VERB_STATUS,
    VERB_ENV,
    VERB_DEPLOY,
    VERB_SQL,
    VERB_TRAFFIC,
    VERB_GRANT,
    VERB_HELP,
    VERB_VERSION
};

struct options {
    enum verb verb;
    const char *name;     /* "default" */
    bool named;           /* the line says which */
    const char *folder;   /* of a running sandbox, instead of its name; NULL */
    const char *scenario; /* up */
    const char *query;    /* sql; NULL: what is there. grant: the role */
    bool foreground, json;
    double speed;        /* up */
    double rate;         /* up, traffic; below 0: not said */
    double idle_seconds; /* up: ends after so long without a request */
};

/* False with the complaint in why (exit code 2). */
bool options_parse(int argc, char **argv, struct options *o, char why[256]);
extern const char options_help[];

#endif
