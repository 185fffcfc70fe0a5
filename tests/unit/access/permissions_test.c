#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* Needs, lacks, roles; who holds Editor. */

#include "api/access/editor.h"
#include "api/access/permissions.h"
#include "api/base/json.h"
#include "api/base/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool in(const char *const *list, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], text) == 0)
            return true;
    return false;
}

static void what_is_needed(void **state)
{
    (void)state;
    struct arena a;
    size_t n;
    arena_init(&a);
    const char *const *needed = access_needed(&a, ACCESS_BIT(ACCESS_BINDING), &n);
    assert_int_equal(n, 2);
    assert_string_equal(needed[0], "resourcemanager.projects.getIamPolicy");
    needed = access_needed(&a, ACCESS_CREATE, &n);
    assert_true(in(needed, n, "compute.firewalls.create"));
    assert_true(in(needed, n, "iam.serviceAccounts.actAs"));
    assert_false(in(needed, n, "datastream.streams.delete"));
    for (size_t i = 1; i < n; i++)
        assert_true(strcmp(needed[i - 1], needed[i]) < 0);
    assert_true(n < 100); /* one question is enough */
    arena_done(&a);
}

/* Whoever holds what the table gives a role for lacks nothing: the two tables agree. */
static void the_narrow_set_is_enough(void **state)
{
    (void)state;
    struct arena a;
    size_t n, n_held = 0;
    arena_init(&a);
    const char *const *needed = access_needed(&a, ~0u, &n);
    const char **held = arena_array(&a, const char *, n);
    for (size_t i = 0; i < n; i++)
        for (const struct access_role *r = access_narrow_set(); r->role; r++)
            if (access_role_has(r->role, needed[i])) {
                held[n_held++] = needed[i];
                break;
            }
    assert_int_equal(n_held, n);
    struct access_verdict v;
    access_judge(&a, ~0u, NULL, 0, &v);
    assert_int_equal(v.n_lacks, n);
    for (size_t i = 0; i < v.n_lacks; i++)
        assert_true(access_role_has(v.lacks[i].role, v.lacks[i].permission));
    for (size_t i = 0; i < n; i++) {
        bool closed = false;
        for (size_t r = 0; r < v.n_roles; r++)
            closed = closed || access_role_has(v.roles[r], needed[i]);
        assert_true(closed);
    }
    arena_done(&a);
}

static void editor_lacks_one_thing(void **state)
{
    (void)state;
    struct arena a;
    size_t n, n_held = 0;
    arena_init(&a);
    const char *const *needed = access_needed(&a, ACCESS_CREATE, &n);
    const char **held = arena_array(&a, const char *, n);
    for (size_t i = 0; i < n; i++)
        if (access_role_has("roles/editor", needed[i]))
            held[n_held++] = needed[i];
    struct access_verdict v;
    access_judge(&a, ACCESS_CREATE, held, n_held, &v);
    assert_int_equal(v.n_lacks, 1);
    assert_string_equal(v.lacks[0].permission, "resourcemanager.projects.setIamPolicy");
    assert_int_equal(v.blocked, ACCESS_BIT(ACCESS_BINDING));
    assert_int_equal(v.n_roles, 1);
    assert_string_equal(v.roles[0], "roles/resourcemanager.projectIamAdmin");
    arena_done(&a);
}

static void one_role_covers_what_another_would(void **state)
{
    (void)state;
    struct arena a;
    struct access_verdict v;
    arena_init(&a);
    access_judge(&a, ACCESS_BIT(ACCESS_FIREWALL), NULL, 0, &v);
    assert_int_equal(v.n_roles, 1); /* securityAdmin brings networks.updatePolicy too */
    assert_string_equal(v.roles[0], "roles/compute.securityAdmin");
    access_judge(&a, ACCESS_BIT(ACCESS_WATCH) | ACCESS_BIT(ACCESS_QUERY), NULL, 0, &v);
    assert_true(in(v.roles, v.n_roles, "roles/monitoring.viewer"));
    assert_true(in(v.roles, v.n_roles, "roles/bigquery.jobUser"));
    arena_done(&a);
}

