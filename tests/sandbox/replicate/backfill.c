#include "tests/sandbox/replicate/backfill.h"
#include "tests/sandbox/replicate/mirror.h"

#include "api/base/arena.h"
#include "api/base/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct backfill {
    pthread_t thread;
    struct halt halt;
    pthread_mutex_t lock; /* the queue below */
    pthread_cond_t taken;
    struct backfill_chunk *first, **last;
    size_t n_waiting;
    int wake_fd;
    char *conninfo, *schema, *table;
    struct mirror *names; /* only who is wanted */
};

void backfill_chunk_free(struct backfill_chunk *c)
{
    if (!c)
        return;
    str_done(&c->bytes);
    describe_done(&c->table);
    mem_free(c->copied);
    mem_free(c);
}

/* Gives a chunk to the other side; waits while it has enough. False when the work shall end. */
static bool hand_over(struct backfill *b, struct backfill_chunk *c)
{
    pthread_mutex_lock(&b->lock);
    while (b->n_waiting >= BACKFILL_CHUNKS && !atomic_load(&b->halt.asked))
        pthread_cond_wait(&b->taken, &b->lock);
    bool wanted = !atomic_load(&b->halt.asked);
    if (wanted) {
        *b->last = c;
        b->last = &c->next;
        b->n_waiting++;
    }
    pthread_mutex_unlock(&b->lock);
    if (!wanted)
        backfill_chunk_free(c);
    ssize_t n = write(b->wake_fd, "", 1);
    (void)n;
    return wanted;
}

struct backfill_chunk *backfill_take(struct backfill *b)
{
    pthread_mutex_lock(&b->lock);
    struct backfill_chunk *c = b->first;
    if (c) {
        b->first = c->next;
        if (!b->first)
            b->last = &b->first;
        b->n_waiting--;
        pthread_cond_signal(&b->taken);
    }
    pthread_mutex_unlock(&b->lock);
    return c;
}

static struct backfill_chunk *new_chunk(enum backfill_kind kind)
{
    struct backfill_chunk *c = mem_alloc(sizeof *c);
    c->kind = kind;
    return c;
}

/* --- the thread --- */

static bool run(struct backfill *b, PGconn *c, const char *sql, struct err *e)
{
    PGresult *r = link_run(c, sql, 0, NULL, 0, &b->halt, e);
    PQclear(r);
    return r != NULL;
}

static void name_table(const struct backfill *b, struct str *sql)
{
    sql_name(sql, b->schema);
    str_addc(sql, '.');
    sql_name(sql, b->table);
}

/* The lock comes before the snapshot: a table that is rewritten between the two would look empty.
 * Who may read some columns only may not lock; COPY then decides whether that is enough. */
static bool begin(struct backfill *b, PGconn *c, struct err *e)
{
    static const char start[] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    struct str sql = {0};
    str_add(&sql, "LOCK TABLE ");
    name_table(b, &sql);
    str_add(&sql, " IN ACCESS SHARE MODE");
    bool good = run(b, c, start, e) && run(b, c, str_text(&sql), e);
    str_done(&sql);
    if (!good && str_eq(e->reason, "42501"))
        good = run(b, c, "ROLLBACK", e) && run(b, c, start, e);
    return good;
}

static bool take_snapshot(struct backfill *b, PGconn *c, struct backfill_chunk *out, struct err *e)
{
    PGresult *r = link_run(
        c, "SELECT pg_current_snapshot()::text, pg_current_wal_insert_lsn() - '0/0'::pg_lsn", 0,
        NULL, LINK_TIMEOUT_MS, &b->halt, e);
    if (!r)
        return false;
    out->time_ms = clock_wall_ms();
    str_add(&out->bytes, PQgetvalue(r, 0, 0));
    out->fence = strtoull(PQgetvalue(r, 0, 1), NULL, 10);
    PQclear(r);
    return true;
}

static bool choose_columns(struct backfill *b, struct backfill_chunk *c, struct str *list,
                           struct err *e)
{
    c->copied = mem_alloc(c->table.n_columns + 1);
    for (size_t i = 0; i < c->table.n_columns; i++) {
        const struct described_column *column = &c->table.columns[i];
        c->copied[i] =
            column->kind != VALUE_NONE && (column->is_key || mirror_wants(b->names, column->name));
        if (!c->copied[i])
            continue;
        if (list->bytes > 0)
            str_add(list, ", ");
        sql_name(list, column->name);
    }
    if (list->bytes > 0)
        return true;
    err_set(e, ERR_MISSING, "copying %s.%s", b->schema, b->table);
    err_why(e, "it has no column that can be carried");
    err_reason(e, "NO_COLUMNS");
    return false;
}

