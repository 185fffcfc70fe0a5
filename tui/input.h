#ifndef STROM_TUI_INPUT_H
#define STROM_TUI_INPUT_H

/* Bytes of a keyboard become keys and pastes: for tui/ alone. Knows the sequences of both
 * cursor-key modes, so the terminal is never asked to switch. */

#include "api/base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INPUT_BYTES = 4096, INPUT_PASTE_MS = 1000 };

struct input {
    char bytes[INPUT_BYTES];
    size_t n;
    int64_t since;     /* when the last byte came */
    int64_t escape_ms; /* how long a sequence may take: ESCDELAY, 25 */
    size_t paste_max;
    bool pasting, after_cr;
    struct str paste;
    struct input_mouse {
        int button, col, row; /* as the terminal says it, from 0 */
    } mouse;
};

void input_init(struct input *in, size_t paste_max);
void input_done(struct input *in);
size_t input_room(const struct input *in);
void input_feed(struct input *in, const char *bytes, size_t n, int64_t now_ms);
/* The next key or TUI_PASTE_KEY (its text is in in->paste until the next call) or
 * TUI_MOUSE_KEY (in->mouse: pressed, or a wheel turned); TUI_NONE: nothing whole is there. */
int input_next(struct input *in, int64_t now_ms);
int64_t input_deadline(
    const struct input *in); /* when half a sequence counts as what it is; -1: nothing waits */
void input_discard(struct input *in);

#endif
