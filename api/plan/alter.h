#ifndef STROM_PLAN_ALTER_H
#define STROM_PLAN_ALTER_H

/* What is done to a stream that runs, besides changing what flows: pause and resume, copying a
 * table anew, recovery, another slot, another password, another address of the proxy. A look, a
 * pure plan of calls with what they need, lose and leave, and a run that writes every call into the
 * journal before it is sent. What an earlier run of the same order began is gone on with: nothing
 * is asked for twice (facts/gcp.md B, facts/domain.md 8). */

#include "api/base/secret.h"
#include "api/base/str.h"
#include "api/base/target.h"
#include "api/google/auth.h"
#include "api/google/operation.h"
#include "api/net/task.h"
#include "api/pg/facts.h"
#include "api/pg/pg.h"
#include "api/plan/prepare.h"
#include "api/store/store.h"

#include <stdbool.h>
#include <stddef.h>

enum alter_kind {
    ALTER_PAUSE,
    ALTER_RESUME,
    ALTER_BACKFILL,
    ALTER_STOP, /* of a backfill */
    ALTER_RECOVER,
    ALTER_SLOT,
    ALTER_PASSWORD,
    ALTER_HOST,
    ALTERS
};

struct alter_type {
    const char *name;    /* "pause": the command's word */
    const char *title;   /* "Pause" */
    const char *explain; /* one sentence */
    const char *result;  /* "paused": the last event's word */
};
const struct alter_type *alter_type(enum alter_kind k);
enum alter_kind alter_by_name(const char *name); /* ALTERS: none */

/* --- the look --- */

struct alter_table {
    const char *schema, *table;
    const char *object;                  /* its full name at Datastream */
    const char *state, *started, *ended; /* of its backfill; "" none */
};

struct alter_seen {
    struct target target;                  /* slot and publication are the stream's */
    const char *stream, *state;            /* its id */
    const char *profile;                   /* id of the source profile */
    const char *host, *user, *profile_why; /* profile_why: it could not be asked; NULL: it was */
    const char *error;                     /* the stream's own, "" none */
    const char *maker; /* who made it where it was not strom, in words; NULL: strom did */
    bool terraform;    /* Terraform manages it: goog-terraform-provisioned */
    bool append_only;
    const struct alter_table *tables;
    size_t n_tables;
    const char *proxy, *proxy_state, *proxy_ip; /* the machine that serves the instance; "" none */
    const char *proxy_why;                      /* it could not be asked; NULL: it was */
    const struct source_facts *facts;           /* NULL: source_why */
    const char *source_why;
    const char *repo; /* the app's; NULL: none */
    struct store *store;
};

struct alter_wanted {
    struct google *google;
    struct store *store;         /* NULL: no journal */
    struct pg *pg;               /* NULL: the source is not asked */
    const struct target *target; /* copied */
    const char *repo;            /* for the migrations that are needed first; may be NULL */
};

/* Fails when the stream cannot be read. */
struct task *alter_look(struct net *net, const struct alter_wanted *w);
const struct alter_seen *alter_seen(const struct task *t); /* with TASK_OK; lives with the task */

/* --- the plan, pure but for the repository's files and the journal --- */

enum { ALTER_TABLES = 1000, ALTER_CALLS = 2 * ALTER_TABLES + 8, ALTER_MESSAGE = 240 };

struct alter_order {
    enum alter_kind kind;
    const char *const *tables; /* "schema.table" or "table"; 0: all that flow */
    size_t n_tables;
    const char *slot; /* ALTER_SLOT: the new one */
    bool no_backfill; /* RECOVER, SLOT: what was lost is not copied anew */
    const char *host; /* ALTER_HOST: NULL: the proxy's */
    const char *file; /* the plan file that is given the stream's slot afterwards; NULL: none */
    bool undo;        /* what the newest run of this very order has changed is put back */
};
/* It can be put back: a stream that was recovered, a copy that was stopped, a password cannot. */
bool alter_undoes(enum alter_kind k);

enum alter_verb {
    ALTER_CALL_PAUSE,
    ALTER_CALL_SLOT,
    ALTER_CALL_START,
    ALTER_CALL_RECOVER,
    ALTER_CALL_PROFILE,
    ALTER_CALL_AWAIT, /* no call: until a stream that had failed runs again */
    ALTER_CALL_BACKFILL,
    ALTER_CALL_STOP
};

