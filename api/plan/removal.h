#ifndef STROM_PLAN_REMOVAL_H
#define STROM_PLAN_REMOVAL_H

/* What goes and what stays when a stream is taken down, pure. Inside api/plan only. */

#include "api/plan/remove.h"

enum { REMOVALS = 11 };

struct remove_part {
    enum step_id step;
    const char *name;
    bool there;
    const char *why;  /* NULL: it goes, if it is there */
    const char *note; /* of one that goes: by what it is ours; "" nothing to be said */
};

/* In the order of going. What stays, and what could not be looked at, keeps everything that it
 * needs, also past something that is missing between them. Names are borrowed. */
void removal_decide(const struct remove_options *o, const struct names *n, struct arena *a,
                    struct remove_part out[REMOVALS]);
/* Bits of the steps that need this one, directly or not: they are gone before it goes. */
unsigned removal_users(enum step_id step);
/* Whose is the stream? NULL: the target's; else why it is not. */
const char *removal_foreign(const struct remove_options *o, const struct names *n, struct arena *a);

#endif
