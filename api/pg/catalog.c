#include "api/pg/catalog.h"

#include "api/pg/catalog_parts.h"

#include "api/base/arena.h"

#include <assert.h>
#include <string.h>

enum { PAGE_BYTES = 8192 };

const char *catalog_word(const struct catalog *c, uint32_t word)
{
    return c->words.text != NULL ? c->words.text + word : "";
}

static const char *word_or_null(const struct catalog *c, uint32_t word)
{
    return word != 0 ? catalog_word(c, word) : NULL;
}

void catalog_free(struct catalog *c)
{
    if (c == NULL)
        return;
    mem_free(c->tables);
    mem_free(c->columns);
    mem_free(c->types);
    mem_free(c->references);
    words_free(&c->words);
    mem_free(c);
}

size_t catalog_tables(const struct catalog *c)
{
    return c->n_tables;
}

size_t catalog_columns(const struct catalog *c)
{
    return c->n_columns;
}

size_t catalog_bytes(const struct catalog *c)
{
    return sizeof *c + c->n_tables * sizeof *c->tables + c->n_columns * sizeof *c->columns +
           c->n_types * sizeof *c->types + c->n_references * sizeof *c->references + c->words.room +
           c->words.n_slots * sizeof(uint32_t);
}

/* reltuples may be any float. */
static int64_t rows_of(const struct table *t)
{
    const float most = 1e18f;

    if (!(t->rows >= 0))
        return -1;
    return (int64_t)(t->rows < most ? t->rows : most);
}

struct catalog_table catalog_table(const struct catalog *c, size_t table)
{
    assert(table < c->n_tables);
    const struct table *t = &c->tables[table];
    return (struct catalog_table){
        .schema = catalog_word(c, t->schema),
        .name = catalog_word(c, t->name),
        .comment = word_or_null(c, t->comment),
        .owner = catalog_word(c, t->owner),
        .oid = t->oid,
        .kind = (enum catalog_kind)t->kind,
        .identity = (enum catalog_identity)t->identity,
        .n_columns = t->n_columns,
        .n_key = t->n_key,
        .n_identity = t->n_identity,
        .rows = rows_of(t),
        .bytes = (int64_t)t->pages * PAGE_BYTES,
        .root = t->root,
        .n_partitions = t->n_partitions,
        .published = (t->flags & TABLE_PUBLISHED) != 0,
        .reader_known = c->reader_known,
        .readable = (t->flags & TABLE_READABLE) != 0,
        .readable_partly = (t->flags & (TABLE_READABLE | TABLE_PARTLY)) == TABLE_PARTLY,
        .selectable = (t->flags & TABLE_SELECTABLE) != 0,
        .row_security = (t->flags & TABLE_SECURED) != 0,
        .unlogged = (t->flags & TABLE_UNLOGGED) != 0,
    };
}

static const struct column *column_at(const struct catalog *c, size_t table, size_t column)
{
    assert(table < c->n_tables && column < c->tables[table].n_columns);
    return &c->columns[c->tables[table].first + column];
}

struct catalog_column catalog_column(const struct catalog *c, size_t table, size_t column)
{
    const struct column *col = column_at(c, table, column);
    const struct type *type = &c->types[col->type];
    return (struct catalog_column){
        .name = catalog_word(c, col->name),
        .comment = word_or_null(c, col->comment),
        .type = catalog_word(c, type->name),
        .base_type = catalog_word(c, type->base_name),
        .labels = word_or_null(c, type->labels),
        .typmod = col->typmod,
        .position = col->bits & COLUMN_NUMBER,
        .nullable = (col->bits & COLUMN_NULLABLE) != 0,
        .generated = (col->bits & COLUMN_GENERATED) != 0,
        .in_key = (col->bits & COLUMN_KEY) != 0,
        .in_identity = (col->bits & COLUMN_IDENTITY) != 0,
        .supported = type->supported,
        .is_enum = type->kind == 'e',
        .is_domain = type->kind == 'd',
        .is_array = type->is_array,
    };
}

const char *catalog_table_name(const struct catalog *c, size_t table)
{
    assert(table < c->n_tables);
    return catalog_word(c, c->tables[table].name);
}

const char *catalog_schema_name(const struct catalog *c, size_t table)
{
    assert(table < c->n_tables);
    return catalog_word(c, c->tables[table].schema);
}

size_t catalog_table_columns(const struct catalog *c, size_t table)
{
    assert(table < c->n_tables);
    return c->tables[table].n_columns;
}

const char *catalog_column_name(const struct catalog *c, size_t table, size_t column)
{
    return catalog_word(c, column_at(c, table, column)->name);
}

uint32_t catalog_column_word(const struct catalog *c, size_t table, size_t column)
{
    return column_at(c, table, column)->name;
}

ptrdiff_t catalog_find(const struct catalog *c, const char *schema, const char *table)
{
    size_t low = 0, high = c->n_tables;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(catalog_schema_name(c, middle), schema);
        if (order == 0)
            order = strcmp(catalog_table_name(c, middle), table);
        if (order == 0)
            return (ptrdiff_t)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return CATALOG_NONE;
}

ptrdiff_t catalog_find_column(const struct catalog *c, size_t table, const char *column)
{
    for (size_t i = 0; i < catalog_table_columns(c, table); i++)
        if (strcmp(catalog_column_name(c, table, i), column) == 0)
            return (ptrdiff_t)i;
    return CATALOG_NONE;
}
