#include "screens/cli/line.h"

#include "api/base/secret.h"
#include "api/net/net.h"
#include "screens/cli/session.h"

#include <errno.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

/* A signal that comes just before the wait ends it too: it wakes the net. */
static bool wait_for_byte(struct line *l)
{
    struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};

    while (l->net && poll(&fd, 1, 0) == 0) {
        if (session_caught())
            return false;
        net_wait(l->net, &fd, 1, -1);
        l->news = net_step(l->net) || l->news;
        fd.revents = 0;
    }
    return !session_caught();
}

static enum line_end read_bytes(struct line *l)
{
    size_t n = 0;
    bool fits = true;
    char c;

    for (;;) {
        if (!wait_for_byte(l))
            return LINE_SIGNAL;
        ssize_t got = read(STDIN_FILENO, &c, 1);
        if (got < 0 && errno == EINTR)
            return LINE_SIGNAL;
        if (got != 1 && n == 0)
            return LINE_OVER;
        if (got != 1 || c == '\n' || c == '\r')
            break;
        fits = fits && n + 1 < l->cap;
        if (fits)
            l->text[n++] = c;
    }
    l->text[n] = '\0';
    secret_wipe(&c, sizeof c);
    if (fits)
        return LINE_READ;
    secret_wipe(l->text, l->cap);
    return LINE_LONG;
}

enum line_end line_read(struct line *l)
{
    struct termios before, quiet;
    bool changed = l->secret && tcgetattr(STDIN_FILENO, &before) == 0;

    l->text[0] = '\0';
    if (changed) {
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet);
    }
    enum line_end end = read_bytes(l);
    if (changed) {
        tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
        (void)!write(STDERR_FILENO, "\n", 1);
    }
    return end;
}
