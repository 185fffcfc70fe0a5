#include "tui/guard.h"

#include "api/base/fds.h"
#include "tui/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static void ignore_all(void)
{
    static const int numbers[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM, SIGPIPE, SIGTSTP,
                                  SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2, SIGWINCH};
    static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGCONT};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        signal(numbers[i], SIG_IGN);
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
        signal(crashes[i], SIG_DFL);
}

/* Reads 't' (taken) and 'q' (quiet) until the other end is gone; 'e' or a quiet end is a good one.
 */
static bool watch(int fd)
{
    char last = 't';
    for (;;) {
        char c;
        ssize_t n = read(fd, &c, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return last == 't';
        last = c;
    }
}

/* Lines that are not shown: a line editor takes no whole lines. */
static bool only_hides(const struct guard_modes *m)
{
    return (m->ours.c_lflag & ICANON) && (m->before.c_lflag & ECHO) && !(m->ours.c_lflag & ECHO);
}

/* A shell that has the terminal by now sets its own modes, in its own time; one without a line
 * editor never does. Ours, which no line editor uses (signals off, line feeds as they are), tell
 * that nobody has. */
static bool is_free(int tty, pid_t group, const struct guard_modes *m)
{
    struct termios now;
    tcflag_t in = m->before.c_iflag ^ m->ours.c_iflag, out = m->before.c_oflag ^ m->ours.c_oflag,
             local = m->before.c_lflag ^ m->ours.c_lflag;

    if (((out & OPOST) | (local & ISIG)) == 0 && !only_hides(m)) /* they were as ours before us */
        return tcgetpgrp(tty) == group;
    return tcgetattr(tty, &now) == 0 && ((now.c_iflag ^ m->ours.c_iflag) & in) == 0 &&
           ((now.c_oflag ^ m->ours.c_oflag) & out) == 0 &&
           ((now.c_lflag ^ m->ours.c_lflag) & (local | ICANON)) == 0;
}

/* In one piece, so that no prompt comes between; the lines end well in either mode. */
static size_t last_words(char *out)
{
    size_t n = rescue.undo_bytes;

    memcpy(out, rescue.undo, n);
    for (size_t i = 0; i < rescue.note_bytes; i++) {
        if (rescue.note[i] == '\n')
            out[n++] = '\r';
        out[n++] = rescue.note[i];
    }
    return n;
}

static void live(int pipe_fd, pid_t group, const struct guard_modes *m)
{
    char last[sizeof rescue.undo + 2 * sizeof rescue.note];
    size_t bytes = last_words(last);

    if (pipe_fd != STDERR_FILENO)
        close(STDERR_FILENO);
    fds_close_others(pipe_fd);
    if (!watch(pipe_fd))
        _exit(0);
    rescue_put(rescue.out, last, bytes);
    if (is_free(rescue.in, group, m)) /* at the last moment: the shell may be under way */
        tcsetattr(rescue.in, TCSANOW, &m->before);
    _exit(0);
}

struct guard guard_start(const struct guard_modes *m)
{
    struct guard g = {-1, 0};
    int ends[2];
    if (pipe(ends) != 0)
        return g;
    pid_t group = getpgrp();
    sigset_t all, mask;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &mask); /* it must not die of what it is there to outlive */
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        ignore_all();
        sigprocmask(SIG_SETMASK, &mask, NULL);
        close(ends[1]);
        live(ends[0], group, m);
    }
    if (pid > 0)
        setpgid(pid, pid); /* here too: whoever comes first */
    sigprocmask(SIG_SETMASK, &mask, NULL);
    close(ends[0]);
    if (pid < 0) {
        close(ends[1]);
        return g;
    }
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return (struct guard){ends[1], pid};
}

void guard_tell(int pipe_fd, bool taken)
{
    if (pipe_fd >= 0)
        rescue_put(pipe_fd, taken ? "t" : "q", 1);
}

void guard_stop(struct guard *g)
{
    if (g->pipe_fd < 0)
        return;
    guard_tell(g->pipe_fd, false);
    close(g->pipe_fd);
    while (waitpid((pid_t)g->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    *g = (struct guard){-1, 0};
}
