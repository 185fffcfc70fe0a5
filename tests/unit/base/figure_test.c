#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/figure.h"

static void test_bytes(void **state)
{
    (void)state;
    char out[FIGURE_TEXT];
    assert_string_equal(figure_bytes(-1, out), "?");
    assert_string_equal(figure_bytes(0, out), "0 B");
    assert_string_equal(figure_bytes(999, out), "999 B");
    assert_string_equal(figure_bytes(1000, out), "1.0 kB");
    assert_string_equal(figure_bytes(123456, out), "123 kB");
    assert_string_equal(figure_bytes(12400000, out), "12.4 MB");
    assert_string_equal(figure_bytes(INT64_MAX, out), "9223 PB");
}

static void test_count(void **state)
{
    (void)state;
    char out[FIGURE_TEXT];
    assert_string_equal(figure_count(-7, out), "?");
    assert_string_equal(figure_count(0, out), "0");
    assert_string_equal(figure_count(999, out), "999");
    assert_string_equal(figure_count(12500, out), "12 500");
    assert_string_equal(figure_count(INT64_MAX, out), "9 223 372 036 854 775 807");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bytes), cmocka_unit_test(test_count)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
