#include "tests/e2e/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ARGS = 64, CHUNK = 65536, LOOK_MS = 5 };

struct stream {
    int fd; /* -1: at its end */
    char *text;
    size_t bytes, stop_after;
};

struct run {
    pid_t pid; /* 0: waited for */
    int code;
    struct stream out, err;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- starting --- */

static void change_environment(const char *const *env)
{
    for (; env != NULL && *env != NULL; env++) {
        const char *equals = strchr(*env, '=');
        char name[128];
        snprintf(name, sizeof name, "%.*s", (int)(equals ? equals - *env : 127), *env);
        if (equals != NULL)
            setenv(name, equals + 1, 1);
        else
            unsetenv(name);
    }
}

static void point(int from, enum run_end end, int to)
{
    if (end == RUN_CLOSED)
        close(to);
    else
        dup2(from, to);
}

static void child(const struct run_options *o, int in, int out, int err)
{
    const char *argv[ARGS + 2] = {o->program};
    union { /* execv takes them as not const, though it changes nothing */
        const char *const *ours;
        char *const *theirs;
    } to = {.ours = argv};

    for (size_t i = 0; o->args[i] != NULL && i < ARGS; i++)
        argv[i + 1] = o->args[i];
    if (o->cwd != NULL && chdir(o->cwd) != 0)
        _exit(126);
    change_environment(o->env);
    if (o->file_bytes > 0) {
        struct rlimit limit = {(rlim_t)o->file_bytes, (rlim_t)o->file_bytes};
        setrlimit(RLIMIT_FSIZE, &limit);
        signal(SIGXFSZ, SIG_IGN); /* the write fails instead, as on a full disk */
    }
    point(in, o->in, 0);
    point(out, o->out, 1);
    dup2(err, 2);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGHUP, SIG_DFL); /* also where the tests run under nohup, or in the background */
    signal(SIGINT, SIG_DFL);
    execv(o->program, to.theirs);
    _exit(127);
}

static void must(bool done, const char *what)
{
    if (!done) {
        fprintf(stderr, "%s: %s\n", what, strerror(errno));
        abort();
    }
}

static void pipe_of_ours(int ends[2])
{
    must(pipe(ends) == 0, "pipe");
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
}

/* As a file, so that nobody has to feed it while it is read. */
static int stdin_of(const struct run_options *o)
{
    if (o->input == NULL)
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
    char name[] = "/tmp/strom-input-XXXXXX";
    int fd = mkstemp(name);
    must(fd >= 0 && write(fd, o->input, strlen(o->input)) == (ssize_t)strlen(o->input) &&
             lseek(fd, 0, SEEK_SET) == 0,
         "stdin");
    unlink(name);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
}

struct run *run_start(const struct run_options *o)
{
    struct run *r = calloc(1, sizeof *r);
    int out[2], err[2], in = stdin_of(o);

    must(r != NULL, "memory");
    pipe_of_ours(out);
    pipe_of_ours(err);
    fflush(NULL);
    r->pid = fork();
    must(r->pid >= 0, "fork");
    if (r->pid == 0)
        child(o, in, out[1], err[1]);
    close(in);
    close(out[1]);
    close(err[1]);
    r->out = (struct stream){.fd = out[0], .text = calloc(1, 1), .stop_after = o->close_out_after};
    r->err = (struct stream){.fd = err[0], .text = calloc(1, 1)};
    r->code = -1;
    return r;
}

/* --- reading --- */

static void stop_reading(struct stream *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

static void take(struct stream *s)
{
    char *longer = realloc(s->text, s->bytes + CHUNK + 1);
    must(longer != NULL, "memory");
    s->text = longer;
    ssize_t n = read(s->fd, s->text + s->bytes, CHUNK);
    if (n > 0)
        s->bytes += (size_t)n;
    s->text[s->bytes] = '\0';
    if (n == 0 || (n < 0 && errno != EINTR) || (s->stop_after > 0 && s->bytes >= s->stop_after))
        stop_reading(s);
}

/* False when nothing came within ms. */
static bool pump(struct run *r, int ms)
{
    struct pollfd fds[2] = {{.fd = r->out.fd, .events = POLLIN},
                            {.fd = r->err.fd, .events = POLLIN}};
    if (poll(fds, 2, ms) <= 0)
        return false;
    if (fds[0].revents != 0)
        take(&r->out);
    if (fds[1].revents != 0)
        take(&r->err);
    return true;
}

static bool wait_text(struct run *r, struct stream *s, const char *text, int ms)
{
    int64_t until = now_ms() + ms;
    while (strstr(s->text, text) == NULL) {
        int64_t left = until - now_ms();
        if (left > 0 && s->fd >= 0 && pump(r, (int)left))
            continue;
        if (strstr(s->text, text) != NULL)
            break;
        fprintf(stderr, "--- in vain for: %s\n--- stdout:\n%s--- stderr:\n%s", text, r->out.text,
                r->err.text);
        return false;
    }
    return true;
}

bool run_wait_out(struct run *r, const char *text, int ms)
{
    return wait_text(r, &r->out, text, ms);
}

bool run_wait_err(struct run *r, const char *text, int ms)
{
    return wait_text(r, &r->err, text, ms);
}

bool run_wait_more(struct run *r, int ms)
{
    size_t before = r->out.bytes + r->err.bytes;
    return (r->out.fd >= 0 || r->err.fd >= 0) && pump(r, ms) &&
           r->out.bytes + r->err.bytes > before;
}

/* --- ending --- */

void run_signal(struct run *r, int number)
{
    if (r->pid > 0)
        kill(r->pid, number);
}

static bool has_ended(struct run *r)
{
    int status;
    if (r->pid > 0 && waitpid(r->pid, &status, WNOHANG) == r->pid) {
        r->pid = 0;
        r->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    return r->pid == 0;
}

/* The pipes' ends tell first; a child that outlives it may hold them open. */
int run_wait_end(struct run *r, int ms)
{
    int64_t until = now_ms() + ms;
    while (!has_ended(r)) {
        if (now_ms() >= until) {
            fprintf(stderr, "--- still runs; stdout:\n%s--- stderr:\n%s", r->out.text, r->err.text);
            return -1;
        }
        pump(r, LOOK_MS);
    }
    while (pump(r, 0))
        if (r->out.fd < 0 && r->err.fd < 0)
            break;
    return r->code;
}

void run_free(struct run *r)
{
    if (r == NULL)
        return;
    if (r->pid > 0) {
        kill(r->pid, SIGKILL);
        waitpid(r->pid, NULL, 0);
    }
    stop_reading(&r->out);
    stop_reading(&r->err);
    free(r->out.text);
    free(r->err.text);
    free(r);
}

pid_t run_pid(const struct run *r)
{
    return r->pid;
}

const char *run_out(const struct run *r)
{
    return r->out.text;
}

const char *run_err(const struct run *r)
{
    return r->err.text;
}
