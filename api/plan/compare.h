#ifndef STROM_PLAN_COMPARE_H
#define STROM_PLAN_COMPARE_H

/* Two selections held against each other, column by column: what of the second one flows that did
 * not, and the other way round. Pure; everything points into the two, which must outlive it. */

#include "api/plan/selection.h"

#include <stdbool.h>
#include <stddef.h>

enum compare_kind {
    COMPARE_STARTS,  /* flows now, and did not */
    COMPARE_STOPS,   /* flowed, and does not any more */
    COMPARE_CHANGED, /* flows or is off as before; what is told of it is something else */
    COMPARE_NEW,     /* was not listed, and is off */
    COMPARE_GONE,    /* was listed, off, and is not any more */
    COMPARE_KINDS
};

/* What is something else of one that was listed before, too. */
enum compare_what {
    COMPARE_TYPE = 1,
    COMPARE_LEVEL = 2,
    COMPARE_CATEGORIES = 4,
    COMPARE_REASON = 8 /* of one that flows */
};

struct compare_column {
    enum compare_kind kind;
    unsigned what; /* enum compare_what */
    const char *schema, *table, *name;
    const struct selection_column *was, *is;            /* NULL: not listed there */
    const struct selection_table *table_was, *table_is; /* the same */
};

struct compare_setting {
    const char *path;     /* "destination.dataset": as in the file */
    const char *was, *is; /* NULL: nothing */
};

struct comparison {
    const struct compare_column *columns; /* by schema, table, column */
    size_t n_columns;
    const struct compare_setting *settings;
    size_t n_settings;
    size_t count[COMPARE_KINDS];
    size_t tables_start,
        tables_stop; /* as a whole: none of their columns flows on the other side */
};

/* What a side does not tell (a stream knows no types and no reasons) is no difference. Lists live
 * in a. */
enum compare_settings {
    COMPARE_SETTINGS_NONE,
    COMPARE_SETTINGS_TOLD /* by both */,
    COMPARE_SETTINGS_ALL
};
struct compare_options {
    unsigned told; /* enum compare_what: by both sides */
    enum compare_settings settings;
    bool off; /* COMPARE_NEW and COMPARE_GONE, too */
};
extern const struct compare_options compare_files;  /* all of it */
extern const struct compare_options compare_stream; /* what a running stream can tell */

void compare(const struct selection *was, const struct selection *is,
             const struct compare_options *o, struct arena *a, struct comparison *out);
const char *compare_kind_name(enum compare_kind k); /* "starts", ...: as in --json */
bool compare_is_same(const struct comparison *c);
/* Nothing of the table flowed before it starts, or flows after it stops. */
bool compare_is_whole(const struct compare_column *c);

#endif
