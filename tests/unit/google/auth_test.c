#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* Who one is: files, search order, tokens, the signature, a clock that is wrong. */

#include "api/base/clock.h"
#include "api/base/json.h"
#include "api/google/credentials.h"
#include "api/google/projects.h"
#include "api/google/token.h"
#include "tests/unit/google/client.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

static char *key_pem; /* a throwaway RSA key in PKCS#8 */
static EVP_PKEY *key;

static int make_key(void **state)
{
    (void)state;
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;
    key = EVP_RSA_gen(2048);
    assert_non_null(key);
    PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
    long n = BIO_get_mem_data(bio, &text);
    key_pem = strndup(text, (size_t)n);
    BIO_free(bio);
    return 0;
}

static int drop_key(void **state)
{
    (void)state;
    EVP_PKEY_free(key);
    free(key_pem);
    return 0;
}

/* A service account's file; uri NULL: Google's. */
static char *account_file(const char *uri)
{
    struct str s = {0};
    struct json_out o;
    json_begin(&o, &s, false);
    json_open_object(&o, NULL);
    json_put_string(&o, "type", "service_account");
    json_put_string(&o, "project_id", "p");
    json_put_string(&o, "private_key_id", "kid-1");
    json_put_string(&o, "private_key", key_pem);
    json_put_string(&o, "client_email", "robot@p.iam.gserviceaccount.com");
    if (uri)
        json_put_string(&o, "token_uri", uri);
    json_close_object(&o);
    char *text = strdup(str_text(&s));
    str_done(&s);
    return text;
}

/* --- files --- */

static void refused(const char *text, const char *why)
{
    struct arena a;
    struct credentials c;
    struct err e;
    arena_init(&a);
    assert_false(credentials_decode(&a, text, strlen(text), "http://127.0.0.1:1", &c, &e));
    if (!strstr(e.why, why) || !*e.hint)
        fail_msg("'%s' / '%s' instead of '%s'", e.why, e.hint, why);
    assert_int_equal(c.kind, GOOGLE_LOGIN_NONE);
    arena_done(&a);
}

static void odd_files_are_refused(void **state)
{
    (void)state;
    refused("{", "it is no JSON: line 1");
    refused("{}", "type (none) are not supported");
    refused("{\"type\":\"external_account\"}",
            "another cloud or an identity pool are not supported");
    refused("{\"type\":\"authorized_user\",\"client_id\":\"x\"}", "without refresh_token");
    refused(
        "{\"type\":\"authorized_user\",\"client_id\":\"x\",\"refresh_token\":\"y\",\"token_uri\":"
        "\"https://evil.example/token\"}",
        "none of Google's: https://evil.example/token");
    refused(
        "{\"type\":\"authorized_user\",\"client_id\":\"x\",\"refresh_token\":\"y\",\"token_uri\":"
        "\"https://oauth2.googleapis.com@evil.example/token\"}",
        "none of Google's");
    refused(
        "{\"type\":\"authorized_user\",\"client_id\":\"x\",\"refresh_token\":\"y\",\"token_uri\":"
        "\"http://oauth2.googleapis.com/token\"}",
        "none of Google's");
    refused("{\"type\":\"service_account\",\"client_email\":\"a@b\"}", "without private_key");
    refused("{\"type\":\"impersonated_service_account\",\"service_account_impersonation_url\":"
            "\"https://iamcredentials.googleapis.com/v1/evil\",\"source_credentials\":{}}",
            "none of Google's");
    refused("{\"type\":\"impersonated_service_account\",\"service_account_impersonation_url\":"
            "\"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
            "x@p.iam.gserviceaccount.com:generateAccessToken\",\"source_credentials\":{\"type\":"
            "\"impersonated_service_account\"}}",
            "source_credentials are of type impersonated_service_account, which is not supported");
    refused("{\"type\":\"authorized_user\",\"type\":\"service_account\"}",
            "the key \"type\" stands there twice");
}

static void the_stand_in_may_be_named(void **state)
{
    (void)state;
    struct arena a;
    const char *host, *path;
    arena_init(&a);
    assert_true(credentials_url(&a, "http://127.0.0.1:1/oauth2.googleapis.com/token",
                                "http://127.0.0.1:1", &host, &path));
    assert_string_equal(host, "oauth2.googleapis.com");
    assert_string_equal(path, "token");
    assert_false(credentials_url(&a, "http://127.0.0.1:12/oauth2.googleapis.com/token",
                                 "http://127.0.0.1:1", &host, &path));
    assert_false(
        credentials_url(&a, "http://127.0.0.1:1/evil/token", "http://127.0.0.1:1", &host, &path));
    arena_done(&a);
}

