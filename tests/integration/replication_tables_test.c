/* What arrives, and what happens when the selection, a right or a key changes. */

#include "tests/integration/replication_scene.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static void tables_look_as_promised(void **state)
{
    struct scene s;
    char found[SCENE_TEXT];
    (void)state;
    scene_sql(
        "CREATE TABLE w (a int, b text, c numeric(10,2), d jsonb[], e timestamptz, f bool, g point,"
        " h int GENERATED ALWAYS AS (a + 1) STORED, \"datastream_metadata\" text,"
        " PRIMARY KEY (b, a)); GRANT SELECT ON w TO datastream; ALTER PUBLICATION pub ADD TABLE w;"
        "INSERT INTO w VALUES (1, 'x', 1.50, ARRAY['{\"k\": 1}'::jsonb], '2026-01-31 "
        "13:00:00.25+01',"
        " true)");
    scene_make(&s, "w", NULL);
    scene_start(&s);
    scene_await_backfill(s.r, "w", REPLICA_BACKFILL_COMPLETED);
    assert_string_equal(
        scene_file(s.path, "SELECT name, type, pk FROM pragma_table_info('public_w')", found),
        "a,INTEGER,1;b,STRING TEXT,2;c,NUMERIC TEXT,0;d,JSON TEXT DOCUMENTS,0;"
        "e,TIMESTAMP TEXT,0;f,BOOLEAN,0;datastream_metadata,RECORD TEXT,0");
    assert_string_equal(scene_file(s.path, "SELECT a, b, c, d, e, f FROM public_w", found),
                        "1,x,1.50,[{\"k\": 1}],2026-01-31T12:00:00.25Z,1");
    assert_string_equal(
        scene_file(
            s.path,
            "SELECT length(json_extract(datastream_metadata, '$.uuid')), abs(json_extract("
            "datastream_metadata, '$.source_timestamp') / 1000 - unixepoch()) < 100 FROM public_w",
            found),
        "36,1");
    assert_non_null(strstr(scene_look(s.r, "w").error, "datastream_metadata"));
    scene_stop(&s);
}

static void history_looks_as_promised(void **state)
{
    struct scene s;
    (void)state;
    scene_sql("ALTER TABLE u DROP CONSTRAINT u_pkey; ALTER TABLE u REPLICA IDENTITY FULL");
    scene_make(&s, "t", "u");
    s.c.append_only = true;
    scene_start(&s);
    scene_await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    scene_await_backfill(s.r, "u", REPLICA_BACKFILL_COMPLETED);
    scene_sql(
        "UPDATE t SET v = 'bb' WHERE id = 2; UPDATE t SET id = 3 WHERE id = 2; DELETE FROM t WHERE"
        " id = 1; INSERT INTO t VALUES (4, 'd'); UPDATE u SET v = 'y'");
    scene_await_rows(
        &s,
        "SELECT id, v, json_extract(datastream_metadata, '$.change_type') FROM public_t ORDER BY"
        " json_extract(datastream_metadata, '$.change_sequence_number')",
        "1,a,INSERT;2,b,INSERT;2,bb,UPDATE-INSERT;2,~,UPDATE-DELETE;3,bb,UPDATE-INSERT;"
        "1,~,DELETE;4,d,INSERT");
    scene_await_rows(
        &s,
        "SELECT v, json_extract(datastream_metadata, '$.change_type') FROM public_u ORDER BY"
        " rowid",
        "x,INSERT;x,UPDATE-DELETE;y,UPDATE-INSERT");
    scene_stop(&s);
}