static bool start_copy(struct backfill *b, PGconn *c, const struct backfill_chunk *opened,
                       const struct str *list, struct err *e)
{
    struct str sql = {0};
    str_printf(&sql, "COPY (SELECT %s FROM %s", str_text(list),
               opened->table.relkind == 'r' ? "ONLY " : "");
    name_table(b, &sql);
    str_add(&sql, ") TO STDOUT");
    bool good = run(b, c, str_text(&sql), e);
    str_done(&sql);
    return good;
}

static bool open_copy(struct backfill *b, PGconn *c, struct err *e)
{
    struct backfill_chunk *opened = new_chunk(BACKFILL_OPENED);
    struct str list = {0};
    bool good = begin(b, c, e) && take_snapshot(b, c, opened, e) &&
                describe_table(c, b->schema, b->table, &b->halt, &opened->table, e) &&
                choose_columns(b, opened, &list, e) && start_copy(b, c, opened, &list, e);
    str_done(&list);
    if (!good) {
        backfill_chunk_free(opened);
        return false;
    }
    return hand_over(b, opened);
}

/* As PQgetCopyData: a line was added (> 0), nothing there yet (0), the end (-1), an error (-2). */
static int read_line(PGconn *c, struct backfill_chunk *rows)
{
    char *line = NULL;
    int n = PQgetCopyData(c, &line, 1);
    if (n > 0)
        str_addn(&rows->bytes, line, (size_t)n);
    PQfreemem(line);
    return n;
}

static bool await_lines(struct backfill *b, PGconn *c, struct err *e)
{
    if (link_wait(c, -1, &b->halt) < 0)
        return err_set(e, ERR_INTERRUPTED, "stopped");
    return PQconsumeInput(c) == 1 || link_fault(e, c, NULL, "copying a table");
}

static bool pump(struct backfill *b, PGconn *c, struct err *e)
{
    for (int got = 0; got >= 0;) {
        struct backfill_chunk *rows = new_chunk(BACKFILL_ROWS);
        while (rows->bytes.bytes < BACKFILL_BYTES && (got = read_line(c, rows)) > 0)
            continue;
        if (rows->bytes.bytes == 0)
            backfill_chunk_free(rows);
        else if (!hand_over(b, rows))
            return err_set(e, ERR_INTERRUPTED, "stopped");
        if (got == 0 && !await_lines(b, c, e))
            return false;
        if (got < -1)
            return link_fault(e, c, NULL, "copying a table");
    }
    return link_finish(c, &b->halt, e) && run(b, c, "COMMIT", e);
}

/* A statement that waits for a lock would outlive the socket. */
static void cancel(PGconn *c)
{
    char why[256];
    PGcancel *stop = PQtransactionStatus(c) == PQTRANS_ACTIVE ? PQgetCancel(c) : NULL;
    if (stop)
        PQcancel(stop, why, sizeof why);
    PQfreeCancel(stop);
}

static void *copy_table(void *ctx)
{
    struct backfill *b = ctx;
    struct err e = {0};
    PGconn *c = link_open(b->conninfo, LINK_SQL, &b->halt, &e);
    bool good = c && open_copy(b, c, &e) && pump(b, c, &e);
    if (c && atomic_load(&b->halt.asked))
        cancel(c);
    PQfinish(c);
    struct backfill_chunk *last = new_chunk(good ? BACKFILL_ENDED : BACKFILL_FAILED);
    last->why = e;
    hand_over(b, last);
    return NULL;
}

/* --- the other side --- */

static void dispose(struct backfill *b)
{
    for (struct backfill_chunk *c = b->first, *next; c; c = next) {
        next = c->next;
        backfill_chunk_free(c);
    }
    pthread_cond_destroy(&b->taken);
    pthread_mutex_destroy(&b->lock);
    halt_done(&b->halt);
    mirror_free(b->names);
    mem_free(b->conninfo);
    mem_free(b->schema);
    mem_free(b->table);
    mem_free(b);
}

struct backfill *backfill_start(const char *conninfo, const char *schema, const char *table,
                                const char *const *wanted, size_t n_wanted, int wake_fd,
                                struct err *e)
{
    struct backfill *b = mem_alloc(sizeof *b);
    if (!halt_init(&b->halt, e)) {
        mem_free(b);
        return NULL;
    }
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->taken, NULL);
    b->last = &b->first;
    b->wake_fd = wake_fd;
    b->conninfo = mem_str(conninfo);
    b->schema = mem_str(schema);
    b->table = mem_str(table);
    b->names = mirror_new(schema, table, false);
    mirror_want(b->names, wanted, n_wanted);
    int code = pthread_create(&b->thread, NULL, copy_table, b);
    if (code == 0)
        return b;
    err_system(e, code, "starting a backfill");
    dispose(b);
    return NULL;
}

void backfill_stop(struct backfill *b)
{
    if (!b)
        return;
    halt_ask(&b->halt);
    pthread_mutex_lock(&b->lock);
    pthread_cond_signal(&b->taken);
    pthread_mutex_unlock(&b->lock);
    pthread_join(b->thread, NULL);
    dispose(b);
}
