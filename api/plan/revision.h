#ifndef STROM_PLAN_REVISION_H
#define STROM_PLAN_REVISION_H

/* A file as another revision of its git repository has it. git is run without a shell, fetches
 * nothing and changes nothing; what it answers is bounded. */

#include "api/net/task.h"

#include <stdbool.h>
#include <stddef.h>

/* path: of the file, there or not; its folder must be. `revision` as git spells them: main, HEAD~2,
 * v1.0, origin/main. Fails where there is no git, no repository, no such revision (ERR_INPUT,
 * reason NO_REVISION), or where the file is larger than most_bytes or is no file there. */
struct task *revision_read(struct net *net, const char *path, const char *revision,
                           size_t most_bytes);
/* Of one with TASK_OK; lives with the task. NULL: that revision has no such file. */
const char *revision_text(const struct task *t, size_t *bytes);
const char *revision_commit(const struct task *t); /* its full name */

#endif
