/* The project's policy, and what the person may do by it. */

#include "tests/sandbox/google/inside.h"

#include "api/base/arena.h"

#include <stdlib.h>
#include <string.h>

#define TEAM_GROUP "group:aap@nav.no"

enum { PROPAGATION_S = 60 }; /* facts/gcp.md E: usually two minutes, up to seven or more */

bool policy_is_our_project(const char *project)
{
    return str_eq(project, SANDBOX_PROJECT) || str_eq(project, SANDBOX_PROJECT_NUMBER);
}

/* The one condition that is understood: request.time < timestamp('...'). */
static bool condition_holds(const struct val *condition)
{
    const char *text = val_text_or(condition, "expression", "");
    const char *at = strstr(text, "timestamp(");
    if (condition == NULL)
        return true;
    if (at == NULL || strstr(text, "request.time") == NULL)
        return false;
    char when[40];
    snprintf(when, sizeof when, "%.35s", at + 11);
    when[strcspn(when, "'\"")] = '\0';
    return clock_wall() < clock_parse(when);
}

static bool names(const struct val *members, const char *member)
{
    for
        val_each(item,
                 members) if (item->kind == VAL_TEXT && str_eq(item->text, member)) return true;
    return false;
}

static bool binds_person(const struct val *binding)
{
    const struct val *members = val_member(binding, "members");
    return (names(members, "user:" SANDBOX_PERSON) || names(members, TEAM_GROUP)) &&
           condition_holds(val_member(binding, "condition"));
}

/* --- what works by now --- */

static void drop_oldest(struct google *g)
{
    struct policy_past *oldest = g->past;
    g->past = oldest->next;
    val_free(oldest->bindings);
    mem_free(oldest);
}

static const struct val *in_force(struct google *g)
{
    while (g->past != NULL && clock_mono_ms() >= g->past->until_ms)
        drop_oldest(g);
    return g->past != NULL ? g->past->bindings : val_member(g->policy, "bindings");
}

/* What a scenario says holds at once. */
static void at_once(struct google *g)
{
    while (g->past != NULL)
        drop_oldest(g);
}

void policy_replace(struct google *g, struct val *policy)
{
    struct policy_past *past = mem_alloc(sizeof *past), **end = &g->past;
    past->bindings = val_copy(val_member(g->policy, "bindings"));
    past->until_ms = google_later(g, PROPAGATION_S);
    while (*end != NULL)
        end = &(*end)->next;
    *end = past;
    val_free(g->policy);
    g->policy = policy;
    g->etag++;
}

void policy_forget(struct google *g)
{
    at_once(g);
    val_free(g->policy);
    g->policy = NULL;
}

bool policy_holds(struct google *g, const char *permission)
{
    for (size_t i = 0; i < sizeof g->lacking / sizeof g->lacking[0]; i++)
        if (str_eq(g->lacking[i], permission))
            return false;
    for
        val_each(binding, in_force(g)) if (binds_person(binding) &&
                                           roles_hold(val_text_or(binding, "role", ""),
                                                      permission)) return true;
    return false;
}

bool policy_member_has(struct google *g, const char *member, const char *role)
{
    for
        val_each(binding,
                 val_member(g->policy,
                            "bindings")) if (str_eq(val_text(binding, "role"), role) &&
                                             names(val_member(binding, "members"), member) &&
                                             condition_holds(
                                                 val_member(binding, "condition"))) return true;
    return false;
}

bool call_permit(struct call *c, const char *permission, const char *resource)
{
    if (policy_holds(c->g, permission))
        return true;
    call_refuse_permission(c, permission, resource);
    return false;
}

void policy_bind(struct google *g, const char *role, const char *member)
{
    struct val *bindings = val_member(g->policy, "bindings");
    at_once(g);
    g->etag++;
    for
        val_each(binding, bindings) if (str_eq(val_text(binding, "role"), role) &&
                                        val_member(binding, "condition") == NULL)
        {
            if (!names(val_member(binding, "members"), member))
                val_add_text(val_member(binding, "members"), member);
            return;
        }
    val_add(bindings, val_make("{'role':%s,'members':[%s]}", role, member));
}

/* Of one role; NULL: of all. */
static void drop_member(struct val *bindings, const char *role, const char *member)
{
    for (struct val *binding = bindings->first, *next; binding != NULL; binding = next) {
        next = binding->next;
        struct val *members = val_member(binding, "members");
        if (role != NULL && !str_eq(val_text(binding, "role"), role))
            continue;
        for (struct val *m = members->first, *after; m != NULL; m = after) {
            after = m->next;
            if (str_eq(m->text, member))
                val_drop(members, m);
        }
        if (members->first == NULL)
            val_drop(bindings, binding);
    }
}

