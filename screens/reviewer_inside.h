#ifndef STROM_SCREENS_REVIEWER_INSIDE_H
#define STROM_SCREENS_REVIEWER_INSIDE_H

/* Between reviewer.c, which shows, and reviewer_look.c, which asks. */

#include "api/plan/reviewing.h"
#include "screens/journey.h"
#include "tui/field.h"
#include "tui/list.h"

enum { REVIEWER_BASE = 200 };

struct reviewer {
    struct arena mem, texts; /* texts: of the lines */
    const char *path;        /* of the plan file; "" where there is no repository */
    struct selection file;   /* of the file; what is chosen lies in the journey */
    bool has_file;
    struct err trouble;      /* the file cannot be read; ERR_NONE: it was */
    struct target target;    /* that the file is about */
    struct cluster *cluster; /* the file's own, where it is not the one that is open; else NULL */
    struct task *place;      /* the cluster is asked where this is */
    struct task *reviewing;  /* NULL: not yet */
    struct review_lines lines;
    struct list list;
    bool shown, typing;
    char base[REVIEWER_BASE]; /* "": the running stream */
    struct field field;
};

const char *reviewer_path(struct reviewer *self, const struct journey *j);
bool reviewer_is_of_choices(const struct journey *j); /* not of a file */
void reviewer_begin(struct reviewer *self, struct journey *j);
void reviewer_look(struct reviewer *self, struct journey *j);       /* once it is known what at */
void reviewer_look_there(struct reviewer *self, struct journey *j); /* the cluster has answered */
/* Nothing could be looked at, for the cluster did not tell where: its own answer says why. */
bool reviewer_is_nowhere(const struct reviewer *self);
void reviewer_stop(struct reviewer *self); /* what is asked */

#endif
