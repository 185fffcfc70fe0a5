#include "screens/connect_ask.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/nais/kubeconfig.h"
#include "api/plan/names.h"

#include <stdlib.h>
#include <string.h>

/* Options and environment go before the cluster (contract, section 3), like what was typed. */
static unsigned given(const struct journey *j)
{
    const struct options *o = j->live->options;
    const char *core = getenv("CLOUDSDK_CORE_PROJECT"), *cloud = getenv("GOOGLE_CLOUD_PROJECT"),
               *project = j->target.project;
    bool by_environment = project[0] && str_eq(project, str_is_empty(core) ? cloud : core);
    unsigned rows = 0;

    rows |= o->project || by_environment ? 1u << ROW_PROJECT : 0;
    rows |= o->location ? 1u << ROW_REGION : 0;
    rows |= o->instance ? 1u << ROW_INSTANCE : 0;
    rows |= o->database ? 1u << ROW_DATABASE : 0;
    return rows;
}

/* Nothing that belonged to it goes on to the next one. */
static void forget_app(struct connect *self, struct journey *j)
{
    self->typed = given(j);
    live_forget_password(j->live);
}

void connect_fields(struct connect *self, const struct journey *j)
{
    const struct target *t = &j->target;
    const char *ns = t->namespace_[0]   ? t->namespace_
                     : j->live->cluster ? cluster_namespace(j->live->cluster)
                                        : "";

    str_copy(self->ns, sizeof self->ns, ns);
    str_copy(self->project_text, sizeof self->project_text, t->project);
    str_copy(self->region, sizeof self->region, t->region);
    str_copy(self->instance, sizeof self->instance, t->instance);
    str_copy(self->database, sizeof self->database, t->database);
    str_copy(self->dsn, sizeof self->dsn, j->dsn);
    field_init(&self->fields[ROW_NAMESPACE], self->ns, sizeof self->ns);
    field_init(&self->fields[ROW_PROJECT], self->project_text, sizeof self->project_text);
    field_init(&self->fields[ROW_REGION], self->region, sizeof self->region);
    field_init(&self->fields[ROW_INSTANCE], self->instance, sizeof self->instance);
    field_init(&self->fields[ROW_DATABASE], self->database, sizeof self->database);
    field_init(&self->fields[ROW_DSN], self->dsn, sizeof self->dsn);
    field_init(&self->fields[ROW_PASSWORD], self->password, sizeof self->password);
    self->fields[ROW_PASSWORD].secret = true;
    self->typed |= given(j);
    field_place(&self->fields[self->focus], self->cursor);
}

/* A connection in the wrong line: it may hold a password, and is kept nowhere. */
static bool is_connection(const char *text)
{
    return strstr(text, "://") != NULL || strstr(text, "password") != NULL;
}

static void take(char *to, size_t cap, const char *text)
{
    if (!is_connection(text))
        str_copy(to, cap, text);
}

void connect_commit(struct connect *self, struct journey *j)
{
    struct target *t = &j->target;

    take(t->namespace_, sizeof t->namespace_, self->ns);
    take(t->project, sizeof t->project, self->project_text);
    take(t->region, sizeof t->region, self->region);
    take(t->instance, sizeof t->instance, self->instance);
    take(t->database, sizeof t->database, self->database);
    journey_changed(j);
}

static bool is_of_source(enum connect_row row)
{
    return row >= ROW_PROJECT && row <= ROW_DATABASE;
}

bool connect_type(struct connect *self, struct journey *j, int key, const char *pasted)
{
    enum connect_row row = self->focus;
    struct field *f = &self->fields[row];
    char before[CONNECT_NAME] = "";

    if (is_of_source(row))
        str_copy(before, sizeof before, f->text);
    if (!(pasted ? field_paste(f, pasted) : field_key(f, key)))
        return false;
    self->edited |= 1u << row;
    if (is_of_source(row) && f->text[0] == '\0')
        self->typed &= ~(1u << row);
    else if (is_of_source(row) && !str_eq(before, f->text))
        self->typed |= 1u << row;
    connect_commit(self, j);
    return true;
}

