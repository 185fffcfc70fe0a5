#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* Changes of state whose answer was lost, or that were refused for the state a thing is in: where
 * it stands is what counts. */

#include "api/google/datastream.h"
#include "api/google/machine.h"
#include "tests/unit/google/calls.h"

/* It knows no requestId: how often it was sent in the end. */
static void lost_run_is(const char *state_word, int lost, size_t sendings, bool well)
{
    char found[160];
    snprintf(found, sizeof found, "{\"name\":\"x/s\",\"state\":\"%s\"}", state_word);
    world_token(&w);
    rule("POST", STREAMS "/s:run", 0, NULL, lost);
    rule("POST", STREAMS "/s:run", 200, "{\"name\":\"" OP "\",\"done\":true,\"response\":{}}", 0);
    rule("GET", STREAMS "/s", 200, found, 1);
    rule("GET", STREAMS "/s", 200, lost == 1 ? "{\"name\":\"x/s\",\"state\":\"RUNNING\"}" : found,
         0);
    struct task *t = datastream_stream_run(w.google, "p", "l", "s", false);
    if (well)
        expect_ok(t);
    else
        expect_failure(t, ERR_NETWORK, "closed without an answer");
    assert_int_equal(server_count(&w.server, "POST", STREAMS), sendings);
    task_drop(t);
    server_forget(&w.server);
}

static void a_lost_recovery_is_looked_at(void **state)
{
    (void)state;
    lost_run_is("RUNNING", 0, 1, true);
    lost_run_is("FAILED_PERMANENTLY", 1, 2, true); /* nothing had come of it */
    lost_run_is("FAILED_PERMANENTLY", 0, 4, false);
    lost_run_is("PAUSED", 1, 2, true); /* it rested for another slot */
    lost_run_is("PAUSED", 0, 4, false);
    lost_run_is("DRAINING", 0, 1, false);
}

/* It came too late to be needed: whoever starts what runs already has what was wanted. */
static void a_machine_that_runs_already(void **state)
{
    (void)state;
    static const char *const states[] = {"RUNNING", "STOPPING"};
    for (size_t i = 0; i < 2; i++) {
        char found[64];
        snprintf(found, sizeof found, "{\"name\":\"m\",\"status\":\"%s\"}", states[i]);
        world_token(&w);
        rule("POST", "/compute", 400,
             "{\"error\":{\"code\":400,\"message\":\"Instance is already running.\",\"errors\":[{"
             "\"reason\":\"resourceNotReady\",\"message\":\"x\"}]}}",
             0);
        rule("GET", "/compute", 200, found, 0);
        struct task *t = compute_machine_start(w.google, "p", "z", "m", NULL);
        if (i == 0)
            expect_ok(t);
        else
            expect_failure(t, ERR_INPUT, "already running");
        task_drop(t);
        server_forget(&w.server);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_lost_recovery_is_looked_at),
        CASE(a_machine_that_runs_already),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
