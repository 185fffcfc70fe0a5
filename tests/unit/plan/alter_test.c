/* What is done to a stream that is there, against the stand-in: what Terraform manages, a rebuilt
 * machine, what is put back. Skipped (77) without strom-sandbox or PostgreSQL.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/google/datastream.h"
#include "api/google/datastream_profiles.h"
#include "api/google/machine.h"
#include "api/plan/proxy.h"
#include "tests/unit/plan/acting.h"

#include <stdio.h>
#include <stdlib.h>

/* --- pure --- */

static void test_what_cannot_be_done_says_why(void **state)
{
    static const struct {
        struct alter_order order;
        enum err_kind kind;
        const char *why;
    } cases[] = {
        {{.kind = ALTER_BACKFILL}, ERR_INPUT, "no table"},
        {{.kind = ALTER_SLOT, .slot = "Stor"}, ERR_INPUT, "a-z"},
        {{.kind = ALTER_SLOT}, ERR_INPUT, "a-z"},
        {{.kind = ALTER_HOST, .host = "10.0.0.1\",\"x"}, ERR_INPUT, "no address"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct act act;
        plan(&act, &cases[i].order);
        assert_false(act.plan.possible);
        assert_int_equal(act.plan.why.kind, cases[i].kind);
        if (strstr(act.plan.why.why, cases[i].why) == NULL)
            fail_msg("%zu: %s", i, act.plan.why.why);
        assert_true(act.plan.why.hint[0] != '\0');
        end(&act);
    }
}

static void test_one_that_cannot_be_done_is_refused(void **state)
{
    const struct alter_order order = {.kind = ALTER_SLOT};
    struct act act;
    (void)state;
    begin(&act, &order, NULL);
    await(act.run);
    assert_int_equal(task_state(act.run), TASK_FAILED);
    end(&act);
    const struct alter_order rotate = {.kind = ALTER_PASSWORD};
    begin(&act, &rotate, NULL); /* without one */
    await(act.run);
    assert_string_equal(task_error(act.run)->reason, "NO_PASSWORD");
    end(&act);
}

/* --- what is put back --- */

static void put_back(struct alter_order order, bool anything)
{
    struct act act;
    order.undo = true;
    begin(&act, &order, NULL);
    assert_true(act.plan.possible);
    assert_int_equal(act.plan.nothing, !anything);
    await_well(act.run);
    end(&act);
}

static void test_a_pause_is_put_back(void **state)
{
    const struct alter_order order = {.kind = ALTER_PAUSE};
    struct act act;
    (void)state;
    put_back(order, false); /* of none */
    begin(&act, &order, NULL);
    await_well(act.run);
    end(&act);
    is_in_state("PAUSED");
    put_back(order, true);
    is_in_state("RUNNING");
    put_back(order, false); /* once is enough */
    is_in_state("RUNNING");
}

/* It rests for another slot. What puts it back breaks off as well, and is gone on with. */
static void test_a_slot_is_put_back(void **state)
{
    const struct alter_order order = {.kind = ALTER_SLOT, .slot = "ds_ny", .no_backfill = true};
    const struct alter_order back = {
        .kind = ALTER_SLOT, .slot = "ds_ny", .no_backfill = true, .undo = true};
    struct act act;
    (void)state;
    begin(&act, &order, NULL);
    until(&act, 0, ALTER_DONE);
    end(&act);
    is_in_state("PAUSED");
    begin(&act, &back, NULL);
    assert_string_equal(act.plan.was.state, "RUNNING");
    until(&act, 0, ALTER_RUNNING);
    end(&act);
    begin(&act, &back, NULL);
    assert_non_null(act.plan.going_on);
    await_well(act.run);
    end(&act);
    plan(&act, &order);
    assert_null(act.plan.going_on); /* it was put back: a new order is a new one */
    assert_string_equal(act.plan.seen->target.slot, target.slot);
    end(&act);
    is_in_state("RUNNING");
}

static void test_what_cannot_be_put_back_says_so(void **state)
{
    static const enum alter_kind kinds[] = {ALTER_STOP, ALTER_RECOVER, ALTER_PASSWORD};
    static const char *const all[] = {"all"};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const struct alter_order order = {
            .kind = kinds[i], .tables = all, .n_tables = 1, .undo = true};
        struct act act;
        plan(&act, &order);
        assert_false(act.plan.possible);
        assert_int_equal(act.plan.why.kind, ERR_INPUT);
        assert_non_null(strstr(act.plan.why.hint, "strom stream"));
        assert_false(alter_undoes(kinds[i]));
        end(&act);
    }
}

/* Neither "all" nor a name helps where nothing flows. */
static void test_no_table_flows(void **state)
{
    static const char *const words[] = {"all", "public.sak"};
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const struct alter_order order = {
            .kind = ALTER_BACKFILL, .tables = &words[i], .n_tables = 1};
        struct act act;
        plan(&act, &order);
        struct alter_seen none = *act.plan.seen;
        none.n_tables = 0;
        alter_plan(&none, &order, &act.mem, &act.plan);
        assert_false(act.plan.possible);
        assert_string_equal(act.plan.why.why, "no table flows in this stream");
        end(&act);
    }
}

/* --- a machine that was rebuilt --- */

