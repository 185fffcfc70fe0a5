/* Taking down, what it leaves to be done by hand: slot, publication, rights, manifest, Terraform's
 * code; each with its exact text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/plan/receipt.h"

/* --- what is left in the database --- */

static const char *by_hand(struct receipt *r, const char *what)
{
    plan_receipt(r);
    int at = line_at(r, RECEIPT_BY_HAND, what);
    return at < 0 ? NULL : r->lines[at].why;
}

static void test_left_in_the_source(void **state)
{
    (void)state;
    struct receipt r;
    open_receipt(&r);
    assert_null(by_hand(&r, "slot"));
    assert_null(by_hand(&r, "publication"));
    r.o.publication_exists = true;
    assert_non_null(strstr(by_hand(&r, "publication"), "DROP PUBLICATION"));
    r.o.slot_exists = true;
    const char *slot = by_hand(&r, "slot");
    assert_non_null(strstr(slot, "an unknown amount of log"));
    assert_null(strstr(slot, "0 bytes"));
    r.o.slot_bytes = 4096;
    slot = by_hand(&r, "slot");
    assert_non_null(strstr(slot, "holds 4.1 kB"));
    assert_non_null(strstr(slot, "PG_DROP_REPLICATION_SLOT"));
    assert_null(by_hand(&r, "publication")); /* one text drops both */
    r.o.source_asked = false;
    assert_non_null(strstr(by_hand(&r, "source"), "was not asked"));
    assert_null(by_hand(&r, "slot"));
    scene_done(&r.s);
}

/* An undo leaves the slot to whoever made it; where no stream reads it, that is said. */
static void test_an_undo_tells_of_an_idle_slot(void **state)
{
    (void)state;
    struct receipt r;
    open_receipt(&r);
    r.o.undo = r.o.slot_exists = true;
    r.o.slot_bytes = 4096;
    plan_receipt(&r);
    assert_int_equal(line_at(&r, RECEIPT_KEPT, "slot"), -1); /* the stream goes on */
    r.s.seen.things[STEP_STREAM].seen = SEEN_ABSENT;
    plan_receipt(&r);
    int at = line_at(&r, RECEIPT_KEPT, "slot");
    assert_true(at >= 0 && strstr(r.lines[at].why, "holds 4.1 kB"));
    assert_null(by_hand(&r, "slot"));
    r.o.source_asked = false;
    plan_receipt(&r);
    at = line_at(&r, RECEIPT_KEPT, "slot");
    assert_true(at >= 0 && strstr(r.lines[at].why, "was not asked"));
    r.o.source_asked = true;
    r.o.slot_exists = false;
    plan_receipt(&r);
    assert_int_equal(line_at(&r, RECEIPT_KEPT, "slot"), -1);
    scene_done(&r.s);
}

static const char *manifest_of(struct receipt *r)
{
    const char *text = by_hand(r, "manifest");
    assert_non_null(text);
    return text;
}

/* Word for word what stands in the manifest, and what the platform keeps beside it. */
static void test_left_in_the_manifest(void **state)
{
    (void)state;
    struct receipt r;
    open_receipt(&r);
    str_copy(r.s.target.app, sizeof r.s.target.app, "postmottak-backend");
    str_copy(r.s.target.db_user, sizeof r.s.target.db_user, "data_stream");
    const char *text = manifest_of(&r);
    assert_non_null(strstr(text, "\nusers:\n  - name: data_stream\n"));
    assert_non_null(
        strstr(text, "\nflags:\n  - name: cloudsql.logical_decoding\n    value: \"on\"\n"));
    assert_non_null(strstr(text, "\nkubectl annotate sqluser "
                                 "postmottak-backend-postmottak-data-stream "
                                 "cnrm.cloud.google.com/deletion-policy=none\n"));
    r.o.user_gone = true;
    assert_null(strstr(manifest_of(&r), "kubectl"));
    r.o.other_slots = true; /* logical decoding cannot be turned off under them */
    text = manifest_of(&r);
    assert_null(strstr(text, "value: \"on\""));
    assert_non_null(strstr(text, "other slots"));
    scene_done(&r.s);
}

/* Neither is deployed: what is not there is not asked to be taken out. */
static void test_nothing_of_it_in_the_manifest(void **state)
{
    (void)state;
    struct receipt r;
    open_receipt(&r);
    scene_prepared(&r.s);
    r.s.facts.roles.db_user.exists = false;
    remove_take_facts(&r.o, &r.s.facts, &r.s.mem);
    assert_non_null(by_hand(&r, "manifest")); /* the flag is on */
    r.s.facts.server.wal_level = "replica";
    remove_take_facts(&r.o, &r.s.facts, &r.s.mem);
    assert_null(by_hand(&r, "manifest"));
    r.s.facts.roles.db_user.exists = true;
    remove_take_facts(&r.o, &r.s.facts, &r.s.mem);
    assert_non_null(by_hand(&r, "manifest"));
    scene_done(&r.s);
}

