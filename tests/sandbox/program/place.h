#ifndef SANDBOX_PLACE_H
#define SANDBOX_PLACE_H

/* Where sandboxes lie, and what a running one says about itself (state.json, 0600). */

#include "tests/sandbox/folder.h"

#include <stdint.h>

/* Of the folders of databases, in $TMPDIR, /dev/shm or /tmp. */
#define PLACE_DATABASE_PREFIX "strom-pg"

struct place {
    char name[40], scenario[16], token[72];
    char folder[FOLDER_PATH], repo[FOLDER_PATH], database_folder[FOLDER_PATH], program[FOLDER_PATH];
    long pid;
    int port, database_port;
    double speed;
    int64_t started; /* wall clock, seconds */
};

/* $XDG_STATE_HOME/strom/sandbox/NAME, not made yet. */
bool place_folder(const char *name, char out[FOLDER_PATH], char why[FOLDER_WHY]);
bool place_write(const struct place *p, char why[FOLDER_WHY]);
/* False when nothing runs there; why says so. */
bool place_read(const char *folder, struct place *p, char why[FOLDER_WHY]);
/* Where nobody was named: the folder of the only sandbox that runs. False when there is none, or
 * why names the several. */
bool place_only(char out[FOLDER_PATH], char why[FOLDER_WHY]);
/* Removes what ended sandboxes left behind: folders whose claim nobody holds. */
void place_clean(void);
/* Whether anything is left of the folder's sandbox. */
bool place_is_gone(const char *folder);

#endif
