#include "tests/faults/stand.h"

#include "api/base/arena.h"
#include "api/base/clock.h"
#include "tests/faults/reply.h"
#include "tests/sandbox/cluster/cluster.h"
#include "tests/sandbox/google/datastream.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNT "datastream@" SANDBOX_PROJECT ".iam.gserviceaccount.com"
#define ADDRESS "10.166.0.77" /* of the machine that was made again */

enum { SETTLED_MS = 30 * 60 * 1000 }; /* by then whatever was under way is over */

struct stand {
    struct sandbox sandbox;
    struct google *g;
    struct cluster *cluster;
};

static void prepare_source(struct sandbox *s, const char *password)
{
    struct sandbox_facts *f = &s->facts;

    f->app_deployed = f->logical_decoding = f->disk_autoresize = true;
    f->disk_size_gb = 10;
    f->n_users = 2;
    str_copy(f->users[0].name, sizeof f->users[0].name, SANDBOX_INSTANCE);
    str_copy(f->users[1].name, sizeof f->users[1].name, "datastream");
    str_copy(f->users[1].password, sizeof f->users[1].password, password);
}

/* What a replica would have brought. */
static void fill_dataset(struct google *g)
{
    char path[512];
    sqlite3 *db = NULL;

    stream_sqlite_path(g, "datastream_" SANDBOX_DATABASE, path);
    if (sqlite3_open(path, &db) == SQLITE_OK)
        sqlite3_exec(db,
                     "PRAGMA journal_mode=MEMORY; CREATE TABLE public_regel_evaluering (id INTEGER "
                     "PRIMARY KEY); INSERT INTO public_regel_evaluering VALUES (1), (2), (3);",
                     NULL, NULL, NULL);
    sqlite3_close(db);
}

static void set_state(struct google *g, enum stream_state state)
{
    for (struct stream *s = g->streams; s; s = s->next)
        s->state = state;
}

static void put_in_machine(struct google *g, const char *key, const char *value)
{
    for (struct thing *t = g->things; t; t = t->next)
        if (strcmp(t->kind, "instance") == 0) {
            struct val *nics = val_member(t->doc, "networkInterfaces");
            val_put_text(str_eq(key, "networkIP") ? nics->first : t->doc, key, value);
        }
}

static void copy_all(struct google *g)
{
    for (struct stream *s = g->streams; s; s = s->next)
        for (struct val *o = s->objects ? s->objects->first : NULL; o; o = o->next)
            val_put_text(o, "backfillJob.state", "PENDING");
}

static void break_something(struct google *g, const struct stand_options *o)
{
    if (o->stream_lost)
        set_state(g, STREAM_FAILED_PERMANENTLY);
    if (o->stream_paused)
        set_state(g, STREAM_PAUSED);
    if (o->machine_down)
        put_in_machine(g, "status", "TERMINATED");
    if (o->machine_rebuilt)
        put_in_machine(g, "networkIP", ADDRESS);
    if (o->copying)
        copy_all(g);
}

void stand_befall(struct stand *s, const struct stand_options *what)
{
    break_something(s->g, what);
}

struct stand *stand_open(const struct stand_options *o)
{
    struct stand *s = mem_alloc(sizeof *s);
    char why[512] = "", log[512];

    sandbox_init(&s->sandbox);
    s->sandbox.name = "faults";
    s->sandbox.scenario = "ready";
    s->sandbox.folder = o->folder;
    s->sandbox.token = o->refresh;
    prepare_source(&s->sandbox, o->password);
    snprintf(log, sizeof log, "%s/requests.jsonl", o->folder);
    struct google_options g = {.paper = true, .disabled_apis = !o->running, .request_log = log};
    s->g = google_start(&s->sandbox, &g, why);
    s->cluster = s->g ? cluster_start(s->g, &s->sandbox) : NULL;
    if (s->cluster && (!o->running || google_prepare_running(s->g, why))) {
        if (o->running)
            fill_dataset(s->g);
        break_something(s->g, o);
        policy_bind(s->g, "roles/iam.serviceAccountTokenCreator", "user:" SANDBOX_PERSON);
        return s;
    }
    fprintf(stderr, "no stand-in: %s\n", why);
    stand_close(s);
    return NULL;
}

void stand_close(struct stand *s)
{
    if (!s)
        return;
    if (s->cluster)
        cluster_stop(s->cluster);
    google_stop(s->g);
    sandbox_done(&s->sandbox);
    mem_free(s);
}

struct google *stand_google(struct stand *s)
{
    return s->g;
}

static char *hand_over(struct str *text)
{
    char *copy = strdup(str_text(text));

    str_done(text);
    return copy;
}

