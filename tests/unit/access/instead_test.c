#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* With less than Editor: what is held without it, what it gives and lacks, whom to ask. */

#include "api/access/instead.h"
#include "api/access/ours.h"

#include <string.h>

#define KARI "user:kari@nav.no"
#define END  "request.time < timestamp(\"2026-11-22T12:00:00Z\")"

static const char *kari[] = {"user:Kari@nav.no"}, *team[] = {"group:aap@nav.no"},
                  *others[] = {"user:ola@nav.no", "serviceAccount:x@y", KARI, "user:ola@nav.no"};

static bool in(const char *const *list, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], text) == 0)
            return true;
    return false;
}

static void without_editor(void **state)
{
    (void)state;
    struct google_binding bindings[] = {
        {.role = "roles/editor", .members = kari, .n_members = 1},
        {.role = "roles/resourcemanager.projectIamAdmin", .members = team, .n_members = 1},
        {.role = "roles/compute.viewer", .members = team, .n_members = 1},
        {.role = "roles/bigquery.user", .members = kari, .n_members = 1},
        {.role = "roles/cloudsql.viewer",
         .members = kari,
         .n_members = 1,
         .conditional = true,
         .condition = {"strom app", "", END}},
    };
    const struct google_policy policy = {.bindings = bindings, .n_bindings = 5};
    const char *permissions[] = {"resourcemanager.projects.setIamPolicy",
                                 "resourcemanager.projects.getIamPolicy",
                                 "compute.networks.get",
                                 "bigquery.datasets.create",
                                 "cloudsql.instances.get",
                                 "datastream.streams.create"};
    const struct google_held held = {permissions, 6};
    struct arena a = {0};
    int64_t end = access_until(END);
    size_t n;
    const char *const *kept = access_held_otherwise(&a, &policy, KARI, &held, end, &n);
    assert_true(in(kept, n, permissions[0]));  /* Editor cannot give that: the group does */
    assert_true(in(kept, n, permissions[1]));  /* so this one comes with it */
    assert_false(in(kept, n, permissions[2])); /* nothing tells that one is in that group ... */
    assert_true(in(kept, n, permissions[3]));
    assert_true(in(kept, n, permissions[4]));
    assert_false(in(kept, n, permissions[5]));
    kept = access_held_otherwise(&a, &policy, KARI, &held, end + 1, &n);
    assert_false(in(kept, n, permissions[4])); /* ends before */
    arena_done(&a);
}

static void more_and_less(void **state)
{
    (void)state;
    static const char *const roles[] = {"roles/datastream.admin", "roles/compute.networkAdmin"};
    struct access_compared c;
    struct arena a = {0};
    access_compare(&a, ACCESS_EDITOR, roles, 2, ACCESS_CREATE, &c);
    assert_true(c.permissions == 11979 && c.narrow == 67 + 965);
    assert_true(in(c.excess, c.n_excess, "change or restart the database instance"));
    assert_int_equal(c.n_lacks, 1);
    assert_string_equal(c.lacks[0], "resourcemanager.projects.setIamPolicy");
    access_compare(&a, ACCESS_OWNER, roles, 2, ACCESS_CREATE, &c);
    assert_int_equal(c.n_lacks, 0);
    access_compare(&a, ACCESS_EDITOR, roles, 2, ACCESS_LOOK(ACCESS_BINDING), &c);
    assert_int_equal(c.n_lacks, 0); /* the binding stands already */
    arena_done(&a);
}

static void whom_to_ask(void **state)
{
    (void)state;
    struct google_binding bindings[] = {
        {.role = "roles/owner", .members = others, .n_members = 4},
        {.role = "roles/editor", .members = kari, .n_members = 1},
        {.role = "roles/resourcemanager.projectIamAdmin", .members = team, .n_members = 1},
    };
    const struct google_policy policy = {.bindings = bindings, .n_bindings = 3};
    static const char *const roles[] = {"roles/datastream.admin"};
    struct arena a = {0};
    struct str text = {0};
    size_t n;
    const char *const *list = access_setters(&a, &policy, KARI, &n);
    assert_int_equal(n, 2);
    assert_string_equal(list[0], "user:ola@nav.no");
    assert_string_equal(list[1], "group:aap@nav.no");
    access_request(&text, "p", KARI, roles, 1, access_until(END));
    assert_non_null(
        strstr(str_text(&text), "kari@nav.no needs the roles below until 2026-11-22T12:00:00Z"));
    assert_non_null(strstr(str_text(&text), "  roles/datastream.admin\n"));
    assert_non_null(strstr(str_text(&text), "add-iam-policy-binding"));
    str_done(&text);
    arena_done(&a);
}

/* --- ours --- */

static void ends(void **state)
{
    (void)state;
    assert_true(access_until(END) == 1795348800);
    assert_true(access_until("request.time < timestamp('2026-11-22T12:00:00Z')") == 1795348800);
    static const char *const other[] = {
        "", "true", "request.time < timestamp(\"2026-11-22T12:00:00Z\") || true",
        "request.time < timestamp(\"x\")", "request.time < timestamp(\"2026-11-22T12:00:00Z"};
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        assert_true(access_until(other[i]) == -1);
    assert_true(access_is_our_title("strom") && access_is_our_title("strom app"));
    assert_false(access_is_our_title("stromlinje") || access_is_our_title("") ||
                 access_is_our_title(NULL) || access_is_our_title("a strom"));
}

static void each_once(void **state)
{
    (void)state;
    const struct google_condition c = {"strom app", "d", END};
    struct google_binding bindings[] = {
        {.role = "roles/a", .members = kari, .n_members = 1, .conditional = true, .condition = c},
        {.role = "roles/b", .members = team, .n_members = 1, .conditional = true, .condition = c},
        {.role = "roles/a", .members = kari, .n_members = 1},
        {.role = "roles/c",
         .members = kari,
         .n_members = 1,
         .conditional = true,
         .condition = {"nais_cli_access", "", END}},
    };
    const struct google_policy policy = {.bindings = bindings, .n_bindings = 4};
    const struct grant_row rows[] = {{.id = 7,
                                      .member = KARI,
                                      .roles = "roles/a roles/lost",
                                      .title = "strom app",
                                      .expression = END,
                                      .until = 1795348800}};
    struct arena a = {0};
    size_t n;
    const struct access_ours *ours = access_find_ours(&a, &policy, KARI, rows, 1, &n);
    assert_int_equal(n, 2);
    assert_true(ours[0].in_policy && ours[0].recorded == 7 && ours[0].until == 1795348800);
    assert_string_equal(ours[0].member, "user:Kari@nav.no"); /* as it stands there */
    assert_string_equal(ours[0].condition.description, "d");
    assert_true(!ours[1].in_policy && ours[1].recorded == 7);
    assert_string_equal(ours[1].role, "roles/lost");
    access_find_ours(&a, &policy, "", NULL, 0, &n);
    assert_int_equal(n, 0); /* without a name nothing is one's own */
    access_find_ours(&a, NULL, KARI, rows, 1, &n);
    assert_int_equal(n, 2);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_editor), cmocka_unit_test(more_and_less),
        cmocka_unit_test(whom_to_ask),    cmocka_unit_test(ends),
        cmocka_unit_test(each_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
