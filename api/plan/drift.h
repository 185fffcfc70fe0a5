#ifndef STROM_PLAN_DRIFT_H
#define STROM_PLAN_DRIFT_H

/* Where what runs is not what was agreed on in a plan file, both ways: what the stream carries,
 * what is published and may be read, what the database has. Pure. */

#include "api/base/json.h"
#include "api/google/datastream.h"
#include "api/pg/facts.h"
#include "api/plan/selection.h"

#include <stdbool.h>
#include <stddef.h>

enum drift_kind {
    DRIFT_SELECTION,   /* flows by one of the two alone */
    DRIFT_SETTING,     /* publication, slot, freshness, dataset, mode */
    DRIFT_PUBLICATION, /* hands out what the file has nothing of, or not what it needs */
    DRIFT_GRANT,       /* the database user may not read what flows by the file */
    DRIFT_COLUMN       /* of the database: gone, another type, not listed */
};

struct drift_item {
    enum drift_kind kind;
    const char *schema, *table, *column; /* NULL: not about one; column "*": all, later ones too */
    const char *path;                    /* of a setting, as in the file */
    const char *agreed, *live; /* "flows", "left out", a value; NULL: nothing, not there */
    const char *by;            /* whose word `agreed` is: a base by its name; NULL: the file's */
    enum rules_level level;
    bool graver;   /* by the type that the database tells, `level`; the file calls it less */
    bool unagreed; /* flows, and the file has nothing of it */
    bool unlisted; /* new in the database, and off: no harm, but news */
};

struct drift {
    const struct drift_item *items; /* what flows without the file's word first, the most
                                       sensitive at the top; news last */
    size_t n, n_unagreed, n_unlisted;
};

/* Each may be NULL: not asked, and nothing is said of it. facts: read with the file's tables as
 * wanted. seen: the database's tables and columns. */
struct drift_world {
    const struct datastream_stream *stream;
    const struct datastream_stream *carries; /* the same where it is not compared: what it carries
                                                is no news */
    const struct source_facts *facts;
    const struct selection *seen;
    const char *db_user, *publication; /* that the facts are of */
};

/* Lists and texts live in a; what was given must outlive them. agreed: by the file, or by the base
 * of that name. */
void drift_find(const struct selection *agreed, const struct drift_world *live, struct arena *a,
                struct drift *out);
const char *drift_kind_name(enum drift_kind k); /* "selection", ...: as in --json */
/* One sentence in the person's language, with the level of what flows without the file's word, its
 * foreign parts between SAID_BEGIN and SAID_END (said.h), harmless. */
const char *drift_text(const struct drift_item *d, struct arena *a);
/* As an array of {kind, schema, table, column, path, agreed, agreed_by, live, level, text}. */
void drift_json(struct json_out *o, const char *key, const struct drift *d);

#endif