void policy_unbind(struct google *g, const char *role, const char *member)
{
    at_once(g);
    drop_member(val_member(g->policy, "bindings"), role, member);
    g->etag++;
}

/* Tests: other roles, names between blanks, than one finds. */
static void turn(struct google *g, const char *variable, const char *member)
{
    const char *roles = getenv(variable);
    if (roles == NULL)
        return;
    drop_member(val_member(g->policy, "bindings"), NULL, member);
    char *text = mem_str(roles), *rest = NULL;
    for (char *role = strtok_r(text, " ", &rest); role != NULL; role = strtok_r(NULL, " ", &rest))
        policy_bind(g, role, member);
    mem_free(text);
}

/* As one finds it: the person has given herself Editor, the team's group may change the policy, and
 * others have left bindings that must survive, one of them conditional. */
void policy_reset(struct google *g)
{
    policy_forget(g);
    g->policy = val_make(
        "{'bindings':["
        "{'role':'roles/editor','members':['user:%s','user:ola.hansen@nav.no',"
        "'serviceAccount:%s@cloudservices.gserviceaccount.com']},"
        "{'role':'roles/owner','members':['serviceAccount:nais-console@nais-management.iam."
        "gserviceaccount.com']},"
        "{'role':'roles/resourcemanager.projectIamAdmin','members':['%s']},"
        "{'role':'roles/cloudsql.instanceUser','members':['user:ola.hansen@nav.no'],"
        "'condition':{'title':'nais_cli_access','description':'temporary access',"
        "'expression':'request.time < timestamp(\\'2026-01-01T12:00:00Z\\')'}},"
        "{'role':'roles/datastream.serviceAgent','members':['serviceAccount:service-%s@gcp-sa-"
        "datastream.iam.gserviceaccount.com']}],"
        "'auditConfigs':[{'service':'cloudsql.googleapis.com','auditLogConfigs':["
        "{'logType':'DATA_READ'},{'logType':'DATA_WRITE'}]}]}",
        SANDBOX_PERSON, SANDBOX_PROJECT_NUMBER, TEAM_GROUP, SANDBOX_PROJECT_NUMBER);
    g->etag = 1;
    turn(g, "SANDBOX_ROLES", "user:" SANDBOX_PERSON);
    turn(g, "SANDBOX_TEAM_ROLES", TEAM_GROUP);
}

void google_set_roles(struct google *g, const char *const *roles, size_t n)
{
    pthread_mutex_lock(&g->lock);
    at_once(g);
    drop_member(val_member(g->policy, "bindings"), NULL, "user:" SANDBOX_PERSON);
    for (size_t i = 0; i < n; i++)
        policy_bind(g, roles[i], "user:" SANDBOX_PERSON);
    g->etag++;
    pthread_mutex_unlock(&g->lock);
}

bool google_grant(struct google *g, const char *role, int seconds)
{
    char until[CLOCK_TEXT];
    if (roles_is_basic(role) || !roles_exists(role))
        return false;
    pthread_mutex_lock(&g->lock);
    at_once(g);
    struct val *binding = val_make(
        "{'role':%s,'members':['user:%s'],'condition':{'title':'strom'}}", role, SANDBOX_PERSON);
    struct str expression = {0};
    str_printf(&expression, "request.time < timestamp(\"%s\")",
               clock_rfc3339(clock_wall() + seconds, until));
    val_put_text(val_member(binding, "condition"), "expression", str_text(&expression));
    str_done(&expression);
    val_add(val_member(g->policy, "bindings"), binding);
    g->etag++;
    pthread_mutex_unlock(&g->lock);
    return true;
}

void google_set_lacking(struct google *g, const char *permission, bool lacking)
{
    pthread_mutex_lock(&g->lock);
    size_t n = sizeof g->lacking / sizeof g->lacking[0], free_at = n;
    for (size_t i = n; i-- > 0;) {
        if (str_eq(g->lacking[i], permission))
            g->lacking[i][0] = '\0';
        if (g->lacking[i][0] == '\0')
            free_at = i;
    }
    if (lacking && free_at < n)
        str_copy(g->lacking[free_at], sizeof g->lacking[0], permission);
    pthread_mutex_unlock(&g->lock);
}