void connect_take_password(struct connect *self, struct journey *j)
{
    if (self->password[0]) {
        live_type_password(j->live, self->password);
    } else if (self->edited & 1u << ROW_PASSWORD) {
        live_forget_password(j->live);
        if (task_state(self->source) == TASK_OK)
            live_use_password(j->live, self->source);
    }
    secret_wipe(self->password, sizeof self->password);
    field_set(&self->fields[ROW_PASSWORD], "");
    self->edited &= ~(1u << ROW_PASSWORD);
}

void connect_commit_dsn(struct connect *self, struct journey *j)
{
    if (pg_dsn_has_password(self->dsn))
        return; /* never reaches the disk: connect_problem says so */
    str_copy(j->dsn, sizeof j->dsn, self->dsn);
    journey_changed(j);
}

const char *connect_problem(const struct connect *self, enum connect_row row)
{
    if (row == ROW_DSN && pg_dsn_has_password(self->dsn))
        return tr("a password does not belong here: use ~/.pgpass or PGPASSFILE");
    if (is_of_source(row) && is_connection(self->fields[row].text))
        return tr("this belongs into the line Connection, without its password");
    if (self->fields[row].touched && is_of_source(row) && self->fields[row].text[0] == '\0')
        return tr("needed: the cluster tells it when an app is chosen, else type it");
    return NULL;
}

void connect_contexts(struct connect *self, const struct journey *j)
{
    struct kubeconfig k = {0};
    struct err e;

    self->n_contexts = 0;
    if (!kubeconfig_load(&self->mem, NULL, &k, &e))
        return;
    for (size_t i = 0; i < k.n_contexts && i < CONNECT_CONTEXTS; i++) {
        if (str_eq(k.contexts[i].name, j->target.context[0] ? j->target.context : k.current))
            self->context.at = i;
        self->contexts[self->n_contexts++] = k.contexts[i].name;
    }
    kubeconfig_done(&k);
}

static void ask_source(struct connect *self, struct journey *j)
{
    const char *user = j->target.db_user[0] ? j->target.db_user : "datastream";

    task_clear(&self->source);
    self->taken = false;
    if (j->live->cluster && j->target.app[0])
        self->source = nais_source(j->live->cluster, j->target.app, j->target.instance, user);
}

void connect_ask_cluster(struct connect *self, struct journey *j)
{
    task_clear(&self->apps);
    task_clear(&self->source);
    if (j->live->cluster == NULL)
        return;
    str_copy(j->target.context, sizeof j->target.context, cluster_context(j->live->cluster));
    self->apps = nais_apps(j->live->cluster);
    ask_source(self, j);
}

void connect_ask_google(struct connect *self, struct journey *j)
{
    task_clear(&self->who);
    task_clear(&self->project);
    self->who = google_whoami(j->live->google);
    if (j->target.project[0])
        self->project = projects_get(j->live->google, j->target.project);
}

/* PGDATABASE, a service file or the person's own connection may name it: nobody is asked then. */
static void take_database(struct connect *self, struct journey *j)
{
    if (self->fields[ROW_DATABASE].text[0] != '\0')
        return;
    field_set(&self->fields[ROW_DATABASE], pg_database(j->live->pg));
    connect_commit(self, j);
}

void connect_ask_database(struct connect *self, struct journey *j)
{
    task_clear(&self->connecting);
    if (j->live->pg && pg_alive(j->live->pg))
        take_database(self, j);
    else
        self->connecting = live_connect(j->live, j->dsn, j->target.database);
}

void connect_choose_app(struct connect *self, struct journey *j, const char *app)
{
    struct target *t = &j->target;

    if (t->app[0] && !str_eq(t->app, app))
        forget_app(self, j);
    str_copy(t->app, sizeof t->app, app);
    t->app_role[0] = '\0';
    if (!j->opened)
        t->dataset[0] = t->stream[0] = '\0'; /* these follow from the database */
    journey_changed(j);
    ask_source(self, j);
}

void connect_choose_context(struct connect *self, struct journey *j)
{
    str_copy(j->target.context, sizeof j->target.context, self->contexts[self->context.at]);
    live_use_cluster(j->live, j->target.context, "");
    field_set(&self->fields[ROW_NAMESPACE],
              j->live->cluster ? cluster_namespace(j->live->cluster) : "");
    connect_commit(self, j);
    j->target.app[0] = '\0';
    forget_app(self, j);
    connect_ask_cluster(self, j);
}

