#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* Verdicts on Google's side of the world, from facts written by hand. */

#include "api/checks/google_checks.h"
#include "api/checks/instance_checks.h"

#include <errno.h>
#include <string.h>

static struct check_list l;

static int setup(void **state)
{
    (void)state;
    check_list_init(&l);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    check_list_done(&l);
    return 0;
}

static void expect(enum check_id id, enum check_result r, const char *found, const char *remedy)
{
    const struct check *c = &l.at[id];
    if (c->result != r || !strstr(c->found, found) || !strstr(c->remedy.text, remedy))
        fail_msg("%s: %s '%s' / '%s'", check_name(id), check_result_name(c->result), c->found,
                 c->remedy.text);
}

static const struct google_identity kari = {.email = "kari@nav.no",
                                            .member = "user:kari@nav.no",
                                            .kind = GOOGLE_LOGIN_PERSON,
                                            .until = 1763798400};

static struct err trouble(enum err_kind kind, const char *why, const char *hint)
{
    struct err e;
    err_set(&e, kind, "Asking");
    err_why(&e, "%s", why);
    err_hint(&e, "%s", hint);
    return e;
}

static void nothing_asked_is_unknown(void **state)
{
    (void)state;
    google_checks(&l, &(struct google_view){.project = "p"});
    for (int id = 0; id <= (int)CHECK_ACCESS_BASIC_ROLES; id++) {
        assert_int_equal(l.at[id].result, CHECK_UNKNOWN);
        assert_false(l.at[id].asked);
    }
}

static void logins(void **state)
{
    (void)state;
    struct err none = trouble(ERR_DENIED, "there is no file", "run: nais login");
    struct err net = trouble(ERR_NETWORK, "no such host", "check the VPN");
    struct google_view v = {.project = "p", .who = &kari};
    google_checks(&l, &v);
    expect(CHECK_GOOGLE_CREDENTIALS, CHECK_PASS, "kari@nav.no, until 2025-11-22 08:00 UTC", "");
    v.login_note = "others may read it: chmod 600";
    google_checks(&l, &v);
    expect(CHECK_GOOGLE_CREDENTIALS, CHECK_WARN, "kari@nav.no", "chmod 600");
    v = (struct google_view){.project = "p", .who_error = &none};
    google_checks(&l, &v);
    expect(CHECK_GOOGLE_CREDENTIALS, CHECK_FAIL, "there is no file", "nais login");
    v.who_error = &net;
    google_checks(&l, &v);
    expect(CHECK_GOOGLE_CREDENTIALS, CHECK_UNKNOWN, "no such host", "check the VPN");
    struct err full;
    err_system(&full, EMFILE, "Reading the Google login"); /* this machine's trouble */
    v.who_error = &full;
    google_checks(&l, &v);
    expect(CHECK_GOOGLE_CREDENTIALS, CHECK_UNKNOWN, "open files", "");
}

static void projects(void **state)
{
    (void)state;
    struct err denied = trouble(ERR_DENIED, "The caller does not have permission", "");
    struct google_project p = {"p", "42", "P", "ACTIVE"};
    struct google_view v = {.project = "p", .found = &p};
    google_checks(&l, &v);
    expect(CHECK_GOOGLE_PROJECT, CHECK_PASS, "p (number 42)", "");
    p.state = "DELETE_REQUESTED";
    google_checks(&l, &v);
    expect(CHECK_GOOGLE_PROJECT, CHECK_FAIL, "DELETE_REQUESTED", "");
    v = (struct google_view){.project = "p", .found_error = &denied};
    google_checks(&l, &v);
    expect(CHECK_GOOGLE_PROJECT, CHECK_FAIL, "does not have permission", "myapps.microsoft.com");
    v.who_error = &denied; /* no login: nobody was asked */
    google_checks(&l, &v);
    expect(CHECK_GOOGLE_PROJECT, CHECK_UNKNOWN, "does not have permission", "");
}

