#include "api/nais/lookups.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/nais/application.h"
#include "api/nais/base64.h"
#include "api/nais/items.h"

#include <string.h>

/* One app's database: instance, databases, user and the secret with its password. */

#define REF "spec.password.valueFrom.secretKeyRef"

enum { NAME_MAX_BYTES = 63 };

struct source_job {
    struct cluster *cluster;
    const char *app, *db_user;
    const char *wanted;   /* instance, where there are several; "" none was named */
    const char *resource; /* of the instance, where there are several */
    struct task *instances, *users, *databases, *applications, *application_by_name, *secret;
    struct application application;
    struct nais_source found;
    struct secret *password;
};

static enum task_state source_step(struct task *t);
static void source_stop(void *job);
static const struct task_type source_type = {"nais source", sizeof(struct source_job), source_step,
                                             source_stop};

/* Not: its kind is unknown to the cluster, for which there is the same status. */
static bool is_absent(const struct task *t, const char *name)
{
    return task_state(t) == TASK_FAILED && task_error(t)->kind == ERR_MISSING &&
           str_eq(task_error(t)->resource, name);
}

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

static enum task_state no_instance(struct task *t, const struct source_job *job)
{
    struct err e;
    err_set(&e, ERR_MISSING, tr("Looking for the database of %s"), job->app);
    err_resource(&e, job->app);
    application_explain(&job->application, job->app, cluster_namespace(job->cluster), &e);
    return task_fail(t, &e);
}

static enum task_state too_many(struct task *t, const struct source_job *job, size_t n,
                                const char *names)
{
    struct err e;
    err_set(&e, ERR_CONFLICT, tr("Looking for the database of %s"), job->app);
    err_resource(&e, job->app);
    if (*job->wanted)
        err_why(&e, tr("%zu instances belong to it, and %s is none of them: %s"), n, job->wanted,
                names);
    else
        err_why(&e, tr("%zu instances belong to it: %s"), n, names);
    err_hint(&e, tr("name the one that is meant with --instance"));
    return task_fail(t, &e);
}

/* It is there, and cannot be used yet: no status at all, one without a name, one with an odd name.
 */
static enum task_state not_ready(struct task *t, const struct source_job *job,
                                 const struct json *item)
{
    const char *name = item_service_name(task_arena(t), item);
    const char *connection = json_string_or(item, "status.connectionName", "");
    struct err e;
    err_set(&e, ERR_CONFLICT, tr("Looking for the database of %s"), job->app);
    err_resource(&e, name);
    err_hint(&e,
             tr("wait until the platform has made it; what it waits for: kubectl describe "
                "sqlinstance %s"),
             name);
    if (*connection)
        err_why(&e, tr("the connection name of the instance %s is not project:region:instance: %s"),
                name, connection);
    else if (!json_get(item, "status"))
        err_why(&e, tr("the platform has not begun with the instance %s: it has no status"), name);
    else
        err_why(&e, tr("the instance %s has no connection name yet"), name);
    for
        json_each(
            c, json_get(item, "status.conditions")) if (!*connection &&
                                                        str_eq(json_string(c, "type"), "Ready") &&
                                                        json_string(c, "message"))
            err_why(&e, tr("the instance %s has no connection name yet: %s (%s)"), name,
                    json_string(c, "message"),
                    json_string_or(c, "reason", tr("no reason was given")));
    return task_fail(t, &e);
}

/* Of several, the one that was named. */
static const struct json *choose_instance(struct arena *a, const struct source_job *job,
                                          const struct json *items)
{
    if (json_count(items) == 1)
        return json_first(items);
    for
        json_each(item,
                  items) if (*job->wanted &&
                             (str_eq(item_service_name(a, item), job->wanted) ||
                              str_eq(json_string(item, "metadata.name"), job->wanted))) return item;
    return NULL;
}

static enum task_state read_instance(struct task *t, struct source_job *job)
{
    struct arena *a = task_arena(t);
    struct nais_source *f = &job->found;
    const struct json *items = json_get(cluster_document(job->instances), "items");
    const struct json *item = choose_instance(a, job, items);
    if (json_count(items) == 0)
        return no_instance(t, job);
    if (!item)
        return too_many(t, job, json_count(items), items_names(a, items));
    job->resource = json_count(items) > 1 ? item_text(a, item, "metadata.name") : "";
    f->version = item_text(a, item, "spec.databaseVersion");
    f->connection_name = item_text(a, item, "status.connectionName");
    if (item_connection(a, f->connection_name, &f->project, &f->region, &f->instance))
        return TASK_OK;
    return not_ready(t, job, item);
}

/* --- user and secret --- */

/* Another instance's, where the app has several. */
static bool is_elsewhere(const struct source_job *job, const struct json *item)
{
    const char *ref = json_string(item, "spec.instanceRef.name");
    return *job->resource && ref && !str_eq(ref, job->resource);
}

