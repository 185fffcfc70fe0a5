/* What a plan file names, against what the database has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/plan/file.h"

static void add(struct selection *s, const char *table, const char *column, const char *other)
{
    const struct selection_fact facts[] = {{.name = column, .type = "text"},
                                           {.name = other, .type = "text"}};
    size_t at = s->n_tables;
    selection_add(s, "public", table, facts, 2, NULL);
    selection_set_table(s, at, true);
}

static void test_what_is_not_there(void **state)
{
    (void)state;
    struct selection file, seen;
    struct err e;
    selection_init(&file);
    selection_init(&seen);
    add(&seen, "regel", "id", "navn");
    add(&file, "regel", "id", "navn");
    assert_true(plan_file_fits(&file, &seen, &e));
    add(&file, "borte", "id", "navn");
    add(&file, "regel2", "id", "navn");
    add(&seen, "regel2", "id", "navnx");
    assert_false(plan_file_fits(&file, &seen, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_string_equal(e.why, "the database has no public.borte, public.regel2.navn");
    assert_string_equal(e.resource, "public.borte, public.regel2.navn");
    selection_set_table(&file, 1, false); /* what does not flow may be gone */
    selection_set_column(&file, 2, 1, false);
    assert_true(plan_file_fits(&file, &seen, &e));
    for (size_t i = 0; i < 5; i++) {
        static const char *const names[] = {"a", "b", "c", "d", "e"};
        add(&file, names[i], "id", "navn");
    }
    assert_false(plan_file_fits(&file, &seen, &e));
    assert_string_equal(e.why, "the database has no public.a, public.b, public.c and 2 more");
    selection_done(&file);
    selection_done(&seen);
}

/* Where it stands in the file is told: a table's line, a column's, and of a key that does not stand
 * there its table's. */
static void test_what_does_not_fit_has_its_line(void **state)
{
    (void)state;
    static const char text[] =
        "{\"version\": 1, \"source\": {}, \"destination\": {\"mode\": \"merge\", "
        "\"freshness_seconds\": 900},\n\"naming\": {\"family\": \"procedure\"}, \"tables\": [\n"
        "{\"schema\": \"public\", \"table\": \"borte\", \"columns\": [{\"name\": \"id\", \"type\": "
        "\"text\", \"included\": true, \"level\": \"none\", \"categories\": []}]},\n"
        "{\"schema\": \"public\",\n\"table\": \"sak\", \"columns\": [\n"
        "{\"name\": \"navn\", \"type\": \"text\", \"included\": true, \"level\": \"none\", "
        "\"categories\": []},\n{\"name\": \"feil\", \"type\": \"text\", \"included\": true, "
        "\"level\": \"none\", \"categories\": []}]}]}\n";
    static const struct selection_fact facts[] = {{.name = "id", .type = "bigint", .key = true},
                                                  {.name = "navn", .type = "text"},
                                                  {.name = "feil", .type = "text"}};
    struct selection file, seen;
    struct err e;
    assert_true(plan_file_read(text, sizeof text - 1, &file, &e));
    selection_init(&seen);
    selection_add(&seen, "public", "sak", facts, 2, NULL);
    assert_false(plan_file_fits(&file, &seen, &e));
    assert_string_equal(e.why,
                        "the database has no public.borte (line 3), public.sak.feil (line 7)");
    assert_string_equal(e.resource, "public.borte, public.sak.feil");
    selection_add(&seen, "public", "borte", facts, 1, NULL);
    seen.tables[0].columns[1].unsupported = true;
    selection_leave_out(&file, 1, 1);
    assert_false(plan_file_fits(&file, &seen, &e));
    assert_string_equal(e.why,
                        "this cannot flow so: public.sak.id (line 5: a key column flows with "
                        "its table), public.sak.navn (line 6: Datastream does not carry it)");
    selection_done(&file);
    selection_done(&seen);
}

/* What a file written by hand may not do, although all of it is there. */
static void test_what_may_not_flow_so(void **state)
{
    (void)state;
    static const struct selection_fact facts[] = {
        {.name = "id", .type = "bigint", .key = true},
        {.name = "navn", .type = "text"},
        {.name = "periode", .type = "daterange", .unsupported = true}};
    struct selection file, seen;
    struct err e;
    selection_init(&file);
    selection_init(&seen);
    selection_add(&seen, "public", "sak", facts, 3, NULL);
    selection_add(&seen, "public", "sak_2026", facts, 3, NULL)->root = 1;
    selection_add(&seen, "public", "visning", facts, 3, "a view");
    add(&file, "sak", "id", "navn");
    assert_true(plan_file_fits(&file, &seen, &e));
    add(&file, "sak_2026", "id", "periode");
    assert_false(plan_file_fits(&file, &seen, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_string_equal(e.why, "this cannot flow so: public.sak_2026 (the table that it is a "
                               "partition of flows, too), public.sak_2026.periode (Datastream does "
                               "not carry it)");
    selection_set_table(&file, 1, false);
    selection_set_column(&file, 0, 0, false);
    assert_false(plan_file_fits(&file, &seen, &e));
    assert_string_equal(e.resource, "public.sak.id (a key column flows with its table)");
    selection_set_column(&file, 0, 0, true);
    add(&file, "visning", "id", "navn");
    assert_false(plan_file_fits(&file, &seen, &e));
    assert_string_equal(e.resource, "public.visning (a view)");
    selection_done(&file);
    selection_done(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_not_there),
        cmocka_unit_test(test_what_does_not_fit_has_its_line),
        cmocka_unit_test(test_what_may_not_flow_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
