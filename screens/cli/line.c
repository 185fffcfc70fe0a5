#include "screens/cli/line.h"

#include "api/base/secret.h"
#include "api/net/net.h"
#include "screens/cli/session.h"
#include "tui/hidden.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* --- Ctrl-Z while nothing is shown --- */

static volatile sig_atomic_t to_stop;
static struct net *to_wake;

static void on_stop(int number)
{
    int keep = errno;

    to_stop = number;
    if (to_wake)
        net_wake(to_wake);
    errno = keep;
}

static bool goes_on(void)
{
    return session_caught() == 0;
}

static void stop_if_asked(struct hidden *h)
{
    if (to_stop == 0)
        return;
    to_stop = 0;
    hidden_suspend(h, goes_on);
}

static void catch_stops(struct net *net, struct sigaction *old)
{
    struct sigaction a;

    to_wake = net;
    memset(&a, 0, sizeof a);
    sigemptyset(&a.sa_mask);
    a.sa_handler = on_stop; /* without SA_RESTART: a read returns */
    if (sigaction(SIGTSTP, &a, old) == 0 && old->sa_handler == SIG_IGN)
        sigaction(SIGTSTP, old, NULL); /* a shell without job control */
}

/* --- the line --- */

/* A signal that comes just before the wait ends it too: it wakes the net. */
static bool wait_for_byte(struct line *l, struct hidden *h)
{
    struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};

    while (l->net && poll(&fd, 1, 0) == 0) {
        stop_if_asked(h);
        if (session_caught())
            return false;
        net_wait(l->net, &fd, 1, -1);
        l->news = net_step(l->net) || l->news;
        fd.revents = 0;
    }
    return !session_caught();
}

static enum line_end read_bytes(struct line *l, struct hidden *h)
{
    size_t n = 0;
    bool fits = true;
    char c;

    for (;;) {
        if (!wait_for_byte(l, h))
            return LINE_SIGNAL;
        ssize_t got = read(STDIN_FILENO, &c, 1);
        if (got < 0 && errno == EINTR && to_stop) {
            stop_if_asked(h);
            continue;
        }
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
    struct hidden hidden = {.on = false};
    struct sigaction old;

    l->text[0] = '\0';
    if (!l->secret)
        return read_bytes(l, &hidden);
    catch_stops(l->net, &old);
    hidden_begin(&hidden);
    enum line_end end = read_bytes(l, &hidden);
    if (hidden.on)
        (void)!write(STDERR_FILENO, "\n", 1);
    hidden_end(&hidden);
    sigaction(SIGTSTP, &old, NULL);
    to_wake = NULL;
    return end;
}
