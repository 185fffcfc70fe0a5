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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_the_same_source),
        cmocka_unit_test(test_of_another_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
