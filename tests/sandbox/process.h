#ifndef SANDBOX_PROCESS_H
#define SANDBOX_PROCESS_H

/* Another program, run to its end without a shell. */

#include <stddef.h>

/* argv[0] is looked up on PATH; stdin is empty. *out (may be NULL) gets stdout and stderr as they
 * came, malloc'ed, cut at a mebibyte. Exit status, 128 + signal, or 127 when it could not be
 * started. */
int process_run(const char *const *argv, const char *folder, const char *const *env, char **out);

#endif
