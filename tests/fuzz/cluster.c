/* The team's cluster and its login program, whatever they answer: apps, an app's database, the
 * secret with its password. The first byte picks the question and the context; then answers
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

/* FILE stands for a file with a token in it. */
static const char config[] =
    "clusters:\n"
    "- {name: c, cluster: {server: 'https://10.0.0.1/'}}\n"
    "- {name: insecure, cluster: {server: 'https://10.0.0.1', insecure-skip-tls-verify: true}}\n"
    "- {name: nowhere, cluster: {}}\n"
    "- {name: proxied, cluster: {server: 'https://10.0.0.1', certificate-authority: FILE,"
    " proxy-url: 'http://10.0.0.2:1'}}\n"
    "- {name: absent, cluster: {server: 'https://10.0.0.1', certificate-authority: /nowhere/ca}}\n"
    "- {name: broken, cluster: {server: 'https://10.0.0.1', certificate-authority-data: '%'}}\n"
    "contexts:\n"
    "- {name: program, context: {cluster: c, user: program, namespace: team}}\n"
    "- {name: token, context: {cluster: c, user: token}}\n"
    "- {name: file, context: {cluster: c, user: file}}\n"
    "- {name: empty, context: {cluster: c, user: empty}}\n"
    "- {name: certificate, context: {cluster: c, user: certificate}}\n"
    "- {name: absent, context: {cluster: c, user: absent}}\n"
    "- {name: half, context: {cluster: c, user: half}}\n"
    "- {name: other, context: {cluster: c, user: other}}\n"
    "- {name: password, context: {cluster: c, user: password}}\n"
    "- {name: broken, context: {cluster: c, user: broken}}\n"
    "- {name: nobody, context: {cluster: c, user: nobody}}\n"
    "- {name: insecure, context: {cluster: insecure, user: token}}\n"
    "- {name: nowhere, context: {cluster: nowhere, user: token}}\n"
    "- {name: proxied, context: {cluster: proxied, user: token}}\n"
    "- {name: no-ca, context: {cluster: absent, user: token}}\n"
    "- {name: broken-ca, context: {cluster: broken, user: token}}\n"
    "users:\n"
    "- {name: token, user: {token: " WIRE_SECRET "}}\n"
    "- {name: file, user: {tokenFile: FILE}}\n"
    "- {name: empty, user: {tokenFile: /dev/null}}\n"
    "- {name: certificate, user: {client-certificate: FILE, client-key: FILE}}\n"
    "- {name: absent, user: {client-certificate: /nowhere/cert, client-key: FILE}}\n"
    "- {name: half, user: {client-certificate-data: YQ==}}\n"
    "- {name: other, user: {token: " WIRE_SECRET ", as: somebody}}\n"
    "- {name: password, user: {username: u, password: " WIRE_SECRET "}}\n"
    "- {name: broken, user: {client-key-data: '%'}}\n"
    "- name: program\n"
    "  user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: login,"
    " provideClusterInfo: true, args: [get-token], interactiveMode: Never,"
    " env: [{name: A, value: b}]}}\n";

static const char *const contexts[] = {
    "program",  "token",  "file",   "empty",    "certificate", "absent",  "half",  "other",
    "password", "broken", "nobody", "insecure", "nowhere",     "proxied", "no-ca", "broken-ca"};
enum { CONTEXTS = sizeof contexts / sizeof *contexts };

static char file[64], token[64];

static void remove_files(void)
{
    unlink(file);
    unlink(token);
}

static FILE *new_file(char path[64])
{
    snprintf(path, 64, "/tmp/fuzz-cluster-XXXXXX");
    int fd = mkstemp(path);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    fuzz_must(out != NULL);
    return out;
}

static void be_ready(void)
{
    static const char mark[] = "FILE";
    if (file[0])
        return;
    FILE *out = new_file(token);
    fuzz_must(fputs(WIRE_SECRET "\n", out) >= 0 && fclose(out) == 0);
    out = new_file(file);
    for (const char *from = config; from;) {
        const char *at = strstr(from, mark);
        fuzz_must(fprintf(out, "%.*s%s", at ? (int)(at - from) : (int)strlen(from), from,
                          at ? token : "") >= 0);
        from = at ? at + strlen(mark) : NULL;
    }
    fuzz_must(fclose(out) == 0);
    atexit(remove_files);
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

static void hear_out(struct cluster *c, struct task *t, unsigned which)
{
    enum { FIRST_STEPS = 3 };
    for (int i = 0; i < FIRST_STEPS; i++) {
        listen(c);
        net_step(cluster_net(c));
    }
    wire_run(t);
    listen(c);
    if (task_state(t) != TASK_OK)
        return;
    if (which == 0)
        look_apps(nais_apps_found(t));
    else if (which <= 2)
        look_source(nais_source_found(t), nais_source_password(t));
    else
        fuzz_must(json_is_object(cluster_document(t)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    struct err e = {0};
    unsigned first = fuzz_byte(&in) - '0', which = first % 5;
    be_ready();
    struct net *net = wire_open(in.at, in.left);
    struct cluster *c = cluster_open(net, file, contexts[first / 5 % CONTEXTS], NULL, &e);
    if (!c) {
        fuzz_must(e.kind != ERR_NONE && e.what[0] && e.why[0]);
        return 0;
    }
    fuzz_touch_text(cluster_context(c));
    struct task *t = ask(c, which);
    hear_out(c, t, which);
    task_drop(t);
    cluster_close(c);
    fuzz_must(net_running(net) == 0);
    return 0;
}
