#include "api/plan/sampling.h"

#include "api/base/clock.h"
#include "api/base/safe.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/pg/copy.h"
#include "api/plan/sampling_apart.h"
#include "api/plan/sampling_heap.h"
#include "api/plan/sampling_statistics.h"

enum { READERS = 2, STATEMENT_MS = 5000, LOCK_MS = 500 };

struct sampler;

struct field {
    struct heap *heap;
    enum heap_form form;
};

/* A connection and the table that it reads. */
struct reader {
    struct sampler *of;
    struct task *connecting, *setting, *asking, *copy;
    struct pg *pg;
    struct err lost; /* what ended it */
    size_t table;
    bool again;         /* the blocks that were drawn were empty: from the beginning, then */
    struct heap *heaps; /* of a column each */
    size_t n_heaps;
    struct field *fields; /* of a row */
    size_t n_fields;
    uint64_t rows;
    struct arena mem;
};

/* What is asked before tables are read; the statistics in parts, on all connections. */
enum first { ASK_HIDDEN, ASK_STATISTICS, ASK_NOTHING };

struct sampler {
    const struct catalog *catalog;
    const bool *wanted;
    uint32_t rows;
    enum first at;
    size_t parts, parts_read; /* of the statistics: begun, and ended well */
    int version;              /* the server's */
    struct statistics statistics;
    struct apart apart;
    int64_t until; /* no table is begun after that; clock_mono_ms */
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
    task_clear(&r->setting);
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

/* --- rows --- */

static bool data_row(void *ctx, char *line, size_t bytes, struct err *e)
{
    struct reader *r = ctx;
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

static void make_heaps(struct reader *r, const struct sampling_field *fields)
{
    r->heaps = arena_array(&r->mem, struct heap, r->n_fields);
    r->fields = arena_array(&r->mem, struct field, r->n_fields);
    r->n_heaps = 0;
    for (size_t i = 0; i < r->n_fields; i++) {
        size_t column = fields[i].column;
        if (i == 0 || fields[i - 1].column != column)
            r->heaps[r->n_heaps++] = (struct heap){
                .column = column,
                .is_array = catalog_column(r->of->catalog, r->table, column).is_array};
        r->fields[i] = (struct field){&r->heaps[r->n_heaps - 1], fields[i].form};
    }
}

/* Begins to read a table; false: there is nothing to look at. */
static bool begin(struct reader *r, size_t table)
{
    struct sampler *s = r->of;
    struct str sql = {0};
    arena_reset(&r->mem);
    struct sampling_field *fields =
        arena_array(&r->mem, struct sampling_field,
                    SAMPLING_FIELDS * catalog_table_columns(s->catalog, table) + 1);
    bool ok = sampling_sql(s->catalog, table, s->rows, r->again, &sql, fields, &r->n_fields);

    if (ok) {
        r->table = table;
        r->rows = 0;
        make_heaps(r, fields);
        r->copy = pg_copy_binary(r->pg, str_text(&sql), data_row, r);
    }
    str_done(&sql);
    return ok;
}

static bool holds_rows(const struct catalog_table *t)
{
    return (t->kind == CATALOG_TABLE || t->kind == CATALOG_PARTITIONED) &&
           !rules_is_housekeeping(t->name);
}

static bool is_to_read(const struct catalog *c, const struct sampling_found *f,
                       const bool *wanted, size_t table)
{
    struct catalog_table t = catalog_table(c, table);

    return (wanted == NULL || wanted[table]) && !sampling_found_is_read(f, table) &&
           holds_rows(&t);
}

static void conclude(struct reader *r)
{
    struct sampler *s = r->of;
    struct catalog_table t = catalog_table(s->catalog, r->table);
    struct sampling_seen seen = {
        .rows = r->rows,
        .in_part = sampling_sql_leaves(s->catalog, r->table, s->rows, r->again, r->rows)};

    sampling_found_set_read(s->found, r->table, &seen);
    for (size_t i = 0; i < r->n_heaps; i++) {
        struct rules_verdict v = {0};
        heap_verdict(&r->heaps[i], t.schema, t.name, RULES_BY_DATA, &v);
        sampling_found_put(s->found, r->table, r->heaps[i].column, &v);
    }
    s->told.rows += r->rows;
    s->told.in_part += seen.in_part;
}

static void tell_left_out(struct sampler *s, size_t table, const char *why)
{
    struct catalog_table t = catalog_table(s->catalog, table);
    char safe[sizeof(((struct err *)0)->why)];

    s->told.left_out++;
    if (s->told.not_reached) /* that is told, then */
        return;
    if (s->told.why && s->why_table < table) /* two read at a time: the first in order is told */
        return;
    s->why_table = table;
    safe_text(safe, sizeof safe, why);
    s->told.why = arena_printf(&s->mem, "%s.%s: %s", t.schema, t.name, safe);
}

static void leave_out(struct sampler *s, size_t table, const struct err *why)
{
    struct err told = sampling_sql_error(why, catalog_table(s->catalog, table).row_security);

    tell_left_out(s, table, told.why);
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

/* What comes of the setting need not be awaited: whatever is asked later is answered later, and
 * where the server refuses it (a pooler may), tables that are known to hide rows are not read. */
static void take_connection(struct reader *r)
{
    r->pg = pg_take(r->connecting);
    r->of->version = pg_version(r->pg);
    r->setting = apart_refuse_policies(r->pg);
}

static void stay_away(struct sampler *s, size_t table, const char *why)
{
    s->told.tables++;
    tell_left_out(s, table, why);
    if (!apart_is_hidden(&s->apart, table))
        return;
    sampling_found_set_read(s->found, table, &(struct sampling_seen){.hidden = true});
    s->told.hidden++;
}

/* What was not reached stays to be read at another time. */
static void run_out(struct sampler *s)
{
    size_t n = catalog_tables(s->catalog);

    for (; s->next < n; s->next++)
        s->told.not_reached += is_to_read(s->catalog, s->found, s->wanted, s->next);
    if (s->told.not_reached == 0)
        return;
    s->told.tables += s->told.not_reached;
    s->told.left_out += s->told.not_reached;
    s->told.why = arena_printf(
        &s->mem, tr("read in part: the time for it is over; tables that were not reached: %zu"),
        s->told.not_reached);
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
        take_connection(r);
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
        if (clock_mono_ms() >= s->until) {
            run_out(s);
            return false;
        }
        size_t table = s->next++;
        if (!is_to_read(s->catalog, s->found, s->wanted, table))
            continue;
        const char *why = apart_why(&s->apart, table);
        if (why) {
            stay_away(s, table, why);
            continue;
        }
        if (begin(r, table))
            return true;
        sampling_found_set_read(s->found, table, &(struct sampling_seen){0});
        s->told.tables++;
    }
    return false;
}

/* --- what is asked first, on the first connection --- */

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
        n += holds_rows(&t) && (!t.selectable || apart_is_hidden(&s->apart, i));
    }
    return n;
}

