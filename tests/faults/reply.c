#include "tests/faults/reply.h"

#include "api/base/arena.h"
#include "api/base/clock.h"
#include "tests/sandbox/google/server.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { HUGE_PIECE = 1 << 20, HUGE_PIECES = 200 };

struct asked {
    char *method, *uri; /* uri without the mark */
    char *authorization, *user_project, *content_type, *if_match, *flavor, *proxy_login;
    bool by_proxy; /* it was asked as a proxy is */
    const char *body;
    size_t body_bytes;
    enum fault_kind fault;
};

void reply_done(struct reply *out)
{
    str_done(&out->text);
    *out = (struct reply){.due = 0};
}

/* --- reading --- */

static char *header(const char *head, const char *name)
{
    size_t n = strlen(name);

    for (const char *at = strstr(head, "\r\n"); at && at[2] != '\r'; at = strstr(at + 2, "\r\n")) {
        const char *line = at + 2;
        if (strncasecmp(line, name, n) != 0 || line[n] != ':')
            continue;
        line += n + 1;
        while (*line == ' ')
            line++;
        size_t bytes = strcspn(line, "\r\n");
        char *value = mem_alloc(bytes + 1);
        memcpy(value, line, bytes);
        return value;
    }
    return mem_str("");
}

static void free_asked(struct asked *a)
{
    mem_free(a->method);
    mem_free(a->uri);
    mem_free(a->authorization);
    mem_free(a->user_project);
    mem_free(a->content_type);
    mem_free(a->if_match);
    mem_free(a->flavor);
    mem_free(a->proxy_login);
}

static char *word(const char **at)
{
    size_t n = strcspn(*at, " \r");
    char *text = mem_alloc(n + 1);

    memcpy(text, *at, n);
    *at += n + 1;
    return text;
}

/* "http://HOST/PATH", as a proxy is asked: the place comes off. */
static bool take_place(char *uri)
{
    char *path = str_starts(uri, "http://") ? strchr(uri + 7, '/') : NULL;

    if (path)
        memmove(uri, path, strlen(path) + 1);
    return path != NULL;
}

/* "/=7=/HOST/PATH": the mark comes off. */
static enum fault_kind take_mark(char *uri)
{
    int kind = 0, n = 0;

    if (sscanf(uri, "/=%d=%n", &kind, &n) != 1 || n == 0 || kind <= 0 || kind >= FAULTS)
        return FAULT_NONE;
    memmove(uri, uri + n, strlen(uri + n) + 1);
    return (enum fault_kind)kind;
}

/* "12.proxied.invalid:443" */
static enum fault_kind proxy_mark(const char *host)
{
    unsigned long kind = strtoul(host, NULL, 10);

    return kind < FAULTS ? (enum fault_kind)kind : FAULT_NONE;
}

static size_t read_request(const struct str *in, struct asked *a)
{
    const char *text = str_text(in), *end = strstr(text, "\r\n\r\n");

    if (!end)
        return 0;
    char *length = header(text, "Content-Length");
    size_t body = strtoul(length, NULL, 10), head = (size_t)(end - text) + 4;
    mem_free(length);
    if (in->bytes < head + body)
        return 0;
    *a = (struct asked){.body = end + 4, .body_bytes = body};
    a->method = word(&text);
    a->uri = word(&text);
    a->by_proxy = take_place(a->uri);
    a->proxy_login = header(str_text(in), "Proxy-Authorization");
    a->authorization = header(str_text(in), "Authorization");
    a->user_project = header(str_text(in), "x-goog-user-project");
    a->content_type = header(str_text(in), "Content-Type");
    a->if_match = header(str_text(in), "If-Match");
    a->flavor = header(str_text(in), "Metadata-Flavor");
    a->fault = str_eq(a->method, "CONNECT") ? proxy_mark(a->uri) : take_mark(a->uri);
    return head + body;
}

/* --- writing --- */

