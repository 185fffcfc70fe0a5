/* setgroups is not in POSIX. */
#if !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE 1
#endif

#include "tests/sandbox/watcher.h"
#include "tests/sandbox/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/prctl.h>
#endif

#if !defined(MSG_NOSIGNAL)
#define MSG_NOSIGNAL 0 /* macOS: SO_NOSIGPIPE on the socket does it */
#endif

enum { END_PATIENCE_MS = 5000 };

struct order {
    char kind; /* r: run, s: signal, q: quit, Q: quit and remove */
    int value;
};

static int child_ended[2]; /* the watcher's own: its handler writes, its poll reads */

static void on_child(int signal)
{
    (void)signal;
    int kept = errno;
    ssize_t n = write(child_ended[1], "", 1);
    (void)n;
    errno = kept;
}

static void close_others(int first, int second)
{
    DIR *dir = opendir("/dev/fd");
    if (dir == NULL) {
        for (int fd = 3; fd < 4096; fd++) {
            if (fd != first && fd != second)
                close(fd);
        }
        return;
    }
    int own = dirfd(dir), found[1024], n = 0;
    for (struct dirent *entry; n < 1024 && (entry = readdir(dir)) != NULL;) {
        int fd = (int)strtol(entry->d_name, NULL, 10);
        if (fd > 2 && fd != own && fd != first && fd != second)
            found[n++] = fd;
    }
    closedir(dir);
    while (n > 0)
        close(found[--n]);
}

static void quiet(const char *log)
{
    int null = open("/dev/null", O_RDWR);
    int out = log == NULL ? null : open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(null, 0);
    dup2(out >= 0 ? out : null, 1);
    dup2(out >= 0 ? out : null, 2);
}

/* --- what the watcher starts --- */

static bool become(const struct watcher_options *o)
{
    return !o->drops || (setgroups(1, &o->gid) == 0 && setgid(o->gid) == 0 && setuid(o->uid) == 0);
}

static void program(const struct watcher_options *o, const char *const *argv, pid_t parent)
{
    setpgid(0, 0);
    umask(077);
    if (!become(o) || chdir(o->folder) != 0)
        _exit(WATCHER_NO_ENTRY);
#if defined(__linux__)
    /* After setuid, which forgets it: the server goes even when the watcher itself is killed. */
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
#endif
    if (getppid() != parent)
        _exit(WATCHER_NO_EXEC);
    quiet("log");
    close_others(-1, -1);
    char home[FOLDER_PATH + 8];
    snprintf(home, sizeof(home), "HOME=%s", o->folder);
    const char *env[] = {home, "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL=C",
                         "TZ=UTC", NULL};
    /* execve takes them as not const, though it changes nothing. */
    union {
        const char *const *ours;
        char *const *theirs;
    } args = {.ours = argv}, environment = {.ours = env};
    for (int s = 1; s < 32; s++)
        signal(s, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(argv[0], args.theirs, environment.theirs);
    _exit(WATCHER_NO_EXEC);
}

static pid_t spawn(const struct watcher_options *o, int which)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        program(o, o->argv[which], parent);
    return pid;
}

/* --- the watcher --- */

static void report(int fd, int status)
{
    ssize_t n;
    do
        n = write(fd, &status, sizeof(status));
    while (n < 0 && errno == EINTR);
}

static bool reap(pid_t *running, int *status)
{
    char drop[64];
    while (read(child_ended[0], drop, sizeof(drop)) > 0)
        ;
    if (*running <= 0 || waitpid(*running, status, WNOHANG) != *running)
        return false;
    *running = 0;
    return true;
}

static void end_running(pid_t *running)
{
    int status;
    if (*running > 0)
        kill(*running, SIGQUIT);
    struct pollfd p = {.fd = child_ended[0], .events = POLLIN};
    while (*running > 0 && !reap(running, &status)) {
        if (poll(&p, 1, END_PATIENCE_MS) == 0)
            break;
    }
    if (*running > 0) {
        kill(-*running, SIGKILL);
        kill(*running, SIGKILL);
        waitpid(*running, &status, 0);
    }
    *running = 0;
}

