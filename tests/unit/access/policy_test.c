#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* Edits of a policy: every other byte stays; and the whole cycle when somebody else writes, too. */

#include "api/access/binding.h"
#include "api/access/policy.h"
#include "tests/unit/google/client.h"

#define ROLE "roles/cloudsql.client"
#define SA   "serviceAccount:a@b"

static const struct google_condition soon = {"strom", "",
                                             "request.time < timestamp(\"2026-01-01T00:00:00Z\")"};

static void expect(enum policy_edit want, enum policy_edit got, const char *text,
                   const struct str *s)
{
    assert_int_equal(want, got);
    if (want == POLICY_CHANGED)
        assert_string_equal(str_text(s), text);
    else
        assert_int_equal(s->bytes, 0);
}

static void add(const char *policy, const char *member, const struct google_condition *c,
                enum policy_edit want, const char *text)
{
    struct str s = {0};
    struct err e;
    expect(want, policy_add(policy, ROLE, member, c, &s, &e), text, &s);
    str_done(&s);
}

static void cut(const char *policy, const char *member, const struct google_condition *c,
                enum policy_edit want, const char *text)
{
    struct str s = {0};
    struct err e;
    expect(want, policy_remove(policy, ROLE, member, c, &s, &e), text, &s);
    str_done(&s);
}

static void adding(void **state)
{
    (void)state;
    add("{}", SA, NULL, POLICY_CHANGED,
        "{\"version\":3,\"bindings\":[{\"role\":\"" ROLE "\",\"members\":[\"" SA "\"]}]}");
    add("{ \"etag\" : \"B\\u0077X=\" }", SA, NULL, POLICY_CHANGED,
        "{\"version\":3,\"bindings\":[{\"role\":\"" ROLE "\",\"members\":[\"" SA
        "\"]}], \"etag\" : \"B\\u0077X=\" }");
    add("{\"version\": 1,\n \"bindings\" : [ ],\n\"x\":1e400}", SA, NULL, POLICY_CHANGED,
        "{\"version\": 3,\n \"bindings\" : [ {\"role\":\"" ROLE "\",\"members\":[\"" SA
        "\"]}],\n\"x\":1e400}");
    /* strange numbers, escapes and brackets in others' conditions stay as they are */
    add("{\"bindings\":[{\"role\":\"r\",\"members\":[\"u\"],\"condition\":{\"expression\":\"a[\\\"]"
        "}\\\\\","
        "\"n\":12345678901234567890}}],\"version\":3}",
        SA, NULL, POLICY_CHANGED,
        "{\"bindings\":[{\"role\":\"r\",\"members\":[\"u\"],\"condition\":{\"expression\":\"a[\\\"]"
        "}\\\\\","
        "\"n\":12345678901234567890}},{\"role\":\"" ROLE "\",\"members\":[\"" SA
        "\"]}],\"version\":3}");
    add("{\"version\":3,\"bindings\":[{\"role\":\"" ROLE "\",\"members\":[\"" SA "\"]}]}", SA, NULL,
        POLICY_SAME, NULL);
    add("{\"version\":3,\"bindings\":[{\"members\":[ \"x\" ],\"role\":\"" ROLE "\"}]}", SA, NULL,
        POLICY_CHANGED,
        "{\"version\":3,\"bindings\":[{\"members\":[ \"x\",\"" SA "\" ],\"role\":\"" ROLE "\"}]}");
    add("{\"version\":3,\"bindings\":[{\"role\":\"" ROLE "\"}]}", SA, NULL, POLICY_CHANGED,
        "{\"version\":3,\"bindings\":[{\"members\":[\"" SA "\"],\"role\":\"" ROLE "\"}]}");
}

