#include "tests/sandbox/program/scenario.h"
#include "tests/sandbox/platform/deploy.h"
#include "tests/sandbox/platform/repo.h"
#include "tests/sandbox/platform/users.h"
#include "tests/sandbox/postgres.h"
#include "tests/sandbox/program/keeper.h"

#include "api/base/tr.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SQL_MAX = 4 << 20, SQL_FILES = 64 };

/* --- SQL from the fixtures --- */

static bool run_text(PGconn *db, const char *path, const char *sql, char *why)
{
    PGresult *done = PQexec(db, sql);
    ExecStatusType status = PQresultStatus(done);
    bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (!ok)
        snprintf(why, SCENARIO_WHY, "%.300s: %.600s", path, PQresultErrorMessage(done));
    PQclear(done);
    return ok;
}

static void ignore_notice(void *ctx, const char *message)
{
    (void)ctx, (void)message;
}

/* As the supervisor, or as `role` when that is not NULL; the whole file is one transaction. */
static bool run_file(struct keeper *k, const char *path, const char *database, const char *role,
                     char *why)
{
    char conninfo[POSTGRES_CONNINFO], as[256];
    char *sql = folder_read(path, SQL_MAX, NULL);
    if (sql == NULL) {
        snprintf(why, SCENARIO_WHY, "cannot read %.400s", path);
        return false;
    }
    PGconn *db = PQconnectdb(postgres_superuser(k->sandbox.pg, database, conninfo));
    PQsetNoticeProcessor(db, ignore_notice, NULL);
    snprintf(as, sizeof(as), "SET ROLE \"%.200s\"", role != NULL ? role : POSTGRES_SUPERVISOR);
    bool ok = run_text(db, path, as, why) && run_text(db, path, sql, why);
    PQfinish(db);
    free(sql);
    return ok;
}

static bool run_fixture(struct keeper *k, const char *name, const char *role, char *why)
{
    char path[FOLDER_PATH];
    snprintf(path, sizeof(path), "%.700s/%.100s", k->fixtures, name);
    return run_file(k, path, SANDBOX_DATABASE, role, why);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* 20_slot@arkiv.sql runs in the database arkiv. */
static bool run_numbered(struct keeper *k, const char *folder, const char *name, char *why)
{
    char path[FOLDER_PATH], database[64] = SANDBOX_DATABASE;
    const char *at = strchr(name, '@');
    snprintf(path, sizeof(path), "%.700s/%.200s", folder, name);
    if (at != NULL)
        snprintf(database, sizeof(database), "%.*s", (int)strcspn(at + 1, "."), at + 1);
    return run_file(k, path, database, NULL, why);
}

static bool run_folder(struct keeper *k, const char *name, char *why)
{
    char folder[FOLDER_PATH], *files[SQL_FILES];
    size_t n = 0;
    snprintf(folder, sizeof(folder), "%.700s/%.100s", k->fixtures, name);
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir != NULL && n < SQL_FILES && (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] != '.' && (files[n] = strdup(entry->d_name)) != NULL)
            n++;
    }
    if (dir != NULL)
        closedir(dir);
    qsort(files, n, sizeof(files[0]), by_name);
    bool ok = n > 0;
    if (!ok)
        snprintf(why, SCENARIO_WHY, "no files in %.400s", folder);
    for (size_t i = 0; i < n; i++) {
        ok = ok && run_numbered(k, folder, files[i], why);
        free(files[i]);
    }
    return ok;
}

/* --- the parts that scenarios are made of --- */

static bool deploys(struct keeper *k, char *why)
{
    return deploy(&k->sandbox, NULL, NULL, why);
}

/* As long as the app has been there: its repository, its schema, its rows, people's access. */
static bool has_app(struct keeper *k, const struct repo_manifest *m, char *why)
{
    const struct sandbox *s = &k->sandbox;
    struct repo_manifest bare = {.postgres_version = postgres_version(s->pg)};
    return keeper_says(k, why, tr("the repository and the schema of %s"), SANDBOX_APP) &&
           repo_write(k->fixtures, s->repo, &bare, why) &&
           repo_commit(s->repo, "Postmottak: manifest og migreringer", why) &&
           (m == NULL || repo_write(k->fixtures, s->repo, m, why)) && deploys(k, why) &&
           users_prepare_people(s->pg, SANDBOX_DATABASE, SANDBOX_INSTANCE, why) &&
           keeper_says(k, why, tr("its rows")) && run_fixture(k, "data.sql", NULL, why);
}

static bool make_fresh(struct keeper *k, char *why)
{
    return has_app(k, NULL, why);
}

/* The flag and the user are in the manifest from the start, which spares a restart; the two
 * migrations follow on the rows, as they did in the team's history. */
static bool make_ready(struct keeper *k, char *why)
{
    const char *repo = k->sandbox.repo;
    struct repo_manifest m = {.postgres_version = postgres_version(k->sandbox.pg),
                              .flag = "on",
                              .autoresize = true,
                              .user = "datastream"};
    return has_app(k, &m, why) && keeper_says(k, why, tr("publication, grants and slot")) &&
           repo_add(k->fixtures, "ready", repo, why) && deploys(k, why) &&
           repo_commit(repo, "Datastream: flagg, bruker og to migreringer", why);
}

