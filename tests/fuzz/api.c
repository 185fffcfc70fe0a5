/* What Google answers, as every decoder of api/google reads it: the first byte picks the call, the
 * rest is the body. Nothing is sent: where a call would be, its decoder is run instead, on two
 * pages where it takes pages. */

#include "tests/fuzz/calls.h"
#include "tests/fuzz/fuzz.h"

#include "api/google/rest.h"

#include <stdlib.h>
#include <string.h>

static struct {
    const struct json *json;
    const char *text;
    size_t bytes;
    bool sent;
} now;

struct task *__wrap_rest_send(struct rest_call *c);

static void decode(const struct rest_call *c, struct arena *a)
{
    void *out = c->size ? arena_alloc(a, c->size) : NULL;
    struct err e = {0};

    for (int page = c->pages == REST_ONE_PAGE ? 1 : 0; page < 2; page++) {
        struct rest_answer answer = {
            .json = now.json, .text = now.text, .bytes = now.bytes, .etag = "\"e\""};
        if (!c->decode(a, &answer, out, &e)) {
            fuzz_must(e.kind != ERR_NONE);
            return;
        }
    }
    if (c->judge) { /* what it says of a thing that is not as it should be can be shown */
        enum rest_ready ready = c->judge(out, 0, &e);
        fuzz_must(ready == REST_READY || ready == REST_NOT_YET || c->trusts || e.kind != ERR_NONE);
    }
}

struct task *__wrap_rest_send(struct rest_call *c)
{
    struct arena a;

    arena_init(&a);
    if (c->decode && c->size)
        decode(c, &a);
    if (c->json.to)
        json_close_object(&c->json);
    if (c->body.bytes && now.json) { /* a lost answer: is what is found what was asked for? */
        struct err e = {0};
        fuzz_must(rest_same(c, now.json, &e) || e.kind != ERR_NONE);
    }
    str_done(&c->path);
    str_done(&c->query);
    str_done(&c->body);
    str_done(&c->look);
    arena_done(&a);
    now.sent = true;
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    struct err e = {0};
    unsigned which = fuzz_byte(&in);
    char *body = fuzz_bytes(in.at, in.left);
    struct json *doc = json_parse(body, in.left, &e);

    if (doc && json_is_object(doc)) { /* others are refused before a decoder sees them */
        now.json = doc;
        now.text = body;
        now.bytes = in.left;
        now.sent = false;
        call_ask(NULL, (which - CALLS_FIRST) % CALLS_SENT);
        fuzz_must(now.sent);
    }
    json_free(doc);
    now.json = NULL;
    free(body);
    return 0;
}
