#define _GNU_SOURCE /* the server of the test: strcasestr */
/* A look that nobody answers: who is silent, and for how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/watch/status.h"
#include "tests/unit/google/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* Takes connections, as the kernel does for it, and never says a word. */
static int open_silent(char origin[64])
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, 64), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    snprintf(origin, 64, "http://127.0.0.1:%d", ntohs(at.sin_port));
    return fd;
}

static void a_silent_google_is_told(void **state)
{
    char login[] = "/tmp/strom-login-XXXXXX", origin[64];
    struct err e;
    int silent = open_silent(origin), fd = mkstemp(login);
    (void)state;
    close(fd);
    write_file(login, PERSON);
    struct net *net = net_open(&e);
    struct google_options o = {.endpoint = origin, .credentials = login, .poll_floor_s = 0.001};
    struct google *google = google_open(net, &o, &e);
    assert_non_null(google);
    struct target target = {.project = "p", .region = "europe-north1", .stream = "s"};
    struct watch_options w = {.google = google, .target = &target};

    assert_int_equal(watch_silence(NULL).ms, 0);
    struct task *t = watch(net, &w);
    assert_int_equal(watch_silence(t).ms, 0); /* not asked yet */
    int64_t begun = clock_mono_ms();
    while (clock_mono_ms() < begun + 50) {
        net_wait(net, NULL, 0, begun + 50);
        net_step(net);
    }
    struct watch_silence s = watch_silence(t);
    assert_true(s.google);
    assert_false(s.source); /* it was not asked */
    assert_true(s.ms > 0 && s.ms <= clock_mono_ms() - begun);
    task_drop(t);
    google_close(google);
    net_close(net);
    close(silent);
    unlink(login);
}

/* What was answered, be it with a refusal, is not waited for. */
static void an_answer_ends_it(void **state)
{
    struct world world;
    (void)state;
    world_open(&world, PERSON);
    world_token(&world);
    server_rule(&world.server, (struct rule){NULL, NULL, 404, NULL, NULL, 0});
    struct target target = {.project = "p", .region = "europe-north1", .stream = "s"};
    struct watch_options w = {.google = world.google, .target = &target};
    struct task *t = watch(world.net, &w);
    assert_true(net_until(world.net, t));
    assert_int_equal(task_state(t), TASK_OK);
    assert_int_equal(watch_silence(t).ms, 0);
    const struct watch_status *s = watch_status(t);
    assert_int_equal(s->health, WATCH_UNKNOWN);
    assert_string_equal(s->why[0].text, "there is no stream s in p, europe-north1");
    assert_string_equal(s->why[0].hint,
                        "make it on Create or with strom create; --stream names another");
    task_drop(t);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_silent_google_is_told),
        cmocka_unit_test(an_answer_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