static void a_file_that_others_may_change_is_refused(void **state)
{
    (void)state;
    struct arena a;
    struct credentials c;
    struct err e;
    const char *note;
    char file[] = "/tmp/strom-login-XXXXXX";
    arena_init(&a);
    close(mkstemp(file));
    write_file(file, PERSON);
    chmod(file, 0622);
    assert_false(credentials_load(&a, file, true, NULL, &c, &note, &e));
    assert_non_null(strstr(e.hint, "chmod 600"));
    chmod(file, 0644);
    assert_true(credentials_load(&a, file, true, NULL, &c, &note, &e));
    assert_non_null(strstr(note, "others on this machine may read"));
    credentials_done(&c);
    chmod(file, 0600);
    assert_true(credentials_load(&a, file, true, NULL, &c, &note, &e));
    assert_null(note);
    credentials_done(&c);
    unlink(file);
    assert_false(credentials_load(&a, file, true, NULL, &c, &note, &e));
    assert_string_equal(e.reason, "NO_LOGIN");
    assert_non_null(strstr(e.why, "GOOGLE_APPLICATION_CREDENTIALS names"));
    write_file(file, "{}");
    assert_false(credentials_load(&a, file, true, NULL, &c, &note, &e));
    assert_non_null(strstr(e.what, file)); /* which one it was */
    assert_string_equal(e.resource, file);
    unlink(file);
    arena_done(&a);
}

static void the_search_order_is_googles(void **state)
{
    (void)state;
    struct arena a;
    bool must;
    arena_init(&a);
    setenv("GOOGLE_APPLICATION_CREDENTIALS", "/one.json", 1);
    setenv("CLOUDSDK_CONFIG", "/cfg", 1);
    assert_string_equal(credentials_path(&a, NULL, &must), "/one.json");
    assert_true(must);
    unsetenv("GOOGLE_APPLICATION_CREDENTIALS");
    assert_string_equal(credentials_path(&a, NULL, &must),
                        "/cfg/application_default_credentials.json");
    assert_false(must);
    unsetenv("CLOUDSDK_CONFIG");
    setenv("HOME", "/home/kari", 1);
    assert_string_equal(credentials_path(&a, NULL, &must),
                        "/home/kari/.config/gcloud/application_default_credentials.json");
    arena_done(&a);
}

/* --- the client --- */

static void endpoints_are_judged(void **state)
{
    (void)state;
    static const char *const bad[] = {"http://example.com", "127.0.0.1:9", "http://127.0.0.1:9/x",
                                      "ftp://127.0.0.1", "http://127.0.0.1@evil.example"};
    struct err e;
    struct net *net = net_open(&e);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const struct google_options o = {.endpoint = bad[i]};
        assert_null(google_open(net, &o, &e));
        assert_int_equal(e.kind, ERR_INPUT);
    }
    net_close(net);
}

static void without_a_login_every_call_says_so(void **state)
{
    (void)state;
    struct err e;
    struct net *net = net_open(&e);
    const struct google_options o = {.credentials = "/nowhere/login.json"};
    struct google *g = google_open(net, &o, &e);
    assert_non_null(g);
    assert_int_equal(google_login_kind(g), GOOGLE_LOGIN_NONE);
    assert_string_equal(google_login_error(g)->reason, "NO_LOGIN");
    assert_string_equal(google_login_file(g), "/nowhere/login.json");
    struct task *calls[] = {google_whoami(g), projects_get(g, "p")};
    for (int i = 0; i < 2; i++) {
        assert_true(net_until(net, calls[i]));
        assert_int_equal(task_state(calls[i]), TASK_FAILED);
        assert_string_equal(task_error(calls[i])->reason, "NO_LOGIN");
        task_drop(calls[i]);
    }
    google_close(g);
    net_close(net);
}

static void a_person_is_asked_for_by_name(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, PERSON);
    world_token(&w);
    server_rule(&w.server, (struct rule){"GET", "/openidconnect.googleapis.com/v1/userinfo", 200,
                                         NULL, "{\"email\":\"kari.nordmann@nav.no\"}", 1});
    server_rule(&w.server, (struct rule){"GET", "/openidconnect", 403, NULL, NULL, 0});
    struct task *t = google_whoami(w.google);
    assert_true(net_until(w.net, t));
    assert_int_equal(task_state(t), TASK_OK);
    const struct google_identity *who = google_identity(t);
    assert_string_equal(who->member, "user:kari.nordmann@nav.no");
    assert_true(who->until > clock_wall() + 3000);
    task_drop(t);
    t = google_whoami(w.google);
    assert_true(net_until(w.net, t));
    assert_int_equal(task_state(t), TASK_OK); /* logged in, only without a name */
    assert_string_equal(google_identity(t)->email, "");
    task_drop(t);
    const struct seen *q = server_last(&w.server, "POST", "/oauth2");
    assert_string_equal(q->body, "grant_type=refresh_token&client_id=id&client_secret=shh&"
                                 "refresh_token=canary-refresh");
    world_close(&w);
}

