/* Whether a device is full is told of what is not there yet, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sandbox/folder.h"

#include <unistd.h>

static void a_full_device_is_told(void **state)
{
    (void)state;
    assert_false(folder_is_full("/"));
    assert_false(folder_is_full("/tmp/not-there/nor-this"));
    assert_false(folder_is_full("not-there"));
    if (access("/proc", F_OK) != 0) /* it has no room for a file of ours, ever */
        skip();
    assert_true(folder_is_full("/proc"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_full_device_is_told)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
