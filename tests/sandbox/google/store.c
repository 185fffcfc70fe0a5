/* What stands in the cloud, and what is under way. */

#include "tests/sandbox/google/inside.h"

#include "api/base/arena.h"
#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* --- time and numbers --- */

int64_t google_later(const struct google *g, double seconds)
{
    return clock_mono_ms() + sandbox_ms(g->s, seconds);
}

static uint64_t random_number(struct google *g)
{
    g->random ^= g->random << 13;
    g->random ^= g->random >> 7;
    g->random ^= g->random << 17;
    return g->random;
}

uint64_t google_fresh_number(struct google *g)
{
    return (random_number(g) % 900000000000000u + 100000000000000u) * 1000 + g->serial++ % 1000;
}

void google_fresh_uuid(struct google *g, char out[40])
{
    uint64_t a = random_number(g), b = random_number(g);
    snprintf(out, 40, "%08x-%04x-4%03x-a%03x-%012" PRIx64, (unsigned)(a >> 32),
             (unsigned)(a >> 16) & 0xffff, (unsigned)a & 0xfff, (unsigned)(b >> 48) & 0xfff,
             (b ^ ++g->serial) & 0xffffffffffffu);
}

const char *stamp_of(int64_t wall_ms, char out[40])
{
    char text[CLOCK_TEXT];
    clock_rfc3339(wall_ms / 1000, text);
    snprintf(out, 40, "%.19s.%03d000Z", text, (int)(wall_ms % 1000));
    return out;
}

const char *stamp_now(char out[40])
{
    return stamp_of(clock_wall_ms(), out);
}

/* Compute tells times in its own time zone. */
const char *stamp_compute(char out[40])
{
    char text[CLOCK_TEXT];
    int64_t ms = clock_wall_ms();
    clock_rfc3339(ms / 1000 - INT64_C(7) * 3600, text);
    snprintf(out, 40, "%.19s.%03d-07:00", text, (int)(ms % 1000));
    return out;
}

/* --- things --- */

struct thing *thing_new(struct google *g, const char *kind, const char *name, struct val *doc)
{
    struct thing *t = mem_alloc(sizeof *t), **end = &g->things;
    t->kind = kind;
    t->name = mem_str(name);
    t->doc = doc;
    t->born_ms = t->ready_ms = clock_mono_ms();
    while (*end != NULL)
        end = &(*end)->next;
    *end = t;
    return t;
}

struct thing *thing_find(struct google *g, const char *kind, const char *name)
{
    for (struct thing *t = g->things; t != NULL; t = t->next)
        if (str_eq(t->kind, kind) && str_eq(t->name, name))
            return t;
    return NULL;
}

struct thing *thing_find_fmt(struct google *g, const char *kind, const char *fmt, ...)
{
    struct str name = {0};
    va_list args;
    va_start(args, fmt);
    str_vprintf(&name, fmt, args);
    va_end(args);
    struct thing *t = thing_find(g, kind, str_text(&name));
    str_done(&name);
    return t;
}

bool thing_due(const struct thing *t)
{
    return clock_mono_ms() >= t->ready_ms;
}

void thing_drop(struct google *g, struct thing *t)
{
    struct thing **link = &g->things;
    while (*link != t)
        link = &(*link)->next;
    *link = t->next;
    mem_free(t->name);
    val_free(t->doc);
    mem_free(t);
}

struct val *thing_list(struct google *g, const char *kind, const char *prefix)
{
    struct val *list = val_array();
    for (struct thing *t = g->things; t != NULL; t = t->next)
        if (str_eq(t->kind, kind) && str_starts(t->name, prefix) && !t->hidden)
            val_add(list, val_copy(t->doc));
    return list;
}

/* --- operations --- */

