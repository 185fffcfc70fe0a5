#ifndef STROM_FILES_MIGRATIONS_SQL_H
#define STROM_FILES_MIGRATIONS_SQL_H

/* Statements, guarded and quoted, gathered into files. Between migrations*.c. */

#include "api/base/str.h"
#include "api/files/migrations.h"

struct writer {
    struct arena *mem;
    const struct migrations_folder *folder;
    const struct migration_facts *facts;
    struct migration_set *out;
    struct err *e;
    /* quoted once */
    const char *app, *user, *user_literal, *publication, *publication_literal, *slot_literal;
};

/* The statements inside the guard of one file. Owned until sql_finish or sql_drop. */
struct body {
    struct str sql;
};

/* Quotes the names; false when one cannot be written. */
bool sql_begin(struct writer *w, struct arena *a, const struct migrations_folder *folder,
               const struct migration_facts *facts, struct migration_set *out, struct err *e);
void sql_add(struct body *b, const char *line);
/* Puts all so far inside IF NOT EXISTS(condition). */
void sql_unless(struct body *b, const char *condition);
/* Adds the file with the next version; a body without statements is no file. */
bool sql_finish(struct writer *w, struct body *b, const char *name, const char *comment,
                const char *does);
bool sql_drop(struct body *b); /* false, for `return` */
bool sql_refuse(struct err *e, const char *why, const char *hint);

typedef bool sql_wanted(const struct writer *w, const struct migration_table *t);

bool sql_any(const struct writer *w, sql_wanted *is);
/* One table a line, so that a later change shows as one line. after: "TO ...", "" for nothing. */
bool sql_add_tables(struct writer *w, struct body *b, const char *before, sql_wanted *is,
                    const char *after);
/* ALTER PUBLICATION ... ADD TABLE for each by itself, where it is not in it yet: may run again. */
bool sql_add_each(struct writer *w, struct body *b, sql_wanted *is);
/* VERB USAGE ON SCHEMA ... for each schema once. */
bool sql_add_schemas(struct writer *w, struct body *b, const char *verb, sql_wanted *is,
                     const char *direction);

#endif
