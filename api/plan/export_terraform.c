#include "api/plan/export.h"

#include "api/plan/hcl.h"
#include "api/plan/proxy.h"

#include <stdio.h>

struct tf {
    struct hcl h;
    const struct plan *p;
    const struct selection *s;
    struct arena mem;
};

static const char *const labels = "{ created-by = \"strom\" }";

static const char *location_path(struct tf *f, const char *kind, const char *name)
{
    return arena_printf(&f->mem, "projects/%s/locations/%s/%s/%s", f->p->target.project,
                        f->p->target.region, kind, name);
}

/* The resource when it is made here, else the text by which Google knows it. */
static void refer(struct tf *f, const char *key, enum step_id step, const char *resource,
                  const char *existing)
{
    if (export_makes(f->p, step))
        hcl_raw(&f->h, key, resource);
    else
        hcl_string(&f->h, key, existing);
}

/* False: it is there already, or cannot be made yet; that has been said. */
static bool begins(struct tf *f, enum step_id step, const char *resource, const char *id)
{
    const struct plan_action *a = plan_action(f->p, step);

    if (a == NULL)
        return false;
    hcl_gap(&f->h);
    if (a->verb == PLAN_KEEP || a->verb == PLAN_BLOCKED) {
        hcl_comment(&f->h,
                    arena_printf(&f->mem, "%s %s: %s", step_type(step)->title, a->name,
                                 a->verb == PLAN_KEEP ? "exists already, and is not managed here"
                                                      : a->why));
        return false;
    }
    if (step == STEP_PROXY && a->verb == PLAN_UPDATE && !plan_starts_machine(f->p)) {
        hcl_comment(&f->h, arena_printf(&f->mem, "%s %s: %s", step_type(step)->title, a->name,
                                        "exists already, and is not managed here"));
        return false;
    }
    if (step == STEP_PROXY && plan_starts_machine(f->p)) { /* Terraform does not start one */
        hcl_comment(&f->h, arena_printf(&f->mem, "%s %s: exists already, and is started by: %s",
                                        step_type(step)->title, a->name,
                                        proxy_wake(&f->mem, a->changes[0].from, a->name,
                                                   f->p->proxy_zone, f->p->target.project)));
        return false;
    }
    if (a->verb == PLAN_UPDATE) {
        hcl_comment(&f->h, arena_printf(&f->mem, "%s %s exists and is changed",
                                        step_type(step)->title, a->name));
        hcl_open(&f->h, "import");
        hcl_raw(&f->h, "to", resource);
        hcl_string(&f->h, "id", id);
        hcl_close(&f->h);
        hcl_gap(&f->h);
    }
    const char *dot = resource;
    while (*dot != '.')
        dot++;
    hcl_open(&f->h, arena_printf(&f->mem, "resource \"%.*s\" \"%s\"", (int)(dot - resource),
                                 resource, dot + 1));
    return true;
}

/* --- before all --- */

static void head(struct tf *f)
{
    struct hcl *h = &f->h;
    const struct target *t = &f->p->target;

    hcl_comment(h, "From PostgreSQL to BigQuery through Datastream, as strom would make it.");
    hcl_comment(h,
                "Flag, users, publication and slot are the app's: strom files, strom export sql.");
    hcl_gap(h);
    hcl_open(h, "terraform");
    hcl_raw(h, "required_version", "\">= 1.5\"");
    hcl_open(h, "required_providers");
    hcl_raw(h, "google", "{ source = \"hashicorp/google\", version = \">= 6.0\" }");
    hcl_close(h);
    hcl_close(h);
    hcl_gap(h);
    hcl_open(h, "provider \"google\"");
    hcl_string(h, "project", t->project);
    hcl_string(h, "region", t->region);
    hcl_close(h);
    hcl_gap(h);
    hcl_comment(h, "TF_VAR_db_password, or the prompt: never a file in the repository.");
    hcl_open(h, "variable \"db_password\"");
    hcl_raw(h, "type", "string");
    hcl_raw(h, "sensitive", "true");
    hcl_close(h);
    hcl_gap(h);
    hcl_open(h, "variable \"zone\"");
    hcl_raw(h, "type", "string");
    hcl_string(h, "default", arena_printf(&f->mem, "%s-a", t->region));
    hcl_close(h);
}

