/* What between two looks is worth a word, and what a bell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/watch/news.h"

#include <string.h>

enum { LONG = 40000, SHORT = 5000 };

static struct watch_table tables[2];

static struct watch_status look(const char *state, enum watch_health health, const char *backfill)
{
    tables[0] = (struct watch_table){.backfill_state = "COMPLETED"};
    tables[1] = (struct watch_table){.backfill_state = backfill};
    return (struct watch_status){.state = state, .health = health, .tables = tables, .n_tables = 2};
}

static void is(const struct watch_news *n, const char *text, bool well, bool bell)
{
    if (strstr(n->text, text) == NULL || (*text == '\0' && n->text[0]) || n->bell != bell)
        fail_msg("%s, bell %d", n->text, n->bell);
    if (n->text[0])
        assert_int_equal(n->well, well);
}

static void the_first_look_is_no_news(void **state)
{
    struct watch_news n = {0};
    struct watch_status now = look("RUNNING", WATCH_OK, "COMPLETED"), unasked = look("", 0, "");
    (void)state;
    watch_news(&n, NULL, &now, 1);
    is(&n, "", true, false);
    watch_news(&n, &unasked, &now, 2);
    is(&n, "", true, false);
    watch_news(&n, &now, &now, 3);
    is(&n, "", true, false);
}

static void it_runs_and_runs_again(void **state)
{
    struct watch_news n = {0};
    struct watch_status starting = look("STARTING", WATCH_OK, "COMPLETED"),
                        runs = look("RUNNING", WATCH_OK, "COMPLETED"),
                        failed = look("FAILED_PERMANENTLY", WATCH_FAILED, "COMPLETED");
    (void)state;
    watch_news(&n, &starting, &runs, 1);
    is(&n, "the stream runs", true, true);
    watch_news(&n, &runs, &failed, 2);
    is(&n, "health: failed, it was ok", false, true);
    watch_news(&n, &failed, &runs, 3);
    is(&n, "the stream runs again", true, true);
}

/* One that took long rings, one that was quick is only said. */
static void a_copy_ends(void **state)
{
    static const int64_t took[] = {SHORT, LONG};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct watch_news n = {0};
        struct watch_status copies = look("RUNNING", WATCH_OK, "ACTIVE");
        watch_news(&n, NULL, &copies, 1000);
        assert_int_equal(n.copying_ms, 1000);
        watch_news(&n, &copies, &copies, 1000 + took[i] / 2);
        assert_int_equal(n.copying_ms, 1000); /* since the first look at it */
        struct watch_status done = look("RUNNING", WATCH_OK, "COMPLETED");
        watch_news(&n, &copies, &done, 1000 + took[i]);
        is(&n, "every table has been copied", true, took[i] == LONG);
        assert_true(n.copied);
        watch_news(&n, &done, &done, 2000 + took[i]);
        is(&n, "", true, false);
    }
}

static void health_goes_and_comes(void **state)
{
    struct watch_news n = {0};
    struct watch_status well = look("RUNNING", WATCH_OK, "COMPLETED"),
                        ill = look("RUNNING", WATCH_DEGRADED, "COMPLETED");
    (void)state;
    watch_news(&n, &well, &ill, 1);
    is(&n, "health: degraded, it was ok", false, true);
    watch_news(&n, &ill, &well, 2);
    is(&n, "health: ok, it was degraded", true, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_look_is_no_news),
        cmocka_unit_test(it_runs_and_runs_again),
        cmocka_unit_test(a_copy_ends),
        cmocka_unit_test(health_goes_and_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
