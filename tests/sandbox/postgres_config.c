#include "tests/sandbox/postgres_parts.h"
#include "tests/sandbox/postgres_sql.h"
#include "tests/sandbox/sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CONFIG_MAX = 8192 };

/* Not durable: a throwaway. Shared memory is in files of the folder, so that all goes with it.
 * Nothing that a statement says is logged: passwords pass here. */
static const char config_text[] = "listen_addresses = '127.0.0.1'\n"
                                  "port = %d\n"
                                  "unix_socket_directories = '%s'\n"
                                  "unix_socket_permissions = 0700\n"
                                  "wal_level = %s\n"
                                  "fsync = off\n"
                                  "full_page_writes = off\n"
                                  "shared_buffers = 32MB\n"
                                  "max_connections = 60\n"
                                  "max_wal_senders = 10\n"
                                  "max_replication_slots = 10\n"
                                  "min_wal_size = 32MB\n"
                                  "max_wal_size = 512MB\n"
                                  "password_encryption = 'scram-sha-256'\n"
                                  "log_min_error_statement = panic\n"
                                  "log_statement = none\n"
                                  "log_timezone = 'UTC'\n"
                                  "timezone = 'UTC'\n"
                                  "jit = off\n"
                                  "dynamic_shared_memory_type = mmap\n"
                                  "max_parallel_workers_per_gather = 0\n"
                                  "%s\n"
                                  "%s\n";

static const char hba_text[] = "local all         " POSTGRES_SUPERVISOR " trust\n"
                               "local replication " POSTGRES_SUPERVISOR " trust\n"
                               "host  all         " POSTGRES_SUPERVISOR " 127.0.0.1/32 reject\n"
                               "host  all         \"" SANDBOX_PERSON "\" 127.0.0.1/32 trust\n"
                               "host  all         all 127.0.0.1/32 scram-sha-256\n"
                               "host  replication all 127.0.0.1/32 scram-sha-256\n";

static bool put(const struct postgres *pg, const char *path, const char *text,
                char why[POSTGRES_WHY])
{
    if (!folder_write(path, text, why))
        return false;
    if (!pg->watching.drops || chown(path, pg->watching.uid, pg->watching.gid) == 0)
        return true;
    snprintf(why, POSTGRES_WHY, "cannot hand %.300s to the server's user", path);
    return false;
}

bool postgres_configure(const struct postgres *pg, char why[POSTGRES_WHY])
{
    char text[CONFIG_MAX];
    int n = snprintf(text, sizeof(text), config_text, pg->port, pg->folder,
                     pg->logical ? "logical" : "replica", pg->settings, pg->more);
    if (n < 0 || n >= (int)sizeof(text)) {
        snprintf(why, POSTGRES_WHY, "the settings are too long");
        return false;
    }
    return put(pg, pg->config, text, why) && put(pg, pg->hba, hba_text, why);
}

void postgres_log_mark(struct postgres *pg)
{
    char path[POSTGRES_PATH + 16];
    struct stat st;
    snprintf(path, sizeof(path), "%s/log", pg->folder);
    pg->log_from = stat(path, &st) == 0 ? (size_t)st.st_size : 0;
}

/* What was logged since the mark. */
static char *read_log(const struct postgres *pg)
{
    char path[POSTGRES_PATH + 16];
    size_t bytes = 0;
    snprintf(path, sizeof(path), "%s/log", pg->folder);
    char *log = folder_read(path, 4 << 20, &bytes);
    if (log != NULL && pg->log_from < bytes)
        memmove(log, log + pg->log_from, bytes - pg->log_from + 1);
    return log;
}

/* From the first line that says why, else the last ones. */
void postgres_log_tail(const struct postgres *pg, char *out, size_t cap)
{
    char *log = read_log(pg);
    const char *from = log != NULL ? log : "(it printed nothing)";
    static const char *const loud[] = {
        "unrecognized", "invalid value", "PANIC:", "FATAL:", "initdb: error:", "could not"};
    const char *found = NULL;
    for (size_t i = 0; i < sizeof(loud) / sizeof(loud[0]) && found == NULL; i++)
        found = strstr(from, loud[i]);
    size_t n = strlen(from);
    if (found != NULL)
        from = found;
    else if (n >= cap)
        from += n - cap + 1;
    snprintf(out, cap, "%s", from);
    free(log);
}

bool postgres_log_has(const struct postgres *pg, const char *words)
{
    char *log = read_log(pg);
    bool found = log != NULL && strstr(log, words) != NULL;
    free(log);
    return found;
}

/* --- roles and the database --- */

static const char roles_sql[] =
    "DO $$ BEGIN"
    " IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cloudsqlsuperuser') THEN"
    "  CREATE ROLE cloudsqlsuperuser CREATEDB CREATEROLE NOLOGIN;"
    "  CREATE ROLE cloudsqliamuser NOLOGIN;"
    "  CREATE ROLE cloudsqliamserviceaccount NOLOGIN;"
    "  CREATE ROLE \"" SANDBOX_PERSON "\" LOGIN IN ROLE cloudsqliamuser;"
    " END IF;"
    "END $$";

static bool make_owner(PGconn *db, const char *owner, char why[POSTGRES_WHY])
{
    if (owner == NULL || postgres_has(db, "SELECT 1 FROM pg_roles WHERE rolname = $1", owner))
        return true;
    char *name = PQescapeIdentifier(db, owner, strlen(owner));
    char sql[512];
    snprintf(sql, sizeof(sql), "CREATE ROLE %s LOGIN CREATEROLE CREATEDB IN ROLE cloudsqlsuperuser",
             name);
    PQfreemem(name);
    return postgres_command(db, sql, why);
}

bool postgres_populate(struct postgres *pg, const struct postgres_options *o,
                       char why[POSTGRES_WHY])
{
    PGconn *db = postgres_connect(pg, "postgres", why);
    if (db == NULL)
        return false;
    const char *owner = o->owner != NULL ? o->owner : POSTGRES_SUPERVISOR;
    pg->version = PQserverVersion(db) / 10000;
    bool ok = postgres_command(db, roles_sql, why) && make_owner(db, o->owner, why) &&
              (o->database == NULL || postgres_make_database(db, o->database, owner, why));
    PQfinish(db);
    return ok;
}
