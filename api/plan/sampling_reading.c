#include "api/plan/sampling_reading.h"

#include "api/pg/copy.h"
#include "api/plan/sampling.h"
#include "api/plan/sampling_heap.h"

struct reading_field {
    struct heap *heap;
    enum heap_form form;
};

static bool data_row(void *ctx, char *line, size_t bytes, struct err *e)
{
    struct reading *r = ctx;
    const char *end = line + bytes;
    char *value;
    size_t n;

    (void)e;
    r->rows++;
    for (size_t i = 0; i < r->n_fields && copy_field_binary(&line, end, &value, &n); i++)
        if (value)
            heap_add(r->fields[i].heap, &r->mem, r->fields[i].form, value, n);
    return true;
}

static void make_heaps(struct reading *r, const struct sampling_field *fields)
{
    r->heaps = arena_array(&r->mem, struct heap, r->n_fields);
    r->fields = arena_array(&r->mem, struct reading_field, r->n_fields);
    r->n_heaps = 0;
    for (size_t i = 0; i < r->n_fields; i++) {
        size_t column = fields[i].column;
        if (i == 0 || fields[i - 1].column != column)
            r->heaps[r->n_heaps++] =
                (struct heap){.column = column,
                              .is_array = catalog_column(r->catalog, r->table, column).is_array};
        r->fields[i] = (struct reading_field){&r->heaps[r->n_heaps - 1], fields[i].form};
    }
}

/* A partitioned table locks all of its parts, and blocks that are drawn lie far apart. */
int64_t reading_cost(const struct catalog *c, size_t table)
{
    enum { SHORT_BYTES = 1024 * 1024 };
    struct catalog_table t = catalog_table(c, table);
    bool is_short = t.kind == CATALOG_TABLE && t.rows >= 0 && t.rows <= SAMPLING_WHOLE &&
                    t.bytes >= 0 && t.bytes <= SHORT_BYTES;

    return is_short ? t.bytes : -1;
}

bool reading_begin(struct reading *r, const struct catalog *c, struct pg *pg, size_t table,
                   uint32_t rows, bool again)
{
    struct str sql = {0};
    arena_reset(&r->mem);
    struct sampling_field *fields = arena_array(
        &r->mem, struct sampling_field, SAMPLING_FIELDS * catalog_table_columns(c, table) + 1);
    bool ok = sampling_sql(c, table, rows, again, &sql, fields, &r->n_fields);

    if (ok) {
        r->catalog = c;
        r->table = table;
        r->again = again;
        r->rows = 0;
        make_heaps(r, fields);
        r->copy = reading_cost(c, table) >= 0 ? pg_copy_joined(pg, str_text(&sql), data_row, r)
                                              : pg_copy_binary(pg, str_text(&sql), data_row, r);
    }
    str_done(&sql);
    return ok;
}

struct sampling_seen reading_conclude(const struct reading *r, uint32_t rows,
                                      struct sampling_found *into)
{
    struct catalog_table t = catalog_table(r->catalog, r->table);
    struct sampling_seen seen = {
        .rows = r->rows,
        .in_part = sampling_sql_leaves(r->catalog, r->table, rows, r->again, r->rows)};

    sampling_found_set_read(into, r->table, &seen);
    for (size_t i = 0; i < r->n_heaps; i++) {
        struct rules_verdict v = {0};
        heap_verdict(&r->heaps[i], t.schema, t.name, RULES_BY_DATA, &v);
        sampling_found_put(into, r->table, r->heaps[i].column, &v);
    }
    return seen;
}

void reading_end(struct reading *r)
{
    task_clear(&r->copy);
    arena_done(&r->mem);
}
