#ifndef STROM_SCREENS_MANAGE_INSIDE_H
#define STROM_SCREENS_MANAGE_INSIDE_H

/* Manage in four: manage_view.c is what is seen, manage_write.c the migration, manage_stop.c its
 * interruption, manage.c the rest. */

#include "screens/journey.h"
#include "screens/password_ask.h"
#include "screens/step.h"

#include "api/plan/alter.h"
#include "tui/dialog.h"
#include "tui/list.h"
#include "tui/scroll.h"

enum { BEGUN = ALTERS, PLANS }; /* behind all that can be done: what was begun and did not end */

struct manage {
    struct arena mem; /* of the plans */
    struct task *looking, *running;
    struct alter_plan plans[PLANS]; /* made when the look has ended */
    struct alter_order orders[PLANS];
    bool planned, begun; /* there is one that was begun: it stands first */
    bool pointed;        /* it was opened for one of the others */
    bool entered;        /* nothing has been looked at since */
    size_t table;        /* whose copy is meant; as many as there are: all */
    struct list list;
    struct scroll meaning; /* of what is under the cursor */
    bool reads;            /* it has the keys, not the list */
    bool writing;          /* the migration is shown */
    const char **lines;    /* of it */
    size_t n_lines;
    struct list text;
    struct dialog dialog;
    bool leaving;             /* the dialog asks whether to interrupt */
    bool undoing;             /* what was changed is put back once it has come to rest */
    struct alter_order order; /* of what is carried out */
    struct alter_plan back;   /* which puts it back */
    char question[600];
    struct password_ask password;
    bool password_given;          /* for this rotation */
    bool ended;                   /* it has, and that was told */
    const struct alter_plan *run; /* what is carried out, or was */
};

void manage_draw(const void *ctx, const struct journey *j, struct page *p);
/* What a dialog asks of it, in short. */
void manage_question(const struct alter_plan *p, struct str *out);
const struct alter_plan *manage_chosen(const struct manage *self); /* NULL: not looked yet */
size_t manage_rows(const struct manage *self);
const struct alter_plan *manage_row(const struct manage *self, size_t row);
bool manage_is_busy(const void *ctx);

/* Keys of the migration that is needed first (manage_write.c), and when they work. */
enum nav manage_write_key(void *ctx, struct journey *j);
enum nav manage_write_close(void *ctx, struct journey *j);
bool manage_writes(const void *ctx, const struct journey *j);
bool manage_can_write(const void *ctx, const struct journey *j);
/* Esc and Ctrl-C while something is carried out, and what was chosen then (manage_stop.c). */
void manage_stop_ask(struct manage *self, struct journey *j);
enum nav manage_stop_answer(struct manage *self, struct journey *j, int chosen);
/* It has ended: true when it is to be put back, after another look. */
bool manage_stop_ended(struct manage *self);
void manage_stop_put_back(struct manage *self, struct journey *j);
void manage_begin(struct manage *self, struct journey *j, const struct alter_plan *p);
void manage_write_draw(const struct manage *self, struct page *p);

#endif
