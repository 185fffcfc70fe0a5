#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* Ctrl-Z, and later fg: a program that really was stopped for more than ten seconds while it waited
 * for an operation asks again at once, and knows that its connections are old. What a whole night
 * does to each call is in tests/faults, on a clock that jumps. */

#include "api/base/clock.h"
#include "api/google/machine.h"
#include "tests/unit/google/calls.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#define OPERATION "/compute.googleapis.com/compute/v1/projects/p/zones/z/operations/op-1"

enum { STOPPED_MS = 12000, SOON_MS = 5000, LOOK_MS = 20, LONG_MS = 30000, A_MOMENT_MS = 200 };

/* Ends with 0 when it has asked once more after the gap. */
static void wait_for_operation(void)
{
    struct err e;
    struct google_options o = {
        .endpoint = w.server.origin, .credentials = w.file, .poll_floor_s = 1.0};
    struct net *net = net_open(&e);
    struct google *g = net ? google_open(net, &o, &e) : NULL;
    if (!g)
        _exit(2);
    struct task *t = compute_machine_delete(g, "p", "z", "m", NULL);
    while (task_state(t) == TASK_RUNNING && net_gaps(net) == 0) {
        net_wait(net, NULL, 0, -1);
        net_step(net);
    }
    unsigned asked = google_requests(t);
    while (task_state(t) == TASK_RUNNING && google_requests(t) == asked) {
        net_wait(net, NULL, 0, -1);
        net_step(net);
    }
    _exit(task_state(t) == TASK_RUNNING ? 0 : 1);
}

static bool is_asked(size_t more_than, int ms)
{
    int64_t until = clock_mono_ms() + ms;
    while (server_count(&w.server, "GET", OPERATION) <= more_than) {
        if (clock_mono_ms() > until)
            return false;
        poll(NULL, 0, LOOK_MS);
    }
    return true;
}

static void a_stopped_program_asks_at_once(void **state)
{
    int status;
    (void)state;
    world_token(&w);
    rule("DELETE", "/compute", 200, "{\"name\":\"op-1\",\"status\":\"RUNNING\",\"zone\":\"z\"}", 0);
    rule("GET", "/compute", 200, "{\"name\":\"op-1\",\"status\":\"RUNNING\",\"zone\":\"z\"}", 0);
    pid_t child = fork();
    if (child == 0)
        wait_for_operation();
    assert_true(child > 0);
    assert_true(is_asked(1, LONG_MS)); /* the second answer has come: now it waits again */
    poll(NULL, 0, A_MOMENT_MS);
    kill(child, SIGSTOP);
    assert_int_equal(waitpid(child, &status, WUNTRACED), child);
    assert_true(WIFSTOPPED(status));
    poll(NULL, 0, STOPPED_MS);
    size_t before = server_count(&w.server, "GET", OPERATION);
    kill(child, SIGCONT);
    assert_true(is_asked(before, SOON_MS));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {CASE(a_stopped_program_asks_at_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
