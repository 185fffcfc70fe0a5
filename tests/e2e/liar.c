#include "tests/e2e/liar.h"

#include "api/base/str.h"
#include "api/base/utf8.h"
#include "tests/e2e/hostile.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* macOS: the test ignores SIGPIPE */
#endif

enum { MESSAGE_MAX = 8 << 20, AT_A_TIME = 64 };

struct liar {
    int to_port, port, listener;
    atomic_bool refuses;
    atomic_size_t lies, open;
    pthread_t thread;
};

struct visit {
    struct liar *liar;
    int fd;
};

static void must(bool well, const char *what)
{
    if (well)
        return;
    perror(what);
    abort();
}

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}

/* --- HTTP, as little as it takes: one request a connection --- */

static const char *header(const struct str *m, const char *name, size_t *bytes)
{
    size_t n = strlen(name);
    const char *end = strstr(str_text(m), "\r\n\r\n");

    for (const char *line = str_text(m); line && end && line < end;) {
        line = strstr(line, "\r\n");
        line = line ? line + 2 : NULL;
        if (line && strncasecmp(line, name, n) == 0 && line[n] == ':') {
            const char *value = line + n + 1 + strspn(line + n + 1, " ");
            *bytes = strcspn(value, "\r\n");
            return value;
        }
    }
    return NULL;
}

static bool is_whole(const struct str *m)
{
    size_t n;
    const char *end = strstr(str_text(m), "\r\n\r\n"), *length = header(m, "Content-Length", &n);

    if (end == NULL)
        return false;
    size_t body = length ? strtoul(length, NULL, 10) : 0;
    return m->bytes >= (size_t)(end + 4 - str_text(m)) + body;
}

/* Until it is whole, or the other side ends it. */
static bool receive(int fd, struct str *m)
{
    char bytes[16384];
    ssize_t n;

    while (!is_whole(m) && m->bytes < MESSAGE_MAX && (n = recv(fd, bytes, sizeof bytes, 0)) > 0)
        str_addn(m, bytes, (size_t)n);
    return m->bytes > 0;
}

static void send_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = send(fd, bytes, n, MSG_NOSIGNAL);
        if (done <= 0)
            return;
        bytes += done;
        n -= (size_t)done;
    }
}

static void answer(int fd, const char *status, const struct str *body)
{
    struct str m = {0};

    str_printf(&m,
               "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
               "Connection: close\r\n\r\n",
               status, body->bytes);
    str_addn(&m, str_text(body), body->bytes);
    send_all(fd, m.text, m.bytes);
    str_done(&m);
}

/* --- lying --- */

static const char *next_lie(struct liar *l, char *out, size_t cap)
{
    return hostile_json(atomic_fetch_add(&l->lies, 1) % hostile_count(), out, cap);
}

static void refuse(struct liar *l, int fd)
{
    static const char *const statuses[] = {"403 Forbidden", "400 Bad Request", "404 Not Found",
                                           "409 Conflict"};
    char one[8 * HOSTILE_TEXT], two[8 * HOSTILE_TEXT];
    struct str body = {0};
    const char *status = statuses[atomic_load(&l->lies) / 5 % 4];

    str_printf(&body, "{\"error\":{\"code\":%.3s,\"message\":\"%s\",", status,
               next_lie(l, one, sizeof one));
    str_printf(
        &body,
        "\"status\":\"PERMISSION_DENIED\",\"errors\":[{\"message\":\"%s\",\"reason\":\"%s\"}],",
        next_lie(l, one, sizeof one), next_lie(l, two, sizeof two));
    str_printf(&body,
               "\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\","
               "\"reason\":\"%s\",\"domain\":\"x\",\"metadata\":{\"permission\":\"%s\"}}]}}",
               next_lie(l, one, sizeof one), next_lie(l, two, sizeof two));
    answer(fd, status, &body);
    str_done(&body);
}

