#include "tests/sandbox/program/query.h"
#include "tests/sandbox/folder.h"
#include "tests/sandbox/sandbox.h"

#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

enum { ROWS_MAX = 10000, BUSY_MS = 5000, SUFFIX = sizeof(".sqlite") - 1, DATASETS_MAX = 10 };

struct datasets {
    sqlite3 *db;
    char names[DATASETS_MAX][128];
    size_t n;
};

/* Nothing but reading; what is attached stays what it is. */
static int only_reads(void *ctx, int action, const char *a, const char *b, const char *c,
                      const char *d)
{
    (void)ctx, (void)a, (void)b, (void)c, (void)d;
    bool reads = action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_FUNCTION ||
                 action == SQLITE_RECURSIVE;
    return reads ? SQLITE_OK : SQLITE_DENY;
}

static bool attach(struct datasets *d, const char *folder, const char *file, char why[512])
{
    if (d->n == DATASETS_MAX) {
        snprintf(why, 512, "more than %d datasets", DATASETS_MAX);
        return false;
    }
    char *name = d->names[d->n++];
    snprintf(name, sizeof(d->names[0]), "%.*s", (int)(strlen(file) - SUFFIX), file);
    char *uri = sqlite3_mprintf("file:%s/%s?mode=ro", folder, file);
    char *sql = sqlite3_mprintf("ATTACH %Q AS \"%w\"", uri, name);
    bool ok = sqlite3_exec(d->db, sql, NULL, NULL, NULL) == SQLITE_OK;
    if (!ok)
        snprintf(why, 512, "%.100s: %.300s", file, sqlite3_errmsg(d->db));
    sqlite3_free(sql);
    sqlite3_free(uri);
    return ok;
}

static bool open_all(struct datasets *d, const char *folder, char why[512])
{
    memset(d, 0, sizeof(*d));
    DIR *dir = opendir(folder);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI;
    bool ok = sqlite3_open_v2(":memory:", &d->db, flags, NULL) == SQLITE_OK;
    sqlite3_busy_timeout(d->db, BUSY_MS);
    for (struct dirent *entry; ok && dir != NULL && (entry = readdir(dir)) != NULL;) {
        size_t n = strlen(entry->d_name);
        if (n > SUFFIX && strcmp(entry->d_name + n - SUFFIX, ".sqlite") == 0)
            ok = attach(d, folder, entry->d_name, why);
    }
    if (dir != NULL)
        closedir(dir);
    sqlite3_set_authorizer(d->db, only_reads, NULL);
    if (!ok)
        sqlite3_close(d->db);
    return ok;
}

/* `p.d.t` and `d.t` in backticks are one name in BigQuery and parts of one in SQLite. */
static void add_name(struct str *out, const char *name, size_t n)
{
    static const char project[] = SANDBOX_PROJECT;
    size_t skip = strncmp(name, project, sizeof(project) - 1) == 0 && n > sizeof(project) &&
                          strchr(".:", name[sizeof(project) - 1]) != NULL
                      ? sizeof(project)
                      : 0;
    str_addc(out, '"');
    for (size_t i = skip; i < n; i++) {
        if (name[i] == '.')
            str_add(out, "\".\"");
        else if (name[i] == '"')
            str_add(out, "\"\"");
        else
            str_addc(out, name[i]);
    }
    str_addc(out, '"');
}

static void translate(const char *sql, struct str *out)
{
    while (*sql != '\0') {
        size_t n = *sql == '`' ? strcspn(sql + 1, "`") : 0;
        if (*sql == '\'') {
            n = strcspn(sql + 1, "'") + 1;
            n += sql[n] == '\'';
            str_addn(out, sql, n);
            sql += n;
        } else if (*sql == '`' && sql[n + 1] == '`') {
            add_name(out, sql + 1, n);
            sql += n + 2;
        } else {
            str_addc(out, *sql++);
        }
    }
}

