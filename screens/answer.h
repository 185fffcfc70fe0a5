#ifndef STROM_SCREENS_ANSWER_H
#define STROM_SCREENS_ANSWER_H

/* A question to the world, drawn the same everywhere: being asked, failed and what to do, answered.
 */

#include "api/base/err.h"
#include "api/nais/cluster.h"
#include "api/net/task.h"
#include "tui/page.h"

#include <stdint.h>

/* True when the task ended well: the caller draws the answer. Else draws "Asking Cloud SQL ... 2 s"
 * or the error. `doing` is what is being done: "Asking Cloud SQL". */
bool answered(struct page *p, const struct task *t, const char *doing);
/* While the cluster's login program is at work: what it says ("open this page, type that code"). */
void answer_login(struct page *p, struct cluster *c);
/* An error in place: what, why, what to do next. */
void answer_error(struct page *p, const struct err *e);

#endif
