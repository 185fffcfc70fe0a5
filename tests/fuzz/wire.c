#include "tests/fuzz/wire.h"

#include "api/base/clock.h"
#include "api/base/safe.h"
#include "api/base/str.h"
#include "api/net/child.h"
#include "api/net/http.h"
#include "api/net/net.h"

#include <stdlib.h>
#include <string.h>

/* STEP_MS: below what counts as a gap. STEPS: an hour of it. */
enum { STEP_MS = 4000, STEPS = 4000 };

static struct {
    struct net *net;
    struct fuzz_input in;
    bool told; /* the other end says the secret itself: libFuzzer reads constants */
} wire;

struct end {
    struct http_answer http;
    struct child_answer child;
    bool refused, sent;
};

static enum task_state end_step(struct task *t);
static const struct task_type end_type = {"the other end", sizeof(struct end), end_step, NULL};

static enum task_state end_step(struct task *t)
{
    struct end *end = task_job(t, &end_type);
    struct err e;
    if (!end->refused)
        return TASK_OK;
    err_set(&e, ERR_NETWORK, "Asking the other end");
    err_reason(&e, end->sent ? "RESET" : "DNS");
    err_why(&e, "nobody is there");
    e.retryable = true;
    return task_fail(t, &e);
}

static int status_of(unsigned letter)
{
    static const int of[] = {200, 200, 200, 201, 204, 302, 400, 401, 403,
                             404, 408, 409, 410, 412, 416, 429, 500, 503};
    return letter < 'a' || letter - 'a' >= sizeof of / sizeof *of ? 200 : of[letter - 'a'];
}

/* Up to the next mark, which is stepped over. */
static const char *next_body(struct arena *a, size_t *bytes)
{
    static const char mark[] = "\n--\n";
    enum { MARK = sizeof mark - 1 };
    size_t n = 0;
    while (n < wire.in.left && (wire.in.left - n < MARK || memcmp(wire.in.at + n, mark, MARK) != 0))
        n++;
    char *body = arena_alloc(a, n + 1);
    if (n)
        memcpy(body, wire.in.at, n);
    *bytes = n;
    n += wire.in.left - n < MARK ? wire.in.left - n : MARK;
    wire.in.at += n;
    wire.in.left -= n;
    return body;
}

/* 'y' and 'z': no answer; sent, or not even that. */
struct task *wire_answer(struct net *net)
{
    struct task *t = task_new(net, &end_type);
    struct end *end = task_job(t, &end_type);
    bool silent = wire.in.left == 0;
    unsigned letter = fuzz_byte(&wire.in), wish = fuzz_byte(&wire.in);
    end->refused = silent || letter == 'y' || letter == 'z';
    end->sent = letter == 'y';
    size_t bytes;
    const char *body = next_body(task_arena(t), &bytes);
    if (letter == 'b')
        bytes = 0;
    end->http =
        (struct http_answer){.status = status_of(letter),
                             .body = bytes ? body : "",
                             .bytes = bytes,
                             .content_type = "application/json",
                             .etag = letter == 'c' ? "" : "\"e\"",
                             .date = letter == 'c' ? 1790000000 : -1,
                             .retry_after = wish >= '0' && wish <= '9' ? (int)(wish - '0') * 3 : -1,
                             .metadata_flavor = "Google"};
    end->child = (struct child_answer){.status = letter == 'a' ? 0 : (int)(letter % 3),
                                       .out = end->http.body,
                                       .out_bytes = bytes,
                                       .err_text = end->http.body,
                                       .err_bytes = letter == 'd' ? bytes : 0};
    if (letter != 'd')
        end->child.err_text = "";
    return t;
}

const char *wire_body(const struct task *t, size_t *bytes)
{
    const struct end *end = task_job(t, &end_type);
    *bytes = end->http.bytes;
    return end->http.body;
}

struct task *__wrap_http_send(struct net *net, const struct http_request *r);
const struct http_answer *__wrap_http_answer(const struct task *t);
bool __wrap_http_was_sent(const struct task *t);
struct task *__wrap_child_run(struct net *net, const struct child_request *r);
const struct child_answer *__wrap_child_answer(const struct task *t);

struct task *__wrap_http_send(struct net *net, const struct http_request *r)
{
    fuzz_must(r->method && r->url && str_starts(r->url, "http"));
    for (const char *p = r->url; *p; p++) /* what stood in an answer is encoded in the next URL */
        fuzz_must((unsigned char)*p > 0x20 && (unsigned char)*p < 0x7f);
    fuzz_must(wire.told || !strstr(r->url, WIRE_SECRET));
    return wire_answer(net);
}

const struct http_answer *__wrap_http_answer(const struct task *t)
{
    const struct end *end = task_job(t, &end_type);
    return &end->http;
}

bool __wrap_http_was_sent(const struct task *t)
{
    const struct end *end = task_job(t, &end_type);
    return end->sent;
}

struct task *__wrap_child_run(struct net *net, const struct child_request *r)
{
    fuzz_must(r->argv && r->argv[0]);
    for (const char *const *p = r->argv; *p; p++)
        fuzz_must(wire.told || !strstr(*p, WIRE_SECRET));
    return wire_answer(net);
}

const struct child_answer *__wrap_child_answer(const struct task *t)
{
    const struct end *end = task_job(t, &end_type);
    return &end->child;
}

static bool tells(const uint8_t *data, size_t size)
{
    static const char secret[] = WIRE_SECRET;
    size_t n = sizeof secret - 1;
    for (size_t i = 0; i + n <= size; i++)
        if (memcmp(data + i, secret, n) == 0)
            return true;
    return false;
}

struct net *wire_open(const uint8_t *data, size_t size)
{
    struct err e;
    if (!wire.net) /* the pool of connections is costly, and nothing is ever sent */
        wire.net = net_open(&e);
    fuzz_must(wire.net != NULL);
    wire.in = (struct fuzz_input){data, size};
    wire.told = tells(data, size);
    return wire.net;
}

bool wire_text_is_free_of(const char *text, const char *secret)
{
    return !text || !strstr(text, secret);
}

static void check_error(const struct err *e)
{
    fuzz_must(e->kind != ERR_NONE && e->what[0]);
    fuzz_must(memchr(e->what, 0, sizeof e->what) && memchr(e->why, 0, sizeof e->why));
    fuzz_must(memchr(e->hint, 0, sizeof e->hint) && memchr(e->reason, 0, sizeof e->reason));
    fuzz_must(safe_is(e->what) && safe_is(e->why) && safe_is(e->hint) && safe_is(e->reason));
    fuzz_must(wire.told || (wire_text_is_free_of(e->why, WIRE_SECRET) &&
                            wire_text_is_free_of(e->hint, WIRE_SECRET)));
}

void wire_run(struct task *t)
{
    for (int i = 0; task_state(t) == TASK_RUNNING; i++) {
        fuzz_must(i < STEPS);
        if (!net_step(wire.net) && net_running(wire.net) > 0)
            clock_advance(STEP_MS);
    }
    if (task_state(t) == TASK_FAILED)
        check_error(task_error(t));
}
