#include "tests/sandbox/replicate/work.h"

#include "api/base/arena.h"
#include "api/base/clock.h"
#include "api/base/str.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { WHY = 512, NAME_MAX_BYTES = 63 };

struct replica {
    struct work w;
    pthread_t thread;
    struct table_list *asked; /* the latest selection, under w.lock */
};

/* --- what may be asked for --- */

static bool refuse(char *why, const char *what, const char *name)
{
    snprintf(why, WHY, "%s%.100s", what, name);
    return false;
}

static bool is_name(const char *name)
{
    return name && *name && strlen(name) <= NAME_MAX_BYTES;
}

static void write_destination(const struct replica_table *t, char out[136])
{
    snprintf(out, 136, "%s_%s", t->schema, t->table);
}

static bool check_table(const struct replica_table *t, char *why)
{
    char name[136];
    if (!is_name(t->schema) || !is_name(t->table))
        return refuse(why, "a table's name is empty or too long: ", t->table ? t->table : "");
    write_destination(t, name);
    if (strncasecmp(name, REPLICA_OWN, strlen(REPLICA_OWN)) == 0)
        return refuse(why, "the name is kept for bookkeeping: ", name);
    for (size_t i = 0; i < t->n_columns; i++) {
        if (!is_name(t->columns[i]))
            return refuse(why, "a column's name is empty or too long in ", name);
    }
    return true;
}

struct destination {
    char name[136];
};

static int by_name(const void *a, const void *b)
{
    const struct destination *x = a, *y = b;
    return strcasecmp(x->name, y->name);
}

/* "a_b"."c" and "a"."b_c" meet in the dataset, and so do names that differ in case only. */
static bool check_meetings(const struct replica_table *tables, size_t n, char *why)
{
    bool good = true;
    struct destination *all = mem_grow(NULL, n + 1, sizeof *all);
    for (size_t i = 0; i < n; i++)
        write_destination(&tables[i], all[i].name);
    qsort(all, n, sizeof *all, by_name);
    for (size_t i = 1; good && i < n; i++) {
        if (by_name(&all[i - 1], &all[i]) == 0)
            good = refuse(why, "two tables would be one in the dataset: ", all[i].name);
    }
    mem_free(all);
    return good;
}

static bool check_tables(const struct replica_table *tables, size_t n, char *why)
{
    for (size_t i = 0; i < n; i++) {
        if (!check_table(&tables[i], why))
            return false;
    }
    return check_meetings(tables, n, why);
}

/* --- life --- */

static void seed(struct row_mark *mark)
{
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, mark->seed, sizeof mark->seed) : -1;
    if (n != (ssize_t)sizeof mark->seed) {
        mark->seed[0] = (uint64_t)clock_wall_ms();
        mark->seed[1] = (uint64_t)getpid();
    }
    if (fd >= 0)
        close(fd);
}

static void fill(struct replica *r, const struct replica_config *c)
{
    struct work *w = &r->w;
    w->stream_id = mem_str(c->stream);
    w->conninfo = mem_str(c->conninfo);
    w->publication = mem_str(c->publication);
    w->slot = mem_str(c->slot);
    w->path = mem_str(c->sqlite_path);
    w->append_only = c->append_only;
    w->backfill_all = c->backfill;
    w->max_backfills = c->max_backfills;
    w->chosen = tables_copy(c->tables, c->n_tables);
    r->asked = tables_copy(c->tables, c->n_tables);
    w->last_command = &w->commands;
    w->news = true;
    w->state = REPLICA_STARTING;
    pthread_mutex_init(&w->lock, NULL);
    arena_init(&w->scratch);
    seed(&w->mark);
}

static void empty(struct replica *r)
{
    struct work *w = &r->w;
    for (struct command *c; (c = command_take(w)) != NULL;)
        command_free(c);
    tables_free(w->chosen);
    tables_free(r->asked);
    pthread_mutex_destroy(&w->lock);
    arena_done(&w->scratch);
    mem_free(w->look.tables);
    mem_free(w->settled);
    mem_free(w->types);
    mem_free(w->stream_id);
    mem_free(w->conninfo);
    mem_free(w->publication);
    mem_free(w->slot);
    mem_free(w->path);
    mem_free(r);
}

static bool open_all(struct replica *r, struct err *e)
{
    struct work *w = &r->w;
    if (!halt_init(&w->halt, e))
        return false;
    if (!halt_init(&w->wake, e)) {
        halt_done(&w->halt);
        return false;
    }
    int code = 0;
    if (sqlfile_open(&w->store, w->path, &w->halt, e)) {
        code = pthread_create(&r->thread, NULL, work_run, w);
        if (code == 0)
            return true;
        err_system(e, code, "starting a replica");
        sqlfile_close(&w->store);
    }
    halt_done(&w->wake);
    halt_done(&w->halt);
    return false;
}

struct replica *replica_start(const struct replica_config *c, char why[512])
{
    struct err e;
    if (!check_tables(c->tables, c->n_tables, why))
        return NULL;
    struct replica *r = mem_alloc(sizeof *r);
    fill(r, c);
    if (open_all(r, &e))
        return r;
    snprintf(why, WHY, "%s: %s", e.what, e.why);
    empty(r);
    return NULL;
}

void replica_stop(struct replica *r)
{
    if (!r)
        return;
    halt_ask(&r->w.halt);
    pthread_join(r->thread, NULL);
    sqlfile_close(&r->w.store);
    halt_done(&r->w.wake);
    halt_done(&r->w.halt);
    empty(r);
}

