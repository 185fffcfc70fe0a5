/* The stand-in as a whole: starts, keeps time, serves. */

#include "tests/sandbox/google/bigquery.h"
#include "tests/sandbox/google/datastream.h"
#include "tests/sandbox/google/server.h"

#include "api/base/arena.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

void google_credentials(const struct sandbox *s, struct str *out)
{
    struct val *v = val_make("{'type':'authorized_user','client_id':%s,'client_secret':%s,"
                             "'refresh_token':'1//%s','quota_project_id':%s,'universe_domain':"
                             "'googleapis.com','account':''}",
                             SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, s->token, SANDBOX_PROJECT);
    val_print(v, out, true);
    str_addc(out, '\n');
    val_free(v);
}

/* --- serving --- */

static void give(struct exchange *x, int status, const char *type, struct str *text)
{
    x->status = status;
    x->answer_type = type;
    x->answer_bytes = text->bytes;
    x->answer = malloc(text->bytes + 1); /* the server library frees it */
    if (x->answer != NULL)
        memcpy(x->answer, str_text(text), text->bytes + 1);
    else
        x->answer_bytes = 0;
    str_done(text);
}

static void give_call(struct exchange *x, struct call *c)
{
    struct str text = {0};
    if (c->html) {
        answer_html(c, &text);
        give(x, c->code, "text/html; charset=UTF-8", &text);
        return;
    }
    struct val *refusal = c->code >= 400 ? answer_envelope(c) : NULL;
    if (refusal != NULL || c->answer != NULL) {
        val_print(refusal != NULL ? refusal : c->answer, &text, true);
        str_addc(&text, '\n');
    }
    val_free(refusal);
    give(x, c->code, "application/json; charset=UTF-8", &text);
}

static void call_done(struct call *c)
{
    for (int i = 0; i < CALL_PARAMS; i++)
        mem_free(c->param[i]);
    val_free(c->query);
    val_free(c->body);
    val_free(c->answer);
    val_free(c->details);
}

static struct mount *mount_of(struct google *g, const char *first, size_t n)
{
    for (struct mount *m = g->mounts; m != NULL; m = m->next)
        if (!m->gone && strlen(m->name) == n && strncmp(m->name, first, n) == 0)
            return m;
    return NULL;
}

static void serve_mount(struct mount *m, struct exchange *x, const char *path, const char *query)
{
    struct google_request q = {.method = x->method,
                               .path = path,
                               .query = query,
                               .body = str_text(&x->body),
                               .bytes = x->body.bytes,
                               .authorization = x->authorization};
    struct google_reply r = {.status = 200, .content_type = "application/json"};
    m->handler(m->ctx, &q, &r);
    x->status = r.status;
    x->answer_type = r.content_type;
    x->answer = r.body;
    x->answer_bytes = r.body != NULL ? r.bytes : 0;
}

static void serve_google(struct google *g, struct exchange *x, const char *host, const char *path,
                         const char *query)
{
    static const struct service NOBODY = {.host = "", .family = FAMILY_ONEP};
    struct call c = {.g = g,
                     .method = x->method,
                     .authorization = x->authorization,
                     .user_project = x->user_project,
                     .content_type = x->content_type,
                     .if_match = x->if_match,
                     .raw = str_text(&x->body),
                     .raw_bytes = x->body.bytes,
                     .code = 500};
    c.service = route_service(host);
    pthread_mutex_lock(&g->lock);
    google_settle(g);
    if (x->too_big || c.service == NULL) {
        c.service = &NOBODY;
        call_refuse(&c, x->too_big ? 413 : 404, NULL,
                    x->too_big ? "Your client issued a request that was too large."
                               : "The requested URL was not found on this server.");
        c.html = true;
    } else {
        route_call(&c, path, query);
    }
    x->hold_until_ms = c.slow > 0 ? google_later(g, c.slow) : 0;
    pthread_mutex_unlock(&g->lock);
    give_call(x, &c);
    call_done(&c);
}

/* Waits on the condition, which stopping signals too. */
static void hold(struct google *g, const struct exchange *x)
{
    pthread_mutex_lock(&g->lock);
    while (!g->stopping && clock_mono_ms() < x->hold_until_ms)
        google_wait_until(g, x->hold_until_ms);
    pthread_mutex_unlock(&g->lock);
}

void server_answer(struct google *g, struct exchange *x)
{
    char *path = mem_str(x->uri), *query = strchr(path, '?');
    if (query != NULL)
        *query++ = '\0';
    const char *first = path + (path[0] == '/');
    size_t n = strcspn(first, "/");
    pthread_mutex_lock(&g->lock);
    g->last_request_ms = clock_mono_ms();
    struct mount *m = mount_of(g, first, n);
    if (m != NULL)
        m->running++;
    pthread_mutex_unlock(&g->lock);
    const char *rest = first[n] == '/' ? first + n + 1 : first + n;
    if (m != NULL) {
        serve_mount(m, x, rest, query != NULL ? query : "");
    } else {
        char host[128];
        snprintf(host, sizeof host, "%.*s", (int)(n < 127 ? n : 127), first);
        serve_google(g, x, host, rest, query != NULL ? query : "");
    }
    pthread_mutex_lock(&g->lock);
    if (m != NULL) {
        m->running--;
        pthread_cond_broadcast(&g->changed);
    }
    pthread_mutex_unlock(&g->lock);
    mem_free(path);
}

