#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* The last place of the search, and logins that cannot be used: each with its next step. */

#include "api/google/credentials.h"
#include "api/google/metadata.h"
#include "api/google/projects.h"
#include "tests/unit/google/client.h"

#define TOKEN_PATH "/computeMetadata/v1/instance/service-accounts/default/token"
#define EMAIL_PATH "/computeMetadata/v1/instance/service-accounts/default/email"
#define LOGIN      "nais login, or: gcloud auth login --update-adc"

static struct server server;
static struct net *net;
static char folder[64];

/* Nobody is logged in, and whatever is asked goes to the server. */
static int setup(void **state)
{
    (void)state;
    struct err e;
    char host[64];
    server_start(&server);
    net = net_open(&e);
    snprintf(folder, sizeof folder, "/tmp/strom-login-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(host, sizeof host, "127.0.0.1:%d", server.port);
    setenv("CLOUDSDK_CONFIG", folder, 1);
    setenv("GCE_METADATA_HOST", host, 1);
    unsetenv("GOOGLE_APPLICATION_CREDENTIALS");
    unsetenv("NO_GCE_CHECK");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    net_close(net);
    server_stop(&server);
    rmdir(folder);
    unsetenv("GCE_METADATA_HOST");
    return 0;
}

static struct google *open_client(void)
{
    struct err e;
    struct google_options o = {.endpoint = server.origin, .poll_floor_s = 0.001};
    struct google *g = google_open(net, &o, &e);
    assert_non_null(g);
    return g;
}

static enum task_state wait_for(struct task *t)
{
    assert_true(net_until(net, t));
    return task_state(t);
}

static void the_machine_is_asked_last(void **state)
{
    (void)state;
    const char *flavor = "Metadata-Flavor: Google\r\n";
    server_rule(&server, (struct rule){"GET", TOKEN_PATH, 200, flavor,
                                       "{\"access_token\":\"canary-machine\",\"expires_in\":3599,"
                                       "\"token_type\":\"Bearer\"}",
                                       0});
    server_rule(&server,
                (struct rule){"GET", EMAIL_PATH, 200, flavor, "vm@p.iam.gserviceaccount.com\n", 0});
    server_rule(&server, (struct rule){"GET", "/cloudresourcemanager", 200, NULL, "{}", 0});
    struct google *g = open_client();
    assert_int_equal(google_login_kind(g), GOOGLE_LOGIN_MACHINE);
    struct task *t = google_whoami(g);
    assert_int_equal(wait_for(t), TASK_OK);
    assert_string_equal(google_identity(t)->member, "serviceAccount:vm@p.iam.gserviceaccount.com");
    task_drop(t);
    t = projects_get(g, "p");
    assert_int_equal(wait_for(t), TASK_OK);
    task_drop(t);
    const struct seen *q = server_last(&server, "GET", TOKEN_PATH);
    assert_non_null(strstr(q->headers, "Metadata-Flavor: Google"));
    assert_null(strstr(q->headers, "Authorization"));
    q = server_last(&server, "GET", "/cloudresourcemanager");
    assert_non_null(strstr(q->headers, "Bearer canary-machine"));
    assert_null(strstr(q->headers, "x-goog-user-project"));
    google_close(g);
}

static void a_file_comes_before_the_machine(void **state)
{
    (void)state;
    char file[128];
    snprintf(file, sizeof file, "%s/application_default_credentials.json", folder);
    write_file(file, PERSON);
    struct google *g = open_client();
    assert_int_equal(google_login_kind(g), GOOGLE_LOGIN_PERSON);
    google_close(g);
    write_file(file, "{\"type\":\"authorized_user\"}"); /* found, and of no use: no fall-through */
    g = open_client();
    assert_int_equal(google_login_kind(g), GOOGLE_LOGIN_NONE);
    google_close(g);
    unlink(file);
    setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/x.json", 1);
    g = open_client();
    assert_int_equal(google_login_kind(g), GOOGLE_LOGIN_NONE);
    assert_non_null(strstr(google_login_error(g)->why, "GOOGLE_APPLICATION_CREDENTIALS names"));
    google_close(g);
    unsetenv("GOOGLE_APPLICATION_CREDENTIALS");
    assert_int_equal(server.n_seen, 0);
}

static void machine_fails(const char *why, const char *reason)
{
    struct google *g = open_client();
    struct task *t = projects_get(g, "p");
    assert_int_equal(wait_for(t), TASK_FAILED);
    const struct err *e = task_error(t);
    if (!strstr(e->why, why) || !strstr(e->hint, LOGIN) || strcmp(e->reason, reason) != 0)
        fail_msg("'%s' '%s' '%s'", e->reason, e->why, e->hint);
    task_drop(t);
    google_close(g);
}

static void only_googles_own_server_counts(void **state)
{
    (void)state;
    server_rule(&server, (struct rule){"GET", TOKEN_PATH, 200, NULL, TOKEN_ANSWER, 1});
    server_rule(&server, (struct rule){"GET", TOKEN_PATH, 404, "Metadata-Flavor: Google\r\n",
                                       "no account here", 0});
    machine_fails("not Google's metadata server", "NO_LOGIN");
    machine_fails("no account here", "NOT_FOUND");
}

/* A second a try, and three of them. */
static void a_silent_machine_is_given_up(void **state)
{
    (void)state;
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t n = sizeof at;
    char host[64];
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, 16), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    snprintf(host, sizeof host, "127.0.0.1:%d", ntohs(at.sin_port));
    setenv("GCE_METADATA_HOST", host, 1);
    struct google *g = open_client();
    struct task *t = projects_get(g, "p");
    assert_int_equal(wait_for(t), TASK_FAILED);
    assert_string_equal(task_error(t)->reason, "TIMEOUT");
    assert_non_null(strstr(task_error(t)->hint, LOGIN));
    assert_in_range(task_elapsed_ms(t), 2900, 20000); /* more on a busy machine */
    task_drop(t);
    google_close(g);
    close(fd);
}

