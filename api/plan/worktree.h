#ifndef STROM_PLAN_WORKTREE_H
#define STROM_PLAN_WORKTREE_H

/* What git says of a repository before files are written into it: changes that are not committed
 * would be mixed with ours. */

#include "api/base/arena.h"
#include "api/net/task.h"

#include <stddef.h>

/* Asks git, which changes nothing by that. Fails where there is no git. */
struct task *worktree_look(struct net *net, const char *repo);
/* The paths, from the repository's top; 0 while it runs, where it failed, and in no repository. */
size_t worktree_paths(const struct task *t, struct arena *a, const char ***paths);
/* "a, b and 3 more", for people; NULL: none. */
const char *worktree_text(const struct task *t, struct arena *a);

#endif
