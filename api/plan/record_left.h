#ifndef STROM_PLAN_RECORD_LEFT_H
#define STROM_PLAN_RECORD_LEFT_H

/* What an earlier run has left unfinished: for whoever comes next, a command or the wizard. */

#include "api/base/str.h"
#include "api/plan/names.h"
#include "api/store/journal.h"

/* True when the newest run for this stream has not come to its end, or is under way at this moment:
 * a sentence about it is added to *out. What failed has said so itself, and is no news. */
bool record_left(struct store *s, const struct target *t, const char *stream, struct str *out);

/* A creation that nobody is at work on: where all is there by now, only its end is not recorded. */
bool record_left_over(struct store *s, const struct target *t, const char *stream);

struct record_left {
    struct target target;          /* project, region, stream, and what its name tells */
    const struct journal_run *run; /* lives in the arena, as all below */
    const char *said;              /* as by record_left */
    const char *folder;            /* in which the command was given */
    const char **command;          /* its words, NULL at the end */
    const char *line;              /* the same to be read: "strom create ..." */
    bool undo;                     /* an order to a stream: the same with --undo puts it back */
    bool takes_back;               /* what its creation made: goes on so, not by the command */
    bool alive;                    /* another process is at work on it */
};
/* Streams whose newest run was begun by a command and is unfinished so, the newest first, at most
 * `most`; returns how many. */
size_t record_left_by_commands(struct store *s, struct arena *a, struct record_left *out,
                               size_t most);
/* It is left as it is, and no more news. What comes next goes on from there all the same. */
bool record_leave(struct store *s, const struct record_left *left, struct err *e);

#endif
