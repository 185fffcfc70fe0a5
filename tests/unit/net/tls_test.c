#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/base/path.h"
#include "api/net/child.h"
#include "api/net/http.h"
#include "api/net/net.h"
#include "tests/unit/net/server.h"

#include <curl/curl.h>

/* Certificates made for the test, and `openssl s_server` as the other side. */

struct world {
    struct net *net;
    struct arena arena;
    char folder[64];
    struct task *server;
    int port;
    char url[64];
};

static const char *read_all(struct world *w, const char *name)
{
    struct str text = {0};
    struct err e;

    assert_true(path_read(path_join(&w->arena, w->folder, name), 100000, &text, &e));
    const char *copy = arena_str(&w->arena, text.text);
    str_done(&text);
    return copy;
}

static void run(struct world *w, const char *script)
{
    const char *argv[] = {"sh", "-ec", script, NULL};
    struct child_request r = {.argv = argv, .folder = w->folder};
    struct task *t = child_run(w->net, &r);

    assert_true(net_until(w->net, t));
    if (task_state(t) != TASK_OK || child_answer(t)->status != 0)
        fail_msg("%s", child_answer(t)->err_text);
    task_drop(t);
}

static const char make_certificates[] =
    "ca() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    "  -subj /CN=$1 -keyout $1.key -out $1.pem; };"
    "signed() { openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=$1"
    "  -keyout $1.key -out $1.csr; printf \"subjectAltName=$2\" > ext;"
    "  openssl x509 -req -in $1.csr -CA ours.pem -CAkey ours.key -days 2 -extfile ext -out $1.pem; "
    "};"
    "ca ours; ca other; signed server IP:127.0.0.1; signed wrong DNS:elsewhere.example;"
    "signed client DNS:client; signed old IP:127.0.0.1;"
    "openssl x509 -req -in old.csr -CA ours.pem -CAkey ours.key -days 0 -extfile ext -out old.pem";

static bool answers(struct world *w)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    a.sin_port = htons((uint16_t)w->port);
    bool ok = connect(fd, (struct sockaddr *)&a, sizeof a) == 0;
    close(fd);
    return ok;
}

static void serve(struct world *w, const char *certificate, const char *more)
{
    int fd = server_listen(1, &w->port);

    close(fd);
    const char *script = arena_printf(
        &w->arena, "exec openssl s_server -quiet -www -accept %d -cert %s.pem -key %s.key %s",
        w->port, certificate, certificate, more);
    const char *argv[] = {"sh", "-ec", script, NULL};
    struct child_request r = {.argv = argv, .folder = w->folder};
    task_clear(&w->server);
    w->server = child_run(w->net, &r);
    for (int64_t end = clock_mono_ms() + 10000; !answers(w);) {
        assert_int_equal(task_state(w->server), TASK_RUNNING);
        assert_true(clock_mono_ms() < end);
        net_wait(w->net, NULL, 0, clock_mono_ms() + 10);
        net_step(w->net);
    }
    snprintf(w->url, sizeof w->url, "https://127.0.0.1:%d/", w->port);
}

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct err e;

    *state = w;
    arena_init(&w->arena);
    if (!path_find_program(&w->arena, "openssl"))
        return 0;
    w->net = net_open(&e);
    str_copy(w->folder, sizeof w->folder, "/tmp/strom-tls-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    unsetenv("SSL_CERT_FILE");
    unsetenv("SSL_CERT_DIR");
    run(w, make_certificates);
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    if (w->net) {
        task_clear(&w->server);
        run(w, "rm -f *.0 *.pem *.key *.csr ext *.srl");
        rmdir(w->folder);
        net_close(w->net);
    }
    arena_done(&w->arena);
    free(w);
    return 0;
}

static struct task *ask(struct world *w, const char *ca)
{
    struct http_request r = {
        .method = "GET", .url = w->url, .timeout_ms = 5000, .ca_pem = ca ? read_all(w, ca) : NULL};
    struct task *t = http_send(w->net, &r);

