#ifndef SANDBOX_COPYTEXT_H
#define SANDBOX_COPYTEXT_H

/* One line of COPY ... TO STDOUT in text format, split into values in place. */

#include "tests/sandbox/replicate/pgoutput.h"

/* line is changed (escapes are resolved) and must live as long as out; the final line break may be
 * there or not. False for a dangling backslash or too many columns. An empty line is one empty
 * value. */
bool copytext_split(char *line, size_t n, struct pgoutput_tuple *out);

#endif
