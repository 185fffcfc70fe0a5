#ifndef STROM_NET_CHILD_H
#define STROM_NET_CHILD_H

/* A program run beside us, without a shell, as a task: its output is collected (bounded), its end
 * is the task's end. Dropping the task ends the program and its children (own process group):
 * SIGTERM at once, SIGKILL two seconds later or when the net is closed. TASK_OK whatever the exit
 * status; TASK_FAILED when it could not be started, the time was up, or how it ended is not known.
 */

#include "api/net/task.h"

#include <stdbool.h>
#include <stddef.h>

struct child_request {
    const char *const *argv; /* NULL-terminated; argv[0] is looked up on PATH */
    const char *const *env;  /* NULL-terminated NAME=value list, or NULL for our own,
                             less STROM_DB_PASSWORD */
    const char *folder;      /* working folder, NULL: ours */
    const char *input;       /* on stdin, NULL: nothing */
    size_t input_bytes;
    size_t max_bytes; /* of each output, 0: 1 MiB */
    int timeout_ms;   /* 0: none */
};

struct child_answer {
    int status;      /* exit status, or 128 + signal */
    const char *out; /* NUL-terminated */
    size_t out_bytes;
    const char *err_text;
    size_t err_bytes;
    bool cut; /* more came than max_bytes: the rest is lost */
};

struct task *child_run(struct net *net,
                       const struct child_request *request); /* copies what it needs */
const struct child_answer *
child_answer(const struct task *t); /* what came so far; complete with TASK_OK */

#endif
