#include "tui/hidden.h"

#include "tui/inside.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static void show(struct hidden *h)
{
    if (h->on)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &h->modes.before);
    h->on = false;
    guard_tell(h->guard.pipe_fd, false);
}

static bool learn(struct hidden *h)
{
    if (tcgetattr(STDIN_FILENO, &h->modes.before) != 0)
        return false;
    h->modes.ours = h->modes.before;
    h->modes.ours.c_lflag &= ~(tcflag_t)ECHO;
    return true;
}

static void hide(struct hidden *h)
{
    guard_tell(h->guard.pipe_fd, true);
    h->on = tcsetattr(STDIN_FILENO, TCSADRAIN, &h->modes.ours) == 0;
}

void hidden_begin(struct hidden *h)
{
    *h = (struct hidden){.guard = {-1, 0}};
    if (!learn(h))
        return;
    rescue.in = STDIN_FILENO;
    rescue.out = STDERR_FILENO;
    h->guard = guard_start(&h->modes);
    hide(h);
}

void hidden_end(struct hidden *h)
{
    show(h);
    guard_stop(&h->guard);
}

void hidden_suspend(struct hidden *h, bool (*still)(void))
{
    struct sigaction stop, old;
    bool was_on = h->on;

    show(h);
    memset(&stop, 0, sizeof stop);
    sigemptyset(&stop.sa_mask);
    stop.sa_handler = SIG_DFL;
    sigaction(SIGTSTP, &stop, &old);
    raise(SIGTSTP);
    sigaction(SIGTSTP, &old, NULL);
    if (was_on && still() && learn(h))
        hide(h);
}
