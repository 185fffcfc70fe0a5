#include "tests/integration/replication_scene.h"

#include "tests/sandbox/postgres.h"

#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct postgres *pg;
PGconn *scene_db;
static char folder[FOLDER_PATH], files[FOLDER_PATH], user[POSTGRES_CONNINFO];
static unsigned file_number;

PGconn *scene_connect(void)
{
    char conninfo[POSTGRES_CONNINFO];
    PGconn *c = PQconnectdb(postgres_superuser(pg, "app", conninfo));
    assert_int_equal(PQstatus(c), CONNECTION_OK);
    return c;
}

int64_t scene_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void scene_sql(const char *text)
{
    PGresult *r = PQexec(scene_db, text);
    ExecStatusType status = PQresultStatus(r);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        fail_msg("%s: %s", text, PQerrorMessage(scene_db));
    PQclear(r);
}

const char *scene_file(const char *path, const char *text, char out[SCENE_TEXT])
{
    sqlite3 *s = NULL;
    sqlite3_stmt *st = NULL;
    size_t used = 0;
    out[0] = '\0';
    if (sqlite3_open_v2(path, &s, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
        sqlite3_busy_timeout(s, 5000) == SQLITE_OK &&
        sqlite3_prepare_v2(s, text, -1, &st, NULL) == SQLITE_OK) {
        while (sqlite3_step(st) == SQLITE_ROW && used < SCENE_TEXT - 200) {
            used += (size_t)snprintf(out + used, SCENE_TEXT - used, "%s", used ? ";" : "");
            for (int i = 0; i < sqlite3_column_count(st); i++) {
                const unsigned char *value = sqlite3_column_text(st, i);
                used += (size_t)snprintf(out + used, SCENE_TEXT - used, "%s%.150s", i ? "," : "",
                                         value ? (const char *)value : "~");
            }
        }
    }
    sqlite3_finalize(st);
    sqlite3_close(s);
    return out;
}

static const char *new_file(char out[FOLDER_PATH + 32])
{
    snprintf(out, FOLDER_PATH + 32, "%s/%u.db", files, ++file_number);
    return out;
}

void scene_make(struct scene *s, const char *table, const char *other)
{
    *s = (struct scene){0};
    s->tables[0] = (struct replica_table){.schema = "public", .table = table};
    s->tables[1] = (struct replica_table){.schema = "public", .table = other};
    s->c = (struct replica_config){.stream = "strøm",
                                   .conninfo = user,
                                   .publication = "pub",
                                   .slot = "slot",
                                   .sqlite_path = new_file(s->path),
                                   .backfill = true,
                                   .tables = s->tables,
                                   .n_tables = other ? 2 : 1};
}

static struct replica *running[2]; /* ended after a test that failed */

void scene_start(struct scene *s)
{
    char why[512] = "";
    s->r = replica_start(&s->c, why);
    if (!s->r)
        fail_msg("%s", why);
    running[running[0] != NULL] = s->r;
}

void scene_stop(struct scene *s)
{
    running[running[0] != s->r] = NULL;
    replica_stop(s->r);
}

struct replica_table_look scene_look(struct replica *r, const char *table)
{
    struct replica_look look;
    struct replica_table_look found = {0};
    replica_look(r, &look);
    for (size_t i = 0; i < look.n_tables; i++) {
        if (strcmp(look.tables[i].table, table) == 0)
            found = look.tables[i];
    }
    replica_look_done(&look);
    return found;
}

void scene_await_state(struct replica *r, enum replica_state state, const char *reason)
{
    struct replica_look look;
    int64_t limit = scene_now_ms() + SCENE_PATIENCE_MS;
    for (;;) {
        replica_look(r, &look);
        replica_look_done(&look);
        if (look.state == state && (!reason || strcmp(look.reason, reason) == 0))
            return;
        if (scene_now_ms() > limit)
            fail_msg("state %d %s %s", (int)look.state, look.reason, look.error);
        poll(NULL, 0, SCENE_LOOK_MS);
    }
}

void scene_await_backfill(struct replica *r, const char *table, enum replica_backfill state)
{
    int64_t limit = scene_now_ms() + SCENE_PATIENCE_MS;
    while (scene_look(r, table).backfill != state) {
        if (scene_now_ms() > limit)
            fail_msg("%s: backfill %d %s", table, (int)scene_look(r, table).backfill,
                     scene_look(r, table).error);
        poll(NULL, 0, SCENE_LOOK_MS);
    }
}

void scene_await_events(struct replica *r, int64_t n)
{
    struct replica_look look;
    int64_t limit = scene_now_ms() + SCENE_PATIENCE_MS;
    do {
        replica_look(r, &look);
        replica_look_done(&look);
        poll(NULL, 0, SCENE_LOOK_MS);
    } while (look.events < n && scene_now_ms() < limit);
    assert_int_equal(look.events, n);
}

void scene_await_rows(const struct scene *s, const char *query, const char *wanted)
{
    char found[SCENE_TEXT];
    int64_t limit = scene_now_ms() + SCENE_PATIENCE_MS;
    while (strcmp(scene_file(s->path, query, found), wanted) != 0) {
        if (scene_now_ms() > limit)
            fail_msg("%s: %s, not %s", query, found, wanted);
        poll(NULL, 0, SCENE_LOOK_MS);
    }
}

void scene_await_error(struct replica *r, const char *table, const char *part)
{
    int64_t limit = scene_now_ms() + SCENE_PATIENCE_MS;
    while (!strstr(scene_look(r, table).error, part)) {
        if (scene_now_ms() > limit)
            fail_msg("%s: %s, not %s", table, scene_look(r, table).error, part);
        poll(NULL, 0, SCENE_LOOK_MS);
    }
}

int scene_set_up(void **state)
{
    (void)state;
    scene_sql(
        "CREATE TABLE t (id int PRIMARY KEY, v text); CREATE TABLE u (id int PRIMARY KEY, v text);"
        "INSERT INTO t VALUES (1, 'a'), (2, 'b'); INSERT INTO u VALUES (1, 'x');"
        "GRANT SELECT ON t, u TO datastream;"
        "CREATE PUBLICATION pub FOR TABLE t, u");
    scene_sql("SELECT pg_create_logical_replication_slot('slot', 'pgoutput')");
    return 0;
}

bool scene_drop_slots(void)
{
    PGresult *r =
        PQexec(scene_db, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
    bool good = PQresultStatus(r) == PGRES_TUPLES_OK;
    PQclear(r);
    return good;
}

int scene_tear_down(void **state)
{
    (void)state;
    int64_t limit = scene_now_ms() + SCENE_PATIENCE_MS;
    for (int i = 0; i < 2; i++) {
        replica_stop(running[i]);
        running[i] = NULL;
    }
    PQclear(PQexec(scene_db, "ROLLBACK"));
    while (!scene_drop_slots() && scene_now_ms() < limit)
        poll(NULL, 0, SCENE_LOOK_MS); /* a walsender notices a moment later that its client left */
    scene_sql("DROP PUBLICATION IF EXISTS pub; DROP TABLE IF EXISTS t, u, w, mark");
    scene_sql("ALTER ROLE datastream PASSWORD 'syntetisk'");
    scene_sql("ALTER SYSTEM RESET max_slot_wal_keep_size");
    scene_sql("ALTER SYSTEM RESET synchronous_standby_names");
    scene_sql("SELECT pg_reload_conf()");
    return 0;
}

static int scene_start_server(void **state)
{
    char why[POSTGRES_WHY] = "";
    (void)state;
    if (!folder_make_temporary("strom-states", folder, why) ||
        !folder_make_temporary("strom-states-files", files, why)) {
        fprintf(stderr, "%s\n", why);
        return -1;
    }
    struct postgres_options o = {
        .folder = folder, .database = "app", .logical = true, .temporary = true, .goes_too = files};
    pg = postgres_start(&o, why);
    if (!pg) {
        fprintf(stderr, "%s\n", why);
        return -1;
    }
    postgres_conninfo(pg, "app", "datastream", "syntetisk", user);
    scene_db = scene_connect();
    scene_sql("SET client_min_messages = error; CREATE ROLE datastream LOGIN REPLICATION PASSWORD "
              "'syntetisk'; GRANT USAGE ON SCHEMA public"
              " TO datastream");
    return 0;
}

static int scene_stop_server(void **state)
{
    (void)state;
    PQfinish(scene_db);
    postgres_remove(pg);
    folder_remove(files);
    return 0;
}

/* cmocka's own entry is a macro for arrays. */
int scene_run(const char *name, const struct CMUnitTest *tests, size_t n)
{
    if (!postgres_is_installed()) {
        fprintf(stderr, "no PostgreSQL here\n");
        return SCENE_SKIP;
    }
    signal(SIGPIPE, SIG_IGN);
    return _cmocka_run_group_tests(name, tests, n, scene_start_server, scene_stop_server);
}
