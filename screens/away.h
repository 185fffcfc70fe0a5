#ifndef STROM_SCREENS_AWAY_H
#define STROM_SCREENS_AWAY_H

/* Programs of the desktop, which are on their own from then on. */

#include <stdbool.h>
#include <stddef.h>

/* Over SSH: the desktop that is seen from here is another machine's than the person's. */
bool away_is_far(void);
bool away_has_desktop(void); /* X or Wayland: of macOS nothing tells */
/* Runs argv[0], a whole path, without a shell, in a session of its own: no terminal, no descriptor
 * of ours, no password of our environment. It reads the input, NULL: nothing. False: it could not
 * be started; how it ends is its own business. */
bool away_run(const char *const *argv, const char *input, size_t bytes);

/* The text to the clipboard of this desktop, where there is one and a program for it. */
bool away_copy(const char *text, size_t bytes);

#endif
