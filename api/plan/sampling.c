#include "api/plan/sampling.h"

#include "api/base/safe.h"
#include "api/base/str.h"
#include "api/pg/copy.h"
#include "api/plan/sampling_heap.h"

enum { READERS = 2, PARTS = 2, STATEMENT_MS = 5000, LOCK_MS = 500 };

struct sampler;

/* A connection and the table that it reads. */
struct reader {
    struct sampler *of;
    struct task *connecting, *asking, *copy;
    struct pg *pg;
    struct err lost; /* what ended it */
    size_t table;
    bool again; /* the blocks that were drawn were empty: from the beginning, then */
    struct heap *heaps;
    size_t n_heaps;
    uint64_t rows;
    struct arena mem;
};

/* What is asked before tables are read; the statistics in parts, on all connections. */
enum first { ASK_HIDDEN, ASK_STATISTICS, ASK_NOTHING };

struct sampler {
    const struct catalog *catalog;
    uint32_t rows;
    enum first at;
    size_t parts, parts_read; /* of the statistics: begun, and ended well */
    bool *hides; /* tables whose rows row security hides from us; NULL: there is none with it */
    struct reader readers[READERS];
    size_t next; /* table */
    struct sampling_found *found, *own;
    struct sampling_told told;
    size_t why_table;
    struct arena mem;
};

static enum task_state step(struct task *t);

static void reader_end(struct reader *r)
{
    task_clear(&r->connecting);
    task_clear(&r->asking);
    task_clear(&r->copy);
    pg_close(r->pg);
    r->pg = NULL;
    arena_done(&r->mem);
}

static void stop(void *job)
{
    struct sampler *s = job;

    for (size_t i = 0; i < READERS; i++)
        reader_end(&s->readers[i]);
    sampling_found_free(s->own);
    arena_done(&s->mem);
}

static const struct task_type type = {"sampling", sizeof(struct sampler), step, stop};

void sampling_add(const struct task *t, size_t table, size_t column, struct rules_verdict *v)
{
    if (t)
        sampling_found_add(((const struct sampler *)task_job(t, &type))->found, table, column, v);
}

struct sampling_told sampling_told(const struct task *t)
{
    const struct sampler *s = task_job(t, &type);

    return s->told;
}

/* --- PostgreSQL's own statistics --- */

static const char statistics_sql[] =
    "SELECT schemaname, tablename, attname, most_common_vals::pg_catalog.text, "
    "histogram_bounds::pg_catalog.text FROM pg_catalog.pg_stats WHERE schemaname NOT IN "
    "('pg_catalog', 'information_schema') AND (most_common_vals IS NOT NULL OR histogram_bounds "
    "IS NOT NULL)";

