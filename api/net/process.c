/* syscall(2), for what the C library does not wrap everywhere. */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE 1
#endif

#include "api/net/process.h"

#include "api/base/clock.h"
#include "api/base/fds.h"
#include "api/base/tr.h"
#include "api/net/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

enum { PATIENCE_MS = 2000, LOOK_AGAIN_MS = 50, LAST_WAIT_MS = 20 };

void process_none(struct process *p)
{
    *p = (struct process){-1, -1, -1, -1, -1, -1};
}

void process_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* --- starting --- */

/* Above the standard three, which may be closed in us: else dup2 would put one over another. */
static int lift(int fd)
{
    if (fd < 0 || fd > 2)
        return fd;
    int high = fcntl(fd, F_DUPFD, 3);
    int why = errno;
    close(fd);
    errno = why;
    return high;
}

static bool make_pipe(int fds[2])
{
    if (pipe(fds) != 0) {
        fds[0] = fds[1] = -1;
        return false;
    }
    for (int i = 0; i < 2; i++) {
        fds[i] = lift(fds[i]);
        if (fds[i] >= 0)
            fcntl(fds[i], F_SETFD, FD_CLOEXEC);
    }
    return fds[0] >= 0 && fds[1] >= 0;
}

struct pipes {
    int in[2], out[2], err[2], started[2]; /* [0] is read, [1] written */
};

static void close_pipes(struct pipes *p)
{
    int *all[] = {p->in, p->out, p->err, p->started};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        process_close(&all[i][0]);
        process_close(&all[i][1]);
    }
}