static const char **names_in(struct arena *a, const struct source_job *job,
                             const struct json *items, size_t *n)
{
    const char **names = arena_array(a, const char *, json_count(items) + 1);
    for
        json_each(item, items) if (!is_elsewhere(job, item)) names[(*n)++] =
            item_service_name(a, item);
    return names;
}

static void read_lists(struct arena *a, struct source_job *job)
{
    struct nais_source *f = &job->found;
    f->users = names_in(a, job, json_get(cluster_document(job->users), "items"), &f->n_users);
    f->databases =
        names_in(a, job, json_get(cluster_document(job->databases), "items"), &f->n_databases);
}

/* By the name in PostgreSQL; else by the key of its password, as older resources have it: that
 * alone would take the app's own user where the database is called like the one asked for. */
static const struct json *find_user(const struct source_job *job, const struct json *users)
{
    for
        json_each(item, users) if (!is_elsewhere(job, item) &&
                                   str_eq(json_string(item, "spec.resourceID"),
                                          job->db_user)) return item;
    for
        json_each(item, users) if (!is_elsewhere(job, item) && !json_get(item, "spec.resourceID") &&
                                   nais_key_is_of(json_string(item, REF ".key"),
                                                  job->db_user)) return item;
    return NULL;
}

/* "<app>-<database>-<user>", dashes for underscores: how the platform names an extra user. */
static const char *platform_name(struct arena *a, const struct source_job *job, const char *before,
                                 const char *database)
{
    char *name = arena_printf(a, "%s%s-%s-%s", before, job->app, database, job->db_user);
    for (char *p = name; *p; p++)
        *p = *p == '_' ? '-' : *p;
    return name;
}

/* With one database there is nothing to guess; else the names of user or key tell. */
static const char *guess_database(struct arena *a, const struct source_job *job,
                                  const struct json *user)
{
    const struct nais_source *f = &job->found;
    if (f->n_databases == 1)
        return f->databases[0];
    for (size_t i = 0; user && i < f->n_databases; i++)
        if (str_eq(json_string(user, "metadata.name"), platform_name(a, job, "", f->databases[i])))
            return f->databases[i];
    for (size_t i = 0; i < f->n_databases; i++)
        if (nais_key_is_of(f->password_key, f->databases[i]))
            return f->databases[i];
    return "";
}

static void read_user(struct arena *a, struct source_job *job)
{
    struct nais_source *f = &job->found;
    const struct json *user = find_user(job, json_get(cluster_document(job->users), "items"));
    const char *id = item_text(a, user, "spec.resourceID");
    f->has_user = user != NULL;
    f->user = !user ? "" : *id ? id : job->db_user;
    f->secret_name = item_text(a, user, REF ".name");
    f->password_key = item_text(a, user, REF ".key");
    f->database = guess_database(a, job, user);
}

/* The platform shortens what is longer than a name may be, and nobody would find it by what the
 * manifest says. */
static const char *shortened(struct arena *a, const struct source_job *job)
{
    const char *whole = platform_name(a, job, "google-sql-", job->found.database);
    if (strlen(whole) <= NAME_MAX_BYTES || str_eq(whole, job->found.secret_name))
        return "";
    return arena_printf(a, tr(" (shortened from %s)"), whole);
}

static void password_absent(struct arena *a, struct source_job *job, enum nais_password state,
                            const char *why)
{
    struct nais_source *f = &job->found;
    f->password_state = state;
    f->password_why = arena_str(a, why);
    if (state == NAIS_PASSWORD_HIDDEN)
        f->password_where = arena_printf(
            a,
            tr("Nais console: team %s, app %s, Secrets, %s%s, key %s (a reason of at least 10 "
               "characters is asked for)"),
            cluster_namespace(job->cluster), job->app, f->secret_name, shortened(a, job),
            *f->password_key ? f->password_key : tr("ending in _PASSWORD"));
    else if (f->has_user || job->application.has_user)
        f->password_where =
            tr("wait for the platform, or look at the app's events in Nais console");
    else
        f->password_where =
            tr("add the user to the app's manifest and deploy it: see Prerequisites");
}