static void apis(void **state)
{
    (void)state;
    size_t n;
    const char *some[] = {"bigquery.googleapis.com", "compute.googleapis.com"};
    const char *none[] = {"x"};
    const char *const *all = google_needed_apis(&n);
    const char *copy[16];
    for (size_t i = 0; i < n; i++)
        copy[i] = all[i];
    struct google_apis on = {some, 2};
    struct google_held held = {none, 1};
    struct google_view v = {.project = "p", .apis = &on};
    google_checks(&l, &v);
    expect(CHECK_GOOGLE_APIS, CHECK_WARN, "off: datastream.googleapis.com",
           "gcloud services enable datastream.googleapis.com servicenetworking.googleapis.com "
           "sqladmin.googleapis.com --project=p");
    v.held = &held;
    google_checks(&l, &v);
    expect(CHECK_GOOGLE_APIS, CHECK_FAIL, "may not turn them on", "gcloud services enable");
    on = (struct google_apis){copy, n};
    google_checks(&l, &v);
    expect(CHECK_GOOGLE_APIS, CHECK_PASS, "all 5 are on", "");
}

static void permissions(void **state)
{
    (void)state;
    const char *some[] = {"resourcemanager.projects.getIamPolicy"};
    const char *both[] = {"resourcemanager.projects.getIamPolicy",
                          "resourcemanager.projects.setIamPolicy"};
    struct google_held held = {some, 1};
    struct google_view v = {.project = "p",
                            .who = &kari,
                            .steps = ACCESS_BIT(ACCESS_BINDING),
                            .held = &held,
                            .now = 1763798400};
    google_checks(&l, &v);
    expect(CHECK_ACCESS_PERMISSIONS, CHECK_FAIL,
           "lacking: resourcemanager.projects.setIamPolicy (role binding)",
           "gcloud projects add-iam-policy-binding p --member=user:kari@nav.no "
           "--role=roles/resourcemanager.projectIamAdmin --condition='title=strom,expression="
           "request.time < timestamp(\"2025-11-22T10:00:00Z\")'");
    const char *owner[] = {"user:ola@nav.no"};
    struct google_binding b = {.role = "roles/owner", .members = owner, .n_members = 1};
    struct google_policy policy = {.bindings = &b, .n_bindings = 1};
    v.policy = &policy;
    google_checks(&l, &v);
    expect(CHECK_ACCESS_PERMISSIONS, CHECK_FAIL, "lacking",
           "# you may not change the project's policy; this one may: ola@nav.no\ngcloud");
    held = (struct google_held){both, 2};
    google_checks(&l, &v);
    expect(CHECK_ACCESS_PERMISSIONS, CHECK_PASS, "all 2 are held", "");
}

static void basic_roles(void **state)
{
    (void)state;
    const char *self[] = {"user:kari@nav.no", "group:aap@nav.no"};
    struct google_binding b = {.role = "roles/editor", .members = self, .n_members = 2};
    struct google_policy policy = {.bindings = &b, .n_bindings = 1};
    struct google_view v = {.project = "p", .who = &kari, .policy = &policy};
    google_checks(&l, &v);
    expect(CHECK_ACCESS_BASIC_ROLES, CHECK_WARN,
           "you hold Editor; so do: group:aap@nav.no (Editor)",
           "gcloud projects remove-iam-policy-binding p --member=user:kari@nav.no "
           "--role=roles/editor");
    expect(CHECK_ACCESS_BASIC_ROLES, CHECK_WARN, "you hold Editor",
           "strom access grant --project p\nstrom access drop --editor --project p\n");
    b.members = self + 1;
    b.n_members = 1;
    google_checks(&l, &v);
    expect(CHECK_ACCESS_BASIC_ROLES, CHECK_WARN,
           "not you by name, but a group that you may be in: group:aap@nav.no (Editor)",
           "Whoever is in the group holds the role");
    self[1] = "user:ola@nav.no";
    google_checks(&l, &v);
    expect(CHECK_ACCESS_BASIC_ROLES, CHECK_PASS, "not you; others do: user:ola@nav.no (Editor)",
           "");
    policy.n_bindings = 0;
    google_checks(&l, &v);
    expect(CHECK_ACCESS_BASIC_ROLES, CHECK_PASS, "nobody", "");
    struct err denied = trouble(ERR_DENIED, "no getIamPolicy", "");
    v = (struct google_view){.project = "p", .policy_error = &denied};
    google_checks(&l, &v);
    expect(CHECK_ACCESS_BASIC_ROLES, CHECK_UNKNOWN, "no getIamPolicy", "");
}

/* --- the instance --- */