/* The same role with another condition is another binding. */
static void conditions(void **state)
{
    (void)state;
    const char *with = "{\"version\":3,\"bindings\":[{\"role\":\"" ROLE "\",\"members\":[\"" SA
                       "\"],\"condition\":{\"title\":\"strom\",\"expression\":\"request.time < "
                       "timestamp(\\\"2026-01-01T00:00:00Z\\\")\"}}]}";
    add(with, SA, &soon, POLICY_SAME, NULL);
    cut(with, SA, NULL, POLICY_SAME, NULL);
    cut(with, SA, &soon, POLICY_CHANGED, "{\"version\":3,\"bindings\":[]}");
    add("{\"version\":3,\"bindings\":[{\"role\":\"" ROLE "\",\"members\":[\"" SA "\"]}]}", SA,
        &soon, POLICY_CHANGED,
        "{\"version\":3,\"bindings\":[{\"role\":\"" ROLE "\",\"members\":[\"" SA
        "\"]},{\"role\":\"" ROLE "\",\"members\":[\"" SA
        "\"],\"condition\":{\"title\":\"strom\",\"expression\":\"request.time < "
        "timestamp(\\\"2026-01-01T00:00:00Z\\\")\"}}]}");
}

static void removing(void **state)
{
    (void)state;
    cut("{\"bindings\":[{\"role\":\"a\"}, {\"role\":\"" ROLE "\",\"members\":[\"" SA
        "\"]} , {\"role\":\"b\"}]}",
        SA, NULL, POLICY_CHANGED,
        "{\"version\":3,\"bindings\":[{\"role\":\"a\"} , {\"role\":\"b\"}]}");
    cut("{\"version\":3,\"bindings\":[{\"role\":\"" ROLE "\",\"members\":[\"x\", \"" SA
        "\" ,\"y\"]}]}",
        SA, NULL, POLICY_CHANGED,
        "{\"version\":3,\"bindings\":[{\"role\":\"" ROLE "\",\"members\":[\"x\" ,\"y\"]}]}");
    cut("{\"version\":3,\"bindings\":[{\"role\":\"" ROLE "\",\"members\":[\"" SA "\", \"y\"]}]}",
        SA, NULL, POLICY_CHANGED,
        "{\"version\":3,\"bindings\":[{\"role\":\"" ROLE "\",\"members\":[\"y\"]}]}");
    /* twice in old policies: everywhere */
    cut("{\"version\":3,\"bindings\":[{\"role\":\"" ROLE "\",\"members\":[\"" SA
        "\"]},{\"role\":\"b\"},{\"role\":\"" ROLE "\",\"members\":[\"" SA "\",\"" SA "\"]}]}",
        SA, NULL, POLICY_CHANGED, "{\"version\":3,\"bindings\":[{\"role\":\"b\"}]}");
    cut("{\"bindings\":[{\"role\":\"b\",\"members\":[\"" SA "\"]}]}", SA, NULL, POLICY_SAME, NULL);
    cut("{}", SA, NULL, POLICY_SAME, NULL);
}

static void what_is_left_of_an_account(void **state)
{
    (void)state;
    struct str s = {0};
    struct err e;
    const char *policy = "{\"version\":3,\"bindings\":[{\"role\":\"" ROLE
                         "\",\"members\":[\"deleted:" SA "?uid=1\",\"" SA "\",\"deleted:" SA
                         "?uid=2\"]},{\"role\":\"other\",\"members\":[\"deleted:" SA "?uid=1\"]}]}";
    assert_int_equal(policy_remove_deleted(policy, ROLE, SA, &s, &e), POLICY_CHANGED);
    assert_string_equal(str_text(&s),
                        "{\"version\":3,\"bindings\":[{\"role\":\"" ROLE "\",\"members\":[\"" SA
                        "\"]},{\"role\":\"other\",\"members\":[\"deleted:" SA "?uid=1\"]}]}");
    str_done(&s);
}

static void what_is_no_policy(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "[]",
        "{\"bindings\":{}}",
        "{\"bindings\":[}",
        "{\"a\":1,\"a\":2}",
        "{\"b\\u0069ndings\":[]}",
        "{\"bindings\":[1]}",
        "{\"bindings\":[{\"role\":\"" ROLE "\",\"members\":{\"a\":\"b\"}}]}",
        "{\"bindings\":[{\"role\":\"" ROLE "\",\"m\\u0065mbers\":[\"" SA "\",\"b\"]}]}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct str s = {0};
        struct err e;
        assert_int_equal(policy_add(texts[i], ROLE, SA, NULL, &s, &e), POLICY_FAILED);
        assert_int_equal(policy_remove(texts[i], ROLE, SA, NULL, &s, &e), POLICY_FAILED);
        assert_int_equal(s.bytes, 0);
        str_done(&s);
    }
}

