#include "api/base/clock.h"
#include "api/base/log.h"
#include "api/base/path.h"
#include "api/base/tr.h"
#include "api/store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHECK_WHOLE_BYTES = 8 * 1024 * 1024 };

static const char schema[] =
    "CREATE TABLE journey(id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL,"
    "  updated INTEGER NOT NULL);"
    "CREATE TABLE kept(journey INTEGER NOT NULL REFERENCES journey ON DELETE CASCADE,"
    "  key TEXT NOT NULL, kind INTEGER NOT NULL, value, PRIMARY KEY(journey, key)) WITHOUT ROWID;"
    "CREATE TABLE run(id INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT NOT NULL,"
    "  kind INTEGER NOT NULL, plan TEXT NOT NULL, host TEXT NOT NULL, boot TEXT NOT NULL,"
    "  pid INTEGER NOT NULL, pid_start INTEGER NOT NULL, started INTEGER NOT NULL,"
    "  ended INTEGER NOT NULL DEFAULT 0, outcome TEXT);"
    "CREATE INDEX run_target ON run(target, ended);"
    "CREATE TABLE entry(id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL REFERENCES run,"
    "  step TEXT NOT NULL, name TEXT NOT NULL, intent TEXT NOT NULL, request_id TEXT,"
    "  operation TEXT, result TEXT, state INTEGER NOT NULL, time INTEGER NOT NULL);"
    "CREATE INDEX entry_run ON entry(run);"
    "CREATE TABLE lock(target TEXT PRIMARY KEY, host TEXT NOT NULL, boot TEXT NOT NULL,"
    "  pid INTEGER NOT NULL, pid_start INTEGER NOT NULL, since INTEGER NOT NULL) WITHOUT ROWID;"
    "PRAGMA application_id=0x5374726D;"
    "PRAGMA user_version=1;";

/* Files of before lack these; older versions that meet them look past them. A step may be megabytes
 * long: it is found by its index, which tells all but the texts. */
static const char later[] =
    "CREATE TABLE IF NOT EXISTS granted(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  project TEXT NOT NULL, member TEXT NOT NULL, roles TEXT NOT NULL, title TEXT NOT NULL,"
    "  expression TEXT NOT NULL, brings TEXT NOT NULL, made INTEGER NOT NULL,"
    "  until INTEGER NOT NULL, state INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS undo_step(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  journey INTEGER NOT NULL REFERENCES journey ON DELETE CASCADE,"
    "  undone INTEGER NOT NULL DEFAULT 0, of TEXT NOT NULL DEFAULT '', label TEXT NOT NULL, before "
    "TEXT NOT NULL,"
    "  after TEXT NOT NULL);"
    "CREATE INDEX IF NOT EXISTS undo_order ON undo_step(journey, undone);";

/* Later still, and by an index that tells it: behind texts of megabytes it would be far to find. */
#define HAS_OF "(SELECT count(*) FROM pragma_table_info('undo_step') WHERE name = 'of')"
static const char later_of[] = "ALTER TABLE undo_step ADD COLUMN of TEXT NOT NULL DEFAULT '';";
static const char later_index[] =
    "CREATE INDEX IF NOT EXISTS undo_of ON undo_step(journey, of, undone);";

/* As they were kept before: keyed by themselves, each was read whole to be passed over. */
static const char moved[] =
    "INSERT INTO undo_step(journey, undone, label, before, after)"
    " SELECT journey, undone, label, before, after FROM undo ORDER BY journey, seq;"
    "DROP TABLE undo;";

static const char settings[] = "PRAGMA synchronous=NORMAL; PRAGMA journal_mode=WAL;"
                               "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
                               "PRAGMA cell_size_check=ON;";

/* --- what the file is --- */