/* What is there already is only looked at, and asks for less. */
static void what_exists_needs_less(void **state)
{
    (void)state;
    struct access_verdict v;
    struct arena a;
    size_t all, n;
    arena_init(&a);
    access_needed(&a, ACCESS_BIT(ACCESS_NETWORK), &all);
    const char *const *needed = access_needed(&a, ACCESS_LOOK(ACCESS_NETWORK), &n);
    assert_true(n > 0 && n < all);
    assert_true(in(needed, n, "compute.networks.get"));
    assert_false(in(needed, n, "compute.networks.create"));
    assert_true(access_step_asks(ACCESS_LOOK(ACCESS_NETWORK), ACCESS_NETWORK, needed[0]));
    assert_false(access_step_asks(ACCESS_LOOK(ACCESS_NETWORK), ACCESS_FIREWALL, needed[0]));
    access_judge(&a, ACCESS_LOOK(ACCESS_NETWORK), NULL, 0, &v);
    assert_int_equal(v.n_roles, 1); /* one that only looks */
    assert_string_equal(v.roles[0], "roles/compute.viewer");
    assert_int_equal(v.blocked, ACCESS_BIT(ACCESS_NETWORK));
    arena_done(&a);
}

/* The narrower one, where the wider is not needed for anything else. */
static void roles_are_no_wider_than_the_work(void **state)
{
    (void)state;
    struct access_verdict v;
    struct arena a;
    int together = 0;
    arena_init(&a);
    access_judge(&a, ACCESS_CREATE, NULL, 0, &v);
    for (size_t i = 0; i < v.n_roles; i++)
        together += access_role_permissions(v.roles[i]);
    assert_true(together < 2000 && access_role_permissions("roles/editor") == 11979);
    assert_true(in(v.roles, v.n_roles, "roles/iam.serviceAccountCreator"));
    assert_false(in(v.roles, v.n_roles, "roles/iam.serviceAccountAdmin"));
    assert_true(in(v.roles, v.n_roles, "roles/bigquery.user")); /* brings jobs.create, too */
    assert_false(in(v.roles, v.n_roles, "roles/bigquery.jobUser"));
    for (size_t i = 0; i < v.n_roles; i++) { /* none of them is needless */
        bool alone = false;
        for (size_t k = 0; k < v.n_lacks; k++) {
            bool others = false;
            for (size_t r = 0; r < v.n_roles; r++)
                others = others || (r != i && access_role_has(v.roles[r], v.lacks[k].permission));
            alone = alone || !others;
        }
        assert_true(alone);
    }
    arena_done(&a);
}

/* --- the tables against the public data set --- */

static struct json *data_set(void)
{
    struct str text = {0};
    struct err e;
    if (!path_read(SHARED_DIR "/gcp/iam_roles.json", 1 << 20, &text, &e))
        return NULL;
    struct json *doc = json_parse(str_text(&text), text.bytes, &e);
    str_done(&text);
    assert_non_null(doc);
    return doc;
}

/* Dots stand in names of roles. */
static const struct json *member(const struct json *object, const char *key)
{
    for
        json_each(item, object) if (str_eq(json_key(item), key)) return item;
    return NULL;
}

static void compare(const struct json *doc, const char *role, const char *permission)
{
    const struct json *listed = member(json_get(doc, "roles"), role + strlen("roles/"));
    bool has = false;
    assert_non_null(listed);
    for
        json_each(item, listed) has = has || str_eq(json_text(item), permission);
    if (has != access_role_has(role, permission))
        fail_msg("%s and %s", role, permission);
}

static void compare_role(const struct json *doc, const char *role)
{
    const struct json *total = member(json_get(doc, "total_permissions"), role + strlen("roles/"));
    const char *permission, *words;
    struct arena a;
    size_t n;
    arena_init(&a);
    assert_int_equal(json_as_int64(total, 0), access_role_permissions(role));
    const char *const *needed = access_needed(&a, ~0u, &n);
    for (size_t i = 0; i < n; i++)
        compare(doc, role, needed[i]);
    for (size_t i = 0; access_excess(i, &permission, &words); i++) {
        assert_false(in(needed, n, permission));
        compare(doc, role, permission);
    }
    arena_done(&a);
}

static void tables_are_googles(void **state)
{
    (void)state;
    static const char *const basic[] = {"roles/owner", "roles/editor", "roles/viewer"};
    struct json *doc = data_set();
    if (!doc)
        skip();
    for (const struct access_role *r = access_narrow_set(); r->role; r++)
        compare_role(doc, r->role);
    for (size_t i = 0; i < 3; i++)
        compare_role(doc, basic[i]);
    json_free(doc);
}

