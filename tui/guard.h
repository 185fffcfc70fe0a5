#ifndef STROM_TUI_GUARD_H
#define STROM_TUI_GUARD_H

/* A small child that gives the terminal back when we are killed without a word (SIGKILL), and
 * leaves the note of `rescue` there. It waits on a pipe, has its own process group and holds no
 * memory of ours. When the foreground group is another's by then, and the modes are no longer ours,
 * it sends escape sequences only: a late tcsetattr would wreck the shell's line editor. */

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

struct guard {
    int pipe_fd; /* -1: none */
    long pid;
};

struct guard_modes {
    struct termios before, ours; /* the terminal's, and what we make of them */
};

/* The rest stands in `rescue` (tui/inside.h). A failure to fork is no fault: pipe_fd is -1 then. */
struct guard guard_start(const struct guard_modes *m);
/* taken: act if we die; else be quiet (left, suspended, crashed). Async-signal-safe; -1: none. */
void guard_tell(int pipe_fd, bool taken);
void guard_stop(struct guard *g);

#endif