static bool make_large(struct keeper *k, char *why)
{
    return make_ready(k, why) && keeper_says(k, why, tr("1 000 tables")) &&
           run_fixture(k, "large.sql", SANDBOX_INSTANCE, why);
}

/* --- trouble --- */

static bool hold(struct keeper *k, size_t at, const char *conninfo, const char *sql, char *why)
{
    PGconn *db = PQconnectdb(conninfo);
    PGresult *done = PQexec(db, sql);
    ExecStatusType status = PQresultStatus(done);
    bool ok = status == PGRES_COMMAND_OK || status == PGRES_COPY_BOTH;
    if (!ok)
        snprintf(why, SCENARIO_WHY, "%.900s", PQerrorMessage(db));
    PQclear(done);
    k->held[at] = db;
    return ok;
}

/* Below max_slot_wal_keep_size would be kept; this is more, and no checkpoint comes to say so. */
static bool hold_back(struct keeper *k, char *why)
{
    return run_fixture(k, "trouble_wal.sql", NULL, why);
}

/* A transaction that would hold a new slot up, and somebody who reads the one of our name. */
static bool hold_trouble(struct keeper *k, char *why)
{
    char password[64], as_app[POSTGRES_CONNINFO], as_reader[POSTGRES_CONNINFO];
    char conninfo[POSTGRES_CONNINFO + 128];
    const struct postgres *pg = k->sandbox.pg;
    if (!sandbox_password(&k->sandbox, SANDBOX_INSTANCE, password))
        return false;
    postgres_conninfo(pg, SANDBOX_DATABASE, SANDBOX_INSTANCE, password, as_app);
    snprintf(conninfo, sizeof(conninfo), "%s application_name='nattjobb'", as_app);
    if (!hold(k, 0, conninfo,
              "BEGIN; UPDATE innstilling SET verdi = 'av' WHERE nokkel = 'innstilling.1'", why))
        return false;
    postgres_superuser(pg, "arkiv", as_reader);
    snprintf(
        conninfo, sizeof(conninfo),
        "%s replication=database application_name='annen-leser' options='-c wal_sender_timeout=0'",
        as_reader);
    return hold(k, 1, conninfo, "START_REPLICATION SLOT \"ds_replication\" LOGICAL 0/0", why);
}

/* Cloud SQL's settings are without the flag already, PostgreSQL still has it: the restart that
 * would end that cannot come while there are slots. */
static bool lose_flag(struct keeper *k, char *why)
{
    struct repo_manifest m = {.postgres_version = postgres_version(k->sandbox.pg),
                              .user = "datastream"};
    pthread_mutex_lock(&k->sandbox.facts.lock);
    k->sandbox.facts.logical_decoding = false;
    pthread_mutex_unlock(&k->sandbox.facts.lock);
    return repo_write(k->fixtures, k->sandbox.repo, &m, why) &&
           repo_commit(k->sandbox.repo, "Rydder i manifestet", why);
}

/* The migrations run before their user exists: recorded, and without effect. Then hands made it
 * worse, until nothing was right that can be wrong beside the rest. What is right is so for a
 * reason: trouble.def. */
static bool make_trouble(struct keeper *k, char *why)
{
    const char *repo = k->sandbox.repo;
    int version = postgres_version(k->sandbox.pg);
    struct repo_manifest early = {.postgres_version = version, .flag = "on"};
    struct repo_manifest late = {.postgres_version = version, .flag = "on", .user = "datastream"};
    return has_app(k, &early, why) && keeper_says(k, why, tr("what is wrong")) &&
           repo_add(k->fixtures, "ready", repo, why) && deploys(k, why) &&
           repo_write(k->fixtures, repo, &late, why) && deploys(k, why) &&
           repo_commit(repo, "Datastream: migreringer, og så brukeren", why) &&
           run_folder(k, "trouble", why) && hold_trouble(k, why) && hold_back(k, why) &&
           lose_flag(k, why);
}

/* --- the table --- */

static bool cloud_running(struct keeper *k, char *why)
{
    return keeper_says(k, why, tr("a stream of two tables")) &&
           google_prepare_running(k->google, why);
}

static bool cloud_shared(struct keeper *k, char *why)
{
    return keeper_says(k, why, tr("the shared network and another app's stream")) &&
           google_prepare_shared(k->google, why);
}

static bool cloud_trouble(struct keeper *k, char *why)
{
    return google_prepare_trouble(k->google, why);
}

static const struct scenario scenarios[] = {
    {"fresh", false, true, false, 0, NULL, make_fresh, NULL},
    {"ready", true, false, false, 0, NULL, make_ready, NULL},
    {"running", true, false, false, 5, NULL, make_ready, cloud_running},
    {"shared", true, false, false, 0, NULL, make_ready, cloud_shared},
    {"large", true, false, false, 0, NULL, make_large, NULL},
    {"trouble", true, true, true, 0,
     "max_replication_slots = 4\nmax_wal_senders = 4\nmax_slot_wal_keep_size = 32MB\n"
     "wal_sender_timeout = 20s\ncheckpoint_timeout = 1d\n",
     make_trouble, cloud_trouble},
};

const struct scenario *scenario_find(const char *name)
{
    for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
        if (strcmp(scenarios[i].name, name) == 0)
            return &scenarios[i];
    }
    return NULL;
}