/* --- the account's signature --- */

static size_t unbase64url(const char *text, size_t n, unsigned char *out)
{
    unsigned hold = 0;
    int bits = 0;
    size_t at = 0;
    static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (size_t i = 0; i < n; i++) {
        hold = hold << 6 | (unsigned)(strchr(set, text[i]) - set);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[at++] = (unsigned char)(hold >> bits);
        }
    }
    return at;
}

/* Verifies with the public half and gives the claims. */
static struct json *verify(const char *jwt)
{
    unsigned char claims[2048], signature[512];
    const char *dot1 = strchr(jwt, '.'), *dot2 = dot1 ? strchr(dot1 + 1, '.') : NULL;
    struct err e;
    if (!dot2) {
        fail_msg("not three parts: %s", jwt);
        return NULL;
    }
    assert_null(strchr(jwt, '='));
    size_t n_sig = unbase64url(dot2 + 1, strlen(dot2 + 1), signature);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
    assert_int_equal(
        EVP_DigestVerify(ctx, signature, n_sig, (const unsigned char *)jwt, (size_t)(dot2 - jwt)),
        1);
    EVP_MD_CTX_free(ctx);
    size_t n = unbase64url(dot1 + 1, (size_t)(dot2 - dot1 - 1), claims);
    struct json *doc = json_parse((const char *)claims, n, &e);
    assert_non_null(doc);
    return doc;
}

static char *assertion_of(const struct seen *q)
{
    const char *at = strstr(q->body, "assertion=");
    assert_non_null(at);
    return strdup(at + 10);
}

static void an_account_signs(void **state)
{
    (void)state;
    struct world w;
    char *file = account_file(NULL);
    world_open(&w, file);
    free(file);
    world_token(&w);
    struct task *t = google_whoami(w.google);
    assert_true(net_until(w.net, t));
    assert_int_equal(task_state(t), TASK_OK);
    assert_string_equal(google_identity(t)->member,
                        "serviceAccount:robot@p.iam.gserviceaccount.com");
    char *jwt = assertion_of(server_last(&w.server, "POST", "/oauth2"));
    struct json *claims = verify(jwt);
    assert_string_equal(json_string(claims, "iss"), "robot@p.iam.gserviceaccount.com");
    assert_string_equal(json_string(claims, "aud"), "https://oauth2.googleapis.com/token");
    assert_int_equal(json_int64(claims, "exp", 0) - json_int64(claims, "iat", 0), 3600);
    json_free(claims);
    free(jwt);
    task_drop(t);
    world_close(&w);
}

static void a_wrong_clock_is_corrected_and_told(void **state)
{
    (void)state;
    struct world w;
    char *file = account_file(NULL);
    world_open(&w, file);
    free(file);
    /* Google says it is 2025-11-22T08:00:00Z; this machine is seven minutes ahead. */
    clock_freeze(1763798400 + 420);
    server_rule(&w.server,
                (struct rule){
                    "POST", "/oauth2", 400, "Date: Sat, 22 Nov 2025 08:00:00 GMT\r\n",
                    "{\"error\":\"invalid_grant\",\"error_description\":\"Invalid JWT: iat\"}", 1});
    server_rule(&w.server,
                (struct rule){"POST", "/oauth2", 200, "Date: Sat, 22 Nov 2025 08:00:00 GMT\r\n",
                              TOKEN_ANSWER, 0});
    struct task *t = google_whoami(w.google);
    assert_true(net_until(w.net, t));
    assert_int_equal(task_state(t), TASK_OK);
    assert_int_equal(google_identity(t)->clock_ahead_s, 420);
    char said[96];
    assert_string_equal(google_clock_hint(420, said), "your clock is 7 minutes fast: set it right");
    assert_string_equal(google_clock_hint(-119, said), "");
    char *jwt = assertion_of(server_last(&w.server, "POST", "/oauth2"));
    struct json *claims = verify(jwt);
    assert_int_equal(json_int64(claims, "iat", 0), 1763798400);
    json_free(claims);
    free(jwt);
    task_drop(t);
    world_close(&w);
    clock_freeze(0);
}

static void a_clock_that_does_not_help_is_named(void **state)
{
    (void)state;
    struct world w;
    char *file = account_file(NULL);
    world_open(&w, file);
    free(file);
    clock_freeze(1763798400 - 600);
    server_rule(&w.server,
                (struct rule){"POST", "/oauth2", 400, "Date: Sat, 22 Nov 2025 08:00:00 GMT\r\n",
                              "{\"error\":\"invalid_grant\",\"error_description\":\"Invalid JWT\"}",
                              0});
    struct task *t = google_whoami(w.google);
    assert_true(net_until(w.net, t));
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_non_null(strstr(task_error(t)->hint, "10 minutes slow"));
    assert_int_equal(server_count(&w.server, "POST", "/oauth2"), 2);
    task_drop(t);
    world_close(&w);
    clock_freeze(0);
}

