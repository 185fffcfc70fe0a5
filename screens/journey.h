#ifndef STROM_SCREENS_JOURNEY_H
#define STROM_SCREENS_JOURNEY_H

/* What the person has chosen so far. Saved at every change; after a kill the wizard opens at the
 * same step, field and cursor. Passwords are never part of it. */

#include "api/google/datastream.h"
#include "api/plan/planning.h"
#include "api/plan/sampling_found.h"
#include "api/store/kept.h"
#include "screens/live.h"
#include "tui/theme.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JOURNEY_TITLE = 256, JOURNEY_LONG_MS = 30000 /* what ends sooner needs no bell */ };

enum journey_step {
    AT_HOME, /* in the order of the wizard's table */
    AT_CONNECT,
    AT_PREREQUISITES,
    AT_ACCESS,
    AT_TABLES,
    AT_DESTINATION,
    AT_REVIEW,
    AT_CREATE,
    AT_MONITOR,
    AT_REMOVE,   /* beside the way: only Home and Monitor lead here */
    AT_REVIEWER, /* the same, and Review */
    AT_MANAGE,   /* only Monitor leads here, and there it leads back */
    JOURNEY_STEPS
};

struct journey {
    struct live *live;
    struct target target;
    char who[320];              /* the login's e-mail, once Google has told */
    char dsn[PG_DSN];           /* without a password; "": PG* */
    struct selection selection; /* empty until the catalogue has been read */
    bool selection_ready;
    struct selection_totals totals; /* counted when it changes: many are drawn at every key */
    struct catalog *catalog;        /* as it was read last; owned */
    struct sampling_found *found;   /* what its values have said; owned, NULL with the catalogue */
    struct plan *plan; /* the plan that Review showed; owned. Create carries this one out */
    char *moved;       /* why it was not carried out, a line each; owned, NULL: it was */
    struct task
        *apply; /* a run under way or ended; owned: it goes on while another screen is looked at */
    struct task *connecting,
        *reading; /* after a start in the middle of the road: see journey_catch_up */
    bool
        opened; /* a stream that exists was opened: steps before Tables are looked at, not needed */
    bool elsewhere; /* it reads another source than the connection leads to: nothing is asked there
                       until Connect was passed */
    bool undoing;   /* Take down is the undo of a run: only what that has made; Home ends it */
    enum journey_step reviewer_from; /* where Reviewer leads back to; of AT_REVIEW it looks at what
                                        is chosen here, else at the plan file */
    bool finding; /* Connect is asked only for project and region: then back to Home, to the streams
                   */
    int managing; /* what Manage opens with: 1 + enum alter_kind; 0: nothing is meant */
    char managing_schema[64], managing_table[64]; /* and of which table; "" the first */
    char source[64]; /* the database that the opened stream reads; "": not known */

    enum journey_step at, reached, go_to;
    bool dirty;      /* something to save */
    bool unsaved;    /* the last save failed; the next that does not heals live->store_trouble */
    char later[240]; /* said on the next screen */
    char said[240];  /* what just happened: the line above the keys */
    enum mark said_mark, later_mark;
    char *to_copy;      /* text for the clipboard; the wizard takes it */
    bool discard_input; /* a question opens: what was typed ahead does not answer it */
    bool bell;          /* something long has ended */

    int64_t id; /* in the store; 0: not saved yet */
    struct kept *kept;
    struct choose_late *late; /* choices that are still to be kept: choose_late.h; owned */
};

void journey_open(struct journey *j, struct live *l);
void journey_close(struct journey *j);

/* The newest journey of the store, or false when there is none. */
bool journey_resume(struct journey *j);
/* After a start in the middle of the road: connects again where a screen stands on the connection,
 * and reads the tables again where it stands on the choices. Called whenever a step is entered. */
void journey_catch_up(struct journey *j);
void journey_catch_up_again(struct journey *j);   /* after it failed */
bool journey_is_running(const struct journey *j); /* a plan is being carried out */
/* A task of catching up has ended: true when the step should be entered anew. */
bool journey_caught_up(struct journey *j);
/* The choices are being brought back; draw says so meanwhile. NULL: nothing is under way or failed.
 */