struct alter_call {
    enum alter_verb verb;
    const char *step;                /* "datastream.pause": of events and journal */
    const char *name;                /* stream, profile or "schema.table" */
    const char *method, *path;       /* path with its mask; NULL: nothing is sent */
    const char *body;                /* JSON, "" none; a password stands as *** */
    const char *done;                /* why it need not be sent: it is so already; NULL: it must */
    const char *value;               /* the new slot, host, or the state that is awaited; NULL */
    const struct alter_table *table; /* of a backfill */
    const char *before;              /* when its copy began before this order; "" never */
    bool meant;                      /* an earlier run may have sent it, */
    const char *request_id;          /* and by this requestId, of which nobody has heard; or NULL */
};

enum alter_said { ALTER_NEEDS, ALTER_COPIES, ALTER_LOSES, ALTER_STAYS, ALTER_AFTER };
struct alter_line {
    enum alter_said said;
    const char *text;
};
const char *alter_said_name(enum alter_said s);  /* "needs", ... */
const char *alter_said_title(enum alter_said s); /* "Needed first", ...: not translated */

/* How it was before the order was begun for the first time, and when the copies of the tables that
 * it is about had begun: kept in the journal, so that any later run can go on or put back. */
struct alter_was {
    const char *state, *slot, *host;
};
struct alter_copy {
    const char *table, *before; /* "schema.table"; "" never */
};

struct alter_plan {
    enum alter_kind kind;
    bool undo;
    struct alter_was was;
    struct alter_copy *copies;
    size_t n_copies;
    const char *value; /* the new slot, or the address that was named; NULL: it has none */
    const struct alter_seen *seen;
    bool possible;  /* else `why` */
    bool nothing;   /* it is so already: no call is left to be sent */
    struct err why; /* not possible: what, why, the next step */
    struct alter_call *calls;
    size_t n_calls;
    struct alter_line lines[16];
    size_t n_lines;
    const char *migration; /* what must be deployed first: files with their text; NULL: nothing */
    struct prepared migrations; /* the same, for prepare_write */
    const char *hcl;      /* what Terraform's code must say instead or besides; NULL: nothing */
    bool named;           /* strom has not made it: the stream's name is to be typed */
    const char *going_on; /* an earlier run of this order that did not end, in words; NULL */
    bool needs_password;
};

/* Lives in a; borrows from seen and order. */
void alter_plan(const struct alter_seen *seen, const struct alter_order *order, struct arena *a,
                struct alter_plan *out);
/* The newest order for this stream, as it was begun, where it did not come to its end: what is
 * offered before all others. false: there is none, another process is at work on it, or it was left
 * so. Lives in a. */
bool alter_begun(const struct alter_seen *seen, struct arena *a, struct alter_order *out);
/* A name for a new slot that is not taken: "ds_replication_2", then "ds_replication_3". */
const char *alter_new_slot(const struct alter_seen *seen, struct arena *a);
/* The document of --dry-run, and its JSON Schema. */
void alter_json(const struct alter_plan *p, struct str *out);
const char *alter_schema(void);
/* The command that does the same, for whoever begins it without one: NULL at the end, in a. */
const char *const *alter_command(const struct alter_plan *p, struct arena *a);
/* The same for people, a line each, foreign words made harmless by whoever prints. */
void alter_text(const struct alter_plan *p, struct str *out);

/* --- the run --- */

enum alter_state {
    ALTER_WAITING,
    ALTER_RUNNING,
    ALTER_DONE,
    ALTER_KEPT,
    ALTER_FAILED,
    ALTER_NOT_RUN
};
struct alter_step {
    enum alter_state state;
    int64_t started_ms, ended_ms; /* clock_mono_ms */
    char message[ALTER_MESSAGE];  /* what is waited for, or how it was seen to have taken effect */
    const struct google_validation *validations; /* live with the task */
    size_t n_validations;
};
const char *alter_state_name(enum alter_state s); /* the contract's words */
/* A message of its validations that is not well, and that the step's own does not say already. */
bool alter_says_more(const struct alter_step *s, const struct google_validation *v, size_t message);

struct alter_options {
    struct google *google;
    struct store *store;           /* NULL: no journal and no lock */
    const struct alter_plan *plan; /* must outlive the task */
    const struct secret *password; /* ALTER_PASSWORD; copied */
    const char *const *command;    /* the words that began it, NULL at the end; NULL: no command */
    bool agreed;                   /* what another made is changed */
};
/* One call after the other, each seen to have taken effect before the next. TASK_FAILED with the
 * error of the first that failed. Dropping it leaves what was sent to the cloud; the same order
 * goes on from there. */
struct task *alter_run(struct net *net, const struct alter_options *o);
const struct alter_step *alter_steps(const struct task *t, size_t *n); /* as plan->calls */
const char *alter_took_over(const struct task *t);                     /* as apply_took_over */
void alter_finish_current(struct task *t);                             /* nothing more is sent */

#endif