void server_serve(struct google *g, struct exchange *x)
{
    server_answer(g, x);
    hold(g, x);
    pthread_mutex_lock(&g->lock);
    request_log_write(g, x);
    pthread_mutex_unlock(&g->lock);
}

/* --- the keeper: things come true also while nobody asks --- */

void google_wait_until(struct google *g, int64_t mono_ms)
{
    int64_t left = mono_ms - clock_mono_ms();
    struct timespec at;
    if (g->paper) { /* nobody else is there who could bring it about */
        clock_advance(left < 0 ? 0 : left);
        return;
    }
    clock_gettime(CLOCK_REALTIME, &at); /* a condition's clock cannot be chosen everywhere */
    left = left < 0 ? 0 : left > 3600000 ? 3600000 : left;
    at.tv_sec += left / 1000;
    at.tv_nsec += left % 1000 * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(&g->changed, &g->lock, &at);
}

static void *keep(void *ctx)
{
    struct google *g = ctx;
    pthread_mutex_lock(&g->lock);
    while (!g->stopping) {
        google_settle(g);
        int64_t next = google_next(g), look = streams_keep(g);
        if (!g->stopping)
            google_wait_until(g, next < look ? next : look);
    }
    pthread_mutex_unlock(&g->lock);
    return NULL;
}

/* --- start and stop --- */

static bool open_log(struct google *g, const char *path, char why[512])
{
    if (path == NULL)
        return true;
    g->log = fopen(path, "a");
    if (g->log != NULL)
        return true;
    snprintf(why, 512, "The request log %.300s cannot be written.", path);
    return false;
}

static void release(struct google *g)
{
    streams_done(g);
    jobs_done(g);
    while (g->things != NULL)
        thing_drop(g, g->things);
    google_forget_state(g);
    while (g->mounts != NULL) {
        struct mount *m = g->mounts;
        g->mounts = m->next;
        mem_free(m);
    }
    policy_forget(g);
    val_free(g->entries);
    if (g->log != NULL)
        fclose(g->log);
    if (g->common_log != NULL)
        fclose(g->common_log);
    pthread_cond_destroy(&g->changed);
    pthread_mutex_destroy(&g->lock);
    mem_free(g);
}

struct google *google_start(struct sandbox *s, const struct google_options *o, char why[512])
{
    struct google *g = mem_alloc(sizeof *g);
    g->s = s;
    g->self = g;
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->changed, NULL);
    g->random = (uint64_t)clock_wall_ms() * 2654435761u + 88172645463325252u;
    g->entries = val_array();
    g->last_request_ms = clock_mono_ms();
    policy_reset(g);
    services_init(g, o->disabled_apis);
    g->paper = o->paper;
    source_version(s, g->pg_version);
    request_log_open_common(g);
    if (!open_log(g, o->request_log, why) || (!o->paper && !server_start(g, o->port, why))) {
        release(g);
        return NULL;
    }
    if (!o->paper && pthread_create(&g->keeper, NULL, keep, g) != 0) {
        server_stop(g);
        release(g);
        snprintf(why, 512, "No thread for the stand-in could be started.");
        return NULL;
    }
    return g;
}

void google_stop(struct google *g)
{
    if (g == NULL)
        return;
    pthread_mutex_lock(&g->lock);
    g->stopping = true;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
    if (!g->paper)
        pthread_join(g->keeper, NULL);
    server_stop(g);
    release(g);
}

int google_port(const struct google *g)
{
    return g->port;
}

int64_t google_idle_ms(const struct google *g)
{
    pthread_mutex_lock(&g->self->lock);
    int64_t idle = clock_mono_ms() - g->last_request_ms;
    pthread_mutex_unlock(&g->self->lock);
    return idle;
}

void google_mount(struct google *g, const char *name, google_handler *handler, void *ctx)
{
    struct mount *m = mem_alloc(sizeof *m);
    str_copy(m->name, sizeof m->name, name);
    m->handler = handler;
    m->ctx = ctx;
    pthread_mutex_lock(&g->lock);
    m->next = g->mounts;
    g->mounts = m;
    pthread_mutex_unlock(&g->lock);
}

void google_unmount(struct google *g, const char *name)
{
    pthread_mutex_lock(&g->lock);
    struct mount *m = mount_of(g, name, strlen(name));
    if (m != NULL)
        m->gone = true;
    while (m != NULL && m->running > 0)
        pthread_cond_wait(&g->changed, &g->lock);
    pthread_mutex_unlock(&g->lock);
}
