#ifndef TESTS_NET_SILENT_H
#define TESTS_NET_SILENT_H

#include "tests/unit/net/server.h"

#include <fcntl.h>

/* A host that answers nothing: the queue of connections is full, so that the system drops the rest.
 */
struct silent {
    int listener, port;
    int filler[16];
};

static inline bool is_stuck(int fd)
{
    struct pollfd p = {fd, POLLOUT, 0};

    return poll(&p, 1, 50) == 0;
}

static inline bool make_silent(struct silent *s)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    bool stuck = false;

    memset(s->filler, -1, sizeof s->filler);
    s->listener = server_listen(0, &s->port);
    a.sin_port = htons((uint16_t)s->port);
    for (size_t i = 0; i < 16 && !stuck; i++) {
        s->filler[i] = socket(AF_INET, SOCK_STREAM, 0);
        fcntl(s->filler[i], F_SETFL, O_NONBLOCK);
        (void)!connect(s->filler[i], (struct sockaddr *)&a, sizeof a);
        stuck = is_stuck(s->filler[i]);
    }
    return stuck;
}

static inline void end_silent(struct silent *s)
{
    for (size_t i = 0; i < 16; i++)
        if (s->filler[i] >= 0)
            close(s->filler[i]);
    close(s->listener);
}

#endif
