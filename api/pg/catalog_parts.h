#ifndef STROM_PG_CATALOG_PARTS_H
#define STROM_PG_CATALOG_PARTS_H

/* How a catalogue lies in memory; only the files of this folder see it. Texts are offsets into one
 * buffer, each text once; types are numbers of 16 bits. */

#include "api/pg/catalog.h"

#include "api/base/err.h"

/* --- words: catalog_words.c --- */

struct words {
    char *text; /* NUL-terminated one after another; offset 0 is "" */
    uint32_t bytes, room;
    uint32_t *slots; /* open addressing, offsets; only while reading */
    uint32_t n_slots, n_words;
};

uint32_t words_add(struct words *w, const char *word, size_t bytes);
void words_settle(struct words *w); /* no more are added: what only adding needs goes */
void words_free(struct words *w);

/* --- oid -> index: the same way --- */

struct oid_map {
    struct {
        uint32_t oid, at;
    } * slots;
    uint32_t n_slots;
};

void oid_map_make(struct oid_map *m, size_t n);
void oid_map_put(struct oid_map *m, uint32_t oid, uint32_t at);
bool oid_map_get(const struct oid_map *m, uint32_t oid, uint32_t *at);
void oid_map_free(struct oid_map *m);

/* --- types: catalog_types.c --- */

enum { TYPE_NONE = 0, TYPE_MAX = 0xFFFF };

struct type {
    uint32_t oid, name, base_name;
    uint32_t base, element; /* oids; 0 none */
    uint32_t labels;        /* of an enum; 0 none */
    int32_t typmod;         /* of a domain */
    char kind;              /* typtype */
    bool is_array, supported;
};

/* --- tables and columns --- */

enum {
    COLUMN_NUMBER = 0x07FF, /* attnum, at most 1600 */
    COLUMN_NULLABLE = 0x0800,
    COLUMN_GENERATED = 0x1000,
    COLUMN_KEY = 0x2000,
    COLUMN_IDENTITY = 0x4000
};

struct column { /* 16 bytes */
    uint32_t name, comment;
    int32_t typmod;
    uint16_t type, bits;
};

enum {
    TABLE_PUBLISHED = 0x01,
    TABLE_READABLE = 0x02,
    TABLE_USAGE = 0x04, /* the reader may use the schema */
    TABLE_PARTLY = 0x08,
    TABLE_SELECTABLE = 0x10,
    TABLE_SECURED = 0x20, /* row security */
    TABLE_UNLOGGED = 0x40
};

struct table { /* 48 bytes */
    uint32_t oid, schema, name, comment, owner;
    uint32_t first; /* its first column */
    uint32_t pages;
    int32_t root; /* index, or CATALOG_NONE */
    uint32_t n_partitions;
    float rows;
    uint16_t n_columns;
    uint8_t n_key, n_identity;
    uint8_t kind, identity, flags;
};

struct reference { /* a column of a foreign key: indexes; 16 bytes */
    uint32_t table, column, to_table, to_column;
};

struct catalog {
    struct table *tables;
    struct column *columns;
    struct type *types;
    size_t n_tables, n_columns, n_types;
    size_t room_tables, room_columns, room_types;
    struct reference *references;
    size_t n_references, room_references;
    bool reader_known;
    struct words words;
};

/* What is only needed while reading: index columns as words ("1 3"; 0 none), the parent's oid (0
 * none). */
struct table_keys {
    uint32_t primary, identity, parent;
};

const char *catalog_word(const struct catalog *c, uint32_t word);
void catalog_sort_tables(struct catalog *c, struct table_keys *keys);
/* homes: the table of each column as it was read. */
void catalog_sort_columns(struct catalog *c, const uint32_t *homes);
void catalog_join_keys(struct catalog *c, const struct table_keys *keys);
void catalog_join_partitions(struct catalog *c, const struct table_keys *keys,
                             const struct oid_map *by_oid);

/* --- foreign keys: catalog_references.c. The tables and columns are all there. --- */

void catalog_add_reference(struct catalog *c, uint32_t table, int64_t position, uint32_t to_table,
                           int64_t to_position);
void catalog_sort_references(struct catalog *c); /* no more are added */

/* The types are all there: which of them can be replicated, what domains stand for. */
void types_settle(struct catalog *c, const struct oid_map *by_oid);
#endif