/* Viewers before those that act, then by size; and it has the permission. */
static void the_narrowest_is(void **state)
{
    (void)state;
    struct arena a;
    size_t n;
    arena_init(&a);
    const char *const *needed = access_needed(&a, ~0u, &n);
    for (size_t i = 0; i < n; i++) {
        const struct access_role *r = access_narrow_set();
        while (r->role && !access_role_has(r->role, needed[i]))
            r++;
        assert_non_null(r->role);
        assert_string_equal(access_narrowest(needed[i]), r->role);
    }
    for (const struct access_role *r = access_narrow_set(); r[1].role; r++)
        assert_true(r->looks == r[1].looks ? r->permissions <= r[1].permissions : r->looks);
    assert_string_equal(access_narrowest("resourcemanager.projects.getIamPolicy"), "roles/browser");
    assert_string_equal(access_narrowest("iam.serviceAccounts.create"),
                        "roles/iam.serviceAccountCreator");
    assert_string_equal(access_narrowest("storage.buckets.delete"), "");
    arena_done(&a);
}

/* --- Editor --- */

static const char *owners[] = {"user:boss@nav.no", "serviceAccount:x@cloudservices"};
static const char *editors[] = {"user:Kari.Nordmann@nav.no", "group:aap@nav.no"};
static const char *viewers[] = {"user:kari.nordmann@nav.no"};

static void who_holds_what(void **state)
{
    (void)state;
    struct google_binding bindings[] = {
        {.role = "roles/editor", .members = editors, .n_members = 2},
        {.role = "roles/datastream.admin", .members = viewers, .n_members = 1},
        {.role = "roles/owner", .members = owners, .n_members = 2},
        {.role = "roles/viewer", .members = viewers, .n_members = 1},
    };
    const struct google_policy policy = {.bindings = bindings, .n_bindings = 4};
    struct access_holders h;
    struct arena a;
    arena_init(&a);
    access_holders(&a, &policy, "user:kari.nordmann@nav.no", &h);
    assert_int_equal(h.n, 5);
    assert_true(h.self_editor && !h.self_owner && h.group_editor && !h.group_owner);
    assert_int_equal(h.items[0].role, ACCESS_OWNER);
    assert_false(h.items[1].person);
    assert_true(h.items[2].self);
    assert_true(h.items[3].maybe_self);
    access_holders(&a, &policy, "", &h);
    assert_false(h.self_editor || h.self_owner);
    arena_done(&a);
}

/* What is printed is what a shell hands over: run with a function in gcloud's place. */
static void commands_are_quoted(void **state)
{
    (void)state;
    struct str s = {0}, script = {0};
    static const char *const roles[] = {"roles/datastream.admin"};
    access_grant_commands(&s, "p", "user:o'hara $(id)@nav.no", roles, 1, 1763798400);
    access_drop_command(&s, "p", "user:o'hara $(id)@nav.no", ACCESS_EDITOR);
    str_printf(&script, "gcloud() { printf '<%%s>' \"$@\"; echo; }\n%s", str_text(&s));
    char file[] = "/tmp/strom-grant-XXXXXX", command[128], text[1024] = "";
    FILE *f = fdopen(mkstemp(file), "w");
    assert_non_null(f);
    fputs(str_text(&script), f);
    fclose(f);
    snprintf(command, sizeof command, "sh %s", file);
    f = popen(command, "r");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    text[n] = '\0';
    pclose(f);
    remove(file);
    assert_string_equal(
        text, "<projects><add-iam-policy-binding><p><--member=user:o'hara $(id)@nav.no>"
              "<--role=roles/datastream.admin><--condition=title=strom,expression=request.time < "
              "timestamp(\"2025-11-22T08:00:00Z\")>\n"
              "<projects><remove-iam-policy-binding><p><--member=user:o'hara $(id)@nav.no>"
              "<--role=roles/editor><--condition=None>\n");
    str_done(&s);
    str_done(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_needed),
        cmocka_unit_test(the_narrow_set_is_enough),
        cmocka_unit_test(editor_lacks_one_thing),
        cmocka_unit_test(one_role_covers_what_another_would),
        cmocka_unit_test(what_exists_needs_less),
        cmocka_unit_test(roles_are_no_wider_than_the_work),
        cmocka_unit_test(tables_are_googles),
        cmocka_unit_test(the_narrowest_is),
        cmocka_unit_test(who_holds_what),
        cmocka_unit_test(commands_are_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
