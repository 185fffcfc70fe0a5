#include "screens/cli/config_explain.h"

#include "screens/cli/config_file.h"
#include "screens/cli/options_rows.h"

#include "api/base/path.h"
#include "api/base/tr.h"
#include "api/google/credentials.h"
#include "api/pg/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTION(field) offsetof(struct options, field)
#define TARGET(field) offsetof(struct target, field)
#define FILED(field)  offsetof(struct selection, field)
#define NO_KEY        CONFIG_KEYS
#define NOWHERE       ((size_t)-1)

/* What a stream is about: an option, variables, a place in the plan file, a key of the user file.
 */
static const struct subject {
    const char *name;
    size_t option, target, filed;
    const char *file_key;
    enum config_key key;
    const char *variables[2];
} subjects[] = {
    {"app", OPTION(app), TARGET(app), FILED(source.app), "source.app", NO_KEY, {0}},
    {"context",
     OPTION(context),
     TARGET(context),
     FILED(source.context),
     "source.context",
     CONFIG_CONTEXT,
     {0}},
    {"namespace",
     OPTION(namespace_),
     TARGET(namespace_),
     FILED(source.namespace),
     "source.namespace",
     CONFIG_NAMESPACE,
     {0}},
    {"project",
     OPTION(project),
     TARGET(project),
     FILED(destination.project),
     "destination.project",
     CONFIG_PROJECT,
     {"CLOUDSDK_CORE_PROJECT", "GOOGLE_CLOUD_PROJECT"}},
    {"location", OPTION(location), TARGET(region), NOWHERE, NULL, CONFIG_LOCATION, {0}},
    {"instance",
     OPTION(instance),
     TARGET(instance),
     FILED(source.instance),
     "source.instance",
     NO_KEY,
     {0}},
    {"database",
     OPTION(database),
     TARGET(database),
     FILED(source.database),
     "source.database",
     NO_KEY,
     {0}},
    {"db-user",
     OPTION(db_user),
     TARGET(db_user),
     FILED(source.db_user),
     "source.db_user",
     NO_KEY,
     {0}},
    {"publication",
     OPTION(publication),
     TARGET(publication),
     FILED(source.publication),
     "source.publication",
     NO_KEY,
     {0}},
    {"slot", OPTION(slot), TARGET(slot), FILED(source.slot), "source.slot", NO_KEY, {0}},
    {"stream", OPTION(stream), TARGET(stream), FILED(naming.stream), "naming.stream", NO_KEY, {0}},
    {"dataset",
     OPTION(dataset),
     TARGET(dataset),
     FILED(destination.dataset),
     "destination.dataset",
     NO_KEY,
     {0}},
    {"dataset-location",
     NOWHERE,
     TARGET(location),
     FILED(destination.location),
     "destination.location",
     NO_KEY,
     {0}},
};

static struct config_setting *add(struct config_settings *out, const char *name)
{
    struct config_setting *set = &out->items[out->n++];

    *set = (struct config_setting){.name = name, .source = CONFIG_UNSET, .from = ""};
    return set;
}

static void came(struct config_setting *set, const char *value, enum config_source source,
                 const char *from)
{
    set->value = value;
    set->source = source;
    set->from = from;
}

static const char *text_at(const void *base, size_t at)
{
    const char *text =
        at == NOWHERE ? NULL : *(const char *const *)(const void *)((const char *)base + at);
    return str_is_empty(text) ? NULL : text;
}

/* True where a variable says it; from: which. */
static bool of_environment(struct config_setting *set, const char *const *variables, size_t n)
{
    for (size_t i = 0; i < n && variables[i]; i++)
        if (!str_is_empty(getenv(variables[i]))) {
            came(set, getenv(variables[i]), CONFIG_ENVIRONMENT, variables[i]);
            return true;
        }
    return false;
}

static const char *option_text(struct session *s, const char *name)
{
    return arena_printf(&s->mem, "--%s", name);
}

static bool of_user_file(struct session *s, struct config_setting *set, enum config_key key)
{
    const struct config_file *user = s->o->user;

    if (user == NULL || key == NO_KEY || user->values[key] == NULL)
        return false;
    came(set, user->values[key], CONFIG_USER_FILE,
         arena_printf(&s->mem, "%s:%d", user->path, user->lines[key]));
    return true;
}

