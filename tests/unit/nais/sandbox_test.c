#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* The look-ups against the stand-in's cluster. */

#include "api/nais/lookups.h"
#include "tests/unit/google/sandbox.h"

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
    };
    if (!box_program(argv[0], program))
        return 77;
    return cmocka_run_group_tests(tests, setup, teardown);
}
