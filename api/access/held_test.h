#ifndef STROM_ACCESS_HELD_TEST_H
#define STROM_ACCESS_HELD_TEST_H

/* Asking Google which of some permissions are held, again and again with growing pauses, until a
 * change of the policy works (or works no longer): nothing is guessed. Between grant.c and drop.c.
 */

#include "api/google/auth.h"
#include "api/google/projects.h"
#include "api/net/task.h"

struct held_test {
    struct google *google;
    const char *project;
    const char *const *permissions; /* all four are the caller's, and live as long */
    size_t n;
    size_t wanted; /* so many of them are to be held: n, or 0 */
    struct task *asking;
    int64_t since_ms, pause_until;
    size_t held; /* by the last answer */
};

void held_test_begin(struct held_test *h);
/* One step inside t. TASK_OK: as many are held as are wanted, or it takes longer than Google
 * documents; the answer is held_test_answer. TASK_FAILED: t has failed. */
enum task_state held_test_step(struct held_test *h, struct task *t);
const struct google_held *
held_test_answer(const struct held_test *h); /* with TASK_OK; until drop */
void held_test_drop(struct held_test *h);
/* A part of t: true when it has ended; else what holds it up holds t up. */
bool held_test_ended(struct task *t, const struct task *part);

#endif
