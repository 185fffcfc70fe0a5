#ifndef STROM_CLI_CREATION_H
#define STROM_CLI_CREATION_H

/* What plan, apply and create share: the selection, the look at the cloud, the plan, carrying it
 * out with an event a line. */

#include "api/plan/plan.h"
#include "api/plan/render.h"
#include "screens/cli/session.h"
#include "screens/cli/stopping.h"

struct creation {
    struct session *s;
    struct selection selection;
    bool selected;
    struct judgement *judgement; /* of the database, with values; owned; NULL: it was not asked */
    struct kept *remembered;     /* what the wizard keeps; owned; NULL: not read yet */
    struct plan *plan;           /* owned; NULL: none yet */
    bool carried;                /* something was carried out already */
    enum stopping stopping;      /* what a Ctrl-C has asked for: a run, and what would follow */
    int64_t begun_ms;
};

void creation_init(struct creation *c, struct session *s);
void creation_done(struct creation *c);

/* Tables and columns: from the plan file, else by the options from the database, else through a
 * profile that exists. Leaves the selection empty when none can be asked yet. */
bool creation_select(struct creation *c, bool by_options, struct err *e);
/* Looks at the cloud and plans; `only` as in plan_options. */
bool creation_plan(struct creation *c, unsigned only, struct err *e);
/* Plans, says what stands in the way, asks for password and consent where they are needed, compares
 * once more when time went by over that, and carries it out, an event a line; false with *e. */
bool creation_carry_out(struct creation *c, unsigned only, struct err *e);
/* How the selection was judged, for whoever shows the plan. Lives with c. */
struct plan_judged creation_judged(const struct creation *c);
/* The last line of events; returns the exit code for `e` (NULL: well). */
int creation_end(struct creation *c, const struct err *e);

#endif
