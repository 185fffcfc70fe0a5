#include "tests/integration/checks/cloud.h"

#include "tests/sandbox/folder.h"
#include "tests/sandbox/google/google.h"
#include "tests/sandbox/postgres.h"

#include <stdio.h>
#include <stdlib.h>

struct cloud {
    struct sandbox sandbox;
    struct google *google;
    char credentials[FOLDER_PATH + 32], wrong[FOLDER_PATH + 32];
};

static const char *const narrow[] = {
    "roles/datastream.admin",
    "roles/compute.networkAdmin",
    "roles/compute.securityAdmin",
    "roles/compute.instanceAdmin.v1",
    "roles/iam.serviceAccountAdmin",
    "roles/iam.serviceAccountUser",
    "roles/serviceusage.serviceUsageAdmin",
    "roles/bigquery.dataOwner",
    "roles/bigquery.jobUser",
    "roles/cloudsql.viewer",
    "roles/monitoring.viewer",
    "roles/logging.viewer",
    "roles/resourcemanager.projectIamAdmin",
};

enum { NARROW = sizeof narrow / sizeof *narrow, DISK_GB = 10 };

static void die(const char *why)
{
    fprintf(stderr, "no stand-in: %s\n", why);
    abort();
}

static void write_login(const char *path, const struct sandbox *s)
{
    struct str text = {0};
    char why[FOLDER_WHY];
    google_credentials(s, &text);
    if (!folder_write(path, str_text(&text), why))
        die(why);
    str_done(&text);
}

static void write_logins(struct cloud *c, const char *folder)
{
    const char *token = c->sandbox.token;
    snprintf(c->credentials, sizeof c->credentials, "%s/credentials.json", folder);
    snprintf(c->wrong, sizeof c->wrong, "%s/wrong.json", folder);
    write_login(c->credentials, &c->sandbox);
    c->sandbox.token = "fedcba9876543210";
    write_login(c->wrong, &c->sandbox);
    c->sandbox.token = token;
}

struct cloud *cloud_start(struct postgres *pg, const char *folder)
{
    char why[512] = "";
    struct cloud *c = calloc(1, sizeof *c);
    if (c == NULL)
        die("no memory");
    sandbox_init(&c->sandbox);
    c->sandbox.name = "checks";
    c->sandbox.scenario = "ready";
    c->sandbox.folder = folder;
    c->sandbox.token = "0123456789abcdef0123";
    c->sandbox.speed = 1000;
    c->sandbox.pg = pg;
    struct sandbox_facts *f = &c->sandbox.facts;
    f->app_deployed = f->logical_decoding = f->disk_autoresize = true;
    f->disk_size_gb = DISK_GB;
    struct google_options o = {0};
    c->google = google_start(&c->sandbox, &o, why);
    if (c->google == NULL)
        die(why);
    google_set_roles(c->google, narrow, NARROW);
    write_logins(c, folder);
    return c;
}

void cloud_stop(struct cloud *c)
{
    google_stop(c->google);
    sandbox_done(&c->sandbox);
    free(c);
}

void cloud_start_stream(struct cloud *c, const char *password)
{
    char why[512] = "";
    struct sandbox_facts *f = &c->sandbox.facts;
    snprintf(f->users[0].name, sizeof f->users[0].name, "datastream");
    snprintf(f->users[0].password, sizeof f->users[0].password, "%s", password);
    f->n_users = 1;
    if (!google_prepare_running(c->google, why))
        die(why);
}

int cloud_port(const struct cloud *c)
{
    return google_port(c->google);
}

const char *cloud_credentials(const struct cloud *c)
{
    return c->credentials;
}

const char *cloud_wrong_credentials(const struct cloud *c)
{
    return c->wrong;
}

/* --- roles --- */

