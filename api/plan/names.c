#include "api/plan/names.h"

#include "api/base/str.h"

#include <stdio.h>
#include <string.h>

enum { ID_BYTES = 60 };

/* Not isalpha and its like: what a locale calls a letter is no letter to Google. */
static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A resource id: lower case letters, digits and dashes, a letter first. */
static void resource_id(char *out, size_t cap, const char *prefix, const char *name,
                        const char *suffix)
{
    char whole[256];
    size_t n = 0;

    snprintf(whole, sizeof whole, "%s%s%s", prefix, name, suffix);
    for (const char *c = whole; *c && n < ID_BYTES && n + 1 < cap; c++) {
        char x = *c == '_' || *c == '.' ? '-' : lower(*c);
        if (is_letter(x) || (n > 0 && (is_digit(x) || x == '-')))
            out[n++] = x;
    }
    while (n > 0 && out[n - 1] == '-')
        n--;
    out[n] = '\0';
}

/* BigQuery datasets and PostgreSQL slots: letters, digits and underscores. */
static void underscored(char *out, size_t cap, const char *prefix, const char *name,
                        const char *suffix)
{
    char whole[256];
    size_t n = 0;

    snprintf(whole, sizeof whole, "%s%s%s", prefix, name, suffix);
    for (const char *c = whole; *c && n + 1 < cap; c++)
        out[n++] = is_letter(lower(*c)) || is_digit(*c) ? lower(*c) : '_';
    out[n] = '\0';
}

#define OF_MODULE      "-datastream"
#define FROM_PROCEDURE "postgres-"
#define OF_PROCEDURE   "-bigquery"

/* What stands before the ending; false when there is nothing, or another ending. */
static bool before_ending(const char *id, const char *ending, char *out, size_t cap)
{
    size_t n = strlen(id), tail = strlen(ending);

    if (n <= tail || n - tail >= cap || !str_ends(id, ending))
        return false;
    snprintf(out, cap, "%.*s", (int)(n - tail), id);
    return true;
}

/* Database or stream: what is opened by its stream's name has its parts called like it. The dataset
 * is called like the database, of which an id may have lost letters. */
static void procedure_base(const struct target *t, char out[64])
{
    if (str_starts(t->stream, FROM_PROCEDURE) &&
        before_ending(t->stream + strlen(FROM_PROCEDURE), OF_PROCEDURE, out, 64))
        return;
    str_copy(out, 64, t->database);
}

static void procedure(const struct target *t, struct names *n)
{
    char base[64];

    procedure_base(t, base);
    str_copy(n->network, sizeof n->network, "datastream-vpc");
    str_copy(n->subnet_range, sizeof n->subnet_range, "10.2.0.0/29");
    str_copy(n->service_account, sizeof n->service_account, "datastream");
    resource_id(n->proxy, sizeof n->proxy, "datastream-", base, "");
    resource_id(n->address, sizeof n->address, "datastream-", base, "-ip");
    str_copy(n->private_connection, sizeof n->private_connection, "datastream-connection");
    str_copy(n->firewall, sizeof n->firewall, "allow-datastream-cloudsql-proxy");
    resource_id(n->source_profile, sizeof n->source_profile, "postgres-", base, "");
    resource_id(n->destination_profile, sizeof n->destination_profile, "bigquery-", base, "");
    underscored(n->dataset, sizeof n->dataset, "datastream_", t->database[0] ? t->database : base,
                "");
    resource_id(n->stream, sizeof n->stream, "postgres-", t->database, "-bigquery");
    str_copy(n->publication, sizeof n->publication, "ds_publication");
    str_copy(n->slot, sizeof n->slot, "ds_replication");
    n->freshness_seconds = 900;
}

/* The module calls it application_name. */
static void module_base(const struct target *t, char out[64])
{
    if (!before_ending(t->stream, OF_MODULE, out, 64))
        str_copy(out, 64, t->app);
}

static void nav_module(const struct target *t, struct names *n)
{
    char base[64];

    module_base(t, base);
    str_copy(n->network, sizeof n->network, "datastream-vpc");
    str_copy(n->subnet_range, sizeof n->subnet_range, "10.1.0.0/29");
    str_copy(n->service_account, sizeof n->service_account, "datastream");
    resource_id(n->proxy, sizeof n->proxy, "", base, "-cloud-sql-auth-proxy");
    resource_id(n->address, sizeof n->address, "", base, "-cloud-sql-auth-proxy-ip");
    str_copy(n->private_connection, sizeof n->private_connection, "datastream-connection");
    str_copy(n->firewall, sizeof n->firewall, "allow-datastream-to-cloud-sql");
    resource_id(n->source_profile, sizeof n->source_profile, "", base,
                "-postgresql-connection-profile");
    str_copy(n->destination_profile, sizeof n->destination_profile,
             "datastream-bigquery-connection-profile");
    underscored(n->dataset, sizeof n->dataset, "", base, "_datastream");
    resource_id(n->stream, sizeof n->stream, "", base, "-datastream");
    underscored(n->publication, sizeof n->publication, "", t->instance, "_publication");
    underscored(n->slot, sizeof n->slot, "", t->instance, "_replication");
    n->freshness_seconds = 3600;
}

bool names_recognise(const char *stream, struct target *t)
{
    char base[64];

    if (str_starts(stream, FROM_PROCEDURE) &&
        before_ending(stream + strlen(FROM_PROCEDURE), OF_PROCEDURE, base, sizeof base))
        t->naming = TARGET_PROCEDURE;
    else if (before_ending(stream, OF_MODULE, base, sizeof base))
        t->naming = TARGET_NAV_MODULE;
    else
        return false;
    if (t->naming == TARGET_NAV_MODULE && !t->app[0])
        str_copy(t->app, sizeof t->app, base);
    str_copy(t->stream, sizeof t->stream, stream);
    return true;
}

void names_of(const struct target *t, struct names *out)
{
    *out = (struct names){0};
    if (t->naming == TARGET_NAV_MODULE)
        nav_module(t, out);
    else
        procedure(t, out);
    snprintf(out->service_account_email, sizeof out->service_account_email,
             "%s@%s.iam.gserviceaccount.com", out->service_account, t->project);
    if (t->dataset[0])
        str_copy(out->dataset, sizeof out->dataset, t->dataset);
    if (t->stream[0])
        str_copy(out->stream, sizeof out->stream, t->stream);
}

static void fill(char *field, size_t cap, const char *value)
{
    if (!field[0])
        str_copy(field, cap, value);
}

void names_complete(struct target *t)
{
    struct names n;

    names_of(t, &n);
    fill(t->db_user, sizeof t->db_user, "datastream");
    fill(t->publication, sizeof t->publication, n.publication);
    fill(t->slot, sizeof t->slot, n.slot);
    fill(t->location, sizeof t->location, t->region);
    if (t->database[0] || t->naming == TARGET_NAV_MODULE) {
        fill(t->dataset, sizeof t->dataset, n.dataset);
        fill(t->stream, sizeof t->stream, n.stream);
    }
    if (t->freshness_seconds == 0 && !t->freshness_chosen)
        t->freshness_seconds = n.freshness_seconds;
}