static bool finds(const char *product, const char *host, const char *no_check)
{
    struct arena a;
    struct credentials c;
    struct err e = {.kind = ERR_NONE};
    char file[128];
    snprintf(file, sizeof file, "%s/product_name", folder);
    write_file(file, product);
    if (host)
        setenv("GCE_METADATA_HOST", host, 1);
    else
        unsetenv("GCE_METADATA_HOST");
    if (no_check)
        setenv("NO_GCE_CHECK", no_check, 1);
    else
        unsetenv("NO_GCE_CHECK");
    arena_init(&a);
    bool ok = metadata_find(&a, file, &c, &e);
    if (ok)
        assert_int_equal(c.kind, GOOGLE_LOGIN_MACHINE);
    if (!ok && host && !no_check) /* named and refused: that is said */
        assert_non_null(strstr(e.why, host));
    arena_done(&a);
    unlink(file);
    unsetenv("NO_GCE_CHECK");
    return ok;
}

static void the_machine_must_be_googles(void **state)
{
    (void)state;
    assert_true(finds("Google Compute Engine\n", NULL, NULL));
    assert_true(finds("Google\n", NULL, NULL));
    assert_false(finds("ThinkPad\n", NULL, NULL));
    assert_false(finds("", NULL, NULL));
    assert_false(finds("Google\n", NULL, "true"));
    assert_false(finds("Google\n", "169.254.169.254", "true")); /* not wanted at all */
    assert_true(finds("ThinkPad\n", "169.254.169.254", NULL));
    assert_true(finds("ThinkPad\n", "metadata.google.internal:80", NULL));
    assert_true(finds("ThinkPad\n", "[fd20:ce::254]", NULL));
    assert_false(finds("Google\n", "evil.example", NULL));
    assert_false(finds("Google\n", "metadata.google.internal.evil.example", NULL));
    assert_false(finds("Google\n", "127.0.0.1@evil.example", NULL));
    assert_false(finds("Google\n", "169.254.1.1/x", NULL));
}

/* --- files that cannot be used --- */

static void unusable(const char *text, const char *reason, const char *why)
{
    struct arena a;
    struct credentials c;
    struct err e;
    arena_init(&a);
    assert_false(credentials_decode(&a, text, strlen(text), NULL, &c, &e));
    if (strcmp(e.reason, reason) != 0 || !strstr(e.why, why) || !strstr(e.hint, LOGIN))
        fail_msg("'%s' '%s' '%s'", e.reason, e.why, e.hint);
    arena_done(&a);
}

static void other_logins_are_named(void **state)
{
    (void)state;
    unusable("{\"type\":\"external_account\"}", "LOGIN_TYPE", "another cloud or an identity pool");
    unusable("{\"type\":\"external_account_authorized_user\"}", "LOGIN_TYPE", "workforce pool");
    unusable("{\"type\":\"gdch_service_account\"}", "LOGIN_TYPE", "air-gapped");
    unusable("{\"type\":\"something_new\"}", "LOGIN_TYPE", "type something_new");
    unusable("{\"type\":\"external_account\",\"credential_source\":{\"executable\":"
             "{\"command\":\"/bin/true\"}}}",
             "LOGIN_TYPE", "programs from a login file are not run");
    unusable("{\"type\":\"authorized_user\",\"client_id\":\"x\",\"refresh_token\":\"y\","
             "\"universe_domain\":\"evil.example\"}",
             "LOGIN_UNIVERSE", "universe_domain is not Google's: evil.example");
    unusable("{\"type\":\"impersonated_service_account\",\"service_account_impersonation_url\":"
             "\"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
             "a@b:generateAccessToken\",\"source_credentials\":{\"type\":\"external_account\"}}",
             "LOGIN_TYPE", "identity pool");
}

