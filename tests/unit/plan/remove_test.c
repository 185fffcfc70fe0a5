/* Taking down, as it is planned: what goes in which order, what is kept and why, what is left to
 * do. Against the stand-in: apply_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/plan/receipt.h"

static void check_kept(const struct receipt *r, const char *what, const char *why)
{
    int at = line_at(r, RECEIPT_KEPT, what);
    if (at < 0)
        fail_msg("%s is not kept", what);
    if (strstr(r->lines[at].why, why) == NULL)
        fail_msg("%s is kept: %s", what, r->lines[at].why);
}

static void check_goes(const struct receipt *r, const char *what)
{
    if (line_at(r, RECEIPT_REMOVED, what) < 0)
        fail_msg("%s does not go", what);
}

static void check_order(const struct receipt *r, const char *first, const char *then)
{
    int a = line_at(r, RECEIPT_REMOVED, first), b = line_at(r, RECEIPT_REMOVED, then);
    assert_true(a >= 0 && b > a);
}

/* facts/domain.md 8, 29 */
static void test_order(void **state)
{
    (void)state;
    struct receipt r;
    open_receipt(&r);
    plan_receipt(&r);
    check_order(&r, "datastream.stream", "datastream.source_profile");
    check_order(&r, "datastream.stream", "datastream.destination_profile");
    check_order(&r, "datastream.source_profile", "compute.proxy");
    check_order(&r, "compute.proxy", "compute.address");
    check_order(&r, "datastream.source_profile", "datastream.private_connection");
    check_order(&r, "datastream.private_connection", "compute.network");
    check_order(&r, "compute.firewall", "compute.network");
    check_order(&r, "compute.address", "compute.network");
    check_order(&r, "iam.binding", "iam.service_account");
    check_kept(&r, "bigquery.dataset", "what has arrived stays");
    int manifest = line_at(&r, RECEIPT_BY_HAND, "manifest");
    assert_int_equal(manifest, (int)r.n - 1); /* last of all */
    scene_done(&r.s);
}

static void test_dataset_when_asked(void **state)
{
    (void)state;
    struct receipt r;
    open_receipt(&r);
    r.o.with_dataset = true;
    plan_receipt(&r);
    check_order(&r, "datastream.stream", "bigquery.dataset");
    r.s.seen.stream_dataset = "aap-dev-ab12:another";
    plan_receipt(&r);
    check_kept(&r, "bigquery.dataset", "the stream writes to another one");
    r.s.seen.stream_dataset = NULL; /* the stream is gone */
    plan_receipt(&r);
    check_goes(&r, "bigquery.dataset");
    r.o.with_dataset = false;
    plan_receipt(&r);
    check_kept(&r, "bigquery.dataset", "what has arrived stays");
    scene_done(&r.s);
}

static void test_nothing_there(void **state)
{
    (void)state;
    struct receipt r;
    open_receipt(&r);
    scene_all(&r.s, SEEN_ABSENT);
    plan_receipt(&r);
    assert_int_equal(r.n, 1);
    assert_string_equal(r.lines[0].what, "manifest");
    scene_done(&r.s);
}

static void test_others_use_it(void **state)
{
    (void)state;
    static const char *const shared[] = {"compute.network", "iam.service_account", "iam.binding",
                                         "datastream.private_connection", "compute.firewall"};
    for (int unknown = 0; unknown < 2; unknown++) {
        struct receipt r;
        open_receipt(&r);
        if (unknown)
            r.s.seen.streams_why = "Permission datastream.streams.list denied";
        else
            r.s.seen.other_streams = r.s.seen.other_streams_here = 1;
        plan_receipt(&r);
        for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
            check_kept(&r, shared[i], unknown ? "could not be asked" : "other streams use it");
        check_goes(&r, "compute.proxy");
        check_goes(&r, "datastream.destination_profile");
        scene_done(&r.s);
    }
}

/* Account, role, network and firewall are the project's; the private connection is one region's. */
static void test_others_elsewhere(void **state)
{
    (void)state;
    static const char *const projects[] = {"compute.network", "iam.service_account", "iam.binding",
                                           "compute.firewall"};
    struct receipt r;
    open_receipt(&r);
    r.s.seen.other_streams = 1;
    plan_receipt(&r);
    for (size_t i = 0; i < sizeof projects / sizeof *projects; i++)
        check_kept(&r, projects[i], "other streams use it");
    check_goes(&r, "datastream.private_connection");
    r.s.seen.other_streams = 0;
    r.s.seen.other_user = "postgres-another";
    plan_receipt(&r);
    for (size_t i = 0; i < sizeof projects / sizeof *projects; i++)
        check_kept(&r, projects[i], "another app is set up to use it: postgres-another");
    check_goes(&r, "datastream.private_connection");
    r.s.seen.other_user_here = "postgres-another";
    plan_receipt(&r);
    check_kept(&r, "datastream.private_connection", "another app is set up to use it");
    scene_done(&r.s);
}

