#ifndef STROM_TUI_REPLAY_H
#define STROM_TUI_REPLAY_H

/* The words of a .keys file (tui/loop.h): for tui/ alone. */

#include "api/base/str.h"

#include <stdbool.h>
#include <stddef.h>

enum replay_kind { REPLAY_END, REPLAY_KEY, REPLAY_PASTE, REPLAY_SIZE, REPLAY_TICK, REPLAY_SHOT };

struct replay_word {
    enum replay_kind kind;
    int key;
    int cols, rows;
    const char *text; /* paste, shot; lives until the next call */
};

struct replay {
    char *text; /* owned */
    size_t at;
    int line;
    int key, left;    /* a repeated key */
    struct str typed; /* "..." being played key by key, and the text of the last word */
    size_t typed_at;
    bool typing;
};

void replay_done(struct replay *s);
bool replay_load(struct replay *s, const char *text, char why[160]); /* checks all of it */
bool replay_next(struct replay *s, struct replay_word *w, char why[160]);

#endif
