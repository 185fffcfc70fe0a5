#include "api/plan/export.h"

#include "api/base/json.h"
#include "api/files/quote.h"
#include "api/plan/proxy.h"

#include <string.h>

struct script {
    struct str *out;
    struct err *e;
    bool ok;
    const struct plan *p;
    const struct selection *s;
    struct arena mem;
};

/* --name=value, the whole of it one word of the shell. */
static void option(struct script *c, const char *name, const char *value)
{
    str_add(c->out, " \\\n    ");
    c->ok = quote_shell(c->out, arena_printf(&c->mem, "--%s=%s", name, value), c->e) && c->ok;
}

static void flag(struct script *c, const char *name)
{
    str_printf(c->out, " \\\n    --%s", name);
}

static void command(struct script *c, const char *words, const char *name)
{
    str_printf(c->out, "gcloud %s ", words);
    c->ok = quote_shell(c->out, name, c->e) && c->ok;
    option(c, "project", c->p->target.project);
}

static void end(struct script *c)
{
    str_addc(c->out, '\n');
}

static const struct plan_action *begins(struct script *c, enum step_id step)
{
    const struct plan_action *a = plan_action(c->p, step);

    if (a == NULL)
        return NULL;
    str_addc(c->out, '\n');
    export_comment(
        c->out,
        arena_printf(&c->mem, "%s %s%s", step_type(step)->title, a->name,
                     step == STEP_PROXY && plan_starts_machine(c->p) ? ": exists, and is started"
                     : a->verb == PLAN_KEEP || (step == STEP_PROXY && a->verb == PLAN_UPDATE)
                         ? ": exists already, nothing to do"
                     : a->verb == PLAN_UPDATE  ? ": exists, and is changed"
                     : a->verb == PLAN_BLOCKED ? arena_printf(&c->mem, ": %s", a->why)
                                               : ""));
    return export_makes(c->p, step) ? a : NULL;
}

/* Files that gcloud reads: a quoted delimiter, so that the shell looks at nothing in them. */
static void file(struct script *c, const char *name, const char *text)
{
    str_printf(c->out, "cat >\"$folder/%s\" <<'END-OF-FILE'\n%s%sEND-OF-FILE\n", name, text,
               text[0] && text[strlen(text) - 1] == '\n' ? "" : "\n");
}

static void head(struct script *c)
{
    str_add(c->out, "#!/bin/sh\n");
    export_comment(c->out,
                   "From PostgreSQL to BigQuery through Datastream, as strom would make it.");
    export_comment(
        c->out, "Flag, users, publication and slot are the app's: strom files, strom export sql.");
    export_comment(c->out,
                   "gcloud asks for the password of the database user: it is in no file and "
                   "in no argument.");
    str_add(c->out, "set -eu\nfolder=$(mktemp -d)\ntrap 'rm -rf \"$folder\"' EXIT\n"
                    "region=");
    c->ok = quote_shell(c->out, c->p->target.region, c->e) && c->ok;
    str_add(c->out, "\nzone=${ZONE:-$region-a}\n");
}

static void services(struct script *c)
{
    const struct plan_action *a = begins(c, STEP_SERVICES);

    if (a == NULL || a->n_changes == 0)
        return;
    str_add(c->out, "gcloud services enable");
    for (size_t i = 0; i < a->n_changes; i++) {
        str_addc(c->out, ' ');
        c->ok = quote_shell(c->out, a->changes[i].path, c->e) && c->ok;
    }
    option(c, "project", c->p->target.project);
    end(c);
}

static void network(struct script *c)
{
    const struct names *n = &c->p->names;

    if (begins(c, STEP_NETWORK)) {
        command(c, "compute networks create", n->network);
        option(c, "subnet-mode", "auto");
        end(c);
    }
    if (begins(c, STEP_ACCOUNT)) {
        command(c, "iam service-accounts create", n->service_account);
        option(c, "display-name", n->service_account);
        end(c);
    }
    if (begins(c, STEP_BINDING)) {
        str_add(c->out, "gcloud projects add-iam-policy-binding ");
        c->ok = quote_shell(c->out, c->p->target.project, c->e) && c->ok;
        option(c, "member", arena_printf(&c->mem, "serviceAccount:%s", n->service_account_email));
        option(c, "role", "roles/cloudsql.client");
        option(c, "condition", "None");
        end(c);
    }
}

