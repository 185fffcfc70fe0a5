#ifndef STROM_SCREENS_REASON_FORM_H
#define STROM_SCREENS_REASON_FORM_H

/* Why may this sensitive column flow? A reason and a reference; both follow the selection. */

#include "screens/journey.h"
#include "tui/field.h"
#include "tui/page.h"

struct reason_form {
    bool open;
    bool on_reference; /* which of the two is typed into */
    size_t table, column;
    char reason[300], reference[200];
    struct field fields[2];
};

/* With what was given before, where something was. */
void reason_form_open(struct reason_form *f, struct journey *j, size_t table, size_t column);
void reason_form_draw(const struct reason_form *f, const struct journey *j, struct page *p);
/* Any key while it is open; the last Enter notes the reason and turns the column on. */
void reason_form_key(struct reason_form *f, struct journey *j, int key);
void reason_form_paste(struct reason_form *f, const char *text);

#endif
