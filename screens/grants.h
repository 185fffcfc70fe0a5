#ifndef STROM_SCREENS_GRANTS_H
#define STROM_SCREENS_GRANTS_H

/* What strom granted for a while, as every screen tells of it: the countdown on the first line, the
 * question at the end, the words behind the last page. */

#include "screens/live.h"

enum { GRANTS_TEXT = 96 };

void grants_look(struct live *l); /* into l->granted, from the store */
/* "roles 1 h 58 min": for the first line; "" when nothing is granted that still works. */
const char *grants_countdown(const struct live *l, char out[GRANTS_TEXT]);
int64_t grants_tick_ms(const struct live *l); /* a minute while it counts down; else 0 */
/* Whether Owner or Editor is held by oneself, as it was just asked; name NULL: it is not. */
void grants_saw_broad(struct live *l, const char *name, const char *project);
/* One sentence for the question at the end; "" nothing is granted. */
const char *grants_sentence(const struct live *l, char out[GRANTS_TEXT * 2]);
/* Takes away what was granted in the project of the newest grant; NULL: nothing is open. */
struct task *grants_drop(struct live *l);
/* What is to be said when the screen is gone: lines, "" nothing. */
void grants_farewell(const struct live *l, struct str *out);

#endif
