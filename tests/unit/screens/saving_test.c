/* A full disk under the state folder: said while it is true, healed by the next save that works. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/str.h"
#include "screens/journey.h"
#include "tests/unit/store/folder.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static char *folder;

/* Files of this process can grow no further, as on a full disk. */
static void set_full(bool full)
{
    struct rlimit l;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &l), 0);
    l.rlim_cur = full ? 1 : l.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
}

static void save_value(struct journey *j, const char *value)
{
    str_copy(j->target.instance, sizeof j->target.instance, value);
    journey_changed(j);
    journey_save(j);
}

static void test_trouble_heals(void **state)
{
    struct options options = {0};
    struct live live;
    struct journey j;
    struct err e;

    (void)state;
    setenv("XDG_STATE_HOME", folder, 1);
    setenv("HOME", folder, 1);
    setenv("STROM_GCP_ENDPOINT", "http://127.0.0.1:9", 1);
    signal(SIGXFSZ, SIG_IGN);
    assert_true(live_open(&live, &options, &e));
    journey_open(&j, &live);
    save_value(&j, "first");
    assert_int_equal(live.store_trouble.kind, ERR_NONE);

    set_full(true);
    save_value(&j, "second");
    set_full(false);
    assert_int_not_equal(live.store_trouble.kind, ERR_NONE);
    assert_false(live_can_record(&live, &e));

    save_value(&j, "third");
    assert_int_equal(live.store_trouble.kind, ERR_NONE);
    assert_true(live_can_record(&live, &e));
    journey_close(&j);

    journey_open(&j, &live);
    assert_true(journey_resume(&j));
    assert_string_equal(j.target.instance, "third");
    journey_close(&j);
    live_close(&live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_trouble_heals)};

    folder = folder_make();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    folder_remove(folder);
    return failed;
}