    assert_true(net_until(w->net, t));
    return t;
}

static void trusted(struct world *w, const char *ca)
{
    struct task *t = ask(w, ca);

    if (task_state(t) == TASK_FAILED)
        fail_msg("%s", task_error(t)->why);
    assert_int_equal(http_answer(t)->status, 200);
    task_drop(t);
}

static void refused(struct world *w, const char *ca, const char *words)
{
    struct task *t = ask(w, ca);

    assert_int_equal(task_state(t), TASK_FAILED);
    assert_string_equal(task_error(t)->reason, "TLS");
    assert_false(task_error(t)->retryable);
    if (!strstr(task_error(t)->why, words))
        fail_msg("%s", task_error(t)->why);
    assert_true(task_error(t)->hint[0]);
    task_drop(t);
}

static void certificates(void **state)
{
    struct world *w = *state;

    if (!w->net)
        skip();
    serve(w, "server", "");
    refused(w, NULL, "not trusted"); /* the system does not know it */
    refused(w, "other.pem", "not trusted");
    trusted(w, "ours.pem");
    setenv("SSL_CERT_FILE", path_join(&w->arena, w->folder, "ours.pem"), 1);
    trusted(w, NULL);
    refused(w, "other.pem", "not trusted"); /* the cluster's own, and no other */
    setenv("SSL_CERT_FILE", "/no/such/file", 1);
    refused(w, NULL, "cannot be read");
    unsetenv("SSL_CERT_FILE");
    setenv("SSL_CERT_DIR", w->folder, 1); /* nothing in it under its hash */
    refused(w, NULL, "not trusted");
    run(w, "ln -s ours.pem $(openssl x509 -hash -noout -in ours.pem).0");
    trusted(w, NULL);
    unsetenv("SSL_CERT_DIR");
    refused(w, NULL, "not trusted");
    serve(w, "wrong", ""); /* signed well, but for another name */
    refused(w, "ours.pem", "not trusted");
}

/* An old certificate, or a clock that is wrong: both are worth a look. */
static void certificates_of_another_time(void **state)
{
    struct world *w = *state;

    if (!w->net)
        skip();
    serve(w, "old", "");
    struct task *t = ask(w, "ours.pem");
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_string_equal(task_error(t)->reason, "TLS");
    if (!strstr(task_error(t)->hint, "is this machine's clock right?"))
        fail_msg("%s / %s", task_error(t)->why, task_error(t)->hint);
    task_drop(t);
}

static void our_own_certificate(void **state)
{
    struct world *w = *state;
    struct task *t;

    if (!w->net)
        skip();
    serve(w, "server", "-Verify 1 -verify_return_error -CAfile ours.pem");
    t = ask(w, "ours.pem"); /* asked for one, none given */
    assert_int_equal(task_state(t), TASK_FAILED);
    task_drop(t);
    const char *key_text = read_all(w, "client.key");
    struct secret *key = secret_new(key_text, strlen(key_text));
    struct http_request r = {.method = "GET",
                             .url = w->url,
                             .timeout_ms = 5000,
                             .ca_pem = read_all(w, "ours.pem"),
                             .client_cert_pem = read_all(w, "client.pem"),
                             .client_key_pem = key};
    t = http_send(w->net, &r);
    assert_true(net_until(w->net, t));
    if (task_state(t) == TASK_FAILED)
        fail_msg("%s", task_error(t)->why);
    task_drop(t);
    r.client_cert_pem = "-----BEGIN CERTIFICATE-----\nrubbish\n-----END CERTIFICATE-----\n";
    t = http_send(w->net, &r);
    assert_true(net_until(w->net, t));
    assert_string_equal(task_error(t)->reason, "TLS");
    assert_non_null(strstr(task_error(t)->why, "our own certificate"));
    task_drop(t);
    secret_free(key);
}

