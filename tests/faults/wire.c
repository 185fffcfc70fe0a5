/* Sockets: doors, connections, and the bytes that go through them. What is answered is in reply.c.
 */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE 1
#endif

#include "tests/faults/certificate.h"
#include "tests/faults/reply.h"

#include "api/base/arena.h"
#include "api/base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* macOS: the library ignores SIGPIPE for the whole program */
#endif

enum { LINES = 96, BACKLOG_FILLERS = 4, DRIP_MS = 1000 };

struct line { /* a connection */
    int fd;   /* -1: free */
    SSL *tls;
    bool old;  /* from before the machine slept */
    bool mute; /* what comes is not even looked at */
    struct str in;
    struct reply out;
    bool busy; /* a reply is under way */
    size_t sent;
    int64_t due; /* the next byte not before */
};

struct wire {
    int door[WIRE_DOORS];
    char origin[WIRE_DOORS][40];
    int fillers[BACKLOG_FILLERS];
    SSL_CTX *tls[WIRE_DOORS];
    struct line lines[LINES];
    struct replier replier;
    unsigned on_old_lines;
};

/* --- doors --- */

static int address_of(struct sockaddr_in *at, int port)
{
    *at = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return (int)sizeof *at;
}

static bool make_door(struct wire *w, enum wire_door d, int backlog)
{
    struct sockaddr_in at;
    socklen_t n = (socklen_t)address_of(&at, 0);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    w->door[d] = fd;
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &n) != 0 || (backlog >= 0 && listen(fd, backlog)))
        return false;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    snprintf(w->origin[d], sizeof w->origin[d], "http%s://127.0.0.1:%d",
             w->tls[d] || d == WIRE_MUTE ? "s" : "", ntohs(at.sin_port));
    return true;
}

/* Connections that nobody accepts fill the queue; whoever comes after them gets no answer at all.
 */
static void fill_queue(struct wire *w)
{
    struct sockaddr_in at;
    socklen_t n = sizeof at;

    getsockname(w->door[WIRE_SILENT], (struct sockaddr *)&at, &n);
    for (int i = 0; i < BACKLOG_FILLERS; i++) {
        w->fillers[i] = socket(AF_INET, SOCK_STREAM, 0);
        fcntl(w->fillers[i], F_SETFL, O_NONBLOCK);
        (void)connect(w->fillers[i], (struct sockaddr *)&at, n); /* the last ones wait for ever */
    }
}

static bool make_certificates(struct wire *w, const char *folder)
{
    struct authority ours = {0}, theirs = {0};
    char path[512];

    snprintf(path, sizeof path, "%s/ours.pem", folder);
    bool ok = authority_make(&ours, "ours") && authority_make(&theirs, "theirs") &&
              authority_write(&ours, path);
    if (ok) {
        w->tls[WIRE_STRANGER] = authority_server(&theirs, "127.0.0.1", -3600, 86400);
        w->tls[WIRE_EXPIRED] = authority_server(&ours, "127.0.0.1", -7200, -3600);
        w->tls[WIRE_OTHER] = authority_server(&ours, "127.0.0.2", -3600, 86400);
    }
    authority_done(&ours);
    authority_done(&theirs);
    return ok && w->tls[WIRE_STRANGER] && w->tls[WIRE_EXPIRED] && w->tls[WIRE_OTHER];
}

struct wire *wire_open(const char *folder)
{
    struct wire *w = mem_alloc(sizeof *w);

    for (int i = 0; i < WIRE_DOORS; i++)
        w->door[i] = -1;
    for (int i = 0; i < LINES; i++)
        w->lines[i].fd = -1;
    for (int i = 0; i < BACKLOG_FILLERS; i++)
        w->fillers[i] = -1;
    if (make_certificates(w, folder) && make_door(w, WIRE_OPEN, 64) &&
        make_door(w, WIRE_REFUSED, -1) && make_door(w, WIRE_SILENT, 0) &&
        make_door(w, WIRE_STRANGER, 64) && make_door(w, WIRE_EXPIRED, 64) &&
        make_door(w, WIRE_OTHER, 64) && make_door(w, WIRE_MUTE, 64)) {
        fill_queue(w);
        return w;
    }
    fprintf(stderr, "no sockets: %s\n", strerror(errno));
    wire_close(w);
    return NULL;
}

const char *wire_origin(const struct wire *w, enum wire_door door)
{
    return w->origin[door];
}

/* --- connections --- */

