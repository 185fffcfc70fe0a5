/* A table that is not chosen any more leaves the publication when no stream carries it, and not
 * before: the cloud is asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/wizard.h"

#include <string.h>

#define FILES                                                                                      \
    "files", "--app", "postmottak-backend", "--include-tables", "regel_evaluering", "--json"

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

/* The same on the screen: nothing is offered that the cloud speaks against. */
static void the_screen_asks_too(void **state)
{
    (void)state;
    open_wizard(NULL);
    see("Enter choose");
    vt_key(v, "Enter");
    see("postmottak as kari");
    see("number 482910375264");
    vt_key(v, "Enter");
    see("w files");
    vt_key(v, "Enter");
    see("n grants you");
    vt_key(v, "Enter");
    see("What flows");
    vt_type(v, "/regel_evaluering\ra");
    see("tables 1, columns");
    vt_key(v, "Esc");
    vt_key(v, "Esc");
    see("n grants you");
    vt_key(v, "Esc");
    see("w files");
    vt_type(v, "w");
    see("still in the stream");
    see_gone("DROP TABLE");
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_stream_carries_it), cmocka_unit_test(no_stream_carries_it),
        cmocka_unit_test(nobody_can_tell), cmocka_unit_test(the_screen_asks_too)};

    return cmocka_run_group_tests(tests, start, close_world);
}
