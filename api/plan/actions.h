#ifndef STROM_PLAN_ACTIONS_H
#define STROM_PLAN_ACTIONS_H

/* How each step is begun, how one sees that it is there, how it is undone: one row a step, beside
 * its row in steps.h. The engine (apply.c, moves.c) and taking down (remove.c) know no step by its
 * name. Inside api/plan only. */

#include "api/plan/moves.h"

struct place { /* whose cloud, and under which names */
    struct google *google;
    const struct target *t;
    const struct names *n;
    const struct observed *seen; /* of an undo: what was found before */
};

struct action_type {
    /* one call and it is done; NULL: `move` */
    struct task *(*start)(struct run *r, const struct plan_action *a, const struct google_write *w);
    enum move (*move)(struct run *r, struct apply_step *s, struct doing *d, struct arena *mem);
    bool plain; /* the task of start is none of api/google's own: no operation, no validation */
    bool tries; /* start takes validate_only */
    bool rests; /* the stream must have come to rest before */
    /* its failure passes by itself: try again, s->message tells; NULL: none does */
    bool (*passes)(struct apply_step *s, struct doing *d);
    void (*failed)(struct apply_step *s);               /* puts words to the error; NULL */
    void (*done)(struct run *r, const struct doing *d); /* takes what others need; NULL */
    bool (*made)(const struct doing *d); /* false: it was so already; NULL: its mark tells */

    /* looks at what somebody else has begun; NULL: that is not waited for */
    struct task *(*verify)(const struct place *p);
    /* of its answer: MOVE_AGAIN with *state, not yet */
    enum move (*judge)(struct run *r, struct apply_step *s, struct doing *d, const char **state,
                       struct arena *mem);

    struct task *(*undo)(const struct place *p); /* NULL: it is not taken away */
};

const struct action_type *action_type(enum step_id id);

#endif
