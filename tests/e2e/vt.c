#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* forkpty */
#endif
#ifdef __APPLE__
#include <util.h>
#else
#include <pty.h>
#endif

#include "tests/e2e/vt.h"

#include "tests/e2e/vt_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* --- the leader of the session: plays the shell --- */

static void tell(int fd, char kind, int value)
{
    struct vt_report r;
    memset(&r, 0, sizeof r); /* its padding goes through the pipe, too */
    r.kind = kind;
    r.value = value;
    if (write(fd, &r, sizeof r) < 0)
        _exit(1);
}

static void run_program(const struct vt_options *o)
{
    setpgid(0, 0);
    tcsetpgrp(STDIN_FILENO, getpid());
    signal(SIGTTOU, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    for (const char *const *e = o->env; e != NULL && *e != NULL; e++) {
        char *copy = strdup(*e), *eq = strchr(copy, '=');
        if (eq == NULL)
            unsetenv(copy);
        else
            putenv(copy);
    }
    char *argv[64];
    size_t n = 0;
    for (; o->argv[n] != NULL && n < 63; n++)
        argv[n] = strdup(o->argv[n]);
    argv[n] = NULL;
    if (n == 0)
        _exit(127);
    if (o->cwd == NULL || chdir(o->cwd) == 0)
        execvp(argv[0], argv);
    fprintf(stderr, "cannot run %s: %s\n", o->argv[0], strerror(errno));
    _exit(127);
}

/* As readline has them: every key at once, no echo, signals and line feeds as usual. */
static void edit_lines(void)
{
    struct termios t;
    if (tcgetattr(STDIN_FILENO, &t) != 0)
        return;
    t.c_lflag = (t.c_lflag | ISIG | IEXTEN) & ~(tcflag_t)(ICANON | ECHO);
    t.c_iflag &= ~(tcflag_t)ICRNL;
    t.c_oflag |= OPOST | ONLCR;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &t);
}

static void take_back(enum vt_leader leader, bool stopped)
{
    if (!stopped && leader == VT_SLOW)
        return;
    tcsetpgrp(STDIN_FILENO, getpid());
    if (leader == VT_EDITOR)
        edit_lines();
}

