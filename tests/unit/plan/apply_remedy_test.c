/* Each line of Datastream's validation has a next step, whatever its code is called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/plan/apply_remedy.h"

#include <string.h>

static const char *remedy(const char *code, const char *description, const char *message,
                          const char *message_code)
{
    struct google_validation v = {.code = code,
                                  .description = description,
                                  .state = GOOGLE_VALIDATION_FAILED,
                                  .messages = &message,
                                  .codes = &message_code,
                                  .n_messages = message ? 1 : 0};
    return apply_remedy(&v);
}

static void is_about(const char *found, const char *word)
{
    if (found == NULL || !strstr(found, word))
        fail_msg("%s is not about %s", found ? found : "nothing", word);
}

static void test_words(void **state)
{
    (void)state;
    is_about(remedy("X", "Validates that Datastream can connect", "", "CONNECTION_TIMEOUT"),
             "proxy");
    is_about(remedy("POSTGRES_VALIDATE_CONNECTIVITY", "Validates that Datastream can connect",
                    "FATAL: password authentication failed for user \"datastream\"", ""),
             "password");
    is_about(remedy("X", "Checks", "wal_level must be logical", ""), "logical decoding");
    is_about(remedy("X", "Validates the replication slot", NULL, NULL), "slot");
    is_about(remedy("X", "Validates the publication", "", ""), "publication");
    is_about(remedy("CMEK_VALIDATE_PERMISSIONS", "", "", ""), "key");
    is_about(remedy("X", "", "The dataset d does not exist.", "BIGQUERY_DATASET_NOT_FOUND"),
             "dataset");
    is_about(remedy("X", "Validates backfill permission", "", ""), "grants");
}

/* Also the one that nobody has heard of; a line that passed, or was not run, needs none. */
static void test_others(void **state)
{
    struct google_validation v = {.code = "NEW", .description = "?"};
    (void)state;
    v.state = GOOGLE_VALIDATION_OTHER;
    is_about(apply_remedy(&v), "strom check");
    v.state = GOOGLE_VALIDATION_PASSED;
    assert_null(apply_remedy(&v));
    v.state = GOOGLE_VALIDATION_NOT_RUN;
    assert_null(apply_remedy(&v));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_words), cmocka_unit_test(test_others)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
