#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/net/child.h"
#include "api/net/net.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int set_up(void **state)
{
    struct err e;

    *state = net_open(&e);
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    net_close(*state);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no zombie, no child */
    assert_int_equal(errno, ECHILD);
    return 0;
}

static struct task *shell(struct net *net, const char *script)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    struct child_request r = {.argv = argv};

    return child_run(net, &r);
}

static const struct child_answer *ran(struct net *net, struct task *t)
{
    assert_true(net_until(net, t));
    if (task_state(t) == TASK_FAILED)
        fail_msg("%s: %s", task_error(t)->what, task_error(t)->why);
    return child_answer(t);
}

static void output_and_status(void **state)
{
    struct task *t = shell(*state, "printf out; printf err >&2; exit 3");
    const struct child_answer *a = ran(*state, t);

    assert_int_equal(a->status, 3);
    assert_string_equal(a->out, "out");
    assert_int_equal(a->out_bytes, 3);
    assert_string_equal(a->err_text, "err");
    assert_false(a->cut);
    task_drop(t);
    t = shell(*state, "kill -9 $$");
    assert_int_equal(ran(*state, t)->status, 128 + 9);
    assert_string_equal(child_answer(t)->out, "");
    task_drop(t);
}

/* More than pipes hold, both ways at once. */
static void input(void **state)
{
    const char *argv[] = {"cat", NULL};
    size_t n = 600000;
    char *text = malloc(n);
    struct child_request r = {.argv = argv, .input = text, .input_bytes = n};

    for (size_t i = 0; i < n; i++)
        text[i] = (char)('a' + i % 23);
    struct task *t = child_run(*state, &r);
    const struct child_answer *a = ran(*state, t);
    assert_int_equal(a->out_bytes, n);
    assert_memory_equal(a->out, text, n);
    task_drop(t);
    /* one that does not read its input, and one that has none */
    const char *deaf[] = {"true", NULL};
    r.argv = deaf;
    t = child_run(*state, &r);
    assert_int_equal(ran(*state, t)->status, 0);
    task_drop(t);
    r = (struct child_request){.argv = argv};
    t = child_run(*state, &r);
    assert_int_equal(ran(*state, t)->out_bytes, 0);
    task_drop(t);
    free(text);
}

static void bounded(void **state)
{
    const char *argv[] = {"sh", "-c", "head -c 300000 /dev/zero | tr '\\0' x; echo end >&2", NULL};
    struct child_request r = {.argv = argv, .max_bytes = 1000};
    struct task *t = child_run(*state, &r);
    const struct child_answer *a = ran(*state, t);

    assert_int_equal(a->status, 0);
    assert_int_equal(a->out_bytes, 1000);
    assert_true(a->cut);
    assert_string_equal(a->err_text, "end\n");
    task_drop(t);
}

static void cannot_start(void **state)
{
    const char *argv[] = {"strom-no-such-program", NULL};
    struct child_request r = {.argv = argv};
    struct task *t = child_run(*state, &r);
    char script[] = "/tmp/strom-test-XXXXXX";

    assert_true(net_until(*state, t));
    assert_int_equal(task_error(t)->kind, ERR_MISSING);
    assert_true(task_error(t)->hint[0]);
    task_drop(t);
    /* there, but no program */
    int fd = mkstemp(script);
    assert_int_equal(write(fd,
                           "\x7f"
                           "ELF rubbish",
                           12),
                     12);
    assert_int_equal(fchmod(fd, 0700), 0);
    close(fd);
    argv[0] = script;
    t = child_run(*state, &r);
    assert_true(net_until(*state, t));
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_int_equal(task_error(t)->code, ENOEXEC);
    task_drop(t);
    unlink(script);
    argv[0] = "true";
    r.folder = "/no/such/folder";
    t = child_run(*state, &r);
    assert_true(net_until(*state, t));
    assert_int_equal(task_error(t)->code, ENOENT);
    task_drop(t);
}

static void environment_and_folder(void **state)
{
    const char *argv[] = {"sh", "-c", "pwd; echo \"$A $HOME\"", NULL}, *env[] = {"A=b c", NULL};
    struct child_request r = {.argv = argv, .env = env, .folder = "/"};
    struct task *t = child_run(*state, &r);

    assert_string_equal(ran(*state, t)->out, "/\nb c \n");
    task_drop(t);
}

/* The password was meant for us; whatever we run has its own ways to one. */
static void our_password_is_not_handed_on(void **state)
{
    setenv("STROM_DB_PASSWORD", "k4nari", 1);
    setenv("STROM_DB_PASSWORD_FILE", "handed on", 1);
    struct task *t = shell(*state, "echo \"[$STROM_DB_PASSWORD] [$STROM_DB_PASSWORD_FILE]\"");
    unsetenv("STROM_DB_PASSWORD_FILE");
    unsetenv("STROM_DB_PASSWORD");

    assert_string_equal(ran(*state, t)->out, "[] [handed on]\n");
    task_drop(t);
}

/* Whoever started us may have had no interest in its children; we have in ours. */
static void ignored_children_are_waited_for(void **state)
{
    signal(SIGCHLD, SIG_IGN);
    struct task *t = shell(*state, "exit 7");
    const struct child_answer *a = ran(*state, t);

    signal(SIGCHLD, SIG_DFL);
    assert_int_equal(a->status, 7);
    task_drop(t);
}

/* Reaped by somebody else: how it ended is not known, and that is not well. */
static void an_unknown_end_is_no_success(void **state)
{
    siginfo_t info;
    struct task *t = shell(*state, "exit 7");

    assert_int_equal(waitid(P_ALL, 0, &info, WEXITED), 0);
    assert_true(net_until(*state, t));
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_string_equal(task_error(t)->reason, "NO_STATUS");
    assert_true(task_error(t)->hint[0]);
    task_drop(t);
}

