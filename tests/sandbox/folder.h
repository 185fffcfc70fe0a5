#ifndef SANDBOX_FOLDER_H
#define SANDBOX_FOLDER_H

/* Folders that come and go: made, copied, removed, and claimed by the process that uses them so
 * that what a crash left behind can be told from what is in use. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { FOLDER_PATH = 1024, FOLDER_WHY = 512 };

bool folder_make(const char *path, char why[FOLDER_WHY]); /* with its parents, mode 0700 */
/* A folder of its own, 0700, under $TMPDIR, else in memory (/dev/shm) where there is plenty, else
 * /tmp: short enough for a socket in it. Making and removing thousands of files is several times
 * faster in memory. */
bool folder_make_temporary(const char *prefix, char out[FOLDER_PATH], char why[FOLDER_WHY]);
/* Hardly a file fits on its device; of a path that is not there, its nearest parent's. */
bool folder_is_full(const char *path);
/* As folder_remove, of a folder that is claimed: its name is free at once, and what somebody makes
 * under it meanwhile stays. */
bool folder_give_up(const char *path);
bool folder_remove(const char *path); /* with all that is in it; follows no link; gone is fine */
/* Copies files and folders, modes kept, into `to` (made when missing; what is there is
 * overwritten). Every "@NAME@" of a .yaml file becomes the value; names and values end with NULL.
 */
bool folder_copy(const char *from, const char *to, const char *const *names_and_values,
                 char why[FOLDER_WHY]);
bool folder_write(const char *path, const char *text,
                  char why[FOLDER_WHY]); /* mode 0600, replaced as a whole */
char *folder_read(const char *path, size_t max,
                  size_t *bytes); /* malloc'ed, NUL at its end; NULL when not readable */

/* Claims the folder by a lock on its file "lock" that the kernel drops when this process ends. -1
 * when another one holds it (its pid in *holder). Keep the descriptor open; close it to give the
 * claim up. */
int folder_claim(const char *path, pid_t *holder);
pid_t folder_holder(const char *path); /* 0: nobody; -1: one we cannot name. Not for the process
                                          that holds it itself. */

#endif
