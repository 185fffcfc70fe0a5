#ifndef TESTS_UNIT_GOOGLE_SERVER_H
#define TESTS_UNIT_GOOGLE_SERVER_H

/* A tiny HTTP server on a thread of the test: answers from a list of rules and remembers what it
 * was asked. The first rule that fits and is not used up answers; none: 404. */

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* macOS: the library ignores SIGPIPE for the whole program */
#endif

enum { SERVER_RULES = 64, SERVER_SEEN = 512, SERVER_BYTES = 512 * 1024 };

struct rule {
    const char *method;  /* NULL: any */
    const char *path;    /* how the target begins; NULL: any */
    int status;          /* 0: the connection is closed without an answer */
    const char *headers; /* further lines, each with \r\n; NULL: none */
    const char *body;    /* NULL: "{}" */
    int times;           /* 0: for ever */
};

struct seen {
    char method[8];
    char *target, *body, *headers;
};

struct server {
    int fd, port;
    pthread_t thread;
    pthread_mutex_t lock;
    struct rule rules[SERVER_RULES];
    int left[SERVER_RULES];
    size_t n_rules;
    struct seen seen[SERVER_SEEN];
    size_t n_seen;
    char origin[64];
};

static inline void server_rule(struct server *s, struct rule r)
{
    pthread_mutex_lock(&s->lock);
    assert(s->n_rules < SERVER_RULES);
    s->left[s->n_rules] = r.times;
    s->rules[s->n_rules++] = r;
    pthread_mutex_unlock(&s->lock);
}

static inline bool rule_fits(const struct server *s, size_t i, const char *method,
                             const char *target)
{
    const struct rule *r = &s->rules[i];
    if (r->times && s->left[i] == 0)
        return false;
    if (r->method && strcmp(r->method, method) != 0)
        return false;
    return !r->path || strncmp(target, r->path, strlen(r->path)) == 0;
}

static inline void server_send(int fd, const char *text, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t done = send(fd, text + at, n - at, MSG_NOSIGNAL);
        if (done <= 0)
            return;
        at += (size_t)done;
    }
}

static inline void server_reply(int fd, const struct rule *r)
{
    char head[2048];
    const char *body = r->body ? r->body : "{}";
    int n = snprintf(
        head, sizeof head, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\nConnection: close\r\n%s%s\r\n",
        r->status, strlen(body), r->headers ? r->headers : "",
        r->headers && strstr(r->headers, "Content-Type") ? ""
                                                         : "Content-Type: application/json\r\n");
    server_send(fd, head, (size_t)n);
    server_send(fd, body, strlen(body));
}

/* The head, then as many bytes as it promises. */
static inline char *server_read(int fd)
{
    char *text = calloc(1, SERVER_BYTES);
    size_t n = 0, need = 0;
    while (n + 1 < SERVER_BYTES) {
        ssize_t got = recv(fd, text + n, SERVER_BYTES - 1 - n, 0);
        if (got <= 0)
            break;
        n += (size_t)got;
        char *end = strstr(text, "\r\n\r\n");
        if (!end)
            continue;
        if (!need) {
            const char *length = strcasestr(text, "content-length:");
            need = (size_t)(end + 4 - text) +
                   (length && length < end ? (size_t)strtoul(length + 15, NULL, 10) : 0);
        }
        if (n >= need)
            return text;
    }
    free(text);
    return NULL;
}

static inline void server_serve(struct server *s, int fd)
{
    char *text = server_read(fd), target[8192] = "";
    struct seen q = {.target = NULL};
    if (!text || sscanf(text, "%7s %8191s", q.method, target) != 2) {
        free(text);
        return;
    }
    char *end = strstr(text, "\r\n\r\n");
    q.target = strdup(target);
    q.body = strdup(end + 4);
    *end = '\0';
    q.headers = strdup(text);
    pthread_mutex_lock(&s->lock);
    assert(s->n_seen < SERVER_SEEN);
    s->seen[s->n_seen++] = q;
    struct rule answer = {.status = 404,
                          .body = "{\"error\":{\"code\":404,\"status\":\"NOT_FOUND\","
                                  "\"message\":\"no rule\"}}"};
    for (size_t i = 0; i < s->n_rules; i++)
        if (rule_fits(s, i, q.method, target)) {
            answer = s->rules[i];
            s->left[i]--;
            break;
        }
    char *body = answer.body ? strdup(answer.body) : NULL; /* the test may be through before us */
    answer.body = body;
    pthread_mutex_unlock(&s->lock);
    if (answer.status)
        server_reply(fd, &answer);
    free(body);
    free(text);
}

static inline void *server_run(void *ctx)
{
    struct server *s = ctx;
    for (;;) {
        int fd = accept(s->fd, NULL, NULL);
        if (fd < 0)
            return NULL;
        server_serve(s, fd);
        shutdown(fd, SHUT_RDWR);
        close(fd);
    }
}

static inline void server_start(struct server *s)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t n = sizeof at;
    memset(s, 0, sizeof *s);
    pthread_mutex_init(&s->lock, NULL);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    int ok = bind(s->fd, (struct sockaddr *)&at, sizeof at);
    ok |= listen(s->fd, 64);
    ok |= getsockname(s->fd, (struct sockaddr *)&at, &n);
    assert(ok == 0);
    s->port = ntohs(at.sin_port);
    snprintf(s->origin, sizeof s->origin, "http://127.0.0.1:%d", s->port);
    ok = pthread_create(&s->thread, NULL, server_run, s);
    assert(ok == 0);
    (void)ok;
}

static inline void server_forget(struct server *s)
{
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->n_seen; i++) {
        free(s->seen[i].target);
        free(s->seen[i].body);
        free(s->seen[i].headers);
    }
    s->n_seen = s->n_rules = 0;
    pthread_mutex_unlock(&s->lock);
}

static inline void server_stop(struct server *s)
{
    shutdown(s->fd, SHUT_RDWR);
    close(s->fd);
    pthread_join(s->thread, NULL);
    server_forget(s);
    pthread_mutex_destroy(&s->lock);
}

/* How often a target was asked for that begins like this. */
static inline size_t server_count(struct server *s, const char *method, const char *path)
{
    size_t n = 0;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->n_seen; i++)
        n += strcmp(s->seen[i].method, method) == 0 &&
             strncmp(s->seen[i].target, path, strlen(path)) == 0;
    pthread_mutex_unlock(&s->lock);
    return n;
}

/* The last request like this; one of empty texts when there was none. */
static inline const struct seen *server_last(struct server *s, const char *method, const char *path)
{
    static char nothing[1];
    static const struct seen none = {"", nothing, nothing, nothing};
    const struct seen *found = &none;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->n_seen; i++)
        if (strcmp(s->seen[i].method, method) == 0 &&
            strncmp(s->seen[i].target, path, strlen(path)) == 0)
            found = &s->seen[i];
    pthread_mutex_unlock(&s->lock);
    return found;
}

#endif