static struct task *ask_via(struct world *w, const char *name, const char *proxy)
{
    struct http_request r = {.method = "GET",
                             .url = w->url,
                             .timeout_ms = 5000,
                             .ca_pem = read_all(w, "ours.pem"),
                             .tls_name = name,
                             .proxy = proxy};
    struct task *t = http_send(w->net, &r);

    assert_true(net_until(w->net, t));
    return t;
}

/* The certificate names another host than the one that is reached. */
static void another_name(void **state)
{
    struct world *w = *state;
    static const char *const odd[] = {"a b", "x:1", "a/b", "a\r\nX: y", "*.example"};

    if (!w->net)
        skip();
    serve(w, "wrong", "");
    refused(w, "ours.pem", "not trusted");
    struct task *t = ask_via(w, "elsewhere.example", NULL);
    if (task_state(t) == TASK_FAILED)
        fail_msg("%s", task_error(t)->why);
    assert_int_equal(http_answer(t)->status, 200);
    task_drop(t);
    t = ask_via(w, "other.example", NULL);
    assert_string_equal(task_error(t)->reason, "TLS");
    task_drop(t);
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        t = ask_via(w, odd[i], NULL);
        assert_int_equal(task_state(t), TASK_FAILED);
        assert_string_equal(task_error(t)->reason, "BAD_URL");
        task_drop(t);
    }
}

/* A proxy of the request's own: the environment's exceptions do not count, and neither does it that
 * the other side is this machine. */
static void a_proxy_of_its_own(void **state)
{
    struct world *w = *state;
    static const char *const odd[] = {"proxy", "ftp://x", "http://", "http://x y"};
    char proxy[64];
    int port, fd = server_listen(1, &port);

    if (!w->net)
        skip();
    serve(w, "server", "");
    close(fd);
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", port); /* nobody is there */
    setenv("NO_PROXY", "*", 1);
    struct task *t = ask_via(w, NULL, proxy);
    assert_int_equal(task_state(t), TASK_FAILED);
    task_drop(t);
    unsetenv("NO_PROXY");
    trusted(w, "ours.pem");
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        t = ask_via(w, NULL, odd[i]);
        assert_string_equal(task_error(t)->reason, "BAD_URL");
        task_drop(t);
    }
}

/* A server that takes HTTP/2 gets it: this one only says that it does, and waits in vain for a
 * request that it could read. */
static void the_second_version_is_offered(void **state)
{
    struct world *w = *state;

    if (!w->net || !(curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_HTTP2))
        skip();
    serve(w, "server", "-alpn http/1.1");
    trusted(w, "ours.pem");
    serve(w, "server", "-alpn h2");
    struct http_request r = {
        .method = "GET", .url = w->url, .timeout_ms = 700, .ca_pem = read_all(w, "ours.pem")};
    struct task *t = http_send(w->net, &r);
    assert_true(net_until(w->net, t));
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_string_not_equal(task_error(t)->reason, "TLS");
    task_drop(t);
}

static void not_tls_at_all(void **state)
{
    struct world *w = *state;

    if (!w->net)
        skip();
    struct server *plain = server_start();
    snprintf(w->url, sizeof w->url, "https://127.0.0.1:%d/ok", plain->port);
    struct http_request r = {.method = "GET", .url = w->url, .timeout_ms = 300};
    struct task *t = http_send(w->net, &r); /* both sides wait for the other */
    assert_true(net_until(w->net, t));
    assert_string_equal(task_error(t)->reason, "TIMEOUT");
    if (!strstr(task_error(t)->why, "encrypted"))
        fail_msg("%s", task_error(t)->why);
    task_drop(t);
    server_stop(plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certificates),
        cmocka_unit_test(our_own_certificate),
        cmocka_unit_test(certificates_of_another_time),
        cmocka_unit_test(another_name),
        cmocka_unit_test(a_proxy_of_its_own),
        cmocka_unit_test(the_second_version_is_offered),
        cmocka_unit_test(not_tls_at_all),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
