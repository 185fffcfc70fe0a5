#define _GNU_SOURCE
/* What is seen of a cloud that answers by hand: everything there and fit, then one thing that is
 * not. "Exists" means: exists, is healthy, and is what we need. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/plan/apply.h"
#include "api/plan/remove.h"
#include "tests/unit/plan/byhand.h"

static void check_all_kept(const struct plan *p)
{
    for (size_t i = 0; i < p->n_actions; i++)
        if (p->actions[i].verb != PLAN_KEEP)
            fail_msg("%s %s: %s (%s)", plan_verb_name(p->actions[i].verb),
                     step_type(p->actions[i].step)->id, p->actions[i].why,
                     p->actions[i].n_changes ? p->actions[i].changes[0].path : "");
}

static void test_everything_is_fit(void **state)
{
    (void)state;
    set_up();
    RULES(always);
    RULES(made);
    const struct plan *p = look();
    check_all_kept(p);
    assert_int_equal(p->n_actions, STEPS);
    assert_string_equal(p->address, "10.166.0.2");
    assert_string_equal(p->subnetwork, "datastream-vpc");
    assert_int_equal(server_count(&w.server, "GET", FIREWALLS), 0); /* nobody had to search */
    tear_down();
}

/* --- one thing that is not --- */

struct unfit {
    const char *path, *body;
    enum step_id step;
    const char *why, *hint;
};

static const struct unfit unfits[] = {
    /* a network of another shape */
    {NETWORK, "{\"name\":\"datastream-vpc\",\"autoCreateSubnetworks\":false}", STEPS, "", ""},
    {SUBNETS, SUBNETS_OF(SUBNET("x", "datastream-vpc", "europe-west1", "10.132.0.0/20")), STEPS, "",
     ""},
    /* the account */
    {ACCOUNT, "{\"email\":\"d\",\"disabled\":true}", STEP_ACCOUNT, "the account is disabled",
     "gcloud iam service-accounts enable datastream@" P ".iam.gserviceaccount.com"},
    /* the address */
    {ADDRESS, ADDRESS_OF("EXTERNAL", "datastream-vpc", ""), STEP_ADDRESS, "an external address",
     "it is not touched"},
    {ADDRESS, ADDRESS_OF("INTERNAL", "other-subnet", ""), STEP_ADDRESS,
     "in another subnetwork: other-subnet", "it is not touched"},
    {ADDRESS, ADDRESS_OF("INTERNAL", "datastream-vpc", USED_BY("jump-host")), STEP_ADDRESS,
     "it is in use by jump-host", "it is not touched"},
    /* the machine */
    {MACHINES, PROXY("SUSPENDED", "datastream-vpc", CONNECTION), STEP_PROXY,
     "the machine is SUSPENDED",
     "gcloud compute instances resume datastream-postmottak --zone europe-north1-c --project " P},
    {MACHINES, PROXY("TERMINATED", "default", CONNECTION), STEP_PROXY, "another network: default",
     "it is not touched"},
    {MACHINES, PROXY("RUNNING", "default", CONNECTION), STEP_PROXY, "another network: default",
     "it is not touched"},
    {MACHINES, PROXY("RUNNING", "datastream-vpc", "docker run nginx"), STEP_PROXY,
     "does not start the Cloud SQL proxy", "it is not touched"},
    {MACHINES, PROXY("RUNNING", "datastream-vpc", "cloud-sql-proxy " P ":" L ":other"), STEP_PROXY,
     "serves another instance: " P ":" L ":other", "it is not touched"},
    /* the private connection */
    {PRIVATE,
     PRIVATE_OF("datastream-connection", "FAILED", VPC("datastream-vpc"), "10.2.0.0/29",
                ",\"error\":{\"reason\":\"X\",\"message\":\"the peering quota is used up\"}"),
     STEP_PRIVATE_CONNECTION, "it is FAILED: the peering quota is used up",
     "gcloud datastream private-connections delete datastream-connection --location " L},
    {PRIVATE,
     PRIVATE_OF("datastream-connection", "FAILED_TO_DELETE", VPC("datastream-vpc"), "10.2.0.0/29",
                ""),
     STEP_PRIVATE_CONNECTION, "FAILED_TO_DELETE", "private-connections delete"},
    {PRIVATE,
     PRIVATE_OF("datastream-connection", "CREATED", "projects/nais/global/networks/nais-vpc",
                "10.2.0.0/29", ""),
     STEP_PRIVATE_CONNECTION, "joins another network: nais-vpc", "it is not touched"},
    {PRIVATE,
     "{\"displayName\":\"x\",\"state\":\"CREATED\",\"pscInterfaceConfig\":{\"networkAttachment\":"
     "\"x\"}}",
     STEP_PRIVATE_CONNECTION, "no peering", "it is not touched"},
    /* the firewall rule */
    {FIREWALL, RULE("default", "10.2.0.0/29", "5432", ""), STEP_FIREWALL,
     "for another network: default", "it is not touched"},
    {FIREWALL, RULE("datastream-vpc", "10.9.0.0/29", "5432", ""), STEP_FIREWALL,
     "does not open 5432 to 10.2.0.0/29", "it is not changed"},
    {FIREWALL, RULE("datastream-vpc", "10.2.0.0/29", "5433-6000", ""), STEP_FIREWALL,
     "does not open 5432", "it is not changed"},
    {FIREWALL, RULE("datastream-vpc", "10.2.0.0/29", "5432", ",\"disabled\":true"), STEP_FIREWALL,
     "does not open 5432", "it is not changed"},
    {FIREWALL, RULE("datastream-vpc", "10.2.0.0/29", "5432", ",\"targetTags\":[\"web\"]"),
     STEP_FIREWALL, "does not open 5432", "it is not changed"},
    /* the profiles: that of the tool before carries no label */
    {SOURCE, SOURCE_OF("10.166.0.9", "datastream", "postmottak", "datastream-connection", ""),
     STEP_SOURCE_PROFILE, "strom has not made it",
     "gcloud datastream connection-profiles update postgres-postmottak"},
    {SOURCE, SOURCE_OF("10.166.0.2", "somebody", "postmottak", "datastream-connection", ""),
     STEP_SOURCE_PROFILE, "logs in as somebody else", "it is not touched"},
    {SOURCE, SOURCE_OF("10.166.0.2", "datastream", "other", "datastream-connection", OURS ","),
     STEP_SOURCE_PROFILE, "leads to another database: other", "it is not touched"},
    {SOURCE,
     "{\"displayName\":\"x\",\"postgresqlProfile\":{\"hostname\":\"10.166.0.2\",\"port\":5432,"
     "\"username\":\"datastream\",\"database\":\"postmottak\"}}",
     STEP_SOURCE_PROFILE, "without a private connection", "it is not touched"},
    {SOURCE, "{\"displayName\":\"x\",\"mysqlProfile\":{}}", STEP_SOURCE_PROFILE,
     "is not for PostgreSQL", ""},
    {TARGET_, "{\"displayName\":\"x\",\"gcsProfile\":{}}", STEP_DESTINATION_PROFILE,
     "is not for BigQuery", ""},
    /* dataset and stream */
    {DATASET, "{\"location\":\"EU\"}", STEP_DATASET, "it lies in another location",
     "take its location"},
    {STREAM,
     "{\"displayName\":\"x\",\"state\":\"RUNNING\",\"sourceConfig\":{\"mysqlSourceConfig\":{}}}",
     STEP_STREAM, "does not lead from PostgreSQL to BigQuery", ""},
};

