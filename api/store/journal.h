#ifndef STROM_STORE_JOURNAL_H
#define STROM_STORE_JOURNAL_H

/* The journal of runs: what was meant stands on the disk (fsync) before it is asked for, what came
 * of it afterwards. After a crash the next run reads which calls may have reached the other side,
 * looks at the world, and goes on. Never put a secret into it. */

#include "api/base/arena.h"
#include "api/base/err.h"
#include "api/store/store.h"

#include <stddef.h>
#include <stdint.h>

enum journal_kind { JOURNAL_CREATE, JOURNAL_CHANGE, JOURNAL_DELETE };

struct journal_run {
    int64_t id;
    const char *target; /* what is built or taken down: "PROJECT/LOCATION/STREAM" */
    enum journal_kind kind;
    const char *plan;        /* JSON text */
    const char *host, *boot; /* where it runs: filled by journal_begin */
    int64_t pid, pid_start;
    int64_t started, ended; /* seconds since 1970; ended 0: not ended */
    const char *outcome;    /* "created", "failed", ...; NULL while not ended */
    bool alive;             /* its process runs still, as far as this machine can tell */
};

enum journal_state { JOURNAL_INTENT, JOURNAL_SENT, JOURNAL_DONE, JOURNAL_FAILED, JOURNAL_UNDONE };

struct journal_entry {
    int64_t id, run;
    const char *step;       /* "datastream.stream" */
    const char *name;       /* of the resource */
    const char *intent;     /* JSON text: what is going to be asked */
    const char *request_id; /* of the first try, where the API takes one; NULL: none. To look it up
                               in Google's own logs, and to send the same again */
    const char *operation;  /* of a long operation, once known; else NULL */
    const char *result;     /* JSON text; NULL: none yet */
    enum journal_state state;
    int64_t time; /* of the last change, seconds since 1970 */
};

/* Starts a run; fills id, host, boot, pid, pid_start and started. */
bool journal_begin(struct store *s, struct journal_run *run, struct arena *a, struct err *e);
bool journal_end(struct store *s, int64_t run, const char *outcome, struct err *e);

/* Commits what is about to be asked, synced to the disk; sets entry->id. **Ask only when it says
 * true.** */
bool journal_intent(struct store *s, struct journal_entry *entry, struct err *e);
/* The call was accepted; operation may be NULL. */
bool journal_sent(struct store *s, int64_t entry, const char *operation, struct err *e);
/* How it ended: JOURNAL_DONE, _FAILED or _UNDONE; result may be NULL. */
bool journal_result(struct store *s, int64_t entry, enum journal_state state, const char *result,
                    struct err *e);

/* Newest first. target NULL: all targets. Strings live in a. */
bool journal_unfinished(struct store *s, const char *target, struct arena *a,
                        const struct journal_run **runs, size_t *n, struct err *e);
/* Also the ended ones, at most `limit`. */
bool journal_runs(struct store *s, const char *target, size_t limit, struct arena *a,
                  const struct journal_run **runs, size_t *n, struct err *e);
/* In the order in which they were meant. */
bool journal_entries(struct store *s, int64_t run, struct arena *a,
                     const struct journal_entry **entries, size_t *n, struct err *e);

#endif