static const char *phrase(int status)
{
    return status < 300 ? "OK" : status < 400 ? "Found" : status < 500 ? "Refused" : "Trouble";
}

static void put_head(struct reply *out, int status, const char *type, size_t bytes,
                     const char *more)
{
    str_printf(&out->text,
               "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nCache-Control: "
               "private\r\n%s%s\r\n",
               status, phrase(status), type, bytes, more,
               out->metadata ? "Metadata-Flavor: Google\r\n" : "");
    out->head_bytes = out->text.bytes;
}

static void put_json(struct reply *out, int status, const struct val *v, const char *more)
{
    struct str text = {0};

    val_print(v, &text, true);
    put_head(out, status, "application/json; charset=UTF-8", text.bytes, more);
    str_addn(&out->text, str_text(&text), text.bytes);
    str_done(&text);
}

/* --- the stand-in --- */

static bool is_operation(const char *bytes, size_t n)
{
    struct str text = {0};

    str_addn(&text, bytes, n);
    const char *t = str_text(&text);
    bool yes = strstr(t, "compute#operation\"") || strstr(t, "\"name\": \"operations/") ||
               (strstr(t, "/operations/") && !strstr(t, "\"operations\": ["));
    str_done(&text);
    return yes;
}

static bool is_metadata(const struct asked *a)
{
    return str_starts(a->uri, "/computeMetadata/");
}

/* The machine's own account: a token for whoever knows the word. */
static void tell_machine(struct replier *r, const struct asked *a, struct exchange *x)
{
    bool token = str_eq(a->uri, "/computeMetadata/v1/instance/service-accounts/default/token");
    struct str text = {0};

    x->status = !str_eq(a->flavor, "Google") ? 403 : token ? 200 : 404;
    x->answer_type = "application/json";
    if (x->status == 200)
        str_printf(&text, "{\"access_token\":\"%s\",\"expires_in\":3599,\"token_type\":\"Bearer\"}",
                   token_new(r->g, 3600)->text);
    else
        str_add(&text, "{}");
    x->answer = strdup(str_text(&text));
    x->answer_bytes = text.bytes;
    str_done(&text);
}

static void ask(struct replier *r, const struct asked *a, struct exchange *x)
{
    *x = (struct exchange){.uri = a->uri,
                           .method = a->method,
                           .authorization = a->authorization,
                           .user_project = a->user_project,
                           .content_type = a->content_type,
                           .if_match = a->if_match};
    if (is_metadata(a)) {
        tell_machine(r, a, x);
        return;
    }
    str_addn(&x->body, a->body, a->body_bytes);
    server_answer(r->g, x);
    request_log_write(r->g, x);
    str_done(&x->body);
    r->operation = x->answer && is_operation(x->answer, x->answer_bytes);
}

/* As if it had been asked, and nobody hears of it. */
static void carry_out(struct replier *r, const struct asked *a)
{
    struct exchange x;

    ask(r, a, &x);
    free(x.answer);
}

static void answer(struct replier *r, const struct asked *a, struct reply *out)
{
    struct exchange x;

    ask(r, a, &x);
    r->worn += x.status == 401;
    put_head(out, x.status, x.answer_type, x.answer_bytes, "");
    str_addn(&out->text, x.answer, x.answer_bytes);
    out->due = x.hold_until_ms;
    free(x.answer);
}

/* --- faults --- */

static void expire_tokens(struct google *g)
{
    for (struct token *t = g->tokens; t; t = t->next)
        t->until_ms = 0;
}

/* Kubernetes has an envelope of its own. */
static struct val *status_of(int status, const char *message)
{
    return val_make("{'kind':'Status','apiVersion':'v1','metadata':{},'status':'Failure','message':"
                    "%s,'code':%d}",
                    message, status);
}

