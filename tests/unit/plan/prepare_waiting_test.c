/* What was written before and waits for a deploy is not written again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/plan/prepare_world.h"

static void record(struct world *w, struct source_migration *rows, const char *version,
                   const char *script)
{
    struct source_flyway *f = &w->s.facts.flyway;
    f->part.known = f->table = f->readable = true;
    f->at = rows;
    rows[f->n] = (struct source_migration){
        .version = version, .script = script, .success = true, .rank = (int64_t)f->n + 1};
    f->n++;
}

/* The migrations alone, in the repository; gives how many there are. */
static size_t write_all(struct world *w)
{
    struct err e = {0};
    size_t n = 0;
    for (size_t i = 0; i < w->p.n_files; i++)
        n += w->p.files[i].is_new;
    if (!prepare_write(&w->p, w->repo, &e))
        fail_msg("%s: %s", e.what, e.why);
    for (size_t i = 0; i < w->p.n_files; i++)
        w->made[w->n_made++] = w->p.files[i].path;
    return n;
}

static void test_not_written_twice(void **state)
{
    struct world *w = *state;
    some_tables(w);
    make(w, true, false);
    assert_int_equal(write_all(w), 2);
    make(w, true, false);
    assert_int_equal(w->p.n_files, 0);
    assert_true(noted(w, "/V1.51__datastream_oppsett.sql is written, waiting for deploy"));
    assert_true(noted(w, "/V1.52__datastream_slot.sql is written, waiting for deploy"));
    assert_false(noted(w, "needed now"));
}

static void test_what_waits_is_not_what_is_needed(void **state)
{
    struct world *w = *state;
    some_tables(w);
    make(w, true, false);
    assert_int_equal(write_all(w), 2);
    w->s.grants[1].has_key = true; /* all have one now: FOR ALL TABLES */
    make(w, true, false);
    assert_int_equal(w->p.n_files, 0);
    assert_true(noted(w, "oppsett.sql is written, waiting for deploy, but it does not hold what is "
                         "needed now"));
    assert_false(noted(w, "slot.sql is written, waiting for deploy, but"));
}

static void test_half_was_removed(void **state)
{
    struct world *w = *state;
    some_tables(w);
    make(w, true, false);
    assert_int_equal(write_all(w), 2);
    remove(arena_printf(&w->s.mem, "%s/" FLYWAY "/V1.52__datastream_slot.sql", w->repo));
    make(w, true, false);
    assert_int_equal(w->p.n_files, 1);
    assert_string_equal(w->p.files[0].path, FLYWAY "/V1.52__datastream_slot.sql");
    assert_int_equal(write_all(w), 1);
    remove(arena_printf(&w->s.mem, "%s/" FLYWAY "/V1.51__datastream_oppsett.sql", w->repo));
    make(w, true, false);
    assert_int_equal(w->p.n_files, 0); /* V1.53 would run behind the slot */
    assert_true(noted(w, "V1.52__datastream_slot.sql waits for deploy, and would make the slot "
                         "before its publication"));
}

/* Recorded, without effect (the user came later): a new file, the old one stays. */
static void test_ran_without_effect(void **state)
{
    static struct source_migration rows[2];
    struct world *w = *state;
    some_tables(w);
    make(w, true, false);
    assert_int_equal(write_all(w), 2);
    record(w, rows, "1.51", "V1.51__datastream_oppsett.sql");
    record(w, rows, "1.52", "V1.52__datastream_slot.sql");
    make(w, true, false);
    assert_int_equal(w->p.n_files, 2);
    assert_string_equal(w->p.files[0].path, FLYWAY "/V1.53__datastream_oppsett.sql");
    rows[1].success = false; /* that one is to run again */
    make(w, true, false);
    assert_int_equal(w->p.n_files, 0); /* and would run before V1.53 */
    assert_true(noted(w, "would make the slot before its publication"));
}

static void test_history_is_hidden(void **state)
{
    struct world *w = *state;
    some_tables(w);
    make(w, true, false);
    assert_int_equal(write_all(w), 2);
    w->s.facts.flyway.part =
        (struct source_part){false, "this login may not read flyway_schema_history"};
    make(w, true, false);
    assert_int_equal(w->p.n_files, 0);
    assert_true(noted(w, "whether it has run cannot be seen (this login may not read"));
}

static void test_number_is_too_low(void **state)
{
    static struct source_migration rows[1];
    struct world *w = *state;
    some_tables(w);
    make(w, true, false);
    assert_int_equal(write_all(w), 2);
    record(w, rows, "1.60", "V1.60__annet.sql");
    make(w, true, false);
    assert_true(noted(w, "a higher version has run already"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_not_written_twice), TEST(test_what_waits_is_not_what_is_needed),
        TEST(test_half_was_removed),  TEST(test_ran_without_effect),
        TEST(test_history_is_hidden), TEST(test_number_is_too_low),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
