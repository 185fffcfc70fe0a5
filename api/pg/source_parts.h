#ifndef STROM_PG_SOURCE_PARTS_H
#define STROM_PG_SOURCE_PARTS_H

/* Between source.c, which asks, and source_rows.c, which understands the answers. */

#include "api/pg/facts.h"
#include "api/pg/pg.h"

typedef void source_rows(struct source_facts *f, const struct pg_rows *rows);

source_rows source_server_rows, source_usage_rows, source_activity_rows, source_roles_rows,
    source_grants_rows, source_defaults_rows, source_publication_rows, source_published_rows,
    source_unsafe_rows, source_slots_rows, source_flyway_rows, source_migrations_rows;

/* How long the open transactions have been seen, from a former list of them. */
void source_age_xacts(struct source_facts *f, const struct source_xact *earlier, size_t n);

#endif
