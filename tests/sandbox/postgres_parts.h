#ifndef SANDBOX_POSTGRES_PARTS_H
#define SANDBOX_POSTGRES_PARTS_H

/* What the files of postgres.h share among themselves. */

#include "tests/sandbox/folder.h"
#include "tests/sandbox/postgres.h"
#include "tests/sandbox/watcher.h"

#include <libpq-fe.h>

enum { POSTGRES_PATH = 512 };

struct postgres {
    char folder[POSTGRES_PATH];
    char bin[POSTGRES_PATH]; /* of initdb and postgres */
    char initdb[POSTGRES_PATH + 16], server[POSTGRES_PATH + 16];
    char data[POSTGRES_PATH + 16], config[POSTGRES_PATH + 32], hba[POSTGRES_PATH + 32];
    char set_config[POSTGRES_PATH + 64], set_hba[POSTGRES_PATH + 64];
    const char *initdb_argv[16], *server_argv[12];
    char goes_too[POSTGRES_PATH];
    char *settings;
    char more[POSTGRES_MORE]; /* after the settings */
    struct watcher_options watching;
    struct watcher watcher;
    size_t log_from;
    int port, version;
    _Atomic bool logical, running; /* read by the stand-ins while a deploy restarts */
    bool temporary;
};

bool postgres_find(char out[POSTGRES_PATH]); /* the folder of initdb and postgres */

/* Names everything, chooses the user and makes the folder; starts nothing. */
bool postgres_prepare(struct postgres *pg, const struct postgres_options *o,
                      char why[POSTGRES_WHY]);
/* Writes server.conf and hba.conf from what pg says. */
bool postgres_configure(const struct postgres *pg, char why[POSTGRES_WHY]);
/* Groups, the personal login, the app's role and its database; what is there is left. */
bool postgres_populate(struct postgres *pg, const struct postgres_options *o,
                       char why[POSTGRES_WHY]);
/* The server's log since the mark: what says why, or the last lines. */
void postgres_log_mark(struct postgres *pg);
void postgres_log_tail(const struct postgres *pg, char *out, size_t cap);
bool postgres_log_has(const struct postgres *pg, const char *words);

#endif