static void hang_up(struct line *l, bool reset)
{
    struct linger now = {1, 0};

    if (l->fd < 0)
        return;
    SSL_free(l->tls);
    if (reset)
        setsockopt(l->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(l->fd);
    str_done(&l->in);
    reply_done(&l->out);
    *l = (struct line){.fd = -1};
}

void wire_serve(struct wire *w, struct stand *s)
{
    for (int i = 0; i < LINES; i++)
        hang_up(&w->lines[i], true);
    w->replier.g = s ? stand_google(s) : NULL;
    w->replier.worn = w->on_old_lines = 0;
    w->replier.origin = w->origin[WIRE_OPEN];
}

void wire_close(struct wire *w)
{
    if (!w)
        return;
    wire_serve(w, NULL);
    for (int i = 0; i < WIRE_DOORS; i++) {
        SSL_CTX_free(w->tls[i]);
        if (w->door[i] >= 0)
            close(w->door[i]);
    }
    for (int i = 0; i < BACKLOG_FILLERS; i++)
        if (w->fillers[i] >= 0)
            close(w->fillers[i]);
    mem_free(w);
}

static bool accept_at(struct wire *w, enum wire_door d)
{
    struct line *l = w->lines;
    int fd = accept(w->door[d], NULL, NULL);

    if (fd < 0)
        return false;
    while (l < w->lines + LINES && l->fd >= 0)
        l++;
    if (l == w->lines + LINES) {
        close(fd);
        return true;
    }
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    l->fd = fd;
    l->mute = d == WIRE_MUTE;
    l->tls = w->tls[d] ? SSL_new(w->tls[d]) : NULL;
    if (l->tls) {
        SSL_set_fd(l->tls, fd);
        SSL_set_accept_state(l->tls);
    }
    return true;
}

/* Behind these doors nothing is ever asked: whoever verifies turns round at the certificate. */
static bool shake_hands(struct line *l)
{
    char byte;
    int n = SSL_read(l->tls, &byte, 1);

    if (n > 0) {
        fprintf(stderr, "a request came through a door with a bad certificate\n");
        abort();
    }
    int why = SSL_get_error(l->tls, n);
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
        return false;
    hang_up(l, false);
    return true;
}

static bool read_more(struct line *l)
{
    char bytes[16384];
    bool some = false;

    for (;;) {
        ssize_t n = recv(l->fd, bytes, sizeof bytes, 0);
        if (n > 0) {
            str_addn(&l->in, bytes, l->mute ? 0 : (size_t)n);
            some = true;
            continue;
        }
        if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) {
            hang_up(l, false);
            return true;
        }
        return some;
    }
}

/* A request that is whole is taken off the front, and answered. */
static bool answer_next(struct wire *w, struct line *l)
{
    size_t used = l->busy ? 0 : reply_make(&w->replier, &l->in, &l->out);

    if (used == 0)
        return false;
    w->on_old_lines += l->old;
    size_t left = l->in.bytes - used;
    memmove(l->in.text, l->in.text + used, left + 1);
    l->in.bytes = left;
    l->busy = true;
    l->sent = 0;
    l->due = l->out.due;
    return true;
}

static bool send_some(struct line *l)
{
    size_t left = l->out.text.bytes - l->sent, n = l->out.drips && left > 1 ? 1 : left;
    ssize_t sent = n ? send(l->fd, l->out.text.text + l->sent, n, MSG_NOSIGNAL) : 0;

    if (sent < 0) {
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return false;
        hang_up(l, false);
        return true;
    }
    l->sent += (size_t)sent;
    if (l->out.drips)
        l->due = clock_mono_ms() + DRIP_MS;
    if (l->sent < l->out.text.bytes)
        return true;
    if (l->out.repeats > 0) {
        l->out.repeats--;
        l->sent = l->out.head_bytes;
        return true;
    }
    if (l->out.then_reset)
        hang_up(l, true);
    else {
        reply_done(&l->out);
        l->busy = false;
    }
    return true;
}

/* Which of them have something: asked with one call, since it is asked so often. */
static bool look(const struct wire *w, short ready[WIRE_DOORS + LINES])
{
    struct pollfd fds[WIRE_DOORS + LINES];

    for (int i = 0; i < WIRE_DOORS; i++)
        fds[i] =
            (struct pollfd){i == WIRE_REFUSED || i == WIRE_SILENT ? -1 : w->door[i], POLLIN, 0};
    for (int i = 0; i < LINES; i++)
        fds[WIRE_DOORS + i] = (struct pollfd){w->lines[i].fd, POLLIN, 0};
    int n = poll(fds, WIRE_DOORS + LINES, 0);
    for (int i = 0; i < WIRE_DOORS + LINES; i++)
        ready[i] = n > 0 ? fds[i].revents : 0;
    return n > 0;
}

static bool is_due(const struct line *l)
{
    return l->busy && !l->out.never && clock_mono_ms() >= l->due;
}

bool wire_pump(struct wire *w)
{
    short ready[WIRE_DOORS + LINES];
    bool some = false, news = look(w, ready);

    for (enum wire_door d = 0; news && d < WIRE_DOORS; d++)
        while (ready[d] && accept_at(w, d))
            some = true;
    for (int i = 0; i < LINES; i++) {
        struct line *l = &w->lines[i];
        bool ours = ready[WIRE_DOORS + i] != 0;
        if (l->fd >= 0 && l->tls) {
            some = shake_hands(l) || some;
            continue;
        }
        if (l->fd >= 0 && ours && read_more(l))
            some = true;
        if (l->fd >= 0 && l->in.bytes > 0 && answer_next(w, l))
            some = true;
        if (l->fd >= 0 && is_due(l) && send_some(l))
            some = true;
    }
    return some;
}

int64_t wire_next(const struct wire *w)
{
    int64_t next = -1, now = clock_mono_ms();

    for (const struct line *l = w->lines; l < w->lines + LINES; l++)
        if (l->fd >= 0 && l->busy && !l->out.never && l->due > now && (next < 0 || l->due < next))
            next = l->due;
    return next;
}

void wire_forget_lines(struct wire *w)
{
    for (struct line *l = w->lines; l < w->lines + LINES; l++)
        l->old = l->fd >= 0;
    w->replier.worn = w->on_old_lines = 0;
}

unsigned wire_stale(const struct wire *w)
{
    return w->on_old_lines + w->replier.worn;
}

unsigned wire_strays(const struct wire *w)
{
    return w->replier.strays;
}

bool wire_saw_operation(const struct wire *w)
{
    return w->replier.operation;
}