static void a_broken_key_is_told(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, "{\"type\":\"service_account\",\"client_email\":\"a@b\",\"private_key\":"
                   "\"-----BEGIN PRIVATE KEY-----\\ncanary\\n-----END PRIVATE KEY-----\\n\"}");
    struct task *t = google_whoami(w.google);
    assert_true(net_until(w.net, t));
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_non_null(strstr(task_error(t)->why, "no RSA key"));
    task_drop(t);
    world_close(&w);
}

static void acting_as_an_account_takes_two_steps(void **state)
{
    (void)state;
    struct world w;
    world_open(&w,
               "{\"type\":\"impersonated_service_account\",\"service_account_impersonation_url\":"
               "\"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
               "ci@p.iam.gserviceaccount.com:generateAccessToken\",\"delegates\":[\"d1\"],"
               "\"source_credentials\":" PERSON "}");
    world_token(&w);
    server_rule(&w.server,
                (struct rule){"POST", "/iamcredentials.googleapis.com/v1/projects/-/", 200, NULL,
                              "{\"accessToken\":\"second\",\"expireTime\":"
                              "\"2099-01-01T00:00:00Z\"}",
                              0});
    server_rule(&w.server, (struct rule){"GET", "/cloudresourcemanager", 200, NULL, "{}", 0});
    struct task *t = google_whoami(w.google);
    assert_true(net_until(w.net, t));
    assert_int_equal(task_state(t), TASK_OK);
    assert_string_equal(google_identity(t)->email, "ci@p.iam.gserviceaccount.com");
    task_drop(t);
    t = projects_get(w.google, "p");
    assert_true(net_until(w.net, t));
    assert_int_equal(task_state(t), TASK_OK);
    task_drop(t);
    const struct seen *q = server_last(&w.server, "POST", "/iamcredentials");
    assert_string_equal(q->body,
                        "{\"delegates\":[\"d1\"],\"scope\":[\"https://www.googleapis.com/auth/"
                        "cloud-platform\"],\"lifetime\":\"3600s\"}");
    assert_non_null(strstr(q->headers, "Bearer canary-token"));
    q = server_last(&w.server, "GET", "/cloudresourcemanager");
    assert_non_null(strstr(q->headers, "Bearer second"));
    world_close(&w);
}

static void a_new_login_is_found_again(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, "{\"type\":\"external_account\"}");
    assert_int_equal(google_login_kind(w.google), GOOGLE_LOGIN_NONE);
    write_file(w.file, PERSON);
    google_reload(w.google);
    assert_int_equal(google_login_kind(w.google), GOOGLE_LOGIN_PERSON);
    assert_int_equal(google_login_error(w.google)->kind, ERR_NONE);
    world_close(&w);
}

static void a_token_is_renewed_before_its_end(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, PERSON);
    world_token(&w);
    server_rule(&w.server, (struct rule){"GET", "/cloudresourcemanager", 200, NULL, "{}", 0});
    static const struct {
        int64_t at;
        size_t tokens;
    } steps[] = {{0, 1}, {3599 - 226, 1}, {3599 - 224, 2}};
    for (size_t i = 0; i < 3; i++) {
        clock_freeze(1763798400 + steps[i].at);
        struct task *t = projects_get(w.google, "p");
        assert_true(net_until(w.net, t));
        assert_int_equal(task_state(t), TASK_OK);
        task_drop(t);
        assert_int_equal(server_count(&w.server, "POST", "/oauth2"), steps[i].tokens);
    }
    clock_freeze(0);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odd_files_are_refused),
        cmocka_unit_test(the_stand_in_may_be_named),
        cmocka_unit_test(a_file_that_others_may_change_is_refused),
        cmocka_unit_test(the_search_order_is_googles),
        cmocka_unit_test(endpoints_are_judged),
        cmocka_unit_test(without_a_login_every_call_says_so),
        cmocka_unit_test(a_person_is_asked_for_by_name),
        cmocka_unit_test(an_account_signs),
        cmocka_unit_test(a_wrong_clock_is_corrected_and_told),
        cmocka_unit_test(a_clock_that_does_not_help_is_named),
        cmocka_unit_test(a_broken_key_is_told),
        cmocka_unit_test(acting_as_an_account_takes_two_steps),
        cmocka_unit_test(a_new_login_is_found_again),
        cmocka_unit_test(a_token_is_renewed_before_its_end),
    };
    return cmocka_run_group_tests(tests, make_key, drop_key);
}
