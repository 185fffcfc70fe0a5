#ifndef STROM_SCREENS_MANAGE_INSIDE_H
#define STROM_SCREENS_MANAGE_INSIDE_H

/* Manage in three: manage_view.c is what is seen, manage_write.c the migration, manage.c the rest.
 */

#include "screens/journey.h"
#include "screens/password_ask.h"
#include "screens/step.h"

#include "api/plan/alter.h"
#include "tui/dialog.h"
#include "tui/list.h"

struct manage {
    struct arena mem; /* of the plans */
    struct task *looking, *running;
    struct alter_plan plans[ALTERS]; /* of all that can be done; made when the look has ended */
    bool planned;
    size_t table; /* whose copy is meant; as many as there are: all */
    struct list list;
    bool writing;       /* the migration is shown */
    const char **lines; /* of it */
    size_t n_lines;
    struct list text;
    struct dialog dialog;
    bool leaving; /* the dialog asks whether to leave */
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
bool manage_is_busy(const void *ctx);

/* Keys of the migration that is needed first (manage_write.c), and when they work. */
enum nav manage_write_key(void *ctx, struct journey *j);
enum nav manage_write_close(void *ctx, struct journey *j);
bool manage_writes(const void *ctx, const struct journey *j);
bool manage_can_write(const void *ctx, const struct journey *j);
void manage_write_draw(const struct manage *self, struct page *p);

#endif