static void the_usual_universe_is_fine(void **state)
{
    (void)state;
    struct arena a;
    struct credentials c;
    struct err e;
    const char *text = "{\"type\":\"authorized_user\",\"client_id\":\"x\",\"refresh_token\":\"y\","
                       "\"universe_domain\":\"googleapis.com\"}";
    arena_init(&a);
    assert_true(credentials_decode(&a, text, strlen(text), NULL, &c, &e));
    credentials_done(&c);
    arena_done(&a);
}

/* Only one who may give files away can make such a file. */
static void a_file_of_somebody_else_is_refused(void **state)
{
    (void)state;
    struct arena a;
    struct credentials c;
    struct err e;
    const char *note;
    char file[] = "/tmp/strom-login-XXXXXX", place[] = "/tmp/strom-folder-XXXXXX";
    close(mkstemp(file));
    write_file(file, PERSON);
    bool given = chown(file, 12345, 12345) == 0;
    arena_init(&a);
    if (given)
        assert_false(credentials_load(&a, file, true, NULL, &c, &note, &e));
    unlink(file);
    if (given)
        assert_non_null(strstr(e.why, "belongs to somebody else"));
    assert_non_null(mkdtemp(place)); /* and what is no file at all */
    assert_false(credentials_load(&a, place, true, NULL, &c, &note, &e));
    assert_non_null(strstr(e.why, "no plain file"));
    rmdir(place);
    arena_done(&a);
    if (!given)
        skip();
}

/* --- what the token endpoint says --- */

static void says(const char *credentials, struct rule answer, const char *reason, const char *hint)
{
    struct world w;
    world_open(&w, credentials);
    server_rule(&w.server, answer);
    world_token(&w);
    struct task *t = projects_get(w.google, "p");
    assert_true(net_until(w.net, t));
    assert_int_equal(task_state(t), TASK_FAILED);
    const struct err *e = task_error(t);
    if (e->kind != ERR_DENIED || strcmp(e->reason, reason) != 0 || !strstr(e->hint, hint))
        fail_msg("kind %d '%s' '%s' '%s'", (int)e->kind, e->reason, e->why, e->hint);
    assert_int_equal(server_count(&w.server, "GET", "/"), 0); /* nothing was asked without */
    task_drop(t);
    world_close(&w);
}

#define ACTING                                                                                     \
    "{\"type\":\"impersonated_service_account\",\"service_account_impersonation_url\":"            \
    "\"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"                       \
    "ci@p.iam.gserviceaccount.com:generateAccessToken\",\"source_credentials\":" PERSON "}"

static void a_worn_out_login_names_the_command(void **state)
{
    (void)state;
    struct rule grant = {"POST",
                         "/oauth2",
                         400,
                         NULL,
                         "{\"error\":\"invalid_grant\",\"error_description\":\"Bad Request\"}",
                         0};
    says(PERSON, grant, "invalid_grant", LOGIN);
    grant.body = "{\"error\":\"invalid_grant\",\"error_subtype\":\"invalid_rapt\","
                 "\"error_description\":\"reauth related error (invalid_rapt)\"}";
    says(PERSON, grant, "invalid_rapt", LOGIN);
    grant.headers = "Date: Sat, 22 Nov 2025 08:00:00 GMT\r\n"; /* a wrong clock is not why */
    says(PERSON, grant, "invalid_rapt", LOGIN);
    says(ACTING,
         (struct rule){"POST", "/iamcredentials", 403, NULL,
                       "{\"error\":{\"code\":403,\"status\":\"PERMISSION_DENIED\",\"message\":"
                       "\"Permission 'iam.serviceAccounts.getAccessToken' denied\"}}",
                       0},
         "PERMISSION_DENIED",
         "roles/iam.serviceAccountTokenCreator on ci@p.iam.gserviceaccount.com");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_machine_is_asked_last),
        CASE(a_file_comes_before_the_machine),
        CASE(only_googles_own_server_counts),
        CASE(a_silent_machine_is_given_up),
        CASE(the_machine_must_be_googles),
        cmocka_unit_test(other_logins_are_named),
        cmocka_unit_test(the_usual_universe_is_fine),
        cmocka_unit_test(a_file_of_somebody_else_is_refused),
        cmocka_unit_test(a_worn_out_login_names_the_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
