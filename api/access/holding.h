#ifndef STROM_ACCESS_HOLDING_H
#define STROM_ACCESS_HOLDING_H

/* Asking Google which of some permissions are held, again and again with growing pauses, until a
 * change of the policy works (or works no longer): nothing is guessed. Between grant.c and drop.c.
 */

#include "api/google/auth.h"
#include "api/google/projects.h"
#include "api/net/task.h"

struct holding {
    struct google *google;
    const char *project;
    const char *const *permissions; /* all four are the caller's, and live as long */
    size_t n;
    size_t wanted; /* so many of them are to be held: n, or 0 */
    struct task *asking;
    int64_t since_ms, pause_until;
    size_t held; /* by the last answer */
};

void holding_begin(struct holding *h);
/* One step inside t. TASK_OK: as many are held as are wanted, or it takes longer than Google
 * documents; the answer is holding_answer. TASK_FAILED: t has failed. */
enum task_state holding_step(struct holding *h, struct task *t);
const struct google_held *holding_answer(const struct holding *h); /* with TASK_OK; until drop */
void holding_drop(struct holding *h);
/* A part of t: true when it has ended; else what holds it up holds t up. */
bool holding_ended(struct task *t, const struct task *part);

#endif
