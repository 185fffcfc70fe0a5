#ifndef STROM_CLI_SLOT_FILE_H
#define STROM_CLI_SLOT_FILE_H

/* The plan file follows when a stream reads another slot: that one name, and nothing else in it. */

#include "screens/cli/session.h"

/* The file that names a slot, where one was read and can be written again; NULL: none. */
const char *slot_file(struct session *s);
/* Writes the slot into it, and tells so as an event. True as well where it stands there already.
 * False with *e: the file cannot be read or written, or is another one by now. */
bool slot_file_follow(struct session *s, const char *slot, struct err *e);

#endif
