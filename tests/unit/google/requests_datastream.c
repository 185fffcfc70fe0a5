#include "api/base/secret.h"
#include "api/google/datastream.h"
#include "api/google/datastream_profiles.h"
#include "tests/unit/google/requests.h"

#include <stdio.h>

#define STREAM "postgres-postmottak-backend-bigquery"
#define SOURCE "postgres-postmottak-backend"
#define TARGET "bigquery-postmottak-backend"
#define OBJECT "projects/" P "/locations/" L "/streams/" STREAM "/objects/4f2c"

static struct datastream_column columns[] = {{.name = "id"}, {.name = "bel\303\270p"}};
static struct datastream_table tables[] = {{"vedtak", columns, 2}, {"hele", NULL, 0}};
static struct datastream_schema schemas[] = {{"public", tables, 2}};
static struct google_label label_items[] = {{"created-by", "strom"}};
static const struct google_labels labels = {label_items, 1};
static const struct google_write dry = {.validate_only = true}, forced = {.force = true};

static void show_selection(struct str *out, const char *name, const struct datastream_selection *s)
{
    char line[256];
    for (size_t i = 0; i < s->n_schemas; i++)
        for (size_t k = 0; k < s->schemas[i].n_tables; k++) {
            const struct datastream_table *t = &s->schemas[i].tables[k];
            snprintf(line, sizeof line, "%s.%s", s->schemas[i].name, t->name);
            show(out, name, line);
            for (size_t c = 0; c < t->n_columns; c++) {
                const struct datastream_column *col = &t->columns[c];
                snprintf(line, sizeof line, "%s %s length=%d precision=%d scale=%d at=%d%s%s",
                         col->name, *col->type ? col->type : "?", col->length, col->precision,
                         col->scale, col->position, col->primary_key ? " key" : "",
                         col->nullable ? " nullable" : "");
                show(out, "  column", line);
            }
        }
}

static void show_fault(struct str *out, const char *name, const struct datastream_fault *f)
{
    show(out, name, f->reason);
    show(out, "  message", f->message);
    show(out, "  uuid", f->uuid);
    show(out, "  time", f->time);
}

static void show_faults(struct str *out, const char *name, const struct datastream_faults *f)
{
    for (size_t i = 0; i < f->n; i++)
        show_fault(out, nth(name, i), &f->items[i]);
}

/* --- private connections --- */

static struct task *private_list(struct google *g, const char *with)
{
    (void)with;
    return datastream_private_list(g, P, L);
}

static struct task *private_get(struct google *g, const char *with)
{
    (void)with;
    return datastream_private_get(g, P, L, "datastream-connection");
}

static struct task *private_create(struct google *g, const char *with)
{
    return datastream_private_create(g, P, L, "datastream-connection", "datastream-vpc",
                                     "10.2.0.0/29", &labels, str_eq(with, "dry") ? &dry : NULL);
}

static struct task *private_delete(struct google *g, const char *with)
{
    return datastream_private_delete(g, P, L, "datastream-connection",
                                     str_eq(with, "force") ? &forced : NULL);
}

static void show_one_private(struct str *out, const struct datastream_private *p)
{
    show(out, "name", p->name);
    show(out, "id", p->id);
    show(out, "display_name", p->display_name);
    show(out, "state", p->state);
    show(out, "vpc", p->vpc);
    show(out, "subnet", p->subnet);
    show(out, "network_attachment", p->network_attachment);
    show(out, "create_time", p->create_time);
    show_labels(out, &p->labels);
    if (*p->error.reason)
        show_fault(out, "error", &p->error);
}

static void show_private(const struct task *t, struct str *out)
{
    if (datastream_private(t))
        show_one_private(out, datastream_private(t));
}

static void show_privates(const struct task *t, struct str *out)
{
    const struct datastream_privates *list = datastream_privates(t);
    show_int(out, "unreachable", (long long)list->n_unreachable);
    for (size_t i = 0; i < list->n; i++)
        show_one_private(out, &list->items[i]);
}

/* --- profiles --- */

static struct task *profile_list(struct google *g, const char *with)
{
    return datastream_profile_list(g, P, str_eq(with, "everywhere") ? DATASTREAM_EVERYWHERE : L);
}

static struct task *profile_get(struct google *g, const char *with)
{
    (void)with;
    return datastream_profile_get(g, P, L, SOURCE);
}

static struct datastream_source source(const struct secret *password)
{
    return (struct datastream_source){"10.166.0.5", "datastream",           "postmottak", 0,
                                      password,     "datastream-connection"};
}

static struct task *profile_create_postgres(struct google *g, const char *with)
{
    struct secret *password = secret_new("canary-password", 15);
    struct datastream_source s = source(password);
    struct task *t = datastream_profile_create_postgres(g, P, L, SOURCE, SOURCE, &s, &labels,
                                                        str_eq(with, "dry") ? &dry : NULL);
    secret_free(password);
    return t;
}