static void check_unfit(const struct unfit *u)
{
    const struct answer one = {u->path, u->body};
    struct err e;

    set_up();
    rules(&one, 1);
    RULES(always);
    RULES(made);
    const struct plan *p = look();
    if (u->step == STEPS) {
        check_all_kept(p);
        tear_down();
        return;
    }
    const struct plan_action *a = plan_action(p, u->step);
    if (a->verb != PLAN_BLOCKED || !strstr(a->why, u->why) || !strstr(a->hint, u->hint))
        fail_msg("%s: %s '%s' '%s'", u->body, plan_verb_name(a->verb), a->why,
                 a->hint ? a->hint : "");
    struct secret *password = secret_new("x", 1);
    assert_false(apply_possible(p, password, &e)); /* and so nothing at all is written */
    secret_free(password);
    tear_down();
}

static void test_what_is_not_fit_is_shown(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof unfits / sizeof *unfits; i++)
        check_unfit(&unfits[i]);
}

/* Listed before they are ready: waited for, not judged. */
static void test_profiles_on_their_way(void **state)
{
    (void)state;
    static const struct {
        struct answer answer;
        enum step_id step;
    } coming[] = {{{SOURCE, "{\"name\":\"x\"}"}, STEP_SOURCE_PROFILE},
                  {{TARGET_, "{\"name\":\"x\"}"}, STEP_DESTINATION_PROFILE},
                  {{TARGET_, "{\"name\":\"x\",\"bigqueryProfile\":{}}"}, STEP_DESTINATION_PROFILE}};
    for (size_t i = 0; i < sizeof coming / sizeof *coming; i++) {
        set_up();
        rules(&coming[i].answer, 1);
        RULES(always);
        RULES(made);
        const struct plan_action *a = plan_action(look(), coming[i].step);
        assert_int_equal(a->verb, PLAN_UPDATE);
        assert_int_equal(a->n_changes, 0);
        assert_non_null(strstr(a->why, "being made at this moment"));
        tear_down();
    }
}