/* What a careless server might say: what it was sent, secrets and all. */
static void refuse(struct replier *r, const struct asked *a, int status, struct reply *out)
{
    char host[128], more[64] = "";
    const char *echo = strstr(a->body, "password"), *first = a->uri + 1;
    size_t n = strcspn(first, "/");

    snprintf(host, sizeof host, "%.*s", (int)(n < 127 ? n : 127), first);
    struct call c = {.g = r->g, .method = a->method, .service = route_service(host)};
    if (!c.service)
        c.service = route_service("datastream.googleapis.com");
    echo = echo ? echo - (echo > a->body) : a->body;
    call_refuse(&c, status, NULL, "The sky fell on it, said %s about %.600s", a->authorization,
                echo);
    if (status == 429)
        snprintf(more, sizeof more, "Retry-After: %d\r\n", (int)FAULT_RETRY_AFTER_S);
    struct val *envelope =
        str_eq(host, "kubernetes") ? status_of(status, c.message) : answer_envelope(&c);
    put_json(out, status, envelope, more);
    val_free(envelope);
    val_free(c.details);
}

static void revoke(struct reply *out)
{
    struct val *v = val_make(
        "{'error':'invalid_grant','error_description':'Token has been expired or revoked.'}");

    put_json(out, 400, v, "");
    val_free(v);
}

static bool is_compute(const struct asked *a)
{
    return str_starts(a->uri, "/compute.googleapis.com");
}

/* An operation that is over and went wrong; nothing was made. */
static void fail_operation(const struct asked *a, struct reply *out)
{
    struct val *v =
        is_compute(a)
            ? val_make("{'kind':'compute#operation','name':'operation-gone-wrong','status':'DONE',"
                       "'progress':100,'httpErrorStatusCode':409,'httpErrorMessage':'CONFLICT',"
                       "'error':{'errors':[{'code':'RESOURCE_IN_USE_BY_ANOTHER_RESOURCE','message':"
                       "'The resource is in use, said it.'}]}}")
            : val_make("{'name':'projects/p/locations/l/operations/operation-gone-wrong','done':"
                       "true,'metadata':{},'error':{'code':9,'message':'The precondition does not "
                       "hold, said it.'}}");
    put_json(out, 200, v, "");
    val_free(v);
}

/* The answer as it is, but the operation is still at work. */
static void keep_running(struct replier *r, const struct asked *a, struct reply *out)
{
    struct exchange x;
    struct err e;

    ask(r, a, &x);
    struct json *doc = x.answer ? json_parse(x.answer, x.answer_bytes, &e) : NULL;
    struct val *v = doc ? val_from_json(doc) : val_object();
    if (is_compute(a))
        val_put_text(v, "status", "RUNNING");
    val_put(v, "done", NULL);
    val_put(v, "error", NULL);
    val_put(v, "response", NULL);
    put_json(out, x.status, v, "");
    out->due = x.hold_until_ms;
    val_free(v);
    json_free(doc);
    free(x.answer);
}

static void login_page(struct reply *out)
{
    static const char page[] = "<!DOCTYPE html>\n<html><head><title>Sign in to the guest network"
                               "</title></head><body><form><input name=\"user\"></form></body>"
                               "</html>\n";

    out->metadata = false; /* somebody else speaks */
    put_head(out, 200, "text/html; charset=UTF-8", sizeof page - 1, "");
    str_add(&out->text, page);
}

static void endless(struct reply *out)
{
    put_head(out, 200, "application/json; charset=UTF-8", (size_t)HUGE_PIECE * HUGE_PIECES, "");
    for (int i = 0; i < HUGE_PIECE / 16; i++)
        str_add(&out->text, "               \n");
    out->repeats = HUGE_PIECES - 1;
}

static void send_away(struct replier *r, const struct asked *a, struct reply *out)
{
    struct str more = {0};

    str_printf(&more, "Location: %s/elsewhere%s\r\n", r->origin, a->uri);
    put_head(out, 302, "text/html; charset=UTF-8", 0, str_text(&more));
    str_done(&more);
}

