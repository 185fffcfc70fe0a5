#ifndef STROM_SCREENS_WIZARD_INSIDE_H
#define STROM_SCREENS_WIZARD_INSIDE_H

/* The wizard's own state, shared by wizard.c (what events do) and wizard_loop.c (where they come
 * from). */

#include "screens/journey.h"
#include "screens/step.h"
#include "tui/dialog.h"
#include "tui/loop.h"
#include "tui/palette.h"
#include "tui/term.h"

enum { KEYS = 48, SECOND_CTRL_C_MS = 1000 };

enum asking { ASKING_NOTHING, ASKING_QUIT, ASKING_INTERRUPT };

struct wizard {
    struct journey j;
    struct term *term;
    struct loop *loop;
    const struct step *step;
    void *self; /* state of the step */
    struct palette palette;
    struct palette_item items[KEYS];
    const struct action *item_actions[KEYS]; /* NULL: a global one */
    size_t n_items;
    struct dialog dialog;
    enum asking asking;
    int64_t interrupted_ms; /* the last Ctrl-C */
    int scroll;
    bool done;
    int exit_code;
};

void wizard_enter(struct wizard *w, enum journey_step at);
void wizard_leave(struct wizard *w);
void wizard_keep(struct wizard *w); /* cursors and half-typed fields into what is saved */
void wizard_draw(void *ctx, struct page *p);
void wizard_handle(struct wizard *w, struct loop_event ev);
void wizard_end_by(struct wizard *w, int code);

#endif
