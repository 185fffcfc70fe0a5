#ifndef STROM_PLAN_REMOVE_H
#define STROM_PLAN_REMOVE_H

/* Takes a stream down in the cloud, in the order that its parts allow (facts/domain.md 8, 29), and
 * ends with a receipt: removed, kept and why, to do by hand. What other streams use stays; the
 * dataset stays unless it was asked for; the database's own part is text, since only a migration
 * may write there. */

#include "api/google/auth.h"
#include "api/net/task.h"
#include "api/pg/facts.h"
#include "api/pg/pg.h"
#include "api/plan/maker.h"
#include "api/plan/observed.h"
#include "api/plan/plan.h"
#include "api/store/store.h"

enum receipt_kind { RECEIPT_REMOVED, RECEIPT_KEPT, RECEIPT_BY_HAND, RECEIPT_FAILED };
struct receipt_line {
    enum receipt_kind kind;
    const char *what, *name, *why; /* by hand: why, and from its second line on the exact text */
};

struct remove_options {
    struct google *google;
    struct store *store;         /* NULL: no lock */
    const struct target *target; /* copied */
    const struct observed *seen; /* must outlive the task */
    const char *const *command;  /* as in apply_options */
    bool with_dataset;
    bool undo;              /* of the newest run only: what it has not made stays */
    struct maker_made made; /* then: what it has, as apply_made tells */
    /* what the source said: see remove_take_facts */
    bool slot_exists, publication_exists, source_asked, user_gone;
    bool user_holds;            /* the database user may still read, or replicate */
    bool undeployed;            /* no such user, and no logical decoding: no manifest asks for it */
    bool other_slots;           /* others of this server need logical decoding */
    const char *source_why;     /* why it was not asked; NULL: there is no connection */
    int64_t slot_bytes;         /* WAL held; -1 unknown */
    const char *app_role;       /* NULL: not known */
    const char *const *schemas; /* where the database user may read; besides those of the stream */
    size_t n_schemas;
};

/* --- before anything goes: one look, at both sides --- */

struct remove_wanted {
    struct google *google;
    struct store *store;         /* as in remove_options */
    struct pg *pg;               /* NULL, or lost: the source is not asked */
    const struct target *target; /* copied */
    bool undo;                   /* as in remove_options */
};

/* Looks at the cloud; then, where the connection is to the very database that the stream reads,
 * asks there about the slot and the publication that it reads. Fails as observe does, or with
 * NOT_OURS (see remove_possible). */
struct task *remove_prepare(struct net *net, const struct remove_wanted *w);
/* With TASK_OK, for remove_plan and remove_all; its target has slot, publication and user of the
 * stream that is there. Lives with the task. */
const struct remove_options *remove_prepared(const struct task *t);
/* What the source said, of every table; NULL: it was not asked, options->source_why. Lives with the
 * task. */
const struct source_facts *remove_prepared_facts(const struct task *t);

/* Why that database is not to be asked about the stream; NULL: it is its source. */
const char *remove_other_source(const struct observed *seen, const struct target *t,
                                const char *database, struct arena *a);

/* What the source says, read with no tables wanted; NULL: it was not asked. Lists live in a, names
 * as long as the facts. */
void remove_take_facts(struct remove_options *o, const struct source_facts *f, struct arena *a);

struct remove_step {
    enum step_id step;
    const char *name;
    bool running, over, failed;
};

/* What would be done, pure: the lines as they will stand when all goes well. */
void remove_plan(const struct remove_options *o, struct arena *a, struct receipt_line **lines,
                 size_t *n);

/* False (ERR_INPUT, NOT_OURS) when the stream reads another database or instance than the target's,
 * or when nobody can tell: then nothing is taken down. remove_all asks the same before it writes.
 */
bool remove_possible(const struct remove_options *o, struct err *e);
/* The names that a removal of this stream had found, which was not finished: what they name is
 * still to go, and nothing leads to it when the stream is gone. False: there was none. */
bool remove_names(struct store *s, const struct target *t, struct names *out);

/* observe(), by those names where there are any. */
struct task *remove_look(struct net *net, struct google *g, struct store *s,
                         const struct target *t);

/* Every call is written into the journal before it is sent; dropping the task leaves the rest to
 * the next one. */
struct task *remove_all(struct net *net, const struct remove_options *o);
/* The command that does the same, for whoever begins it without one: NULL at the end, in a. */
const char *const *remove_command(const struct remove_options *o, struct arena *a);
void remove_finish_current(struct task *t); /* starts nothing more; ends when what runs has */
/* Grows while the task runs; complete when it has ended, also when it failed. */
const struct receipt_line *remove_receipt(const struct task *t, size_t *n);
const struct remove_step *remove_steps(const struct task *t, size_t *n);
/* As apply_took_over. */
const char *remove_took_over(const struct task *t);
/* The SQL that is left to a migration, guarded by the user's existence, the slot first: rights are
 * taken back in every schema that the stream took from, or where the user may read. "" when a name
 * cannot be written. */
const char *remove_sql(struct arena *a, const struct remove_options *o);
/* What the platform calls the database user: "APP-DATABASE-USER", with dashes. */
const char *remove_platform_user(struct arena *a, const struct target *t);
/* Adds what is left to do by hand, at most three lines; each with its exact text. */
void remove_by_hand(const struct remove_options *o, struct arena *a, struct receipt_line *lines,
                    size_t *n);
const char *receipt_kind_name(enum receipt_kind k);  /* "removed", "kept", "by_hand", "failed" */
const char *receipt_kind_words(enum receipt_kind k); /* the same for people: "by hand" */
const char *receipt_kind_ahead(enum receipt_kind k); /* of a plan: "would remove" */

#endif