static const char *subnetwork(const struct script *c)
{
    return c->p->subnetwork[0] ? c->p->subnetwork : c->p->names.network;
}

static void start(struct script *c)
{
    if (!plan_starts_machine(c->p))
        return;
    command(c, "compute instances start", c->p->names.proxy);
    option(c, "zone", c->p->proxy_zone);
    end(c);
}

static void proxy(struct script *c)
{
    const struct names *n = &c->p->names;
    const struct target *t = &c->p->target;
    const char *script = proxy_user_data(
        &c->mem, arena_printf(&c->mem, "%s:%s:%s", t->project, t->region, t->instance), false);

    if (begins(c, STEP_ADDRESS)) {
        command(c, "compute addresses create", n->address);
        option(c, "region", t->region);
        option(c, "subnet", subnetwork(c));
        end(c);
    }
    str_add(c->out, "address=$(gcloud compute addresses describe ");
    c->ok = quote_shell(c->out, n->address, c->e) && c->ok;
    option(c, "project", t->project);
    option(c, "region", t->region);
    str_add(c->out, " \\\n    '--format=value(address)')\n");
    if (!begins(c, STEP_PROXY)) {
        start(c);
        return;
    }
    file(c, "proxy.yaml", script ? script : "");
    command(c, "compute instances create", n->proxy);
    str_add(c->out, " \\\n    \"--zone=$zone\"");
    option(c, "machine-type", PROXY_MACHINE_TYPE);
    option(c, "image-family", proxy_image_family(0));
    option(c, "image-project", PROXY_IMAGE_PROJECT);
    option(c, "subnet", subnetwork(c));
    str_add(c->out, " \\\n    \"--private-network-ip=$address\"");
    option(c, "service-account", n->service_account_email);
    option(c, "scopes", "cloud-platform");
    option(c, "labels", "created-by=strom");
    str_add(c->out, " \\\n    \"--metadata-from-file=user-data=$folder/proxy.yaml\"");
    end(c);
}

static void private_connection(struct script *c)
{
    const struct names *n = &c->p->names;

    if (begins(c, STEP_PRIVATE_CONNECTION)) {
        command(c, "datastream private-connections create", n->private_connection);
        option(c, "location", c->p->target.region);
        option(c, "display-name", n->private_connection);
        option(c, "vpc", n->network);
        option(c, "subnet", c->p->subnet);
        option(c, "labels", "created-by=strom");
        end(c);
    }
    if (begins(c, STEP_FIREWALL)) {
        command(c, "compute firewall-rules create", n->firewall);
        option(c, "network", n->network);
        option(c, "direction", "INGRESS");
        option(c, "allow", "tcp:5432");
        option(c, "source-ranges", c->p->subnet);
        end(c);
    }
}

static void profiles(struct script *c)
{
    const struct names *n = &c->p->names;
    const struct target *t = &c->p->target;
    const struct plan_action *a = begins(c, STEP_SOURCE_PROFILE);

    if (a) {
        command(c,
                a->verb == PLAN_UPDATE ? "datastream connection-profiles update"
                                       : "datastream connection-profiles create",
                n->source_profile);
        option(c, "location", t->region);
        option(c, "type", "postgresql");
        option(c, "display-name", n->source_profile);
        str_add(c->out, " \\\n    \"--postgresql-hostname=$address\"");
        option(c, "postgresql-port", "5432");
        option(c, "postgresql-username", t->db_user);
        option(c, "postgresql-database", t->database);
        flag(c, "postgresql-prompt-for-password");
        if (a->verb == PLAN_CREATE) {
            option(c, "private-connection", n->private_connection);
            option(c, "labels", "created-by=strom");
        }
        end(c);
    }
    if (begins(c, STEP_DESTINATION_PROFILE)) {
        command(c, "datastream connection-profiles create", n->destination_profile);
        option(c, "location", t->region);
        option(c, "type", "bigquery");
        option(c, "display-name", n->destination_profile);
        option(c, "labels", "created-by=strom");
        end(c);
    }
}

static void dataset(struct script *c)
{
    if (!begins(c, STEP_DATASET))
        return;
    str_add(c->out, "bq mk --dataset");
    option(c, "location", c->p->target.location);
    option(c, "label", "created-by:strom");
    option(c, "description", "Raw zone: written by Datastream. Share views, not these tables.");
    str_add(c->out, " \\\n    ");
    c->ok = quote_shell(
                c->out,
                arena_printf(&c->mem, "%s:%s", export_dataset_project(c->p), c->p->names.dataset),
                c->e) &&
            c->ok;
    end(c);
}