static void test_slots_of_others(void **state)
{
    (void)state;
    struct receipt r;
    open_receipt(&r);
    scene_prepared(&r.s);
    struct source_slot both[] = {r.s.slot, {.name = "annen", .logical = true}};
    r.s.facts.slots.at = both;
    r.s.facts.slots.n = 1;
    r.s.facts.slots.wanted = &both[0];
    remove_take_facts(&r.o, &r.s.facts, &r.s.mem);
    assert_true(r.o.slot_exists && !r.o.other_slots);
    r.s.facts.slots.n = 2;
    remove_take_facts(&r.o, &r.s.facts, &r.s.mem);
    assert_true(r.o.other_slots);
    scene_done(&r.s);
}

/* Slot and publication are gone, and the user may read all the same. */
static void test_left_rights(void **state)
{
    (void)state;
    struct receipt r;
    open_receipt(&r);
    assert_null(by_hand(&r, "grants"));
    r.o.user_holds = true;
    assert_non_null(strstr(by_hand(&r, "grants"), "NOREPLICATION"));
    r.o.publication_exists = true;
    assert_null(by_hand(&r, "grants")); /* one text takes back all of it */
    scene_done(&r.s);
}

/* Its code would make it anew. */
static void test_what_terraform_manages(void **state)
{
    (void)state;
    struct receipt r;
    open_receipt(&r);
    assert_null(by_hand(&r, "terraform"));
    r.s.seen.things[STEP_STREAM].created_by = "terraform";
    const char *text = by_hand(&r, "terraform");
    assert_non_null(strstr(text, "datastream.stream postgres-postmottak-bigquery"));
    assert_string_equal(r.lines[line_at(&r, RECEIPT_BY_HAND, "terraform")].name,
                        "postgres-postmottak-bigquery");
    assert_non_null(strstr(text, "\nterraform state rm ADDRESS\n"));
    scene_done(&r.s);
}

static void test_sql(void **state)
{
    (void)state;
    struct arena a = {0};
    struct target t = {.publication = "ds\"pub", .slot = "ds_slot", .db_user = "Data-stream"};
    struct observed seen = {.n_stream_tables = 0};
    struct remove_options o = {.target = &t, .seen = &seen, .app_role = "post-mottak"};
    const char *sql = remove_sql(&a, &o);
    static const char *const lines[] = {
        /* a database without the user passes; the slot needs REPLICATION: it goes first */
        "IF EXISTS(SELECT * FROM pg_roles WHERE rolname = 'Data-stream') THEN",
        "PERFORM PG_DROP_REPLICATION_SLOT(slot_name) FROM pg_replication_slots WHERE slot_name = "
        "'ds_slot';",
        "DROP PUBLICATION IF EXISTS \"ds\"\"pub\";",
        "REVOKE SELECT ON ALL TABLES IN SCHEMA \"public\" FROM \"Data-stream\";",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA \"public\" REVOKE SELECT ON TABLES FROM "
        "\"Data-stream\";",
        "ALTER USER \"Data-stream\" WITH NOREPLICATION;",
        "ALTER USER \"post-mottak\" WITH NOREPLICATION;"};
    const char *at = sql;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        at = strstr(at, lines[i]);
        if (at == NULL)
            fail_msg("%s does not stand in its place:\n%s", lines[i], sql);
    }
    o.app_role = NULL; /* the database was not asked */
    sql = remove_sql(&a, &o);
    assert_non_null(strstr(sql, "ALTER USER \"Data-stream\""));
    assert_null(strstr(sql, "(null)"));
    str_copy(t.slot, sizeof t.slot, "it's"); /* no name of a slot */
    assert_string_equal(remove_sql(&a, &o), "");
    arena_done(&a);
}