/* --- asking --- */

static bool ask(struct replica *r, enum command_kind kind, const struct replica_table *tables,
                size_t n)
{
    struct command *c = mem_alloc(sizeof *c);
    c->kind = kind;
    c->tables = tables_copy(tables, n);
    command_push(&r->w, c);
    return true;
}

bool replica_select(struct replica *r, const struct replica_table *tables, size_t n, char why[512])
{
    if (!check_tables(tables, n, why))
        return false;
    struct table_list *now = tables_copy(tables, n);
    pthread_mutex_lock(&r->w.lock);
    struct table_list *before = r->asked;
    r->asked = now;
    pthread_mutex_unlock(&r->w.lock);
    tables_free(before);
    return ask(r, COMMAND_SELECT, tables, n);
}

struct table_now {
    bool chosen, hopeless;
    enum replica_backfill state;
};

static struct table_now look_at(struct replica *r, const char *schema, const char *table)
{
    struct table_now now = {0};
    pthread_mutex_lock(&r->w.lock);
    now.chosen = tables_find(r->asked, schema, table) != NULL;
    now.hopeless = r->w.look.state == REPLICA_FAILED_PERMANENTLY;
    for (size_t i = 0; i < r->w.look.n_tables; i++) {
        const struct replica_table_look *t = &r->w.look.tables[i];
        if (str_eq(t->table, table) && str_eq(t->schema, schema))
            now.state = t->backfill;
    }
    pthread_mutex_unlock(&r->w.lock);
    return now;
}

bool replica_start_backfill(struct replica *r, const char *schema, const char *table, char why[512])
{
    struct replica_table one = {.schema = schema, .table = table};
    struct table_now now = look_at(r, schema, table);
    if (!now.chosen)
        return refuse(why, "the stream does not carry ", table);
    if (now.hopeless)
        return refuse(why, "the stream has failed permanently", "");
    if (now.state == REPLICA_BACKFILL_PENDING || now.state == REPLICA_BACKFILL_ACTIVE)
        return refuse(why, "a backfill is under way already for ", table);
    return ask(r, COMMAND_START, &one, 1);
}

bool replica_stop_backfill(struct replica *r, const char *schema, const char *table, char why[512])
{
    struct replica_table one = {.schema = schema, .table = table};
    struct table_now now = look_at(r, schema, table);
    if (!now.chosen)
        return refuse(why, "the stream does not carry ", table);
    if (now.state != REPLICA_BACKFILL_PENDING && now.state != REPLICA_BACKFILL_ACTIVE)
        return refuse(why, "no backfill is under way for ", table);
    return ask(r, COMMAND_STOP, &one, 1);
}

void replica_look(struct replica *r, struct replica_look *out)
{
    struct work *w = &r->w;
    int64_t now = clock_wall_ms();
    pthread_mutex_lock(&w->lock);
    *out = w->look;
    out->tables = mem_grow(NULL, out->n_tables + 1, sizeof *out->tables);
    if (out->n_tables > 0)
        memcpy(out->tables, w->look.tables, out->n_tables * sizeof *out->tables);
    out->latency_p50_ms = figures_percentile(&w->figures, now, 50);
    out->latency_p95_ms = figures_percentile(&w->figures, now, 95);
    out->latency_p99_ms = figures_percentile(&w->figures, now, 99);
    pthread_mutex_unlock(&w->lock);
    int64_t oldest = atomic_load(&w->oldest_us) / 1000;
    out->freshness_ms = oldest > 0 && now > oldest ? now - oldest : 0;
}

void replica_look_done(struct replica_look *look)
{
    mem_free(look->tables);
    look->tables = NULL;
    look->n_tables = 0;
}

/* Copies that a cut backfill has left. */
static bool drop_copies(struct store *s, const char *name, struct err *e)
{
    bool good = true;
    struct str sql = {0}, drops = {0};
    str_printf(&sql, "SELECT id FROM _replica_table WHERE stream = '%s'", name);
    sqlite3_stmt *st = sqlfile_prepare(s, str_text(&sql), e);
    while (st && sqlite3_step(st) == SQLITE_ROW)
        str_printf(&drops, "DROP TABLE IF EXISTS _replica_copy_%lld;",
                   (long long)sqlite3_column_int64(st, 0));
    sqlite3_finalize(st);
    good = st && sqlfile_run(s, e, "%s", str_text(&drops));
    str_done(&sql);
    str_done(&drops);
    return good;
}

static bool forget(struct store *s, const char *name, struct err *e)
{
    return drop_copies(s, name, e) &&
           sqlfile_run(s, e,
                       "DELETE FROM _replica_held WHERE \"table\" IN"
                       " (SELECT id FROM _replica_table WHERE stream = '%s');"
                       "DELETE FROM _replica_table WHERE stream = '%s';"
                       "DELETE FROM _replica_stream WHERE stream = '%s'",
                       name, name, name) &&
           sqlfile_commit(s, e);
}

bool replica_forget(const char *sqlite_path, const char *stream, char why[512])
{
    struct store s;
    struct halt h;
    struct err e;
    if (access(sqlite_path, F_OK) != 0)
        return true;
    char *name = sqlite3_mprintf("%q", stream);
    bool good = halt_init(&h, &e);
    if (good) {
        good = sqlfile_open(&s, sqlite_path, &h, &e) && forget(&s, name, &e);
        sqlfile_close(&s);
        halt_done(&h);
    }
    sqlite3_free(name);
    if (!good)
        snprintf(why, WHY, "%s: %s", e.what, e.why);
    return good;
}
