#include "api/access/permissions.h"

#include <string.h>

struct need {
    enum access_step step;
    const char *permission, *role;
};

static const struct need needs[] = {
#define NEED(step, permission, role) {ACCESS_##step, permission, role},
#include "api/access/needs.def"
#undef NEED
};

static const struct {
    const char *role, *permission;
} holds[] = {
#define HOLDS(role, permission) {role, permission},
#include "api/access/roles.def"
#undef HOLDS
};

enum { NEEDS = sizeof needs / sizeof *needs, HELD = sizeof holds / sizeof *holds };

static const struct {
    const char *name, *id;
} steps[ACCESS_STEPS] = {
    [ACCESS_APIS] = {"APIs", "services.enable"},
    [ACCESS_NETWORK] = {"network", "compute.network"},
    [ACCESS_FIREWALL] = {"firewall rule", "compute.firewall"},
    [ACCESS_ACCOUNT] = {"service account", "iam.service_account"},
    [ACCESS_BINDING] = {"role binding", "iam.binding"},
    [ACCESS_ADDRESS] = {"address", "compute.address"},
    [ACCESS_PROXY] = {"proxy", "compute.proxy"},
    [ACCESS_PRIVATE] = {"private connection", "datastream.private_connection"},
    [ACCESS_PROFILES] = {"connection profiles", "datastream.source_profile"},
    [ACCESS_DATASET] = {"dataset", "bigquery.dataset"},
    [ACCESS_STREAM] = {"stream", "datastream.stream"},
    [ACCESS_WATCH] = {"watching", "watch"},
    [ACCESS_INSTANCE] = {"instance facts", "instance"},
    [ACCESS_QUERY] = {"counting rows", "query"},
    [ACCESS_REMOVE] = {"taking down", "remove"},
};

static const struct access_role narrow_set[] = {
    {"roles/datastream.admin", "streams, profiles, private connection"},
    {"roles/compute.networkAdmin", "the network"},
    {"roles/compute.securityAdmin", "the firewall rule"},
    {"roles/compute.instanceAdmin.v1", "the proxy and its address"},
    {"roles/iam.serviceAccountAdmin", "the proxy's service account"},
    {"roles/iam.serviceAccountUser", "letting the proxy run as that account"},
    {"roles/serviceusage.serviceUsageAdmin", "turning APIs on"},
    {"roles/bigquery.dataOwner", "the dataset"},
    {"roles/bigquery.jobUser", "counting rows in BigQuery"},
    {"roles/cloudsql.viewer", "facts about the instance"},
    {"roles/monitoring.viewer", "freshness and latency"},
    {"roles/logging.viewer", "what the stream logs"},
    {"roles/resourcemanager.projectIamAdmin", "binding the proxy account's role"},
    {NULL, NULL},
};

enum { ROLES = sizeof narrow_set / sizeof *narrow_set - 1 };

const char *access_step_name(enum access_step step)
{
    return steps[step].name;
}

const struct access_role *access_narrow_set(void)
{
    return narrow_set;
}

bool access_role_has(const char *role, const char *permission)
{
    for (size_t i = 0; i < HELD; i++)
        if (str_eq(holds[i].role, role) && str_eq(holds[i].permission, permission))
            return true;
    return false;
}

bool access_step_needs(enum access_step step, const char *permission)
{
    for (size_t i = 0; i < NEEDS; i++)
        if (needs[i].step == step && str_eq(needs[i].permission, permission))
            return true;
    return false;
}

static bool in_list(const char *const *list, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(list[i], text))
            return true;
    return false;
}

static void insert_sorted(const char **list, size_t *n, const char *text)
{
    size_t at = *n;
    while (at && strcmp(list[at - 1], text) > 0) {
        list[at] = list[at - 1];
        at--;
    }
    list[at] = text;
    ++*n;
}

const char *const *access_needed(struct arena *a, uint32_t wanted, size_t *n)
{
    const char **out = arena_array(a, const char *, NEEDS + 1);
    *n = 0;
    for (size_t i = 0; i < NEEDS; i++)
        if ((wanted & ACCESS_BIT(needs[i].step)) && !in_list(out, *n, needs[i].permission))
            insert_sorted(out, n, needs[i].permission);
    return out;
}

/* --- the verdict --- */

static struct access_lack *find_lack(struct access_verdict *v, const char *permission)
{
    for (size_t i = 0; i < v->n_lacks; i++)
        if (str_eq(v->lacks[i].permission, permission))
            return &v->lacks[i];
    return NULL;
}

static void add_lack(struct access_verdict *v, const struct need *need)
{
    struct access_lack *lack = find_lack(v, need->permission);
    if (!lack) {
        lack = &v->lacks[v->n_lacks++];
        *lack = (struct access_lack){.permission = need->permission, .role = need->role};
    }
    lack->steps |= ACCESS_BIT(need->step);
    v->blocked |= ACCESS_BIT(need->step);
}

static size_t bringers(const char *permission)
{
    size_t n = 0;
    for (size_t r = 0; r < ROLES; r++)
        n += access_role_has(narrow_set[r].role, permission);
    return n;
}

static bool covered(const struct access_verdict *v, const char *permission)
{
    for (size_t i = 0; i < v->n_roles; i++)
        if (access_role_has(v->roles[i], permission))
            return true;
    return false;
}

/* What only one role brings decides first; what is still open then takes the role of its row. */
static void choose_roles(struct access_verdict *v)
{
    for (int only_one = 1; only_one >= 0; only_one--)
        for (size_t i = 0; i < v->n_lacks; i++) {
            const struct access_lack *lack = &v->lacks[i];
            if (covered(v, lack->permission) || (only_one == 1 && bringers(lack->permission) != 1))
                continue;
            insert_sorted(v->roles, &v->n_roles, lack->role);
        }
}

void access_judge(struct arena *a, uint32_t wanted, const char *const *held, size_t n_held,
                  struct access_verdict *out)
{
    *out = (struct access_verdict){.lacks = arena_array(a, struct access_lack, NEEDS)};
    out->roles = arena_array(a, const char *, ROLES + 1);
    for (size_t i = 0; i < NEEDS; i++)
        if ((wanted & ACCESS_BIT(needs[i].step)) && !in_list(held, n_held, needs[i].permission))
            add_lack(out, &needs[i]);
    choose_roles(out);
}
