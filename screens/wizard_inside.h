#ifndef STROM_SCREENS_WIZARD_INSIDE_H
#define STROM_SCREENS_WIZARD_INSIDE_H

/* The wizard's own state, shared by wizard.c (what events do), wizard_actions.c (what can be done)
 * and wizard_loop.c (where events come from). */

#include "screens/walk.h"
#include "tui/dialog.h"
#include "tui/loop.h"
#include "tui/palette.h"
#include "tui/term.h"

enum { KEYS = 48, SECOND_CTRL_C_MS = 1000 };

enum asking { ASKING_NOTHING, ASKING_QUIT, ASKING_INTERRUPT };

struct wizard {
    struct walk walk;
    struct term *term;
    struct loop *loop;
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

void wizard_draw(void *ctx, struct page *p);
void wizard_handle(struct wizard *w, struct loop_event ev);
void wizard_end_by(struct wizard *w, int code);
void wizard_set_tick(struct wizard *w); /* as the screen wants it now */

/* wizard_actions.c */
bool wizard_can(const struct wizard *w, const struct action *a);
const struct action *wizard_action(const struct wizard *w, int key); /* possible now; NULL: none */
void wizard_list_items(struct wizard *w);                            /* for the palette */
void wizard_draw_keys(const struct wizard *w, struct page *p);       /* the last line */

#endif