static void without_a_key_rows_are_marked(void **state)
{
    struct scene s;
    (void)state;
    scene_sql("ALTER TABLE u DROP CONSTRAINT u_pkey; ALTER TABLE u REPLICA IDENTITY FULL");
    scene_make(&s, "u", NULL);
    scene_start(&s);
    scene_await_backfill(s.r, "u", REPLICA_BACKFILL_COMPLETED);
    scene_sql("UPDATE u SET v = 'y'; DELETE FROM u");
    scene_await_rows(
        &s,
        "SELECT v, json_extract(datastream_metadata, '$.is_deleted') FROM public_u ORDER BY rowid",
        "x,0;x,1;y,0;y,1");
    scene_await_events(s.r, 2);
    assert_int_equal(scene_look(s.r, "u").rows_copied, 1);
    assert_int_equal(scene_look(s.r, "u").events, 2);
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
    scene_await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    scene_await_rows(&s, "SELECT * FROM pragma_table_info('public_t') WHERE name = 'v'", "");
    scene_sql("INSERT INTO u VALUES (2, 'before')");
    scene_sql("INSERT INTO t VALUES (3, 'c')");
    scene_await_rows(&s, "SELECT count(*) FROM public_t", "3");
    s.tables[0].n_columns = 0;
    assert_true(replica_select(s.r, s.tables, 2, why));
    scene_await_backfill(s.r, "u", REPLICA_BACKFILL_COMPLETED);
    scene_sql("UPDATE t SET v = 'cc' WHERE id = 3; INSERT INTO u VALUES (3, 'after')");
    scene_await_rows(&s, "SELECT id, v FROM public_u ORDER BY id", "1,x;2,before;3,after");
    scene_await_rows(&s, "SELECT id, v FROM public_t ORDER BY id", "1,~;2,~;3,cc");
    assert_true(replica_select(s.r, s.tables + 1, 1, why));
    assert_false(replica_start_backfill(s.r, "public", "t", why));
    scene_sql("INSERT INTO t VALUES (4, 'd'); INSERT INTO u VALUES (4, 'last')");
    scene_await_rows(&s, "SELECT id FROM public_u WHERE id = 4", "4");
    scene_await_rows(&s, "SELECT count(*) FROM public_t", "3");
    assert_true(replica_select(s.r, s.tables, 2, why)); /* again: it is copied afresh */
    scene_await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    scene_await_rows(&s, "SELECT id, v FROM public_t ORDER BY id", "1,a;2,b;3,cc;4,d");
    scene_stop(&s);
}