/* The Terraform module's streams share the profile of the destination, too. */
static void test_shared_destination(void **state)
{
    (void)state;
    struct receipt r = {0};
    scene_open(&r.s);
    r.s.target.naming = TARGET_NAV_MODULE;
    scene_ready(&r.s);
    names_complete(&r.s.target);
    r.s.seen.other_streams = r.s.seen.other_streams_here = 2;
    r.o = (struct remove_options){.target = &r.s.target, .seen = &r.s.seen, .source_asked = true};
    plan_receipt(&r);
    check_kept(&r, "datastream.destination_profile", "other streams use it");
    scene_done(&r.s);
}

/* It has our name and is somebody else's. */
static void test_foreign_things_stay(void **state)
{
    (void)state;
    struct receipt r;
    open_receipt(&r);
    r.s.seen.proxy_instance = "aap-dev-ab12:europe-north1:another";
    r.s.seen.proxy_ip = "10.166.0.77"; /* not the one that our profile leads to */
    r.s.seen.connection_network = r.s.seen.firewall_network = "flex-datastream-vpc";
    r.s.seen.stream_destination = "another-profile";
    plan_receipt(&r);
    check_kept(&r, "compute.proxy", "another instance");
    check_kept(&r, "compute.address", "compute.proxy needs it, and stays");
    check_kept(&r, "datastream.private_connection", "another network");
    check_kept(&r, "compute.network", "needs it, and stays");
    check_kept(&r, "compute.firewall", "another network");
    check_kept(&r, "datastream.destination_profile", "the stream has another one");
    check_goes(&r, "datastream.stream");
    check_goes(&r, "datastream.source_profile");
    r.s.seen.proxy_instance = NULL;
    plan_receipt(&r);
    check_kept(&r, "compute.proxy", "does not start the Cloud SQL proxy");
    r.s.seen.source_database = "another";
    plan_receipt(&r);
    check_kept(&r, "datastream.stream", "its source is the database another");
    check_kept(&r, "datastream.source_profile", "another database");
    scene_done(&r.s);
}

/* What plan would not touch is not taken away either: others may rely on such a rule. */
static void test_another_rule_of_our_name_stays(void **state)
{
    (void)state;
    struct receipt r;
    const char *other = "192.168.7.0/29";
    open_receipt(&r);
    plan_receipt(&r);
    check_goes(&r, "compute.firewall");
    r.s.seen.firewall_sources = &other;
    plan_receipt(&r);
    check_kept(&r, "compute.firewall", "it does not open 5432");
    check_kept(&r, "compute.network", "compute.firewall needs it, and stays");
    check_goes(&r, "datastream.private_connection");
    r.s.seen.connection_subnet = NULL; /* taken down by a run before: port and size tell */
    r.s.seen.things[STEP_PRIVATE_CONNECTION].seen = SEEN_ABSENT;
    plan_receipt(&r);
    check_goes(&r, "compute.firewall");
    other = "10.0.0.0/8";
    plan_receipt(&r);
    check_kept(&r, "compute.firewall", "it does not open 5432");
    other = "192.168.7.0/29";
    r.s.seen.firewall_opens_5432 = false;
    plan_receipt(&r);
    check_kept(&r, "compute.firewall", "it does not open 5432");
    scene_done(&r.s);
}

static void test_unknown_stays(void **state)
{
    (void)state;
    struct receipt r;
    open_receipt(&r);
    r.s.seen.things[STEP_PROXY] =
        (struct observed_thing){.seen = SEEN_UNKNOWN, .why = "Permission denied"};
    r.s.seen.things[STEP_FIREWALL] = (struct observed_thing){.seen = SEEN_BROKEN, .why = "x"};
    plan_receipt(&r);
    check_kept(&r, "compute.proxy", "Permission denied");
    check_kept(&r, "compute.address", "compute.proxy needs it");
    check_goes(&r, "compute.firewall"); /* what is broken goes like what works */
    for (enum step_id step = STEP_SOURCE_PROFILE; step <= STEP_STREAM; step++)
        r.s.seen.things[step] = (struct observed_thing){
            .seen = SEEN_UNKNOWN, .why = "Permission datastream.streams.get denied"};
    r.s.seen.things[STEP_PROXY].seen = r.s.seen.things[STEP_ADDRESS].seen = SEEN_READY;
    plan_receipt(&r);
    for (size_t i = 0; i < r.n; i++)
        assert_int_not_equal(r.lines[i].kind, RECEIPT_REMOVED);
    scene_done(&r.s);
}

static void test_kinds(void **state)
{
    (void)state;
    assert_string_equal(receipt_kind_name(RECEIPT_REMOVED), "removed");
    assert_string_equal(receipt_kind_name(RECEIPT_KEPT), "kept");
    assert_string_equal(receipt_kind_name(RECEIPT_BY_HAND), "by_hand");
    assert_string_equal(receipt_kind_name(RECEIPT_FAILED), "failed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_dataset_when_asked),
        cmocka_unit_test(test_nothing_there),
        cmocka_unit_test(test_others_use_it),
        cmocka_unit_test(test_others_elsewhere),
        cmocka_unit_test(test_shared_destination),
        cmocka_unit_test(test_foreign_things_stay),
        cmocka_unit_test(test_another_rule_of_our_name_stays),
        cmocka_unit_test(test_unknown_stays),
        cmocka_unit_test(test_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