/* Of a kubeconfig that is of no use the setting says why; where there is none, nothing is known. */
static void of_kubeconfig(struct session *s, struct config_setting *set)
{
    const struct cluster *cluster = s->live.cluster;
    const struct err *trouble = &s->live.cluster_trouble;
    bool context = str_eq(set->name, "context");

    if (!context && !str_eq(set->name, "namespace"))
        return;
    const char *value = cluster == NULL ? NULL
                        : context       ? cluster_context(cluster)
                                        : cluster_namespace(cluster);
    if (!str_is_empty(value))
        came(set, value, CONFIG_DEFAULT, tr("the kubeconfig's current context"));
    else if (cluster == NULL && trouble->kind != ERR_NONE && trouble->kind != ERR_MISSING)
        set->from = arena_printf(&s->mem, "%s%s%s", trouble->resource,
                                 trouble->resource[0] ? ": " : "", trouble->why);
}

/* The chain in its order; the value is what the session came to, whoever said it. */
static void explain_subject(struct session *s, const struct subject *is,
                            struct config_settings *out)
{
    struct config_setting *set = add(out, is->name);
    const char *value = (const char *)&s->target + is->target, *from;
    char gcloud[64];

    if (text_at(s->o, is->option))
        came(set, value, CONFIG_OPTION, option_text(s, is->name));
    else if (of_environment(set, is->variables, 2))
        set->value = value;
    else if (s->has_file && is->filed != NOWHERE && text_at(&s->file, is->filed))
        came(set, value, CONFIG_PLAN_FILE, is->file_key);
    else if (of_user_file(s, set, is->key))
        set->value = value;
    else if (str_eq(is->name, "project") && config_gcloud_project(&s->mem, gcloud, &from))
        came(set, arena_str(&s->mem, gcloud), CONFIG_GCLOUD, from);
    else if (value[0])
        came(set, value, CONFIG_DEFAULT, "");
    else
        of_kubeconfig(s, set);
}

static void explain_choices(struct session *s, struct config_settings *out)
{
    struct config_setting *set = add(out, "freshness");
    const char *seconds = arena_printf(&s->mem, "%d", s->target.freshness_seconds);

    if (s->o->freshness)
        came(set, seconds, CONFIG_OPTION, "--freshness");
    else if (s->has_file)
        came(set, seconds, CONFIG_PLAN_FILE, "destination.freshness_seconds");
    else if (of_user_file(s, set, CONFIG_FRESHNESS))
        set->value = seconds;
    else
        came(set, seconds, CONFIG_DEFAULT, "");
    const char *family = s->target.naming == TARGET_NAV_MODULE ? "nav-module" : "procedure";
    if (s->o->naming)
        came(add(out, "naming"), family, CONFIG_OPTION, "--naming");
    else if (s->o->stream && s->target.naming == TARGET_NAV_MODULE)
        came(add(out, "naming"), family, CONFIG_OPTION, "--stream");
    else
        came(add(out, "naming"), family, s->has_file ? CONFIG_PLAN_FILE : CONFIG_DEFAULT,
             s->has_file ? "naming.family" : "");
    const char *mode = s->target.mode == TARGET_APPEND_ONLY ? "append_only" : "merge";
    came(add(out, "mode"), mode, s->has_file ? CONFIG_PLAN_FILE : CONFIG_DEFAULT,
         s->has_file ? "destination.mode" : "");
}

/* --- the database --- */

static void explain_part(const struct pg_explained *part, struct arena *a,
                         struct config_settings *out)
{
    static const enum config_source sources[] = {[PG_FROM_OPTION] = CONFIG_OPTION,
                                                 [PG_FROM_ENVIRONMENT] = CONFIG_ENVIRONMENT,
                                                 [PG_FROM_SERVICE] = CONFIG_PG_SERVICE,
                                                 [PG_FROM_DEFAULT] = CONFIG_DEFAULT};
    struct config_setting *set = add(out, arena_printf(a, "pg.%s", part->keyword));
    bool tls = str_eq(part->keyword, "sslmode") && part->origin == PG_FROM_DEFAULT;

