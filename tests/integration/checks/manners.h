#ifndef TESTS_CHECKS_MANNERS_H
#define TESTS_CHECKS_MANNERS_H

/* How the checks behave towards the server. */

#include "tests/integration/checks/watch.h"

#include <stdbool.h>
#include <stddef.h>

struct manners {
    size_t statements; /* that the server wrote down for the person while the checks were asked */
    size_t sessions;
    size_t writing; /* statements that are no SELECT */
    size_t unnamed; /* lines of a session that does not call itself strom */
};
/* with_lock: while somebody changes a table that is asked. */
struct manners manners_in_log(bool with_lock);

struct locks manners_locks(void);

#endif
