#include "api/plan/sampling_statistics.h"

#include "api/base/str.h"
#include "api/files/quote.h"
#include "api/pg/copy.h"
#include "api/plan/sampling.h"
#include "api/plan/sampling_heap.h"

/* A row alone says nothing: of json there is one without any value. A column that is always NULL
 * has been looked at all the same. */
static const char statistics_sql[] =
    "SELECT schemaname, tablename, attname, inherited, most_common_vals::pg_catalog.text, "
    "histogram_bounds::pg_catalog.text FROM pg_catalog.pg_stats WHERE schemaname NOT IN "
    "('pg_catalog', 'information_schema') AND (most_common_vals IS NOT NULL OR histogram_bounds "
    "IS NOT NULL OR null_frac = 1)";

enum { NAMES = 3, INHERITED, FIELDS };

void statistics_init(struct statistics *s, const struct catalog *c, struct sampling_found *f,
                     const bool *wanted, struct arena *a)
{
    size_t n = catalog_tables(c);

    *s = (struct statistics){.catalog = c, .found = f, .columns = arena_array(a, uint32_t, n + 1)};
    if (wanted == NULL)
        return;
    s->wanted = arena_array(a, bool, n + 1);
    for (size_t i = 0; i < n; i++) {
        ptrdiff_t root = catalog_table(c, i).root;
        s->wanted[i] = wanted[i] || (root != CATALOG_NONE && wanted[root]);
    }
}

static bool is_wanted(const struct statistics *s, size_t table)
{
    return s->wanted == NULL || s->wanted[table];
}

static bool find_column(const struct catalog *c, char *const names[FIELDS], size_t *table,
                        size_t *column)
{
    ptrdiff_t t =
        names[0] && names[1] && names[2] ? catalog_find(c, names[0], names[1]) : CATALOG_NONE;
    ptrdiff_t k = t == CATALOG_NONE ? t : catalog_find_column(c, (size_t)t, names[2]);

    *table = (size_t)t;
    *column = (size_t)k;
    return k != CATALOG_NONE;
}

/* PostgreSQL keeps them of partitions by itself; of the table that is chosen, seldom: all of them
 * tell of it. */
static void put(struct statistics *s, size_t table, size_t column, const struct rules_verdict *v)
{
    struct catalog_table t = catalog_table(s->catalog, table);
    ptrdiff_t at = t.root == CATALOG_NONE
                       ? CATALOG_NONE
                       : catalog_find_column(s->catalog, (size_t)t.root,
                                             catalog_column_name(s->catalog, table, column));

    if (at != CATALOG_NONE)
        sampling_found_join(s->found, (size_t)t.root, (size_t)at, v);
    if (t.kind == CATALOG_PARTITIONED)
        sampling_found_join(s->found, table, column, v);
    else
        sampling_found_put(s->found, table, column, v);
}

/* A table with children has two of each column: its own, and those of all together. */
static void count(struct statistics *s, size_t table, const char *inherited)
{
    bool together = catalog_table(s->catalog, table).kind == CATALOG_PARTITIONED;

    if (inherited && (*inherited == 't') == together)
        s->columns[table]++;
}

static bool row(void *ctx, char *line, size_t bytes, struct err *e)
{
    struct statistics *s = ctx;
    struct rules_verdict v = {0};
    struct heap heap = {0};
    struct arena mem;
    char *fields[FIELDS] = {0}, *list;
    size_t table, column, n;

    (void)bytes;
    (void)e;
    for (int i = 0; i < INHERITED; i++)
        if (!copy_field(&line, &fields[i], &n))
            return true;
    if (!find_column(s->catalog, fields, &table, &column) || !is_wanted(s, table))
        return true;
    struct catalog_column c = catalog_column(s->catalog, table, column);
    if (!sampling_looks_at(&c))
        return true;
    count(s, table, fields[NAMES]);
    arena_init(&mem);
    heap.is_array = c.is_array;
    while (copy_field(&line, &list, &n))
        if (list)
            heap_add_list(&heap, &mem, list, n);
    heap_verdict(&heap, fields[0], fields[1], RULES_BY_STATISTICS, &v);
    put(s, table, column, &v);
    arena_done(&mem);
    return true;
}

/* Of many tables all are asked for, and those that nobody wants are dropped here. */
static void name_wanted(const struct statistics *s, struct str *sql)
{
    enum { NAMED = 500 };
    struct str names = {0};
    size_t n = 0;
    struct err e;

    for (size_t i = 0; s->wanted && i < catalog_tables(s->catalog) && n <= NAMED; i++) {
        if (!s->wanted[i])
            continue;
        str_add(&names, n++ ? ", (" : "(");
        bool ok = quote_literal(&names, catalog_schema_name(s->catalog, i), &e);
        str_add(&names, ", ");
        if (!ok || !quote_literal(&names, catalog_table_name(s->catalog, i), &e))
            n = NAMED;
        str_addc(&names, ')');
    }
    if (s->wanted && n == 0)
        str_add(sql, " AND false");
    else if (s->wanted && n < NAMED)
        str_printf(sql, " AND (schemaname, tablename) IN (%s)", str_text(&names));
    str_done(&names);
}

/* Lists of values take the server longer to write than the catalogue to be read twice. */
struct task *statistics_ask(struct statistics *s, struct pg *pg, size_t part)
{
    struct str sql = {0};

    str_printf(&sql, "%s AND pg_catalog.hashtext(tablename::pg_catalog.text) & 1 = %zu",
               statistics_sql, part);
    name_wanted(s, &sql);
    struct task *t = pg_copy(pg, str_text(&sql), row, s);
    str_done(&sql);
    return t;
}

/* --- which of them they tell of --- */

static bool tells_all(const struct statistics *s, size_t table)
{
    size_t looked_at = 0;

    for (size_t i = 0; i < catalog_table_columns(s->catalog, table); i++) {
        struct catalog_column c = catalog_column(s->catalog, table, i);
        looked_at += sampling_looks_at(&c);
    }
    return s->columns[table] >= looked_at;
}

static bool is_part(const struct catalog_table *t)
{
    return t->root != CATALOG_NONE && t->kind != CATALOG_PARTITIONED;
}

/* One that was analysed and is empty has no statistics, and needs none. Before PostgreSQL 14 one
 * that was never analysed looked the same. */
static bool is_empty(const struct catalog_table *t, int version)
{
    enum { TELLS_NEVER_ANALYSED = 140000 };

    return t->kind == CATALOG_PARTITION && t->rows == 0 && t->bytes == 0 &&
           version >= TELLS_NEVER_ANALYSED;
}

void statistics_end(struct statistics *s, int version, struct arena *a)
{
    size_t n = catalog_tables(s->catalog);
    bool *lacks = arena_array(a, bool, n + 1); /* a root: some part is not told */
    bool *parts = arena_array(a, bool, n + 1); /* a root: some part is */

    s->whole = arena_array(a, bool, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct catalog_table t = catalog_table(s->catalog, i);
        s->whole[i] = tells_all(s, i);
        if (!is_part(&t))
            continue;
        parts[t.root] = parts[t.root] || s->whole[i];
        lacks[t.root] = lacks[t.root] || (!s->whole[i] && !is_empty(&t, version));
    }
    for (size_t i = 0; i < n; i++) {
        s->whole[i] = is_wanted(s, i) && (s->whole[i] || (parts[i] && !lacks[i]));
        if (s->whole[i])
            sampling_found_set_told(s->found, i);
    }
}

bool statistics_whole(const struct statistics *s, size_t table)
{
    return s->whole && s->whole[table];
}