void connect_field_left(struct connect *self, struct journey *j)
{
    unsigned edited = self->edited;

    self->edited = 0;
    if (edited & 1u << ROW_NAMESPACE) {
        live_use_cluster(j->live, j->target.context, j->target.namespace_);
        connect_ask_cluster(self, j);
    }
    if (edited & 1u << ROW_PROJECT)
        connect_ask_google(self, j);
    if (edited & 1u << ROW_PASSWORD) {
        self->edited = 1u << ROW_PASSWORD;
        connect_take_password(self, j);
    }
    if (edited & 1u << ROW_DSN)
        connect_commit_dsn(self, j);
    if (edited & (1u << ROW_DSN | 1u << ROW_DATABASE) && connect_problem(self, ROW_DSN) == NULL) {
        live_use_pg(j->live, NULL);
        connect_ask_database(self, j);
    }
}

const struct nais_apps *connect_apps(const struct connect *self)
{
    return task_state(self->apps) == TASK_OK ? nais_apps_found(self->apps) : NULL;
}

static const char *told(const struct nais_source *s, enum connect_row row)
{
    switch ((int)row) {
    case ROW_PROJECT:
        return s->project;
    case ROW_REGION:
        return s->region;
    case ROW_INSTANCE:
        return s->instance;
    case ROW_DATABASE:
        return s->database[0] || s->n_databases != 1 ? s->database : s->databases[0];
    default:
        return "";
    }
}

const char *connect_told(const struct connect *self, enum connect_row row)
{
    const char *text = task_state(self->source) == TASK_OK && self->typed & 1u << row
                           ? told(nais_source_found(self->source), row)
                           : "";

    return text[0] && !str_eq(text, self->fields[row].text) ? text : NULL;
}

static void take_source(struct connect *self, struct journey *j)
{
    const struct nais_source *s = nais_source_found(self->source);

    for (enum connect_row row = ROW_PROJECT; row <= ROW_DATABASE; row++)
        if (!(self->typed & 1u << row) && told(s, row)[0])
            field_set(&self->fields[row], told(s, row));
    if (s->has_user && s->user[0])
        str_copy(j->target.db_user, sizeof j->target.db_user, s->user);
    live_use_password(j->live, self->source);
    connect_commit(self, j);
    if (self->project == NULL && j->target.project[0])
        self->project = projects_get(j->live->google, j->target.project);
    if (j->live->pg == NULL && task_state(self->connecting) == TASK_FAILED)
        connect_ask_database(self, j); /* now the database's name is known */
}

static void take_apps(struct connect *self, struct journey *j, const struct nais_apps *apps)
{
    size_t at = 0;

    while (at < apps->n && !str_eq(apps->items[at].app, j->target.app))
        at++;
    if (at < apps->n && at < CONNECT_APPS)
        self->app.at = at;
    else if (apps->n == 1 && !j->elsewhere) /* it may be another's stream that is looked at */
        connect_choose_app(self, j, apps->items[0].app);
}

void connect_news(struct connect *self, struct journey *j)
{
    if (task_state(self->apps) == TASK_OK && self->source == NULL)
        take_apps(self, j, nais_apps_found(self->apps));
    if (task_state(self->source) == TASK_OK && !self->taken) {
        self->taken = true;
        take_source(self, j);
    }
    if (self->who && task_state(self->who) == TASK_OK)
        str_copy(j->who, sizeof j->who, google_identity(self->who)->email);
    if (self->connecting && task_state(self->connecting) == TASK_OK) {
        live_use_pg(j->live, pg_take(self->connecting));
        task_clear(&self->connecting);
        take_database(self, j);
    }
}

void connect_drop(struct connect *self)
{
    task_clear(&self->apps);
    task_clear(&self->source);
    task_clear(&self->who);
    task_clear(&self->project);
    task_clear(&self->connecting);
    secret_wipe(self->password, sizeof self->password);
    secret_wipe(self->dsn, sizeof self->dsn); /* one may have been typed there, too */
    arena_done(&self->mem);
}
