#ifndef STROM_SCREENS_REASON_FORM_H
#define STROM_SCREENS_REASON_FORM_H

/* Why may a sensitive column flow? A reason and a reference, both needed; code 6/7 is asked about
 * by name besides. Asked once for a whole group where the person wants that: the flagged columns of
 * the table, those of the same kind in all tables that flow, or those that the filter hits, also in
 * tables that are off; never for columns of code 6/7.
 * Every column that it settles or turns on is named. What is half typed survives a kill, and a new
 * look at the database. */

#include "screens/choose.h"
#include "screens/journey.h"
#include "screens/reason_parts.h"
#include "tui/field.h"
#include "tui/list.h"
#include "tui/page.h"

enum { REASON_TEXT = 256, REASON_NAME = 256 };

enum reason_at {
    REASON_WHY,
    REASON_REFERENCE,
    REASON_PROTECTED,
    REASON_SCOPE,
    REASON_LIST, /* of the columns it concerns */
    REASON_PARTS
};

struct reason_form {
    bool open;
    size_t table, column;       /* the one it was asked at */
    char names[3][REASON_NAME]; /* schema, table, column: numbers do not last */
    char texts[REASON_SCOPE][REASON_TEXT];
    struct field fields[REASON_SCOPE];
    enum reason_at at;
    enum reason_scope scope;
    int wish;          /* what was pressed, and waits for it: reason_parts.h */
    struct list named; /* every column that it settles or turns on */
    size_t n_named;
    size_t n[REASON_SCOPES]; /* columns of each; 1: the scope is no choice */
    struct reason_hits hits; /* the caller's, kept from one opening to the next */
    bool asks_protected;
    bool tried[REASON_SCOPE];
    bool kept; /* loaded, and not found again yet */
};

/* What it would do as it stands. */
struct reason_concerned {
    struct selection_place *places; /* as of reason_group */
    size_t n;
    struct reason_parts parts;
};
struct reason_concerned reason_concerned(const struct reason_form *f, const struct journey *j,
                                         struct arena *a);
/* For a column; its reason of before stands there. */
void reason_form_open(struct reason_form *f, struct journey *j, size_t table, size_t column);
/* For the sensitive key that stands in the way of what was pressed: a column of the table, or
 * REASON_WISH_TABLE. False: there is no such key. */
bool reason_form_open_key(struct reason_form *f, struct journey *j, size_t table, int wish);
/* For the flagged columns of a table that have none; false: there is no such column. */
bool reason_form_open_table(struct reason_form *f, struct journey *j, size_t table);
bool reason_form_has_scope(const struct reason_form *f); /* it can hold for more than one */
void reason_form_draw(const struct reason_form *f, const struct journey *j, struct page *p);
void reason_form_key(struct reason_form *f, struct journey *j, int key);
void reason_form_paste(struct reason_form *f, const char *text);
/* After the tables were read: the column by its names; it closes where that is gone. */
void reason_form_find(struct reason_form *f, const struct journey *j);
void reason_form_save(const struct reason_form *f, struct kept *k);
void reason_form_load(struct reason_form *f, const struct kept *k);

#endif
