#ifndef STROM_STORE_STORE_H
#define STROM_STORE_STORE_H

/* What survives a restart: one SQLite file, strom.db, in a folder that the caller names
 * (path_folder of PATH_STATE). Folder 0700, file 0600. Several programs may have it open at once.
 *
 * Nothing here waits: a change that meets another program's change tries for at most 25 ms and then
 * fails with a retryable ERR_CONFLICT; make the change again at the next one. A full disk or a
 * folder that cannot be written gives ERR_SYSTEM: say so once and go on; store_healthy tells
 * whether the last change reached the disk. Where store_open fails, store_open_memory gives a store
 * that forgets. */

#include "api/base/err.h"

#include <stdbool.h>

struct store;

/* NULL with *e filled: no right, disk full, or a file of a newer version (ERR_INPUT, reason
 * NEWER_VERSION: left alone). A damaged file is moved aside (never deleted) and a new one begun:
 * store_notice says so. */
struct store *store_open(const char *folder, struct err *e);
struct store *store_open_memory(struct err *e); /* everything works, nothing is kept */
void store_close(struct store *s);              /* NULL is fine */

const char *store_notice(const struct store *s); /* for the person, once; NULL: nothing to say */
const char *store_file(const struct store *s);   /* "" in memory */
bool store_healthy(const struct store *s);       /* the last change was kept */

#endif