static void test_a_rebuilt_machine(void **state)
{
    const struct alter_order order = {.kind = ALTER_HOST};
    char connection[200];
    struct names n;
    struct act act;
    (void)state;
    names_of(&target, &n);
    struct task *t = compute_machine_find(google, target.project, n.proxy);
    await_well(t);
    const struct compute_machine *vm = &compute_machines(t)->items[0];
    char *zone = strdup(vm->zone), *old = strdup(vm->internal_ip);
    task_drop(t);
    t = compute_machine_delete(google, target.project, zone, n.proxy, NULL);
    await_well(t);
    task_drop(t);
    plan(&act, &order);
    assert_false(act.plan.possible);
    assert_non_null(strstr(act.plan.why.why, "no machine"));
    end(&act);
    snprintf(connection, sizeof connection, "%s:%s:%s", target.project, target.region,
             target.instance);
    const char *short_zone = strrchr(zone, '/') ? strrchr(zone, '/') + 1 : zone;
    struct compute_machine_order again = {.name = "en-annen",
                                          .zone = short_zone,
                                          .region = target.region,
                                          .machine_type = PROXY_MACHINE_TYPE,
                                          .image = "projects/cos-cloud/global/images/family/x",
                                          .subnetwork = n.network,
                                          .external_ip = true,
                                          .service_account = n.service_account_email,
                                          .user_data = proxy_user_data(&mem, connection, false)};
    struct task *image =
        compute_image_from_family(google, PROXY_IMAGE_PROJECT, proxy_image_family(0));
    await_well(image);
    again.image = compute_image(image)->link;
    t = compute_machine_insert(google, target.project, &again, NULL);
    await_well(t);
    task_drop(t);
    task_drop(image);
    begin(&act, &order, NULL);
    assert_true(act.plan.possible);
    assert_string_not_equal(act.plan.calls[0].value, old);
    await_well(act.run);
    end(&act);
    plan(&act, &order);
    assert_true(act.plan.nothing);
    end(&act);
    is_in_state("RUNNING");
    free(zone);
    free(old);
}

/* --- what Terraform manages --- */

static void test_what_terraform_manages_is_named(void **state)
{
    struct google_label label = {"goog-terraform-provisioned", "true"};
    const struct google_labels labels = {&label, 1};
    const struct datastream_stream_change change = {
        .labels = &labels, .freshness_s = -1, .max_backfill_tasks = -1};
    static const char *const wanted[ALTERS] = {[ALTER_PAUSE] = "desired_state = \"PAUSED\"",
                                               [ALTER_SLOT] = "replication_slot = \"ny\"",
                                               [ALTER_HOST] = "hostname = \"10.9.9.9\"",
                                               [ALTER_PASSWORD] = "var.db_password"};
    (void)state;
    struct task *t = datastream_stream_patch(google, target.project, target.region, target.stream,
                                             &change, NULL);
    await_well(t);
    task_drop(t);
    for (enum alter_kind k = ALTER_PAUSE; k < ALTERS; k++) {
        const struct alter_order order = {.kind = k, .slot = "ny", .host = "10.9.9.9"};
        struct act act;
        if (wanted[k] == NULL)
            continue;
        plan(&act, &order);
        assert_true(act.plan.named);
        if (act.plan.hcl == NULL || strstr(act.plan.hcl, wanted[k]) == NULL)
            fail_msg("%s: %s", alter_type(k)->name, act.plan.hcl ? act.plan.hcl : "nothing");
        const struct alter_options o = {
            .google = google, .store = store, .plan = &act.plan, .password = password};
        act.run = alter_run(net, &o); /* nobody has agreed */
        await(act.run);
        assert_string_equal(task_error(act.run)->reason, "NOT_OURS");
        end(&act);
    }
    is_in_state("RUNNING");
}

/* The number of an earlier exchange is counted on, a year is left alone. */
static void test_names_of_new_slots(void **state)
{
    static const char *const rows[][2] = {{"ds_replication", "ds_replication_2"},
                                          {"ds_replication_2", "ds_replication_3"},
                                          {"ds_replication_17", "ds_replication_18"},
                                          {"sak_2024", "sak_2024_2"},
                                          {"_2", "_2_2"},
                                          {"slot", "slot_2"}};
    struct arena a = {0};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct alter_seen seen = {0};
        str_copy(seen.target.slot, sizeof seen.target.slot, rows[i][0]);
        assert_string_equal(alter_new_slot(&seen, &a), rows[i][1]);
    }
    arena_done(&a);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_of_new_slots),
        cmocka_unit_test(test_a_stream_is_made),
        cmocka_unit_test(test_what_cannot_be_done_says_why),
        cmocka_unit_test(test_one_that_cannot_be_done_is_refused),
        cmocka_unit_test(test_a_pause_is_put_back),
        cmocka_unit_test(test_a_slot_is_put_back),
        cmocka_unit_test(test_what_cannot_be_put_back_says_so),
        cmocka_unit_test(test_no_table_flows),
        cmocka_unit_test(test_a_rebuilt_machine),
        cmocka_unit_test(test_what_terraform_manages_is_named),
    };
    (void)argc;
    if (!session_program(argv[0], program))
        return 77;
    return cmocka_run_group_tests(tests, setup, teardown);
}
