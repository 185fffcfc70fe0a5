#ifndef TESTS_UNIT_NAIS_WORLD_H
#define TESTS_UNIT_NAIS_WORLD_H

/* A cluster that answers by rules, and a kubeconfig in a folder of the test's own. Include behind
 * cmocka.h, in one file of a program. */

#include "api/base/clock.h"
#include "api/nais/lookups.h"
#include "tests/unit/google/run.h"
#include "tests/unit/google/server.h"

#include <sys/stat.h>

#define SQL     "/apis/sql.cnrm.cloud.google.com/v1beta1/namespaces/aap/"
#define SECRETS "/api/v1/namespaces/aap/secrets/"

static struct server server;
static struct net *net;
static struct cluster *cluster;
static char folder[64], config[128];

static inline void write_text(const char *name, const char *text, mode_t mode)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    chmod(path, mode);
}

static inline void write_config(const char *user)
{
    char text[2048];
    snprintf(
        text, sizeof text,
        "current-context: dev\ncontexts: [{name: dev, context: {cluster: c, user: u, namespace: "
        "aap}}]\nclusters: [{name: c, cluster: {server: \"%s/\"}}]\nusers: [{name: u, user: %s}]\n",
        server.origin, user);
    write_text("config", text, 0600);
}

static inline void open_with(const char *user)
{
    struct err e;
    write_config(user);
    cluster = cluster_open(net, config, NULL, NULL, &e);
    if (!cluster)
        fail_msg("%s: %s", e.what, e.why);
}

static inline int setup(void **state)
{
    (void)state;
    struct err e;
    server_start(&server);
    net = net_open(&e);
    snprintf(folder, sizeof folder, "/tmp/strom-nais-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(config, sizeof config, "%s/config", folder);
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    char command[128];
    cluster_close(cluster);
    cluster = NULL;
    net_close(net);
    server_stop(&server);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return run_command(command, NULL, 0);
}

static inline void rule(const char *path, int status, const char *body, int times)
{
    server_rule(&server, (struct rule){"GET", path, status, NULL, body, times});
}

static inline enum task_state ended(struct task *t)
{
    assert_true(net_until(net, t));
    return task_state(t);
}

static inline const char *content(const char *name, char out[16384])
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("there is no %s", path);
    size_t n = fread(out, 1, 16383, f);
    out[n] = '\0';
    fclose(f);
    return out;
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
