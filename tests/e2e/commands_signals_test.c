/* Interrupted, hung up, terminated, with a wrong password, with the right one: what was begun is
 * recorded, the same command continues, and no secret is left anywhere. One creation, in pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/one_world.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define CREATE                                                                                     \
    "create", "postmottak-backend", "datastream", "--include-tables",                              \
        "regel_evaluering,regelsett_resultat", "--yes"
#define WRONG "feil-k4nari-0413"
#define RIGHT "riktig-k4nari-5529"

static char log_file[WORLD_PATH + 16];

static int start(void **state)
{
    char value[256];
    (void)state;
    WORLD_UP(&w, "ready", "--speed", "60");
    world_source(&w, "ALTER ROLE datastream PASSWORD '" RIGHT "'", value);
    snprintf(log_file, sizeof log_file, "%s/strom.log", w.state);
    return 0;
}

static const char *const right[] = {"STROM_DB_PASSWORD=" RIGHT, NULL};

/* Goes by itself until the private connection is under way, which takes the longest. */
static void interrupted_at(const char *event, int number, int code)
{
    struct err e;
    struct run *r = STROM_START(&w, right, CREATE, "--json", "-vvv", "--log", log_file);
    assert_true(run_wait_out(r, event, RUN_MS));
    run_signal(r, number);
    assert_int_equal(run_wait_end(r, RUN_MS), code);
    const char *out = run_out(r), *last = out + strlen(out) - 1;
    assert_int_equal(*last, '\n');
    while (last > out && last[-1] != '\n')
        last--;
    struct json *end = json_parse(last, strlen(last), &e);
    assert_text(end, "result", "interrupted");
    assert_text(end, "stream", "postgres-postmottak-bigquery");
    json_free(end);
    run_free(r);
}

static void interrupted_by(int number, int code)
{
    interrupted_at("\"datastream.private_connection\"", number, code);
}

/* The profile is being made then: the next run waits for it, and finds nothing wrong with it. */
static void at_a_profile_that_is_being_made(void **state)
{
    (void)state;
    interrupted_at("\"datastream.destination_profile\"", SIGINT, 130);
}

static void an_interrupt_is_130(void **state)
{
    (void)state;
    interrupted_by(SIGINT, 130);
}

static void a_termination_is_143(void **state)
{
    (void)state;
    interrupted_by(SIGTERM, 143);
}

static void a_hang_up_is_129(void **state)
{
    (void)state;
    interrupted_by(SIGHUP, 129);
}

/* Whoever reads without JSON is told what to do. */
static void what_continues_is_said(void **state)
{
    (void)state;
    struct run *r = STROM_START(&w, right, CREATE);
    assert_true(run_wait_err(r, "datastream.private_connection", RUN_MS));
    run_signal(r, SIGINT);
    assert_int_equal(run_wait_end(r, RUN_MS), 130);
    assert_non_null(strstr(run_err(r), "interrupted"));
    assert_non_null(strstr(run_err(r), "the same command continues"));
    run_free(r);
}

static void looking_is_interrupted_too(void **state)
{
    (void)state;
    struct run *r =
        STROM_START(&w, NULL, "status", "--app", "postmottak-backend", "--watch", "--json");
    assert_true(run_wait_out(r, "\"health\"", RUN_MS));
    run_signal(r, SIGTERM);
    assert_int_equal(run_wait_end(r, RUN_MS), 143);
    run_free(r);
}

/* --- before anything is begun: whoever is asked keeps silent --- */

/* A server that takes connections and says nothing. */
static int silent_server(char port[8])
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, n), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    snprintf(port, 8, "%d", ntohs(at.sin_port));
    return fd;
}

/* Once it has asked there. */
static void is_interrupted(int server, const char *const *env, const char *const *args)
{
    struct run *r = world_start(&w, env, args);
    struct pollfd knock = {.fd = server, .events = POLLIN};
    assert_int_equal(poll(&knock, 1, RUN_MS), 1);
    int taken = accept(server, NULL, NULL);
    run_signal(r, SIGINT);
    int code = run_wait_end(r, RUN_MS);
    if (code != 130 || strstr(run_err(r), "interrupted") == NULL ||
        strstr(run_err(r), "begun") != NULL)
        fail_msg("%s: exit %d\n%s%s", args[0], code, run_out(r), run_err(r));
    close(taken);
    run_free(r);
}

#define APP "--app", "postmottak-backend"

