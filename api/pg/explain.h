#ifndef STROM_PG_EXPLAIN_H
#define STROM_PG_EXPLAIN_H

/* What the next connection would use, and where each part of it comes from: libpq itself is asked.
 * Nothing is connected. No password is among them. */

#include "api/base/arena.h"
#include "api/pg/pg.h"

enum pg_origin { PG_FROM_OPTION, PG_FROM_ENVIRONMENT, PG_FROM_SERVICE, PG_FROM_DEFAULT };

struct pg_explained {
    const char *keyword; /* "host" */
    const char *value;   /* NULL: none */
    enum pg_origin origin;
    const char *variable; /* of PG_FROM_ENVIRONMENT: "PGHOST" */
};

enum { PG_EXPLAINED = 8 };
/* False with *e where the options cannot be read (an unknown service, for one). Texts live in a. */
bool pg_explain(const struct pg_options *o, struct arena *a, struct pg_explained out[PG_EXPLAINED],
                struct err *e);

#endif