static struct task *profile_create_bigquery(struct google *g, const char *with)
{
    (void)with;
    return datastream_profile_create_bigquery(g, P, L, TARGET, TARGET, &labels, NULL);
}

/* Without a new password none is sent: it would overwrite the one that is there. */
static struct task *profile_patch(struct google *g, const char *with)
{
    struct secret *password = str_eq(with, "password") ? secret_new("canary-password", 15) : NULL;
    struct datastream_source s = {.host = "10.166.0.9", .password = password};
    struct task *t = datastream_profile_patch(g, P, L, SOURCE, &s, NULL);
    secret_free(password);
    return t;
}

static struct task *profile_delete(struct google *g, const char *with)
{
    (void)with;
    return datastream_profile_delete(g, P, L, SOURCE, NULL);
}

static void show_one_profile(struct str *out, const struct datastream_profile *p)
{
    static const char *const kinds[] = {"other", "postgres", "bigquery"};
    show(out, "name", p->name);
    show(out, "id", p->id);
    show(out, "display_name", p->display_name);
    show(out, "kind", kinds[p->kind]);
    show(out, "host", p->host);
    show_int(out, "port", p->port);
    show(out, "user", p->user);
    show(out, "database", p->database);
    show(out, "private_connection", p->private_connection);
    show(out, "create_time", p->create_time);
    show_labels(out, &p->labels);
}

static void show_profile(const struct task *t, struct str *out)
{
    if (datastream_profile(t))
        show_one_profile(out, datastream_profile(t));
}

static void show_profiles(const struct task *t, struct str *out)
{
    const struct datastream_profiles *list = datastream_profiles(t);
    show_int(out, "unreachable", (long long)list->n_unreachable);
    for (size_t i = 0; i < list->n; i++)
        show_one_profile(out, &list->items[i]);
}

static struct task *discover(struct google *g, const char *with)
{
    (void)with;
    return datastream_discover(g, P, L, SOURCE);
}

static struct task *discover_source(struct google *g, const char *with)
{
    (void)with;
    struct secret *password = secret_new("canary-password", 15);
    struct datastream_source s = source(password);
    struct task *t = datastream_discover_source(g, P, L, &s);
    secret_free(password);
    return t;
}

static void show_discovered(const struct task *t, struct str *out)
{
    show_selection(out, "table", datastream_discovered(t));
}

/* --- streams --- */

static struct task *stream_list(struct google *g, const char *with)
{
    return datastream_stream_list(g, P, str_eq(with, "everywhere") ? DATASTREAM_EVERYWHERE : L);
}

static struct task *stream_get(struct google *g, const char *with)
{
    (void)with;
    return datastream_stream_get(g, P, L, STREAM);
}

static struct task *stream_create(struct google *g, const char *with)
{
    const struct datastream_stream_order order = {
        .id = STREAM,
        .display_name = STREAM,
        .source_profile = SOURCE,
        .destination_profile = TARGET,
        .publication = "ds_publication",
        .slot = "ds_replication",
        .max_backfill_tasks = str_eq(with, "append") ? 4 : 0,
        .include = {schemas, 1, true},
        .mode = str_eq(with, "append") ? DATASTREAM_MODE_APPEND : DATASTREAM_MODE_MERGE,
        .freshness_s = 900,
        .dataset_project = P,
        .dataset = "datastream_postmottak_backend",
        .labels = labels};
    return datastream_stream_create(g, P, L, &order, str_eq(with, "dry") ? &dry : NULL);
}

static struct task *stream_start(struct google *g, const char *with)
{
    return datastream_stream_start(g, P, L, STREAM, str_eq(with, "force") ? &forced : NULL);
}

static struct task *stream_pause(struct google *g, const char *with)
{
    (void)with;
    return datastream_stream_pause(g, P, L, STREAM, NULL);
}

static struct task *stream_patch(struct google *g, const char *with)
{
    const struct datastream_selection include = {schemas, 1, true};
    const struct datastream_stream_change all = {"ny", &include, 3600, 2, "p2", "s2", &labels};
    const struct datastream_stream_change one = {.freshness_s = 3600, .max_backfill_tasks = -1};
    return datastream_stream_patch(g, P, L, STREAM, str_eq(with, "freshness") ? &one : &all, NULL);
}

static struct task *stream_run(struct google *g, const char *with)
{
    return datastream_stream_run(g, P, L, STREAM, str_eq(with, "force"));
}

static struct task *stream_delete(struct google *g, const char *with)
{
    (void)with;
    return datastream_stream_delete(g, P, L, STREAM, NULL);
}

