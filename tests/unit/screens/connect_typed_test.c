/* Connect: what a person typed goes before what the cluster tells, and ends with its app. */
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
#include "tui/key.h"
#include "tui/shot.h"

#include <locale.h>

#define SQL "/apis/sql.cnrm.cloud.google.com/v1beta1/namespaces/aap/"
#define INSTANCE(app)                                                                              \
    "{\"metadata\":{\"name\":\"" app "\",\"labels\":{\"app\":\"" app "\"},\"annotations\":{"       \
    "\"cnrm.cloud.google.com/project-id\":\"aap-dev-ab12\"}},\"spec\":{\"databaseVersion\":"       \
    "\"POSTGRES_16\",\"region\":\"europe-north1\"},\"status\":{\"connectionName\":"                \
    "\"aap-dev-ab12:europe-north1:" app "\"}}"
#define OF(app) SQL "sqlinstances?limit=500&labelSelector=app%3D" app
#define USERS(app)                                                                                 \
    "{\"items\":[{\"metadata\":{\"name\":\"" app "-datastream\"},\"spec\":{\"resourceID\":"        \
    "\"datastream\",\"password\":{\"valueFrom\":{\"secretKeyRef\":{\"key\":\"PASSWORD\","          \
    "\"name\":\"sql-" app "\"}}}}}]}"
#define HIDDEN                                                                                     \
    "{\"kind\":\"Status\",\"message\":\"secrets is forbidden\",\"reason\":\"Forbidden\","          \
    "\"code\":403}"

struct scene {
    struct server server;
    struct options options;
    struct live live;
    struct journey j;
    struct connect *connect;
    struct page *page;
    struct str text; /* of the page */
    char folder[64];
};

static void write_in(const struct scene *s, const char *name, const char *text, char path[128])
{
    snprintf(path, 128, "%s/%s", s->folder, name);
    write_file(path, text);
}

static void get(struct scene *s, const char *path, int status, const char *body)
{
    server_rule(&s->server, (struct rule){"GET", path, status, NULL, body, 0});
}

static void two_apps(struct scene *s)
{
    get(s, OF("alfa"), 200, "{\"items\":[" INSTANCE("alfa") "]}");
    get(s, OF("beta"), 200, "{\"items\":[" INSTANCE("beta") "]}");
    get(s, SQL "sqlinstances", 200, "{\"items\":[" INSTANCE("alfa") "," INSTANCE("beta") "]}");
    get(s, SQL "sqlusers?limit=500&labelSelector=app%3Dbeta", 200, USERS("beta"));
    get(s, SQL "sqlusers", 200, USERS("alfa"));
    get(s, SQL "sqldatabases", 200, "{\"items\":[{\"spec\":{\"resourceID\":\"basen\"}}]}");
    get(s, "/api/v1/namespaces/aap/secrets/sql-alfa", 200,
        "{\"data\":{\"PASSWORD\":\"aGVtbWVsaWc=\"}}");
    get(s, "/api/v1/namespaces/aap/secrets/", 403, HIDDEN);
    server_rule(&s->server,
                (struct rule){"POST", "/oauth2.googleapis.com/token", 200, NULL, TOKEN_ANSWER, 0});
    get(s, NULL, 200, "{\"email\":\"kari.nordmann@nav.no\",\"projectId\":\"aap-dev-ab12\"}");
}

static void settle(struct scene *s)
{
    while (net_running(s->live.net) > 0) {
        net_wait(s->live.net, NULL, 0, clock_mono_ms() + 1000);
        if (net_step(s->live.net))
            connect_step.update(s->connect, &s->j, (struct event){.kind = EV_NEWS});
    }
}

static void enter(struct scene *s)
{
    s->connect = mem_alloc(connect_step.size);
    connect_step.load(s->connect, s->j.kept);
    connect_step.enter(s->connect, &s->j);
    settle(s);
}

static void leave(struct scene *s)
{
    connect_step.save(s->connect, s->j.kept);
    connect_step.leave(s->connect);
    mem_free(s->connect);
    s->connect = NULL;
}

static void open_scene(struct scene *s)
{
    char config[512], path[128];
    struct err e;

    *s = (struct scene){.page = page_new(80, 40), .folder = "/tmp/strom-typed-XXXXXX"};
    assert_non_null(mkdtemp(s->folder));
    server_start(&s->server);
    two_apps(s);
    snprintf(config, sizeof config,
             "current-context: dev\ncontexts: [{name: dev, context: {cluster: c, user: u, "
             "namespace: aap}}]\nclusters: [{name: c, cluster: {server: \"%s/\"}}]\n"
             "users: [{name: u, user: {token: canary}}]\n",
             s->server.origin);
    write_in(s, "config", config, path);
    setenv("KUBECONFIG", path, 1);
    write_in(s, "login", PERSON, path);
    setenv("GOOGLE_APPLICATION_CREDENTIALS", path, 1);
    setenv("STROM_GCP_ENDPOINT", s->server.origin, 1);
    setenv("XDG_STATE_HOME", "/dev/null", 1);
    setenv("HOME", "/dev/null", 1);
    setenv("PGHOST", "127.0.0.1", 1);
    setenv("PGPORT", "9", 1);
    unsetenv("STROM_DB_PASSWORD");
    if (!live_open(&s->live, &s->options, &e))
        fail_msg("%s: %s", e.what, e.why);
    journey_open(&s->j, &s->live);
    str_copy(s->j.target.app, sizeof s->j.target.app, "alfa");
}

