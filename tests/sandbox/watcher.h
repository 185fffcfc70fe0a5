#ifndef SANDBOX_WATCHER_H
#define SANDBOX_WATCHER_H

/* A small process of our own that starts programs for us and outlives us by a moment: when we end,
 * however we end, it ends what it started and removes the folders that were to go. Private to
 * postgres.c. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { WATCHER_PROGRAMS = 2, WATCHER_NO_ENTRY = 121, WATCHER_NO_EXEC = 127 };

struct watcher_options {
    const char *const *argv[WATCHER_PROGRAMS]; /* argv[0] of each is a path */
    const char *folder; /* working folder; holds the file "log" for all they print */
    bool drops;         /* to these two, when root */
    uid_t uid;
    gid_t gid;
    const char *removes[2]; /* when we die without a word; NULL: none */
};

struct watcher {
    pid_t pid;
    int fd; /* to talk with it */
};

bool watcher_start(struct watcher *w, const struct watcher_options *o);
bool watcher_run(struct watcher *w, int program);   /* one at a time */
bool watcher_signal(struct watcher *w, int signal); /* to the one that runs */
/* Waits for the end of the program: 1 with *status as from waitpid, 0 time over, -1 the watcher is
 * gone. */
int watcher_wait(struct watcher *w, int timeout_ms, int *status);
void watcher_stop(struct watcher *w, bool removes); /* ends the program at once; waits for both */

#endif
