#ifndef TESTS_CHECKS_SCENE_H
#define TESTS_CHECKS_SCENE_H

/* One PostgreSQL with a database that is prepared as the procedure says, and a stand-in for Google
 * in front of it; states set up and undone by SQL. Whoever looks is a person without superuser and
 * without membership in the app's role. */

#include "api/checks/check.h"
#include "api/pg/facts.h"
#include "tests/integration/checks/cloud.h"

#include <libpq-fe.h>

enum { SCENE_DIFFERS = 28, SCENE_HELD = 3 };

/* Whose session holds something open while the state is looked at. */
enum scene_holder {
    SCENE_NOBODY,
    SCENE_APP,
    SCENE_SUPERUSER,
    SCENE_ELSEWHERE, /* in another database: what it makes there is a slot, which goes with it */
    SCENE_READER,
    SCENE_SENDERS /* as many readers as the server takes */
};

struct expected {
    int wanted; /* a check_result + 1; 0: the end of the list */
    enum check_id id;
    const char *found; /* a part of it; NULL: any */
};

struct state {
    const char *name;
    const char *sql,
        *undo; /* each line that ends in ";" a statement of its own, as the superuser */
    cloud_turn *turn;
    const struct source_wanted *wanted; /* NULL: the two tables */
    enum scene_holder holder;
    const char *held;
    int shift_s;         /* looked at before, that long ago; 0: not */
    const char *since;   /* ... and this was done in between */
    bool nowhere;        /* nobody listens at the database's port */
    bool no_login;       /* Google does not take the refresh token */
    bool silent;         /* Google takes connections, and says nothing */
    const char *script;  /* the repository's V1.51__datastream_oppsett.sql; NULL: no repository */
    int patience_ms;     /* 0: the usual */
    const char *project; /* NULL: ours */
    /* What is not a pass, or passes with these words: all the others just pass. */
    struct expected differs[SCENE_DIFFERS];
};

#define FAILS(id, found)                                                                           \
    {                                                                                              \
        CHECK_FAIL + 1, id, found                                                                  \
    }
#define WARNS(id, found)                                                                           \
    {                                                                                              \
        CHECK_WARN + 1, id, found                                                                  \
    }
#define UNKNOWN(id, found)                                                                         \
    {                                                                                              \
        CHECK_UNKNOWN + 1, id, found                                                               \
    }
#define PASSES(id, found)                                                                          \
    {                                                                                              \
        CHECK_PASS + 1, id, found                                                                  \
    }

/* What several states have in common, as entries of `differs`. */
#define NO_SLOT_THERE                                                                              \
    FAILS(CHECK_SLOT_EXISTS, "there is no slot ds_replication"), SLOT_UNKNOWN("there is no slot")
#define SLOT_UNKNOWN(why)                                                                          \
    UNKNOWN(CHECK_SLOT_PLUGIN, why), UNKNOWN(CHECK_SLOT_DATABASE, why),                            \
        UNKNOWN(CHECK_SLOT_FREE, why), UNKNOWN(CHECK_SLOT_ORDER, why),                             \
        UNKNOWN(CHECK_SLOT_WAL, why)

#define MAKE_SLOT "SELECT pg_create_logical_replication_slot('ds_replication', 'pgoutput');\n"
#define DROP_SLOT "SELECT pg_drop_replication_slot('ds_replication');\n"
#define PUBLISH(what)                                                                              \
    "DROP PUBLICATION IF EXISTS ds_publication;\nCREATE PUBLICATION ds_publication " what ";\n"
#define ANEW(what) DROP_SLOT PUBLISH(what) MAKE_SLOT
#define THREE      "FOR TABLE regel_evaluering, regelsett_resultat, arkiv.sak"

struct states {
    const char *name;
    const struct state *at;
    size_t n;
};
extern const struct states states_rights, states_publication, states_tables, states_slot,
    states_reached, states_cloud, states_stream, states_dead, states_replica, states_standby;

/* 77 where there is no PostgreSQL. */
int scene_open(void);
void scene_close(void);
void scene_restart(bool logical);  /* with or without the flag in force */
void scene_standby(bool on);       /* restarts it as a read replica, and back */
void scene_run(const char *sql);   /* aborts on an error */
void scene_await(const char *sql); /* until its one value is true; aborts after a minute */
void scene_start_stream(void);     /* of our own, for the rest of the test */

const char *scene_folder(void);          /* of the server: its log lies there */
PGconn *scene_session(void);             /* another session of the superuser; PQfinish it */
struct task *scene_ask(const char *sql); /* over the connection that looks; ended; task_drop it */

/* Sets the state up, looks, and undoes it: what was found, in a list that lives until the next. */
const struct check_list *scene_look(const struct state *s);

#endif