    if (part->value == NULL)
        return;
    came(set, part->value, sources[part->origin],
         part->origin == PG_FROM_OPTION        ? "--dsn"
         : part->origin == PG_FROM_ENVIRONMENT ? part->variable
                                               : "");
    if (tls) /* of ours: see api/pg/options.c */
        came(set, "verify-full", CONFIG_DEFAULT, tr("on this machine itself: prefer"));
}

static bool explain_connection(struct session *s, struct config_settings *out, struct err *e)
{
    struct pg_options o = live_pg_options(&s->live, s->o->dsn);
    struct pg_explained parts[PG_EXPLAINED];

    if (!pg_explain(&o, &s->mem, parts, e))
        return false;
    if (s->o->database && s->o->dsn == NULL)
        for (size_t i = 0; i < PG_EXPLAINED; i++)
            if (str_eq(parts[i].keyword, "dbname"))
                parts[i].origin = PG_FROM_OPTION;
    for (size_t i = 0; i < PG_EXPLAINED; i++)
        explain_part(&parts[i], &s->mem, out);
    return true;
}

/* --- secrets: that they are there, and nothing of them --- */

#define MASK "********"

static void explain_secret(struct config_settings *out, const char *name, const char *file,
                           const char *option, const char *variable)
{
    struct config_setting *set = add(out, name);

    set->secret = true;
    if (file)
        came(set, MASK, CONFIG_OPTION, option);
    else if (!str_is_empty(getenv(variable)))
        came(set, MASK, CONFIG_ENVIRONMENT, variable);
}

/* A proxy's URL may bear a password. */
static const char *without_password(struct arena *a, const char *url)
{
    const char *at = strrchr(url, '@'), *begin = strstr(url, "://");

    begin = begin ? begin + 3 : url;
    return at && at > begin ? arena_printf(a, "%.*s" MASK "%s", (int)(begin - url), url, at) : url;
}

/* --- the rest --- */

static void explain_variable(struct session *s, struct config_settings *out, const char *name,
                             const char *variable, const char *otherwise)
{
    struct config_setting *set = add(out, name);
    const char *value = getenv(variable);

    if (value && *value)
        came(set, without_password(&s->mem, value), CONFIG_ENVIRONMENT, variable);
    else if (otherwise)
        came(set, otherwise, CONFIG_DEFAULT, "");
}

static void explain_files(struct session *s, struct config_settings *out)
{
    const struct config_file *user = s->o->user;
    struct config_setting *repo = add(out, "repo"), *file = add(out, "file");
    bool must;

    if (s->live.repo)
        came(repo, s->live.repo,
             s->o->repo                            ? CONFIG_OPTION
             : !str_is_empty(getenv("STROM_REPO")) ? CONFIG_ENVIRONMENT
                                                   : CONFIG_DEFAULT,
             s->o->repo                            ? "--repo"
             : !str_is_empty(getenv("STROM_REPO")) ? "STROM_REPO"
                                                   : tr("the git folder that this is"));
    if (s->o->file)
        came(file, s->o->file, CONFIG_OPTION, "--file");
    else if (s->has_file)
        came(file, path_join(&s->mem, s->live.repo, "replication.json"), CONFIG_DEFAULT, "");
    if (user)
        came(add(out, "user-file"), user->path, CONFIG_DEFAULT, "");
    came(add(out, "state"), path_place(&s->mem, PATH_STATE),
         str_is_empty(getenv("XDG_STATE_HOME")) ? CONFIG_DEFAULT : CONFIG_ENVIRONMENT,
         str_is_empty(getenv("XDG_STATE_HOME")) ? "" : "XDG_STATE_HOME");
    explain_variable(s, out, "kubeconfig", "KUBECONFIG",
                     path_join(&s->mem, path_home(), ".kube/config"));
    const char *path = credentials_path(&s->mem, NULL, &must);
    const char *variable = must ? "GOOGLE_APPLICATION_CREDENTIALS" : "CLOUDSDK_CONFIG";
    bool named = !str_is_empty(getenv(variable));
    came(add(out, "credentials"), path, named ? CONFIG_ENVIRONMENT : CONFIG_DEFAULT,
         named ? variable : "");
}

