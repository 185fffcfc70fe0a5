/* What a replica says when something is missing, wrong or in the way. */

#include "tests/integration/replication_scene.h"

#include <poll.h>
#include <string.h>

static const struct replica_check *check(const struct replica_check *checks, size_t n,
                                         const char *part)
{
    for (size_t i = 0; i < n; i++) {
        if (strstr(checks[i].code, part))
            return &checks[i];
    }
    fail_msg("no check %s", part);
    return checks;
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
    scene_sql("CREATE TABLE w (id int PRIMARY KEY)");
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
    scene_sql("ALTER ROLE datastream PASSWORD 'ny'");
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
    scene_await_state(s.r, REPLICA_RUNNING, NULL);
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
    scene_await_state(s.r, REPLICA_FAILED_PERMANENTLY, "42704");
    assert_false(replica_start_backfill(s.r, "public", "t", why));
    scene_stop(&s);
}

/* Making the publication again does not help: decoding sees the catalogue as it was. */
static void a_dropped_publication_is_final(void **state)
{
    struct scene s;
    (void)state;
    scene_make(&s, "t", "u");
    scene_sql("DROP PUBLICATION pub");
    scene_sql("INSERT INTO t VALUES (3, 'c')");
    scene_sql("CREATE PUBLICATION pub FOR TABLE t, u");
    scene_start(&s);
    scene_await_state(s.r, REPLICA_FAILED_PERMANENTLY, "42704");
    scene_stop(&s);
    scene_drop_slots();
    scene_sql("SELECT pg_create_logical_replication_slot('slot', 'pgoutput')");
    scene_start(&s);
    scene_await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    scene_await_rows(&s, "SELECT id, v FROM public_t ORDER BY id", "1,a;2,b;3,c");
    scene_stop(&s);
}

static void a_lost_slot_is_final(void **state)
{
    struct scene s;
    struct replica_check checks[REPLICA_CHECKS];
    (void)state;
    scene_make(&s, "t", "u");
    scene_sql("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
    scene_sql("SELECT pg_reload_conf()");
    for (int i = 0; i < 4; i++) {
        scene_sql("UPDATE t SET v = v || 'x'");
        scene_sql("SELECT pg_switch_wal()");
    }
    scene_sql("CHECKPOINT");
    size_t n = replica_validate(&s.c, checks);
    assert_non_null(strstr(check(checks, n, "SLOT")->message, "lost"));
    scene_start(&s);
    scene_await_state(s.r, REPLICA_FAILED_PERMANENTLY, "55000");
    scene_stop(&s);
}

static void a_wrong_password_heals(void **state)
{
    struct scene s;
    struct replica_look look;
    (void)state;
    scene_make(&s, "t", "u");
    scene_sql("ALTER ROLE datastream PASSWORD 'ny'");
    scene_start(&s);
    scene_await_state(s.r, REPLICA_FAILED, "28P01");
    replica_look(s.r, &look);
    assert_non_null(strstr(look.error, "password"));
    replica_look_done(&look);
    scene_sql("ALTER ROLE datastream PASSWORD 'syntetisk'");
    scene_await_state(s.r, REPLICA_RUNNING, "");
    scene_await_backfill(s.r, "t", REPLICA_BACKFILL_COMPLETED);
    scene_stop(&s);
}

static void a_busy_slot_heals(void **state)
{
    struct scene s, other;
    (void)state;
    scene_make(&other, "t", "u");
    scene_start(&other);
    scene_await_state(other.r, REPLICA_RUNNING, NULL);
    scene_make(&s, "t", "u");
    scene_start(&s);
    scene_await_state(s.r, REPLICA_FAILED, "55006");
    scene_stop(&other);
    scene_await_state(s.r, REPLICA_RUNNING, "");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(validation_passes),
        SCENE_TEST(validation_names_what_is_wrong),
        SCENE_TEST(validation_sees_a_busy_slot),
        SCENE_TEST(a_missing_slot_is_final),
        SCENE_TEST(a_dropped_publication_is_final),
        SCENE_TEST(a_lost_slot_is_final),
        SCENE_TEST(a_wrong_password_heals),
        SCENE_TEST(a_busy_slot_heals),
        SCENE_TEST(nonsense_is_refused),
    };
    return scene_run("replica states", tests, sizeof tests / sizeof *tests);
}
