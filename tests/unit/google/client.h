#ifndef TESTS_UNIT_GOOGLE_CLIENT_H
#define TESTS_UNIT_GOOGLE_CLIENT_H

/* A client of that server, logged in as a synthetic person. */

#include "api/google/auth.h"
#include "tests/unit/google/server.h"

#include <fcntl.h>
#include <sys/stat.h>

#define PERSON                                                                                     \
    "{\"type\":\"authorized_user\",\"client_id\":\"id\",\"client_secret\":\"shh\","                \
    "\"refresh_token\":\"canary-refresh\"}"
#define TOKEN_ANSWER                                                                               \
    "{\"access_token\":\"canary-token\",\"expires_in\":3599,\"token_type\":\"Bearer\"}"

struct world {
    struct server server;
    struct net *net;
    struct google *google;
    char file[64];
};

static inline void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert(fd >= 0);
    ssize_t n = write(fd, text, strlen(text));
    assert(n == (ssize_t)strlen(text));
    (void)n;
    close(fd);
}

static inline void world_open(struct world *w, const char *credentials)
{
    struct err e;
    server_start(&w->server);
    w->net = net_open(&e);
    assert(w->net);
    snprintf(w->file, sizeof w->file, "/tmp/strom-login-XXXXXX");
    int fd = mkstemp(w->file);
    assert(fd >= 0);
    close(fd);
    write_file(w->file, credentials);
    struct google_options o = {
        .endpoint = w->server.origin, .credentials = w->file, .poll_floor_s = 0.001};
    w->google = google_open(w->net, &o, &e);
    assert(w->google);
}

static inline void world_close(struct world *w)
{
    google_close(w->google);
    net_close(w->net);
    server_stop(&w->server);
    unlink(w->file);
}

static inline void world_token(struct world *w)
{
    server_rule(&w->server,
                (struct rule){"POST", "/oauth2.googleapis.com/token", 200, NULL, TOKEN_ANSWER, 0});
}

#endif