static bool find_column(const struct catalog *c, char *const names[3], size_t *table,
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
static void put_statistics(struct sampler *s, size_t table, size_t column,
                           const struct rules_verdict *v)
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

static bool statistics_row(void *ctx, char *line, size_t bytes, struct err *e)
{
    struct sampler *s = ctx;
    struct rules_verdict v = {0};
    struct heap heap = {0};
    struct arena mem;
    char *names[3] = {0}, *list;
    size_t table, column, n;

    (void)bytes;
    (void)e;
    for (int i = 0; i < 3; i++)
        if (!copy_field(&line, &names[i], &n))
            return true;
    if (!find_column(s->catalog, names, &table, &column))
        return true;
    struct catalog_column c = catalog_column(s->catalog, table, column);
    if (!sampling_looks_at(&c))
        return true;
    arena_init(&mem);
    heap.is_array = c.is_array;
    while (copy_field(&line, &list, &n))
        if (list)
            heap_add_list(&heap, &mem, list);
    heap_verdict(&heap, names[0], names[1], RULES_BY_STATISTICS, &v);
    put_statistics(s, table, column, &v);
    arena_done(&mem);
    return true;
}

/* --- rows --- */

static bool data_row(void *ctx, char *line, size_t bytes, struct err *e)
{
    struct reader *r = ctx;
    char *value;
    size_t n;

    (void)bytes;
    (void)e;
    r->rows++;
    for (size_t i = 0; i < r->n_heaps && copy_field(&line, &value, &n); i++)
        if (value)
            heap_add(&r->heaps[i], &r->mem, value, n);
    return true;
}

/* Begins to read a table; false: there is nothing to look at. */
static bool begin(struct reader *r, size_t table)
{
    struct sampler *s = r->of;
    struct str sql = {0};
    bool ok = sampling_sql(s->catalog, table, s->rows, r->again, &sql, &r->n_heaps);

    if (ok) {
        arena_reset(&r->mem);
        r->heaps = arena_array(&r->mem, struct heap, r->n_heaps);
        for (size_t i = 0, n = 0; n < r->n_heaps; i++) {
            struct catalog_column c = catalog_column(s->catalog, table, i);
            if (sampling_looks_at(&c))
                r->heaps[n++] = (struct heap){.column = i, .is_array = c.is_array};
        }
        r->table = table;
        r->rows = 0;
        r->copy = pg_copy(r->pg, str_text(&sql), data_row, r);
    }
    str_done(&sql);
    return ok;
}

static bool holds_rows(const struct catalog_table *t)
{
    return (t->kind == CATALOG_TABLE || t->kind == CATALOG_PARTITIONED) &&
           !rules_is_housekeeping(t->name);
}

static bool is_to_read(const struct catalog *c, const struct sampling_found *f, size_t table)
{
    struct catalog_table t = catalog_table(c, table);

    return !sampling_found_is_read(f, table) && holds_rows(&t);
}

static void conclude(struct reader *r)
{
    struct sampler *s = r->of;
    struct catalog_table t = catalog_table(s->catalog, r->table);
    struct sampling_seen seen = {
        .rows = r->rows,
        .in_part = sampling_sql_leaves(s->catalog, r->table, s->rows, r->again, r->rows),
        .hidden = s->hides && s->hides[r->table]};

    sampling_found_set_read(s->found, r->table, &seen);
    for (size_t i = 0; i < r->n_heaps; i++) {
        struct rules_verdict v = {0};
        heap_verdict(&r->heaps[i], t.schema, t.name, RULES_BY_DATA, &v);
        sampling_found_put(s->found, r->table, r->heaps[i].column, &v);
    }
    s->told.rows += r->rows;
    s->told.in_part += seen.in_part;
    s->told.hidden += seen.hidden;
}

static void leave_out(struct sampler *s, size_t table, const struct err *why)
{
    struct catalog_table t = catalog_table(s->catalog, table);
    struct err told = sampling_sql_error(why, t.row_security);
    char safe[sizeof told.why];

    s->told.left_out++;
    if (s->told.why && s->why_table < table) /* two read at a time: the first in order is told */
        return;
    s->why_table = table;
    safe_text(safe, sizeof safe, told.why);
    s->told.why = arena_printf(&s->mem, "%s.%s: %s", t.schema, t.name, safe);
}

/* --- the task --- */

/* The table is read, or left out; true when the reader is free for another one. */
static bool ended(struct reader *r)
{
    struct sampler *s = r->of;
    enum task_state state = task_state(r->copy);

    if (r->copy == NULL)
        return true;
    if (state == TASK_RUNNING)
        return false;
    if (state == TASK_OK && r->rows == 0 && !r->again &&
        catalog_table(s->catalog, r->table).rows > SAMPLING_WHOLE) {
        task_clear(&r->copy);
        r->again = true;
        return !begin(r, r->table);
    }
    if (state == TASK_OK)
        conclude(r);
    else
        leave_out(s, r->table, task_error(r->copy));
    if (state == TASK_FAILED && str_eq(task_error(r->copy)->reason, PG_LOST))
        r->lost = *task_error(r->copy);
    task_clear(&r->copy);
    r->again = false;
    s->told.tables++;
    return true;
}

/* True while it has something to do. */
static bool go_on(struct reader *r)
{
    struct sampler *s = r->of;

    if (r->connecting && task_state(r->connecting) == TASK_RUNNING)
        return true;
    if (r->connecting && task_state(r->connecting) == TASK_FAILED)
        r->lost = *task_error(r->connecting);
    else if (r->connecting)
        r->pg = pg_take(r->connecting);
    task_clear(&r->connecting);
    if (r->pg == NULL)
        return false;
    if (!ended(r))
        return true;
    if (r->lost.kind != ERR_NONE) {
        reader_end(r);
        return false;
    }
    while (s->next < catalog_tables(s->catalog)) {
        size_t table = s->next++;
        if (!is_to_read(s->catalog, s->found, table))
            continue;
        if (begin(r, table))
            return true;
        sampling_found_set_read(s->found, table, &(struct sampling_seen){0});
        s->told.tables++;
    }
    return false;
}

/* --- what is asked first, on the first connection --- */

/* A table's owner is exempt, and whoever may bypass it: the server alone knows. */
static const char hidden_sql[] =
    "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON "
    "n.oid = c.relnamespace WHERE c.relrowsecurity AND pg_catalog.row_security_active(c.oid)";

static bool hidden_row(void *ctx, char *line, size_t bytes, struct err *e)
{
    struct sampler *s = ctx;
    char *schema, *name;
    size_t n;

    (void)bytes;
    (void)e;
    if (!copy_field(&line, &schema, &n) || !copy_field(&line, &name, &n) || !schema || !name)
        return true;
    ptrdiff_t table = catalog_find(s->catalog, schema, name);
    if (table != CATALOG_NONE)
        s->hides[table] = true;
    return true;
}

/* Without an answer every table that has it counts as one that hides rows. */
static void fear_hidden(struct sampler *s)
{
    for (size_t i = 0; i < catalog_tables(s->catalog); i++)
        s->hides[i] = catalog_table(s->catalog, i).row_security;
}

static const char *why_of(struct sampler *s, const struct task *t)
{
    char safe[sizeof task_error(t)->why];

    safe_text(safe, sizeof safe, task_error(t)->why);
    return arena_str(&s->mem, safe);
}

/* pg_stats shows no table that we may not read, or whose rows are hidden from us. */
static size_t n_without_statistics(const struct sampler *s)
{
    size_t n = 0;

    for (size_t i = 0; i < catalog_tables(s->catalog); i++) {
        struct catalog_table t = catalog_table(s->catalog, i);
        n += holds_rows(&t) && (!t.selectable || (s->hides && s->hides[i]));
    }
    return n;
}

static void ask_hidden(struct sampler *s)
{
    struct reader *r = &s->readers[0];

    if (s->hides && task_state(r->connecting) != TASK_FAILED) {
        if (r->asking == NULL && r->pg)
            r->asking = pg_copy(r->pg, hidden_sql, hidden_row, s);
        if (r->asking == NULL || task_state(r->asking) == TASK_RUNNING)
            return;
    }
    if (s->hides && (r->asking == NULL || task_state(r->asking) == TASK_FAILED))
        fear_hidden(s);
    task_clear(&r->asking);
    s->at = ASK_STATISTICS;
}

/* Lists of values take the server longer to write than the catalogue to be read twice. */
static void ask_part(struct reader *r)
{
    struct str sql = {0};

    str_printf(&sql, "%s AND pg_catalog.hashtext(tablename::pg_catalog.text) & 1 = %zu",
               statistics_sql, r->of->parts++);
    r->asking = pg_copy(r->pg, str_text(&sql), statistics_row, r->of);
    str_done(&sql);
}

static void take_part(struct sampler *s, struct reader *r)
{
    if (task_state(r->asking) == TASK_OK)
        s->parts_read++;
    else if (s->told.statistics_why == NULL)
        s->told.statistics_why = why_of(s, r->asking);
    task_clear(&r->asking);
}

static void ask_statistics(struct sampler *s)
{
    bool waiting = false;

    for (size_t i = 0; i < READERS && !sampling_found_has_statistics(s->found); i++) {
        struct reader *r = &s->readers[i];
        if (r->asking && task_state(r->asking) != TASK_RUNNING)
            take_part(s, r);
        if (r->asking == NULL && r->pg && s->parts < PARTS)
            ask_part(r);
        waiting = waiting || r->asking ||
                  (s->parts < PARTS && r->connecting && task_state(r->connecting) == TASK_RUNNING);
    }
    if (waiting)
        return;
    if (s->parts_read == PARTS) {
        sampling_found_set_statistics(s->found);
        s->told.statistics_hidden = n_without_statistics(s);
    }
    s->at = ASK_NOTHING;
}

/* True when tables may be read: all was asked, or cannot be. */
static bool asked_first(struct sampler *s)
{
    for (size_t i = 0; i < READERS; i++) {
        struct reader *r = &s->readers[i];
        if (r->connecting && task_state(r->connecting) == TASK_OK) {
            r->pg = pg_take(r->connecting);
            task_clear(&r->connecting);
        }
    }
    if (s->at == ASK_HIDDEN)
        ask_hidden(s);
    if (s->at == ASK_STATISTICS)
        ask_statistics(s);
    return s->at == ASK_NOTHING;
}

static enum task_state step(struct task *t)
{
    struct sampler *s = task_job(t, &type);
    size_t before = s->told.tables;
    bool working = false;

    if (!asked_first(s))
        return TASK_RUNNING;
    for (size_t i = 0; s->rows && i < READERS; i++)
        working = go_on(&s->readers[i]) || working;
    if (s->told.tables != before)
        task_news(t);
    if (working)
        return TASK_RUNNING;
    if (task_state(s->readers[0].connecting) == TASK_FAILED)
        return task_fail_like(t, s->readers[0].connecting);
    for (size_t i = 0; i < READERS; i++)
        if (s->readers[i].lost.kind != ERR_NONE && s->next < catalog_tables(s->catalog))
            return task_fail(t, &s->readers[i].lost);
    return TASK_OK;
}

bool sampling_has_work(const struct sampling_options *o)
{
    size_t n = o->rows ? catalog_tables(o->catalog) : 0, i = 0;

    if (o->found == NULL || !sampling_found_has_statistics(o->found))
        return true;
    while (i < n && !is_to_read(o->catalog, o->found, i))
        i++;
    return i < n;
}

static bool has_row_security(const struct catalog *c)
{
    size_t n = catalog_tables(c), i = 0;

    while (i < n && !catalog_table(c, i).row_security)
        i++;
    return i < n;
}

struct task *sampling(struct net *net, const struct sampling_options *o)
{
    struct task *t = task_new(net, &type);
    struct sampler *s = task_job(t, &type);
    struct pg_options source = o->source;
    size_t n = catalog_tables(o->catalog);

    source.statement_timeout_ms = STATEMENT_MS;
    source.lock_timeout_ms = LOCK_MS;
    s->catalog = o->catalog;
    s->rows = o->rows;
    s->own = o->found ? NULL : sampling_found_new(o->catalog);
    s->found = o->found ? o->found : s->own;
    for (size_t i = 0; i < n; i++)
        s->told.of += is_to_read(s->catalog, s->found, i);
    s->hides = has_row_security(o->catalog) ? arena_array(&s->mem, bool, n) : NULL;
    for (size_t i = 0; i < READERS; i++) {
        s->readers[i].of = s;
        if (i == 0 || o->rows || !sampling_found_has_statistics(s->found))
            s->readers[i].connecting = pg_connect(net, &source);
    }
    return t;
}