/* Made by hand: fit when it has a subnetwork where it is needed, whatever that is called. */
static void test_networks_made_by_hand(void **state)
{
    (void)state;
    static const struct answer none[] = {
        {NETWORK, "{\"name\":\"datastream-vpc\",\"autoCreateSubnetworks\":false}"},
        {SUBNETS,
         SUBNETS_OF(SUBNET("x", "datastream-vpc", "europe-west1",
                           "10.132.0.0/20") "," SUBNET("y", "other-vpc", L, "10.166.0.0/20"))}};
    static const struct answer own[] = {
        {NETWORK, "{\"name\":\"datastream-vpc\",\"autoCreateSubnetworks\":false}"},
        {ADDRESS, ADDRESS_OF("INTERNAL", "nord", "")},
        {SUBNETS, SUBNETS_OF(SUBNET("nord", "datastream-vpc", L, "10.5.0.0/20"))}};

    set_up();
    RULES(none);
    RULES(always);
    RULES(made);
    const struct plan_action *a = plan_action(look(), STEP_NETWORK);
    assert_int_equal(a->verb, PLAN_BLOCKED);
    assert_non_null(strstr(a->why, "it has no subnetwork in europe-north1"));
    assert_non_null(strstr(a->hint, "gcloud compute networks subnets create"));
    tear_down();
    set_up();
    RULES(own);
    RULES(always);
    RULES(made);
    const struct plan *p = look();
    check_all_kept(p);
    assert_string_equal(p->subnetwork, "nord"); /* address and machine go there */
    tear_down();
}

/* What strom has made it may mend. */
static void test_our_own_profile_is_mended(void **state)
{
    (void)state;
    static const struct answer moved = {SOURCE, SOURCE_OF("10.166.0.9", "datastream", "postmottak",
                                                          "datastream-connection", OURS ",")};

    set_up();
    rules(&moved, 1);
    RULES(always);
    RULES(made);
    const struct plan_action *a = plan_action(look(), STEP_SOURCE_PROFILE);
    assert_int_equal(a->verb, PLAN_UPDATE);
    assert_string_equal(a->changes[0].path, "postgresqlProfile.hostname");
    assert_string_equal(a->changes[0].to, "10.166.0.2");
    tear_down();
}

/* Free of subnets and of private connections, also of one that is being made and has no routes. */
static void test_a_free_range(void **state)
{
    (void)state;
    static const struct answer taken[] = {
        {PRIVATE, NULL},
        {FIREWALL, NULL},
        {SOURCE, NULL},
        {STREAM, NULL},
        {STREAMS, "{}"},
        {SUBNETS,
         SUBNETS_OF(SUBNET("datastream-vpc", "datastream-vpc", L, "10.166.0.0/20") "," SUBNET(
             "b", "datastream-vpc", "europe-west1", "10.2.0.8/29") "," SUBNET("c", "other-vpc", L,
                                                                              "10.2.0.24/29"))},
        {PRIVATES,
         "{\"privateConnections\":[" PRIVATE_OF(
             "a", "CREATING", VPC("datastream-vpc"), "10.2.0.0/29",
             "") "," PRIVATE_OF("b", "CREATED", VPC("datastream-vpc"), "10.2.0.16/29", "") "]}"},
    };

    set_up();
    RULES(taken);
    RULES(always);
    RULES(made);
    const struct plan *p = look();
    assert_int_equal(scene_verb(p, STEP_PRIVATE_CONNECTION), PLAN_CREATE);
    assert_string_equal(p->subnet, "10.2.0.24/29");
    tear_down();
}

#define ROUTES NETWORK "/listPeeringRoutes"

/* What peers bring is in use, too: nobody knows it but they. Where they cannot be asked, no range
 * is called free. */
