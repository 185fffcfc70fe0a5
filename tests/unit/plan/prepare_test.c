#define _GNU_SOURCE /* strcasestr */
/* The files that prepare a source: from a repository of the test's own and facts by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/plan/prepare_world.h"

static void test_nobody_asked(void **state)
{
    struct world *w = *state;
    make(w, false, false);
    assert_int_equal(w->p.n_files, 1);
    assert_string_equal(w->p.files[0].path, MANIFEST);
    assert_false(w->p.files[0].is_new);
    assert_non_null(strstr(w->p.files[0].diff, "+            users:"));
    assert_non_null(strstr(w->p.files[0].text, "# ours")); /* comments stay */
    assert_true(noted(w, "migrations are written when the database has been asked"));
}

static void test_each_environment_is_named(void **state)
{
    struct world *w = *state;
    put(w, ".nais/prod-gcp.yaml", manifest);
    put(w, ".nais/nais.yaml", manifest);
    str_copy(w->s.target.context, sizeof w->s.target.context, "dev-gcp");
    make(w, false, false);
    assert_int_equal(w->p.n_files, 3);
    assert_int_equal(strncmp(w->p.files[0].does, "this environment:", 17), 0);
    assert_int_equal(strncmp(w->p.files[1].does, "logical decoding", 16), 0);
    assert_int_equal(strncmp(w->p.files[2].does, "ANOTHER environment", 19), 0);
}

static void test_fresh(void **state)
{
    struct world *w = *state;
    known(w, false);
    make(w, true, false);
    assert_int_equal(w->p.n_files, 1);
    assert_true(noted(w, "first deploy the manifest"));
    assert_true(noted(w, "does nothing")); /* the trap is explained */
}

static void test_user_exists(void **state)
{
    struct world *w = *state;
    known(w, true);
    make(w, true, false);
    assert_int_equal(w->p.n_files, 3);
    const struct prepared_file *first = &w->p.files[1], *second = &w->p.files[2];
    assert_true(first->is_new && second->is_new);
    assert_int_equal(strncmp(first->path, FLYWAY "/V1.51__", strlen(FLYWAY "/V1.51__")), 0);
    assert_int_equal(strncmp(second->path, FLYWAY "/V1.52__", strlen(FLYWAY "/V1.52__")), 0);
    assert_non_null(strstr(first->text, "FOR ALL TABLES"));
    assert_non_null(strstr(first->text, "\"Postmottak-backend\""));
    assert_null(strcasestr(first->text, "pg_create_logical_replication_slot"));
    assert_non_null(strcasestr(second->text, "pg_create_logical_replication_slot"));
    assert_null(strstr(second->text, "PUBLICATION"));
    assert_non_null(strstr(first->diff, "--- /dev/null"));
    assert_true(first->does[0] && second->does[0]);
}

static void test_narrow(void **state)
{
    struct world *w = *state;
    scene_table(&w->s, "public", "regel", "+id:key");
    scene_table(&w->s, "arkiv", "gammel", "+id:key a");
    scene_table(&w->s, "public", "andre", "id:key");
    known(w, true);
    make(w, true, true);
    assert_int_equal(w->p.n_files, 3);
    const char *first = w->p.files[1].text;
    assert_non_null(strstr(first, "regel"));
    assert_non_null(strstr(first, "gammel"));
    assert_null(strstr(first, "andre"));
    assert_null(strstr(first, "FOR ALL TABLES"));
    assert_null(strstr(first, "DEFAULT PRIVILEGES"));
}

/* --- a shape that does not break the application --- */

static void test_a_table_without_key(void **state)
{
    struct world *w = *state;
    some_tables(w);
    make(w, true, false);
    assert_int_equal(w->p.n_files, 3);
    const char *first = w->p.files[1].text;
    assert_null(strstr(first, "ALL TABLES"));
    assert_non_null(strstr(first, "CREATE PUBLICATION \"ds_publication\" FOR TABLE"));
    assert_non_null(strstr(first, "\"public\".\"regel\""));
    assert_non_null(strstr(first, "\"arkiv\".\"post\""));
    assert_null(strstr(first, "melding"));
    assert_true(noted(w, "UPDATE and DELETE fail on public.melding"));
    assert_true(noted(w, "give it a primary key first"));
}

static void test_all_have_keys(void **state)
{
    struct world *w = *state;
    some_tables(w);
    w->s.grants[1].has_key = true;
    make(w, true, false);
    assert_non_null(strstr(w->p.files[1].text, "FOR ALL TABLES"));
    assert_non_null(
        strstr(w->p.files[1].text, "\"arkiv\".\"post\"")); /* the procedure forgets it */
    assert_null(strstr(w->p.files[1].text, "\"regel\""));
    assert_int_equal(w->p.n_notes, 1);
    assert_true(noted(w, "No table is chosen yet"));
    make(w, true, true);
    assert_int_equal(w->p.n_notes, 0);
}

