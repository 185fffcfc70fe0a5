#ifndef STROM_SCREENS_WIZARD_INSIDE_H
#define STROM_SCREENS_WIZARD_INSIDE_H

/* The wizard's own state, shared by wizard.c (what events do), wizard_actions.c (what can be done)
 * and wizard_loop.c (where events come from). */

#include "screens/walk.h"
#include "screens/way.h"
#include "tui/dialog.h"
#include "tui/loop.h"
#include "tui/palette.h"
#include "tui/term.h"

enum { KEYS = 48, SECOND_CTRL_C_MS = 1000 };

enum quit_answer { QUIT_STAY, QUIT_NOW, QUIT_AFTER_DROP, QUIT_TO_ACCESS };
enum { QUIT_OPTIONS = 4 };
enum asking { ASKING_NOTHING, ASKING_QUIT, ASKING_INTERRUPT };

struct wizard {
    struct walk walk;
    struct term *term;
    struct loop *loop;
    struct palette palette;
    struct palette_item items[KEYS];
    const struct action *item_actions[KEYS]; /* NULL: a global one */
    size_t n_items;
    struct steps steps;
    struct dialog dialog;
    enum asking asking;
    char stake[768]; /* of the question at the end */
    struct dialog_option quit_options[QUIT_OPTIONS];
    enum quit_answer quit_answers[QUIT_OPTIONS];
    size_t n_quit;
    bool broad_asked;
    struct task *dropping;  /* what was granted is taken away before it ends */
    int64_t interrupted_ms; /* the last Ctrl-C */
    int scroll;
    bool done;
    int exit_code;
};

void wizard_draw(void *ctx, struct page *p);
void wizard_handle(struct wizard *w, struct loop_event ev);
void wizard_end_by(struct wizard *w, int code);
void wizard_set_tick(struct wizard *w); /* as the screen wants it now */
void wizard_go(struct wizard *w, enum journey_step to);
bool wizard_is_busy(const struct wizard *w);

/* wizard_quit.c */
void wizard_ask_quit(struct wizard *w);
void wizard_quit_answer(struct wizard *w, int chosen);
void wizard_quit_news(struct wizard *w); /* a task ended */

/* wizard_link.c */
void wizard_open_link(struct wizard *w);
void wizard_copy(struct wizard *w, const char *text); /* and says what became of it */
void wizard_turn_mouse(struct wizard *w);

/* wizard_way.c: the list of steps */
void wizard_open_way(struct wizard *w);
void wizard_draw_way(const struct wizard *w, struct page *p);
void wizard_way_key(struct wizard *w, int key);

/* wizard_actions.c */
bool wizard_can(const struct wizard *w, const struct action *a);
const struct action *wizard_action(const struct wizard *w, int key); /* possible now; NULL: none */
void wizard_list_items(struct wizard *w);                            /* for the palette */
void wizard_draw_keys(const struct wizard *w, struct page *p);       /* the last line */

#endif