/* What is in the way before any secret was asked for; NULL: nothing. */
static const char *no_secret(struct arena *a, const struct source_job *job)
{
    const struct nais_source *f = &job->found;
    const struct application *app = &job->application;
    if (f->has_user && *f->secret_name)
        return NULL;
    if (f->has_user)
        return arena_printf(a, tr("the platform's user %s names no secret"), f->user);
    if (app->has_user)
        return arena_printf(
            a, tr("the manifest names the user %s, and the platform has not made it yet (%s)"),
            job->db_user, *app->state ? app->state : tr("no state is told"));
    return arena_printf(a, tr("the platform knows no database user %s of %s"), job->db_user,
                        job->app);
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

/* NAIS_DATABASE_USER_DB_PASSWORD -> NAIS_DATABASE_USER_DB_USERNAME: what stands beside it. */
static bool is_beside(const char *key, const char *password_key, const char *what)
{
    size_t n = strlen(password_key), tail = strlen("PASSWORD");
    if (!str_ends(password_key, "PASSWORD"))
        return str_ends(key, what);
    return strncmp(key, password_key, n - tail) == 0 && str_eq(key + n - tail, what);
}

/* The key that the platform names; where it names none, the user's. */
static const char *find_password_key(struct arena *a, const struct source_job *job,
                                     const struct json *data)
{
    const char *named = job->found.password_key, *only = "";
    for
        json_each(value, data)
        {
            const char *key = json_key(value);
            if (*named ? str_eq(key, named)
                       : str_ends(key, "PASSWORD") && nais_key_is_of(key, job->db_user))
                return arena_str(a, key);
            if (!*named && str_ends(key, "PASSWORD"))
                only = arena_str(a, key);
        }
    return only;
}

static void read_values(struct arena *a, struct source_job *job, const struct json *data)
{
    struct nais_source *f = &job->found;
    const char *password_key = find_password_key(a, job, data);
    if (!*password_key)
        return;
    f->password_key = password_key;
    for
        json_each(value, data)
        {
            const char *key = json_key(value);
            bool is_password = str_eq(key, password_key);
            struct secret *plain = is_password || is_beside(key, password_key, "USERNAME") ||
                                           is_beside(key, password_key, "DATABASE")
                                       ? decode_value(value)
                                       : NULL;
            if (secret_is_empty(plain)) {
                secret_free(plain);
                continue;
            }
            if (is_password) {
                secret_free(job->password);
                job->password = plain;
                continue;
            }
            *(str_ends(key, "USERNAME") ? &f->user : &f->database) =
                arena_str(a, secret_reveal(plain));
            secret_free(plain);
        }
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
    read_values(a, job, json_get(cluster_document(job->secret), "data"));
    if (job->password) {
        job->found.password_state = NAIS_PASSWORD_READ;
        job->found.password_why = job->found.password_where = "";
    } else {
        password_absent(a, job, NAIS_PASSWORD_MISSING,
                        arena_printf(a, tr("the secret %s holds no password of %s"),
                                     job->found.secret_name, job->db_user));
    }
    task_clear(&job->secret); /* the document goes, and the values with it */
    return TASK_OK;
}

/* --- the task --- */

/* The application carries the label app= only where its team gave it one; its name is sure. It is
 * asked for by name when the label found none and it matters: something else is missing. */
static bool wants_application(const struct source_job *job)
{
    const struct json *items = json_get(cluster_document(job->instances), "items");
    return json_count(items) == 0 ||
           !find_user(job, json_get(cluster_document(job->users), "items"));
}

/* False: it was asked for by name just now, or is still under way. */
static bool application_known(struct arena *a, struct source_job *job)
{
    const struct json *item = json_first(json_get(cluster_document(job->applications), "items"));
    if (!item && !wants_application(job))
        return true;
    if (!item && !job->application_by_name)
        job->application_by_name =
            cluster_get(job->cluster, NAIS_APPLICATIONS, "applications", job->app, NULL);
    if (!item && task_state(job->application_by_name) == TASK_RUNNING)
        return false;
    if (!item && task_state(job->application_by_name) == TASK_OK)
        item = cluster_document(job->application_by_name);
    if (item || is_absent(job->application_by_name, job->app))
        application_read(a, item, job->db_user, &job->application);
    return true;
}

static void drop_questions(struct source_job *job)
{
    task_clear(&job->instances);
    task_clear(&job->users);
    task_clear(&job->databases);
    task_clear(&job->applications);
    task_clear(&job->application_by_name);
}

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
    if (task_state(job->applications) == TASK_RUNNING || !application_known(a, job))
        return TASK_RUNNING;
    if (read_instance(t, job) == TASK_FAILED)
        return TASK_FAILED;
    read_lists(a, job);
    read_user(a, job);
    drop_questions(job);
    const char *why = no_secret(a, job);
    if (why) {
        password_absent(a, job, NAIS_PASSWORD_MISSING, why);
        return TASK_OK;
    }
    job->secret = cluster_get(job->cluster, NAIS_CORE, "secrets", job->found.secret_name, NULL);
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
    drop_questions(job);
    task_clear(&job->secret);
    secret_free(job->password);
    job->password = NULL;
}

struct task *nais_source(struct cluster *c, const char *app, const char *instance,
                         const char *db_user)
{
    struct task *t = task_new(cluster_net(c), &source_type);
    struct source_job *job = task_job(t, &source_type);
    const char *labels = arena_printf(task_arena(t), "app=%s", app);
    job->cluster = c;
    job->app = job->found.app = arena_str(task_arena(t), app);
    job->db_user = arena_str(task_arena(t), db_user);
    job->wanted = arena_str(task_arena(t), instance ? instance : "");
    job->resource = "";
    job->instances = cluster_get(c, NAIS_SQL, "sqlinstances", NULL, labels);
    job->users = cluster_get(c, NAIS_SQL, "sqlusers", NULL, labels);
    job->databases = cluster_get(c, NAIS_SQL, "sqldatabases", NULL, labels);
    job->applications = cluster_get(c, NAIS_APPLICATIONS, "applications", NULL, labels);
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
