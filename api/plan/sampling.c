#include "api/plan/sampling.h"

#include "api/base/safe.h"
#include "api/base/str.h"
#include "api/pg/copy.h"
#include "api/rules/documents.h"
#include "api/rules/validators.h"

#include <string.h>

enum { READERS = 2, STATEMENT_MS = 5000, LOCK_MS = 500 };
struct heap { /* of one column of the table that is being read */
    size_t column;
    bool is_array;
    struct values values;
    struct document_keys *keys; /* NULL: no document was met */
};

struct sampler;

/* A connection and the table that it reads. */
struct reader {
    struct sampler *of;
    struct task *connecting, *copy;
    struct pg *pg;
    struct err lost; /* what ended it */
    size_t table;
    bool again; /* the blocks that were drawn were empty: from the beginning, then */
    struct heap *heaps;
    size_t n_heaps;
    uint64_t rows;
    struct arena mem;
};

struct sampler {
    const struct catalog *catalog;
    uint32_t rows;
    struct task *statistics;
    bool statistics_done;
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
    task_clear(&r->copy);
    pg_close(r->pg);
    r->pg = NULL;
    arena_done(&r->mem);
}

static void stop(void *job)
{
    struct sampler *s = job;

    task_clear(&s->statistics);
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

/* --- values --- */

/* Calls for each element of an array as PostgreSQL writes it: {a,"b \"c\"",NULL,{d}}. In place. */
static void each_element(char *text, void (*put)(void *ctx, const char *value, size_t n), void *ctx)
{
    for (char *at = text; *at;) {
        if (*at == '{' || *at == '}' || *at == ',') {
            at++;
            continue;
        }
        bool quoted = *at == '"';
        char *from = at + quoted, *to = from;
        for (at = from; *at && (quoted ? *at != '"' : *at != ',' && *at != '}'); at++) {
            if (*at == '\\' && at[1])
                at++;
            *to++ = *at;
        }
        if (*at == '"' && quoted)
            at++;
        if (quoted || to - from != 4 || memcmp(from, "NULL", 4) != 0)
            put(ctx, from, (size_t)(to - from));
    }
}

static void put_value(void *ctx, const char *value, size_t n)
{
    values_add(ctx, value, n);
}

/* An element that is an array itself; unescaped by now, and so are its own elements. */
static void put_array(void *ctx, const char *value, size_t n)
{
    char *list = mem_alloc(n + 1);

    memcpy(list, value, n);
    each_element(list, put_value, ctx);
    mem_free(list);
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

static bool statistics_row(void *ctx, char *line, size_t bytes, struct err *e)
{
    struct sampler *s = ctx;
    struct values values = {0};
    struct rules_verdict v = {0};
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
    while (copy_field(&line, &list, &n))
        if (list)
            each_element(list, c.is_array ? put_array : put_value, &values);
    values_verdict(&values, RULES_BY_STATISTICS, &v);
    sampling_found_put(s->found, table, column, &v);
    return true;
}

/* --- rows --- */

static void add_document(struct reader *r, struct heap *h, const char *value, size_t n)
{
    if (n == 0 || (value[0] != '{' && value[0] != '['))
        return;
    if (h->keys == NULL)
        h->keys = arena_new(&r->mem, struct document_keys);
    document_keys_add(h->keys, value, n);
}

static bool data_row(void *ctx, char *line, size_t bytes, struct err *e)
{
    struct reader *r = ctx;
    char *value;
    size_t n;

    (void)bytes;
    (void)e;
    r->rows++;
    for (size_t i = 0; i < r->n_heaps && copy_field(&line, &value, &n); i++) {
        struct heap *h = &r->heaps[i];
        if (value && h->is_array) {
            each_element(value, put_value, &h->values);
        } else if (value) {
            values_add(&h->values, value, n);
            add_document(r, h, value, n);
        }
    }
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

static bool is_to_read(const struct catalog *c, const struct sampling_found *f, size_t table)
{
    struct catalog_table t = catalog_table(c, table);

    return !sampling_found_is_read(f, table) &&
           (t.kind == CATALOG_TABLE || t.kind == CATALOG_PARTITIONED) &&
           !rules_is_housekeeping(t.name);
}

static void conclude(struct reader *r)
{
    struct sampler *s = r->of;
    struct catalog_table t = catalog_table(s->catalog, r->table);

    for (size_t i = 0; i < r->n_heaps; i++) {
        struct rules_verdict v = {0};
        values_verdict(&r->heaps[i].values, RULES_BY_DATA, &v);
        if (r->heaps[i].keys)
            document_keys_verdict(r->heaps[i].keys, t.schema, t.name, &v);
        sampling_found_put(s->found, r->table, r->heaps[i].column, &v);
    }
    sampling_found_set_read(s->found, r->table, r->rows);
    s->told.rows += r->rows;
    s->told.in_part += t.rows > SAMPLING_WHOLE && (int64_t)r->rows < t.rows;
}

static void leave_out(struct sampler *s, size_t table, const struct err *why)
{
    struct catalog_table t = catalog_table(s->catalog, table);
    char safe[sizeof why->why];

    s->told.left_out++;
    if (s->told.why && s->why_table < table) /* two read at a time: the first in order is told */
        return;
    s->why_table = table;
    safe_text(safe, sizeof safe, why->why);
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
        sampling_found_set_read(s->found, table, 0);
        s->told.tables++;
    }
    return false;
}

/* The first connection asks for them, before it reads tables; without them it goes on. */
static bool statistics_are_done(struct sampler *s)
{
    struct reader *r = &s->readers[0];

    if (s->statistics_done)
        return true;
    if (sampling_found_has_statistics(s->found))
        return s->statistics_done = true;
    if (s->statistics == NULL && task_state(r->connecting) == TASK_OK) {
        r->pg = pg_take(r->connecting);
        task_clear(&r->connecting);
        s->statistics = pg_copy(r->pg, statistics_sql, statistics_row, s);
    }
    s->statistics_done = task_state(r->connecting) == TASK_FAILED ||
                         (s->statistics && task_state(s->statistics) != TASK_RUNNING);
    if (s->statistics && task_state(s->statistics) == TASK_OK)
        sampling_found_set_statistics(s->found);
    return s->statistics_done;
}

static enum task_state step(struct task *t)
{
    struct sampler *s = task_job(t, &type);
    size_t before = s->told.tables;
    bool working = false;

    if (!statistics_are_done(s))
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
    for (size_t i = 0; i < READERS; i++) {
        s->readers[i].of = s;
        if (i == 0 || o->rows)
            s->readers[i].connecting = pg_connect(net, &source);
    }
    return t;
}
