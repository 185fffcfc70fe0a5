#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* HTTP/2 as it is spoken: a server that speaks nothing else, and answers two calls only when both
 * have come over the one connection on which the token was got. */

#include "api/google/projects.h"
#include "tests/faults/certificate.h"
#include "tests/unit/google/client.h"

#include <curl/curl.h>

enum { FRAME = 9, DATA = 0, HEADERS = 1, SETTINGS = 4, PING = 6, GOAWAY = 7, ACK = 1 };
enum { END_STREAM = 1, END_HEADERS = 4, PREFACE = 24, BYTES = 65536 };

struct speaker {
    int fd, port;
    SSL_CTX *tls;
    pthread_t thread;
    SSL *line;
    unsigned connections, requests;
    uint32_t waiting[8]; /* streams that have no answer yet */
    size_t n_waiting;
    bool spoke; /* the preface came */
};

static int choose(SSL *ssl, const unsigned char **out, unsigned char *n, const unsigned char *in,
                  unsigned bytes, void *ctx)
{
    static const unsigned char ours[] = "\x02h2";
    unsigned char *found;
    (void)ssl;
    (void)ctx;
    if (SSL_select_next_proto(&found, n, ours, 3, in, bytes) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = found;
    return SSL_TLSEXT_ERR_OK;
}

static bool take(struct speaker *s, unsigned char *bytes, size_t n)
{
    for (size_t at = 0; at < n;) {
        int got = SSL_read(s->line, bytes + at, (int)(n - at));
        if (got <= 0)
            return false;
        at += (size_t)got;
    }
    return true;
}

static void give(struct speaker *s, int type, int flags, uint32_t stream, const void *bytes,
                 size_t n)
{
    unsigned char frame[FRAME + 256] = {
        (unsigned char)(n >> 16),      (unsigned char)(n >> 8),      (unsigned char)n,
        (unsigned char)type,           (unsigned char)flags,         (unsigned char)(stream >> 24),
        (unsigned char)(stream >> 16), (unsigned char)(stream >> 8), (unsigned char)stream};
    assert(n <= 256);
    if (n)
        memcpy(frame + FRAME, bytes, n);
    (void)SSL_write(s->line, frame, (int)(FRAME + n));
}

/* RFC 7541, A: entry 8 is ":status: 200", 31 is "content-type". */
static void answer(struct speaker *s, uint32_t stream)
{
    static const char head[] = "\x88\x5f\x10"
                               "application/json";
    static const char body[] = TOKEN_ANSWER;
    give(s, HEADERS, END_HEADERS, stream, head, sizeof head - 1);
    give(s, DATA, END_STREAM, stream, body, sizeof body - 1);
}

/* The first is the token; of the calls both are waited for. */
static void ended(struct speaker *s, uint32_t stream)
{
    s->waiting[s->n_waiting++ % 8] = stream;
    if (++s->requests == 2)
        return;
    for (size_t i = 0; i < s->n_waiting; i++)
        answer(s, s->waiting[i]);
    s->n_waiting = 0;
}

static void converse(struct speaker *s)
{
    static unsigned char bytes[BYTES];
    if (!take(s, bytes, PREFACE))
        return;
    s->spoke = memcmp(bytes, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", PREFACE) == 0;
    give(s, SETTINGS, 0, 0, NULL, 0);
    while (s->spoke && take(s, bytes, FRAME)) {
        size_t n = (size_t)bytes[0] << 16 | (size_t)bytes[1] << 8 | bytes[2];
        int type = bytes[3], flags = bytes[4];
        uint32_t stream = (uint32_t)(bytes[5] & 0x7f) << 24 | (uint32_t)bytes[6] << 16 |
                          (uint32_t)bytes[7] << 8 | bytes[8];
        if (n > BYTES || !take(s, bytes, n) || type == GOAWAY)
            return;
        if ((type == SETTINGS || type == PING) && !(flags & ACK))
            give(s, type, ACK, 0, bytes, type == PING ? n : 0);
        if ((type == HEADERS || type == DATA) && (flags & END_STREAM))
            ended(s, stream);
    }
}

static void *run(void *ctx)
{
    struct speaker *s = ctx;
    for (int fd; (fd = accept(s->fd, NULL, NULL)) >= 0; close(fd)) {
        s->connections++;
        s->line = SSL_new(s->tls);
        SSL_set_fd(s->line, fd);
        if (SSL_accept(s->line) == 1)
            converse(s);
        SSL_free(s->line);
    }
    return NULL;
}

static void start(struct speaker *s, const struct authority *a)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    *s = (struct speaker){.fd = socket(AF_INET, SOCK_STREAM, 0)};
    s->tls = authority_server(a, "127.0.0.1", -3600, 86400);
    assert_non_null(s->tls);
    SSL_CTX_set_alpn_select_cb(s->tls, choose, NULL);
    assert_int_equal(bind(s->fd, (struct sockaddr *)&at, n), 0);
    assert_int_equal(listen(s->fd, 8), 0);
    assert_int_equal(getsockname(s->fd, (struct sockaddr *)&at, &n), 0);
    s->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&s->thread, NULL, run, s), 0);
}

static void two_calls_share_a_connection(void **state)
{
    char ca[] = "/tmp/strom-ca-XXXXXX", login[] = "/tmp/strom-login-XXXXXX", origin[64];
    struct authority ours;
    struct speaker s;
    struct err e;
    (void)state;
    if (!(curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_HTTP2))
        skip();
    close(mkstemp(ca));
    close(mkstemp(login));
    write_file(login, PERSON);
    assert_true(authority_make(&ours, "ours") && authority_write(&ours, ca));
    setenv("SSL_CERT_FILE", ca, 1);
    start(&s, &ours);
    snprintf(origin, sizeof origin, "https://127.0.0.1:%d", s.port);
    struct net *net = net_open(&e);
    struct google *g =
        google_open(net, &(struct google_options){.endpoint = origin, .credentials = login}, &e);
    struct task *one = projects_get(g, "p"), *two = projects_get(g, "q");
    assert_true(net_until(net, one) && net_until(net, two));
    if (task_state(one) != TASK_OK || task_state(two) != TASK_OK)
        fail_msg("%s %s", task_error(one)->why, task_error(two)->why);
    task_drop(one);
    task_drop(two);
    google_close(g);
    net_close(net);
    shutdown(s.fd, SHUT_RDWR);
    close(s.fd);
    pthread_join(s.thread, NULL);
    assert_true(s.spoke);
    assert_int_equal(s.requests, 3);
    assert_int_equal(s.connections, 1);
    SSL_CTX_free(s.tls);
    authority_done(&ours);
    unlink(ca);
    unlink(login);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(two_calls_share_a_connection)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
