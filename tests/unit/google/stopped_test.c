#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* Ctrl-Z, and later fg: a program that really was stopped for more than ten seconds while an
 * operation was under way asks again at once, and knows that its connections are old. One is
 * stopped as it waits, as a command is; one by itself in between, as the wizard is that gives the
 * terminal back first. What a whole night does to each call is in tests/faults, on a clock that
 * jumps. */

#include "api/base/clock.h"
#include "api/google/machine.h"
#include "tests/unit/google/calls.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#define OPERATIONS "/compute.googleapis.com/compute/v1/projects/p/zones/"

static const char *const polls[] = {OPERATIONS "waits/operations/op-1",
                                    OPERATIONS "itself/operations/op-1"};

static const char *self;

enum { STOPPED_MS = 12000, SOON_MS = 5000, LOOK_MS = 20, LONG_MS = 30000, A_MOMENT_MS = 200 };

/* Ends with 0 when it has asked once more after the gap: the next time is about to come. */
static int wait_for_operation(const char *origin, const char *login, const char *zone,
                              bool by_itself)
{
    struct err e;
    struct google_options o = {.endpoint = origin, .credentials = login, .poll_floor_s = 1.0};
    struct net *net = net_open(&e);
    struct google *g = net ? google_open(net, &o, &e) : NULL;
    if (!g)
        return 2;
    struct task *t = compute_machine_delete(g, "p", zone, "m", NULL);
    while (task_state(t) == TASK_RUNNING && net_gaps(net) == 0) {
        net_wait(net, NULL, 0, -1);
        net_step(net);
        if (by_itself && google_requests(t) >= 4 && net_gaps(net) == 0) {
            by_itself = false;
            raise(SIGSTOP);
        }
    }
    unsigned asked = google_requests(t);
    while (task_state(t) == TASK_RUNNING && google_requests(t) < asked + 2) {
        net_wait(net, NULL, 0, -1);
        net_step(net);
    }
    int status = task_state(t) == TASK_RUNNING ? 0 : 1;
    task_drop(t);
    google_close(g);
    net_close(net);
    return status;
}

static bool is_asked(const char *poll_path, size_t more_than, int ms)
{
    int64_t until = clock_mono_ms() + ms;
    while (server_count(&w.server, "GET", poll_path) <= more_than) {
        if (clock_mono_ms() > until)
            return false;
        poll(NULL, 0, LOOK_MS);
    }
    return true;
}

/* This program once more, from its start: the server has threads here, which a mere copy lacks. */
static pid_t begin(const char *zone, bool by_itself)
{
    pid_t child = fork();
    if (child == 0) {
        execl(self, self, w.server.origin, w.file, zone, by_itself ? "itself" : "waits",
              (char *)NULL);
        _exit(127);
    }
    assert_true(child > 0);
    return child;
}

static void stops(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, WUNTRACED), child);
    assert_true(WIFSTOPPED(status));
}

static void goes_on(pid_t child, const char *poll_path)
{
    int status;
    size_t before = server_count(&w.server, "GET", poll_path);
    kill(child, SIGCONT);
    assert_true(is_asked(poll_path, before, SOON_MS));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

#define RUNNING(zone) "{\"name\":\"op-1\",\"status\":\"RUNNING\",\"zone\":\"" zone "\"}"

static void a_stopped_program_asks_at_once(void **state)
{
    (void)state;
    world_token(&w);
    rule("DELETE", OPERATIONS "waits/", 200, RUNNING("waits"), 0);
    rule("DELETE", OPERATIONS "itself/", 200, RUNNING("itself"), 0);
    rule("GET", "/compute", 200, RUNNING("any"), 0);
    pid_t waits = begin("waits", false), itself = begin("itself", true);
    assert_true(is_asked(polls[0], 1, LONG_MS)); /* the second answer: now it waits again */
    poll(NULL, 0, A_MOMENT_MS);
    kill(waits, SIGSTOP);
    stops(waits);
    stops(itself);
    poll(NULL, 0, STOPPED_MS);
    goes_on(waits, polls[0]);
    goes_on(itself, polls[1]);
}

int main(int argc, char **argv)
{
    self = argv[0];
    if (argc == 5)
        return wait_for_operation(argv[1], argv[2], argv[3], strcmp(argv[4], "itself") == 0);
    const struct CMUnitTest tests[] = {CASE(a_stopped_program_asks_at_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