/* Half of the body, and then the line is cut; or, with its length put right, no JSON any more. */
static void cut(struct replier *r, const struct asked *a, bool reset, struct reply *out)
{
    struct exchange x;
    size_t half;

    ask(r, a, &x);
    half = x.answer_bytes / 2;
    put_head(out, x.status, x.answer_type, reset ? x.answer_bytes : half, "");
    str_addn(&out->text, x.answer, half);
    out->then_reset = reset;
    free(x.answer);
}

static void odd(const struct asked *a, struct reply *out)
{
    struct str text = {0};

    odd_answer(a->fault, &text);
    put_head(out, 200, "application/json; charset=UTF-8", text.bytes, "");
    str_addn(&out->text, str_text(&text), text.bytes);
    str_done(&text);
}

/* What a proxy says to CONNECT. */
static void meet_proxy(const struct asked *a, struct reply *out)
{
    switch ((int)a->fault) {
    case FAULT_PROXY_LOGIN:
        put_head(out, 407, "text/html", 0, "Proxy-Authenticate: Basic realm=\"tunnel\"\r\n");
        return;
    case FAULT_PROXY_GATEWAY:
        put_head(out, 502, "text/html", 0, "");
        return;
    default:
        out->never = true;
        return;
    }
}

static void meet(struct replier *r, const struct asked *a, struct reply *out)
{
    switch ((int)a->fault) {
    case FAULT_SLEEP:
    case FAULT_AWAY:
    case FAULT_READ_TIMEOUT:
        carry_out(r, a);
        out->never = true;
        return;
    case FAULT_RESET_HEADER:
        out->then_reset = true;
        return;
    case FAULT_RESET_BODY:
    case FAULT_TRUNCATED:
        cut(r, a, a->fault == FAULT_RESET_BODY, out);
        return;
    case FAULT_SLOW:
        answer(r, a, out);
        out->drips = true;
        return;
    case FAULT_HTML:
        login_page(out);
        return;
    case FAULT_HUGE:
        endless(out);
        return;
    case FAULT_REDIRECT:
        send_away(r, a, out);
        return;
    case FAULT_500:
        carry_out(r, a);
        refuse(r, a, 500, out);
        return;
    case FAULT_REVOKED:
        revoke(out);
        return;
    case FAULT_OPERATION_ERROR:
        fail_operation(a, out);
        return;
    case FAULT_OPERATION_NEVER:
        keep_running(r, a, out);
        return;
    case FAULT_DUPLICATE:
        carry_out(r, a);
        carry_out(r, a);
        out->then_reset = true;
        return;
    case FAULT_TOKEN:
        expire_tokens(r->g);
        answer(r, a, out);
        return;
    case FAULT_ODD_EMPTY:
    case FAULT_ODD_NULL:
    case FAULT_ODD_OTHER:
    case FAULT_ODD_TYPES:
    case FAULT_ODD_NAMES:
    case FAULT_ODD_TWICE:
    case FAULT_ODD_NUMBERS:
    case FAULT_ODD_MANY:
        odd(a, out);
        return;
    default: /* nothing, a status, or what the door does */
        if (fault_of(a->fault)->status >= 400)
            refuse(r, a, fault_of(a->fault)->status, out);
        else
            answer(r, a, out);
        return;
    }
}

size_t reply_make(struct replier *r, const struct str *in, struct reply *out)
{
    struct asked a;
    size_t used = read_request(in, &a);

    if (used == 0)
        return 0;
    if (str_starts(a.uri, "/elsewhere/"))
        r->strays++;
    out->metadata = is_metadata(&a);
    if (a.by_proxy && !str_starts(a.proxy_login, "Basic "))
        a.fault = FAULT_PROXY_LOGIN;
    if (str_eq(a.method, "CONNECT") || a.fault == FAULT_PROXY_LOGIN)
        meet_proxy(&a, out);
    else
        meet(r, &a, out);
    free_asked(&a);
    return used;
}
