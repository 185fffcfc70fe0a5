#ifndef STROM_CLI_PREPARING_H
#define STROM_CLI_PREPARING_H

/* The files that prepare the source, or take it back, as `files` and `export sql` want them: of
 * what the database says, the tables that options or plan file name, --shape, --migrations, --undo.
 */

#include "api/plan/prepare.h"
#include "screens/cli/session.h"

/* Lives as long as the session. False with *e. */
bool preparing_make(struct session *s, bool only_migrations, struct prepared *out, struct err *e);
bool preparing_is_shape(const char *word); /* NULL is one, too */

#endif