static void ask_hidden(struct sampler *s)
{
    struct reader *r = &s->readers[0];
    bool asks = s->apart.secured != NULL;

    if (asks && task_state(r->connecting) != TASK_FAILED) {
        if (r->asking == NULL && r->pg)
            r->asking = apart_ask(&s->apart, r->pg);
        if (r->asking == NULL || task_state(r->asking) == TASK_RUNNING)
            return;
    }
    if (asks && (r->asking == NULL || task_state(r->asking) == TASK_FAILED))
        apart_fear(&s->apart);
    task_clear(&r->asking);
    s->at = ASK_STATISTICS;
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
        if (r->asking == NULL && r->pg && s->parts < STATISTICS_PARTS)
            r->asking = statistics_ask(&s->statistics, r->pg, s->parts++);
        waiting = waiting || r->asking ||
                  (s->parts < STATISTICS_PARTS && r->connecting &&
                   task_state(r->connecting) == TASK_RUNNING);
    }
    if (waiting)
        return;
    if (s->parts_read == STATISTICS_PARTS) {
        statistics_end(&s->statistics, s->version, &s->mem);
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
            take_connection(r);
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
    while (i < n && !is_to_read(o->catalog, o->found, o->wanted, i))
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
    s->wanted = o->wanted;
    s->rows = o->rows;
    s->own = o->found ? NULL : sampling_found_new(o->catalog);
    s->found = o->found ? o->found : s->own;
    for (size_t i = 0; i < n; i++)
        s->told.of += is_to_read(s->catalog, s->found, s->wanted, i);
    s->until = clock_mono_ms() + (o->wall_ms ? o->wall_ms : SAMPLING_WALL_MS);
    apart_init(&s->apart, o->catalog, &s->mem);
    statistics_init(&s->statistics, o->catalog, s->found, o->wanted, &s->mem);
    for (size_t i = 0; i < READERS; i++) {
        s->readers[i].of = s;
        if (i == 0 || o->rows || !sampling_found_has_statistics(s->found))
            s->readers[i].connecting = pg_connect(net, &source);
    }
    return t;
}
