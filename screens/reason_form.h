#ifndef STROM_SCREENS_REASON_FORM_H
#define STROM_SCREENS_REASON_FORM_H

/* Why may this sensitive column flow? A reason and a reference; both follow the selection. */

#include "screens/journey.h"
#include "tui/field.h"
#include "tui/page.h"

enum { REASON_NAME = 256 };

struct reason_form {
    bool open;
    bool kept;         /* was open before the last start: opened when its column is found again */
    bool on_reference; /* which of the two is typed into */
    bool tried[2];     /* left empty once: said in place */
    size_t table, column;
    char names[3][REASON_NAME]; /* schema, table, column: numbers change with the next look */
    char reason[300], reference[200];
    struct field fields[2];
};

/* With what was given before, where something was. */
void reason_form_open(struct reason_form *f, struct journey *j, size_t table, size_t column);
void reason_form_draw(const struct reason_form *f, const struct journey *j, struct page *p);
/* Any key while it is open; the last Enter notes the reason and turns the column on. */
void reason_form_key(struct reason_form *f, struct journey *j, int key);
/* After another look at the tables, and after reason_form_load: closes where the column is gone. */
void reason_form_find(struct reason_form *f, const struct journey *j);
/* Half-typed text, field and cursor outlive a kill. */
void reason_form_save(const struct reason_form *f, struct kept *k);
void reason_form_load(struct reason_form *f, const struct kept *k);
void reason_form_paste(struct reason_form *f, const char *text);

#endif