static void a_backfill_can_be_stopped(void **state)
{
    struct scene s;
    char why[512];
    (void)state;
    scene_make(&s, "t", "u");
    scene_sql("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
    scene_start(&s);
    scene_await_backfill(s.r, "u", REPLICA_BACKFILL_COMPLETED);
    assert_int_equal(scene_look(s.r, "t").backfill, REPLICA_BACKFILL_PENDING);
    assert_false(replica_start_backfill(s.r, "public", "t", why));
    assert_true(replica_stop_backfill(s.r, "public", "t", why));
    scene_await_backfill(s.r, "t", REPLICA_BACKFILL_STOPPED);
    assert_false(replica_stop_backfill(s.r, "public", "t", why));
    scene_sql("INSERT INTO t VALUES (3, 'c'); COMMIT");
    scene_await_rows(&s, "SELECT id, v FROM public_t ORDER BY id", "3,c");
    assert_true(replica_start_backfill(s.r, "public", "t", why));
    scene_await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    assert_true(scene_look(s.r, "t").manual);
    scene_await_rows(&s, "SELECT id, v FROM public_t ORDER BY id", "1,a;2,b;3,c");
    scene_stop(&s);
}

static void a_table_that_may_not_be_read_is_named(void **state)
{
    struct scene s;
    char why[512];
    (void)state;
    scene_make(&s, "t", "u");
    scene_sql("REVOKE SELECT ON t FROM datastream");
    scene_start(&s);
    scene_await_backfill(s.r, "t", REPLICA_BACKFILL_FAILED);
    scene_await_backfill(s.r, "u", REPLICA_BACKFILL_COMPLETED);
    assert_non_null(strstr(scene_look(s.r, "t").error, "42501"));
    scene_sql("INSERT INTO t VALUES (3, 'c'); INSERT INTO u VALUES (2, 'y')");
    scene_await_rows(&s, "SELECT id, v FROM public_t", "3,c"); /* changes do flow */
    scene_await_rows(&s, "SELECT count(*) FROM public_u", "2");
    scene_sql("GRANT SELECT ON t TO datastream");
    assert_true(replica_start_backfill(s.r, "public", "t", why));
    scene_await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    scene_await_rows(&s, "SELECT id, v FROM public_t ORDER BY id", "1,a;2,b;3,c");
    assert_string_equal(scene_look(s.r, "t").error, "");
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
    scene_sql("REVOKE SELECT ON t FROM datastream; GRANT SELECT (id) ON t TO datastream");
    scene_start(&s);
    scene_await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    scene_await_rows(&s, "SELECT id FROM public_t ORDER BY id", "1;2");
    scene_stop(&s);
}

static void a_table_that_is_not_there_is_named(void **state)
{
    struct scene s;
    (void)state;
    scene_make(&s, "missing", "u");
    scene_start(&s);
    scene_await_backfill(s.r, "missing", REPLICA_BACKFILL_FAILED);
    assert_non_null(strstr(scene_look(s.r, "missing").error, "42P01"));
    scene_await_backfill(s.r, "u", REPLICA_BACKFILL_COMPLETED);
    scene_stop(&s);
}

static void changes_alone_can_flow(void **state)
{
    struct scene s;
    (void)state;
    scene_make(&s, "t", "u");
    s.c.backfill = false;
    scene_sql("INSERT INTO t VALUES (3, 'c')");
    scene_start(&s);
    scene_sql("UPDATE t SET v = 'aa' WHERE id = 1; DELETE FROM t WHERE id = 2");
    scene_await_rows(&s, "SELECT id, v FROM public_t ORDER BY id", "1,aa;3,c");
    assert_int_equal(scene_look(s.r, "t").backfill, REPLICA_BACKFILL_NONE);
    scene_stop(&s);
}

static void a_stream_is_forgotten(void **state)
{
    struct scene s;
    char why[512] = "", found[SCENE_TEXT];
    (void)state;
    scene_make(&s, "t", "u");
    assert_true(replica_forget(s.path, "strøm", why)); /* nothing there yet */
    scene_start(&s);
    scene_await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    scene_stop(&s);
    scene_sql("DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (5, 'e')");
    assert_true(replica_forget(s.path, "strøm", why));
    assert_string_equal(scene_file(s.path, "SELECT count(*) FROM _replica_table", found), "0");
    assert_string_equal(scene_file(s.path, "SELECT count(*) FROM public_t", found), "2");
    scene_start(&s);
    scene_await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    scene_await_rows(&s, "SELECT id, v FROM public_t ORDER BY id", "2,b;5,e");
    scene_stop(&s);
}

static void two_share_a_file(void **state)
{
    struct scene a, b;
    (void)state;
    scene_sql("SELECT pg_create_logical_replication_slot('slot2', 'pgoutput')");
    scene_make(&a, "t", NULL);
    scene_make(&b, "u", NULL);
    b.c.sqlite_path = a.path;
    b.c.slot = "slot2";
    b.c.stream = "other";
    scene_start(&a);
    scene_start(&b);
    scene_sql("INSERT INTO t SELECT g, 't' FROM generate_series(10, 20000) g;"
              "INSERT INTO u SELECT g, 'u' FROM generate_series(10, 20000) g");
    scene_await_backfill(a.r, "t", REPLICA_BACKFILL_COMPLETED);
    scene_await_backfill(b.r, "u", REPLICA_BACKFILL_COMPLETED);
    scene_await_rows(&a, "SELECT (SELECT count(*) FROM public_t), (SELECT count(*) FROM public_u)",
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
    scene_await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    scene_sql(
        "ALTER TABLE t DROP CONSTRAINT t_pkey, ALTER COLUMN v SET NOT NULL, ADD PRIMARY KEY (v)");
    scene_sql("INSERT INTO t VALUES (1, 'again'); INSERT INTO u VALUES (2, 'y')");
    scene_await_rows(&s, "SELECT count(*) FROM public_u", "2");
    scene_await_error(s.r, "t", "another key");
    assert_true(scene_look(s.r, "t").unsupported_events > 0);
    scene_await_rows(&s, "SELECT id, v FROM public_t ORDER BY id", "1,a;2,b");
    scene_stop(&s);
}

static void expect_standby(const char *name)
{
    char text[120];
    scene_sql("SET synchronous_commit = local");
    snprintf(text, sizeof text, "ALTER SYSTEM SET synchronous_standby_names = '%s'", name);
    scene_sql(text);
    scene_sql("SELECT pg_reload_conf()");
}

/* A commit that waits for a standby comes down the stream, but nobody else sees it. A copy that is
 * begun meanwhile must not miss what the stream has already brought. */
static void a_copy_waits_for_commits_that_hang(void **state)
{
    struct scene s;
    char why[512];
    (void)state;
    scene_make(&s, "t", "u");
    scene_start(&s);
    scene_await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    expect_standby("nobody");
    PGconn *hangs = scene_connect();
    assert_int_equal(PQsendQuery(hangs, "INSERT INTO t VALUES (3, 'c')"), 1);
    scene_await_rows(&s, "SELECT count(*) FROM public_t", "3");
    PGresult *r = PQexec(scene_db, "SELECT count(*) FROM t");
    assert_string_equal(PQgetvalue(r, 0, 0), "2");
    PQclear(r);
    assert_true(replica_start_backfill(s.r, "public", "t", why));
    scene_await_error(s.r, "t", "not visible yet");
    assert_int_equal(scene_look(s.r, "t").backfill, REPLICA_BACKFILL_PENDING);
    expect_standby("");
    scene_await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    scene_await_rows(&s, "SELECT id, v FROM public_t ORDER BY id", "1,a;2,b;3,c");
    assert_string_equal(scene_look(s.r, "t").error, "");
    PQfinish(hangs);
    scene_stop(&s);
}

static void huge_rows_are_left_out(void **state)
{
    struct scene s;
    (void)state;
    scene_sql("INSERT INTO t VALUES (3, repeat('x', 21000000))");
    scene_make(&s, "t", NULL);
    scene_start(&s);
    scene_await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    scene_sql("UPDATE t SET v = repeat('y', 21000000) WHERE id = 1; INSERT INTO t VALUES (4, 'd')");
    scene_await_rows(&s, "SELECT id, v FROM public_t ORDER BY id", "1,a;2,b;4,d");
    scene_await_error(s.r, "t", "more than 20 MB");
    assert_int_equal(scene_look(s.r, "t").unsupported_events, 2);
    scene_stop(&s);
}

/* Files may not grow: as a full disk, for this process alone. */
static void a_full_disk_heals(void **state)
{
    struct scene s;
    struct rlimit limit, small;
    (void)state;
    scene_make(&s, "t", NULL);
    scene_start(&s);
    scene_await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    small = limit;
    small.rlim_cur = 204800;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    scene_sql("INSERT INTO t SELECT g, md5(g::text) FROM generate_series(10, 20000) g");
    scene_await_state(s.r, REPLICA_FAILED, NULL);
    struct replica_look look;
    replica_look(s.r, &look);
    replica_look_done(&look);
    assert_non_null(strstr(look.reason, "SQLITE_"));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    scene_await_rows(&s, "SELECT count(*) FROM public_t", "19993");
    scene_await_state(s.r, REPLICA_RUNNING, "");
    scene_stop(&s);
}

static void figures_are_true(void **state)
{
    struct scene s;
    struct replica_look look;
    (void)state;
    scene_make(&s, "t", "u");
    scene_start(&s);
    scene_await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    scene_sql("INSERT INTO t SELECT g, 'x' FROM generate_series(10, 109) g");
    scene_await_rows(&s, "SELECT count(*) FROM public_t", "102");
    scene_await_events(s.r, 100);
    replica_look(s.r, &look);
    replica_look_done(&look);
    assert_in_range(look.bytes, 100 * 10, 100 * 100);
    assert_int_equal(look.freshness_ms, 0);
    assert_in_range(look.latency_p50_ms, 0, 20000);
    assert_true(look.latency_p99_ms >= look.latency_p50_ms);
    assert_true(scene_look(s.r, "t").last_event_ms > 0);
    scene_stop(&s);
}

/* A slot whose tables rest must not hold the WAL that others write. */
static void an_idle_slot_moves_on(void **state)
{
    struct scene s;
    (void)state;
    scene_make(&s, "t", "u");
    scene_start(&s);
    scene_await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    scene_sql(
        "CREATE TABLE w AS SELECT g FROM generate_series(1, 5000) g; CREATE TEMP TABLE mark AS"
        " SELECT pg_current_wal_insert_lsn() AS lsn");
    int64_t limit = scene_now_ms() + SCENE_PATIENCE_MS;
    for (;;) {
        PGresult *r = PQexec(scene_db, "SELECT confirmed_flush_lsn >= (SELECT lsn FROM mark)"
                                       " FROM pg_replication_slots WHERE slot_name = 'slot'");
        bool moved = PQgetvalue(r, 0, 0)[0] == 't';
        PQclear(r);
        if (moved)
            break;
        if (scene_now_ms() > limit)
            fail_msg("the slot does not move");
        poll(NULL, 0, SCENE_LOOK_MS);
    }
    scene_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(tables_look_as_promised),
        SCENE_TEST(history_looks_as_promised),
        SCENE_TEST(without_a_key_rows_are_marked),
        SCENE_TEST(a_selection_can_change),
        SCENE_TEST(a_backfill_can_be_stopped),
        SCENE_TEST(a_table_that_may_not_be_read_is_named),
        SCENE_TEST(columns_alone_may_be_readable),
        SCENE_TEST(a_table_that_is_not_there_is_named),
        SCENE_TEST(changes_alone_can_flow),
        SCENE_TEST(a_stream_is_forgotten),
        SCENE_TEST(two_share_a_file),
        SCENE_TEST(another_key_is_named),
        SCENE_TEST(a_copy_waits_for_commits_that_hang),
        SCENE_TEST(huge_rows_are_left_out),
        SCENE_TEST(a_full_disk_heals),
        SCENE_TEST(figures_are_true),
        SCENE_TEST(an_idle_slot_moves_on),
    };
    return scene_run("replica tables", tests, sizeof tests / sizeof *tests);
}
