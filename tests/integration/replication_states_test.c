/* What a replica says and does when something is missing, wrong, in the way, or changed while it
 * runs: against a real PostgreSQL. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sandbox/folder.h"
#include "tests/sandbox/postgres.h"
#include "tests/sandbox/replicate/replicate.h"

#include <libpq-fe.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SKIP = 77, PATIENCE_MS = 60000, LOOK_MS = 10, TEXT = 4096 };

static struct postgres *pg;
static PGconn *db;
static char folder[FOLDER_PATH], files[FOLDER_PATH], user[POSTGRES_CONNINFO];
static unsigned file_number;

/* --- helpers --- */

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void sql(const char *text)
{
    PGresult *r = PQexec(db, text);
    ExecStatusType status = PQresultStatus(r);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        fail_msg("%s: %s", text, PQerrorMessage(db));
    PQclear(r);
}

/* The rows of a query on the dataset's file: values with commas, rows with semicolons. */
static const char *file(const char *path, const char *text, char out[TEXT])
{
    sqlite3 *s = NULL;
    sqlite3_stmt *st = NULL;
    size_t used = 0;
    out[0] = '\0';
    if (sqlite3_open_v2(path, &s, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
        sqlite3_busy_timeout(s, 5000) == SQLITE_OK &&
        sqlite3_prepare_v2(s, text, -1, &st, NULL) == SQLITE_OK) {
        while (sqlite3_step(st) == SQLITE_ROW && used < TEXT - 200) {
            used += (size_t)snprintf(out + used, TEXT - used, "%s", used ? ";" : "");
            for (int i = 0; i < sqlite3_column_count(st); i++) {
                const unsigned char *value = sqlite3_column_text(st, i);
                used += (size_t)snprintf(out + used, TEXT - used, "%s%.150s", i ? "," : "",
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

struct scene {
    char path[FOLDER_PATH + 32];
    struct replica_config c;
    struct replica_table tables[4];
    struct replica *r;
};

static void scene_make(struct scene *s, const char *table, const char *other)
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

static void scene_start(struct scene *s)
{
    char why[512] = "";
    s->r = replica_start(&s->c, why);
    if (!s->r)
        fail_msg("%s", why);
    running[running[0] != NULL] = s->r;
}

static void scene_stop(struct scene *s)
{
    running[running[0] != s->r] = NULL;
    replica_stop(s->r);
}

static struct replica_table_look look_at(struct replica *r, const char *table)
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

static void await_state(struct replica *r, enum replica_state state, const char *reason)
{
    struct replica_look look;
    int64_t limit = now_ms() + PATIENCE_MS;
    for (;;) {
        replica_look(r, &look);
        replica_look_done(&look);
        if (look.state == state && (!reason || strcmp(look.reason, reason) == 0))
            return;
        if (now_ms() > limit)
            fail_msg("state %d %s %s", (int)look.state, look.reason, look.error);
        poll(NULL, 0, LOOK_MS);
    }
}

static void await_backfill(struct replica *r, const char *table, enum replica_backfill state)
{
    int64_t limit = now_ms() + PATIENCE_MS;
    while (look_at(r, table).backfill != state) {
        if (now_ms() > limit)
            fail_msg("%s: backfill %d %s", table, (int)look_at(r, table).backfill,
                     look_at(r, table).error);
        poll(NULL, 0, LOOK_MS);
    }
}

/* What is seen from outside follows the file by some milliseconds. */
static void await_events(struct replica *r, int64_t n)
{
    struct replica_look look;
    int64_t limit = now_ms() + PATIENCE_MS;
    do {
        replica_look(r, &look);
        replica_look_done(&look);
        poll(NULL, 0, LOOK_MS);
    } while (look.events < n && now_ms() < limit);
    assert_int_equal(look.events, n);
}

static void await_rows(const struct scene *s, const char *query, const char *wanted)
{
    char found[TEXT];
    int64_t limit = now_ms() + PATIENCE_MS;
    while (strcmp(file(s->path, query, found), wanted) != 0) {
        if (now_ms() > limit)
            fail_msg("%s: %s, not %s", query, found, wanted);
        poll(NULL, 0, LOOK_MS);
    }
}

static void await_error(struct replica *r, const char *table, const char *part)
{
    int64_t limit = now_ms() + PATIENCE_MS;
    while (!strstr(look_at(r, table).error, part)) {
        if (now_ms() > limit)
            fail_msg("%s: %s, not %s", table, look_at(r, table).error, part);
        poll(NULL, 0, LOOK_MS);
    }
}

/* Every test begins with table t (1 a, 2 b), u (1 x), publication and slot. */
static int set_up(void **state)
{
    (void)state;
    sql("CREATE TABLE t (id int PRIMARY KEY, v text); CREATE TABLE u (id int PRIMARY KEY, v text);"
        "INSERT INTO t VALUES (1, 'a'), (2, 'b'); INSERT INTO u VALUES (1, 'x');"
        "GRANT SELECT ON t, u TO datastream;"
        "CREATE PUBLICATION pub FOR TABLE t, u");
    sql("SELECT pg_create_logical_replication_slot('slot', 'pgoutput')");
    return 0;
}

static bool drop_slots(void)
{
    PGresult *r =
        PQexec(db, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
    bool good = PQresultStatus(r) == PGRES_TUPLES_OK;
    PQclear(r);
    return good;
}

static int tear_down(void **state)
{
    (void)state;
    int64_t limit = now_ms() + PATIENCE_MS;
    for (int i = 0; i < 2; i++) {
        replica_stop(running[i]);
        running[i] = NULL;
    }
    PQclear(PQexec(db, "ROLLBACK"));
    while (!drop_slots() && now_ms() < limit)
        poll(NULL, 0, LOOK_MS); /* a walsender notices a moment later that its client left */
    sql("DROP PUBLICATION IF EXISTS pub; DROP TABLE IF EXISTS t, u, w, mark");
    sql("ALTER ROLE datastream PASSWORD 'syntetisk'");
    return 0;
}

/* --- what it says --- */

static const struct replica_check *check(const struct replica_check *checks, size_t n,
                                         const char *part)
{
    for (size_t i = 0; i < n; i++) {
        if (strstr(checks[i].code, part))
            return &checks[i];
    }
    fail_msg("no check %s", part);
    return NULL;
}

static void validation_passes(void **state)
{
    struct scene s;
    struct replica_check checks[REPLICA_CHECKS];
    (void)state;
    scene_make(&s, "t", "u");
    size_t n = replica_validate(&s.c, checks);
    assert_int_equal(n, 6);
    for (size_t i = 0; i < n; i++) {
        if (checks[i].state != REPLICA_PASSED)
            fail_msg("%s: %s", checks[i].code, checks[i].message);
    }
}

static void validation_names_what_is_wrong(void **state)
{
    struct scene s;
    struct replica_check checks[REPLICA_CHECKS];
    (void)state;
    scene_make(&s, "t", "u");
    s.tables[1].table = "w";
    sql("CREATE TABLE w (id int PRIMARY KEY)");
    s.c.slot = "nowhere";
    size_t n = replica_validate(&s.c, checks);
    assert_int_equal(check(checks, n, "CONNECTIVITY")->state, REPLICA_PASSED);
    assert_int_equal(check(checks, n, "SLOT")->state, REPLICA_NOT_OK);
    assert_non_null(strstr(check(checks, n, "SLOT")->message, "does not exist"));
    assert_int_equal(check(checks, n, "PUBLICATION")->state, REPLICA_NOT_OK);
    assert_non_null(strstr(check(checks, n, "PUBLICATION")->message, "public.w"));
    assert_null(strstr(check(checks, n, "PUBLICATION")->message, "public.t"));
    assert_int_equal(check(checks, n, "BACKFILL")->state, REPLICA_NOT_OK);
    assert_non_null(strstr(check(checks, n, "BACKFILL")->message, "public.w"));
    s.c.publication = "nothing";
    n = replica_validate(&s.c, checks);
    assert_non_null(strstr(check(checks, n, "PUBLICATION")->message, "nothing does not exist"));
    sql("ALTER ROLE datastream PASSWORD 'ny'");
    n = replica_validate(&s.c, checks);
    assert_int_equal(check(checks, n, "CONNECTIVITY")->state, REPLICA_NOT_OK);
    assert_non_null(strstr(check(checks, n, "CONNECTIVITY")->message, "password"));
    assert_int_equal(check(checks, n, "SLOT")->state, REPLICA_NOT_RUN);
    assert_null(strstr(checks[0].message, "syntetisk"));
}

static void validation_sees_a_busy_slot(void **state)
{
    struct scene s;
    struct replica_check checks[REPLICA_CHECKS];
    (void)state;
    scene_make(&s, "t", "u");
    scene_start(&s);
    await_state(s.r, REPLICA_RUNNING, NULL);
    size_t n = replica_validate(&s.c, checks);
    assert_int_equal(check(checks, n, "SLOT")->state, REPLICA_NOT_OK);
    assert_non_null(strstr(check(checks, n, "SLOT")->message, "already used"));
    scene_stop(&s);
}

static void a_missing_slot_is_final(void **state)
{
    struct scene s;
    char why[512];
    (void)state;
    scene_make(&s, "t", "u");
    s.c.slot = "nowhere";
    scene_start(&s);
    await_state(s.r, REPLICA_FAILED_PERMANENTLY, "42704");
    assert_false(replica_start_backfill(s.r, "public", "t", why));
    scene_stop(&s);
}

/* Making the publication again does not help: decoding sees the catalogue as it was. */
static void a_dropped_publication_is_final(void **state)
{
    struct scene s;
    (void)state;
    scene_make(&s, "t", "u");
    sql("DROP PUBLICATION pub");
    sql("INSERT INTO t VALUES (3, 'c')");
    sql("CREATE PUBLICATION pub FOR TABLE t, u");
    scene_start(&s);
    await_state(s.r, REPLICA_FAILED_PERMANENTLY, "42704");
    scene_stop(&s);
    drop_slots();
    sql("SELECT pg_create_logical_replication_slot('slot', 'pgoutput')");
    scene_start(&s);
    await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    await_rows(&s, "SELECT id, v FROM public_t ORDER BY id", "1,a;2,b;3,c");
    scene_stop(&s);
}

static void a_wrong_password_heals(void **state)
{
    struct scene s;
    struct replica_look look;
    (void)state;
    scene_make(&s, "t", "u");
    sql("ALTER ROLE datastream PASSWORD 'ny'");
    scene_start(&s);
    await_state(s.r, REPLICA_FAILED, NULL);
    replica_look(s.r, &look);
    assert_non_null(strstr(look.error, "password"));
    replica_look_done(&look);
    sql("ALTER ROLE datastream PASSWORD 'syntetisk'");
    await_state(s.r, REPLICA_RUNNING, "");
    await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    scene_stop(&s);
}

static void a_busy_slot_heals(void **state)
{
    struct scene s, other;
    (void)state;
    scene_make(&other, "t", "u");
    scene_start(&other);
    await_state(other.r, REPLICA_RUNNING, NULL);
    scene_make(&s, "t", "u");
    scene_start(&s);
    await_state(s.r, REPLICA_FAILED, "55006");
    scene_stop(&other);
    await_state(s.r, REPLICA_RUNNING, "");
    scene_stop(&s);
}

static void nonsense_is_refused(void **state)
{
    struct scene s;
    char why[512] = "";
    (void)state;
    scene_make(&s, "t", "t");
    assert_null(replica_start(&s.c, why));
    assert_non_null(strstr(why, "public_t"));
    scene_make(&s, "t", "T"); /* BigQuery and SQLite do not tell them apart */
    assert_null(replica_start(&s.c, why));
    scene_make(&s, "table", NULL);
    s.tables[0].schema = "_replica";
    assert_null(replica_start(&s.c, why));
    scene_make(&s, "t", NULL);
    s.c.sqlite_path = "/nowhere/at/all.db";
    assert_null(replica_start(&s.c, why));
    assert_non_null(strstr(why, "open"));
}

/* --- what it does --- */

static void tables_look_as_promised(void **state)
{
    struct scene s;
    char found[TEXT];
    (void)state;
    sql("CREATE TABLE w (a int, b text, c numeric(10,2), d jsonb[], e timestamptz, f bool, g point,"
        " h int GENERATED ALWAYS AS (a + 1) STORED, \"datastream_metadata\" text,"
        " PRIMARY KEY (b, a)); GRANT SELECT ON w TO datastream; ALTER PUBLICATION pub ADD TABLE w;"
        "INSERT INTO w VALUES (1, 'x', 1.50, ARRAY['{\"k\": 1}'::jsonb], '2026-01-31 "
        "13:00:00.25+01',"
        " true)");
    scene_make(&s, "w", NULL);
    scene_start(&s);
    await_backfill(s.r, "w", REPLICA_BACKFILL_COMPLETED);
    assert_string_equal(
        file(s.path, "SELECT name, type, pk FROM pragma_table_info('public_w')", found),
        "a,INTEGER,1;b,STRING TEXT,2;c,NUMERIC TEXT,0;d,JSON TEXT DOCUMENTS,0;"
        "e,TIMESTAMP TEXT,0;f,BOOLEAN,0;datastream_metadata,RECORD TEXT,0");
    assert_string_equal(file(s.path, "SELECT a, b, c, d, e, f FROM public_w", found),
                        "1,x,1.50,[{\"k\": 1}],2026-01-31T12:00:00.25Z,1");
    assert_string_equal(
        file(s.path,
             "SELECT length(json_extract(datastream_metadata, '$.uuid')), abs(json_extract("
             "datastream_metadata, '$.source_timestamp') / 1000 - unixepoch()) < 100 FROM public_w",
             found),
        "36,1");
    assert_non_null(strstr(look_at(s.r, "w").error, "datastream_metadata"));
    scene_stop(&s);
}

static void history_looks_as_promised(void **state)
{
    struct scene s;
    (void)state;
    sql("ALTER TABLE u DROP CONSTRAINT u_pkey; ALTER TABLE u REPLICA IDENTITY FULL");
    scene_make(&s, "t", "u");
    s.c.append_only = true;
    scene_start(&s);
    await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    await_backfill(s.r, "u", REPLICA_BACKFILL_COMPLETED);
    sql("UPDATE t SET v = 'bb' WHERE id = 2; UPDATE t SET id = 3 WHERE id = 2; DELETE FROM t WHERE"
        " id = 1; INSERT INTO t VALUES (4, 'd'); UPDATE u SET v = 'y'");
    await_rows(
        &s,
        "SELECT id, v, json_extract(datastream_metadata, '$.change_type') FROM public_t ORDER BY"
        " json_extract(datastream_metadata, '$.change_sequence_number')",
        "1,a,INSERT;2,b,INSERT;2,bb,UPDATE-INSERT;2,~,UPDATE-DELETE;3,bb,UPDATE-INSERT;"
        "1,~,DELETE;4,d,INSERT");
    await_rows(&s,
               "SELECT v, json_extract(datastream_metadata, '$.change_type') FROM public_u ORDER BY"
               " rowid",
               "x,INSERT;x,UPDATE-DELETE;y,UPDATE-INSERT");
    scene_stop(&s);
}

static void without_a_key_rows_are_marked(void **state)
{
    struct scene s;
    (void)state;
    sql("ALTER TABLE u DROP CONSTRAINT u_pkey; ALTER TABLE u REPLICA IDENTITY FULL");
    scene_make(&s, "u", NULL);
    scene_start(&s);
    await_backfill(s.r, "u", REPLICA_BACKFILL_COMPLETED);
    sql("UPDATE u SET v = 'y'; DELETE FROM u");
    await_rows(
        &s,
        "SELECT v, json_extract(datastream_metadata, '$.is_deleted') FROM public_u ORDER BY rowid",
        "x,0;x,1;y,0;y,1");
    await_events(s.r, 2);
    assert_int_equal(look_at(s.r, "u").rows_copied, 1);
    assert_int_equal(look_at(s.r, "u").events, 2);
    scene_stop(&s);
}

static void a_selection_can_change(void **state)
{
    struct scene s;
    char why[512];
    const char *only_id[] = {"id"};
    (void)state;
    scene_make(&s, "t", "u");
    s.tables[0].columns = only_id;
    s.tables[0].n_columns = 1;
    s.c.n_tables = 1;
    scene_start(&s);
    await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    await_rows(&s, "SELECT * FROM pragma_table_info('public_t') WHERE name = 'v'", "");
    sql("INSERT INTO u VALUES (2, 'before')");
    sql("INSERT INTO t VALUES (3, 'c')");
    await_rows(&s, "SELECT count(*) FROM public_t", "3");
    s.tables[0].n_columns = 0;
    assert_true(replica_select(s.r, s.tables, 2, why));
    await_backfill(s.r, "u", REPLICA_BACKFILL_COMPLETED);
    sql("UPDATE t SET v = 'cc' WHERE id = 3; INSERT INTO u VALUES (3, 'after')");
    await_rows(&s, "SELECT id, v FROM public_u ORDER BY id", "1,x;2,before;3,after");
    await_rows(&s, "SELECT id, v FROM public_t ORDER BY id", "1,~;2,~;3,cc");
    assert_true(replica_select(s.r, s.tables + 1, 1, why));
    assert_false(replica_start_backfill(s.r, "public", "t", why));
    sql("INSERT INTO t VALUES (4, 'd'); INSERT INTO u VALUES (4, 'last')");
    await_rows(&s, "SELECT id FROM public_u WHERE id = 4", "4");
    await_rows(&s, "SELECT count(*) FROM public_t", "3");
    assert_true(replica_select(s.r, s.tables, 2, why)); /* again: it is copied afresh */
    await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    await_rows(&s, "SELECT id, v FROM public_t ORDER BY id", "1,a;2,b;3,cc;4,d");
    scene_stop(&s);
}

static void a_backfill_can_be_stopped(void **state)
{
    struct scene s;
    char why[512];
    (void)state;
    scene_make(&s, "t", "u");
    sql("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
    scene_start(&s);
    await_backfill(s.r, "u", REPLICA_BACKFILL_COMPLETED);
    assert_int_equal(look_at(s.r, "t").backfill, REPLICA_BACKFILL_PENDING);
    assert_false(replica_start_backfill(s.r, "public", "t", why));
    assert_true(replica_stop_backfill(s.r, "public", "t", why));
    await_backfill(s.r, "t", REPLICA_BACKFILL_STOPPED);
    assert_false(replica_stop_backfill(s.r, "public", "t", why));
    sql("INSERT INTO t VALUES (3, 'c'); COMMIT");
    await_rows(&s, "SELECT id, v FROM public_t ORDER BY id", "3,c");
    assert_true(replica_start_backfill(s.r, "public", "t", why));
    await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    assert_true(look_at(s.r, "t").manual);
    await_rows(&s, "SELECT id, v FROM public_t ORDER BY id", "1,a;2,b;3,c");
    scene_stop(&s);
}

static void a_table_that_may_not_be_read_is_named(void **state)
{
    struct scene s;
    char why[512];
    (void)state;
    scene_make(&s, "t", "u");
    sql("REVOKE SELECT ON t FROM datastream");
    scene_start(&s);
    await_backfill(s.r, "t", REPLICA_BACKFILL_FAILED);
    await_backfill(s.r, "u", REPLICA_BACKFILL_COMPLETED);
    assert_non_null(strstr(look_at(s.r, "t").error, "42501"));
    sql("INSERT INTO t VALUES (3, 'c'); INSERT INTO u VALUES (2, 'y')");
    await_rows(&s, "SELECT id, v FROM public_t", "3,c"); /* changes do flow */
    await_rows(&s, "SELECT count(*) FROM public_u", "2");
    sql("GRANT SELECT ON t TO datastream");
    assert_true(replica_start_backfill(s.r, "public", "t", why));
    await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    await_rows(&s, "SELECT id, v FROM public_t ORDER BY id", "1,a;2,b;3,c");
    assert_string_equal(look_at(s.r, "t").error, "");
    scene_stop(&s);
}

static void columns_alone_may_be_readable(void **state)
{
    struct scene s;
    const char *only_id[] = {"id"};
    (void)state;
    scene_make(&s, "t", NULL);
    s.tables[0].columns = only_id;
    s.tables[0].n_columns = 1;
    sql("REVOKE SELECT ON t FROM datastream; GRANT SELECT (id) ON t TO datastream");
    scene_start(&s);
    await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    await_rows(&s, "SELECT id FROM public_t ORDER BY id", "1;2");
    scene_stop(&s);
}

static void a_table_that_is_not_there_is_named(void **state)
{
    struct scene s;
    (void)state;
    scene_make(&s, "missing", "u");
    scene_start(&s);
    await_backfill(s.r, "missing", REPLICA_BACKFILL_FAILED);
    assert_non_null(strstr(look_at(s.r, "missing").error, "42P01"));
    await_backfill(s.r, "u", REPLICA_BACKFILL_COMPLETED);
    scene_stop(&s);
}

static void changes_alone_can_flow(void **state)
{
    struct scene s;
    (void)state;
    scene_make(&s, "t", "u");
    s.c.backfill = false;
    sql("INSERT INTO t VALUES (3, 'c')");
    scene_start(&s);
    sql("UPDATE t SET v = 'aa' WHERE id = 1; DELETE FROM t WHERE id = 2");
    await_rows(&s, "SELECT id, v FROM public_t ORDER BY id", "1,aa;3,c");
    assert_int_equal(look_at(s.r, "t").backfill, REPLICA_BACKFILL_NONE);
    scene_stop(&s);
}

static void a_stream_is_forgotten(void **state)
{
    struct scene s;
    char why[512] = "", found[TEXT];
    (void)state;
    scene_make(&s, "t", "u");
    assert_true(replica_forget(s.path, "strøm", why)); /* nothing there yet */
    scene_start(&s);
    await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    scene_stop(&s);
    sql("DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (5, 'e')");
    assert_true(replica_forget(s.path, "strøm", why));
    assert_string_equal(file(s.path, "SELECT count(*) FROM _replica_table", found), "0");
    assert_string_equal(file(s.path, "SELECT count(*) FROM public_t", found), "2");
    scene_start(&s);
    await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    await_rows(&s, "SELECT id, v FROM public_t ORDER BY id", "2,b;5,e");
    scene_stop(&s);
}

static void two_share_a_file(void **state)
{
    struct scene a, b;
    (void)state;
    sql("SELECT pg_create_logical_replication_slot('slot2', 'pgoutput')");
    scene_make(&a, "t", NULL);
    scene_make(&b, "u", NULL);
    b.c.sqlite_path = a.path;
    b.c.slot = "slot2";
    b.c.stream = "other";
    scene_start(&a);
    scene_start(&b);
    sql("INSERT INTO t SELECT g, 't' FROM generate_series(10, 20000) g;"
        "INSERT INTO u SELECT g, 'u' FROM generate_series(10, 20000) g");
    await_backfill(a.r, "t", REPLICA_BACKFILL_COMPLETED);
    await_backfill(b.r, "u", REPLICA_BACKFILL_COMPLETED);
    await_rows(&a, "SELECT (SELECT count(*) FROM public_t), (SELECT count(*) FROM public_u)",
               "19993,19992");
    scene_stop(&a);
    scene_stop(&b);
}

static void another_key_is_named(void **state)
{
    struct scene s;
    (void)state;
    scene_make(&s, "t", "u");
    scene_start(&s);
    await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    sql("ALTER TABLE t DROP CONSTRAINT t_pkey, ALTER COLUMN v SET NOT NULL, ADD PRIMARY KEY (v)");
    sql("INSERT INTO t VALUES (1, 'again'); INSERT INTO u VALUES (2, 'y')");
    await_rows(&s, "SELECT count(*) FROM public_u", "2");
    await_error(s.r, "t", "another key");
    assert_true(look_at(s.r, "t").unsupported_events > 0);
    await_rows(&s, "SELECT id, v FROM public_t ORDER BY id", "1,a;2,b");
    scene_stop(&s);
}

static void figures_are_true(void **state)
{
    struct scene s;
    struct replica_look look;
    (void)state;
    scene_make(&s, "t", "u");
    scene_start(&s);
    await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    sql("INSERT INTO t SELECT g, 'x' FROM generate_series(10, 109) g");
    await_rows(&s, "SELECT count(*) FROM public_t", "102");
    await_events(s.r, 100);
    replica_look(s.r, &look);
    replica_look_done(&look);
    assert_in_range(look.bytes, 100 * 10, 100 * 100);
    assert_int_equal(look.freshness_ms, 0);
    assert_in_range(look.latency_p50_ms, 0, 20000);
    assert_true(look.latency_p99_ms >= look.latency_p50_ms);
    assert_true(look_at(s.r, "t").last_event_ms > 0);
    scene_stop(&s);
}

/* A slot whose tables rest must not hold the WAL that others write. */
static void an_idle_slot_moves_on(void **state)
{
    struct scene s;
    (void)state;
    scene_make(&s, "t", "u");
    scene_start(&s);
    await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    sql("CREATE TABLE w AS SELECT g FROM generate_series(1, 5000) g; CREATE TEMP TABLE mark AS"
        " SELECT pg_current_wal_insert_lsn() AS lsn");
    int64_t limit = now_ms() + PATIENCE_MS;
    for (;;) {
        PGresult *r = PQexec(db, "SELECT confirmed_flush_lsn >= (SELECT lsn FROM mark)"
                                 " FROM pg_replication_slots WHERE slot_name = 'slot'");
        bool moved = PQgetvalue(r, 0, 0)[0] == 't';
        PQclear(r);
        if (moved)
            break;
        if (now_ms() > limit)
            fail_msg("the slot does not move");
        poll(NULL, 0, LOOK_MS);
    }
    scene_stop(&s);
}

static int start_server(void **state)
{
    char why[POSTGRES_WHY] = "", conninfo[POSTGRES_CONNINFO];
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
    db = PQconnectdb(postgres_superuser(pg, "app", conninfo));
    sql("SET client_min_messages = error; CREATE ROLE datastream LOGIN REPLICATION PASSWORD "
        "'syntetisk'; GRANT USAGE ON SCHEMA public"
        " TO datastream");
    return PQstatus(db) == CONNECTION_OK ? 0 : -1;
}

static int stop_server(void **state)
{
    (void)state;
    PQfinish(db);
    postgres_remove(pg);
    folder_remove(files);
    return 0;
}

#define STATE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATE_TEST(validation_passes),
        STATE_TEST(validation_names_what_is_wrong),
        STATE_TEST(validation_sees_a_busy_slot),
        STATE_TEST(a_missing_slot_is_final),
        STATE_TEST(a_dropped_publication_is_final),
        STATE_TEST(a_wrong_password_heals),
        STATE_TEST(a_busy_slot_heals),
        STATE_TEST(nonsense_is_refused),
        STATE_TEST(tables_look_as_promised),
        STATE_TEST(history_looks_as_promised),
        STATE_TEST(without_a_key_rows_are_marked),
        STATE_TEST(a_selection_can_change),
        STATE_TEST(a_backfill_can_be_stopped),
        STATE_TEST(a_table_that_may_not_be_read_is_named),
        STATE_TEST(columns_alone_may_be_readable),
        STATE_TEST(a_table_that_is_not_there_is_named),
        STATE_TEST(changes_alone_can_flow),
        STATE_TEST(a_stream_is_forgotten),
        STATE_TEST(two_share_a_file),
        STATE_TEST(another_key_is_named),
        STATE_TEST(figures_are_true),
        STATE_TEST(an_idle_slot_moves_on),
    };
    if (!postgres_is_installed()) {
        fprintf(stderr, "no PostgreSQL here\n");
        return SKIP;
    }
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests_name("replica", tests, start_server, stop_server);
}
