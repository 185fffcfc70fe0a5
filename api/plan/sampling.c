#include "api/plan/sampling.h"

#include "api/base/clock.h"
#include "api/base/safe.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/pg/copy.h"
#include "api/plan/sampling_apart.h"
#include "api/plan/sampling_reading.h"
#include "api/plan/sampling_statistics.h"

enum { READERS = 2, STATEMENT_MS = 5000, LOCK_MS = 500 };

struct sampler;

/* At a connection's line at most, so that its server need not wait for us: tables, and bytes of
 * those that it reads as one string. */
enum { AHEAD = COPY_TOGETHER, AHEAD_BYTES = 3 * 1024 * 1024 };

/* A connection and the tables that it reads, one after the other. */
struct reader {
    struct sampler *of;
    struct task *connecting, *setting, *asking;
    struct pg *pg;
    struct err lost; /* what ended it */
    uint64_t turns;
    struct reading readings[AHEAD];
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
    size_t next;                          /* table */
    size_t back[READERS * AHEAD], n_back; /* tables that a lost connection had not begun */
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
    for (size_t i = 0; i < AHEAD; i++)
        reading_end(&r->readings[i]);
    pg_close(r->pg);
    r->pg = NULL;
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

/* --- tables --- */

/* A part of a partitioned table is read with it, and what is found is said of it. */
static bool holds_rows(const struct catalog_table *t)
{
    return (t->kind == CATALOG_TABLE || t->kind == CATALOG_PARTITIONED) &&
           t->root == CATALOG_NONE && !rules_is_housekeeping(t->name);
}

static bool is_to_read(const struct catalog *c, const struct sampling_found *f, const bool *wanted,
                       size_t table)
{
    struct catalog_table t = catalog_table(c, table);

    return (wanted == NULL || wanted[table]) && !sampling_found_is_read(f, table) && holds_rows(&t);
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

/* The connection is gone: what it read just then is left out, and the rest goes to the other. */
static void lose(struct reader *r, const struct err *why)
{
    struct sampler *s = r->of;
    const struct reading *at = NULL;

    r->lost = *why;
    for (size_t i = 0; i < AHEAD; i++)
        if (r->readings[i].copy && (at == NULL || r->readings[i].turn < at->turn))
            at = &r->readings[i];
    for (size_t i = 0; i < AHEAD; i++)
        if (r->readings[i].copy && &r->readings[i] != at)
            s->back[s->n_back++] = r->readings[i].table;
    if (at) {
        leave_out(s, at->table, why);
        s->told.tables++;
    }
}

/* A table is read, or left out, or asked for again. */
static void settle(struct reader *r, struct reading *at)
{
    struct sampler *s = r->of;
    enum task_state state = task_state(at->copy);
    bool again = state == TASK_OK && at->rows == 0 && !at->again &&
                 catalog_table(s->catalog, at->table).rows > SAMPLING_WHOLE;

    if (state == TASK_FAILED) {
        leave_out(s, at->table, task_error(at->copy));
    } else if (!again) {
        struct sampling_seen seen = reading_conclude(at, s->rows, s->found);
        s->told.rows += seen.rows;
        s->told.in_part += seen.in_part;
    }
    task_clear(&at->copy);
    at->turn = r->turns++;
    if (!again || !reading_begin(at, s->catalog, r->pg, at->table, s->rows, true))
        s->told.tables++;
}

/* False: the connection is gone. */
static bool settle_ended(struct reader *r)
{
    for (size_t i = 0; i < AHEAD; i++) {
        struct reading *at = &r->readings[i];
        if (at->copy == NULL || task_state(at->copy) == TASK_RUNNING)
            continue;
        if (task_state(at->copy) == TASK_FAILED && str_eq(task_error(at->copy)->reason, PG_LOST)) {
            lose(r, task_error(at->copy));
            return false;
        }
        settle(r, at);
    }
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

    s->told.not_reached += s->n_back;
    s->n_back = 0;
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

/* Where another table fits into the line, which is kept short: those that are read as one string
 * hold their locks until its end. NULL: none now. */
static struct reading *find_room(struct reader *r, size_t table)
{
    const struct catalog *c = r->of->catalog;
    int64_t cost = reading_cost(c, table), bytes = cost;
    struct reading *room = NULL;

    for (size_t i = 0; i < AHEAD; i++) {
        struct reading *at = &r->readings[i];
        if (at->copy == NULL) {
            room = at;
            continue;
        }
        int64_t other = reading_cost(c, at->table);
        if (cost < 0 && other < 0) /* one that may take long is enough to wait behind */
            return NULL;
        bytes += other < 0 ? 0 : other;
    }
    return bytes <= AHEAD_BYTES ? room : NULL;
}

/* The next table that has something to be read, noting those that have not. False: there is none.
 */
static bool find_next(struct sampler *s, size_t *table)
{
    if (s->n_back > 0) {
        *table = s->back[s->n_back - 1];
        return true;
    }
    for (; s->next < catalog_tables(s->catalog); s->next++) {
        if (!is_to_read(s->catalog, s->found, s->wanted, s->next))
            continue;
        const char *why = apart_why(&s->apart, s->next);
        if (why == NULL) {
            *table = s->next;
            return true;
        }
        stay_away(s, s->next, why);
    }
    return false;
}

/* Fills the line; true while there is something in it. */
static bool ask_on(struct reader *r)
{
    struct sampler *s = r->of;
    struct reading *room;
    size_t table;
    bool reading = false;

    while (clock_mono_ms() < s->until && find_next(s, &table) &&
           (room = find_room(r, table)) != NULL) {
        if (s->n_back > 0)
            s->n_back--;
        else
            s->next++;
        room->turn = r->turns++;
        if (reading_begin(room, s->catalog, r->pg, table, s->rows, false))
            continue;
        sampling_found_set_read(s->found, table, &(struct sampling_seen){0});
        s->told.tables++;
    }
    for (size_t i = 0; i < AHEAD; i++)
        reading = reading || r->readings[i].copy;
    return reading;
}

/* True while it has something to do. */
static bool go_on(struct reader *r)
{
    if (r->connecting && task_state(r->connecting) == TASK_RUNNING)
        return true;
    if (r->connecting && task_state(r->connecting) == TASK_FAILED)
        r->lost = *task_error(r->connecting);
    else if (r->connecting)
        take_connection(r);
    task_clear(&r->connecting);
    if (r->pg == NULL)
        return false;
    if (!settle_ended(r)) {
        reader_end(r);
        return false;
    }
    return ask_on(r);
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
    size_t before = s->told.tables, table;
    bool working = false;

    if (!asked_first(s))
        return TASK_RUNNING;
    for (size_t i = 0; s->rows && i < READERS; i++)
        working = go_on(&s->readers[i]) || working;
    if (s->told.tables != before)
        task_news(t);
    if (working)
        return TASK_RUNNING;
    if (s->rows && clock_mono_ms() >= s->until)
        run_out(s);
    if (task_state(s->readers[0].connecting) == TASK_FAILED)
        return task_fail_like(t, s->readers[0].connecting);
    for (size_t i = 0; i < READERS; i++)
        if (s->readers[i].lost.kind != ERR_NONE && find_next(s, &table))
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
