#include "api/net/child.h"

#include "api/base/arena.h"
#include "api/base/clock.h"
#include "api/base/log.h"
#include "api/base/path.h"
#include "api/base/tr.h"
#include "api/net/internal.h"
#include "api/net/process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

extern char **environ; /* POSIX has it, no header declares it */

enum { MAX_BYTES = 1024 * 1024, LOOK_AGAIN_MS = 50 };

struct job {
    struct task *task;
    struct process p;
    const char *program;
    const char *input;
    size_t input_bytes, input_sent;
    struct str out, err;
    size_t max_bytes;
    int64_t deadline; /* -1: none */
    struct child_answer answer;
    struct err refusal;
};

static enum task_state step(struct task *t);
static void stop(void *ctx);

static const struct task_type type = {"child", sizeof(struct job), step, stop};

/* --- starting --- */

static const char *const *copy_list(struct arena *a, const char *const *list)
{
    size_t n = 0;

    while (list[n])
        n++;
    const char **copy = arena_array(a, const char *, n + 1);
    for (size_t i = 0; i < n; i++)
        copy[i] = arena_str(a, list[i]);
    return copy;
}

/* Ours, but for the password, which was meant for nobody else. */
static const char *const *own_environment(struct arena *a)
{
    size_t n = 0, kept = 0;

    while (environ[n])
        n++;
    const char **copy = arena_array(a, const char *, n + 1);
    for (size_t i = 0; i < n; i++)
        if (!str_starts(environ[i], "STROM_DB_PASSWORD="))
            copy[kept++] = environ[i]; /* nobody changes it before the program has it */
    return copy;
}

static bool start(struct job *job, const struct child_request *r)
{
    struct arena *a = task_arena(job->task);
    struct process_start s = {
        .program = path_find_program(a, r->argv[0]),
        .argv = copy_list(a, r->argv),
        .env = r->env ? copy_list(a, r->env) : own_environment(a),
        .folder = r->folder,
        .has_input = r->input != NULL,
    };

    if (!s.program) {
        err_set(&job->refusal, ERR_MISSING, tr("cannot run %s"), r->argv[0]);
        err_resource(&job->refusal, r->argv[0]);
        err_why(&job->refusal, tr("no such program on the PATH"));
        return err_hint(&job->refusal, tr("install it, or put its folder on the PATH"));
    }
    return process_start(&job->p, &s, &job->refusal);
}

struct task *child_run(struct net *net, const struct child_request *r)
{
    struct task *t = task_new(net, &type);
    struct job *job = task_job(t, &type);

    job->task = t;
    process_none(&job->p);
    job->program = arena_str(task_arena(t), r->argv[0]);
    job->max_bytes = r->max_bytes ? r->max_bytes : MAX_BYTES;
    job->deadline = r->timeout_ms > 0 ? clock_mono_ms() + r->timeout_ms : -1;
    if (r->input) {
        job->input = arena_strn(task_arena(t), r->input, r->input_bytes);
        job->input_bytes = r->input_bytes;
    }
    if (start(job, r))
        log_line(2, "run %s", job->program);
    return t;
}

/* --- running --- */

static void feed(struct job *job)
{
    while (job->p.in >= 0 && job->input_sent < job->input_bytes) {
        ssize_t n =
            write(job->p.in, job->input + job->input_sent, job->input_bytes - job->input_sent);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (n < 0)
            break; /* it does not want to read: its business */
        job->input_sent += (size_t)n;
    }
    process_close(&job->p.in);
}

/* Reads what is there; what is beyond the bound is read and forgotten, so that the program can end.
 */
static void drain(struct job *job, int *fd, struct str *into)
{
    char part[8192];

    while (*fd >= 0 && !task_slice_over(job->task)) {
        ssize_t n = read(*fd, part, sizeof part);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (n <= 0) {
            process_close(fd);
            return;
        }
        size_t room = job->max_bytes - into->bytes;
        job->answer.cut = job->answer.cut || (size_t)n > room;
        str_addn(into, part, (size_t)n < room ? (size_t)n : room);
        task_news(job->task);
    }
    if (*fd >= 0)
        task_again(job->task);
}

static void show(struct job *job)
{
    job->answer.out = str_text(&job->out);
    job->answer.out_bytes = job->out.bytes;
    job->answer.err_text = str_text(&job->err);
    job->answer.err_bytes = job->err.bytes;
}

static enum task_state too_late(struct job *job)
{
    struct err e;

    process_leave(&job->p, task_net(job->task));
    err_set(&e, ERR_SYSTEM, tr("%s did not end in time"), job->program);
    err_resource(&e, job->program);
    err_reason(&e, "TIMEOUT");
    err_why(&e, tr("it was stopped after %lld s"), (long long)(task_elapsed_ms(job->task) / 1000));
    err_hint(&e, tr("run it by hand to see what it waits for"));
    return task_fail(job->task, &e);
}

static enum task_state not_started(struct job *job, int why)
{
    struct err e;

    err_system(&e, why, tr("cannot run %s"), job->program);
    err_resource(&e, job->program);
    err_hint(
        &e,
        tr("check that the file is a program for this machine, and the folder it should run in"));
    return task_fail(job->task, &e);
}

static enum task_state end_unknown(struct job *job)
{
    struct err e;

    process_leave(&job->p, task_net(job->task));
    err_set(&e, ERR_SYSTEM, tr("cannot tell how %s ended"), job->program);
    err_resource(&e, job->program);
    err_reason(&e, "NO_STATUS");
    err_why(&e, tr("the system gave its exit status to somebody else"));
    err_hint(&e, tr("look at what it did before you run it again"));
    return task_fail(job->task, &e);
}

static void wait_on(struct job *job)
{
    struct task *t = job->task;

    task_wait_fd(t, job->p.in, POLLOUT);
    task_wait_fd(t, job->p.out, POLLIN);
    task_wait_fd(t, job->p.err, POLLIN);
    task_wait_fd(t, job->p.started, POLLIN);
    task_wait_fd(t, job->p.end, POLLIN);
    if (job->deadline >= 0)
        task_wait_until(t, job->deadline);
    if (job->p.end < 0) /* no descriptor tells of its end here: look now and then */
        task_wait_until(t, clock_mono_ms() + LOOK_AGAIN_MS);
}

static enum task_state step(struct task *t)
{
    struct job *job = task_job(t, &type);
    int why;

    if (job->refusal.kind != ERR_NONE)
        return task_fail(t, &job->refusal);
    feed(job);
    bool ended = process_ended(&job->p, &job->answer.status);
    drain(job, &job->p.out, &job->out); /* after the look: what it wrote before its end is there */
    drain(job, &job->p.err, &job->err);
    show(job);
    if (process_failed_to_start(&job->p, &why))
        return not_started(job, why);
    if (ended && job->answer.status < 0)
        return end_unknown(job);
    if (ended && !t->again) {
        log_line(2, "run %s: exit %d after %lld ms", job->program, job->answer.status,
                 (long long)task_elapsed_ms(t));
        process_leave(&job->p, task_net(t));
        return TASK_OK;
    }
    if (!ended && job->deadline >= 0 && clock_mono_ms() >= job->deadline)
        return too_late(job);
    wait_on(job);
    return TASK_RUNNING;
}

static void stop(void *ctx)
{
    struct job *job = ctx;

    process_leave(&job->p, task_net(job->task));
    str_done(&job->out);
    str_done(&job->err);
}

const struct child_answer *child_answer(const struct task *t)
{
    const struct job *job = task_job(t, &type);

    return &job->answer;
}
