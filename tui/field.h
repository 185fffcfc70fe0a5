#ifndef STROM_TUI_FIELD_H
#define STROM_TUI_FIELD_H

/* A text field of one line over a buffer of the caller. While it has the keys every printable key
 * is text. A secret field shows no characters; the caller wipes its buffer. */

#include "tui/page.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct field {
    char *text; /* the caller's buffer, always NUL-terminated UTF-8 */
    size_t cap;
    size_t at; /* the cursor, in bytes */
    bool secret;
    bool touched; /* left once, so mistakes are shown while typing */
};

void field_init(struct field *f, char *buffer,
                size_t cap); /* keeps what is in the buffer, cursor at its end */
void field_set(struct field *f, const char *text);
void field_place(struct field *f, int64_t at); /* the cursor, where the text reaches so far */
bool field_key(struct field *f, int key); /* false: Enter, Esc, Tab, arrows up and down, F-keys */
/* Line ends at the ends are trimmed, others become blanks; control characters are left out. False:
 * it did not fit (all or nothing). */
bool field_paste(struct field *f, const char *text);

struct field_look {
    const char *label;       /* NULL: nothing stands before it */
    const char *placeholder; /* shown while empty, e.g. the default */
    const char *problem;     /* NULL, or what is wrong and how to fix it; a line below */
    bool focus;
    int label_width; /* 0: as page_field */
};
/* Of a page that was drawn: the field with the focus is a secret one. For whoever echoes himself.
 */
bool field_hides(const struct page *p);
void field_draw(const struct field *f, const struct field_look *look, struct page *p);

#endif
