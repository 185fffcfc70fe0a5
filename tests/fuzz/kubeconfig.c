/* A kubeconfig, merged twice: what was there first stays, and every secret is given back. */

#include "tests/fuzz/fuzz.h"

#include "api/base/json.h"
#include "api/base/str.h"
#include "api/nais/base64.h"
#include "api/nais/kubeconfig.h"

#include <stdlib.h>
#include <string.h>

static void look_user(const struct kube_user *u)
{
    fuzz_touch_text(u->name);
    fuzz_touch_text(u->cert_data);
    fuzz_touch_text(u->cert_file);
    fuzz_touch_text(u->key_file);
    fuzz_touch_text(u->token_file);
    if (!u->has_exec)
        return;
    fuzz_touch_text(u->exec.command);
    fuzz_touch_text(u->exec.install_hint);
    fuzz_touch_text(u->exec.interactive_mode);
    for (size_t i = 0; i < u->exec.n_args; i++)
        fuzz_touch_text(u->exec.args[i]);
    for (size_t i = 0; i < u->exec.n_env; i++)
        fuzz_must(strchr(u->exec.env[i], '=') != NULL);
}

static void look(const struct kubeconfig *k)
{
    struct err e = {0};
    for (size_t i = 0; i < k->n_contexts; i++) {
        const struct kube_context *c = kubeconfig_context(k, k->contexts[i].name, &e);
        fuzz_must(c && str_eq(c->name, k->contexts[i].name) && c->ns);
        (void)kubeconfig_cluster(k, c->cluster);
        (void)kubeconfig_user(k, c->user);
    }
    for (size_t i = 0; i < k->n_clusters; i++) {
        const struct kube_cluster *c = &k->clusters[i];
        fuzz_must(kubeconfig_cluster(k, c->name) != NULL);
        fuzz_touch_text(c->server);
        fuzz_touch_text(c->ca_data);
        fuzz_touch_text(c->ca_file);
        fuzz_touch_text(c->proxy_url);
        fuzz_touch_text(c->tls_server_name);
        fuzz_touch_text(c->ca_base64);
        if (c->exec_config) { /* what a login program gets is JSON, whatever the YAML was */
            struct json *config = json_parse(c->exec_config, strlen(c->exec_config), &e);
            fuzz_must(config != NULL);
            json_free(config);
        }
    }
    for (size_t i = 0; i < k->n_users; i++) {
        fuzz_must(kubeconfig_user(k, k->users[i].name) != NULL);
        look_user(&k->users[i]);
    }
    if (!kubeconfig_context(k, NULL, &e))
        fuzz_must(e.kind != ERR_NONE);
}

static void decode(const char *text)
{
    size_t n = 0, bytes = strlen(text);
    char *out = malloc(bytes + 1);
    fuzz_must(out != NULL);
    if (base64_decode(text, out, &n)) {
        fuzz_must(n <= bytes / 4 * 3 + 3 && n <= bytes);
        fuzz_touch(out, n);
        struct str again = {0};
        char *back = malloc(n * 2 + 8);
        size_t same = 0;
        base64_encode(&again, out, n);
        fuzz_must(back != NULL && base64_decode(str_text(&again), back, &same));
        fuzz_must(same == n && memcmp(back, out, n) == 0);
        free(back);
        str_done(&again);
    }
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct kubeconfig k = {0};
    struct err e = {0};
    char *bytes = fuzz_bytes(data, size), *text = fuzz_text(data, size);
    arena_init(&a);
    if (kubeconfig_merge(&a, bytes, size, "/nowhere", &k, &e)) {
        size_t contexts = k.n_contexts, clusters = k.n_clusters, users = k.n_users;
        look(&k);
        fuzz_must(kubeconfig_merge(&a, bytes, size, "/elsewhere", &k, &e));
        fuzz_must(k.n_contexts == contexts && k.n_clusters == clusters && k.n_users == users);
        look(&k);
    } else {
        fuzz_must(e.kind != ERR_NONE);
    }
    kubeconfig_done(&k);
    decode(text);
    arena_done(&a);
    free(bytes);
    free(text);
    return 0;
}
