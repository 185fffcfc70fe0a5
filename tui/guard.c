#include "tui/guard.h"

#include "tui/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_FDS = 256 };

/* Only the pipe and the terminal stay open: an inherited socket would look alive to the other side.
 */
static void close_others(int pipe_fd, int tty)
{
    for (int fd = 0; fd < MOST_FDS; fd++)
        if (fd != pipe_fd && fd != tty)
            close(fd);
}

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

static void live(int pipe_fd, int tty, pid_t group, const struct termios *before, const char *undo,
                 size_t bytes)
{
    setpgid(0, 0);
    ignore_all();
    close_others(pipe_fd, tty);
    if (!watch(pipe_fd))
        _exit(0);
    bool ours = tcgetpgrp(tty) == group;
    rescue_put(tty, undo, bytes);
    if (ours)
        tcsetattr(tty, TCSANOW, before);
    _exit(0);
}

struct guard guard_start(int tty, const struct termios *before, const char *undo, size_t bytes)
{
    struct guard g = {-1, 0};
    int ends[2];
    if (pipe(ends) != 0)
        return g;
    pid_t group = getpgrp();
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[1]);
        live(ends[0], tty, group, before, undo, bytes);
    }
    close(ends[0]);
    if (pid < 0) {
        close(ends[1]);
        return g;
    }
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return (struct guard){ends[1], pid};
}

void guard_tell(struct guard *g, bool taken)
{
    if (g->pipe_fd < 0)
        return;
    while (write(g->pipe_fd, taken ? "t" : "q", 1) < 0 && errno == EINTR)
        ;
}

void guard_stop(struct guard *g)
{
    if (g->pipe_fd < 0)
        return;
    guard_tell(g, false);
    close(g->pipe_fd);
    while (waitpid((pid_t)g->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    *g = (struct guard){-1, 0};
}