/* Only its three descriptors, its own group, signals as usual. */
static void inherits_nothing(void **state)
{
    int ours = open("/dev/null", O_RDONLY), high = fcntl(ours, F_DUPFD, 200);
    struct task *t = shell(
        *state, "for fd in 3 4 5 6 7 8 9; do eval \"true <&$fd\" 2>/dev/null && echo $fd; done;"
                "trap '' USR1; ps -o pgid= -p $$ | tr -d ' '; echo $$");
    const struct child_answer *a = ran(*state, t);
    long group = 0, pid = 0;

    assert_true(ours > 2 && high >= 200);
    assert_int_equal(sscanf(a->out, "%ld\n%ld\n", &group, &pid), 2);
    assert_int_equal(group, pid);
    task_drop(t);
    t = shell(*state, "kill -PIPE $$; echo still here"); /* we ignore it; programs must not */
    assert_int_equal(ran(*state, t)->status, 128 + SIGPIPE);
    task_drop(t);
    close(ours);
    close(high);
}

static void time_is_up(void **state)
{
    const char *argv[] = {"sh", "-c", "echo begun; exec sleep 100", NULL};
    struct child_request r = {.argv = argv, .timeout_ms = 100};
    struct task *t = child_run(*state, &r);

    assert_true(net_until(*state, t));
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_string_equal(task_error(t)->reason, "TIMEOUT");
    assert_true(task_elapsed_ms(t) >= 100);
    assert_string_equal(child_answer(t)->out, "begun\n");
    task_drop(t);
}

/* A grandchild that keeps the output open does not keep us. */
static void left_in_the_background(void **state)
{
    struct task *t = shell(*state, "sleep 100 & echo $!");
    long pid = strtol(ran(*state, t)->out, NULL, 10);

    assert_true(pid > 1);
    assert_int_equal(kill((pid_t)pid, SIGKILL), 0); /* it was there still */
    task_drop(t);
}

static bool is_gone(pid_t pid)
{
    char path[64], line[256] = "";

    if (kill(pid, 0) != 0)
        return true;
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    FILE *f = fopen(path, "r");
    if (f) {
        if (!fgets(line, sizeof line, f))
            line[0] = '\0';
        fclose(f);
    }
    const char *state = strrchr(line, ')');
    return state && state[2] == 'Z'; /* whoever adopted it has to reap it */
}

/* Both the program and its child end, also when they do not want to; dropping waits for neither. */
static void dropped(void **state, bool stubborn, const char *script)
{
    struct net *net = *state;
    struct task *t = shell(net, script);
    long pids[2];

    while (sscanf(child_answer(t)->out ? child_answer(t)->out : "", "%ld\n%ld\n", &pids[0],
                  &pids[1]) < 2) {
        assert_int_equal(task_state(t), TASK_RUNNING);
        net_wait(net, NULL, 0, -1);
        net_step(net);
    }
    task_drop(t);
    assert_false(stubborn && is_gone((pid_t)pids[0])); /* SIGKILL comes later, in a step */
    assert_int_equal(net_running(net), 0);
    int64_t until = clock_mono_ms() + 30000;
    while (!(is_gone((pid_t)pids[0]) && is_gone((pid_t)pids[1])) && clock_mono_ms() < until) {
        net_wait(net, NULL, 0, clock_mono_ms() + 20);
        net_step(net);
    }
    assert_true(clock_mono_ms() < until);
}

static void dropping_ends_the_group(void **state)
{
    dropped(state, false, "sleep 100 & echo $!; echo $$; wait");
}

static void dropping_ends_the_stubborn(void **state)
{
    dropped(state, true,
            "trap '' TERM; (trap '' TERM; while :; do sleep 1; done) & echo $!; echo $$;"
            "while :; do sleep 1; done");
}

static void closing_kills(void **state)
{
    struct err e;
    struct net *net = net_open(&e);
    struct task *t = shell(net, "trap '' TERM; echo $$; while :; do sleep 1; done");

    (void)state;
    while (!child_answer(t)->out_bytes) {
        net_wait(net, NULL, 0, -1);
        net_step(net);
    }
    pid_t pid = (pid_t)strtol(child_answer(t)->out, NULL, 10);
    int64_t from = clock_mono_ms();
    net_close(net);
    assert_true(clock_mono_ms() - from < 2000); /* the patience that a drop has */
    assert_true(is_gone(pid));
}

/* With stdin, stdout and stderr closed in us, the child's must not be mixed up. */
static void without_standard_descriptors(void **state)
{
    int status = 0;

    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        struct err e;
        for (int fd = 0; fd < 3; fd++)
            close(fd);
        struct net *net = net_open(&e);
        const char *argv[] = {"sh", "-c", "cat; echo e >&2", NULL};
        struct child_request r = {.argv = argv, .input = "in", .input_bytes = 2};
        struct task *t = net ? child_run(net, &r) : NULL;
        bool ok = t && net_until(net, t) && task_state(t) == TASK_OK &&
                  strcmp(child_answer(t)->out, "in") == 0 &&
                  strcmp(child_answer(t)->err_text, "e\n") == 0;
        _exit(ok ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

#define with_net(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_net(output_and_status),
        with_net(input),
        with_net(bounded),
        with_net(cannot_start),
        with_net(environment_and_folder),
        with_net(our_password_is_not_handed_on),
        with_net(ignored_children_are_waited_for),
        with_net(an_unknown_end_is_no_success),
        with_net(inherits_nothing),
        with_net(time_is_up),
        with_net(left_in_the_background),
        with_net(dropping_ends_the_group),
        with_net(dropping_ends_the_stubborn),
        with_net(closing_kills),
        with_net(without_standard_descriptors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
