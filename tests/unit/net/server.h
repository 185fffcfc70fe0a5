#ifndef TESTS_NET_SERVER_H
#define TESTS_NET_SERVER_H

/* A small web server on loopback for the tests of api/net, on threads of its own. It can misbehave:
 * the path tells how. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* macOS: the library ignores SIGPIPE for the whole program */
#endif

enum { SERVER_MOST = 128 };

struct server {
    int listener, port;
    int over[2]; /* closing over[1] ends every wait */
    pthread_t accepting;
    pthread_t threads[SERVER_MOST];
    size_t n_threads;
    unsigned requests;
    pthread_mutex_t lock;
};

struct server_talk {
    struct server *server;
    int fd;
};

static inline int server_listen(int backlog, int *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, backlog) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &n) != 0)
        abort();
    *port = ntohs(a.sin_port);
    return fd;
}

/* True when the time went by, false when the server ends. */
static inline bool server_pause(struct server *s, int ms)
{
    struct pollfd p = {s->over[0], POLLIN, 0};

    return poll(&p, 1, ms) == 0;
}

static inline bool server_say(int fd, const char *text, size_t n)
{
    while (n > 0) {
        ssize_t done = send(fd, text, n, MSG_NOSIGNAL);
        if (done <= 0)
            return false;
        text += done;
        n -= (size_t)done;
    }
    return true;
}

static inline void server_answer(int fd, const char *status, const char *headers, const char *body)
{
    char head[1024];

    snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n", status,
             strlen(body), headers);
    if (server_say(fd, head, strlen(head)))
        server_say(fd, body, strlen(body));
}

/* The head and as much body as it announces; false when the client went away. */
static inline bool server_read(int fd, char *request, size_t cap)
{
    size_t used = 0, need = 0;

    for (;;) {
        ssize_t n = recv(fd, request + used, cap - 1 - used, 0);
        if (n <= 0)
            return false;
        used += (size_t)n;
        request[used] = '\0';
        const char *end = strstr(request, "\r\n\r\n");
        if (!end)
            continue;
        const char *length = strstr(request, "Content-Length: ");
        need = (size_t)(end + 4 - request) + (length ? strtoul(length + 16, NULL, 10) : 0);
        if (used >= need)
            return true;
    }
}

static inline void server_huge(int fd)
{
    static char block[65536];
    const char *head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n";

    memset(block, 'x', sizeof block);
    if (server_say(fd, head, strlen(head)))
        for (int i = 0; i < 4096 && server_say(fd, block, sizeof block); i++)
            ;
}

/* Headers without an end. */
static inline void server_heads(int fd)
{
    char line[1024];
    const char *head = "HTTP/1.1 200 OK\r\n";

    memset(line, 'x', sizeof line);
    line[0] = 'X';
    line[4] = ':';
    line[sizeof line - 2] = '\r';
    line[sizeof line - 1] = '\n';
    if (server_say(fd, head, strlen(head)))
        for (int i = 0; i < 4096 && server_say(fd, line, sizeof line); i++)
            ;
}

static inline void server_reset(int fd)
{
    struct linger now = {1, 0};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

/* False: close the connection. */
static inline bool server_serve(struct server *s, int fd, const char *request)
{
    char path[256] = "", more[128];

    sscanf(request, "%*s %255s", path);
    if (strcmp(path, "/ok") == 0) {
        server_answer(fd, "200 OK", "Content-Type: application/json\r\nETag: \"e1\"\r\n", "{}");
    } else if (strncmp(path, "/slow/", 6) == 0) {
        if (!server_pause(s, (int)strtol(path + 6, NULL, 10)))
            return false;
        server_answer(fd, "200 OK", "", "slow");
    } else if (strcmp(path, "/silent") == 0) {
        server_pause(s, -1);
        return false;
    } else if (strcmp(path, "/drip") == 0) {
        server_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", 41);
        while (server_pause(s, 20) && server_say(fd, "x", 1))
            ;
        return false;
    } else if (strcmp(path, "/cut") == 0) {
        server_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes.", 50);
        return false;
    } else if (strcmp(path, "/empty") == 0) {
        return false;
    } else if (strcmp(path, "/reset") == 0) {
        server_reset(fd);
        return false;
    } else if (strcmp(path, "/nonsense") == 0) {
        server_say(fd, "SSH-2.0-OpenSSH_9.2\r\n", 21);
        return false;
    } else if (strcmp(path, "/huge") == 0) {
        server_huge(fd);
        return false;
    } else if (strcmp(path, "/heads") == 0) {
        server_heads(fd);
        return false;
    } else if (strcmp(path, "/redirect") == 0) {
        snprintf(more, sizeof more, "Location: http://127.0.0.1:%d/ok\r\n", s->port);
        server_answer(fd, "302 Found", more, "");
    } else if (strcmp(path, "/busy") == 0) {
        server_answer(fd, "429 Too Many Requests",
                      "Retry-After: 7\r\nDate: Sun, 22 Nov 2026 09:15:00 GMT\r\n", "wait");
    } else if (strcmp(path, "/echo") == 0) {
        server_answer(fd, "200 OK", "", request);
    } else if (strcmp(path, "paid.example:443") == 0) { /* CONNECT */
        server_answer(fd, "407 Proxy Authentication Required",
                      "Proxy-Authenticate: Basic realm=\"x\"\r\n", "");
    } else if (strcmp(path, "busy.example:443") == 0) {
        server_answer(fd, "503 Service Unavailable", "", "");
    } else {
        server_answer(fd, "404 Not Found", "", "no");
    }
    return true;
}

static inline void *server_talk(void *ctx)
{
    struct server_talk *talk = ctx;
    char request[65536];

    while (server_read(talk->fd, request, sizeof request)) {
        pthread_mutex_lock(&talk->server->lock);
        talk->server->requests++;
        pthread_mutex_unlock(&talk->server->lock);
        if (!server_serve(talk->server, talk->fd, request))
            break;
    }
    close(talk->fd);
    free(talk);
    return NULL;
}

static inline void *server_accept(void *ctx)
{
    struct server *s = ctx;

    for (;;) {
        struct pollfd p[2] = {{s->listener, POLLIN, 0}, {s->over[0], POLLIN, 0}};
        if (poll(p, 2, -1) < 0 || p[1].revents || s->n_threads == SERVER_MOST)
            return NULL;
        struct server_talk *talk = malloc(sizeof *talk);
        *talk = (struct server_talk){s, accept(s->listener, NULL, NULL)};
        if (talk->fd < 0 || pthread_create(&s->threads[s->n_threads], NULL, server_talk, talk) != 0)
            abort();
        s->n_threads++;
    }
}

static inline struct server *server_start(void)
{
    struct server *s = calloc(1, sizeof *s);

    s->listener = server_listen(64, &s->port);
    pthread_mutex_init(&s->lock, NULL);
    if (pipe(s->over) != 0 || pthread_create(&s->accepting, NULL, server_accept, s) != 0)
        abort();
    return s;
}

/* The clients must have gone before: a thread that reads from one ends when it hangs up. */
static inline void server_stop(struct server *s)
{
    close(s->over[1]);
    pthread_join(s->accepting, NULL);
    for (size_t i = 0; i < s->n_threads; i++)
        pthread_join(s->threads[i], NULL);
    close(s->listener);
    close(s->over[0]);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

#endif