static void test_the_ranges_of_peers(void **state)
{
    (void)state;
    static const struct answer nothing[] = {{PRIVATE, NULL}, {PRIVATES, "{}"}, {FIREWALL, NULL},
                                            {SOURCE, NULL},  {STREAM, NULL},   {STREAMS, "{}"},
                                            {SUBNETS, "{}"}};
    static const char network[] = "{\"name\":\"datastream-vpc\",\"autoCreateSubnetworks\":true,"
                                  "\"peerings\":[{\"name\":\"servicenetworking\"}]}";
    static const struct rule routes[] = {
        {"GET", ROUTES, 200, NULL,
         "{\"items\":[{\"destRange\":\"10.2.0.0/29\"},{\"destRange\":\"10.2.0.8/29\"}]}", 0},
        {"GET", ROUTES, 403, NULL,
         "{\"error\":{\"code\":403,\"message\":\"no peeringRoutes for you\"}}", 0}};

    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        set_up();
        server_rule(&w.server, routes[i]);
        server_rule(&w.server, (struct rule){"GET", NETWORK, 200, NULL, network, 0});
        RULES(nothing);
        RULES(always);
        RULES(made);
        const struct plan *p = look();
        const struct plan_action *a = plan_action(p, STEP_PRIVATE_CONNECTION);
        assert_int_equal(a->verb, i ? PLAN_BLOCKED : PLAN_CREATE);
        if (i)
            assert_non_null(strstr(a->why, "no peeringRoutes for you"));
        else
            assert_string_equal(p->subnet, "10.2.0.16/29");
        tear_down();
    }
}

/* --- the Terraform module's world --- */

static void open_module_stream(void)
{
    assert_true(names_recognise("postmottak-datastream", &scene.target));
    assert_int_equal(scene.target.naming, TARGET_NAV_MODULE);
}

/* Recognised by its name, and every part of it found, though nothing is called as we would. */
static void test_a_stream_of_the_module(void **state)
{
    (void)state;
    set_up();
    open_module_stream();
    RULES(always);
    RULES(module);
    const struct plan *p = look();
    check_all_kept(p);
    assert_null(plan_action(p, STEP_ACCOUNT)); /* the machine runs under another: none of ours */
    assert_null(plan_action(p, STEP_BINDING));
    assert_string_equal(plan_action(p, STEP_NETWORK)->name, "flex-datastream-vpc");
    assert_string_equal(plan_action(p, STEP_PRIVATE_CONNECTION)->name,
                        "flex-datastream-private-connection");
    assert_string_equal(p->subnet, "10.1.0.0/29");
    assert_string_equal(p->names.proxy, "postmottak-cloud-sql-auth-proxy");
    tear_down();
}

/* Only what was edited differs; the module's exclude list is said. */
static void test_a_stream_of_the_module_is_edited(void **state)
{
    (void)state;
    static const struct answer whole = {
        D "/streams/postmottak-datastream",
        MODULE_STREAM("\"includeObjects\":{\"postgresqlSchemas\":[{\"schema\":\"public\"}]},"
                      "\"excludeObjects\":{\"postgresqlSchemas\":[{\"schema\":\"public\","
                      "\"postgresqlTables\":[{\"table\":\"flyway_schema_history\"}]}]}")};

    set_up();
    open_module_stream();
    rules(&whole, 1);
    RULES(always);
    RULES(module);
    const struct plan *p = look();
    assert_int_equal(p->count[PLAN_UPDATE], 1);
    assert_int_equal(p->count[PLAN_CREATE] + p->count[PLAN_BLOCKED], 0);
    const struct plan_action *a = plan_action(p, STEP_STREAM);
    assert_int_equal(a->verb, PLAN_UPDATE);
    tear_down();
}

static const struct receipt_line *line_of(const struct receipt_line *lines, size_t n,
                                          const char *what)
{
    size_t at = 0;
    while (at < n && !str_eq(lines[at].what, what))
        at++;
    if (at == n)
        fail_msg("nothing is said of %s", what);
    return &lines[at];
}

/* Its own parts go; what the team's Terraform made for all streams stays, though no other stream
 * is there. */
static void test_a_stream_of_the_module_is_taken_down(void **state)
{
    (void)state;
    static const char *const gone[] = {"datastream.stream", "datastream.source_profile",
                                       "compute.proxy", "compute.address"};
    static const char *const kept[] = {"compute.network", "datastream.private_connection"};
    struct receipt_line *lines;
    size_t n;

    set_up();
    open_module_stream();
    RULES(always);
    RULES(module);
    look();
    struct remove_options o = {.target = &scene.target, .seen = observed(looking)};
    remove_plan(&o, &scene.mem, &lines, &n);
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        assert_int_equal(line_of(lines, n, gone[i])->kind, RECEIPT_REMOVED);
    assert_string_equal(line_of(lines, n, "datastream.source_profile")->name,
                        "postmottak-postgresql-connection-profile");
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        const struct receipt_line *l = line_of(lines, n, kept[i]);
        assert_int_equal(l->kind, RECEIPT_KEPT);
        assert_non_null(strstr(l->why, "strom has not made it"));
    }
    tear_down();
}

