#ifndef SANDBOX_SCENARIO_H
#define SANDBOX_SCENARIO_H

/* What each scenario prepares. */

#include <stdbool.h>

struct keeper;

struct scenario {
    const char *name;
    bool logical;         /* wal_level from the start, as the manifest says it then */
    bool disabled_apis;   /* a project where nothing was switched on yet */
    bool open_login;      /* others on this machine may read the file of the login */
    double rate;          /* changes a second unless --rate says otherwise */
    const char *settings; /* further lines of postgresql.conf; NULL: none */
    bool (*database)(struct keeper *k, char *why); /* after PostgreSQL started, before the cloud */
    bool (*cloud)(struct keeper *k, char *why);    /* NULL: nothing was made in the cloud */
};

enum { SCENARIO_WHY = 2048 };

const struct scenario *scenario_find(const char *name); /* NULL: no such one */

#endif
