#include "api/base/log.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/store/internal.h"

#include <assert.h>
#include <string.h>

/* --- faults --- */

static void describe(int code, struct err *e)
{
    switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        e->kind = ERR_CONFLICT;
        e->retryable = true;
        err_reason(e, "BUSY");
        err_why(e, "another strom is writing at this moment");
        err_hint(e, "it is tried again with the next change");
        return;
    case SQLITE_FULL:
        err_reason(e, "DISK_FULL");
        err_why(e, "the disk is full");
        err_hint(e, "make room; until then nothing new is kept when strom ends");
        return;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        err_reason(e, "READ_ONLY");
        err_why(e, "the folder or the file cannot be written");
        err_hint(e, "check their owner and mode; until then nothing new is kept when strom ends");
        return;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        err_reason(e, "DAMAGED");
        err_why(e, "the file is damaged");
        err_hint(e, "it is moved aside, and a new one begun, with the next change");
        return;
    default:
        err_hint(e, "check the disk; until then nothing new is kept when strom ends");
        return;
    }
}

bool store_fail(struct store *s, const char *what, struct err *e)
{
    int code = s->db ? sqlite3_errcode(s->db) : SQLITE_CANTOPEN;

    err_set(e, ERR_SYSTEM, "cannot %s", tr(what));
    err_resource(e, s->file ? s->file : "");
    err_why(e, "%s", s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(code));
    describe(code & 0xFF, e);
    if ((code & 0xFF) == SQLITE_CORRUPT || (code & 0xFF) == SQLITE_NOTADB)
        s->damaged = true;
    s->healthy = false;
    log_line(1, "store: cannot %s: %s (%d)", what, s->db ? sqlite3_errmsg(s->db) : "", code);
    return false;
}

/* --- one statement --- */

static void fault(struct query *q)
{
    if (q->failed)
        return;
    q->failed = true;
    store_fail(q->s, q->what, q->e);
}

void query_open(struct query *q, struct store *s, const char *sql, const char *what, struct err *e)
{
    *q = (struct query){.s = s, .e = e, .what = what, .at = 1};
    assert(s);
    if (s->damaged && sqlite3_get_autocommit(s->db) && !store_renew(s, e))
        q->failed = true;
    else if (sqlite3_prepare_v2(s->db, sql, -1, &q->stmt, NULL) != SQLITE_OK)
        fault(q);
}

void query_int(struct query *q, int64_t value)
{
    if (!q->failed && sqlite3_bind_int64(q->stmt, q->at++, value) != SQLITE_OK)
        fault(q);
}

/* The text must live until the statement has run. */
void query_text(struct query *q, const char *value)
{
    if (q->failed)
        return;
    int code = value ? sqlite3_bind_text(q->stmt, q->at++, value, -1, SQLITE_STATIC)
                     : sqlite3_bind_null(q->stmt, q->at++);
    if (code != SQLITE_OK)
        fault(q);
}

bool query_row(struct query *q)
{
    if (q->failed)
        return false;
    int code = sqlite3_step(q->stmt);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        fault(q);
    return code == SQLITE_ROW;
}

bool query_close(struct query *q)
{
    sqlite3_finalize(q->stmt);
    q->stmt = NULL;
    return !q->failed;
}

bool query_done(struct query *q)
{
    while (query_row(q))
        ;
    return query_close(q);
}

void query_again(struct query *q)
{
    while (query_row(q))
        ;
    if (!q->failed)
        sqlite3_reset(q->stmt);
    q->at = 1;
}

int64_t column_int(const struct query *q, int at)
{
    return sqlite3_column_int64(q->stmt, at);
}

const char *column_text(const struct query *q, int at, struct arena *a)
{
    const char *text = (const char *)sqlite3_column_text(q->stmt, at);
    int bytes = sqlite3_column_bytes(q->stmt, at);

    return text ? arena_strn(a, text, (size_t)bytes) : NULL;
}

void *store_more(struct arena *a, void *list, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return list;
    *room = *room ? *room * 2 : 16;
    void *longer = arena_calloc(a, *room, size);
    if (n)
        memcpy(longer, list, n * size);
    return longer;
}

/* --- a change --- */

bool store_run(struct store *s, const char *sql)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

bool change_begin(struct store *s, const char *what, struct err *e)
{
    if (s->damaged && !store_renew(s, e))
        return false;
    if (!store_run(s, "BEGIN IMMEDIATE"))
        return store_fail(s, what, e);
    return late_run(s, e) || change_end(s, false, what, e);
}

bool change_begin_synced(struct store *s, const char *what, struct err *e)
{
    if (s->damaged && !store_renew(s, e))
        return false;
    if (!store_run(s, "PRAGMA synchronous=FULL"))
        return store_fail(s, what, e);
    return change_begin(s, what, e) || change_end(s, false, what, e);
}

bool change_end(struct store *s, bool ok, const char *what, struct err *e)
{
    if (ok && !store_run(s, "COMMIT"))
        ok = store_fail(s, what, e);
    if (!sqlite3_get_autocommit(s->db))
        (void)store_run(s, "ROLLBACK"); /* the first fault is what is told */
    (void)store_run(s, "PRAGMA synchronous=NORMAL");
    if (ok) {
        s->healthy = true;
        late_forget(s);
    }
    return ok;
}
