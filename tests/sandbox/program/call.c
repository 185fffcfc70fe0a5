#include "tests/sandbox/program/call.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* A deploy restarts the server and may wait a minute for a slot. */
enum { PATIENCE_SECONDS = 180, ANSWER_MAX = 64 << 20 };

static int dial(int port)
{
    struct sockaddr_in at;
    struct timeval patience = {.tv_sec = PATIENCE_SECONDS, .tv_usec = 0};
    memset(&at, 0, sizeof(at));
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons((uint16_t)port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
        return fd;
    int kept = errno;
    close(fd);
    errno = kept;
    return -1;
}

static bool send_all(int fd, const char *text, size_t bytes)
{
    while (bytes > 0) {
        ssize_t n = write(fd, text, bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        text += n;
        bytes -= (size_t)n;
    }
    return true;
}

static bool read_all(int fd, struct str *answer)
{
    char part[16384];
    for (;;) {
        ssize_t n = read(fd, part, sizeof(part));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        str_addn(answer, part, (size_t)n);
        if (answer->bytes > ANSWER_MAX)
            return false;
    }
}

/* HTTP/1.0: the body ends where the connection does. */
static bool exchange(const struct place *p, const char *path, const char *body, struct str *answer)
{
    struct str request = {0};
    int fd = dial(p->port);
    if (fd < 0)
        return false;
    str_printf(&request,
               "%s /sandbox/%s HTTP/1.0\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n",
               body != NULL ? "POST" : "GET", path, p->port, p->token);
    if (body != NULL)
        str_printf(&request, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
                   strlen(body));
    str_add(&request, "\r\n");
    str_add(&request, body);
    bool ok = send_all(fd, str_text(&request), request.bytes) && read_all(fd, answer);
    int kept = errno;
    str_done(&request);
    close(fd);
    errno = kept;
    return ok;
}

struct json *call_keeper(const struct place *p, const char *path, const char *body,
                         char why[FOLDER_WHY])
{
    struct str answer = {0};
    struct err e;
    memset(&e, 0, sizeof(e));
    if (!exchange(p, path, body, &answer)) {
        snprintf(why, FOLDER_WHY, "the sandbox does not answer on port %d: %s", p->port,
                 strerror(errno));
        str_done(&answer);
        return NULL;
    }
    const char *text = strstr(str_text(&answer), "\r\n\r\n");
    struct json *doc = NULL;
    if (text != NULL)
        doc = json_parse(text + 4, answer.bytes - (size_t)(text + 4 - str_text(&answer)), &e);
    if (doc == NULL)
        snprintf(why, FOLDER_WHY, "the sandbox on port %d gave an answer that is no JSON: %.200s",
                 p->port, e.why);
    str_done(&answer);
    return doc;
}
