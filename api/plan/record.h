#ifndef STROM_PLAN_RECORD_H
#define STROM_PLAN_RECORD_H

/* What a run writes down: its lock, the journal before and after each call. While another process
 * writes into the store, it waits and tries again, for ten seconds at most. Inside api/plan only.
 */

#include "api/base/arena.h"
#include "api/base/json.h"
#include "api/base/target.h"
#include "api/net/task.h"
#include "api/store/journal.h"

enum { RECORD_NAME = 256 };
/* Behind a step's name: it was tried out, and nothing was made by that. */
#define RECORD_TRIAL ".trial"
/* The outcome of a run that did not end, and that somebody leaves as it is. */
#define RECORD_LEFT "left"

struct record { /* zeroed, then net, store and name are set */
    struct net *net;
    struct store *store;    /* NULL: nothing is written down, all is well */
    char name[RECORD_NAME]; /* of the lock, and the journal's name of the target */
    int64_t run;            /* of the journal, 0: none */
    bool locked, ended;
    char took_over[240];   /* whose lock it was, in words; "" nobody's */
    int64_t busy_since_ms; /* 0: it is not */
    struct task *pause;
};

enum recorded {
    RECORD_DONE,
    RECORD_WAIT,  /* call it again after the next news: a timer runs */
    RECORD_FAILED /* *e says why */
};

/* Steps (1u << step_id) that runs of ours meant and that were never heard of again: their calls may
 * have been sent. Ask before record_begin. */
unsigned record_unsure(const struct record *r, struct arena *a);
/* "PROJECT/REGION/STREAM" */
void record_name(char out[RECORD_NAME], const char *project, const char *region,
                 const char *stream);
enum recorded record_begin(struct record *r, enum journal_kind kind, const char *plan,
                           struct arena *a, struct err *e);
/* Into the object that is the run's plan: the words of the command that begins it, and where it was
 * given, so that anybody can go on with it. NULL: no command did. */
void record_put_command(struct json_out *o, const char *const *words);
/* Of such words, where a screen begins it: the options that name this stream, at most RECORD_WORDS.
 */
enum { RECORD_WORDS = 17 };
size_t record_put_target(const char **words, size_t n, const struct target *t, const char *stream);
/* What is going to be asked. **Ask only when it says done.** *entry: 0 without a store. */
enum recorded record_intent(struct record *r, const char *step, const char *action,
                            const char *name, const char *request_id, int64_t *entry,
                            struct err *e);
/* The operation of what was asked, once it has a name (NULL: not yet); told once, as *told keeps.
 */
void record_sent(struct record *r, int64_t entry, const char *operation, bool *told);
/* News for the next run, not a condition of this one: a full disk must not stop what the cloud does
 * already. store_healthy tells. */
void record_result(struct record *r, int64_t entry, enum journal_state state);
/* Well, and nothing came of it: it was so already. An undo leaves it as it is. */
void record_kept(struct record *r, int64_t entry);
bool record_was_kept(const struct journal_entry *entry);
/* The outcome, and the lock back. */
enum recorded record_end(struct record *r, const char *outcome, struct err *e);
/* Gives the lock back, the run stays as it is: it was interrupted. */
void record_drop(struct record *r);

#endif
