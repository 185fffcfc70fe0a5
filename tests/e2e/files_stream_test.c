/* A table that is not chosen any more leaves the publication when no stream carries it, and not
 * before: the cloud is asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/world.h"

#include <string.h>

#define FILES                                                                                      \
    "files", "--app", "postmottak-backend", "--include-tables", "regel_evaluering", "--json"

static struct world w;

static int start(void **state)
{
    char value[256];

    (void)state;
    WORLD_UP(&w, "running", "--speed", "400");
    world_source(&w, "DROP PUBLICATION ds_publication", value);
    world_source(&w,
                 "CREATE PUBLICATION ds_publication FOR TABLE regel_evaluering, regelsett_resultat",
                 value);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    world_close(&w);
    return 0;
}

static bool says(const struct answer *a, const char *words)
{
    return strstr(a->out, words) != NULL;
}

static void the_stream_carries_it(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, FILES);

    answer_is(a, 3);
    assert_false(says(a, "DROP TABLE"));
    assert_true(says(a, "still in the stream: public.regelsett_resultat"));
}

static void no_stream_carries_it(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, FILES, "--stream", "en-annen");

    answer_is(a, 3);
    assert_true(says(a, "DROP TABLE"));
    assert_false(says(a, "still in the stream"));
}

/* Google is out of reach: it is written, and what it takes is said. */
static void nobody_can_tell(void **state)
{
    static const char *const env[] = {"STROM_GCP_ENDPOINT=http://127.0.0.1:9", NULL};

    (void)state;
    const struct answer *a = STROM_IN(&w, env, FILES);
    answer_is(a, 3);
    assert_true(says(a, "DROP TABLE"));
    assert_true(says(a, "could not be looked at"));
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_stream_carries_it),
                                       cmocka_unit_test(no_stream_carries_it),
                                       cmocka_unit_test(nobody_can_tell)};

    return cmocka_run_group_tests(tests, start, stop);
}
