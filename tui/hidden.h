#ifndef STROM_TUI_HIDDEN_H
#define STROM_TUI_HIDDEN_H

/* A terminal in its ordinary modes that does not show what is typed, for one line with a secret.
 * It shows it again however that ends: also by Ctrl-Z, Ctrl-\, a crash or SIGKILL (tui/guard.h). A
 * shell that is without a line editor would be left mute. */

#include "tui/guard.h"

#include <stdbool.h>

struct hidden {
    bool on;
    struct guard_modes modes;
    struct guard guard;
};

/* Where stdin is no terminal nothing changes. */
void hidden_begin(struct hidden *h);
void hidden_end(struct hidden *h);
/* The job is stopped (SIGTSTP) with the terminal given back; returns when it goes on. `still`:
 * asked then, whether there is something to be typed. */
void hidden_suspend(struct hidden *h, bool (*still)(void));

#endif
