#include "tests/sandbox/program/up.h"
#include "tests/sandbox/program/environment.h"
#include "tests/sandbox/program/keeper.h"

#include "api/base/tr.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- what is printed --- */

static void print_json(const struct place *p)
{
    struct str text = {0};
    struct json_out o;
    json_begin(&o, &text, false);
    json_open_object(&o, NULL);
    json_put_int(&o, "version", 1);
    json_put_string(&o, "name", p->name);
    json_put_string(&o, "scenario", p->scenario);
    json_put_string(&o, "folder", p->folder);
    json_put_string(&o, "repo", p->repo);
    json_put_int(&o, "pid", p->pid);
    json_put_int(&o, "port", p->port);
    environment_json(p, &o);
    json_close_object(&o);
    puts(str_text(&text));
    str_done(&text);
}

static void print_place(const struct options *o, const struct place *p)
{
    struct str text = {0};
    if (o->json) {
        print_json(p);
    } else if (o->foreground) {
        environment_exports(p, &text);
        printf("%s# ready\n", str_text(&text));
    } else {
        bool named = strcmp(p->name, "default") != 0;
        environment_word(&text, p->program); /* which need not be on PATH */
        printf(tr("The sandbox is ready: %s, folder %s"), p->scenario, p->folder);
        printf("\n\n  eval \"$(%s env%s%s)\"\n  cd %s\n\n", str_text(&text),
               named ? " --name " : "", named ? p->name : "", p->repo);
    }
    str_done(&text);
    fflush(stdout);
}

/* One line; the hint of a reason follows its line break. */
static void print_failure(const char *why)
{
    fprintf(stderr, "strom-sandbox: %s\n", why);
}

/* --- in the foreground --- */

static bool tell_stderr(void *ctx, const char *line)
{
    (void)ctx;
    fprintf(stderr, "%s\n", line);
    return true;
}

static bool tell_stdout(void *ctx, const struct place *p)
{
    const struct options *o = ctx;
    print_place(o, p);
    return ferror(stdout) == 0;
}

static int stay(const struct options *o)
{
    char why[SCENARIO_WHY];
    union {
        const struct options *in;
        void *out;
    } ctx = {.in = o};
    struct keeper_voice voice = {tell_stderr, tell_stdout, ctx.out};
    int status = keeper_run(o, &voice, why);
    if (status != 0)
        print_failure(why);
    return status;
}

/* --- detached: what the keeper tells its starter goes through a pipe --- */

static bool send_message(int fd, char kind, const void *bytes, size_t n)
{
    char frame[1 + sizeof(size_t)];
    frame[0] = kind;
    memcpy(frame + 1, &n, sizeof(n));
    return write(fd, frame, sizeof(frame)) == (ssize_t)sizeof(frame) &&
           write(fd, bytes, n) == (ssize_t)n;
}

static bool send_progress(void *ctx, const char *line)
{
    return send_message(*(int *)ctx, 'p', line, strlen(line));
}

/* Ready: the starter goes now, and from here on all words go to the log. */
static bool send_ready(void *ctx, const struct place *p)
{
    int *fd = ctx;
    char log[FOLDER_PATH];
    if (!send_message(*fd, 'r', p, sizeof(*p)))
        return false;
    close(*fd);
    *fd = -1;
    snprintf(log, sizeof(log), "%.900s/keeper.log", p->folder);
    int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (out >= 0) {
        dup2(out, 1);
        dup2(out, 2);
        close(out);
    }
    return true;
}

static void quiet_standard(void)
{
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    if (null > 2)
        close(null);
}

static void keep(const struct options *o, int fd)
{
    char why[SCENARIO_WHY];
    struct keeper_voice voice = {send_progress, send_ready, &fd};
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    quiet_standard();
    if (chdir("/") != 0)
        _exit(1);
    int status = keeper_run(o, &voice, why);
    if (status != 0 && fd >= 0)
        send_message(fd, 'e', why, strlen(why));
    exit(status);
}

static bool read_exactly(int fd, void *to, size_t n)
{
    char *at = to;
    while (n > 0) {
        ssize_t got = read(fd, at, n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        n -= (size_t)got;
    }
    return true;
}

static int listen_to_keeper(const struct options *o, int fd)
{
    char frame[1 + sizeof(size_t)], line[SCENARIO_WHY];
    size_t n = 0;
    while (read_exactly(fd, frame, sizeof(frame))) {
        memcpy(&n, frame + 1, sizeof(n));
        struct place p;
        if (frame[0] == 'r' && n == sizeof(p) && read_exactly(fd, &p, n)) {
            print_place(o, &p);
            return 0;
        }
        if (n >= sizeof(line) || !read_exactly(fd, line, n))
            break;
        line[n] = '\0';
        if (frame[0] == 'e') {
            print_failure(line);
            return 1;
        }
        fprintf(stderr, "%s\n", line);
    }
    print_failure(tr("the sandbox ended while it was starting"));
    return 1;
}

/* Twice forked: no terminal, no parent, nobody to wait for it. */
static int detach(const struct options *o)
{
    int ends[2];
    if (pipe(ends) != 0) {
        print_failure(strerror(errno));
        return 1;
    }
    fflush(NULL);
    pid_t first = fork();
    if (first == 0) {
        close(ends[0]);
        setsid();
        pid_t second = fork();
        if (second == 0)
            keep(o, ends[1]);
        _exit(second < 0);
    }
    close(ends[1]);
    if (first > 0)
        waitpid(first, NULL, 0);
    int status = listen_to_keeper(o, ends[0]);
    close(ends[0]);
    return status;
}

int up_run(const struct options *o)
{
    return o->foreground ? stay(o) : detach(o);
}
