#ifndef TESTS_UNIT_PLAN_CLOUD_H
#define TESTS_UNIT_PLAN_CLOUD_H

/* A stand-in cloud of the test's own, with a client, a store, the password and a selection of two
 * tables. Include behind cmocka.h, in one file of a program. */

#include "api/base/clock.h"
#include "api/base/path.h"
#include "api/google/auth.h"
#include "api/nais/lookups.h"
#include "api/plan/file.h"
#include "api/plan/names.h"
#include "api/store/store.h"
#include "tests/sandbox/session.h"
#include "tests/unit/store/folder.h"

enum { LIMIT_MS = 60000 };

static struct session *sandbox;
static char program[1024];
static char *folder;
static struct net *net;
static struct google *google;
static struct store *store;
static struct secret *password, *wrong;
static struct target target;
static struct selection selection;
static struct arena mem;

static void await(const struct task *t)
{
    int64_t until = clock_mono_ms() + LIMIT_MS;
    while (task_state(t) == TASK_RUNNING && clock_mono_ms() < until) {
        net_wait(net, NULL, 0, clock_mono_ms() + 1000);
        net_step(net);
    }
    if (task_state(t) == TASK_RUNNING)
        fail_msg("it did not end");
}

static void await_well(const struct task *t)
{
    await(t);
    if (task_state(t) != TASK_OK)
        fail_msg("%s: %s", task_error(t)->what, task_error(t)->why);
}

static void read_password(void)
{
    struct err e;
    struct cluster *cluster = cluster_open(net, NULL, NULL, NULL, &e);
    assert_non_null(cluster);
    struct task *t = nais_source(cluster, "postmottak-backend", NULL, "datastream");
    await_well(t);
    password = secret_dup(nais_source_password(t));
    assert_false(secret_is_empty(password));
    task_drop(t);
    cluster_close(cluster);
}

static void read_selection(void)
{
    struct str text = {0};
    struct err e;
    assert_true(path_read(TESTS_DIR "/e2e/two_tables.json", 1 << 16, &text, &e));
    assert_true(plan_file_read(str_text(&text), text.bytes, &selection, &e));
    str_done(&text);
}

static int setup(void **state)
{
    static const char *const args[] = {"ready", "--speed", "2000", NULL};
    char why[1024];
    struct err e;
    (void)state;
    folder = folder_make();
    sandbox = session_open(program, args, NULL, why);
    if (sandbox == NULL) {
        print_message("%s\n", why);
        return -1;
    }
    session_apply(sandbox);
    net = net_open(&e);
    const struct google_options options = {.endpoint = NULL};
    google = google_open(net, &options, &e);
    store = store_open(folder, &e);
    if (google == NULL || store == NULL)
        return -1;
    target = (struct target){.project = "aap-dev-ab12",
                             .region = "europe-north1",
                             .instance = "postmottak-backend",
                             .database = "postmottak"};
    names_complete(&target);
    wrong = secret_new("not-the-password", 16);
    read_password();
    read_selection();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    if (sandbox) {
        selection_done(&selection);
        secret_free(password);
        secret_free(wrong);
        google_close(google);
        net_close(net);
        store_close(store);
        session_close(sandbox);
    }
    arena_done(&mem);
    folder_remove(folder);
    return 0;
}

#endif