static int64_t number_of(struct store *s, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    int64_t value = -1;

    if (sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        value = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return value;
}

/* The schema was read by now; the pages are looked at where that is quick. */
static bool looks_damaged(struct store *s)
{
    sqlite3_stmt *stmt = NULL;
    int64_t pages = number_of(s, "PRAGMA page_count"), size = number_of(s, "PRAGMA page_size");
    bool whole = pages * size <= CHECK_WHOLE_BYTES;
    const char *sql = whole ? "PRAGMA quick_check(1)" : "SELECT 'ok' FROM journey LIMIT 1";

    int code = sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    bool bad = (code & 0xFF) == SQLITE_CORRUPT || (code & 0xFF) == SQLITE_NOTADB;
    if (code == SQLITE_ROW)
        bad = strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") != 0;
    sqlite3_finalize(stmt);
    return bad;
}

static bool refuse(struct store *s, const char *reason, struct err *e)
{
    bool newer = strcmp(reason, "NEWER_VERSION") == 0;

    err_set(e, ERR_INPUT, "cannot use %s", s->file);
    err_reason(e, reason);
    err_resource(e, s->file);
    err_why(e, newer ? "it was written by a newer version of strom"
                     : "it is a file of another program");
    return err_hint(e, newer ? "install that version; the file is left as it is"
                             : "move it elsewhere, or set XDG_STATE_HOME to another folder");
}

/* --- making it ready --- */

static bool has(struct store *s, const char *sql)
{
    return number_of(s, sql) == 1;
}

static bool make_schema(struct store *s, struct err *e)
{
    bool ok = change_begin(s, "set up the state file", e);

    if (!ok)
        return false;
    if (number_of(s, "PRAGMA user_version") == 0) /* still: another one may have been quicker */
        ok = store_run(s, schema) || store_fail(s, "set up the state file", e);
    ok = ok && (store_run(s, later) || store_fail(s, "set up the state file", e));
    if (ok && has(s, "SELECT 1 - " HAS_OF))
        ok = store_run(s, later_of) || store_fail(s, "set up the state file", e);
    ok = ok && (store_run(s, later_index) || store_fail(s, "set up the state file", e));
    if (ok && has(s, "SELECT count(*) FROM sqlite_schema WHERE name = 'undo'"))
        ok = store_run(s, moved) || store_fail(s, "set up the state file", e);
    return change_end(s, ok, "set up the state file", e);
}

static bool is_whole(struct store *s)
{
    return has(s, "SELECT count(*) = 3 FROM sqlite_schema WHERE name IN ('granted', 'undo_step', "
                  "'undo_of')");
}

static bool make_ready(struct store *s, struct err *e)
{
    static unsigned serial;
    struct err ignored;
    int64_t version, id, tables;

    s->serial = ++serial;
    sqlite3_busy_timeout(s->db, BUSY_MS);
    sqlite3_extended_result_codes(s->db, 1);
    store_run(s, "BEGIN"); /* one view: another one may be making the schema at this moment */
    bool seen = (version = number_of(s, "PRAGMA user_version")) >= 0 &&
                (id = number_of(s, "PRAGMA application_id")) >= 0 &&
                (tables = number_of(s, "SELECT count(*) FROM sqlite_schema")) >= 0;

    if (!seen)
        store_fail(s, "open the state file", e);
    store_run(s, "ROLLBACK");

    if (!seen)
        return false;
    if (id != STORE_ID && (id != 0 || tables > 0))
        return refuse(s, "NOT_OURS", e);
    if (version > STORE_VERSION)
        return refuse(s, "NEWER_VERSION", e);
    if (!store_run(s, settings))
        return store_fail(s, "open the state file", e);
    if (version != STORE_VERSION)
        return make_schema(s, e);
    if (!is_whole(s))
        (void)make_schema(
            s, &ignored); /* without them nothing is granted or undone, and all else works */
    return true;
}

/* SQLite would make it with the mode that the umask leaves; its helpers take on the mode of the
 * file. */
static bool make_file(const char *file, struct err *e)
{
    struct stat st;
    int fd = open(file, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
    int why = errno;

    if (fd >= 0) {
        bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
                  ((st.st_mode & 077) == 0 || fchmod(fd, 0600) == 0);
        close(fd);
        if (ok)
            return true;
        err_set(e, ERR_SYSTEM, "cannot use %s", file);
        err_why(e, "it is not a file of one's own");
        return err_hint(e, "move it elsewhere, or set XDG_STATE_HOME to another folder");
    }
    err_system(e, why, "cannot write %s", file);
    if (why == ENOSPC || why == EDQUOT)
        err_reason(e, "DISK_FULL");
    else if (why == EACCES || why == EROFS || why == EPERM)
        err_reason(e, "READ_ONLY");
    return err_hint(e, "strom works without it, but forgets everything when it ends");
}

static bool open_file(struct store *s, struct err *e)
{
    if (!path_make_folder(s->folder, e) || !make_file(s->file, e))
        return false;
    if (sqlite3_open_v2(s->file, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK)
        return store_fail(s, "open the state file", e);
    return make_ready(s, e);
}

static void close_db(struct store *s)
{
    sqlite3_close_v2(s->db);
    s->db = NULL;
}

/* --- a damaged one --- */

static bool rename_with(const char *file, const char *suffix, const char *to)
{
    struct str from = {0}, target = {0};

    str_printf(&from, "%s%s", file, suffix);
    str_printf(&target, "%s%s", to, suffix);
    bool ok = rename(from.text, target.text) == 0 || (*suffix && errno == ENOENT);
    str_done(&from);
    str_done(&target);
    return ok;
}

/* The file and its helpers belong together: somebody may still get something out of them. */
static bool move_aside(struct store *s, struct err *e)
{
    struct str to = {0}, notice = {0};
    char time[CLOCK_TEXT];
    bool ok = true;

    str_printf(&to, "%s.damaged-%s", s->file, clock_rfc3339(clock_wall(), time));
    for (int i = 2; access(to.text, F_OK) == 0 && i < 1000; i++) {
        str_clear(&to);
        str_printf(&to, "%s.damaged-%s-%d", s->file, time, i);
    }
    ok = rename_with(s->file, "", to.text) || err_system(e, errno, "cannot move %s aside", s->file);
    ok = ok && rename_with(s->file, "-wal", to.text) && rename_with(s->file, "-shm", to.text);
    str_printf(
        &notice,
        tr("The state file was damaged. It was moved to %s, and a new one was begun: what was "
           "chosen and recorded before is not shown."),
        to.text);
    mem_free(s->notice);
    s->notice = mem_str(notice.text);
    log_line(1, "store: %s", s->notice);
    str_done(&to);
    str_done(&notice);
    return ok;
}

bool store_renew(struct store *s, struct err *e)
{
    close_db(s);
    s->damaged = false;
    if (!s->folder)
        return sqlite3_open(":memory:", &s->db) == SQLITE_OK ? make_ready(s, e)
                                                             : store_fail(s, "start", e);
    return move_aside(s, e) && open_file(s, e);
}

/* --- for everybody --- */

/* Several that start at once, on a new file: SQLite answers "busy" to some without waiting. */
static bool open_patiently(struct store *s, struct err *e)
{
    for (int i = 0; i < 20; i++) {
        if (open_file(s, e))
            return true;
        if (e->kind != ERR_CONFLICT)
            return false;
        close_db(s);
        sqlite3_sleep(10);
    }
    return false;
}

struct store *store_open(const char *folder, struct err *e)
{
    struct store *s = mem_alloc(sizeof *s);
    struct str file = {0};

    str_printf(&file, "%s/strom.db", folder);
    s->folder = mem_str(folder);
    s->file = file.text;
    bool ok = open_patiently(s, e);
    if (s->damaged || (ok && looks_damaged(s)))
        ok = store_renew(s, e);
    s->healthy = ok;
    if (ok)
        return s;
    store_close(s);
    return NULL;
}

struct store *store_open_memory(struct err *e)
{
    struct store *s = mem_alloc(sizeof *s);

    s->file = mem_str("");
    s->healthy = true;
    if (sqlite3_open(":memory:", &s->db) == SQLITE_OK && make_ready(s, e))
        return s;
    store_fail(s, "keep anything in memory", e);
    store_close(s);
    return NULL;
}

void store_close(struct store *s)
{
    struct err e;

    if (!s)
        return;
    if (s->late && change_begin(s, "write what had to wait", &e))
        change_end(s, true, "write what had to wait", &e);
    late_forget(s);
    close_db(s);
    mem_free(s->folder);
    mem_free(s->file);
    mem_free(s->notice);
    mem_free(s);
}

const char *store_notice(const struct store *s)
{
    return s->notice;
}

const char *store_file(const struct store *s)
{
    return s->file;
}

bool store_healthy(const struct store *s)
{
    return s->healthy;
}
