#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* A cluster over TLS, with what a kubeconfig may say of it: its authority, our certificate, another
 * name. The other side is `openssl s_server`, whose page is no answer of a cluster: a refusal of
 * that page means that TLS was well. */

#include "tests/unit/nais/world.h"

#include "api/base/path.h"
#include "api/net/child.h"

static struct task *peer;
static char port[16];

static void shell(const char *script)
{
    char command[2048];
    snprintf(command, sizeof command, "cd %s && { %s; } > /dev/null 2>&1", folder, script);
    assert_int_equal(run_command(command, NULL, 0), 0);
}

static void make_certificates(void)
{
    shell("ca() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
          "  -subj /CN=$1 -keyout $1.key -out $1.pem; };"
          "signed() { openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
          "  -subj /CN=$1 -keyout $1.key -out $1.csr; printf \"subjectAltName=$2\" > ext;"
          "  openssl x509 -req -in $1.csr -CA ours.pem -CAkey ours.key -days 2 -extfile ext"
          "  -out $1.pem; };"
          "ca ours; ca other; signed server IP:127.0.0.1; signed named DNS:kubernetes.example;"
          "signed client DNS:client;"
          "for f in ours other client; do base64 < $f.pem | tr -d '\\n' > $f.b64; done;"
          "base64 < client.key | tr -d '\\n' > key.b64");
}

static bool answers(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    at.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
    bool ok = connect(fd, (struct sockaddr *)&at, sizeof at) == 0;
    close(fd);
    return ok;
}

static void serve(const char *certificate, const char *more)
{
    struct server free_port;
    char script[512];
    server_start(&free_port);
    snprintf(port, sizeof port, "%d", free_port.port);
    server_stop(&free_port);
    snprintf(script, sizeof script,
             "exec openssl s_server -quiet -www -accept %s -cert %s.pem -key %s.key %s", port,
             certificate, certificate, more);
    const char *argv[] = {"sh", "-ec", script, NULL};
    task_clear(&peer);
    peer = child_run(net, &(struct child_request){.argv = argv, .folder = folder});
    for (int64_t limit = clock_mono_ms() + 10000; !answers();) {
        assert_int_equal(task_state(peer), TASK_RUNNING);
        assert_true(clock_mono_ms() < limit);
        net_wait(net, NULL, 0, clock_mono_ms() + 10);
        net_step(net);
    }
}

/* "" when TLS was well, else the reason. */
static const char *reason(const char *of_cluster, const char *of_user)
{
    static char found[400];
    struct err e;
    static char data[3][16384];
    const char *files[] = {"ours.b64", "client.b64", "key.b64"};
    for (size_t i = 0; i < 3; i++)
        content(files[i], data[i]); /* for @1 @2 @3 */
    struct str text = {0};
    str_printf(&text,
               "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n"
               "clusters: [{name: c, cluster: {server: \"https://127.0.0.1:%s\", %s}}]\n"
               "users: [{name: u, user: {%s}}]\n",
               port, of_cluster, of_user);
    struct str whole = {0};
    for (const char *p = str_text(&text); *p; p++)
        if (*p == '@' && p[1] >= '1' && p[1] <= '3')
            str_add(&whole, data[*++p - '1']);
        else
            str_addc(&whole, *p);
    write_text("config", str_text(&whole), 0600);
    str_done(&text);
    str_done(&whole);
    cluster = cluster_open(net, config, NULL, NULL, &e);
    if (!cluster)
        fail_msg("%s", e.why);
    struct task *t = nais_apps(cluster);
    assert_int_equal(ended(t), TASK_FAILED);
    const struct err *why = task_error(t);
    snprintf(found, sizeof found, "%s", strstr(why->why, "is no JSON") ? "" : why->reason);
    task_drop(t);
    cluster_close(cluster);
    cluster = NULL;
    return found;
}

static int begin(void **state)
{
    int ok = setup(state);
    make_certificates();
    return ok;
}

static int finish(void **state)
{
    task_clear(&peer);
    return teardown(state);
}

#define DATA  "certificate-authority-data: @1"
#define TOKEN "token: t"

static void the_clusters_own_authority(void **state)
{
    (void)state;
    serve("server", "");
    assert_string_equal(reason(DATA, TOKEN), "");
    assert_string_equal(reason("certificate-authority: ours.pem", TOKEN), "");
    assert_string_equal(reason("certificate-authority: other.pem", TOKEN), "TLS");
    assert_string_equal(reason(DATA ", certificate-authority: other.pem", TOKEN), ""); /* first */
    setenv("SSL_CERT_FILE", "/no/such/file", 1); /* is of no account where it has its own */
    assert_string_equal(reason(DATA, TOKEN), "");
    unsetenv("SSL_CERT_FILE");
}

static void another_name(void **state)
{
    (void)state;
    serve("named", "");
    assert_string_equal(reason(DATA, TOKEN), "TLS");
    assert_string_equal(reason(DATA ", tls-server-name: kubernetes.example", TOKEN), "");
    assert_string_equal(reason(DATA ", tls-server-name: other.example", TOKEN), "TLS");
}

static void our_certificate(void **state)
{
    (void)state;
    serve("server", "-Verify 1 -verify_return_error -CAfile ours.pem");
    assert_string_not_equal(reason(DATA, TOKEN), "");
    assert_string_equal(reason(DATA, "client-certificate: client.pem, client-key: client.key"), "");
    assert_string_equal(reason(DATA, "client-certificate-data: @2, client-key-data: @3"), "");
    assert_string_equal(reason(DATA, "client-certificate-data: @2, client-key: client.key"), "");
    assert_string_not_equal(reason(DATA, "client-certificate-data: @2, client-key: other.key"), "");
}

/* From the login program, as some clusters have it. */
static void the_programs_certificate(void **state)
{
    (void)state;
    serve("server", "-Verify 1 -verify_return_error -CAfile ours.pem");
    write_text("plugin",
               "#!/bin/sh\ncd \"${0%/*}\"\n"
               "line() { awk '{printf \"%s\\\\n\", $0}' \"$1\"; }\n"
               "printf '{\"kind\":\"ExecCredential\",\"apiVersion\":"
               "\"client.authentication.k8s.io/v1\",\"status\":{\"clientCertificateData\":\"%s\","
               "\"clientKeyData\":\"%s\"}}' \"$(line client.pem)\" \"$(line client.key)\"\n",
               0700);
    assert_string_equal(reason(DATA, "exec: {apiVersion: client.authentication.k8s.io/v1, command: "
                                     "./plugin}"),
                        "");
}

/* It is asked for what it stands before: here nobody is there. */
static void a_proxy_is_used(void **state)
{
    (void)state;
    struct server none;
    char text[128];
    server_start(&none);
    server_stop(&none);
    serve("server", "");
    snprintf(text, sizeof text, DATA ", proxy-url: \"http://127.0.0.1:%d\"", none.port);
    assert_string_equal(reason(DATA, TOKEN), "");
    assert_string_not_equal(reason(text, TOKEN), "");
}

#define TLS_CASE(f) cmocka_unit_test_setup_teardown(f, begin, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TLS_CASE(the_clusters_own_authority), TLS_CASE(another_name),    TLS_CASE(our_certificate),
        TLS_CASE(the_programs_certificate),   TLS_CASE(a_proxy_is_used),
    };
    struct arena a = {0};
    bool there = path_find_program(&a, "openssl") != NULL;
    arena_done(&a);
    return there ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}
