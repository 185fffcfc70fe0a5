#ifndef STROM_CLI_PRACTICE_H
#define STROM_CLI_PRACTICE_H

/* strom --sandbox: a sandbox that ends with us, and an environment that points at it. Nothing else
 * in the product knows of a sandbox. */

#include "api/base/arena.h"

#include <stdbool.h>
#include <sys/types.h>

struct practice {
    pid_t keeper;
    int leash; /* the sandbox lives as long as this end of a pipe is open */
};

/* False when it does not start: said on stderr. practice_end in any case. */
bool practice_begin(struct practice *p, const char *argv0, const char *scenario);
void practice_end(struct practice *p);

/* strom-sandbox beside this program or on PATH; NULL: neither. */
const char *practice_program(struct arena *a, const char *argv0);
int practice_missing(void); /* says so, and returns the exit code */

#endif