static void connecting_is_interrupted_too(void **state)
{
    static const char *const commands[][8] = {{"check", APP},
                                              {"check", APP, "--json"},
                                              {"plan", APP, "--exclude-tables", "person"},
                                              {"status", APP},
                                              {"tables"},
                                              {"files", APP},
                                              {"create", APP, "--yes"},
                                              {"delete", APP, "--yes"}};
    char port[8], variable[24];
    int server = silent_server(port);
    const char *const env[] = {"PGHOST=127.0.0.1", variable, "PGSSLMODE=disable", NULL};
    (void)state;
    snprintf(variable, sizeof variable, "PGPORT=%s", port);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        is_interrupted(server, env, commands[i]);
    close(server);
}

static void finding_the_app_is_interrupted_too(void **state)
{
    static const char *const args[] = {"check", NULL};
    char port[8], file[WORLD_PATH + 32], variable[WORLD_PATH + 64];
    int server = silent_server(port);
    const char *const env[] = {variable, NULL};
    (void)state;
    snprintf(file, sizeof file, "%s/silent.kubeconfig", w.state);
    snprintf(variable, sizeof variable, "KUBECONFIG=%s", file);
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    fprintf(f,
            "apiVersion: v1\nkind: Config\ncurrent-context: c\n"
            "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:%s'}}]\n"
            "contexts: [{name: c, context: {cluster: c, user: u, namespace: n}}]\n"
            "users: [{name: u, user: {token: t}}]\n",
            port);
    fclose(f);
    chmod(file, 0600);
    is_interrupted(server, env, args);
    close(server);
}

static const char *password_file(const char *text)
{
    static char path[WORLD_PATH + 16];
    snprintf(path, sizeof path, "/tmp/strom-e2e-password-XXXXXX");
    int fd = mkstemp(path); /* 0600 */
    FILE *f = fdopen(fd, "w");
    assert_non_null(f);
    fprintf(f, "%s\n", text);
    fclose(f);
    return path;
}

/* The database refuses it: with its own words, at the step that needs it, and not before. */
static void a_wrong_password_stops_at_the_profile(void **state)
{
    (void)state;
    const char *file = password_file(WRONG);
    const struct answer *a =
        STROM(&w, CREATE, "--json", "-vvv", "--log", log_file, "--password-file", file);
    remove(file);
    answer_is(a, 1);
    answer_events(a);
    answer_error(a);
    /* begun by those that were interrupted: it may be there by now */
    if (!event_of(a, "datastream.private_connection", "done"))
        assert_non_null(event_of(a, "datastream.private_connection", "kept"));
    assert_non_null(event_of(a, "datastream.source_profile", "failed"));
    assert_null(event_of(a, "datastream.stream", "running"));
    /* Datastream's own line beside what we make of it */
    assert_non_null(strstr(a->out, "FAILED Validates that Datastream can connect: FATAL"));
    assert_text(a->line[a->n_lines - 1], "result", "failed");
    assert_null(strstr(a->out, WRONG));
    assert_null(strstr(a->err, WRONG));
}

static void the_right_one_goes_on_to_the_end(void **state)
{
    (void)state;
    const char *file = password_file(RIGHT);
    const struct answer *a =
        STROM(&w, CREATE, "--json", "-vvv", "--log", log_file, "--password-file", file);
    remove(file);
    answer_is(a, 0);
    answer_events(a);
    assert_non_null(event_of(a, "datastream.private_connection", "kept"));
    assert_non_null(event_of(a, "datastream.source_profile", "done"));
    assert_text(a->line[a->n_lines - 1], "result", "running");
    assert_null(strstr(a->out, RIGHT));
    assert_null(strstr(a->err, RIGHT));
}

/* In no file of strom, of its log, or of the requests that were sent. */
static void no_secret_is_left(void **state)
{
    static const char *const secrets[] = {WRONG, RIGHT};
    (void)state;
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        world_holds_none(w.state, secrets[i]);
        world_holds_none(session_folder(w.session), secrets[i]);
    }
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_a_profile_that_is_being_made),
        cmocka_unit_test(an_interrupt_is_130),
        cmocka_unit_test(a_termination_is_143),
        cmocka_unit_test(a_hang_up_is_129),
        cmocka_unit_test(what_continues_is_said),
        cmocka_unit_test(looking_is_interrupted_too),
        cmocka_unit_test(connecting_is_interrupted_too),
        cmocka_unit_test(finding_the_app_is_interrupted_too),
        cmocka_unit_test(a_wrong_password_stops_at_the_profile),
        cmocka_unit_test(the_right_one_goes_on_to_the_end),
        cmocka_unit_test(no_secret_is_left),
        cmocka_unit_test(every_request_was_one_of_googles),
    };
    return cmocka_run_group_tests(tests, start, stop_world);
}
