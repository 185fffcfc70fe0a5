/* The team's cluster and its login program, whatever they answer: apps, an app's database, the
 * secret with its password. The first byte picks the question and the user; then answers
 * (wire.h). */

#include "tests/fuzz/wire.h"

#include "api/base/secret.h"
#include "api/base/str.h"
#include "api/nais/lookups.h"
#include "api/net/net.h"
#include "api/net/task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char config[] =
    "clusters:\n"
    "- {name: c, cluster: {server: 'https://10.0.0.1/'}}\n"
    "contexts:\n"
    "- {name: program, context: {cluster: c, user: program, namespace: team}}\n"
    "- {name: token, context: {cluster: c, user: token}}\n"
    "users:\n"
    "- {name: token, user: {token: " WIRE_SECRET "}}\n"
    "- name: program\n"
    "  user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: login,"
    " provideClusterInfo: true, args: [get-token], interactiveMode: Never,"
    " env: [{name: A, value: b}]}}\n";

static char file[64];

static void remove_file(void)
{
    unlink(file);
}

static void be_ready(void)
{
    if (file[0])
        return;
    snprintf(file, sizeof file, "/tmp/fuzz-cluster-XXXXXX");
    int fd = mkstemp(file);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    fuzz_must(out && fputs(config, out) >= 0 && fclose(out) == 0);
    atexit(remove_file);
}

static void look_apps(const struct nais_apps *apps)
{
    for (size_t i = 0; i < apps->n; i++) {
        const struct nais_app *a = &apps->items[i];
        fuzz_must(a->app && a->instance && a->version && a->project && a->region);
        fuzz_must(!a->ready || (*a->project && *a->region && *a->instance));
        fuzz_touch_text(a->app);
        fuzz_touch_text(a->version);
    }
}

static void look_source(const struct nais_source *s, const struct secret *password)
{
    fuzz_must(*s->project && *s->region && *s->instance && *s->connection_name);
    fuzz_must(s->app && s->version && s->user && s->database && s->secret_name);
    fuzz_must(s->password_key && s->password_why && s->password_where);
    for (size_t i = 0; i < s->n_databases; i++)
        fuzz_touch_text(s->databases[i]);
    for (size_t i = 0; i < s->n_users; i++)
        fuzz_touch_text(s->users[i]);
    fuzz_touch_text(s->user);
    fuzz_touch_text(s->database);
    fuzz_must((password != NULL) == (s->password_state == NAIS_PASSWORD_READ));
    fuzz_must((*s->password_why == '\0') == (password != NULL));
}

static struct task *ask(struct cluster *c, unsigned which)
{
    switch (which) {
    case 0:
        return nais_apps(c);
    case 1:
        return nais_source(c, "app", NULL, "datastream");
    case 2:
        return nais_source(c, "app", "instance", "datastream-user");
    default:
        return cluster_get(c, "api/v1", "secrets", which == 3 ? "name" : NULL, NULL);
    }
}

/* What the program says to people while it is at work is made harmless. */
static void listen(struct cluster *c)
{
    const char *says = cluster_login_says(c);
    if (says)
        fuzz_touch_text(says);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    struct err e;
    unsigned first = fuzz_byte(&in) - '0', which = first % 5;
    be_ready();
    struct net *net = wire_open(in.at, in.left);
    struct cluster *c = cluster_open(net, file, first / 5 % 2 ? "token" : "program", NULL, &e);
    fuzz_must(c != NULL);
    struct task *t = ask(c, which);
    listen(c);
    wire_run(t);
    listen(c);
    if (task_state(t) == TASK_OK) {
        if (which == 0)
            look_apps(nais_apps_found(t));
        else if (which <= 2)
            look_source(nais_source_found(t), nais_source_password(t));
        else
            fuzz_must(json_is_object(cluster_document(t)));
    }
    task_drop(t);
    cluster_close(c);
    fuzz_must(net_running(net) == 0);
    return 0;
}
