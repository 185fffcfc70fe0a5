/* Commands take what the wizard has kept of values: of the newest choices of the same database. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/str.h"
#include "api/store/journeys.h"
#include "screens/cli/remembered.h"

static void save_of(struct store *s, const char *project, const char *instance,
                    const char *database, const char *value)
{
    struct kept *k = kept_new();
    struct err e;
    int64_t id = 0;
    kept_set_text(k, "target.project", project);
    kept_set_text(k, "target.instance", instance);
    kept_set_text(k, "target.database", database);
    kept_set_text(k, "values.a", value);
    assert_true(journeys_save(s, &id, database, k, &e));
    kept_free(k);
}

static void save(struct store *s, const char *database, const char *value)
{
    save_of(s, "aap-dev-ab12", "postmottak", database, value);
}

static void assert_kept(struct store *s, const char *project, const char *database,
                        const char *value)
{
    struct target t = {.instance = "postmottak"};
    str_copy(t.project, sizeof t.project, project);
    str_copy(t.database, sizeof t.database, database);
    struct kept *k = remembered(s, &t);
    if (value == NULL)
        assert_null(k);
    else
        assert_string_equal(kept_text(k, "values.a", ""), value);
    kept_free(k);
}

static void of_the_same_database(void **state)
{
    struct err e;
    struct store *s = store_open_memory(&e);
    (void)state;
    assert_kept(s, "aap-dev-ab12", "postmottak", NULL);
    save(s, "postmottak", "old");
    save(s, "postmottak", "new");
    save(s, "another", "theirs");
    assert_kept(s, "aap-dev-ab12", "postmottak", "new");
    assert_kept(s, "aap-dev-ab12", "another", "theirs");
    assert_kept(s, "aap-prod-cd34", "postmottak", NULL);
    store_close(s);
}

/* A bare connection string: two servers may have a database of that name. */
static void nothing_without_an_instance(void **state)
{
    const struct target bare = {.database = "app"};
    const struct target half = {.project = "aap-dev-ab12", .database = "app"};
    const struct target nameless = {.project = "aap-dev-ab12", .instance = "postmottak"};
    struct err e;
    struct store *s = store_open_memory(&e);
    (void)state;
    save_of(s, "", "", "app", "of another server");
    save_of(s, "aap-dev-ab12", "", "app", "of another server");
    save_of(s, "aap-dev-ab12", "postmottak", "", "of another database");
    assert_null(remembered(s, &bare));
    assert_null(remembered(s, &half));
    assert_null(remembered(s, &nameless));
    store_close(s);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(of_the_same_database),
                                              cmocka_unit_test(nothing_without_an_instance)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