/* The second stream in such a project stands in the network that is there. */
static void test_a_new_stream_beside_the_modules(void **state)
{
    (void)state;
    static const struct answer another_rule[] = {
        {C "/global/firewalls/allow-datastream-to-cloud-sql", NULL},
        {FIREWALLS, "{\"items\":[" RULE_OF(
                        "closed", "flex-datastream-vpc", "10.1.0.0/29", "22",
                        "") "," RULE_OF("elsewhere", "default", "10.1.0.0/29", "5432",
                                        "") "," RULE_OF("team-rule", "flex-datastream-vpc",
                                                        "10.1.0.0/24", "5000-6000", "") "]}"}};

    set_up();
    scene.target.naming = TARGET_NAV_MODULE;
    RULES(another_rule);
    const struct answer account = {ACCOUNT, made[2].body};
    rules(&account, 1);
    RULES(always);
    RULES(module);
    const struct plan *p = look();
    assert_string_equal(p->names.stream, "postmottak-backend-datastream");
    assert_int_equal(scene_verb(p, STEP_NETWORK), PLAN_KEEP);
    assert_int_equal(scene_verb(p, STEP_PRIVATE_CONNECTION), PLAN_KEEP);
    assert_string_equal(plan_action(p, STEP_FIREWALL)->name, "team-rule");
    assert_int_equal(scene_verb(p, STEP_FIREWALL), PLAN_KEEP);
    assert_int_equal(scene_verb(p, STEP_DESTINATION_PROFILE), PLAN_KEEP);
    assert_int_equal(scene_verb(p, STEP_STREAM), PLAN_CREATE);
    assert_int_equal(scene_verb(p, STEP_SOURCE_PROFILE), PLAN_CREATE);
    assert_int_equal(scene_verb(p, STEP_PROXY), PLAN_CREATE); /* the other stream's is not ours */
    assert_int_equal(scene_verb(p, STEP_ACCOUNT), PLAN_KEEP);
    assert_string_equal(p->subnetwork, "flex-datastream-vpc");
    tear_down();
}

/* Two could be meant: neither is taken. */
static void test_of_two_connections_none_is_taken(void **state)
{
    (void)state;
    static const struct answer two = {
        PRIVATES, "{\"privateConnections\":[" FLEX_CONNECTION
                  "," PRIVATE_OF("b", "CREATED", VPC("b"), "10.3.0.0/29", "") "]}"};

    set_up();
    scene.target.naming = TARGET_NAV_MODULE;
    rules(&two, 1);
    RULES(always);
    RULES(module);
    const struct plan *p = look();
    assert_string_equal(p->names.private_connection, "datastream-connection");
    assert_int_equal(scene_verb(p, STEP_PRIVATE_CONNECTION), PLAN_CREATE);
    tear_down();
}

/* Looking writes nothing. */
static void test_looking_only_reads(void **state)
{
    (void)state;
    set_up();
    RULES(always);
    RULES(made);
    look();
    pthread_mutex_lock(&w.server.lock);
    for (size_t i = 0; i < w.server.n_seen; i++) {
        const struct seen *s = &w.server.seen[i];
        if (strcmp(s->method, "GET") != 0 && !strstr(s->target, ":getIamPolicy") &&
            !strstr(s->target, "/token"))
            fail_msg("%s %s", s->method, s->target);
    }
    pthread_mutex_unlock(&w.server.lock);
    tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_is_fit),
        cmocka_unit_test(test_what_is_not_fit_is_shown),
        cmocka_unit_test(test_profiles_on_their_way),
        cmocka_unit_test(test_networks_made_by_hand),
        cmocka_unit_test(test_our_own_profile_is_mended),
        cmocka_unit_test(test_a_free_range),
        cmocka_unit_test(test_the_ranges_of_peers),
        cmocka_unit_test(test_a_stream_of_the_module),
        cmocka_unit_test(test_a_stream_of_the_module_is_edited),
        cmocka_unit_test(test_a_stream_of_the_module_is_taken_down),
        cmocka_unit_test(test_a_new_stream_beside_the_modules),
        cmocka_unit_test(test_of_two_connections_none_is_taken),
        cmocka_unit_test(test_looking_only_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
