#include "tests/sandbox/platform/deploy.h"
#include "tests/sandbox/folder.h"
#include "tests/sandbox/platform/flyway.h"
#include "tests/sandbox/platform/manifest.h"
#include "tests/sandbox/platform/users.h"
#include "tests/sandbox/postgres.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MANIFEST_PATH ".nais/dev-gcp.yaml"

struct run {
    struct sandbox *s;
    struct manifest manifest;
    void (*say)(void *ctx, const char *line);
    void *ctx;
    char *why;
};

static void say(struct run *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(struct run *r, const char *fmt, ...)
{
    char line[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    if (r->say != NULL)
        r->say(r->ctx, line);
}

static bool fail(struct run *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool fail(struct run *r, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(r->why, DEPLOY_WHY, fmt, args);
    va_end(args);
    return false;
}

/* --- the manifest --- */

static bool read_manifest(struct run *r)
{
    char path[FOLDER_PATH], why[MANIFEST_WHY] = "";
    snprintf(path, sizeof(path), "%.900s/%s", r->s->repo, MANIFEST_PATH);
    if (!manifest_read(path, &r->manifest, why))
        return fail(r, "%s: %s", MANIFEST_PATH, why);
    const struct manifest *m = &r->manifest;
    if (strcmp(m->app, SANDBOX_APP) != 0)
        return fail(r, "%s: the application is %.100s; this namespace has %s", MANIFEST_PATH,
                    m->app, SANDBOX_APP);
    if (!m->has_instance)
        return fail(r,
                    "%s: no spec.gcp.sqlInstances: the platform never deletes a database by itself",
                    MANIFEST_PATH);
    if (strcmp(m->instance, SANDBOX_INSTANCE) != 0 || strcmp(m->database, SANDBOX_DATABASE) != 0)
        return fail(r,
                    "%s: the instance is %s and its database %s; other names would make new ones",
                    MANIFEST_PATH, SANDBOX_INSTANCE, SANDBOX_DATABASE);
    char runs[32];
    snprintf(runs, sizeof(runs), "POSTGRES_%d", postgres_version(r->s->pg));
    if (strcmp(m->type, runs) != 0)
        return fail(r, "%s: type %s; this sandbox runs %s and makes no upgrade", MANIFEST_PATH,
                    m->type, runs);
    say(r, "%s: instance %s, database %s", MANIFEST_PATH, m->instance, m->database);
    return true;
}

static void note_instance(struct run *r)
{
    struct sandbox_facts *facts = &r->s->facts;
    pthread_mutex_lock(&facts->lock);
    facts->logical_decoding = postgres_is_logical(r->s->pg);
    facts->disk_autoresize = r->manifest.disk_autoresize;
    facts->disk_size_gb = r->manifest.disk_size_gb;
    facts->disk_limit_gb = r->manifest.disk_limit_gb;
    snprintf(facts->version, sizeof(facts->version), "%s", r->manifest.type);
    facts->app_deployed = true;
    facts->generation++;
    pthread_mutex_unlock(&facts->lock);
}

/* --- the flags --- */

static bool set_flags(struct run *r)
{
    bool wanted = r->manifest.logical_decoding;
    bool turns = wanted != postgres_is_logical(r->s->pg);
    char slot[128] = "", why[POSTGRES_WHY] = "";
    if (turns && !wanted && users_any_logical_slot(r->s->pg, slot, sizeof(slot)))
        return fail(r,
                    "the flag cloudsql.logical_decoding cannot be turned off while the logical "
                    "replication slot %s exists",
                    slot);
    if (!postgres_set_more(r->s->pg, r->manifest.settings) && !turns)
        return true;
    if (turns)
        say(r, "flag cloudsql.logical_decoding=%s: restarting %s", wanted ? "on" : "off",
            SANDBOX_INSTANCE);
    else
        say(r, "flags have changed: restarting %s", SANDBOX_INSTANCE);
    users_end_readers(r->s->pg);
    if (!postgres_restart(r->s->pg, wanted, why))
        return fail(r, "PostgreSQL did not come back: %s", why);
    say(r, "PostgreSQL is up again");
    return true;
}

/* --- the users --- */

/* A user that the platform knows keeps its password, and whatever was done to the role since. */
static bool make_user(struct run *r, const char *name, struct sandbox_user *user)
{
    char why[USERS_WHY] = "";
    bool is_new = false;
    snprintf(user->name, sizeof(user->name), "%s", name);
    if (sandbox_password(r->s, name, user->password))
        return true;
    if (!sandbox_random(user->password, 32))
        return fail(r, "no random numbers to be had");
    if (!users_make(r->s->pg, user, &is_new, why))
        return fail(r, "user %s: %s", name, why);
    say(r, "user %s %s, its password is in the secret", name, is_new ? "made" : "taken over");
    return true;
}

static bool make_users(struct run *r)
{
    struct sandbox_user users[SANDBOX_USERS];
    struct sandbox_facts *facts = &r->s->facts;
    size_t n = r->manifest.n_users + 1;
    char why[USERS_WHY] = "";
    memset(users, 0, sizeof(users));
    for (size_t i = 0; i < n; i++) {
        if (!make_user(r, i == 0 ? r->manifest.instance : r->manifest.users[i - 1], &users[i]))
            return false;
    }
    if (!users_make_database(r->s->pg, SANDBOX_DATABASE, users[0].name, why))
        return fail(r, "database %s: %s", SANDBOX_DATABASE, why);
    pthread_mutex_lock(&facts->lock);
    memcpy(facts->users, users, sizeof(users));
    facts->n_users = n;
    pthread_mutex_unlock(&facts->lock);
    return true;
}

/* --- the app starts: Flyway runs --- */

static bool find_migrations(struct run *r, char folder[FOLDER_PATH])
{
    static const char *const places[] = {"src/main/resources/flyway",
                                         "src/main/resources/db/migration"};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        snprintf(folder, FOLDER_PATH, "%.900s/%s", r->s->repo, places[i]);
        if (access(folder, R_OK | X_OK) == 0)
            return true;
    }
    return fail(r, "no migrations: neither %s nor %s is there", places[0], places[1]);
}

static bool migrate(struct run *r)
{
    char folder[FOLDER_PATH], app[POSTGRES_CONNINFO], supervisor[POSTGRES_CONNINFO], password[64];
    if (!find_migrations(r, folder))
        return false;
    sandbox_password(r->s, SANDBOX_INSTANCE, password);
    struct flyway_run run = {
        .folder = folder,
        .conninfo = postgres_conninfo(r->s->pg, SANDBOX_DATABASE, SANDBOX_INSTANCE, password, app),
        .superuser = postgres_superuser(r->s->pg, SANDBOX_DATABASE, supervisor),
        .role = SANDBOX_INSTANCE,
        .say = r->say,
        .ctx = r->ctx,
    };
    size_t n_applied = 0;
    char why[FLYWAY_WHY] = "";
    bool ok = flyway_migrate(&run, &n_applied, why);
    memset(app, 0, sizeof(app));
    memset(password, 0, sizeof(password));
    return ok || fail(r, "%s", why);
}

bool deploy(struct sandbox *s, void (*line)(void *ctx, const char *line), void *ctx,
            char why[DEPLOY_WHY])
{
    struct run r = {.s = s, .say = line, .ctx = ctx, .why = why};
    why[0] = '\0';
    if (!read_manifest(&r) || !set_flags(&r) || !make_users(&r))
        return false;
    note_instance(&r);
    return migrate(&r);
}
