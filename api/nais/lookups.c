#include "api/nais/lookups.h"

#include "api/base/str.h"
#include "api/nais/base64.h"

#include <string.h>

#define SQL  "apis/sql.cnrm.cloud.google.com/v1beta1"
#define CORE "api/v1"

static const char *copy(struct arena *a, const struct json *j, const char *key)
{
    return arena_str(a, json_string_or(j, key, ""));
}

/* A key that holds dots or slashes itself: no path. */
static const char *member(struct arena *a, const struct json *object, const char *key)
{
    for
        json_each(m, object) if (str_eq(json_key(m), key)) return arena_str(
            a, json_text(m) ? json_text(m) : "");
    return "";
}

/* What the service calls it: spec.resourceID, else the resource's own name. */
static const char *service_name(struct arena *a, const struct json *item)
{
    const char *id = copy(a, item, "spec.resourceID");
    return *id ? id : copy(a, item, "metadata.name");
}

/* "project:region:instance"; a project of a domain has a colon of its own. */
static bool split_connection(struct arena *a, const char *text, const char **project,
                             const char **region, const char **instance)
{
    const char *last = strrchr(text, ':'), *first = last;
    if (!last || last == text)
        return false;
    do
        first--;
    while (first > text && *first != ':');
    if (*first != ':' || first == text || !last[1] || last == first + 1)
        return false;
    *project = arena_strn(a, text, (size_t)(first - text));
    *region = arena_strn(a, first + 1, (size_t)(last - first - 1));
    *instance = arena_str(a, last + 1);
    return true;
}

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
    const char *connection = copy(a, item, "status.connectionName");
    app->app = member(a, json_get(item, "metadata.labels"), "app");
    app->instance = service_name(a, item);
    app->version = copy(a, item, "spec.databaseVersion");
    app->project =
        member(a, json_get(item, "metadata.annotations"), "cnrm.cloud.google.com/project-id");
    app->region = copy(a, item, "spec.region");
    app->ready = split_connection(a, connection, &project, &region, &instance);
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
    job->asked = cluster_get(c, SQL, "sqlinstances", NULL, NULL);
    return t;
}

const struct nais_apps *nais_apps_found(const struct task *t)
{
    if (task_state(t) != TASK_OK)
        return NULL;
    const struct apps_job *job = task_job(t, &apps_type);
    return &job->apps;
}

/* --- one app's database --- */

struct source_job {
    struct cluster *cluster;
    const char *app, *db_user;
    struct task *instances, *users, *databases, *secret;
    struct nais_source found;
    struct secret *password;
};

static enum task_state source_step(struct task *t);
static void source_stop(void *job);
static const struct task_type source_type = {"nais source", sizeof(struct source_job), source_step,
                                             source_stop};

/* facts/gcp.md A: the key contains _USER_ in upper case, '-' as '_' */
bool nais_key_is_of(const char *key, const char *db_user)
{
    char wanted[130];
    size_t n = 0;
    if (str_is_empty(db_user) || strlen(db_user) > sizeof wanted - 3)
        return false;
    wanted[n++] = '_';
    for (const char *p = db_user; *p; p++)
        wanted[n++] = (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p == '-' ? '_' : *p);
    wanted[n++] = '_';
    wanted[n] = '\0';
    return key && strstr(key, wanted) != NULL;
}

static enum task_state no_instance(struct task *t, const struct source_job *job, size_t n,
                                   const char *why)
{
    struct err e;
    err_set(&e, n == 0 ? ERR_MISSING : ERR_CONFLICT, "Looking for the database of %s", job->app);
    err_resource(&e, job->app);
    err_why(&e, "%s", why);
    if (n == 0)
        err_hint(&e,
                 "check app, namespace (-n) and context (--context); an app with the in-cluster "
                 "Postgres has no Cloud SQL instance, and Datastream does not reach it");
    else if (n == 1)
        err_hint(&e, "wait until the platform has made it: nais postgres, or the app's events");
    else
        err_hint(&e, "name the one that is meant with --instance");
    return task_fail(t, &e);
}

static const char *names_of(struct arena *a, const struct json *items)
{
    struct str s = {0};
    for
        json_each(item, items) str_printf(&s, "%s%s", s.bytes ? ", " : "", service_name(a, item));
    const char *names = arena_str(a, str_text(&s));
    str_done(&s);
    return names;
}

