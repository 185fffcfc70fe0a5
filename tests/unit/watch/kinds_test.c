/* What can be wrong, by its kind: silence, a machine that is down, a slot that stands still. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/watch/look.h"

#include <string.h>

/* Whatever can be wrong has a name of its own and, but for what an error tells itself, a step. */
static void test_kinds(void **state)
{
    (void)state;
    for (int k = 0; k < WATCH_KINDS; k++) {
        const char *name = watch_kind_name((enum watch_kind)k);
        assert_true(name && name[0]);
        for (int other = 0; other < k; other++)
            assert_string_not_equal(name, watch_kind_name((enum watch_kind)other));
        if (k != WATCH_NO_STREAM)
            assert_true(watch_step((enum watch_kind)k)[0] != '\0');
    }
}

/* A quiet stream is one whose figures are zero; one without figures is not known. */
static void test_silence(void **state)
{
    enum { NOW = 1795338900 };
    static const struct {
        const char *state;
        bool known;
        int64_t newest_ago, updated_ago; /* seconds; -1: never */
        enum watch_health health;
    } rows[] = {
        {"RUNNING", true, 60, 86400, WATCH_OK},
        {"RUNNING", true, 600, 86400, WATCH_OK},
        {"RUNNING", true, 601, 86400, WATCH_UNKNOWN},
        {"RUNNING", true, -1, 86400, WATCH_UNKNOWN},
        {"RUNNING", true, -1, 60, WATCH_OK}, /* it has only just begun */
        {"RUNNING", true, -1, -1, WATCH_UNKNOWN},
        {"RUNNING", false, -1, 86400, WATCH_OK}, /* Monitoring was not to be asked */
        {"PAUSED", true, 6000, 86400, WATCH_DEGRADED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct watch_status s = fine();
        s.seen_ms = INT64_C(1000) * NOW;
        s.state = rows[i].state;
        s.figures_known = rows[i].known;
        s.newest_point = rows[i].newest_ago < 0 ? -1 : NOW - rows[i].newest_ago;
        s.update_time = rows[i].updated_ago < 0 ? -1 : NOW - rows[i].updated_ago;
        watch_judge(&s, &mem);
        check(&s, rows[i].health,
              rows[i].health == WATCH_UNKNOWN    ? "figure of it"
              : rows[i].health == WATCH_DEGRADED ? "paused"
                                                 : NULL);
    }
}

/* A machine that is down is said by itself; one that is not to be found matters only where the
 * stream cannot get through. */
static void test_machine(void **state)
{
    const struct watch_error e = {"CONNECTION_TIMEOUT", "no answer from 10.166.0.2", "", ""};
    struct watch_status s = fine();
    (void)state;
    s.machine = "datastream-postmottak";
    s.machine_state = "TERMINATED";
    watch_judge(&s, &mem);
    check(&s, WATCH_FAILED, "datastream-postmottak is TERMINATED");
    assert_int_equal(s.why[0].kind, WATCH_MACHINE_DOWN);
    s.state = ""; /* nothing needs it */
    watch_judge(&s, &mem);
    assert_int_equal(s.health, WATCH_UNKNOWN);
    s.state = "RUNNING";
    s.machine_state = "GONE";
    watch_judge(&s, &mem);
    check(&s, WATCH_OK, NULL);
    s.errors = &e;
    s.n_errors = 1;
    watch_judge(&s, &mem);
    check(&s, WATCH_FAILED, "no proxy machine");
    assert_non_null(strstr(s.why[0].hint, "strom create"));
}

static const char *hint_of(const struct watch_status *s, enum watch_kind kind)
{
    for (size_t i = 0; i < s->n_why; i++)
        if (s->why[i].kind == kind)
            return s->why[i].hint;
    return "nothing is said of it";
}

/* One way out is told, not two: recovering alone does not help where the slot is lost. */
static void test_a_lost_slot_comes_first(void **state)
{
    struct watch_status s = fine();
    (void)state;
    s.state = "FAILED_PERMANENTLY";
    watch_judge(&s, &mem);
    assert_non_null(strstr(hint_of(&s, WATCH_FAILED_FOR_GOOD), "strom stream recover"));
    s.slot.wal_status = "lost";
    watch_judge(&s, &mem);
    assert_non_null(strstr(hint_of(&s, WATCH_FAILED_FOR_GOOD), "a new slot comes first"));
    assert_non_null(strstr(hint_of(&s, WATCH_SLOT_LOST), "shows the migration"));
}

/* The next step is a command that can be copied, for whatever keeps the machine from answering. */
static void test_machine_is_woken(void **state)
{
#define AT " datastream-postmottak --zone europe-north1-b --project aap-dev-ab12"
    static const char *const rows[][2] = {{"TERMINATED", "gcloud compute instances start" AT},
                                          {"SUSPENDED", "gcloud compute instances resume" AT},
                                          {"RUNNING", "gcloud compute instances reset" AT}};
    const struct watch_error e = {"CONNECTION_TIMEOUT", "no answer from 10.166.0.2", "", ""};
    struct watch_status s = fine();
    (void)state;
    s.machine = "datastream-postmottak";
    s.machine_zone = "https://www.googleapis.com/compute/v1/projects/p/zones/europe-north1-b";
    s.project = "aap-dev-ab12";
    s.errors = &e;
    s.n_errors = 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        s.machine_state = rows[i][0];
        watch_judge(&s, &mem);
        assert_non_null(strstr(hint_of(&s, WATCH_UNREACHABLE), rows[i][1]));
        if (i < 2)
            assert_non_null(strstr(hint_of(&s, WATCH_MACHINE_DOWN), rows[i][1]));
        if (i == 0) { /* what strom does itself goes first */
            const char *hint = hint_of(&s, WATCH_MACHINE_DOWN), *own = strstr(hint, "strom create");
            assert_non_null(own);
            assert_true(own < strstr(hint, rows[i][1]));
        }
    }
    s.machine_state = "STOPPING"; /* nothing but to wait */
    watch_judge(&s, &mem);
    assert_null(strstr(hint_of(&s, WATCH_MACHINE_DOWN), "gcloud"));
#undef AT
}