static struct sql_flag flags[] = {{"cloudsql.iam_authentication", "on"},
                                  {"cloudsql.logical_decoding", "on"}};

static struct sql_instance instance(void)
{
    return (struct sql_instance){.name = "i",
                                 .state = "RUNNABLE",
                                 .version = "POSTGRES_16",
                                 .postgres = 16,
                                 .type = "CLOUD_SQL_INSTANCE",
                                 .flags = flags,
                                 .n_flags = 2,
                                 .disk_autoresize = true,
                                 .disk_gb = 10};
}

static void the_flag(void **state)
{
    (void)state;
    struct sql_instance i = instance();
    const struct instance_view v = {.instance = &i, .used_bytes = -1};
    instance_checks(&l, &v);
    expect(CHECK_INSTANCE_LOGICAL_DECODING, CHECK_PASS, "on", "");
    i.n_flags = 1;
    instance_checks(&l, &v);
    expect(CHECK_INSTANCE_LOGICAL_DECODING, CHECK_FAIL, "not set",
           "flags:\n  - name: cloudsql.logical_decoding\n    value: \"on\"");
}

static void the_version(void **state)
{
    (void)state;
    struct sql_instance i = instance();
    const struct instance_view v = {.instance = &i, .used_bytes = -1};
    instance_checks(&l, &v);
    expect(CHECK_INSTANCE_VERSION, CHECK_PASS, "POSTGRES_16", "");
    i.type = "READ_REPLICA_INSTANCE";
    instance_checks(&l, &v);
    expect(CHECK_INSTANCE_VERSION, CHECK_FAIL, "a read replica", "");
    i = instance();
    i.version = "POSTGRES_9_6";
    i.postgres = 9;
    instance_checks(&l, &v);
    expect(CHECK_INSTANCE_VERSION, CHECK_FAIL, "POSTGRES_9_6", "type: POSTGRES_16");
    i = instance();
    i.state = "MAINTENANCE";
    instance_checks(&l, &v);
    expect(CHECK_INSTANCE_VERSION, CHECK_WARN, "MAINTENANCE", "RUNNABLE");
}

static void the_disk(void **state)
{
    (void)state;
    const int64_t gib = 1024LL * 1024 * 1024;
    struct sql_instance i = instance();
    struct instance_view v = {.instance = &i, .used_bytes = 9 * gib};
    instance_checks(&l, &v);
    expect(CHECK_INSTANCE_DISK, CHECK_PASS, "10 GB, 9.0 GB used, grows by itself", "");
    assert_int_equal(instance_room(&v), -1);
    i.disk_limit_gb = 20;
    assert_int_equal(instance_room(&v), 11 * gib);
    instance_checks(&l, &v);
    expect(CHECK_INSTANCE_DISK, CHECK_PASS, "grows to 20 GB", "");
    v.used_bytes = 17 * gib;
    instance_checks(&l, &v);
    expect(CHECK_INSTANCE_DISK, CHECK_WARN, "grows to 20 GB", "diskAutoresizeLimit: 40");
    i.disk_autoresize = false;
    v.used_bytes = 3 * gib;
    instance_checks(&l, &v);
    expect(CHECK_INSTANCE_DISK, CHECK_WARN, "does not grow", "diskAutoresize: true");
    v.used_bytes = 9 * gib;
    instance_checks(&l, &v);
    expect(CHECK_INSTANCE_DISK, CHECK_FAIL, "does not grow", "diskAutoresize: true");
    v.used_bytes = -1;
    instance_checks(&l, &v);
    expect(CHECK_INSTANCE_DISK, CHECK_WARN, "10 GB, does not grow", "");
}

static void an_instance_that_cannot_be_read(void **state)
{
    (void)state;
    struct err denied = trouble(ERR_DENIED, "cloudsql.instances.get denied", "");
    instance_checks(&l, &(struct instance_view){.error = &denied});
    expect(CHECK_INSTANCE_DISK, CHECK_UNKNOWN, "cloudsql.instances.get denied", "");
    assert_int_equal(check_exit(&l), 3);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(nothing_asked_is_unknown),
        CASE(logins),
        CASE(projects),
        CASE(apis),
        CASE(permissions),
        CASE(basic_roles),
        CASE(the_flag),
        CASE(the_version),
        CASE(the_disk),
        CASE(an_instance_that_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
