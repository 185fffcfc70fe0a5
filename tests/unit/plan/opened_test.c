/* A stream that is opened brings its own source, or none: never that of the journey before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/plan/opened.h"

static struct target before(void)
{
    return (struct target){.app = "postmottak-backend",
                           .project = "aap-dev-ab12",
                           .region = "europe-north1",
                           .instance = "postmottak-backend",
                           .database = "postmottak",
                           .db_user = "datastream",
                           .app_role = "postmottak-backend"};
}

static struct datastream_stream stream(const char *id)
{
    return (struct datastream_stream){.id = id,
                                      .dataset_project = "aap-dev-ab12",
                                      .dataset = "its_dataset",
                                      .publication = "its_publication",
                                      .slot = "its_slot",
                                      .freshness_s = 1800,
                                      .mode = DATASTREAM_MODE_APPEND};
}

static void test_of_the_same_source(void **state)
{
    static const char *const ids[] = {"postgres-postmottak-bigquery",
                                      "postmottak-backend-datastream"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct target t = before();
        struct datastream_stream s = stream(ids[i]);
        assert_true(opened_target(&s, "", &t));
        assert_string_equal(t.stream, ids[i]);
        assert_string_equal(t.instance, "postmottak-backend");
        assert_string_equal(t.database, "postmottak");
        assert_string_equal(t.slot, "its_slot");
        assert_string_equal(t.dataset, "its_dataset");
        assert_string_equal(t.dataset_project, "");
        assert_int_equal(t.freshness_seconds, 1800);
        assert_int_equal(t.mode, TARGET_APPEND_ONLY);
    }
}

static void test_of_another_source(void **state)
{
    static const char *const ids[] = {"postgres-behandlingsflyt-bigquery", "flex-datastream",
                                      "made-by-hand"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct target t = before();
        struct datastream_stream s = stream(ids[i]);
        assert_false(opened_target(&s, "", &t));
        assert_string_equal(t.stream, ids[i]);
        assert_string_equal(t.instance, "");
        assert_string_equal(t.database, "");
        assert_string_equal(t.app_role, "");
        assert_string_not_equal(t.app, "postmottak-backend");
        assert_string_equal(t.publication, "its_publication");
        assert_string_equal(t.project, "aap-dev-ab12");
        assert_true(opened_target(&s, "", &t)); /* once more: it is the one that is open */
    }
}

/* Called like ours, and reading another database: it is another's. */
static void test_whose_it_is_the_database_tells(void **state)
{
    struct target t = before();
    struct datastream_stream s = stream("postgres-postmottak-bigquery");
    (void)state;

    assert_true(opened_target(&s, "postmottak", &t));
    assert_false(opened_target(&s, "annen", &t));
    assert_string_equal(t.database, "annen");
    assert_string_equal(t.instance, "");
}

/* --- what flows --- */

static void add(struct selection *s, const char *schema, const char *table, const char *why)
{
    const struct selection_fact facts[] = {
        {.name = "id", .type = "bigint", .key = true},
        {.name = "navn", .type = "text", .level = RULES_PERSONAL},
        {.name = "sum", .type = "bigint", .unsupported = true},
        {.name = "merke", .type = "text"}};

    selection_add(s, schema, table, facts, 4, why);
}

static const char *flowing_of(const struct selection *s, size_t table)
{
    static char text[5];

    for (size_t c = 0; c < 4; c++) {
        const struct selection_column *x = &s->tables[table].columns[c];
        assert_int_equal(x->included, x->flows);
        text[c] = x->included ? 'x' : '.';
    }
    return text;
}

/* Named columns flow as they are named, also without a reason and without a key. */
static void test_what_flows_is_put_on(void **state)
{
    struct datastream_column two[] = {{.name = "navn"}, {.name = "merke"}},
                             one[] = {{.name = "id"}};
    struct datastream_table in[] = {{"a", two, 2}, {"b", NULL, 0}}, out[] = {{"b", one, 1}};
    struct datastream_schema all = {.name = "hele"}, some = {"public", in, 2},
                             not = {"public", out, 1};
    struct datastream_schema both[] = {some, all};
    struct datastream_selection include = {both, 2, true}, exclude = {&not, 1, true}, none = {0};
    struct selection s;
    (void)state;

    selection_init(&s);
    add(&s, "public", "a", NULL);
    add(&s, "public", "b", NULL);
    add(&s, "public", "c", NULL);
    add(&s, "hele", "d", NULL);
    add(&s, "hele", "e", "a view");
    selection_set_column(&s, 2, 0, true); /* was chosen for something else */
    opened_select(&include, &exclude, &s);
    assert_string_equal(flowing_of(&s, 0), ".x.x");
    assert_string_equal(flowing_of(&s, 1), ".x.x"); /* all but what is held back or not carried */
    assert_string_equal(flowing_of(&s, 2), "....");
    assert_string_equal(flowing_of(&s, 3), "xx.x");
    assert_string_equal(flowing_of(&s, 4), "....");
    assert_int_equal(selection_unacknowledged(&s, NULL, 0), 3);
    opened_select(&none, &none, &s); /* no list: everything that can be chosen */
    assert_string_equal(flowing_of(&s, 2), "xx.x");
    assert_string_equal(flowing_of(&s, 4), "....");
    selection_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_the_same_source),
        cmocka_unit_test(test_of_another_source),
        cmocka_unit_test(test_whose_it_is_the_database_tells),
        cmocka_unit_test(test_what_flows_is_put_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
