#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/str.h"
#include "api/plan/names_valid.h"

#include <string.h>

static const char *const long_60 = "a23456789012345678901234567890123456789012345678901234567890";

static void test_stream(void **state)
{
    (void)state;
    assert_null(names_stream_wrong("postgres-postmottak-bigquery"));
    assert_null(names_stream_wrong("x"));
    assert_null(names_stream_wrong(long_60));
    assert_non_null(names_stream_wrong(""));
    assert_non_null(names_stream_wrong("Bad Name"));
    assert_non_null(names_stream_wrong("1-stream"));
    assert_non_null(names_stream_wrong("-stream"));
    assert_non_null(names_stream_wrong("strøm"));
    char longer[64] = {0};
    memset(longer, 'a', 61);
    assert_non_null(names_stream_wrong(longer));
}

static void test_dataset(void **state)
{
    (void)state;
    assert_null(names_dataset_wrong("datastream_postmottak"));
    assert_null(names_dataset_wrong("_Raw2"));
    assert_non_null(names_dataset_wrong(""));
    assert_non_null(names_dataset_wrong("a-b"));
    assert_non_null(names_dataset_wrong("a.b"));
    assert_non_null(names_dataset_wrong("blå"));
}

static void test_places(void **state)
{
    static const char *const regions[] = {"europe-north1", "us-central1", "northamerica-northeast2",
                                          "europe-west12"};
    static const char *const none[] = {
        "",   "foo", "europe",         "europe-north", "Europe-north1", "1-north1",
        "eu", "EU1", "europe-north1a", "europe-1",     "-n1",           "europe-north1 "};

    (void)state;
    for (size_t i = 0; i < sizeof regions / sizeof *regions; i++) {
        assert_null(names_region_wrong(regions[i]));
        assert_null(names_location_wrong(regions[i]));
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_non_null(names_region_wrong(none[i]));
        assert_non_null(names_location_wrong(none[i]));
    }
    assert_null(names_location_wrong("EU"));
    assert_null(names_location_wrong("US"));
    assert_non_null(names_region_wrong("EU")); /* a stream lies in one region */
}

static void test_target(void **state)
{
    struct target t = {0};
    struct err e = {0};

    (void)state;
    assert_true(names_valid(&t, &e)); /* nothing is known yet */
    str_copy(t.region, sizeof t.region, "europe-north1");
    str_copy(t.location, sizeof t.location, "EU");
    str_copy(t.dataset, sizeof t.dataset, "raw");
    str_copy(t.stream, sizeof t.stream, "s");
    assert_true(names_valid(&t, &e));
    str_copy(t.dataset, sizeof t.dataset, "a-b");
    assert_false(names_valid(&t, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.why, "dataset 'a-b'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream), cmocka_unit_test(test_dataset),
        cmocka_unit_test(test_places), cmocka_unit_test(test_target)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
