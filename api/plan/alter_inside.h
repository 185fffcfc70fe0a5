#ifndef STROM_PLAN_ALTER_INSIDE_H
#define STROM_PLAN_ALTER_INSIDE_H

/* Between the files of alter*.c. */

#include "api/plan/alter.h"
#include "api/store/journal.h"

/* What an earlier run of the same order left: it did not come to its end. */
struct alter_left {
    bool any;
    int64_t begun; /* seconds since 1970 */
    const struct journal_entry *entries;
    size_t n;
    bool undo;                 /* it was itself putting something back */
    const struct json *tables; /* when the copy of each had begun before; lives in doc */
    struct json *doc;          /* json_free */
};

/* What a plan is made of. */
struct alter_planner {
    const struct alter_seen *seen;
    const struct alter_order *o;
    struct arena *a;
    struct alter_plan *p;
    struct alter_left left;
};

enum { ALTER_GOES_ON_S = 24 * 3600 }; /* after that it is another story */

/* Of the newest run for this stream; `tables` of the order are full names. */
void alter_left_find(const struct alter_seen *seen, const struct alter_order *order,
                     struct arena *a, struct alter_left *out);
/* The call was meant by that run, whatever came of it. */
bool alter_left_meant(const struct alter_left *left, const char *step, const char *name);
/* ... and nobody knows what came of it: it may still be under way. */
bool alter_left_unheard(const struct alter_left *left, const char *step);
/* The requestId of the newest run for this stream, of whatever order, that meant the call, where
 * nobody knows what came of it; lives in a. NULL: there is none. Sent by the same id again, what is
 * still on its way is the same to Google, and cannot arrive a second time behind our own. */
const char *alter_left_request(const struct alter_seen *seen, const char *step, const char *name,
                               struct arena *a);
/* When the copy of "schema.table" had begun before that run; NULL: it had none in mind. */
const char *alter_left_before(const struct alter_left *left, const char *table);
/* How it was before that run. What it did not write down stays as it is in *was. */
void alter_left_was(const struct alter_left *left, struct arena *a, struct alter_was *was);
/* What the journal keeps of an order, for the next run. */
void alter_left_write(const struct alter_plan *p, const char *const *command, struct str *out);

/* "schema.table"; lives in a. */
const char *alter_table_name(const struct alter_table *t, struct arena *a);
bool alter_is_copying(const struct alter_table *t); /* PENDING, ACTIVE */

/* The calls, in their order (alter_calls.c). */
bool alter_is(const struct alter_planner *pl, const char *state);
void alter_refuse(struct alter_planner *pl, enum err_kind kind, const char *why, const char *hint);
void alter_refuse_state(struct alter_planner *pl, const char *hint);
bool alter_refuse_lost_slot(struct alter_planner *pl, const char *name);
const char *alter_if_failed_for_good(void);
void alter_add_state(struct alter_planner *pl, bool run);
void alter_add_await(struct alter_planner *pl, const char *state);
void alter_add_slot(struct alter_planner *pl, const char *slot);
void alter_add_recover(struct alter_planner *pl);
struct alter_call *alter_add_host(struct alter_planner *pl, const char *host);
struct alter_call *alter_add_profile(struct alter_planner *pl, const char *mask, const char *body);
void alter_add_copy(struct alter_planner *pl, const struct alter_table *t);
void alter_add_stop(struct alter_planner *pl, const struct alter_table *t);
/* What tells how the thing is that the call changes, and whether it is as the call wants it;
 * message says how it is. look: a task that ended well (alter_effect.c). */
struct task *alter_effect(struct google *g, const struct alter_plan *p, const struct alter_call *c);
bool alter_took_effect(const struct alter_call *c, const struct task *look,
                       char message[ALTER_MESSAGE]);
/* What puts it back (alter_undo.c). */
void alter_undo(struct alter_planner *pl);
void alter_say_undone(struct alter_plan *p, const struct alter_order *o, struct arena *a);

/* Adds what is lost, copied, needed and left to the plan, which has its calls. */
void alter_say(struct alter_plan *p, const struct alter_order *o, struct arena *a);
void alter_add_line(struct alter_plan *p, enum alter_said said, const char *text);
void alter_say_file(struct alter_plan *p, const char *file, const char *slot, struct arena *a);
/* What Terraform's code must say; NULL where it says nothing of that. */
const char *alter_hcl(const struct alter_plan *p, const struct alter_order *o, struct arena *a);
/* The migration that a slot of this name still needs, its files one behind the other; NULL: none,
 * or it cannot be told. anew: one that is there is made again. */
const char *alter_migration(const struct alter_seen *seen, const char *slot, bool anew,
                            struct arena *a, struct prepared *out);
const struct source_slot *alter_slot(const struct alter_seen *seen, const char *name);

#endif
