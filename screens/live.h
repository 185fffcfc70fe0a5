#ifndef STROM_SCREENS_LIVE_H
#define STROM_SCREENS_LIVE_H

/* What is open at this moment: the loop, the store, the clients, the connection. Nothing of it is
 * saved. Wizard and commands open it alike. */

#include "api/base/err.h"
#include "api/base/secret.h"
#include "api/base/target.h"
#include "api/google/auth.h"
#include "api/nais/cluster.h"
#include "api/net/net.h"
#include "api/pg/catalog.h"
#include "api/pg/pg.h"
#include "api/pg/source.h"
#include "api/rules/team.h"
#include "api/store/store.h"
#include "screens/cli/options.h"

struct nais_source;

/* What strom granted for a while: see screens/grants.h. */
struct granted {
    int64_t until; /* the last one's end, seconds since 1970 */
    size_t n;      /* grants that are not proved gone */
    char project[64];
};

struct live {
    const struct options *options;
    struct net *net;
    struct store *store;      /* never NULL: at worst one that forgets */
    struct err store_trouble; /* ERR_NONE, or why nothing is kept */
    struct google *google;
    struct cluster *cluster; /* NULL: cluster_trouble says why */
    struct err cluster_trouble;
    struct pg *pg;              /* the source; NULL: not connected */
    struct secret *db_password; /* of the database user, once known */
    bool password_found;        /* the cluster told it: given or typed ones go before */
    struct secret *refused;     /* the last one that the database did not take; NULL: none */
    struct secret *given;       /* by --password-file or environment: holds for every app */
    char password_where[400];   /* where the person gets it; "" when the platform said nothing */
    struct source_facts *facts; /* the last look, and the one before it: for trends */
    struct source_facts *earlier;
    struct target left; /* the source that was connected before another app's stream was opened */
    char left_dsn[PG_DSN];
    const char *repo;           /* the app's repository; NULL: none found */
    const char *repo_why;       /* then: why not */
    struct rules_team *team;    /* the rules of sensitivity.json; NULL: none */
    struct err team_trouble;    /* ERR_NONE, or why they cannot be read */
    const char *deploy_command; /* STROM_DEPLOY_COMMAND, or NULL */
    bool practise;      /* the person chose the sandbox: main starts it when the wizard has ended */
    const char **again; /* words of a command that main runs then; NULL: none */
    const char *again_in; /* and in which folder */
    struct granted granted;
    const char *broad; /* "Editor" or "Owner": one holds it in that project; NULL: none, as far as
                          it was asked */
    char broad_project[64];
    unsigned gaps; /* of the net, that were told */
    struct arena mem;
};

/* False only when nothing can work (no loop, an endpoint that must not be used). */
bool live_open(struct live *l, const struct options *o, struct err *e);
void live_close(struct live *l);
/* The team's rules: beside the plan file that was named, else at the top of the repository. False
 * with *e, the line in it, when the file cannot be used. team_free. */
bool live_find_team(const struct options *o, struct rules_team **out, struct err *e);
/* The machine slept, or strom was stopped, since this was last asked: the words for it; else NULL.
 */
const char *live_woke(struct live *l);
/* False with *e when nothing can be kept: a run that could not be recorded is not begun. */
bool live_can_record(const struct live *l, struct err *e);
/* Opens the cluster of that context and namespace ("" : the current ones). */
void live_use_cluster(struct live *l, const char *context, const char *ns);
/* Takes over what the platform tells of the user's password: itself, or where it lies; one that was
 * given or typed goes before. True when it is known now. */
bool live_use_password(struct live *l, const struct task *source);
/* What the cluster tells of the app's database, where nothing else has told it. */
void live_fill_from_cluster(struct target *t, const struct nais_source *n);
void live_type_password(struct live *l, const char *text); /* a copy; the caller wipes */
/* The database did not take it, and it is asked for again: what the cluster keeps may be old. */
void live_refuse_password(struct live *l);
bool live_password_is_refused(const struct live *l); /* the one that is known now */
/* It was another app's: only what was given for this run is left. */
void live_forget_password(struct live *l);
void live_use_pg(struct live *l, struct pg *pg); /* takes it over, closes the former */
void live_use_facts(struct live *l,
                    struct source_facts *f); /* takes it over; the former becomes `earlier` */
/* Once: STROM_DB_PASSWORD or --password-file into db_password; false with *e when the file cannot
 * be used. */
bool live_find_password(struct live *l, struct err *e);
/* Options and environment into the target; what they do not name stays as it is. */
bool live_fill_target(const struct live *l, struct target *t, struct err *e);
/* How to connect: --dsn or PG*, with database and password as far as they are known. */
struct pg_options live_pg_options(const struct live *l, const char *dsn);
/* The same, to `database` where neither says which. Texts are borrowed. */
struct pg_options live_source(const struct live *l, const char *dsn, const char *database);
/* The same, begun: to `database` where neither says which; pg_take takes the connection over. */
struct task *live_connect(const struct live *l, const char *dsn, const char *database);

#endif
