#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* Which steps lie ahead: what exists is only looked at, and what is unknown may have to be made. */

#include "api/access/permissions.h"
#include "api/plan/rights.h"

static struct observed all(enum observed_seen seen)
{
    struct observed o = {0};

    for (int s = 0; s < (int)STEPS; s++)
        o.things[s].seen = seen;
    return o;
}

static bool asks(uint32_t steps, enum access_step step, const char *permission)
{
    return access_step_asks(steps, step, permission);
}

static void nobody_looked(void **state)
{
    (void)state;
    assert_int_equal(rights_ahead_of(NULL), ACCESS_CREATE);
    assert_int_equal(rights_ahead_of_plan(NULL), ACCESS_CREATE);
}

static void nothing_exists(void **state)
{
    (void)state;
    struct observed o = all(SEEN_ABSENT);

    assert_int_equal(rights_ahead_of(&o) & ACCESS_CREATE, ACCESS_CREATE);
    o = all(SEEN_UNKNOWN);
    assert_int_equal(rights_ahead_of(&o) & ACCESS_CREATE, ACCESS_CREATE);
}

static void what_exists_is_looked_at(void **state)
{
    (void)state;
    struct observed o = all(SEEN_READY);

    o.things[STEP_DATASET].seen = SEEN_ABSENT;
    o.things[STEP_PROXY].seen = SEEN_PENDING;
    uint32_t steps = rights_ahead_of(&o);
    assert_true(asks(steps, ACCESS_DATASET, "bigquery.datasets.create"));
    assert_true(asks(steps, ACCESS_PROXY, "compute.instances.get"));
    assert_false(asks(steps, ACCESS_PROXY, "compute.instances.create"));
    assert_false(asks(steps, ACCESS_PROXY, "iam.serviceAccounts.actAs"));
    assert_false(asks(steps, ACCESS_APIS, "serviceusage.services.enable"));
    assert_true(steps & ACCESS_BIT(ACCESS_WATCH));
}

/* Nothing is made, so nothing more is asked than to start it. */
static void a_machine_stands_still(void **state)
{
    (void)state;
    struct observed o = all(SEEN_READY);
    uint32_t ready = rights_ahead_of(&o);

    assert_false(asks(ready, ACCESS_PROXY, "compute.instances.start"));
    o.things[STEP_PROXY].seen = SEEN_ABSENT;
    assert_false(asks(rights_ahead_of(&o), ACCESS_PROXY, "compute.instances.start"));
    o.things[STEP_PROXY].seen = SEEN_STOPPED;
    assert_true(asks(rights_ahead_of(&o), ACCESS_PROXY, "compute.instances.create"));
    o.proxy_instance = "p:l:i"; /* it is a proxy's */
    uint32_t steps = rights_ahead_of(&o);
    assert_true(asks(steps, ACCESS_PROXY, "compute.instances.start"));
    assert_true(asks(steps, ACCESS_PROXY, "compute.zoneOperations.get"));
    assert_false(asks(steps, ACCESS_PROXY, "compute.instances.create"));
    assert_int_equal(steps & ~ready, ACCESS_START);
}

static void a_plan_that_starts_it_asks_the_same(void **state)
{
    (void)state;
    struct plan_change change = {"status", "TERMINATED", "RUNNING"};
    struct plan p = {.n_actions = 1};

    p.actions[0] = (struct plan_action){
        .step = STEP_PROXY, .verb = PLAN_UPDATE, .changes = &change, .n_changes = 1};
    uint32_t steps = rights_ahead_of_plan(&p);
    assert_true(asks(steps, ACCESS_PROXY, "compute.instances.start"));
    assert_false(asks(steps, ACCESS_PROXY, "compute.instances.create"));
}

/* Service Usage answers, and says that one of them is off. */
static void an_api_is_off(void **state)
{
    (void)state;
    struct observed o = all(SEEN_READY);

    o.n_services_off = 1;
    assert_true(asks(rights_ahead_of(&o), ACCESS_APIS, "serviceusage.services.enable"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nobody_looked),
                                       cmocka_unit_test(nothing_exists),
                                       cmocka_unit_test(what_exists_is_looked_at),
                                       cmocka_unit_test(a_machine_stands_still),
                                       cmocka_unit_test(a_plan_that_starts_it_asks_the_same),
                                       cmocka_unit_test(an_api_is_off)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
