/* /sandbox/...: what `strom-sandbox deploy`, `sql`, `traffic`, `status` and `down` ask the keeper.
 */

#include "tests/sandbox/platform/deploy.h"
#include "tests/sandbox/postgres.h"
#include "tests/sandbox/program/keeper.h"
#include "tests/sandbox/program/query.h"

#include "api/base/clock.h"
#include "api/base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_allowed(const struct keeper *k, const char *authorization)
{
    char wanted[sizeof(k->place.token) + 8];
    snprintf(wanted, sizeof(wanted), "Bearer %s", k->place.token);
    size_t n = strlen(wanted);
    unsigned char differs = strlen(authorization) != n;
    for (size_t i = 0; i < n && authorization[i] != '\0'; i++)
        differs |= (unsigned char)(wanted[i] ^ authorization[i]);
    return differs == 0;
}

enum { GRANT_SECONDS = 2 * 3600 };

static void put_error(struct json_out *o, const char *message)
{
    json_open_object(o, "error");
    json_put_string(o, "message", message);
    json_close_object(o);
}

/* --- status --- */

static void put_traffic(struct keeper *k, struct json_out *o)
{
    struct traffic_look look;
    memset(&look, 0, sizeof(look));
    if (k->traffic != NULL)
        traffic_look(k->traffic, &look);
    json_open_object(o, "traffic");
    json_put_double(o, "rate", look.rate);
    json_put_int(o, "inserts", (int64_t)look.inserts);
    json_put_int(o, "updates", (int64_t)look.updates);
    json_put_int(o, "deletes", (int64_t)look.deletes);
    json_put_int(o, "rollbacks", (int64_t)look.rollbacks);
    json_put_string(o, "error", look.error[0] != '\0' ? look.error : NULL);
    json_close_object(o);
}

static int status(struct keeper *k, const struct json *body, struct json_out *o)
{
    char started[CLOCK_TEXT];
    (void)body;
    struct sandbox_facts *facts = &k->sandbox.facts;
    json_put_string(o, "name", k->place.name);
    json_put_string(o, "scenario", k->place.scenario);
    json_put_string(o, "folder", k->place.folder);
    json_put_string(o, "repo", k->place.repo);
    json_put_int(o, "pid", k->place.pid);
    json_put_int(o, "port", k->place.port);
    json_put_double(o, "speed", k->place.speed);
    json_put_string(o, "started", clock_rfc3339(k->place.started, started));
    json_open_object(o, "postgres");
    json_put_bool(o, "alive", postgres_alive(k->sandbox.pg));
    json_put_int(o, "version", postgres_version(k->sandbox.pg));
    json_put_int(o, "port", k->place.database_port);
    json_put_string(o, "socket_folder", postgres_socket_folder(k->sandbox.pg));
    json_close_object(o);
    pthread_mutex_lock(&facts->lock);
    json_put_bool(o, "logical_decoding", facts->logical_decoding);
    json_put_bool(o, "disk_autoresize", facts->disk_autoresize);
    json_put_int(o, "deploys", facts->generation);
    json_open_array(o, "users");
    for (size_t i = 0; i < facts->n_users; i++)
        json_put_string(o, NULL, facts->users[i].name);
    json_close_array(o);
    pthread_mutex_unlock(&facts->lock);
    put_traffic(k, o);
    return 200;
}

/* --- deploy --- */

static void put_line(void *ctx, const char *line)
{
    json_put_string(ctx, NULL, line);
}

static int deploy_call(struct keeper *k, const struct json *body, struct json_out *o)
{
    char why[DEPLOY_WHY];
    (void)body;
    pthread_mutex_lock(&k->deploying);
    json_open_array(o, "lines");
    bool ok = deploy(&k->sandbox, put_line, o, why);
    json_close_array(o);
    pthread_mutex_unlock(&k->deploying);
    json_put_bool(o, "ok", ok);
    if (!ok)
        put_error(o, why);
    return 200;
}

/* --- sql, traffic, down --- */

static int sql(struct keeper *k, const struct json *body, struct json_out *o)
{
    char folder[FOLDER_PATH], why[512] = "";
    const char *query = json_string(body, "query");
    snprintf(folder, sizeof(folder), "%.900s/bigquery", k->place.folder);
    bool ok = query != NULL ? query_run(folder, query, o, why) : query_overview(folder, o, why);
    json_put_bool(o, "ok", ok);
    if (!ok)
        put_error(o, why);
    return 200;
}

static int traffic(struct keeper *k, const struct json *body, struct json_out *o)
{
    double rate = json_double(body, "rate", -1);
    if (rate >= 0 && k->traffic != NULL)
        traffic_set(k->traffic, rate);
    put_traffic(k, o);
    return 200;
}

/* As somebody does who may and was asked to. */
static int grant(struct keeper *k, const struct json *body, struct json_out *o)
{
    const char *role = json_string(body, "query");
    bool ok = role != NULL && google_grant(k->google, role, GRANT_SECONDS);
    json_put_bool(o, "ok", ok);
    if (!ok)
        put_error(o, role != NULL ? "no such role here, or a basic one: those cannot end"
                                  : "name a role: roles/...");
    return 200;
}

static int down(struct keeper *k, const struct json *body, struct json_out *o)
{
    (void)body;
    json_put_bool(o, "ok", true);
    keeper_end(k);
    return 202;
}

/* --- the table --- */

static const struct {
    const char *method, *path;
    int (*run)(struct keeper *k, const struct json *body, struct json_out *o);
} calls[] = {
    {"GET", "status", status},    {"POST", "deploy", deploy_call}, {"POST", "sql", sql},
    {"POST", "traffic", traffic}, {"POST", "grant", grant},        {"POST", "down", down},
};

static int dispatch(struct keeper *k, const struct google_request *q, struct json_out *o)
{
    const char *path = q->path[0] == '/' ? q->path + 1 : q->path;
    if (!is_allowed(k, q->authorization)) {
        put_error(o, "the token of this sandbox is missing or wrong");
        return 401;
    }
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (strcmp(path, calls[i].path) != 0)
            continue;
        if (strcmp(q->method, calls[i].method) != 0) {
            put_error(o, "another method is wanted here");
            return 405;
        }
        struct err e;
        struct json *body = q->bytes > 0 ? json_parse(q->body, q->bytes, &e) : NULL;
        int code = calls[i].run(k, body, o);
        json_free(body);
        return code;
    }
    put_error(o, "no such call");
    return 404;
}

static void handle(void *ctx, const struct google_request *q, struct google_reply *reply)
{
    struct str text = {0};
    struct json_out o;
    json_begin(&o, &text, false);
    json_open_object(&o, NULL);
    json_put_int(&o, "version", 1);
    reply->status = dispatch(ctx, q, &o);
    json_close_object(&o);
    str_addc(&text, '\n');
    reply->content_type = "application/json";
    reply->body = strdup(str_text(&text));
    reply->bytes = text.bytes;
    str_done(&text);
}

void control_mount(struct keeper *k)
{
    google_mount(k->google, "sandbox", handle, k);
}