static enum task_state read_instance(struct task *t, struct source_job *job)
{
    struct arena *a = task_arena(t);
    struct nais_source *f = &job->found;
    const struct json *items = json_get(cluster_document(job->instances), "items");
    size_t n = json_count(items);
    if (n == 0)
        return no_instance(t, job, 0,
                           arena_printf(a,
                                        "no SQL instance has the label app=%s in the namespace %s",
                                        job->app, cluster_namespace(job->cluster)));
    if (n > 1)
        return no_instance(
            t, job, n, arena_printf(a, "%zu instances belong to it: %s", n, names_of(a, items)));
    const struct json *item = json_first(items);
    f->version = copy(a, item, "spec.databaseVersion");
    f->connection_name = copy(a, item, "status.connectionName");
    if (split_connection(a, f->connection_name, &f->project, &f->region, &f->instance))
        return TASK_OK;
    return no_instance(
        t, job, 1,
        arena_printf(a, "the instance %s has no connection name yet", service_name(a, item)));
}

/* --- user and secret --- */

#define REF "spec.password.valueFrom.secretKeyRef"

static void read_lists(struct arena *a, struct source_job *job)
{
    struct nais_source *f = &job->found;
    const struct json *users = json_get(cluster_document(job->users), "items");
    const struct json *databases = json_get(cluster_document(job->databases), "items");
    f->users = arena_array(a, const char *, json_count(users) + 1);
    f->databases = arena_array(a, const char *, json_count(databases) + 1);
    for
        json_each(item, users) f->users[f->n_users++] = service_name(a, item);
    for
        json_each(item, databases) f->databases[f->n_databases++] = service_name(a, item);
}

static bool user_fits(const struct json *item, const char *db_user)
{
    return nais_key_is_of(json_string(item, REF ".key"), db_user) ||
           str_eq(json_string(item, "spec.resourceID"), db_user);
}

/* The key names user and database; with one database there is nothing to guess. */
static const char *guess_database(const struct nais_source *f)
{
    if (f->n_databases == 1)
        return f->databases[0];
    for (size_t i = 0; i < f->n_databases; i++)
        if (nais_key_is_of(f->password_key, f->databases[i]))
            return f->databases[i];
    return "";
}

static void read_user(struct arena *a, struct source_job *job)
{
    struct nais_source *f = &job->found;
    const struct json *users = json_get(cluster_document(job->users), "items");
    f->user = f->database = f->secret_name = f->password_key = "";
    for
        json_each(item, users)
        {
            if (!user_fits(item, job->db_user))
                continue;
            const char *id = copy(a, item, "spec.resourceID");
            f->has_user = true;
            f->user = *id ? id : arena_str(a, job->db_user);
            f->secret_name = copy(a, item, REF ".name");
            f->password_key = copy(a, item, REF ".key");
            break;
        }
    f->database = guess_database(f);
}

static void password_absent(struct arena *a, struct source_job *job, enum nais_password state,
                            const char *why)
{
    struct nais_source *f = &job->found;
    f->password_state = state;
    f->password_why = arena_str(a, why);
    if (state == NAIS_PASSWORD_HIDDEN)
        f->password_where =
            arena_printf(a,
                         "Nais console: team %s, app %s, Secrets, %s, key %s (a reason of at least "
                         "10 characters is asked for)",
                         cluster_namespace(job->cluster), job->app, f->secret_name,
                         *f->password_key ? f->password_key : "ending in _PASSWORD");
    else
        f->password_where = "add the user to the app's manifest and deploy it: see Prerequisites";
}

/* Decoded from its base64; NULL when it is none. */
static struct secret *decode_value(const struct json *value)
{
    const char *text = json_text(value);
    if (!text)
        return NULL;
    size_t room = strlen(text) + 1, n;
    char *plain = mem_alloc(room);
    struct secret *s = base64_decode(text, plain, &n) ? secret_new(plain, n) : NULL;
    secret_wipe(plain, room);
    mem_free(plain);
    return s;
}

