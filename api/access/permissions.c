#include "api/access/permissions.h"

#include <string.h>

enum asked { TO_MAKE, TO_LOOK /* also where the thing is there already */, TO_START };

struct need {
    enum access_step step;
    enum asked asked;
    const char *permission;
};

static const struct need needs[] = {
#define NEED(step, permission)  {ACCESS_##step, TO_MAKE, permission},
#define LOOK(step, permission)  {ACCESS_##step, TO_LOOK, permission},
#define START(step, permission) {ACCESS_##step, TO_START, permission},
#include "api/access/needs.def"
#undef NEED
#undef LOOK
#undef START
};

static const struct {
    const char *role, *permission;
} holds[] = {
#define ROLE(role, permissions, kind, why)
#define HOLDS(role, permission) {role, permission},
#include "api/access/roles.def"
#undef ROLE
#undef HOLDS
};

static const struct {
    const char *permission, *words;
} excess[] = {
#define EXCESS(permission, words) {permission, words},
#include "api/access/excess.def"
#undef EXCESS
};

enum role_kind { LOOKS, ACTS, BASIC };

static const struct {
    const char *role, *why;
    int permissions;
    enum role_kind kind;
} all_roles[] = {
#define ROLE(role, permissions, kind, why) {role, why, permissions, kind},
#define HOLDS(role, permission)
#include "api/access/roles.def"
#undef ROLE
#undef HOLDS
};

enum {
    NEEDS = sizeof needs / sizeof *needs,
    HELD = sizeof holds / sizeof *holds,
    ALL_ROLES = sizeof all_roles / sizeof *all_roles,
    ACTING = 100000 /* a role that changes things is wider than any that only looks */
};

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

const char *access_step_name(enum access_step step)
{
    return steps[step].name;
}

const char *access_step_id(enum access_step step)
{
    return steps[step].id;
}

/* --- roles --- */

static int width_of(const struct access_role *r)
{
    return r->permissions + (r->looks ? 0 : ACTING);
}

/* From the table, in the order of their width. */
static size_t fill_set(struct access_role *out)
{
    size_t n = 0;
    for (size_t i = 0; i < ALL_ROLES; i++) {
        struct access_role r = {all_roles[i].role, all_roles[i].why, all_roles[i].permissions,
                                all_roles[i].kind == LOOKS};
        size_t at = n;
        if (all_roles[i].kind == BASIC)
            continue;
        for (; at > 0 && width_of(&out[at - 1]) > width_of(&r); at--)
            out[at] = out[at - 1];
        out[at] = r;
        n++;
    }
    out[n] = (struct access_role){0};
    return n;
}

const struct access_role *access_narrow_set(void)
{
    static struct access_role set[ALL_ROLES + 1];
    if (!set[0].role)
        fill_set(set);
    return set;
}

const char *access_narrowest(const char *permission)
{
    for (const struct access_role *r = access_narrow_set(); r->role; r++)
        if (access_role_has(r->role, permission))
            return r->role;
    return "";
}

int access_role_permissions(const char *role)
{
    for (size_t i = 0; i < ALL_ROLES; i++)
        if (str_eq(all_roles[i].role, role))
            return all_roles[i].permissions;
    return 0;
}

bool access_excess(size_t i, const char **permission, const char **words)
{
    if (i >= sizeof excess / sizeof *excess)
        return false;
    *permission = excess[i].permission;
    *words = excess[i].words;
    return true;
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

static bool is_asked(uint32_t wanted, const struct need *need)
{
    switch (need->asked) {
    case TO_START:
        return wanted & ACCESS_START;
    case TO_LOOK:
        return wanted & (ACCESS_BIT(need->step) | ACCESS_LOOK(need->step));
    case TO_MAKE:
        break;
    }
    return wanted & ACCESS_BIT(need->step);
}

bool access_step_asks(uint32_t wanted, enum access_step step, const char *permission)
{
    for (size_t i = 0; i < NEEDS; i++)
        if (needs[i].step == step && is_asked(wanted, &needs[i]) &&
            str_eq(needs[i].permission, permission))
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
        if (is_asked(wanted, &needs[i]) && !in_list(out, *n, needs[i].permission))
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
        *lack = (struct access_lack){.permission = need->permission,
                                     .role = access_narrowest(need->permission)};
    }
    lack->steps |= ACCESS_BIT(need->step);
    v->blocked |= ACCESS_BIT(need->step);
}

/* --- which roles --- */

static bool covered_without(const struct access_verdict *v, const char *permission,
                            const char *without)
{
    for (size_t i = 0; i < v->n_roles; i++)
        if (!str_eq(v->roles[i], without) && access_role_has(v->roles[i], permission))
            return true;
    return false;
}

static size_t would_close(const struct access_verdict *v, const char *role)
{
    size_t n = 0;
    for (size_t i = 0; i < v->n_lacks; i++)
        n += !covered_without(v, v->lacks[i].permission, NULL) &&
             access_role_has(role, v->lacks[i].permission);
    return n;
}

/* The one that brings least for each gap that it closes. */
static const struct access_role *cheapest(const struct access_verdict *v)
{
    const struct access_role *best = NULL;
    size_t closes = 0;
    for (const struct access_role *r = access_narrow_set(); r->role; r++) {
        size_t n = would_close(v, r->role);
        if (n && (!best ||
                  (int64_t)width_of(r) * (int64_t)closes < (int64_t)width_of(best) * (int64_t)n)) {
            best = r;
            closes = n;
        }
    }
    return best;
}

static bool is_needless(const struct access_verdict *v, const char *role)
{
    for (size_t i = 0; i < v->n_lacks; i++)
        if (access_role_has(role, v->lacks[i].permission) &&
            !covered_without(v, v->lacks[i].permission, role))
            return false;
    return true;
}

static void take_out(struct access_verdict *v, const char *role)
{
    size_t n = 0;
    for (size_t i = 0; i < v->n_roles; i++)
        if (!str_eq(v->roles[i], role))
            v->roles[n++] = v->roles[i];
    v->n_roles = n;
}

static bool has_role(const struct access_verdict *v, const char *role)
{
    for (size_t i = 0; i < v->n_roles; i++)
        if (str_eq(v->roles[i], role))
            return true;
    return false;
}

/* Greedily, then without those that the others have made needless, the widest first. */
static void choose_roles(struct access_verdict *v)
{
    const struct access_role *set = access_narrow_set(), *r;
    size_t n = 0;
    while ((r = cheapest(v)) != NULL)
        insert_sorted(v->roles, &v->n_roles, r->role);
    while (set[n].role)
        n++;
    while (n-- > 0)
        if (has_role(v, set[n].role) && is_needless(v, set[n].role))
            take_out(v, set[n].role);
}

void access_judge(struct arena *a, uint32_t wanted, const char *const *held, size_t n_held,
                  struct access_verdict *out)
{
    *out = (struct access_verdict){.lacks = arena_array(a, struct access_lack, NEEDS)};
    out->roles = arena_array(a, const char *, ALL_ROLES + 1);
    for (size_t i = 0; i < NEEDS; i++)
        if (is_asked(wanted, &needs[i]) && !in_list(held, n_held, needs[i].permission))
            add_lack(out, &needs[i]);
    choose_roles(out);
}