static void wrap_impersonated(struct str *text)
{
    struct str outer = {0};

    str_printf(&outer,
               "{\"type\":\"impersonated_service_account\",\"service_account_impersonation_url\":"
               "\"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/" ACCOUNT
               ":generateAccessToken\",\"source_credentials\":%s}",
               str_text(text));
    str_done(text);
    *text = outer;
}

char *stand_credentials(struct stand *s, enum stand_login login, const char *key)
{
    struct str text = {0};

    if (login == STAND_ACCOUNT) {
        struct val *v = val_make(
            "{'type':'service_account','client_email':%s,'private_key_id':'k1','private_key':%s,"
            "'token_uri':'https://oauth2.googleapis.com/token','project_id':%s}",
            ACCOUNT, key, SANDBOX_PROJECT);
        val_print(v, &text, true);
        val_free(v);
        return hand_over(&text);
    }
    google_credentials(&s->sandbox, &text);
    if (login == STAND_IMPERSONATED)
        wrap_impersonated(&text);
    return hand_over(&text);
}

char *stand_kubeconfig(struct stand *s, int port)
{
    struct str text = {0};

    cluster_kubeconfig(&s->sandbox, port, &text);
    return hand_over(&text);
}

/* --- what stands there --- */

/* Numbers and times that the cloud chooses. */
static void forget_chance(struct val *v)
{
    static const char *const keys[] = {"id",
                                       "uid",
                                       "uniqueId",
                                       "etag",
                                       "lastRecoveryTime",
                                       "createTime",
                                       "updateTime",
                                       "creationTimestamp",
                                       "creationTime",
                                       "lastModifiedTime",
                                       "lastStartTimestamp",
                                       "lastStopTimestamp",
                                       "fingerprint",
                                       "labelFingerprint",
                                       "natIP",
                                       "strom-run",
                                       "sourceImage", /* the newest one of those that are known */
                                       "oauth2ClientId"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        val_put_member(v, keys[i], NULL);
}

/* A run's mark stands behind the description of what takes no label. */
static void forget_mark(struct val *v)
{
    const char *text = val_text(v, "description"), *at = text ? strstr(text, " (strom run-") : NULL;
    char whole[256];

    if (at) {
        snprintf(whole, sizeof whole, "%.*s", (int)(at - text), text);
        val_put_text(v, "description", whole);
    }
}

static void forget_all_chance(struct val *v)
{
    if (v->kind == VAL_OBJECT) {
        forget_chance(v);
        forget_mark(v);
    }
    for (struct val *c = v->first; c; c = c->next)
        forget_all_chance(c);
}

static void say(struct str *out, const char *kind, const char *name, const struct val *doc)
{
    struct val *copy = val_copy(doc);

    forget_all_chance(copy);
    if (str_eq(kind, "address")) { /* brought up to date when somebody looks at it */
        val_put(copy, "status", NULL);
        val_put(copy, "users", NULL);
    }
    str_printf(out, "%s %s ", kind, name);
    if (!str_eq(kind, "profile-password"))
        val_print(copy, out, false);
    str_add(out, "\n");
    val_free(copy);
}

static int by_text(const void *a, const void *b)
{
    char *const *x = a, *const *y = b;

    return strcmp(*x, *y);
}

/* In an order of its own: what was made first differs from run to run. */
static void sort_lines(struct str *text)
{
    char *lines[256] = {NULL}, *rest = text->text;
    struct str sorted = {0};
    size_t n = 0;

    for (char *line; rest && n < 256 && (line = strtok_r(rest, "\n", &rest));)
        lines[n++] = line;
    qsort(lines, n, sizeof *lines, by_text);
    for (size_t i = 0; i < n; i++)
        str_printf(&sorted, "%s\n", lines[i]);
    str_done(text);
    *text = sorted;
}

char *stand_state(struct stand *s)
{
    struct google *g = s->g;
    struct str text = {0};

    clock_advance(SETTLED_MS);
    pthread_mutex_lock(&g->lock);
    google_settle(g);
    for (struct thing *t = g->things; t; t = t->next)
        if (!t->hidden)
            say(&text, t->kind, t->name, t->doc);
    for (struct stream *t = g->streams; t; t = t->next) {
        struct val *doc = stream_doc(g, t);
        say(&text, "stream", t->name, doc);
        val_free(doc);
    }
    for (struct service_state *t = g->services; t; t = t->next)
        if (t->listed)
            str_printf(&text, "service %s\n", t->name);
    say(&text, "policy", "", g->policy);
    pthread_mutex_unlock(&g->lock);
    sort_lines(&text);
    return hand_over(&text);
}