/* What the check warns of, a migration mends: without a choice all tables are meant. */
static void test_all_tables_and_some_unreadable(void **state)
{
    struct world *w = *state;
    some_tables(w);
    publishes_all(w);
    w->s.facts.publication.all_tables = true;
    w->s.facts.slots.wanted = &w->s.slot;
    w->s.facts.roles.db_user.replication = w->s.facts.roles.app.replication = true;
    w->s.grants[0].usage = w->s.grants[0].select = true;
    w->s.grants[1].usage = w->s.grants[1].select = true;
    w->s.facts.defaults.n = 0;
    make(w, true, false);
    assert_int_equal(w->p.n_files, 2);
    assert_non_null(strstr(w->p.files[1].text, "GRANT USAGE ON SCHEMA \"arkiv\""));
    assert_null(strstr(w->p.files[1].text, "ALTER PUBLICATION"));
    assert_int_equal(w->p.n_notes, 0);
}

/* FOR TABLE is the owner's to say, and a name with a line break is nobody's. */
static void test_not_ours_to_publish(void **state)
{
    struct world *w = *state;
    some_tables(w);
    w->s.grants[0].owner = "postgres";
    w->s.grants[2].table = "linje\nskift";
    scene_table(&w->s, "public", "andre", "+id:key");
    w->s.grants[3] = w->s.grants[2];
    w->s.grants[3].table = "andre";
    w->s.published[3] = (struct source_published){"arkiv", "andre", .covered = false};
    w->s.facts.grants.n_tables = 4;
    make(w, true, false);
    assert_null(strstr(w->p.files[1].text, "regel"));
    assert_null(strstr(w->p.files[1].text, "linje"));
    assert_non_null(strstr(w->p.files[1].text, "\"andre\""));
}

static void test_chosen_without_key(void **state)
{
    struct world *w = *state;
    some_tables(w);
    make(w, true, true);
    assert_null(strstr(w->p.files[1].text, "melding"));
    assert_non_null(strstr(w->p.files[1].text, "\"regel\""));
    assert_true(noted(w, "Left out of the publication: public.melding"));
    assert_true(noted(w, "leave it out of the selection"));
}

static void test_chosen_but_not_there(void **state)
{
    struct world *w = *state;
    some_tables(w);
    w->s.grants[0].exists = false;
    make(w, true, true);
    assert_null(strstr(w->p.files[1].text, "\"regel\""));
    assert_true(noted(w, "not in the database, so left out: public.regel"));
    w->s.grants[1].exists = w->s.grants[2].exists = false;
    w->s.facts.roles.app.name = NULL; /* nobody owns what is not there */
    make(w, true, true);
    assert_int_equal(w->p.n_files, 1);
    assert_true(noted(w, "none of the chosen tables can be published"));
}

/* Made FOR TABLE, with nothing chosen: the others are not meant. */
static void test_later_tables_are_added(void **state)
{
    struct world *w = *state;
    some_tables(w);
    w->s.facts.roles.db_user.replication = w->s.facts.roles.app.replication = true;
    publishes_all(w);
    w->s.facts.slots.wanted = &w->s.slot;
    w->s.grants[0].usage = w->s.grants[0].select = w->s.published[0].covered = true;
    make(w, true, false);
    assert_int_equal(w->p.n_files, 1);
    make(w, true, true);
    assert_int_equal(w->p.n_files, 2);
    const char *more = w->p.files[1].text;
    assert_non_null(strstr(more, "ALTER PUBLICATION \"ds_publication\" ADD TABLE"));
    assert_non_null(strstr(more, "\"arkiv\".\"post\""));
    assert_null(strstr(more, "\"regel\""));
}

/* --- what the checks ask for besides --- */

static void test_login_and_operations(void **state)
{
    struct world *w = *state;
    some_tables(w);
    w->s.facts.roles.db_user.login = false;
    w->s.facts.publication.exists = w->s.facts.publication.insert = true;
    w->s.facts.slots.wanted = &w->s.slot;
    make(w, true, true);
    assert_int_equal(w->p.n_files, 2);
    assert_non_null(strstr(w->p.files[1].text, "ALTER USER \"datastream\" LOGIN;"));
    assert_non_null(strstr(w->p.files[1].text,
                           "ALTER PUBLICATION \"ds_publication\" SET (publish = 'insert, update, "
                           "delete');"));
}

static void test_lost_slot_is_made_anew(void **state)
{
    struct world *w = *state;
    some_tables(w);
    w->s.facts.publication.exists = true;
    w->s.slot.wal_status = "lost";
    w->s.facts.slots.wanted = &w->s.slot;
    make(w, true, true);
    assert_int_equal(w->p.n_files, 3);
    assert_non_null(strstr(w->p.files[2].text, "PG_DROP_REPLICATION_SLOT"));
    w->s.slot.wal_status = "reserved";
    w->s.slot.plugin = "test_decoding"; /* somebody's: it is not dropped */
    make(w, true, true);
    assert_int_equal(w->p.n_files, 2);
    assert_true(noted(w, "the slot ds_replication is of another kind"));
}