static void holds(struct cloud *c, const char *role, bool on)
{
    const char *all[NARROW + 1] = {role};
    for (size_t i = 0; i < NARROW; i++)
        all[i + 1] = narrow[i];
    google_set_roles(c->google, on ? all : narrow, on ? NARROW + 1 : NARROW);
}

void cloud_editor(struct cloud *c, bool on)
{
    holds(c, "roles/editor", on);
}

void cloud_owner(struct cloud *c, bool on)
{
    holds(c, "roles/owner", on);
}

void cloud_viewer_only(struct cloud *c, bool on)
{
    /* without the second Google refuses the project as the one that pays for the calls */
    static const char *const viewer[] = {"roles/viewer", "roles/serviceusage.serviceUsageConsumer"};
    google_set_roles(c->google, on ? viewer : narrow, on ? 2 : NARROW);
}

void cloud_no_actas(struct cloud *c, bool on)
{
    google_set_lacking(c->google, "iam.serviceAccounts.actAs", on);
}

void cloud_no_instance_right(struct cloud *c, bool on)
{
    google_set_lacking(c->google, "cloudsql.instances.get", on);
}

void cloud_no_policy_right(struct cloud *c, bool on)
{
    google_set_lacking(c->google, "resourcemanager.projects.getIamPolicy", on);
}

void cloud_no_monitoring(struct cloud *c, bool on)
{
    google_set_lacking(c->google, "monitoring.timeSeries.list", on);
}

/* --- APIs --- */

void cloud_api_off(struct cloud *c, bool on)
{
    google_set_api(c->google, "datastream.googleapis.com", !on);
    google_set_api(c->google, "compute.googleapis.com", !on);
}

void cloud_api_off_for_good(struct cloud *c, bool on)
{
    cloud_api_off(c, on);
    google_set_lacking(c->google, "serviceusage.services.enable", on);
}

/* --- the instance --- */

static void instance(struct cloud *c, void (*change)(struct sandbox_facts *f, bool on), bool on)
{
    struct sandbox_facts *f = &c->sandbox.facts;
    pthread_mutex_lock(&f->lock);
    change(f, on);
    pthread_mutex_unlock(&f->lock);
}

static void flag(struct sandbox_facts *f, bool on)
{
    f->logical_decoding = !on;
}

static void fixed(struct sandbox_facts *f, bool on)
{
    f->disk_autoresize = !on;
}

static void near_limit(struct sandbox_facts *f, bool on)
{
    f->disk_limit_gb = on ? 11 : 0;
}

static void middling_limit(struct sandbox_facts *f, bool on)
{
    f->disk_limit_gb = on ? 25 : 0;
}

static void far_limit(struct sandbox_facts *f, bool on)
{
    f->disk_limit_gb = on ? 500 : 0;
}

static void old(struct sandbox_facts *f, bool on)
{
    snprintf(f->version, sizeof f->version, "%s", on ? "POSTGRES_12" : "");
}

static void ancient(struct sandbox_facts *f, bool on)
{
    snprintf(f->version, sizeof f->version, "%s", on ? "POSTGRES_9_6" : "");
}

static void gone(struct sandbox_facts *f, bool on)
{
    f->app_deployed = !on;
}

void cloud_no_flag(struct cloud *c, bool on)
{
    instance(c, flag, on);
}

void cloud_no_autoresize(struct cloud *c, bool on)
{
    instance(c, fixed, on);
}

void cloud_near_limit(struct cloud *c, bool on)
{
    instance(c, near_limit, on);
}

void cloud_middling_limit(struct cloud *c, bool on)
{
    instance(c, middling_limit, on);
}

void cloud_far_limit(struct cloud *c, bool on)
{
    instance(c, far_limit, on);
}

void cloud_old(struct cloud *c, bool on)
{
    instance(c, old, on);
}

void cloud_ancient(struct cloud *c, bool on)
{
    instance(c, ancient, on);
}

void cloud_no_instance(struct cloud *c, bool on)
{
    instance(c, gone, on);
}
