#ifndef STROM_PLAN_REMOVE_H
#define STROM_PLAN_REMOVE_H

/* Takes a stream down in the cloud, in the order that its parts allow (facts/domain.md 8, 29), and
 * ends with a receipt: removed, kept and why, to do by hand. What other streams use stays; the
 * dataset stays unless it was asked for; the database's own part is text, since only a migration
 * may write there. */

#include "api/google/auth.h"
#include "api/net/task.h"
#include "api/plan/observed.h"
#include "api/plan/plan.h"
#include "api/store/store.h"

enum receipt_kind { RECEIPT_REMOVED, RECEIPT_KEPT, RECEIPT_BY_HAND, RECEIPT_FAILED };
struct receipt_line {
    enum receipt_kind kind;
    const char *what, *name, *why; /* by hand: why is the exact text */
};

struct remove_options {
    struct google *google;
    struct store *store;         /* NULL: no lock */
    const struct target *target; /* copied */
    const struct observed *seen; /* must outlive the task */
    bool with_dataset;
    bool slot_exists, publication_exists, source_asked; /* what the source said */
    int64_t slot_bytes;                                 /* WAL held; -1 unknown */
};

struct remove_step {
    enum step_id step;
    const char *name;
    bool running, over, failed;
};

/* What would be done, pure: the lines as they will stand when all goes well. */
void remove_plan(const struct remove_options *o, struct arena *a, struct receipt_line **lines,
                 size_t *n);

struct task *remove_all(struct net *net, const struct remove_options *o);
/* Grows while the task runs; complete when it has ended, also when it failed. */
const struct receipt_line *remove_receipt(const struct task *t, size_t *n);
const struct remove_step *remove_steps(const struct task *t, size_t *n);
/* The SQL that is left to a migration. */
const char *remove_sql(struct arena *a, const struct target *t);
const char *receipt_kind_name(enum receipt_kind k); /* "removed", "kept", "by_hand", "failed" */

#endif