static void test_everything_there(void **state)
{
    struct world *w = *state;
    scene_table(&w->s, "public", "regel", "+id:key");
    known(w, true);
    w->s.facts.roles.db_user.replication = w->s.facts.roles.app.replication = true;
    publishes_all(w);
    w->s.facts.slots.wanted = &w->s.slot;
    w->s.grants[0].usage = w->s.grants[0].select = w->s.published[0].covered = true;
    make(w, true, true);
    assert_int_equal(w->p.n_files, 1); /* the manifest in the repository is the old one */
    put(w, MANIFEST, w->p.files[0].text);
    make(w, true, true);
    assert_int_equal(w->p.n_files, 0);
    assert_int_equal(w->p.n_notes, 0);
}

/* What could not be asked may be there: nothing is made a second time. */
static void test_unknown(void **state)
{
    struct world *w = *state;
    known(w, true);
    w->s.facts.slots.part =
        (struct source_part){false, "permission denied for pg_replication_slots"};
    make(w, true, false);
    assert_int_equal(w->p.n_files, 1);
    assert_true(noted(w, "permission denied for pg_replication_slots"));
}

static void read_back(struct world *w, const char *folder, const char *path, const char *wanted)
{
    struct str text = {0};
    struct err e;
    assert_true(path_read(arena_printf(&w->s.mem, "%s/%s", folder, path), 1 << 20, &text, &e));
    assert_string_equal(str_text(&text), wanted);
    str_done(&text);
}

static void test_writing(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    known(w, true);
    make(w, true, false);
    assert_true(prepare_write(&w->p, w->repo, &e));
    for (size_t i = 0; i < w->p.n_files; i++)
        read_back(w, w->repo, w->p.files[i].path, w->p.files[i].text);
    read_back(w, w->repo, FLYWAY "/V1.1__begin.sql", "CREATE TABLE regel (id int PRIMARY KEY);\n");
}

/* Somebody took the number meanwhile: nothing at all is written. */
static void test_number_is_taken(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    known(w, true);
    make(w, true, false);
    put(w, w->p.files[2].path, "theirs");
    assert_false(prepare_write(&w->p, w->repo, &e));
    assert_int_equal(e.kind, ERR_CONFLICT);
    assert_non_null(strstr(e.what, w->p.files[2].path));
    assert_true(e.hint[0] != '\0');
    read_back(w, w->repo, w->p.files[2].path, "theirs");
    read_back(w, w->repo, MANIFEST, manifest);
    assert_int_not_equal(
        access(arena_printf(&w->s.mem, "%s/%s", w->repo, w->p.files[1].path), F_OK), 0);
}

/* A disk that was full in the middle: the same once more goes on where it ended. */
static void test_half_was_written(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    known(w, true);
    make(w, true, false);
    put(w, w->p.files[1].path, w->p.files[1].text);
    assert_true(prepare_write(&w->p, w->repo, &e));
    read_back(w, w->repo, w->p.files[1].path, w->p.files[1].text);
    read_back(w, w->repo, w->p.files[2].path, w->p.files[2].text);
    assert_true(prepare_write(&w->p, w->repo, &e));
}

static void test_left_out(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    known(w, true);
    make(w, true, false);
    put(w, w->p.files[1].path, "theirs"); /* of no concern: that one is not written */
    w->p.files[0].left_out = w->p.files[1].left_out = true;
    assert_true(prepare_write(&w->p, w->repo, &e));
    read_back(w, w->repo, MANIFEST, manifest);
    read_back(w, w->repo, w->p.files[1].path, "theirs");
    read_back(w, w->repo, w->p.files[2].path, w->p.files[2].text);
}

static void test_no_repository(void **state)
{
    struct world *w = *state;
    struct prepared p;
    struct err e = {0};
    const struct prepare_wanted wanted = {.repo = "/nonexistent/repository", .t = &w->s.target};
    assert_false(prepare(&w->s.mem, &wanted, &p, &e));
    assert_true(e.what[0] && e.why[0]);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nobody_asked),
        TEST(test_each_environment_is_named),
        TEST(test_fresh),
        TEST(test_user_exists),
        TEST(test_narrow),
        TEST(test_a_table_without_key),
        TEST(test_all_have_keys),
        TEST(test_all_tables_and_some_unreadable),
        TEST(test_not_ours_to_publish),
        TEST(test_chosen_without_key),
        TEST(test_chosen_but_not_there),
        TEST(test_later_tables_are_added),
        TEST(test_login_and_operations),
        TEST(test_lost_slot_is_made_anew),
        TEST(test_everything_there),
        TEST(test_unknown),
        TEST(test_writing),
        TEST(test_number_is_taken),
        TEST(test_half_was_written),
        TEST(test_left_out),
        TEST(test_no_repository),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
