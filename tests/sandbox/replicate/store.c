#include "tests/sandbox/replicate/store.h"

#include "api/base/str.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>

enum { BUSY_TURNS = 6000, BUSY_MS = 10 };

static const char bookkeeping[] =
    "CREATE TABLE IF NOT EXISTS _replica_stream ("
    " stream TEXT PRIMARY KEY, system TEXT NOT NULL DEFAULT '', lsn INTEGER NOT NULL DEFAULT 0,"
    " seq INTEGER NOT NULL DEFAULT 0, events INTEGER NOT NULL DEFAULT 0,"
    " bytes INTEGER NOT NULL DEFAULT 0, unsupported INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS _replica_table ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT NULL, \"schema\" TEXT NOT NULL,"
    " \"table\" TEXT NOT NULL, selected INTEGER NOT NULL DEFAULT 1,"
    " phase INTEGER NOT NULL DEFAULT 0, state INTEGER NOT NULL DEFAULT 0,"
    " way INTEGER NOT NULL DEFAULT 0, manual INTEGER NOT NULL DEFAULT 0, snapshot TEXT,"
    " fence INTEGER NOT NULL DEFAULT 0, started INTEGER NOT NULL DEFAULT 0,"
    " ended INTEGER NOT NULL DEFAULT 0, rows INTEGER NOT NULL DEFAULT 0,"
    " events INTEGER NOT NULL DEFAULT 0, unsupported INTEGER NOT NULL DEFAULT 0,"
    " last_event INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '',"
    " UNIQUE (stream, \"schema\", \"table\"));"
    "CREATE TABLE IF NOT EXISTS _replica_held ("
    " \"table\" INTEGER NOT NULL, seq INTEGER NOT NULL, xid INTEGER NOT NULL,"
    " commit_us INTEGER NOT NULL, lsn INTEGER NOT NULL, message BLOB NOT NULL,"
    " PRIMARY KEY (\"table\", seq)) WITHOUT ROWID;";

bool sqlfile_fault(struct store *s, struct err *e, const char *what)
{
    static const char *const names[] = {
        [SQLITE_PERM] = "SQLITE_PERM",     [SQLITE_BUSY] = "SQLITE_BUSY",
        [SQLITE_LOCKED] = "SQLITE_LOCKED", [SQLITE_READONLY] = "SQLITE_READONLY",
        [SQLITE_IOERR] = "SQLITE_IOERR",   [SQLITE_CORRUPT] = "SQLITE_CORRUPT",
        [SQLITE_FULL] = "SQLITE_FULL",     [SQLITE_CANTOPEN] = "SQLITE_CANTOPEN",
        [SQLITE_SCHEMA] = "SQLITE_SCHEMA", [SQLITE_CONSTRAINT] = "SQLITE_CONSTRAINT",
        [SQLITE_TOOBIG] = "SQLITE_TOOBIG", [SQLITE_NOTADB] = "SQLITE_NOTADB",
    };
    int code = s->db ? sqlite3_errcode(s->db) & 0xff : SQLITE_CANTOPEN;
    bool known = code >= 0 && (size_t)code < sizeof names / sizeof *names && names[code];
    err_set(e, ERR_SYSTEM, "%s", what);
    err_why(e, "%s", s->db ? sqlite3_errmsg(s->db) : "no memory");
    err_reason(e, known ? names[code] : "SQLITE_ERROR");
    e->retryable = true;
    return false;
}

/* Another replica writes to the same file: wait for it, but not when we shall end. */
static int wait_for_other(void *ctx, int turns)
{
    struct halt *h = ctx;
    struct pollfd p = {.fd = h->fds[0], .events = POLLIN};
    return turns < BUSY_TURNS && !atomic_load(&h->asked) && poll(&p, 1, BUSY_MS) >= 0;
}

static bool set_up(struct store *s, struct err *e)
{
    static const char settings[] =
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=OFF;"
        "PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=4000;"
        "PRAGMA journal_size_limit=67108864;";
    sqlite3_busy_handler(s->db, wait_for_other, s->halt);
    if (sqlite3_exec(s->db, settings, NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(s->db, bookkeeping, NULL, NULL, NULL) != SQLITE_OK)
        return sqlfile_fault(s, e, "preparing the dataset's file");
    s->begin = sqlfile_prepare(s, "BEGIN IMMEDIATE", e);
    s->commit = s->begin ? sqlfile_prepare(s, "COMMIT", e) : NULL;
    return s->commit != NULL;
}

bool sqlfile_open(struct store *s, const char *path, struct halt *h, struct err *e)
{
    *s = (struct store){.halt = h};
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK)
        sqlfile_fault(s, e, "opening the dataset's file");
    else if (set_up(s, e))
        return true;
    sqlfile_close(s);
    return false;
}

void sqlfile_close(struct store *s)
{
    sqlite3_finalize(s->begin);
    sqlite3_finalize(s->commit);
    sqlite3_close(s->db);
    *s = (struct store){0};
}

static bool step_once(struct store *s, sqlite3_stmt *st, struct err *e)
{
    bool good = sqlite3_step(st) == SQLITE_DONE || sqlfile_fault(s, e, "writing to the dataset");
    sqlite3_reset(st);
    return good;
}

bool sqlfile_begin(struct store *s, struct err *e)
{
    if (s->open)
        return true;
    s->rows = 0;
    s->open = step_once(s, s->begin, e);
    return s->open;
}

bool sqlfile_commit(struct store *s, struct err *e)
{
    if (s->open && !step_once(s, s->commit, e))
        return false;
    s->open = false;
    s->rows = 0;
    return true;
}

void sqlfile_rollback(struct store *s)
{
    if (!sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    s->open = false;
    s->rows = 0;
}

bool sqlfile_run(struct store *s, struct err *e, const char *fmt, ...)
{
    struct str sql = {0};
    va_list args;
    va_start(args, fmt);
    str_vprintf(&sql, fmt, args);
    va_end(args);
    bool good = sqlfile_begin(s, e);
    if (good && sqlite3_exec(s->db, str_text(&sql), NULL, NULL, NULL) != SQLITE_OK)
        good = sqlfile_fault(s, e, "changing a table of the dataset");
    str_done(&sql);
    return good;
}

sqlite3_stmt *sqlfile_prepare(struct store *s, const char *sql, struct err *e)
{
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL) != SQLITE_OK)
        sqlfile_fault(s, e, "preparing a statement for the dataset");
    return st;
}

bool sqlfile_step(struct store *s, sqlite3_stmt *st, struct err *e)
{
    if (!sqlfile_begin(s, e))
        return false;
    s->rows++;
    return step_once(s, st, e);
}

void bind_text(sqlite3_stmt *st, int at, const char *text)
{
    sqlite3_bind_text(st, at, text, -1, SQLITE_STATIC);
}
