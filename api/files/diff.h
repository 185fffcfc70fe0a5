#ifndef STROM_FILES_DIFF_H
#define STROM_FILES_DIFF_H

#include "api/base/str.h"

/* The unified diff (three lines of context) from one text to another; nothing when they are equal.
 * The names stand behind "--- a/" and "+++ b/"; an old text of NULL is /dev/null (a new file).
 * Lines beyond what a shortest edit script is worth (very different, very large) come as removed
 * and added. */
void diff_unified(struct str *out, const char *name, const char *old_text, const char *new_text);

#endif
