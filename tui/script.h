#ifndef STROM_TUI_SCRIPT_H
#define STROM_TUI_SCRIPT_H

/* The words of a .keys file (tui/loop.h): for tui/ alone. */

#include "api/base/str.h"

#include <stdbool.h>
#include <stddef.h>

enum script_kind { SCRIPT_END, SCRIPT_KEY, SCRIPT_PASTE, SCRIPT_SIZE, SCRIPT_TICK, SCRIPT_SHOT };

struct script_word {
    enum script_kind kind;
    int key;
    int cols, rows;
    const char *text; /* paste, shot; lives until the next call */
};

struct script {
    char *text; /* owned */
    size_t at;
    int line;
    int key, left;    /* a repeated key */
    struct str typed; /* "..." being played key by key, and the text of the last word */
    size_t typed_at;
    bool typing;
};

void script_done(struct script *s);
bool script_load(struct script *s, const char *text, char why[160]); /* checks all of it */
bool script_next(struct script *s, struct script_word *w, char why[160]);

#endif
