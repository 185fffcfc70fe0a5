#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* The look-ups against the stand-in's cluster. */

#include "api/base/path.h"
#include "api/nais/lookups.h"
#include "tests/unit/google/sandbox.h"

#include <sys/stat.h>

static struct box box;
static struct net *net;
static struct cluster *cluster;
static char program[1024];

static void the_app_is_found(void **state)
{
    (void)state;
    struct task *t = nais_apps(cluster);
    assert_true(net_until(net, t));
    assert_int_equal(task_state(t), TASK_OK);
    assert_int_equal(nais_apps_found(t)->n, 1);
    assert_string_equal(nais_apps_found(t)->items[0].app, "postmottak-backend");
    task_drop(t);
}

static void its_database_too(void **state)
{
    (void)state;
    struct task *t = nais_source(cluster, "postmottak-backend", NULL, "datastream");
    assert_true(net_until(net, t));
    if (task_state(t) != TASK_OK)
        fail_msg("%s: %s", task_error(t)->what, task_error(t)->why);
    const struct nais_source *f = nais_source_found(t);
    assert_string_equal(f->connection_name, "aap-dev-ab12:europe-north1:postmottak-backend");
    assert_string_equal(f->database, "postmottak");
    assert_string_equal(f->user, "datastream");
    assert_string_equal(f->secret_name, "google-sql-postmottak-backend-postmottak-datastream");
    assert_string_equal(f->password_key, "DB_POSTMOTTAK_DATASTREAM_PASSWORD");
    assert_int_equal(f->password_state, NAIS_PASSWORD_READ);
    assert_false(secret_is_empty(nais_source_password(t)));
    task_drop(t);
}

static void another_app_is_not(void **state)
{
    (void)state;
    struct task *t = nais_source(cluster, "nobody", NULL, "datastream");
    assert_true(net_until(net, t));
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_int_equal(task_error(t)->kind, ERR_MISSING);
    assert_string_equal(task_error(t)->why, "there is no application nobody in the namespace aap");
    task_drop(t);
}

/* As people's kubeconfig has it: the token comes from a program. */
static void a_program_logs_in(void **state)
{
    (void)state;
    char place[] = "/tmp/strom-login-XXXXXX", script[128], config[128];
    const char *own = getenv("KUBECONFIG");
    struct str text = {0};
    struct err e;
    assert_non_null(mkdtemp(place));
    snprintf(script, sizeof script, "%s/plugin", place);
    snprintf(config, sizeof config, "%s/config", place);
    assert_true(path_read(own, 1 << 16, &text, &e));
    char *token = strstr(text.text, "token: ");
    assert_non_null(token);
    struct str plugin = {0}, kube = {0};
    str_printf(&plugin,
               "#!/bin/sh\necho '{\"kind\":\"ExecCredential\",\"apiVersion\":"
               "\"client.authentication.k8s.io/v1beta1\",\"status\":{\"token\":\"%.*s\"}}'\n",
               (int)strcspn(token + 7, "\n"), token + 7);
    str_printf(&kube,
               "%.*sexec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./plugin, "
               "provideClusterInfo: true, interactiveMode: IfAvailable}\n",
               (int)(token - text.text), text.text);
    assert_true(path_write(script, str_text(&plugin), plugin.bytes, true, &e));
    assert_true(path_write(config, str_text(&kube), kube.bytes, true, &e));
    assert_int_equal(chmod(script, 0700), 0);
    struct cluster *c = cluster_open(net, config, NULL, NULL, &e);
    assert_non_null(c);
    struct task *t = nais_source(c, "postmottak-backend", NULL, "datastream");
    assert_true(net_until(net, t));
    if (task_state(t) != TASK_OK)
        fail_msg("%s: %s", task_error(t)->what, task_error(t)->why);
    assert_string_equal(nais_source_found(t)->instance, "postmottak-backend");
    task_drop(t);
    cluster_close(c);
    secret_wipe(text.text, text.bytes);
    str_done(&text);
    str_done(&plugin);
    str_done(&kube);
    unlink(script);
    unlink(config);
    rmdir(place);
}

static int setup(void **state)
{
    (void)state;
    struct err e;
    if (!box_open(&box, program, "ready"))
        return -1;
    net = net_open(&e);
    cluster = cluster_open(net, NULL, NULL, NULL, &e);
    return cluster ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    cluster_close(cluster);
    net_close(net);
    box_close(&box);
    return 0;
}

int main(int argc, char **argv)
{
    (void)argc;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_app_is_found),
        cmocka_unit_test(its_database_too),
        cmocka_unit_test(another_app_is_not),
        cmocka_unit_test(a_program_logs_in),
    };
    if (!box_program(argv[0], program))
        return 77;
    return cmocka_run_group_tests(tests, setup, teardown);
}
