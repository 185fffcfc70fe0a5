#ifndef STROM_TUI_DIALOG_H
#define STROM_TUI_DIALOG_H

/* A question over the page. Draw it last. When it opens call loop_discard_input, so that nothing
 * typed or pasted before it appeared can answer it; pastes are not for dialogs. The safe option is
 * the default. With typed_name the dangerous option counts only when that name was typed; who
 * begins to type has the cursor there, and Enter with another name says so and closes nothing. */

#include "tui/field.h"

#include <stdbool.h>
#include <stddef.h>

enum { DIALOG_OPTIONS = 6, DIALOG_OPEN = -1, DIALOG_ESC = -2, DIALOG_NAME = 256 };

struct dialog_option {
    int key; /* its letter: works without moving there; TUI_NONE: none */
    const char *label;
    bool dangerous; /* asks for typed_name, where there is one */
};

struct dialog {
    const char *title, *text; /* borrowed while open; text wraps, '\n' is a line end */
    const struct dialog_option *options;
    size_t n;
    size_t at, safe;
    const char *typed_name; /* NULL: no typing */
    char typed[DIALOG_NAME];
    struct field field;
    bool wrong; /* the dangerous option was chosen with another name */
    bool moved; /* the person has chosen where the cursor stands */
    bool open;
};

/* safe: index of the option under the cursor at first. */
void dialog_open(struct dialog *d, const char *title, const char *text,
                 const struct dialog_option *options, size_t n, size_t safe);
void dialog_confirm_name(struct dialog *d, const char *name); /* after dialog_open */
void dialog_close(struct dialog *d);
void dialog_draw(const struct dialog *d, struct page *p);
/* DIALOG_OPEN: still open; else the option chosen, or DIALOG_ESC; then it is closed. */
int dialog_key(struct dialog *d, int key);

#endif