static void read_value(struct arena *a, struct source_job *job, const struct json *value)
{
    struct nais_source *f = &job->found;
    const char *key = json_key(value);
    bool own =
        !*f->password_key || nais_key_is_of(key, job->db_user) || str_eq(key, f->password_key);
    struct secret *plain = own ? decode_value(value) : NULL;
    if (!plain)
        return;
    if (str_ends(key, "PASSWORD")) {
        secret_free(job->password);
        job->password = plain;
        f->password_key = arena_str(a, key);
        return;
    }
    if (str_ends(key, "USERNAME"))
        f->user = arena_str(a, secret_reveal(plain));
    if (str_ends(key, "DATABASE"))
        f->database = arena_str(a, secret_reveal(plain));
    secret_free(plain);
}

static enum task_state read_secret(struct task *t, struct source_job *job)
{
    struct arena *a = task_arena(t);
    if (task_state(job->secret) == TASK_FAILED) {
        const struct err *e = task_error(job->secret);
        bool gone = e->kind == ERR_MISSING;
        password_absent(a, job, gone ? NAIS_PASSWORD_MISSING : NAIS_PASSWORD_HIDDEN, e->why);
        return TASK_OK;
    }
    for
        json_each(value, json_get(cluster_document(job->secret), "data")) read_value(a, job, value);
    if (job->password) {
        job->found.password_state = NAIS_PASSWORD_READ;
        job->found.password_why = job->found.password_where = "";
    } else {
        password_absent(a, job, NAIS_PASSWORD_MISSING, "the secret holds no such password");
    }
    task_clear(&job->secret); /* the document goes, and the values with it */
    return TASK_OK;
}

/* --- the task --- */

static enum task_state lists_answered(struct task *t, struct source_job *job)
{
    struct arena *a = task_arena(t);
    struct task *const all[] = {job->instances, job->users, job->databases};
    for (size_t i = 0; i < 3; i++) {
        if (task_state(all[i]) == TASK_RUNNING)
            return TASK_RUNNING;
        if (task_state(all[i]) == TASK_FAILED)
            return task_fail_like(t, all[i]);
    }
    if (read_instance(t, job) == TASK_FAILED)
        return TASK_FAILED;
    read_lists(a, job);
    read_user(a, job);
    task_clear(&job->instances);
    task_clear(&job->users);
    task_clear(&job->databases);
    if (!job->found.has_user || !*job->found.secret_name) {
        password_absent(a, job, NAIS_PASSWORD_MISSING,
                        arena_printf(a, "the platform knows no database user %s of %s",
                                     job->db_user, job->app));
        return TASK_OK;
    }
    job->secret = cluster_get(job->cluster, CORE, "secrets", job->found.secret_name, NULL);
    return TASK_RUNNING;
}

static enum task_state source_step(struct task *t)
{
    struct source_job *job = task_job(t, &source_type);
    if (!job->secret)
        return lists_answered(t, job);
    if (task_state(job->secret) == TASK_RUNNING)
        return TASK_RUNNING;
    return read_secret(t, job);
}

static void source_stop(void *ctx)
{
    struct source_job *job = ctx;
    task_clear(&job->instances);
    task_clear(&job->users);
    task_clear(&job->databases);
    task_clear(&job->secret);
    secret_free(job->password);
    job->password = NULL;
}

struct task *nais_source(struct cluster *c, const char *app, const char *db_user)
{
    struct task *t = task_new(cluster_net(c), &source_type);
    struct source_job *job = task_job(t, &source_type);
    const char *labels = arena_printf(task_arena(t), "app=%s", app);
    job->cluster = c;
    job->app = job->found.app = arena_str(task_arena(t), app);
    job->db_user = arena_str(task_arena(t), db_user);
    job->instances = cluster_get(c, SQL, "sqlinstances", NULL, labels);
    job->users = cluster_get(c, SQL, "sqlusers", NULL, labels);
    job->databases = cluster_get(c, SQL, "sqldatabases", NULL, labels);
    return t;
}

const struct nais_source *nais_source_found(const struct task *t)
{
    if (task_state(t) != TASK_OK)
        return NULL;
    const struct source_job *job = task_job(t, &source_type);
    return &job->found;
}

const struct secret *nais_source_password(const struct task *t)
{
    if (task_state(t) != TASK_OK)
        return NULL;
    const struct source_job *job = task_job(t, &source_type);
    return job->password;
}
