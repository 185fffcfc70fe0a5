#include "tests/sandbox/folder.h"
#include "tests/sandbox/platform/flyway_parts.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 16 << 20 };

bool flyway_fail(char *why, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(why, FLYWAY_WHY, fmt, args);
    va_end(args);
    return false;
}

/* --- the files --- */

char *flyway_load(const char *folder, const char *script, size_t *bytes)
{
    char path[FOLDER_PATH];
    snprintf(path, sizeof(path), "%.700s/%.255s", folder, script);
    return folder_read(path, FILE_MAX, bytes);
}

static int by_version(const void *a, const void *b)
{
    const struct flyway_file *x = a, *y = b;
    return flyway_compare(x->version, y->version);
}

static bool add_file(struct flyway_list *list, const char *folder, const char *name,
                     char why[FLYWAY_WHY])
{
    struct flyway_file *file = &list->files[list->n];
    if (!flyway_parse_name(name, file)) {
        size_t n = strlen(name);
        bool meant = n > 4 && strcmp(name + n - 4, ".sql") == 0 && name[0] == 'V';
        return !meant ||
               flyway_fail(why, "Invalid SQL filenames found: %s (must be like V1.1__text.sql)",
                           name);
    }
    size_t bytes = 0;
    char *text = flyway_load(folder, name, &bytes);
    if (text == NULL)
        return flyway_fail(why, "cannot read %s: %s", name, strerror(errno));
    file->checksum = flyway_checksum(text, bytes);
    free(text);
    list->n++;
    return list->n < FLYWAY_FILES || flyway_fail(why, "more than %d migrations", FLYWAY_FILES);
}

static bool no_twins(const struct flyway_list *list, char why[FLYWAY_WHY])
{
    for (size_t i = 1; i < list->n; i++) {
        const struct flyway_file *a = &list->files[i - 1], *b = &list->files[i];
        if (flyway_compare(a->version, b->version) == 0)
            return flyway_fail(why,
                               "Found more than one migration with version %s\nOffenders:\n-> %s "
                               "(SQL)\n-> %s (SQL)",
                               a->version, a->script, b->script);
    }
    return true;
}

bool flyway_list(const char *folder, struct flyway_list *out, char why[FLYWAY_WHY])
{
    out->n = 0;
    out->files = calloc(FLYWAY_FILES, sizeof(*out->files));
    DIR *dir = opendir(folder);
    if (dir == NULL || out->files == NULL) {
        if (dir != NULL)
            closedir(dir);
        return flyway_fail(why, "cannot read %.400s: %s", folder, strerror(errno));
    }
    bool ok = true;
    for (struct dirent *entry; ok && (entry = readdir(dir)) != NULL;)
        ok = add_file(out, folder, entry->d_name, why);
    closedir(dir);
    if (ok)
        qsort(out->files, out->n, sizeof(*out->files), by_version);
    return ok && no_twins(out, why);
}

/* --- the table --- */

static const char table_sql[] =
    "CREATE TABLE IF NOT EXISTS flyway_schema_history ("
    "\"installed_rank\" INT NOT NULL,"
    "\"version\" VARCHAR(50),"
    "\"description\" VARCHAR(200) NOT NULL,"
    "\"type\" VARCHAR(20) NOT NULL,"
    "\"script\" VARCHAR(1000) NOT NULL,"
    "\"checksum\" INTEGER,"
    "\"installed_by\" VARCHAR(100) NOT NULL,"
    "\"installed_on\" TIMESTAMP NOT NULL DEFAULT now(),"
    "\"execution_time\" INTEGER NOT NULL,"
    "\"success\" BOOLEAN NOT NULL,"
    "CONSTRAINT \"flyway_schema_history_pk\" PRIMARY KEY (\"installed_rank\"))";
static const char index_sql[] = "CREATE INDEX IF NOT EXISTS \"flyway_schema_history_s_idx\" ON "
                                "flyway_schema_history (\"success\")";

static bool command(PGconn *db, const char *sql, char why[FLYWAY_WHY])
{
    PGresult *done = PQexec(db, sql);
    bool ok = PQresultStatus(done) == PGRES_COMMAND_OK;
    if (!ok)
        flyway_fail(why, "%s", PQresultErrorMessage(done));
    PQclear(done);
    return ok;
}

static bool has_table(PGconn *db)
{
    PGresult *rows = PQexec(db, "SELECT 1 WHERE to_regclass('flyway_schema_history') IS NOT NULL");
    bool found = PQntuples(rows) == 1;
    PQclear(rows);
    return found;
}

