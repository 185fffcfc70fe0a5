#ifndef STROM_SCREENS_STEP_H
#define STROM_SCREENS_STEP_H

/* What a step of the wizard is. `draw` takes everything as const, starts nothing and gives the same
 * page twice; `update` gets one event and answers with one word. Back, help, retry and quit are the
 * wizard's own. (curses.h owns `struct screen`.) */

#include "tui/page.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct journey;
struct kept;

enum nav { STAY, NEXT, BACK, HOME, GO /* to journey.go_to */, QUIT };

enum event_kind { EV_KEY, EV_PASTE, EV_NEWS, EV_TICK };
struct event {
    enum event_kind kind;
    int key;          /* EV_KEY: a character or TUI_... (tui/loop.h) */
    const char *text; /* EV_PASTE: what was pasted; lives until update returns */
};

/* An action feeds footer, palette, help and plain mode from one row. */
struct action {
    int key;           /* as in event.key; TUI_NONE: palette only */
    const char *label; /* footer: "copy"; short */
    const char *help;  /* palette: one sentence */
    bool (*possible)(const void *self, const struct journey *j); /* NULL: always */
    enum nav (*run)(void *self, struct journey *j);
};

struct step {
    const char *title;
    const char *help; /* what this screen is, for `?` and the man page */
    size_t size;      /* of the step's state; given zeroed */
    void (*enter)(void *self, struct journey *j); /* ask for what is needed */
    void (*draw)(const void *self, const struct journey *j, struct page *p);
    enum nav (*update)(void *self, struct journey *j, struct event ev);
    void (*leave)(void *self);
    const struct action *actions; /* ends with a row without label */
    size_t list;                  /* offsetof its struct list, whose cursor is kept; 0: none */
    void (*save)(const void *self, struct kept *k); /* other cursors, half-typed fields */
    void (*load)(void *self, const struct kept *k);
    /* A text field or a question has the keys: all of them but Ctrl-C, Ctrl-L, Ctrl-Z and F1 go to
     * update, Esc too. May be NULL. */
    bool (*typing)(const void *self);
    bool (*is_busy)(const void *self); /* work that must not be lost when leaving; may be NULL */
    /* Entering it anew would lose something: a receipt, an open question. May be NULL. */
    bool (*holds)(const void *self);
    int64_t (*tick_ms)(const void *self); /* wants EV_TICK so often; NULL or 0: never */
};

#endif