static void name_operation(struct google *g, struct operation *op, const char *target)
{
    char id[100], uuid[40];
    uint64_t n = google_fresh_number(g);
    snprintf(id, sizeof id, "operation-%" PRId64 "-%08x-%08x", clock_wall_ms(), (unsigned)n,
             (unsigned)(n >> 20));
    if (str_eq(op->service->host, "serviceusage.googleapis.com")) {
        google_fresh_uuid(g, uuid);
        snprintf(op->name, sizeof op->name, "operations/acf.p2-%s-%s", SANDBOX_PROJECT_NUMBER,
                 uuid);
        return;
    }
    /* beside the resource: projects/P/zones/Z/instances/I -> projects/P/zones/Z/operations/OP */
    const char *end = strrchr(target, '/');
    while (end != target && end[-1] != '/')
        end--;
    snprintf(op->name, sizeof op->name, "%.*soperations/%s", (int)(end - target), target, id);
}

static void describe_compute(struct google *g, struct operation *op, const char *verb,
                             const char *target)
{
    char now[40], scope[200];
    const char *project = strstr(op->name, "/operations/");
    snprintf(scope, sizeof scope, "%.*s", (int)(project - op->name), op->name);
    op->doc = val_make("{'kind':'compute#operation','id':'%s','name':%s,'operationType':%s,"
                       "'targetLink':'https://www.googleapis.com/compute/v1/%s','user':%s,"
                       "'selfLink':'https://www.googleapis.com/compute/v1/%s','progress':0,"
                       "'status':'PENDING'}",
                       "", project + 12, verb, target, SANDBOX_PERSON, op->name);
    val_putf(op->doc, "id", "%" PRIu64, google_fresh_number(g));
    val_putf(op->doc, "targetId", "%" PRIu64, google_fresh_number(g));
    val_put_text(op->doc, "insertTime", stamp_compute(now));
    val_put_text(op->doc, "startTime", now);
    const char *where = strstr(scope, "/zones/");
    if (where == NULL)
        where = strstr(scope, "/regions/");
    if (where != NULL)
        val_putf(op->doc, where[1] == 'z' ? "zone" : "region",
                 "https://www.googleapis.com/compute/v1/%s", scope);
}

static void describe_onep(struct operation *op, const char *verb, const char *target)
{
    char now[40];
    op->metadata = val_object();
    if (str_starts(op->name, "operations/")) {
        val_put_member(op->metadata, "@type",
                       val_text_new("type.googleapis.com/google.api.serviceusage.v1."
                                    "OperationMetadata"));
        return;
    }
    val_put_member(op->metadata, "@type",
                   val_text_new("type.googleapis.com/google.cloud.datastream.v1."
                                "OperationMetadata"));
    val_put_text(op->metadata, "createTime", stamp_now(now));
    val_put_text(op->metadata, "target", target);
    val_put_text(op->metadata, "verb", verb);
    val_put_text(op->metadata, "apiVersion", "v1");
}

static void remember(struct call *c, char again[320])
{
    const char *id = call_query(c, "requestId");
    again[0] = '\0';
    if (!str_is_empty(id))
        snprintf(again, 320, "%s %s %s %s", c->method, c->route->path,
                 c->param[0] != NULL ? c->param[0] : "", id);
}

bool operation_again(struct call *c)
{
    char again[320];
    remember(c, again);
    for (struct operation *op = c->g->operations; again[0] != '\0' && op != NULL; op = op->next)
        if (str_eq(op->again, again)) {
            call_answer(c, operation_doc(op));
            return true;
        }
    return false;
}

struct operation *operation_start(struct call *c, const char *verb, const char *target,
                                  double seconds,
                                  void (*finish)(struct google *, struct operation *),
                                  struct val *input)
{
    struct google *g = c->g;
    struct operation *op = mem_alloc(sizeof *op);
    op->service = c->service;
    op->due_ms = google_later(g, seconds);
    op->finish = finish;
    op->input = input;
    str_copy(op->target, sizeof op->target, target);
    remember(c, op->again);
    name_operation(g, op, target);
    if (c->service->family == FAMILY_COMPUTE)
        describe_compute(g, op, verb, target);
    else
        describe_onep(op, verb, target);
    op->next = g->operations;
    g->operations = op;
    call_answer(c, operation_doc(op));
    pthread_cond_broadcast(&g->changed);
    return op;
}