static void show_one_stream(struct str *out, const struct datastream_stream *s)
{
    static const char *const modes[] = {"unknown", "merge", "append"};
    static const char *const backfills[] = {"unknown", "all", "none"};
    show(out, "name", s->name);
    show(out, "id", s->id);
    show(out, "display_name", s->display_name);
    show(out, "state", s->state);
    show(out, "create_time", s->create_time);
    show(out, "update_time", s->update_time);
    show(out, "source_profile", s->source_profile);
    show(out, "destination_profile", s->destination_profile);
    show_bool(out, "postgres", s->postgres);
    show_bool(out, "bigquery", s->bigquery);
    show(out, "publication", s->publication);
    show(out, "slot", s->slot);
    show_int(out, "max_backfill_tasks", s->max_backfill_tasks);
    show_selection(out, "include", &s->include);
    show_selection(out, "exclude", &s->exclude);
    show(out, "mode", modes[s->mode]);
    show_int(out, "freshness_s", s->freshness_s);
    show(out, "dataset_project", s->dataset_project);
    show(out, "dataset", s->dataset);
    show(out, "dataset_prefix", s->dataset_prefix);
    show(out, "dataset_location", s->dataset_location);
    show(out, "backfill", backfills[s->backfill]);
    show_selection(out, "backfill_exclude", &s->backfill_exclude);
    show_labels(out, &s->labels);
    show_faults(out, "error", &s->errors);
}

static void show_stream(const struct task *t, struct str *out)
{
    if (datastream_stream(t))
        show_one_stream(out, datastream_stream(t));
}

static void show_streams(const struct task *t, struct str *out)
{
    const struct datastream_streams *list = datastream_streams(t);
    show_int(out, "unreachable", (long long)list->n_unreachable);
    for (size_t i = 0; i < list->n; i++)
        show_one_stream(out, &list->items[i]);
}

/* --- objects --- */

static struct task *object_list(struct google *g, const char *with)
{
    (void)with;
    return datastream_object_list(g, P, L, STREAM);
}

static struct task *object_lookup(struct google *g, const char *with)
{
    (void)with;
    return datastream_object_lookup(g, P, L, STREAM, "public", "vedtak");
}

static struct task *backfill_start(struct google *g, const char *with)
{
    (void)with;
    return datastream_backfill_start(g, OBJECT);
}

static struct task *backfill_stop(struct google *g, const char *with)
{
    (void)with;
    return datastream_backfill_stop(g, OBJECT);
}

static void show_one_object(struct str *out, const struct datastream_object *o)
{
    show(out, "name", o->name);
    show(out, "id", o->id);
    show(out, "display_name", o->display_name);
    show(out, "schema", o->schema);
    show(out, "table", o->table);
    show(out, "backfill_state", o->backfill_state);
    show(out, "backfill_trigger", o->backfill_trigger);
    show(out, "backfill_started", o->backfill_started);
    show(out, "backfill_ended", o->backfill_ended);
    show_faults(out, "error", &o->errors);
    show_faults(out, "backfill_error", &o->backfill_errors);
}

static void show_object(const struct task *t, struct str *out)
{
    show_one_object(out, datastream_object(t));
}

static void show_objects(const struct task *t, struct str *out)
{
    const struct datastream_object_list *list = datastream_objects(t);
    for (size_t i = 0; i < list->n; i++)
        show_one_object(out, &list->items[i]);
}

const struct request_call datastream_calls[] = {
    {"datastream_private_list", private_list, show_privates},
    {"datastream_private_get", private_get, show_private},
    {"datastream_private_create", private_create, show_private},
    {"datastream_private_delete", private_delete, show_nothing},
    {"datastream_profile_list", profile_list, show_profiles},
    {"datastream_profile_get", profile_get, show_profile},
    {"datastream_profile_create_postgres", profile_create_postgres, show_profile},
    {"datastream_profile_create_bigquery", profile_create_bigquery, show_profile},
    {"datastream_profile_patch", profile_patch, show_profile},
    {"datastream_profile_delete", profile_delete, show_nothing},
    {"datastream_discover", discover, show_discovered},
    {"datastream_discover_source", discover_source, show_discovered},
    {"datastream_stream_list", stream_list, show_streams},
    {"datastream_stream_get", stream_get, show_stream},
    {"datastream_stream_create", stream_create, show_stream},
    {"datastream_stream_start", stream_start, show_stream},
    {"datastream_stream_pause", stream_pause, show_stream},
    {"datastream_stream_patch", stream_patch, show_stream},
    {"datastream_stream_run", stream_run, show_stream},
    {"datastream_stream_delete", stream_delete, show_nothing},
    {"datastream_object_list", object_list, show_objects},
    {"datastream_object_lookup", object_lookup, show_object},
    {"datastream_backfill_start", backfill_start, show_object},
    {"datastream_backfill_stop", backfill_stop, show_object},
    {NULL, NULL, NULL},
};
