#ifndef STROM_BASE_PATH_H
#define STROM_BASE_PATH_H

/* Where things are kept (XDG, also on macOS) and files that others must not read or swap. */

#include "api/base/arena.h"
#include "api/base/err.h"
#include "api/base/str.h"

#include <stdbool.h>
#include <stddef.h>

enum path_kind { PATH_CONFIG, PATH_STATE, PATH_CACHE, PATH_RUNTIME };

/* $XDG_..._HOME/strom or its default; made with mode 0700 when it is not there. A folder of another
 * owner, or one that others may write, is refused. */
const char *path_folder(struct arena *a, enum path_kind kind, struct err *e);
const char *path_place(struct arena *a, enum path_kind kind); /* the same, made or not */
const char *path_home(void); /* HOME, else the password database; never NULL */
const char *path_join(struct arena *a, const char *folder, const char *name);
bool path_make_folder(const char *path, struct err *e); /* with its parents, mode 0700 */

/* The whole file, at most max bytes. */
bool path_read(const char *path, size_t max, struct str *out, struct err *e);
/* Refuses links, foreign owners and files that group or others may read or write. */
bool path_read_private(const char *path, size_t max, struct str *out, struct err *e);
/* One that a person named: the same, and `-` and /dev/fd/N besides, which may be pipes. secret: as
 * path_read_private; a terminal would show it. */
bool path_read_given(const char *path, size_t max, bool secret, struct str *out, struct err *e);
/* Written beside it and renamed over it, synced. Private: mode 0600, and a link is replaced. Else a
 * link is followed, a file keeps its mode and group, and a new one gets what the umask leaves. */
bool path_write(const char *path, const char *text, size_t bytes, bool is_private, struct err *e);
/* An executable on PATH, or NULL. */
const char *path_find_program(struct arena *a, const char *name);

#endif