struct operation *operation_find(struct google *g, const char *name)
{
    for (struct operation *op = g->operations; op != NULL; op = op->next)
        if (str_eq(op->name, name))
            return op;
    return NULL;
}

static struct val *compute_doc(const struct operation *op)
{
    struct val *doc = val_copy(op->doc);
    int64_t left = op->due_ms - clock_mono_ms();
    if (!op->done) {
        val_put_text(doc, "status", "RUNNING");
        val_put_int(doc, "progress", left > 0 ? 50 : 95);
    }
    return doc;
}

struct val *operation_doc(const struct operation *op)
{
    if (op->doc != NULL)
        return compute_doc(op);
    struct val *doc = val_object();
    val_put_text(doc, "name", op->name);
    val_put(doc, "metadata", val_copy(op->metadata));
    if (!op->done)
        return doc;
    val_put_bool(doc, "done", true);
    if (op->error != NULL)
        val_put(doc, "error", val_copy(op->error));
    else
        val_put(doc, "response", op->response != NULL ? val_copy(op->response) : val_object());
    return doc;
}

void operation_fail(struct operation *op, const char *status, const char *fmt, ...)
{
    struct str text = {0};
    va_list args;
    va_start(args, fmt);
    str_vprintf(&text, fmt, args);
    va_end(args);
    val_free(op->error);
    op->error = val_make("{'code':%d,'message':%s}", answer_rpc_code(status), str_text(&text));
    str_done(&text);
}

void operation_fail_compute(struct operation *op, int http, const char *code, const char *fmt, ...)
{
    struct str text = {0};
    va_list args;
    va_start(args, fmt);
    str_vprintf(&text, fmt, args);
    va_end(args);
    val_put(op->doc, "error",
            val_make("{'errors':[{'code':%s,'message':%s}]}", code, str_text(&text)));
    val_put_int(op->doc, "httpErrorStatusCode", http);
    val_put_text(op->doc, "httpErrorMessage",
                 http == 503   ? "SERVICE UNAVAILABLE"
                 : http == 409 ? "CONFLICT"
                               : "BAD REQUEST");
    str_done(&text);
}

static void finish(struct google *g, struct operation *op)
{
    char now[40];
    op->done = true;
    if (op->finish != NULL)
        op->finish(g, op);
    if (op->doc != NULL) {
        val_put_text(op->doc, "status", "DONE");
        val_put_int(op->doc, "progress", 100);
        val_put_text(op->doc, "endTime", stamp_compute(now));
    } else if (!str_starts(op->name, "operations/")) {
        val_put_text(op->metadata, "endTime", stamp_now(now));
    }
    pthread_cond_broadcast(&g->changed);
}

static struct operation *earliest(const struct google *g)
{
    struct operation *first = NULL; /* newest stand first: <= keeps the order of beginning */
    for (struct operation *op = g->operations; op != NULL; op = op->next)
        if (!op->done && (first == NULL || op->due_ms <= first->due_ms))
            first = op;
    return first;
}

int64_t google_next(const struct google *g)
{
    const struct operation *op = earliest(g);
    return op != NULL ? op->due_ms : INT64_MAX;
}

void google_settle(struct google *g)
{
    for (struct operation *op = earliest(g); op != NULL && op->due_ms <= clock_mono_ms();
         op = earliest(g))
        finish(g, op);
}

static void operation_free(struct operation *op)
{
    val_free(op->metadata);
    val_free(op->doc);
    val_free(op->input);
    val_free(op->error);
    val_free(op->response);
    mem_free(op);
}

void google_forget_state(struct google *g)
{
    for (struct operation *op; (op = g->operations) != NULL;) {
        g->operations = op->next;
        operation_free(op);
    }
    for (struct service_state *s; (s = g->services) != NULL;) {
        g->services = s->next;
        mem_free(s);
    }
    for (struct token *t; (t = g->tokens) != NULL;) {
        g->tokens = t->next;
        mem_free(t);
    }
}
