#include "api/access/instead.h"

#include "api/access/ours.h"
#include "api/base/clock.h"
#include "api/base/tr.h"

#include <string.h>
#include <strings.h>

static bool has_member(const struct google_binding *b, const char *member)
{
    for (size_t i = 0; i < b->n_members; i++)
        if (strcasecmp(b->members[i], member) == 0)
            return true;
    return false;
}

static bool has_group(const struct google_binding *b)
{
    for (size_t i = 0; i < b->n_members; i++)
        if (str_starts(b->members[i], "group:") || str_starts(b->members[i], "domain:"))
            return true;
    return false;
}

static bool is_broad(const char *role)
{
    return str_eq(role, "roles/owner") || str_eq(role, "roles/editor");
}

/* Without a condition, or with one of our form that ends later. */
static bool lasts(const struct google_binding *b, int64_t until)
{
    return !b->conditional || access_until(b->condition.expression) >= until;
}

/* --- without it --- */

struct otherwise {
    const struct google_policy *policy;
    const char *member;
    int64_t until;
    bool owner, editor; /* by name */
};

static bool by_own_role(const struct otherwise *o, const char *permission)
{
    for (size_t i = 0; i < o->policy->n_bindings; i++) {
        const struct google_binding *b = &o->policy->bindings[i];
        if (!is_broad(b->role) && lasts(b, o->until) && has_member(b, o->member) &&
            access_role_has(b->role, permission))
            return true;
    }
    return false;
}

/* Neither a role of one's own nor the broad ones explain it. */
static bool comes_from_elsewhere(const struct otherwise *o, const char *permission)
{
    return !(o->owner && access_role_has("roles/owner", permission)) &&
           !(o->editor && access_role_has("roles/editor", permission)) &&
           !by_own_role(o, permission);
}

/* A group's role that explains something else that is held: its other permissions are held, too. */
static bool by_group(const struct otherwise *o, const struct google_held *held,
                     const char *permission)
{
    for (size_t i = 0; i < o->policy->n_bindings; i++) {
        const struct google_binding *b = &o->policy->bindings[i];
        if (!lasts(b, o->until) || !has_group(b) || !access_role_has(b->role, permission))
            continue;
        for (size_t k = 0; k < held->n; k++)
            if (access_role_has(b->role, held->permissions[k]) &&
                comes_from_elsewhere(o, held->permissions[k]))
                return true;
    }
    return false;
}

const char *const *access_held_otherwise(struct arena *a, const struct google_policy *policy,
                                         const char *member, const struct google_held *held,
                                         int64_t until, size_t *n)
{
    const char **out = arena_array(a, const char *, held->n + 1);
    struct otherwise o = {.policy = policy, .member = member, .until = until};
    for (size_t i = 0; i < policy->n_bindings; i++) {
        const struct google_binding *b = &policy->bindings[i];
        o.owner = o.owner || (str_eq(b->role, "roles/owner") && has_member(b, member));
        o.editor = o.editor || (str_eq(b->role, "roles/editor") && has_member(b, member));
    }
    *n = 0;
    for (size_t i = 0; i < held->n; i++) {
        const char *p = held->permissions[i];
        if (by_own_role(&o, p) || comes_from_elsewhere(&o, p) || by_group(&o, held, p))
            out[(*n)++] = p;
    }
    return out;
}

/* --- more and less --- */

static bool any_has(const char *const *roles, size_t n, const char *permission)
{
    for (size_t i = 0; i < n; i++)
        if (access_role_has(roles[i], permission))
            return true;
    return false;
}

void access_compare(struct arena *a, enum access_basic basic, const char *const *roles, size_t n,
                    uint32_t steps, struct access_compared *out)
{
    const char *role = access_basic_role(basic), *permission, *words;
    size_t n_needed, n_rows = 0;
    const char *const *needed = access_needed(a, steps, &n_needed);
    while (access_excess(n_rows, &permission, &words))
        n_rows++;
    *out = (struct access_compared){.permissions = access_role_permissions(role),
                                    .excess = arena_array(a, const char *, n_rows + 1),
                                    .lacks = arena_array(a, const char *, n_needed + 1)};
    for (size_t i = 0; i < n; i++)
        out->narrow += access_role_permissions(roles[i]);
    for (size_t i = 0; access_excess(i, &permission, &words); i++)
        if (access_role_has(role, permission) && !any_has(roles, n, permission))
            out->excess[out->n_excess++] = words;
    for (size_t i = 0; i < n_needed; i++)
        if (!access_role_has(role, needed[i]))
            out->lacks[out->n_lacks++] = needed[i];
}

/* --- who may --- */

static bool sets_policy(const char *role)
{
    return access_role_has(role, "resourcemanager.projects.setIamPolicy") ||
           str_eq(role, "roles/iam.securityAdmin");
}

static bool is_in(const char *const *list, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(list[i], text))
            return true;
    return false;
}

const char *const *access_setters(struct arena *a, const struct google_policy *policy,
                                  const char *member, size_t *n)
{
    size_t most = 1;
    for (size_t i = 0; i < policy->n_bindings; i++)
        most += policy->bindings[i].n_members;
    const char **out = arena_array(a, const char *, most);
    *n = 0;
    for (size_t i = 0; i < policy->n_bindings; i++) {
        const struct google_binding *b = &policy->bindings[i];
        for (size_t k = 0; k < b->n_members && sets_policy(b->role) && !b->conditional; k++) {
            bool person = str_starts(b->members[k], "user:") || str_starts(b->members[k], "group:");
            if (person && strcasecmp(b->members[k], member) != 0 && !is_in(out, *n, b->members[k]))
                out[(*n)++] = arena_str(a, b->members[k]);
        }
    }
    return out;
}

void access_request(struct str *out, const char *project, const char *member,
                    const char *const *roles, size_t n, int64_t until)
{
    const char *colon = strchr(member, ':');
    char text[CLOCK_TEXT];
    str_printf(out,
               tr("To set up a replication from PostgreSQL to BigQuery in the project %s,\n"
                  "%s needs the roles below until %s.\n"
                  "They end by themselves; Editor, which cannot be given an end, is not needed."),
               project, colon ? colon + 1 : member, clock_rfc3339(until, text));
    str_add(out, "\n\n");
    for (size_t i = 0; i < n; i++)
        str_printf(out, "  %s\n", roles[i]);
    str_printf(out, "\n%s\n\n", tr("With gcloud, somebody who may change the project's policy:"));
    access_grant_commands(out, project, member, roles, n, until);
}