const struct task *journey_catching_up(const struct journey *j);
/* Begins a new one; the old one stays in the store, and nothing of its source is kept open. */
void journey_restart(struct journey *j);
/* The same for this target. Connection, facts and password stay where it is the same source. What
 * holds no choice yet is taken as it is. */
void journey_put_aside(struct journey *j, const struct target *t, bool same_source);
/* The same for a target of the source that was connected before (live->left): it is connected again
 * by itself. */
void journey_go_back(struct journey *j, const struct target *t);
bool journey_switch(struct journey *j,
                    int64_t id);                   /* to another of the store; false: it says why */
bool journey_has_choices(const struct journey *j); /* something would be missed */
/* The connection, while it lives and leads to the source that this is about; else NULL. */
struct pg *journey_pg(const struct journey *j);
void journey_save(struct journey *j); /* writes when dirty; trouble is said once */
/* The same, of thousands of choices some: true while more is left. */
bool journey_save_some(struct journey *j);
void journey_write(struct journey *j); /* the same, but for choices that wait (choose_late.h) */
const char *journey_title(const struct journey *j,
                          char out[JOURNEY_TITLE]); /* "postmottak-backend · dev-gcp" */

/* One line above the keys, until the next key. */
void journey_say(struct journey *j, enum mark mark, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* After the next change of screen, which takes away what was said before. */
void journey_say_later(struct journey *j, enum mark mark, const char *text);
void journey_say_err(struct journey *j, const struct err *e);
void journey_copy(struct journey *j, const char *text); /* to the clipboard; says so */
void journey_changed(struct journey *j);                /* save soon */

/* A survey has ended: takes catalogue and selection over and puts the choices of before onto it. */
void journey_use_survey(struct journey *j, struct task *survey);
/* A look at tables and columns, with what their values said before; then journey_use_survey. */
struct task *journey_survey(struct journey *j);
/* The verdict on a column, with what its values said. */
void journey_verdict(const struct journey *j, size_t table, size_t column,
                     struct rules_verdict *out);
/* What the opened stream carries, as it was just asked: the choices are put onto it anew, and what
 * the person changed of them stays changed. True: it is not what was known before. */
bool journey_use_flows(struct journey *j, const struct datastream_selection *include,
                       const struct datastream_selection *exclude);
void journey_flows_now(struct journey *j); /* what is chosen was carried out: it flows */
/* The repository's plan file, where it is this stream's: selection_done. False: there is none. */
bool journey_plan_file(const struct journey *j, struct selection *file);
void journey_reviewed(struct journey *j); /* what there is was reviewed: later columns are new */
/* Marks what differs from the last review, and what is new since (selection: was, fresh). */
void journey_mark_reviewed(struct journey *j);
bool journey_changes_stream(const struct journey *j); /* its lists are known: it is changed */
/* After choosing in these tables: what is kept for the next start. Of the others nothing is
 * written. See choose_late.h. */
void journey_keep_tables(struct journey *j, const size_t *tables, size_t n);
/* Chosen tables as the checks want them; lives in a. */
void journey_wanted(const struct journey *j, struct arena *a, struct source_wanted *out);
/* A look for a plan of what is chosen: Review's, and Create's just before the first write. */
struct planning_options journey_planning(const struct journey *j);
void journey_drop_plan(struct journey *j); /* and a run of it: the cloud goes on */
/* The plan of such a look takes the place of the one before; a run of that one is dropped: look
 * only where none is under way. */
void journey_use_plan(struct journey *j, const struct task *planning);
/* The second look: true when the plan still holds; it is taken over. Else `moved` says what
 * differs.
 */
bool journey_plan_holds(struct journey *j, const struct task *planning);
void journey_forget_moved(struct journey *j); /* it has been seen */
/* The choices and reasons of a plan file become those of a set-up of its own; the one before is put
 * aside. They are ticked when the tables have been read. */
void journey_take_file(struct journey *j, const struct selection *file, const struct target *t);
/* Selection's source, destination and names from the target: before a plan file is written. */
void journey_fill_selection(struct journey *j);

#endif