static void explain_switch(struct session *s, struct config_settings *out, enum config_key key,
                           bool on, const char *const *variables, size_t n)
{
    struct config_setting *set = add(out, config_key_name(key));

    if (of_user_file(s, set, key) && str_eq(set->value, "yes"))
        return;
    if (on)
        came(set, "yes", CONFIG_OPTION, option_text(s, config_key_name(key)));
    else if (of_environment(set, variables, n))
        set->value = "yes";
    else if (set->source != CONFIG_USER_FILE)
        came(set, "no", CONFIG_DEFAULT, "");
}

static void explain_manner(struct session *s, struct config_settings *out)
{
    const struct config_file *user = s->o->user;
    struct config_setting *lang = add(out, "lang");
    static const char *const locale[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    if (of_user_file(s, lang, CONFIG_LANG) && s->o->lang == user->values[CONFIG_LANG])
        lang->value = tr_current();
    else if (s->o->lang)
        came(lang, tr_current(), CONFIG_OPTION, "--lang");
    else if (of_environment(lang, locale, 3))
        lang->value = tr_current();
    else
        came(lang, tr_current(), CONFIG_DEFAULT, "");
    struct config_setting *color = add(out, "color");
    if (s->o->color)
        came(color, s->o->color, CONFIG_OPTION, "--color");
    else if (!str_is_empty(getenv("NO_COLOR")))
        came(color, "never", CONFIG_ENVIRONMENT, "NO_COLOR");
    else
        came(color, "auto", CONFIG_DEFAULT, "");
    static const char *const accessible[] = {"ACCESSIBLE", "STROM_ACCESSIBLE"};
    explain_switch(s, out, CONFIG_PLAIN, s->o->plain, accessible, 2);
    explain_switch(s, out, CONFIG_NO_NOTIFY, s->o->no_notify, NULL, 0);
    explain_switch(s, out, CONFIG_MOUSE, s->o->mouse, NULL, 0);
    struct config_setting *timeout = add(out, "timeout");
    if (s->o->timeout)
        came(timeout, s->o->timeout, CONFIG_OPTION, "--timeout");
    explain_variable(s, out, "deploy-command", "STROM_DEPLOY_COMMAND", NULL);
    explain_variable(s, out, "poll-floor", "STROM_POLL_FLOOR", "1");
    explain_variable(s, out, "endpoint", "STROM_GCP_ENDPOINT", "https://*.googleapis.com");
    explain_variable(s, out, "quota-project", "GOOGLE_CLOUD_QUOTA_PROJECT", NULL);
    explain_variable(s, out, "proxy", getenv("https_proxy") ? "https_proxy" : "HTTPS_PROXY", NULL);
    explain_variable(s, out, "trust", "SSL_CERT_FILE", NULL);
}

const char *config_source_name(enum config_source source)
{
    static const char *const names[] = {
        [CONFIG_OPTION] = "option",         [CONFIG_ENVIRONMENT] = "environment",
        [CONFIG_PLAN_FILE] = "plan_file",   [CONFIG_USER_FILE] = "user_file",
        [CONFIG_PG_SERVICE] = "pg_service", [CONFIG_GCLOUD] = "gcloud",
        [CONFIG_DEFAULT] = "default",       [CONFIG_UNSET] = "unset"};

    return names[source];
}

bool config_explain(struct session *s, struct config_settings *out, struct err *e)
{
    out->n = 0;
    if (s->live.cluster_trouble.kind == ERR_SYSTEM) {
        *e = s->live.cluster_trouble;
        return false;
    }
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
        explain_subject(s, &subjects[i], out);
    explain_choices(s, out);
    if (!explain_connection(s, out, e))
        return false;
    explain_secret(out, "pg.password", NULL, NULL, "PGPASSWORD");
    explain_secret(out, "db-user-password", s->o->password_file, "--password-file",
                   "STROM_DB_PASSWORD");
    explain_files(s, out);
    explain_manner(s, out);
    return true;
}
