/* A credentials file, whoever wrote it: tokens are fetched from Google's hosts or from nowhere. */

#include "tests/fuzz/fuzz.h"

#include "api/base/str.h"
#include "api/google/credentials.h"

#include <stdlib.h>
#include <string.h>

static void check_host(const char *host)
{
    fuzz_must(str_ends(host, ".googleapis.com") || str_eq(host, "accounts.google.com"));
    fuzz_must(strpbrk(host, "/@?#:\\ ") == NULL);
}

static void look(const struct credentials *c, int depth)
{
    fuzz_must(c->kind != GOOGLE_LOGIN_NONE && depth <= 2);
    if (c->kind == GOOGLE_LOGIN_IMPERSONATED) {
        fuzz_must(c->source && c->impersonated && !strpbrk(c->impersonated, "/?#"));
        fuzz_must(str_starts(c->impersonate_path, "v1/projects/-/serviceAccounts/"));
        fuzz_must(!strstr(c->impersonate_path, ".."));
        for (size_t i = 0; i < c->n_delegates; i++)
            fuzz_touch_text(c->delegates[i]);
        look(c->source, depth + 1);
        return;
    }
    check_host(c->token_host);
    fuzz_must(!strpbrk(c->token_path, "?#\\ ") && !strstr(c->token_path, ".."));
    if (c->kind == GOOGLE_LOGIN_PERSON)
        fuzz_must(*c->client_id && !secret_is_empty(c->refresh_token));
    else
        fuzz_must(*c->email && !secret_is_empty(c->private_key));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const origins[] = {NULL, "http://127.0.0.1:9000"};
    char *bytes = fuzz_bytes(data, size), *text = fuzz_text(data, size);
    for (size_t i = 0; i < sizeof origins / sizeof *origins; i++) {
        struct arena a;
        struct credentials c = {0};
        struct err e = {0};
        const char *host, *path;
        arena_init(&a);
        if (credentials_decode(&a, bytes, size, origins[i], &c, &e))
            look(&c, 1);
        else
            fuzz_must(e.kind != ERR_NONE && e.why[0]);
        credentials_done(&c);
        if (credentials_url(&a, text, origins[i], &host, &path))
            check_host(host);
        arena_done(&a);
    }
    free(bytes);
    free(text);
    return 0;
}