/* In every schema that the stream takes from, and where the user may read; each once. */
static void test_sql_of_all_schemas(void **state)
{
    (void)state;
    struct receipt r;
    open_receipt(&r);
    size_t n = 0;
    scene_list(&r.s, r.s.in, &n, "public", "regel", "id");
    scene_list(&r.s, r.s.in, &n, "statistikk", "sak", "id");
    scene_list(&r.s, r.s.in, &n, "statistikk", "steg", "");
    scene_list(&r.s, r.s.in, &n, "Arkiv", NULL, "");
    r.s.seen.stream_tables = r.s.in;
    r.s.seen.n_stream_tables = n;
    scene_table(&r.s, "lager", "vare", "+id:key");
    scene_table(&r.s, "stengt", "vare", "+id:key");
    scene_table(&r.s, "statistikk", "sak", "+id:key");
    scene_prepared(&r.s);
    r.s.grants[1].select = false;
    remove_take_facts(&r.o, &r.s.facts, &r.s.mem);
    assert_true(r.o.source_asked && r.o.slot_exists && r.o.publication_exists);
    const char *sql = remove_sql(&r.s.mem, &r.o);
    static const char *const schemas[] = {"statistikk", "Arkiv", "lager"};
    for (size_t i = 0; i < 3; i++) {
        const char *name = schemas[i];
        const char *line =
            arena_printf(&r.s.mem, "REVOKE USAGE ON SCHEMA \"%s\" FROM \"datastream\";\n", name);
        assert_non_null(strstr(
            sql, arena_printf(&r.s.mem,
                              "REVOKE SELECT ON ALL TABLES IN SCHEMA \"%s\" FROM \"datastream\";",
                              name)));
        assert_non_null(strstr(
            sql, arena_printf(&r.s.mem, "ALTER DEFAULT PRIVILEGES IN SCHEMA \"%s\" REVOKE", name)));
        const char *found = strstr(sql, line);
        if (found == NULL)
            fail_msg("nothing is taken back in %s:\n%s", name, sql);
        assert_null(strstr(found + 1, line));
    }
    assert_non_null(strstr(sql, "IN SCHEMA \"public\""));
    assert_null(strstr(sql, "USAGE ON SCHEMA \"public\""));
    assert_null(strstr(sql, "stengt"));

    r.s.facts.roles.db_user.exists = false; /* there is nobody to take it from */
    remove_take_facts(&r.o, &r.s.facts, &r.s.mem);
    sql = remove_sql(&r.s.mem, &r.o);
    assert_null(strstr(sql, "REVOKE"));
    assert_non_null(strstr(sql, "DROP PUBLICATION"));
    scene_done(&r.s);
}

/* Slot, role and rights of another database are no part of it. */
static void test_another_database(void **state)
{
    (void)state;
    struct receipt r;
    open_receipt(&r);
    const struct observed *seen = &r.s.seen;
    assert_null(remove_other_source(seen, &r.s.target, "postmottak", &r.s.mem));
    assert_string_equal(remove_other_source(seen, &r.s.target, "another", &r.s.mem),
                        "the connection is to another, and the stream reads postmottak");
    str_copy(r.s.target.database, sizeof r.s.target.database, "another"); /* what it reads counts */
    assert_non_null(remove_other_source(seen, &r.s.target, "another", &r.s.mem));
    r.s.seen.source_database = NULL; /* the profile is gone */
    assert_null(remove_other_source(seen, &r.s.target, "another", &r.s.mem));
    r.s.target.database[0] = '\0';
    assert_non_null(remove_other_source(seen, &r.s.target, "another", &r.s.mem));
    r.o.source_asked = false;
    r.o.source_why = "the connection is to another";
    assert_non_null(strstr(by_hand(&r, "source"), "not asked (the connection is to another)"));
    scene_prepared(&r.s);
    remove_take_facts(&r.o, &r.s.facts, &r.s.mem);
    assert_true(r.o.slot_exists);
    r.s.slot.database = "another"; /* slots are the whole server's */
    r.s.facts.server.database = "postmottak";
    remove_take_facts(&r.o, &r.s.facts, &r.s.mem);
    assert_true(r.o.source_asked && !r.o.slot_exists);
    assert_int_equal(r.o.slot_bytes, -1);
    scene_done(&r.s);
}

static void test_source_not_asked(void **state)
{
    (void)state;
    struct remove_options o = {.slot_bytes = 0};
    struct source_facts f = {.publication.exists = true};
    struct arena a = {0};
    remove_take_facts(&o, NULL, &a);
    assert_false(o.source_asked);
    assert_int_equal(o.slot_bytes, -1);
    remove_take_facts(&o, &f, &a); /* asked, and no answer about slots */
    assert_false(o.source_asked);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_left_in_the_source),
        cmocka_unit_test(test_left_in_the_manifest),
        cmocka_unit_test(test_an_undo_tells_of_an_idle_slot),
        cmocka_unit_test(test_nothing_of_it_in_the_manifest),
        cmocka_unit_test(test_slots_of_others),
        cmocka_unit_test(test_left_rights),
        cmocka_unit_test(test_what_terraform_manages),
        cmocka_unit_test(test_sql),
        cmocka_unit_test(test_sql_of_all_schemas),
        cmocka_unit_test(test_another_database),
        cmocka_unit_test(test_source_not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