static void close_scene(struct scene *s)
{
    char command[128];

    leave(s);
    journey_close(&s->j);
    live_close(&s->live);
    server_stop(&s->server);
    page_free(s->page);
    str_done(&s->text);
    snprintf(command, sizeof command, "%s/config", s->folder);
    unlink(command);
    snprintf(command, sizeof command, "%s/login", s->folder);
    unlink(command);
    rmdir(s->folder);
}

static void press(struct scene *s, int key)
{
    connect_step.update(s->connect, &s->j, (struct event){.kind = EV_KEY, .key = key});
}

static void type(struct scene *s, enum connect_row row, const char *text)
{
    s->connect->focus = row;
    press(s, TUI_CTRL('U'));
    for (; *text; text++)
        press(s, *text);
}

static void says(struct scene *s, const char *words)
{
    page_begin(s->page, 80, 40);
    connect_step.draw(s->connect, &s->j, s->page);
    page_end(s->page);
    str_clear(&s->text);
    shot_text(s->page, false, &s->text);
    if (strstr(s->text.text, words) == NULL)
        fail_msg("'%s' is not on the page:\n%s", words, s->text.text);
}

static const char *password(const struct scene *s)
{
    return s->live.db_password ? secret_reveal(s->live.db_password) : "";
}

/* --- fields --- */

static void what_was_typed_stays(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    enter(&s);
    assert_string_equal(s.j.target.region, "europe-north1");
    type(&s, ROW_REGION, "europe-west1");
    press(&s, TUI_TAB);
    leave(&s);
    enter(&s); /* as after a kill: the cluster answers anew */
    assert_string_equal(s.j.target.region, "europe-west1");
    assert_string_equal(s.j.target.project, "aap-dev-ab12");
    says(&s, "the cluster says europe-north1");
    press(&s, TUI_CTRL('R'));
    settle(&s);
    assert_string_equal(s.j.target.region, "europe-west1");
    close_scene(&s);
}

/* An emptied field is the cluster's again, and so is everything of another app. */
static void what_is_emptied_is_the_clusters(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    enter(&s);
    type(&s, ROW_REGION, "europe-west1");
    type(&s, ROW_REGION, "");
    press(&s, TUI_TAB);
    leave(&s);
    enter(&s);
    assert_string_equal(s.j.target.region, "europe-north1");
    type(&s, ROW_INSTANCE, "gammel");
    connect_choose_app(s.connect, &s.j, "beta");
    settle(&s);
    assert_string_equal(s.j.target.instance, "beta");
    close_scene(&s);
}

static void an_option_goes_before_the_cluster(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    s.options.location = "europe-west4";
    enter(&s);
    assert_string_equal(s.j.target.region, "europe-west4");
    close_scene(&s);
}

/* --- the password --- */

static void a_key_and_backspace_change_no_password(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    enter(&s);
    assert_string_equal(password(&s), "hemmelig");
    says(&s, "was read from the cluster");
    type(&s, ROW_PASSWORD, "h");
    assert_string_equal(password(&s), "hemmelig"); /* not before the field is left */
    press(&s, TUI_BACKSPACE);
    press(&s, TUI_TAB);
    assert_string_equal(password(&s), "hemmelig");
    close_scene(&s);
}

static void a_typed_password_goes_before_the_clusters(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    enter(&s);
    type(&s, ROW_PASSWORD, "nytt");
    press(&s, TUI_TAB);
    assert_string_equal(password(&s), "nytt");
    assert_string_equal(s.connect->password, "");
    says(&s, "the password given here goes before");
    leave(&s);
    enter(&s);
    assert_string_equal(password(&s), "nytt");
    close_scene(&s);
}

/* Esc loses nothing that was typed. */
static void a_typed_password_outlives_esc(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    enter(&s);
    type(&s, ROW_PASSWORD, "nytt");
    press(&s, TUI_ESC);
    assert_string_equal(password(&s), "nytt");
    close_scene(&s);
}

static void a_password_ends_with_its_app(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s);
    enter(&s);
    assert_string_equal(password(&s), "hemmelig");
    connect_choose_app(s.connect, &s.j, "beta"); /* whose password may not be read */
    assert_string_equal(password(&s), "");
    settle(&s);
    assert_string_equal(password(&s), "");
    type(&s, ROW_PASSWORD, "til beta");
    press(&s, TUI_TAB);
    connect_choose_app(s.connect, &s.j, "alfa");
    settle(&s);
    assert_string_equal(password(&s), "hemmelig");
    leave(&s);
    journey_restart(&s.j);
    assert_string_equal(password(&s), "");
    enter(&s);
    close_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_typed_stays),
        cmocka_unit_test(what_is_emptied_is_the_clusters),
        cmocka_unit_test(an_option_goes_before_the_cluster),
        cmocka_unit_test(a_key_and_backspace_change_no_password),
        cmocka_unit_test(a_typed_password_goes_before_the_clusters),
        cmocka_unit_test(a_typed_password_outlives_esc),
        cmocka_unit_test(a_password_ends_with_its_app),
    };

    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
