#ifndef STROM_GOOGLE_DATASTREAM_OBJECTS_H
#define STROM_GOOGLE_DATASTREAM_OBJECTS_H

/* Schemas, tables and columns as Datastream speaks of them: in a stream's selection and in the
 * answer of discover. A schema without tables means all its tables, a table without columns all its
 * columns, also later ones (facts/gcp.md B): so we write every name. What is read lives in the
 * arena; what is written is borrowed. */

#include "api/base/arena.h"
#include "api/base/json.h"

#include <stdbool.h>
#include <stddef.h>

struct datastream_column {
    const char *name;
    const char *type; /* what follows is known from discover only */
    int length, precision, scale, position;
    bool primary_key, nullable;
};
struct datastream_table {
    const char *name;
    struct datastream_column *columns;
    size_t n_columns;
};
struct datastream_schema {
    const char *name;
    struct datastream_table *tables;
    size_t n_tables;
};
struct datastream_selection {
    struct datastream_schema *schemas;
    size_t n_schemas;
    bool given; /* the field was there at all */
};

/* postgresqlRdbms, read and written (names only). */
void datastream_selection_read(struct arena *a, const struct json *rdbms,
                               struct datastream_selection *out);
void datastream_selection_write(struct json_out *o, const char *key,
                                const struct datastream_selection *s);
/* NULL when it is not in the selection. */
const struct datastream_table *datastream_selection_table(const struct datastream_selection *s,
                                                          const char *schema, const char *table);

#endif