static void lead(const struct vt_options *o, int report, int control)
{
    signal(SIGTTOU, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    pid_t pid = fork();
    if (pid == 0) {
        close(report);
        close(control);
        run_program(o);
    }
    setpgid(pid, pid);
    tell(report, 'P', (int)pid);
    for (;;) {
        int status;
        char c;
        if (waitpid(pid, &status, WUNTRACED) < 0)
            break;
        bool stopped = WIFSTOPPED(status);
        take_back(o->leader, stopped);
        tell(report, stopped ? 'S' : 'E',
             WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
        if (read(control, &c, 1) <= 0 || !stopped)
            break;
        tcsetpgrp(STDIN_FILENO, pid);
        kill(-pid, SIGCONT);
    }
    kill(-pid, SIGKILL);
    _exit(0);
}

static void clean_environment(void)
{
    static const char *const gone[] = {"TMUX",         "NO_COLOR", "CLICOLOR_FORCE", "FORCE_COLOR",
                                       "ESCDELAY",     "LINES",    "COLUMNS",        "COLORTERM",
                                       "TERM_PROGRAM", "DISPLAY",  "WAYLAND_DISPLAY"};
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++)
        unsetenv(gone[i]);
    setenv("SSH_TTY", "/dev/null", 1); /* the clipboard of whoever runs the tests is theirs */
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
}

struct vt *vt_start(const struct vt_options *o)
{
    struct vt *v = calloc(1, sizeof *v);
    int report[2], control[2];
    v->cols = o->cols > 0 ? o->cols : 80;
    v->rows = o->rows > 0 ? o->rows : 24;
    v->code = -1;
    struct winsize size = {.ws_col = (unsigned short)v->cols, .ws_row = (unsigned short)v->rows};
    if (pipe(report) != 0 || pipe(control) != 0)
        abort();
    v->leader = forkpty(&v->master, NULL, NULL, &size);
    if (v->leader < 0)
        abort();
    if (v->leader == 0) {
        close(report[0]);
        close(control[1]);
        clean_environment();
        lead(o, report[1], control[0]);
    }
    close(report[1]);
    close(control[0]);
    v->report = report[0];
    v->control = control[1];
    for (int i = 0; i < 2; i++)
        fcntl(i ? v->control : v->report, F_SETFD, FD_CLOEXEC);
    fcntl(v->master, F_SETFD, FD_CLOEXEC);
    vt_screen_open(v);
    while (v->pid == 0 && !v->ended && vt_pump(v, VT_WAIT_MS))
        ;
    return v;
}

void vt_free(struct vt *v)
{
    if (v == NULL)
        return;
    if (v->pid > 0 && !v->ended)
        kill(-v->pid, SIGKILL);
    close(v->control);
    if (v->master >= 0)
        close(v->master);
    kill(v->leader, SIGKILL);
    waitpid(v->leader, NULL, 0);
    close(v->report);
    vt_screen_close(v);
    free(v->log);
    free(v->text);
    free(v);
}

long vt_pid(const struct vt *v)
{
    return v->pid;
}

/* --- reading --- */

int64_t vt_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void keep(struct vt *v, const char *bytes, size_t n)
{
    if (v->log_bytes + n + 1 > v->log_room) {
        v->log_room = (v->log_bytes + n + 1) * 2;
        v->log = realloc(v->log, v->log_room);
    }
    memcpy(v->log + v->log_bytes, bytes, n);
    v->log_bytes += n;
    v->log[v->log_bytes] = '\0';
}

static bool read_output(struct vt *v)
{
    char bytes[65536];
    ssize_t n = read(v->master, bytes, sizeof bytes);
    if (n <= 0)
        return false; /* EIO: nobody has it open; the report tells more */
    keep(v, bytes, (size_t)n);
    vt_screen_feed(v, bytes, (size_t)n);
    return true;
}

static bool read_report(struct vt *v)
{
    struct vt_report r;
    if (read(v->report, &r, sizeof r) != (ssize_t)sizeof r)
        return false;
    switch (r.kind) {
    case 'P':
        v->pid = r.value;
        break;
    case 'S':
        v->stopped = true;
        break;
    default:
        v->ended = true;
        v->code = r.value;
    }
    return true;
}

bool vt_pump(struct vt *v, int ms)
{
    struct pollfd fds[2] = {{.fd = v->master, .events = POLLIN},
                            {.fd = v->report, .events = POLLIN}};
    if (poll(fds, 2, ms) <= 0)
        return false;
    bool some = false;
    if (fds[0].revents != 0)
        some = read_output(v);
    else if (fds[1].revents != 0) /* only when its last words have been read */
        some = read_report(v);
    return some;
}

/* --- waiting --- */

enum { LOOK_MS = 100 }; /* new modes of the terminal make nothing to be read */

bool vt_wait(struct vt *v, bool (*ready)(struct vt *v, void *ctx), void *ctx, int ms)
{
    int64_t until = vt_now() + ms;
    while (!ready(v, ctx)) {
        int64_t now = vt_now(), left = until - now, look = left < LOOK_MS ? left : LOOK_MS;
        if (left > 0 && (vt_pump(v, (int)look) || vt_now() - now >= look))
            continue;
        if (ready(v, ctx)) /* its end is the last that can be read */
            return true;
        fprintf(stderr, "--- waited %d ms in vain; the screen:\n%s---\n", ms, vt_screen(v));
        return false;
    }
    return true;
}

static bool has_text(struct vt *v, void *ctx)
{
    return vt_find(v, ctx, NULL, NULL);
}

static bool lacks_text(struct vt *v, void *ctx)
{
    return !vt_find(v, ctx, NULL, NULL);
}

static bool has_ended(struct vt *v, void *ctx)
{
    (void)ctx;
    return v->ended;
}

static bool has_stopped(struct vt *v, void *ctx)
{
    (void)ctx;
    return v->stopped;
}

bool vt_wait_text(struct vt *v, const char *text, int ms)
{
    char copy[512];
    snprintf(copy, sizeof copy, "%s", text);
    bool found = vt_wait(v, has_text, copy, ms);
    if (!found)
        fprintf(stderr, "--- not there: %s\n", text);
    return found;
}

bool vt_wait_gone(struct vt *v, const char *text, int ms)
{
    char copy[512];
    snprintf(copy, sizeof copy, "%s", text);
    return vt_wait(v, lacks_text, copy, ms);
}

bool vt_wait_quiet(struct vt *v, int quiet_ms, int ms)
{
    int64_t until = vt_now() + ms;
    while (vt_now() < until)
        if (!vt_pump(v, quiet_ms))
            return true;
    return false;
}

int vt_wait_end(struct vt *v, int ms)
{
    return vt_wait(v, has_ended, NULL, ms) ? v->code : -1;
}

bool vt_has_ended(const struct vt *v)
{
    return v->ended;
}

bool vt_has_stopped(const struct vt *v)
{
    return v->stopped;
}

bool vt_wait_stopped(struct vt *v, int ms)
{
    return vt_wait(v, has_stopped, NULL, ms);
}

void vt_continue(struct vt *v)
{
    v->stopped = false;
    if (write(v->control, "c", 1) != 1)
        abort();
}

/* --- doing --- */

void vt_send(struct vt *v, const char *bytes, size_t n)
{
    while (n > 0 && v->master >= 0) {
        ssize_t done = write(v->master, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return;
        bytes += done;
        n -= (size_t)done;
        vt_pump(v, 0); /* or both sides wait for each other */
    }
}

void vt_type(struct vt *v, const char *bytes)
{
    vt_send(v, bytes, strlen(bytes));
}

void vt_keys(struct vt *v, const char *names)
{
    char name[64];
    while (*(names += strspn(names, " ")) != '\0') {
        size_t n = strcspn(names, " ");
        snprintf(name, sizeof name, "%.*s", (int)n, names);
        vt_key(v, name);
        names += n;
    }
}

void vt_resize(struct vt *v, int cols, int rows)
{
    struct winsize size = {.ws_col = (unsigned short)cols, .ws_row = (unsigned short)rows};
    v->cols = cols;
    v->rows = rows;
    vt_screen_resize(v);
    ioctl(v->master, TIOCSWINSZ, &size);
}

void vt_size(const struct vt *v, int *cols, int *rows)
{
    *cols = v->cols;
    *rows = v->rows;
}

void vt_signal(struct vt *v, int number)
{
    kill(v->pid, number);
}

void vt_close_terminal(struct vt *v)
{
    close(v->master);
    v->master = -1;
}

size_t vt_bytes(const struct vt *v)
{
    return v->log_bytes;
}

const char *vt_log(const struct vt *v, size_t *bytes)
{
    if (bytes != NULL)
        *bytes = v->log_bytes;
    return v->log != NULL ? v->log : "";
}

bool vt_modes_editor(const struct vt *v)
{
    struct termios t;
    return tcgetattr(v->master, &t) == 0 && (t.c_lflag & (ICANON | ECHO)) == 0 &&
           (t.c_lflag & ISIG) != 0 && (t.c_oflag & OPOST) != 0;
}

bool vt_modes_sane(const struct vt *v)
{
    struct termios t;
    if (tcgetattr(v->master, &t) != 0)
        return false;
    tcflag_t cooked = ICANON | ECHO | ISIG;
    return (t.c_lflag & cooked) == cooked && (t.c_iflag & ICRNL) != 0 && (t.c_oflag & OPOST) != 0;
}