static void services(struct tf *f)
{
    const struct plan_action *a = plan_action(f->p, STEP_SERVICES);

    for (size_t i = 0; a && export_makes(f->p, STEP_SERVICES) && i < a->n_changes; i++) {
        const char *name = a->changes[i].path;
        int n = 0;
        while (name[n] && name[n] != '.')
            n++;
        hcl_gap(&f->h);
        hcl_open(&f->h,
                 arena_printf(&f->mem, "resource \"google_project_service\" \"%.*s\"", n, name));
        hcl_string(&f->h, "service", name);
        hcl_raw(&f->h, "disable_on_destroy", "false");
        hcl_close(&f->h);
    }
}

/* --- the way to the database --- */

static void network(struct tf *f)
{
    struct hcl *h = &f->h;
    const struct names *n = &f->p->names;
    const struct target *t = &f->p->target;

    if (begins(f, STEP_NETWORK, "google_compute_network.datastream", n->network)) {
        hcl_string(h, "name", n->network);
        hcl_raw(h, "auto_create_subnetworks", "true");
        hcl_close(h);
    }
    if (begins(f, STEP_ACCOUNT, "google_service_account.datastream", n->service_account_email)) {
        hcl_string(h, "account_id", n->service_account);
        hcl_string(h, "display_name", n->service_account);
        hcl_close(h);
    }
    if (begins(f, STEP_BINDING, "google_project_iam_member.datastream", "")) {
        hcl_string(h, "project", t->project);
        hcl_string(h, "role", "roles/cloudsql.client");
        if (export_makes(f->p, STEP_ACCOUNT))
            hcl_raw(h, "member", "google_service_account.datastream.member");
        else
            hcl_string(h, "member",
                       arena_printf(&f->mem, "serviceAccount:%s", n->service_account_email));
        hcl_close(h);
    }
}

static void subnetwork(struct tf *f)
{
    const char *name = f->p->subnetwork[0] ? f->p->subnetwork : f->p->names.network;

    hcl_string(&f->h, "subnetwork", name);
    if (export_makes(f->p, STEP_NETWORK))
        hcl_raw(&f->h, "depends_on", "[google_compute_network.datastream]");
}

static void machine(struct tf *f)
{
    struct hcl *h = &f->h;
    const struct names *n = &f->p->names;
    const struct target *t = &f->p->target;
    const char *connection = arena_printf(&f->mem, "%s:%s:%s", t->project, t->region, t->instance);
    const char *script = proxy_user_data(&f->mem, connection, false);

    if (!begins(f, STEP_PROXY, "google_compute_instance.proxy", n->proxy))
        return;
    hcl_string(h, "name", n->proxy);
    hcl_string(h, "machine_type", PROXY_MACHINE_TYPE);
    hcl_raw(h, "zone", "var.zone");
    hcl_raw(h, "labels", labels);
    hcl_gap(h);
    hcl_open(h, "boot_disk");
    hcl_open(h, "initialize_params");
    hcl_string(h, "image", arena_printf(&f->mem, PROXY_IMAGE_PROJECT "/%s", proxy_image_family(0)));
    hcl_close(h);
    hcl_close(h);
    hcl_gap(h);
    hcl_open(h, "network_interface");
    hcl_string(h, "subnetwork", f->p->subnetwork[0] ? f->p->subnetwork : n->network);
    refer(f, "network_ip", STEP_ADDRESS, "google_compute_address.proxy.address", f->p->address);
    hcl_empty(h, "access_config");
    hcl_close(h);
    hcl_gap(h);
    hcl_open(h, "service_account");
    refer(f, "email", STEP_ACCOUNT, "google_service_account.datastream.email",
          n->service_account_email);
    hcl_raw(h, "scopes", "[\"cloud-platform\"]");
    hcl_close(h);
    hcl_gap(h);
    hcl_open(h, "metadata =");
    hcl_heredoc(h, "user-data", script ? script : "");
    hcl_close(h);
    hcl_close(h);
}

static void address(struct tf *f)
{
    struct hcl *h = &f->h;
    const struct names *n = &f->p->names;

    if (!begins(f, STEP_ADDRESS, "google_compute_address.proxy", n->address))
        return;
    hcl_string(h, "name", n->address);
    hcl_string(h, "region", f->p->target.region);
    hcl_string(h, "address_type", "INTERNAL");
    subnetwork(f);
    hcl_close(h);
}