static bool make_pipes(struct pipes *p, bool has_input)
{
    *p = (struct pipes){{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
    if (has_input && !make_pipe(p->in))
        return false;
    if (!has_input)
        p->in[0] = lift(open("/dev/null", O_RDONLY | O_CLOEXEC));
    return p->in[0] >= 0 && make_pipe(p->out) && make_pipe(p->err) && make_pipe(p->started);
}

/* In the new process, where only async-signal-safe calls are allowed. */
static _Noreturn void become(const struct process_start *s, const struct pipes *p)
{
    struct sigaction usual = {.sa_handler = SIG_DFL};
    sigset_t none;
    char *const *argv, *const *env;

    setpgid(0, 0);
    for (int sig = 1; sig < 32; sig++)
        sigaction(sig, &usual, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    memcpy(&argv, &s->argv, sizeof argv); /* execve takes char *const * and changes nothing */
    memcpy(&env, &s->env, sizeof env);
    if (dup2(p->in[0], 0) == 0 && dup2(p->out[1], 1) == 1 && dup2(p->err[1], 2) == 2 &&
        (!s->folder || chdir(s->folder) == 0)) {
        fds_close_others(p->started[1]); /* nothing of ours is for the program */
        execve(s->program, argv, env);
    }
    int why = errno;
    ssize_t n = write(p->started[1], &why, sizeof why);
    (void)n;
    _exit(127);
}

static int end_descriptor(pid_t pid)
{
#ifdef SYS_pidfd_open
    return (int)syscall(SYS_pidfd_open, pid, 0);
#else
    (void)pid;
    return -1;
#endif
}

static int ours(int *fd)
{
    int taken = *fd;

    *fd = -1;
    if (taken >= 0)
        fcntl(taken, F_SETFL, fcntl(taken, F_GETFL) | O_NONBLOCK);
    return taken;
}

/* Where the end of children is ignored, by whoever started us, nobody could learn how one ended. */
static void mind_children(void)
{
    struct sigaction now, usual = {.sa_handler = SIG_DFL};

    sigemptyset(&usual.sa_mask);
    if (sigaction(SIGCHLD, NULL, &now) == 0 &&
        (now.sa_handler == SIG_IGN || (now.sa_flags & SA_NOCLDWAIT)))
        sigaction(SIGCHLD, &usual, NULL);
}

bool process_start(struct process *p, const struct process_start *s, struct err *e)
{
    struct pipes pipes;

    process_none(p);
    mind_children();
    pid_t pid = make_pipes(&pipes, s->has_input) ? fork() : -1;
    if (pid < 0) {
        err_system(e, errno, tr("cannot run %s"), s->argv[0]);
        close_pipes(&pipes);
        return err_hint(e, tr("too many programs or files are open; close some and try again"));
    }
    if (pid == 0)
        become(s, &pipes);
    setpgid(pid, pid); /* here too: whoever comes first */
    p->pid = pid;
    p->in = s->has_input ? ours(&pipes.in[1]) : -1;
    p->out = ours(&pipes.out[0]);
    p->err = ours(&pipes.err[0]);
    p->started = ours(&pipes.started[0]);
    p->end = end_descriptor(pid);
    close_pipes(&pipes);
    return true;
}

bool process_failed_to_start(struct process *p, int *errnum)
{
    if (p->started < 0)
        return false;
    ssize_t n = read(p->started, errnum, sizeof *errnum);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return false;
    process_close(&p->started);
    return n == sizeof *errnum;
}

/* --- ending --- */

bool process_ended(struct process *p, int *status)
{
    int raw = 0;

    if (p->pid < 0)
        return true;
    pid_t got = waitpid(p->pid, &raw, WNOHANG);
    if (got == 0)
        return false;
    *status = got < 0 ? -1 : WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
    p->pid = -1;
    process_close(&p->end);
    return true;
}

/* Looks without taking: as long as the process is not reaped its number, and that of its group, is
 * nobody else's. */
static bool is_over(pid_t pid)
{
    siginfo_t info = {0};

    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == pid;
}

/* Ends what is left of the group and takes the process itself away. */
static bool bury(pid_t pid)
{
    if (!is_over(pid))
        return false;
    kill(-pid, SIGKILL);
    waitpid(pid, NULL, WNOHANG);
    return true;
}

struct grave {
    pid_t pid;
    int end;
    int64_t kill_at;
};

static enum task_state grave_step(struct task *t);
static void grave_stop(void *ctx);

static const struct task_type grave_type = {"ending a program", sizeof(struct grave), grave_step,
                                            grave_stop};

static enum task_state grave_step(struct task *t)
{
    struct grave *g = task_job(t, &grave_type);
    int64_t now = clock_mono_ms();

    if (bury(g->pid)) {
        g->pid = -1;
        return TASK_OK;
    }
    if (now >= g->kill_at) {
        kill(-g->pid, SIGKILL);
        g->kill_at = INT64_MAX;
    }
    task_wait_fd(t, g->end, POLLIN);
    task_wait_until(t, g->end >= 0 ? g->kill_at : now + LOOK_AGAIN_MS);
    return TASK_RUNNING;
}

/* The program ends: no more patience, but a moment, so that no zombie is left. */
static void grave_stop(void *ctx)
{
    struct grave *g = ctx;

    if (g->pid > 0) {
        kill(-g->pid, SIGKILL);
        for (int i = 0; i < LAST_WAIT_MS && !bury(g->pid); i++) {
            struct pollfd end = {g->end, POLLIN, 0};
            poll(&end, 1, 1);
        }
        g->pid = -1;
    }
    process_close(&g->end);
}

void process_leave(struct process *p, struct net *net)
{
    process_close(&p->in);
    process_close(&p->out);
    process_close(&p->err);
    process_close(&p->started);
    if (p->pid > 0 && net->closing) {
        struct grave g = {p->pid, p->end, 0};
        grave_stop(&g);
    } else if (p->pid > 0) {
        struct grave *g = task_job(task_new_hidden(net, &grave_type), &grave_type);
        kill(-p->pid, SIGTERM);
        *g = (struct grave){p->pid, p->end, clock_mono_ms() + PATIENCE_MS};
    } else {
        process_close(&p->end);
    }
    p->pid = -1;
    p->end = -1;
}