/* --- what was applied against what is there --- */

static const struct flyway_file *find(const struct flyway_list *list, const char *version)
{
    for (size_t i = 0; i < list->n; i++) {
        if (flyway_compare(list->files[i].version, version) == 0)
            return &list->files[i];
    }
    return NULL;
}

static bool check_row(const struct flyway_list *list, PGresult *rows, int row, char why[FLYWAY_WHY])
{
    const char *version = PQgetvalue(rows, row, 0), *description = PQgetvalue(rows, row, 1);
    const struct flyway_file *file = find(list, version);
    if (file == NULL)
        return flyway_fail(why,
                           "Validate failed: Migrations have failed validation\nDetected applied "
                           "migration not resolved locally: %s.\nIf you removed this migration "
                           "intentionally, run repair to mark the migration as deleted.",
                           version);
    long applied = strtol(PQgetvalue(rows, row, 2), NULL, 10);
    if (!PQgetisnull(rows, row, 2) && applied != (long)file->checksum)
        return flyway_fail(
            why,
            "Validate failed: Migrations have failed validation\nMigration checksum "
            "mismatch for migration version %s\n-> Applied to database : %ld\n-> "
            "Resolved locally    : %ld\nEither revert the changes to the migration, or "
            "run repair to update the schema history.",
            version, applied, (long)file->checksum);
    if (strcmp(description, file->description) != 0)
        return flyway_fail(
            why,
            "Validate failed: Migrations have failed validation\nMigration description "
            "mismatch for migration version %s\n-> Applied to database : %s\n-> "
            "Resolved locally    : %s",
            version, description, file->description);
    return true;
}

/* Applied ones must be the first of the list: a file that comes in between is refused. */
static bool check_order(const struct flyway_list *list, PGresult *rows, char why[FLYWAY_WHY])
{
    int n = PQntuples(rows);
    for (size_t i = 0; i < list->n; i++) {
        bool applied = false, newer = false;
        for (int row = 0; row < n; row++) {
            int order = flyway_compare(list->files[i].version, PQgetvalue(rows, row, 0));
            applied = applied || order == 0;
            newer = newer || order < 0;
        }
        if (!applied && newer)
            return flyway_fail(
                why,
                "Validate failed: Migrations have failed validation\nDetected resolved "
                "migration not applied to database: %s.\nTo ignore this migration, set "
                "-ignoreMigrationPatterns='*:ignored'. To allow executing this "
                "migration, set -outOfOrder=true.",
                list->files[i].version);
    }
    return true;
}

bool flyway_validate(PGconn *db, const struct flyway_list *list, size_t *n_applied,
                     char why[FLYWAY_WHY])
{
    if (!has_table(db) && (!command(db, table_sql, why) || !command(db, index_sql, why)))
        return false;
    PGresult *rows = PQexec(db, "SELECT version, description, checksum FROM flyway_schema_history "
                                "WHERE version IS NOT NULL AND success ORDER BY installed_rank");
    bool ok = PQresultStatus(rows) == PGRES_TUPLES_OK;
    if (!ok)
        flyway_fail(why, "%s", PQresultErrorMessage(rows));
    for (int row = 0; ok && row < PQntuples(rows); row++)
        ok = check_row(list, rows, row, why);
    ok = ok && check_order(list, rows, why);
    *n_applied = (size_t)PQntuples(rows);
    PQclear(rows);
    return ok;
}

bool flyway_record(PGconn *db, const struct flyway_file *file, int64_t ms, char why[FLYWAY_WHY])
{
    char checksum[16], time[24];
    snprintf(checksum, sizeof(checksum), "%ld", (long)file->checksum);
    snprintf(time, sizeof(time), "%lld", (long long)ms);
    const char *values[] = {file->version, file->description, file->script, checksum, time};
    PGresult *done = PQexecParams(
        db,
        "INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,"
        " checksum, installed_by, execution_time, success) "
        "SELECT coalesce(max(installed_rank), 0) + 1, $1, $2, 'SQL', $3, $4, current_user, $5, "
        "true "
        "FROM flyway_schema_history",
        5, (const Oid[]){25, 25, 25, 23, 23}, values, NULL, NULL, 0);
    bool ok = PQresultStatus(done) == PGRES_COMMAND_OK;
    if (!ok)
        flyway_fail(why, "%s", PQresultErrorMessage(done));
    PQclear(done);
    return ok;
}