static void private_connection(struct tf *f)
{
    struct hcl *h = &f->h;
    const struct names *n = &f->p->names;
    const char *network =
        arena_printf(&f->mem, "projects/%s/global/networks/%s", f->p->target.project, n->network);

    if (begins(f, STEP_PRIVATE_CONNECTION, "google_datastream_private_connection.datastream",
               location_path(f, "privateConnections", n->private_connection))) {
        hcl_string(h, "display_name", n->private_connection);
        hcl_string(h, "location", f->p->target.region);
        hcl_string(h, "private_connection_id", n->private_connection);
        hcl_raw(h, "labels", labels);
        hcl_gap(h);
        hcl_open(h, "vpc_peering_config");
        refer(f, "vpc", STEP_NETWORK, "google_compute_network.datastream.id", network);
        hcl_string(h, "subnet", f->p->subnet);
        hcl_close(h);
        hcl_close(h);
    }
    if (begins(f, STEP_FIREWALL, "google_compute_firewall.datastream", n->firewall)) {
        hcl_string(h, "name", n->firewall);
        refer(f, "network", STEP_NETWORK, "google_compute_network.datastream.name", n->network);
        hcl_string(h, "direction", "INGRESS");
        hcl_raw(h, "source_ranges", "[]");
        struct str *ranges = &h->pending[h->n - 1].value;
        str_clear(ranges);
        str_printf(ranges, "[\"%s\"]", f->p->subnet);
        hcl_gap(h);
        hcl_open(h, "allow");
        hcl_string(h, "protocol", "tcp");
        hcl_raw(h, "ports", "[\"5432\"]");
        hcl_close(h);
        hcl_close(h);
    }
}

/* --- profiles, dataset, stream --- */

static void profiles(struct tf *f)
{
    struct hcl *h = &f->h;
    const struct names *n = &f->p->names;
    const struct target *t = &f->p->target;

    if (begins(f, STEP_SOURCE_PROFILE, "google_datastream_connection_profile.source",
               location_path(f, "connectionProfiles", n->source_profile))) {
        hcl_string(h, "display_name", n->source_profile);
        hcl_string(h, "location", t->region);
        hcl_string(h, "connection_profile_id", n->source_profile);
        hcl_raw(h, "labels", labels);
        hcl_gap(h);
        hcl_open(h, "postgresql_profile");
        refer(f, "hostname", STEP_ADDRESS, "google_compute_address.proxy.address", f->p->address);
        hcl_raw(h, "port", "5432");
        hcl_string(h, "username", t->db_user);
        hcl_raw(h, "password", "var.db_password");
        hcl_string(h, "database", t->database);
        hcl_close(h);
        hcl_gap(h);
        hcl_open(h, "private_connectivity");
        refer(f, "private_connection", STEP_PRIVATE_CONNECTION,
              "google_datastream_private_connection.datastream.id",
              location_path(f, "privateConnections", n->private_connection));
        hcl_close(h);
        if (export_makes(f->p, STEP_PROXY)) { /* Datastream tests it at once */
            hcl_gap(h);
            hcl_raw(h, "depends_on", "[google_compute_instance.proxy]");
        }
        hcl_close(h);
    }
    if (begins(f, STEP_DESTINATION_PROFILE, "google_datastream_connection_profile.bigquery",
               location_path(f, "connectionProfiles", n->destination_profile))) {
        hcl_string(h, "display_name", n->destination_profile);
        hcl_string(h, "location", t->region);
        hcl_string(h, "connection_profile_id", n->destination_profile);
        hcl_raw(h, "labels", labels);
        hcl_gap(h);
        hcl_empty(h, "bigquery_profile");
        hcl_close(h);
    }
}

static void dataset(struct tf *f)
{
    struct hcl *h = &f->h;

    if (!begins(f, STEP_DATASET, "google_bigquery_dataset.raw", f->p->names.dataset))
        return;
    hcl_string(h, "project", export_dataset_project(f->p));
    hcl_string(h, "dataset_id", f->p->names.dataset);
    hcl_string(h, "location", f->p->target.location);
    hcl_string(h, "description", "Raw zone: written by Datastream. Share views, not these tables.");
    hcl_raw(h, "labels", labels);
    hcl_close(h);
}