static void put_row(sqlite3_stmt *rows, struct json_out *o)
{
    json_open_array(o, NULL);
    for (int i = 0; i < sqlite3_column_count(rows); i++) {
        if (sqlite3_column_type(rows, i) == SQLITE_BLOB)
            json_put_string(o, NULL, "(bytes)");
        else
            json_put_string(o, NULL, (const char *)sqlite3_column_text(rows, i));
    }
    json_close_array(o);
}

static bool put_rows(sqlite3 *db, sqlite3_stmt *rows, struct json_out *o, char why[512])
{
    int n = 0, step = SQLITE_ROW;
    json_open_array(o, "columns");
    for (int i = 0; i < sqlite3_column_count(rows); i++)
        json_put_string(o, NULL, sqlite3_column_name(rows, i));
    json_close_array(o);
    json_open_array(o, "rows");
    while (n++ < ROWS_MAX && (step = sqlite3_step(rows)) == SQLITE_ROW)
        put_row(rows, o);
    json_close_array(o);
    json_put_bool(o, "cut", step == SQLITE_ROW);
    if (step == SQLITE_ROW || step == SQLITE_DONE)
        return true;
    snprintf(why, 512, "%.400s", sqlite3_errmsg(db));
    return false;
}

static bool run(sqlite3 *db, const char *sql, struct json_out *o, char why[512])
{
    sqlite3_stmt *rows = NULL;
    bool ok = sqlite3_prepare_v2(db, sql, -1, &rows, NULL) == SQLITE_OK && rows != NULL;
    if (!ok)
        snprintf(why, 512, "%.400s",
                 rows == NULL && *sql == '\0' ? "an empty query" : sqlite3_errmsg(db));
    ok = ok && put_rows(db, rows, o, why);
    sqlite3_finalize(rows);
    return ok;
}

bool query_run(const char *folder, const char *sql, struct json_out *o, char why[512])
{
    struct str translated = {0};
    struct datasets d;
    if (!open_all(&d, folder, why))
        return false;
    translate(sql, &translated);
    bool ok = run(d.db, str_text(&translated), o, why);
    str_done(&translated);
    sqlite3_close(d.db);
    return ok;
}

/* Those whose names begin with an underscore hold the replica's own books. */
static void add_tables(sqlite3 *db, const char *dataset, struct str *sql)
{
    sqlite3_stmt *rows = NULL;
    char *ask =
        sqlite3_mprintf("SELECT name FROM \"%w\".sqlite_master WHERE type = 'table' AND name NOT "
                        "LIKE '\\_%%' ESCAPE '\\' AND name NOT LIKE 'sqlite%%' ORDER BY 1",
                        dataset);
    if (sqlite3_prepare_v2(db, ask, -1, &rows, NULL) == SQLITE_OK) {
        while (sqlite3_step(rows) == SQLITE_ROW) {
            const char *table = (const char *)sqlite3_column_text(rows, 0);
            char *part =
                sqlite3_mprintf("%s SELECT %Q AS dataset, %Q AS \"table\", count(*) AS \"rows\""
                                " FROM \"%w\".\"%w\"",
                                sql->bytes > 0 ? " UNION ALL" : "", dataset, table, dataset, table);
            str_add(sql, part);
            sqlite3_free(part);
        }
    }
    sqlite3_finalize(rows);
    sqlite3_free(ask);
}

bool query_overview(const char *folder, struct json_out *o, char why[512])
{
    struct str sql = {0};
    struct datasets d;
    if (!open_all(&d, folder, why))
        return false;
    for (size_t i = 0; i < d.n; i++)
        add_tables(d.db, d.names[i], &sql);
    if (sql.bytes == 0)
        str_add(&sql, "SELECT 'x' AS dataset, 'x' AS \"table\", 0 AS \"rows\" WHERE 0");
    bool ok = run(d.db, str_text(&sql), o, why);
    str_done(&sql);
    sqlite3_close(d.db);
    return ok;
}