/* --- the cycle --- */

#define GET "/cloudresourcemanager.googleapis.com/v1/projects/p:getIamPolicy"
#define SET "/cloudresourcemanager.googleapis.com/v1/projects/p:setIamPolicy"

static const struct access_change change = {.role = ROLE, .member = SA};

static void a_race_is_run_again(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, PERSON);
    world_token(&w);
    server_rule(&w.server, (struct rule){"POST", GET, 200, NULL, "{\"etag\":\"one\"}", 1});
    server_rule(&w.server, (struct rule){"POST", GET, 200, NULL,
                                         "{\"etag\":\"two\",\"bindings\":[{\"role\":"
                                         "\"theirs\",\"members\":[\"u\"]}]}",
                                         0});
    server_rule(&w.server,
                (struct rule){"POST", SET, 409, NULL,
                              "{\"error\":{\"code\":409,\"status\":\"ABORTED\",\"message\":"
                              "\"There were concurrent policy changes.\"}}",
                              1});
    server_rule(&w.server, (struct rule){"POST", SET, 200, NULL, "{}", 0});
    struct task *t = access_bind(w.google, "p", &change, 1);
    assert_true(net_until(w.net, t));
    assert_int_equal(task_state(t), TASK_OK);
    assert_true(access_bind_changed(t));
    assert_int_equal(access_bind_cycles(t), 2);
    assert_string_equal(
        server_last(&w.server, "POST", SET)->body,
        "{\"policy\":{\"version\":3,\"etag\":\"two\",\"bindings\":[{\"role\":\"theirs\","
        "\"members\":[\"u\"]},{\"role\":\"" ROLE "\",\"members\":[\"" SA "\"]}]}}");
    assert_string_equal(server_last(&w.server, "POST", GET)->body,
                        "{\"options\":{\"requestedPolicyVersion\":3}}");
    task_drop(t);
    world_close(&w);
}

static void a_new_account_is_waited_for(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, PERSON);
    world_token(&w);
    server_rule(&w.server, (struct rule){"POST", GET, 200, NULL, "{}", 0});
    server_rule(
        &w.server,
        (struct rule){"POST", SET, 400, NULL,
                      "{\"error\":{\"code\":400,\"status\":\"INVALID_ARGUMENT\",\"message\":"
                      "\"Service account a@b does not exist.\"}}",
                      3});
    server_rule(&w.server,
                (struct rule){"POST", SET, 400, NULL,
                              "{\"error\":{\"code\":400,\"message\":\"Role is not supported\"}}",
                              0});
    struct task *t = access_bind(w.google, "p", &change, 1);
    assert_true(net_until(w.net, t));
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_string_equal(task_error(t)->why, "Role is not supported");
    assert_int_equal(access_bind_cycles(t), 4);
    task_drop(t);
    world_close(&w);
}

static void a_lost_write_is_looked_for(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, PERSON);
    world_token(&w);
    server_rule(&w.server, (struct rule){"POST", GET, 200, NULL, "{}", 1});
    server_rule(&w.server, (struct rule){"POST", SET, 0, NULL, NULL, 1});
    server_rule(&w.server,
                (struct rule){"POST", GET, 200, NULL,
                              "{\"bindings\":[{\"role\":\"" ROLE "\",\"members\":[\"" SA "\"]}]}",
                              0});
    struct task *t = access_bind(w.google, "p", &change, 1);
    assert_true(net_until(w.net, t));
    assert_int_equal(task_state(t), TASK_OK);
    assert_int_equal(server_count(&w.server, "POST", SET), 1);
    task_drop(t);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adding),
        cmocka_unit_test(conditions),
        cmocka_unit_test(removing),
        cmocka_unit_test(what_is_left_of_an_account),
        cmocka_unit_test(what_is_no_policy),
        cmocka_unit_test(a_race_is_run_again),
        cmocka_unit_test(a_new_account_is_waited_for),
        cmocka_unit_test(a_lost_write_is_looked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
