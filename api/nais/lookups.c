#include "api/nais/lookups.h"

#include "api/base/str.h"
#include "api/nais/items.h"

/* --- the apps of a namespace --- */

struct apps_job {
    struct task *asked;
    struct nais_apps apps;
};

static enum task_state apps_step(struct task *t);
static void apps_stop(void *job);
static const struct task_type apps_type = {"nais apps", sizeof(struct apps_job), apps_step,
                                           apps_stop};

static void read_app(struct arena *a, const struct json *item, struct nais_app *app)
{
    const char *project, *region, *instance;
    const char *connection = item_text(a, item, "status.connectionName");
    app->app = item_member(a, json_get(item, "metadata.labels"), "app");
    app->instance = item_service_name(a, item);
    app->version = item_text(a, item, "spec.databaseVersion");
    app->project =
        item_member(a, json_get(item, "metadata.annotations"), "cnrm.cloud.google.com/project-id");
    app->region = item_text(a, item, "spec.region");
    app->ready = item_connection(a, connection, &project, &region, &instance);
    if (!app->ready)
        return;
    app->project = project;
    app->region = region;
    app->instance = instance;
}

static enum task_state apps_step(struct task *t)
{
    struct apps_job *job = task_job(t, &apps_type);
    struct arena *a = task_arena(t);
    size_t n = 0;
    if (task_state(job->asked) == TASK_RUNNING)
        return TASK_RUNNING;
    if (task_state(job->asked) == TASK_FAILED)
        return task_fail_like(t, job->asked);
    const struct json *items = json_get(cluster_document(job->asked), "items");
    job->apps.items = arena_array(a, struct nais_app, json_count(items) + 1);
    for
        json_each(item, items) read_app(a, item, &job->apps.items[n++]);
    job->apps.n = n;
    task_clear(&job->asked);
    return TASK_OK;
}

static void apps_stop(void *ctx)
{
    struct apps_job *job = ctx;
    task_clear(&job->asked);
}

struct task *nais_apps(struct cluster *c)
{
    struct task *t = task_new(cluster_net(c), &apps_type);
    struct apps_job *job = task_job(t, &apps_type);
    job->asked = cluster_get(c, NAIS_SQL, "sqlinstances", NULL, NULL);
    return t;
}

const struct nais_apps *nais_apps_found(const struct task *t)
{
    if (task_state(t) != TASK_OK)
        return NULL;
    const struct apps_job *job = task_job(t, &apps_type);
    return &job->apps;
}