/* --- the stream --- */

static void put_table(struct json_out *o, const struct selection_table *t)
{
    json_open_object(o, NULL);
    json_put_string(o, "table", t->name);
    json_open_array(o, "postgresqlColumns");
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].included) {
            json_open_object(o, NULL);
            json_put_string(o, "column", t->columns[i].name);
            json_close_object(o);
        }
    json_close_array(o);
    json_close_object(o);
}

static void source_config(struct script *c, struct str *out)
{
    const struct selection *s = c->s;
    struct json_out o;

    json_begin(&o, out, true);
    json_open_object(&o, NULL);
    json_put_string(&o, "publication", c->p->target.publication);
    json_put_string(&o, "replicationSlot", c->p->target.slot);
    json_open_object(&o, "includeObjects");
    json_open_array(&o, "postgresqlSchemas");
    for (size_t i = export_next_schema(s, 0); i < s->n_tables; i = export_next_schema(s, i + 1)) {
        json_open_object(&o, NULL);
        json_put_string(&o, "schema", s->tables[i].schema);
        json_open_array(&o, "postgresqlTables");
        for (size_t k = i; k < s->n_tables; k++)
            if (s->tables[k].n_included && str_eq(s->tables[k].schema, s->tables[i].schema))
                put_table(&o, &s->tables[k]);
        json_close_array(&o);
        json_close_object(&o);
    }
    json_close_array(&o);
    json_close_object(&o);
    json_close_object(&o);
}

static void destination_config(struct script *c, struct str *out)
{
    struct json_out o;

    json_begin(&o, out, true);
    json_open_object(&o, NULL);
    json_put_string(&o, "dataFreshness",
                    arena_printf(&c->mem, "%ds", c->p->target.freshness_seconds));
    json_open_object(&o, c->p->target.mode == TARGET_APPEND_ONLY ? "appendOnly" : "merge");
    json_close_object(&o);
    json_open_object(&o, "singleTargetDataset");
    json_put_string(
        &o, "datasetId",
        arena_printf(&c->mem, "%s:%s", export_dataset_project(c->p), c->p->names.dataset));
    json_close_object(&o);
    json_close_object(&o);
}

static void stream_files(struct script *c)
{
    struct str text = {0};

    source_config(c, &text);
    file(c, "source.json", str_text(&text));
    str_clear(&text);
    destination_config(c, &text);
    file(c, "destination.json", str_text(&text));
    str_done(&text);
}

static void stream(struct script *c)
{
    const struct names *n = &c->p->names;
    const struct plan_action *a = begins(c, STEP_STREAM);

    if (a) {
        bool update = a->verb == PLAN_UPDATE;
        stream_files(c);
        command(c, update ? "datastream streams update" : "datastream streams create", n->stream);
        option(c, "location", c->p->target.region);
        option(c, "display-name", n->stream);
        if (!update)
            option(c, "source", n->source_profile);
        str_add(c->out, " \\\n    \"--postgresql-source-config=$folder/source.json\"");
        if (!update)
            option(c, "destination", n->destination_profile);
        str_add(c->out, " \\\n    \"--bigquery-destination-config=$folder/destination.json\"");
        if (!update) {
            flag(c, "backfill-all");
            option(c, "labels", "created-by=strom");
        }
        end(c);
    }
    if (begins(c, STEP_START)) {
        command(c, "datastream streams update", n->stream);
        option(c, "location", c->p->target.region);
        option(c, "state", "RUNNING");
        option(c, "update-mask", "state");
        end(c);
    }
}

bool export_gcloud(const struct plan *p, const struct selection *s, struct str *out, struct err *e)
{
    struct str text = {0};
    struct script c = {.out = &text, .e = e, .ok = true, .p = p, .s = s};

    arena_init(&c.mem);
    head(&c);
    services(&c);
    network(&c);
    proxy(&c);
    private_connection(&c);
    profiles(&c);
    dataset(&c);
    stream(&c);
    if (c.ok)
        str_addn(out, str_text(&text), text.bytes);
    str_done(&text);
    arena_done(&c.mem);
    return c.ok;
}
