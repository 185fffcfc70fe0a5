/* Connect: what Google does not refuse, but should be known. */
#define _GNU_SOURCE /* the server of the test: strcasestr */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/base/str.h"
#include "screens/connect_ask.h"
#include "screens/steps.h"
#include "tests/unit/google/client.h"
#include "tui/shot.h"

#include <locale.h>

#define CRM      "/cloudresourcemanager.googleapis.com"
#define EIGHT    1763798400 /* 2025-11-22T08:00:00Z */
#define AT_EIGHT "Date: Sat, 22 Nov 2025 08:00:00 GMT\r\n"
#define QUOTA_DENIED                                                                               \
    "{\"error\":{\"code\":403,\"message\":\"denied\",\"status\":\"PERMISSION_DENIED\","            \
    "\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\","                        \
    "\"reason\":\"USER_PROJECT_DENIED\"}]}}"

struct scene {
    struct server server;
    struct options options;
    struct live live;
    struct journey j;
    struct connect *connect;
    struct page *page;
    struct str text; /* of the page */
};

static char file[] = "/tmp/strom-login-XXXXXX";

static void open_scene(struct scene *s)
{
    struct err e;
    int fd = mkstemp(file);

    assert_true(fd >= 0);
    close(fd);
    write_file(file, PERSON);
    *s = (struct scene){.page = page_new(80, 40)};
    server_start(&s->server);
    setenv("STROM_GCP_ENDPOINT", s->server.origin, 1);
    setenv("GOOGLE_APPLICATION_CREDENTIALS", file, 1);
    setenv("XDG_STATE_HOME", "/dev/null", 1);
    setenv("HOME", "/dev/null", 1);
    setenv("PGHOST", "127.0.0.1", 1);
    setenv("PGPORT", "9", 1);
    unsetenv("KUBECONFIG");
    server_rule(&s->server, (struct rule){"POST", "/oauth2.googleapis.com/token", 200, AT_EIGHT,
                                          TOKEN_ANSWER, 0});
    if (!live_open(&s->live, &s->options, &e))
        fail_msg("%s: %s", e.what, e.why);
    journey_open(&s->j, &s->live);
    str_copy(s->j.target.project, sizeof s->j.target.project, "p");
    str_copy(s->j.target.app, sizeof s->j.target.app, "postmottak-backend");
    s->connect = mem_alloc(connect_step.size);
}

static void close_scene(struct scene *s)
{
    connect_step.leave(s->connect);
    mem_free(s->connect);
    journey_close(&s->j);
    live_close(&s->live);
    server_stop(&s->server);
    page_free(s->page);
    str_done(&s->text);
    clock_freeze(0);
    unlink(file);
    str_copy(file, sizeof file, "/tmp/strom-login-XXXXXX");
}

/* Everything has been asked and answered: what does the page say? */
static void look(struct scene *s)
{
    server_rule(&s->server, (struct rule){"GET", NULL, 200, AT_EIGHT,
                                          "{\"email\":\"kari.nordmann@nav.no\"}", 0});
    connect_step.enter(s->connect, &s->j);
    while (net_running(s->live.net) > 0) {
        net_wait(s->live.net, NULL, 0, clock_mono_ms() + 1000);
        if (net_step(s->live.net))
            connect_step.update(s->connect, &s->j, (struct event){.kind = EV_NEWS});
    }
    page_begin(s->page, 80, 40);
    connect_step.draw(s->connect, &s->j, s->page);
    page_end(s->page);
    str_clear(&s->text);
    shot_text(s->page, false, &s->text);
}

static void says(const struct scene *s, const char *words)
{
    if (strstr(s->text.text, words) == NULL)
        fail_msg("'%s' is not on the page:\n%s", words, s->text.text);
}

static void says_not(const struct scene *s, const char *words)
{
    if (strstr(s->text.text, words))
        fail_msg("'%s' is on the page:\n%s", words, s->text.text);
}

static void a_clock_that_is_wrong(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    clock_freeze(EIGHT + 420);
    server_rule(&s.server, (struct rule){"GET", CRM, 200, AT_EIGHT, "{\"projectId\":\"p\"}", 0});
    look(&s);
    says(&s, "warning       your clock is 7 minutes fast: set it right");
    close_scene(&s);
}

static void a_clock_that_is_right(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    clock_freeze(EIGHT + 70);
    server_rule(&s.server, (struct rule){"GET", CRM, 200, AT_EIGHT, "{\"projectId\":\"p\"}", 0});
    look(&s);
    says(&s, "Project p");
    says_not(&s, "clock");
    says_not(&s, "quota");
    close_scene(&s);
}

static void a_quota_project_that_is_refused(void **state)
{
    struct scene s;

    (void)state;
    setenv("GOOGLE_CLOUD_QUOTA_PROJECT", "team-of-others", 1);
    open_scene(&s);
    clock_freeze(EIGHT);
    server_rule(&s.server, (struct rule){"GET", CRM, 403, AT_EIGHT, QUOTA_DENIED, 1});
    server_rule(&s.server, (struct rule){"GET", CRM, 200, AT_EIGHT, "{\"projectId\":\"p\"}", 0});
    look(&s);
    says(&s, "team-of-others may not be used as quota project");
    says(&s, "roles/serviceusage.serviceUsageConsumer");
    says(&s, "Project p"); /* asked without it */
    close_scene(&s);
    unsetenv("GOOGLE_CLOUD_QUOTA_PROJECT");
}

/* The proxy is named once, by the app it is for. */
static void nobody_listens(void **state)
{
    struct scene s;
    const char *first;

    (void)state;
    open_scene(&s);
    look(&s);
    says(&s, "nais postgres proxy postmottak-backend in another window");
    first = strstr(s.text.text, "nais postgres proxy");
    assert_null(strstr(first + 1, "nais postgres proxy"));
    close_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_that_is_wrong), cmocka_unit_test(a_clock_that_is_right),
        cmocka_unit_test(a_quota_project_that_is_refused), cmocka_unit_test(nobody_listens)};

    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