static void obey(const struct watcher_options *o, int fd, const struct order *order, pid_t *running)
{
    if (order->kind == 'r' && *running <= 0) {
        *running = spawn(o, order->value);
        if (*running < 0)
            report(fd, WATCHER_NO_EXEC << 8);
    } else if (order->kind == 's' && *running > 0) {
        kill(*running, order->value);
    }
}

/* Our maker may live, or be dead and its name in use again already: then it is for others to
 * remove. */
static void remove_unless_claimed(const char *folder)
{
    pid_t holder;
    int claim = folder_claim(folder, &holder);
    if (claim < 0)
        return;
    folder_give_up(folder);
    close(claim);
}

static void watch(const struct watcher_options *o, int fd)
{
    pid_t running = 0;
    int status = 0;
    struct order order = {0, 0};
    struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = child_ended[0], .events = POLLIN}};
    for (;;) {
        if (poll(p, 2, -1) < 0 && errno != EINTR)
            break;
        if (reap(&running, &status))
            report(fd, status);
        if (p[0].revents == 0)
            continue;
        ssize_t n = read(fd, &order, sizeof(order));
        if (n < 0 && errno == EINTR)
            continue;
        if (n != (ssize_t)sizeof(order) || order.kind == 'q' || order.kind == 'Q') {
            if (n != (ssize_t)sizeof(order)) /* our maker died without a word */
                order.kind = 'Q';
            break;
        }
        obey(o, fd, &order, &running);
    }
    end_running(&running);
    for (size_t i = 0; i < 2 && order.kind == 'Q'; i++) {
        if (o->removes[i] != NULL)
            remove_unless_claimed(o->removes[i]);
    }
}

static void watcher_main(const struct watcher_options *o, int fd)
{
    setsid(); /* no terminal's ^C and no hang-up reaches us: we leave when our maker does */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    quiet(NULL);
    close_others(fd, -1);
    if (pipe(child_ended) != 0)
        _exit(1);
    for (int i = 0; i < 2; i++) {
        fcntl(child_ended[i], F_SETFL, O_NONBLOCK);
        fcntl(child_ended[i], F_SETFD, FD_CLOEXEC);
    }
    struct sigaction act;
    memset(&act, 0, sizeof(act));
    act.sa_handler = on_child;
    act.sa_flags = SA_RESTART | SA_NOCLDSTOP;
    sigaction(SIGCHLD, &act, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    watch(o, fd);
    _exit(0);
}

/* --- our side --- */

bool watcher_start(struct watcher *w, const struct watcher_options *o)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        return false;
    for (int i = 0; i < 2; i++)
        fcntl(pair[i], F_SETFD, FD_CLOEXEC);
#if defined(SO_NOSIGPIPE)
    setsockopt(pair[0], SOL_SOCKET, SO_NOSIGPIPE, &(int){1}, sizeof(int));
#endif
    w->pid = fork();
    if (w->pid == 0)
        watcher_main(o, pair[1]);
    close(pair[1]);
    w->fd = pair[0];
    if (w->pid > 0)
        return true;
    close(w->fd);
    w->fd = -1;
    return false;
}

static bool tell(struct watcher *w, char kind, int value)
{
    struct order order;
    memset(&order, 0, sizeof(order));
    order.kind = kind;
    order.value = value;
    return send(w->fd, &order, sizeof(order), MSG_NOSIGNAL) == (ssize_t)sizeof(order);
}

bool watcher_run(struct watcher *w, int which)
{
    return tell(w, 'r', which);
}

bool watcher_signal(struct watcher *w, int signal)
{
    return tell(w, 's', signal);
}

int watcher_wait(struct watcher *w, int timeout_ms, int *status)
{
    struct pollfd p = {.fd = w->fd, .events = POLLIN};
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    int64_t end = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + timeout_ms, left = timeout_ms;
    int n;
    while ((n = poll(&p, 1, (int)(left > 0 ? left : 0))) < 0 && errno == EINTR) {
        clock_gettime(CLOCK_MONOTONIC, &t);
        left = end - ((int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000);
    }
    if (n == 0)
        return 0;
    return read(w->fd, status, sizeof(*status)) == (ssize_t)sizeof(*status) ? 1 : -1;
}

void watcher_stop(struct watcher *w, bool removes)
{
    tell(w, removes ? 'Q' : 'q', 0);
    shutdown(w->fd, SHUT_WR);
    while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    close(w->fd);
    w->fd = -1;
}