static void flowing_table(struct tf *f, const struct selection_table *t)
{
    struct hcl *h = &f->h;

    hcl_open(h, "postgresql_tables");
    hcl_string(h, "table", t->name);
    for (size_t i = 0; i < t->n_columns; i++) {
        if (!t->columns[i].included)
            continue;
        hcl_open(h, "postgresql_columns");
        hcl_string(h, "column", t->columns[i].name);
        hcl_close(h);
    }
    hcl_close(h);
}

static void flowing(struct tf *f)
{
    const struct selection *s = f->s;
    struct hcl *h = &f->h;

    hcl_open(h, "include_objects");
    for (size_t i = export_next_schema(s, 0); i < s->n_tables; i = export_next_schema(s, i + 1)) {
        hcl_open(h, "postgresql_schemas");
        hcl_string(h, "schema", s->tables[i].schema);
        for (size_t k = i; k < s->n_tables; k++)
            if (s->tables[k].n_included && str_eq(s->tables[k].schema, s->tables[i].schema))
                flowing_table(f, &s->tables[k]);
        hcl_close(h);
    }
    hcl_close(h);
}

static void source_of_stream(struct tf *f)
{
    struct hcl *h = &f->h;

    hcl_open(h, "source_config");
    refer(f, "source_connection_profile", STEP_SOURCE_PROFILE,
          "google_datastream_connection_profile.source.id",
          location_path(f, "connectionProfiles", f->p->names.source_profile));
    hcl_gap(h);
    hcl_open(h, "postgresql_source_config");
    hcl_string(h, "publication", f->p->target.publication);
    hcl_string(h, "replication_slot", f->p->target.slot);
    hcl_gap(h);
    flowing(f);
    hcl_close(h);
    hcl_close(h);
}

static void stream(struct tf *f)
{
    struct hcl *h = &f->h;
    const struct names *n = &f->p->names;
    const struct target *t = &f->p->target;

    if (!begins(f, STEP_STREAM, "google_datastream_stream.stream",
                location_path(f, "streams", n->stream)))
        return;
    hcl_string(h, "display_name", n->stream);
    hcl_string(h, "location", t->region);
    hcl_string(h, "stream_id", n->stream);
    hcl_string(h, "desired_state",
               export_makes(f->p, STEP_START) || f->p->stream_state ? "RUNNING" : "NOT_STARTED");
    hcl_raw(h, "labels", labels);
    hcl_gap(h);
    source_of_stream(f);
    hcl_gap(h);
    hcl_open(h, "destination_config");
    refer(f, "destination_connection_profile", STEP_DESTINATION_PROFILE,
          "google_datastream_connection_profile.bigquery.id",
          location_path(f, "connectionProfiles", n->destination_profile));
    hcl_gap(h);
    hcl_open(h, "bigquery_destination_config");
    hcl_string(h, "data_freshness", arena_printf(&f->mem, "%ds", t->freshness_seconds));
    hcl_gap(h);
    hcl_empty(h, t->mode == TARGET_APPEND_ONLY ? "append_only" : "merge");
    hcl_gap(h);
    hcl_open(h, "single_target_dataset");
    hcl_string(h, "dataset_id",
               arena_printf(&f->mem, "%s:%s", export_dataset_project(f->p), n->dataset));
    hcl_close(h);
    hcl_close(h);
    hcl_close(h);
    hcl_gap(h);
    hcl_empty(h, "backfill_all");
    if (export_makes(f->p, STEP_DATASET)) {
        hcl_gap(h);
        hcl_raw(h, "depends_on", "[google_bigquery_dataset.raw]");
    }
    hcl_close(h);
}

bool export_terraform(const struct plan *p, const struct selection *s, struct str *out,
                      struct err *e)
{
    struct str text = {0};
    struct tf f = {.h = {.out = &text, .e = e, .ok = true}, .p = p, .s = s};

    arena_init(&f.mem);
    head(&f);
    services(&f);
    network(&f);
    address(&f);
    machine(&f);
    private_connection(&f);
    profiles(&f);
    dataset(&f);
    stream(&f);
    bool ok = hcl_done(&f.h);
    if (ok)
        str_addn(out, str_text(&text), text.bytes);
    str_done(&text);
    arena_done(&f.mem);
    return ok;
}