/* Its words: "message": "..." and the like. */
static void rewrite(struct liar *l, const char *body, struct str *out)
{
    static const char *const keys[] = {"\"displayName\"", "\"description\"", "\"message\"",
                                       "\"title\""};
    char lie[8 * HOSTILE_TEXT];

    while (*body) {
        const char *quote = strchr(body, '"');
        size_t key = 0;
        if (quote == NULL)
            break;
        str_addn(out, body, (size_t)(quote - body));
        body = quote;
        while (key < sizeof keys / sizeof *keys && strncmp(body, keys[key], strlen(keys[key])) != 0)
            key++;
        if (key == sizeof keys / sizeof *keys) {
            str_addc(out, *body++);
            continue;
        }
        size_t n = strlen(keys[key]);
        n += strspn(body + n, " :");
        str_addn(out, body, n);
        body += n;
        if (*body == '"') {
            str_addc(out, *body++);
            while (!utf8_valid(next_lie(l, lie, sizeof lie), strlen(lie)))
                ; /* one such, and nothing of the answer would be believed */
            str_add(out, lie);
        }
    }
    str_add(out, body);
}

/* Without keep-alive, so that the end of the answer is the end of the connection. */
static void forward(struct liar *l, int fd, const struct str *request)
{
    struct sockaddr_in a = loopback(l->to_port);
    struct str asked = {0}, told = {0}, body = {0};
    int far = socket(AF_INET, SOCK_STREAM, 0);
    const char *line = strstr(str_text(request), "\r\n");

    if (line && connect(far, (struct sockaddr *)&a, sizeof a) == 0) {
        str_addn(&asked, request->text, (size_t)(line + 2 - request->text));
        str_add(&asked, "Connection: close\r\n");
        str_addn(&asked, line + 2, request->bytes - (size_t)(line + 2 - request->text));
        send_all(far, asked.text, asked.bytes);
        receive(far, &told);
        const char *end = strstr(str_text(&told), "\r\n\r\n");
        if (end && told.bytes > 12) {
            char status[64];
            snprintf(status, sizeof status, "%.*s", (int)strcspn(told.text + 9, "\r\n"),
                     told.text + 9);
            rewrite(l, end + 4, &body);
            answer(fd, status, &body);
        }
    }
    close(far);
    str_done(&asked);
    str_done(&told);
    str_done(&body);
}

/* --- connections --- */

static void *serve(void *ctx)
{
    struct visit *v = ctx;
    struct str request = {0};

    if (receive(v->fd, &request)) {
        if (atomic_load(&v->liar->refuses))
            refuse(v->liar, v->fd);
        else
            forward(v->liar, v->fd, &request);
    }
    close(v->fd);
    str_done(&request);
    atomic_fetch_sub(&v->liar->open, 1);
    free(v);
    return NULL;
}

static void *listen_on(void *ctx)
{
    struct liar *l = ctx;

    for (;;) {
        pthread_t thread;
        int fd = accept(l->listener, NULL, NULL);
        if (fd < 0)
            return NULL;
        struct visit *v = malloc(sizeof *v);
        must(v != NULL, "malloc");
        *v = (struct visit){l, fd};
        atomic_fetch_add(&l->open, 1);
        must(pthread_create(&thread, NULL, serve, v) == 0, "pthread_create");
        pthread_detach(thread);
    }
}

struct liar *liar_start(int to_port)
{
    struct liar *l = calloc(1, sizeof *l);
    struct sockaddr_in a = loopback(0);
    socklen_t n = sizeof a;

    must(l != NULL, "calloc");
    l->to_port = to_port;
    l->listener = socket(AF_INET, SOCK_STREAM, 0);
    must(l->listener >= 0, "socket");
    must(bind(l->listener, (struct sockaddr *)&a, sizeof a) == 0, "bind");
    must(listen(l->listener, AT_A_TIME) == 0, "listen");
    must(getsockname(l->listener, (struct sockaddr *)&a, &n) == 0, "getsockname");
    l->port = ntohs(a.sin_port);
    must(pthread_create(&l->thread, NULL, listen_on, l) == 0, "pthread_create");
    return l;
}

int liar_port(const struct liar *l)
{
    return l->port;
}

void liar_refuse(struct liar *l, bool refuses)
{
    atomic_store(&l->refuses, refuses);
}

size_t liar_lies(const struct liar *l)
{
    return atomic_load(&l->lies);
}

void liar_stop(struct liar *l)
{
    if (l == NULL)
        return;
    shutdown(l->listener, SHUT_RDWR);
    close(l->listener);
    pthread_join(l->thread, NULL);
    while (atomic_load(&l->open) > 0) /* who asked has ended, or its time limit ends it */
        sched_yield();
    free(l);
}
