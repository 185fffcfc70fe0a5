#ifndef TESTS_CHECKS_SAME_H
#define TESTS_CHECKS_SAME_H

/* Whether a list of checks is told with the same facts as JSON, as text and on the screen: every
 * check in its order, and nothing besides. NULL, or what is not the same. */

#include "api/checks/check.h"

enum { SAME_WHY = 512 };
const char *same_everywhere(const struct check_list *l, char out[SAME_WHY]);

#endif