/* What made a copy fail is told with it, and mended first: begun again it fails again. */
static void test_a_copy_that_failed_says_why(void **state)
{
    const struct watch_error errors[] = {
        {"", "the table's own", "", ""},
        {"POSTGRES_BACKFILL_FAILED", "permission denied for table steg: 42501",
         watch_hint("POSTGRES_BACKFILL_FAILED", "permission denied for table steg: 42501"), ""}};
    struct watch_table t = {.schema = "public",
                            .table = "steg",
                            .backfill_state = "FAILED",
                            .errors = errors,
                            .n_errors = 2,
                            .n_backfill_errors = 1};
    struct watch_status s = fine();
    (void)state;
    s.tables = &t;
    s.n_tables = 1;
    watch_judge(&s, &mem);
    check(&s, WATCH_DEGRADED, "public.steg failed: permission denied");
    const char *hint = hint_of(&s, WATCH_BACKFILL);
    assert_non_null(strstr(hint, "lacks a grant"));
    assert_non_null(strstr(strstr(hint, "lacks a grant"), "strom stream backfill"));
    assert_string_equal(hint_of(&s, WATCH_TABLE_ERROR), watch_step(WATCH_TABLE_ERROR));
    t.n_errors = t.n_backfill_errors = 0;
    watch_judge(&s, &mem);
    assert_string_equal(hint_of(&s, WATCH_BACKFILL), watch_step(WATCH_BACKFILL));
}

/* All that flow are named: files would take the others out of the publication. */
static void test_a_table_that_is_not_published(void **state)
{
    struct watch_table t[] = {
        {.schema = "public", .table = "regel", .source = WATCH_SOURCE_UNPUBLISHED},
        {.schema = "statistikk", .table = "sak", .source = WATCH_SOURCE_FINE}};
    struct watch_status s = fine();
    (void)state;
    t[0].backfill_state = t[1].backfill_state = "COMPLETED";
    s.tables = t;
    s.n_tables = 2;
    watch_judge(&s, &mem);
    const char *hint = hint_of(&s, WATCH_PUBLICATION_CHANGED);
    assert_non_null(strstr(hint, "strom files --include-tables public.regel,statistikk.sak "));
    assert_non_null(strstr(hint, "strom stream backfill public.regel)"));
}

/* What the publication holds back never arrives, and no error tells of it. */
static void test_a_publication_that_holds_back(void **state)
{
    struct watch_table t = {.schema = "public",
                            .table = "regel",
                            .backfill_state = "COMPLETED",
                            .source = WATCH_SOURCE_NARROWED};
    struct watch_status s = fine();
    (void)state;
    s.tables = &t;
    s.n_tables = 1;
    watch_judge(&s, &mem);
    check(&s, WATCH_DEGRADED, "only some rows of public.regel");
    assert_non_null(strstr(hint_of(&s, WATCH_PUBLICATION_CHANGED), "backfill public.regel)"));
    t.source = WATCH_SOURCE_FINE;
    t.lacks = "navn, versjon";
    watch_judge(&s, &mem);
    check(&s, WATCH_DEGRADED, "only some columns of public.regel (a list): navn, versjon do not");
    assert_non_null(strstr(hint_of(&s, WATCH_PUBLICATION_CHANGED), "backfill public.regel)"));
    s.n_tables = 0;
    s.publication = "ds_publication";
    s.published = WATCH_SOURCE_NARROWED;
    s.held_back = "update, delete";
    watch_judge(&s, &mem);
    check(&s, WATCH_DEGRADED, "ds_publication does not hand out: update, delete");
}

/* Nobody reads: the stream says RUNNING, and its slot stands still. */
static void test_stalled(void **state)
{
    struct watch_status s = fine();
    (void)state;
    s.slot.active = false;
    s.slot.seen_ms = INT64_C(1795338900000);
    watch_judge(&s, &mem);
    check(&s, WATCH_OK, NULL); /* between two readers */
    s.slot.moved_ms = s.slot.seen_ms - 5 * INT64_C(60000);
    watch_judge(&s, &mem);
    check(&s, WATCH_OK, NULL);
    s.slot.moved_ms = s.slot.seen_ms - 15 * INT64_C(60000);
    watch_judge(&s, &mem);
    check(&s, WATCH_DEGRADED, "has not moved for 15 min");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kinds),
                                       cmocka_unit_test(test_silence),
                                       cmocka_unit_test(test_machine),
                                       cmocka_unit_test(test_a_lost_slot_comes_first),
                                       cmocka_unit_test(test_machine_is_woken),
                                       cmocka_unit_test(test_a_copy_that_failed_says_why),
                                       cmocka_unit_test(test_a_table_that_is_not_published),
                                       cmocka_unit_test(test_a_publication_that_holds_back),
                                       cmocka_unit_test(test_stalled)};
    return cmocka_run_group_tests(tests, NULL, clean);
}
