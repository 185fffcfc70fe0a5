#ifndef STROM_SCREENS_KEPT_NAMES_H
#define STROM_SCREENS_KEPT_NAMES_H

/* Names that stand together in one kept text. PostgreSQL takes every byte but NUL into a name, the
 * separator and a line end too: those are written otherwise, and come back as they were. Ordinary
 * names are written as they are. */

#include "api/base/str.h"

#include <stddef.h>

#define NAMES_SEP  "\x1f"
#define NAMES_SEPC '\x1f'

/* The key of what is kept of a table: a prefix, and its names behind it. */
void names_key(struct str *out, const char *prefix, const char *schema, const char *table);
/* At the end of out, without a separator. */
void names_put(struct str *out, const char *name);
/* The name as names_put writes it: itself, or *room, which is filled anew. */
const char *names_written(const char *name, struct str *room);
void names_plain(char *written); /* back, in place */
/* Cuts a text at the separators, in place, each part plain again; returns how many. */
size_t names_cut(char *text, char **out, size_t most);

#endif
