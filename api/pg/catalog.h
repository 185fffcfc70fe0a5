#ifndef STROM_PG_CATALOG_H
#define STROM_PG_CATALOG_H

/* Every schema, table and column of a database, as compact as it can be walked fast: some 24 bytes
 * a column. Tables are sorted by schema and name, columns by position; both are addressed by index.
 * System schemas are left out. Read with five statements that are joined here
 * (api/pg/sql/catalog_*.sql). */

#include "api/net/task.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct catalog;
struct pg;

enum catalog_kind {
    CATALOG_TABLE,
    CATALOG_PARTITIONED,
    CATALOG_PARTITION,
    CATALOG_VIEW,
    CATALOG_FOREIGN
};
enum catalog_identity { CATALOG_DEFAULT, CATALOG_NOTHING, CATALOG_FULL, CATALOG_INDEX };

enum { CATALOG_NONE = -1 };

struct catalog_options {
    const char *publication; /* whose state `published` tells; NULL: any */
    const char *reader;      /* role whose rights `readable` tells; NULL: our own */
};

struct catalog_table { /* a view of one; the texts live with the catalogue and are foreign */
    const char *schema, *name;
    const char *comment; /* NULL: none */
    const char *owner;
    uint32_t oid;
    enum catalog_kind kind;
    enum catalog_identity identity;
    size_t n_columns;
    size_t n_key;      /* columns of the primary key; 0: none */
    size_t n_identity; /* columns of the chosen index with CATALOG_INDEX */
    int64_t rows;      /* estimate of the last ANALYZE; -1 never analysed */
    int64_t bytes;  /* of the rows themselves, estimated by pages; for a partitioned table: of all
                       its parts */
    ptrdiff_t root; /* table index of a partition's uppermost parent, else CATALOG_NONE */
    size_t n_partitions; /* leaves below a partitioned table */
    bool published; /* by the publication asked for: itself, its schema, everything, or through its
                       root */
    bool reader_known;    /* the role exists */
    bool readable;        /* by the reader: SELECT on the table and USAGE of its schema */
    bool readable_partly; /* only some of its columns */
    bool selectable;      /* by us: data can be sampled */
    bool row_security;
    bool unlogged; /* nothing of it is in the log, and no publication takes it */
};

struct catalog_column {
    const char *name;
    const char *comment;   /* NULL: none */
    const char *type;      /* of the base: "character varying", "fnr" (a domain), "bigint[]" */
    const char *base_type; /* what a domain stands for, else type */
    const char *labels;    /* of an enum (a domain over one, an array of them): the first 64, a line
                              each; NULL: it is none */
    int typmod;            /* as PostgreSQL keeps it; -1 none. See catalog_type */
    int position;          /* attnum */
    bool nullable, generated;
    bool in_key;      /* of the primary key */
    bool in_identity; /* of the chosen replica identity, or of the key under the default */
    bool supported;   /* its type can be replicated to BigQuery */
    bool is_enum, is_domain, is_array;
};

struct task *catalog_read(struct pg *pg, const struct catalog_options *o);
const struct catalog *
catalog_of(const struct task *t);              /* of one with TASK_OK; lives with the task */
struct catalog *catalog_take(struct task *t);  /* the caller owns it from now on */
void catalog_free(struct catalog *c);          /* NULL is fine */
size_t catalog_progress(const struct task *t); /* columns read so far, for a running one */

size_t catalog_tables(const struct catalog *c);
size_t catalog_columns(const struct catalog *c); /* of all tables */
size_t catalog_bytes(const struct catalog *c);   /* held in memory */
struct catalog_table catalog_table(const struct catalog *c, size_t table);
struct catalog_column catalog_column(const struct catalog *c, size_t table, size_t column);
/* The cheap look for long lists: only the name. */
const char *catalog_table_name(const struct catalog *c, size_t table);
const char *catalog_schema_name(const struct catalog *c, size_t table);
size_t catalog_table_columns(const struct catalog *c, size_t table);
const char *catalog_column_name(const struct catalog *c, size_t table, size_t column);
/* The same name gives the same number in one catalogue: what was judged once need not be again. */
uint32_t catalog_column_word(const struct catalog *c, size_t table, size_t column);
/* The type as format_type() writes it: "numeric(10,2)", "timestamp(3) with time zone". Returns out.
 */
const char *catalog_type(const struct catalog_column *column, char *out, size_t cap);
/* The n-th column (from 0) that a foreign key makes this one point at; false: there is no such. */
bool catalog_reference(const struct catalog *c, size_t table, size_t column, size_t n,
                       size_t *to_table, size_t *to_column);
/* -1 when there is none. */
ptrdiff_t catalog_find(const struct catalog *c, const char *schema, const char *table);
ptrdiff_t catalog_find_column(const struct catalog *c, size_t table, const char *column);

#endif
