/* cloudresourcemanager v1 and v3: the project, its policy, what one may do. */

#include "tests/sandbox/google/services.h"

#include "api/base/arena.h"

#include <string.h>

static const struct shape NOTHING[] = {END};
static const struct shape EXPR[] = {F("expression", STRING), F("title", STRING),
                                    F("description", STRING), F("location", STRING), END};
static const struct shape BINDING[] = {F("role", STRING), LISTED("members", STRING),
                                       OBJECT("condition", EXPR), END};
static const struct shape AUDIT_LOG[] = {
    ONE_OF("logType", "LOG_TYPE_UNSPECIFIED|ADMIN_READ|DATA_WRITE|DATA_READ"),
    LISTED("exemptedMembers", STRING), END};
static const struct shape AUDIT[] = {F("service", STRING), OBJECTS("auditLogConfigs", AUDIT_LOG),
                                     END};
static const struct shape POLICY[] = {F("version", INT32), F("etag", BYTES),
                                      OBJECTS("bindings", BINDING), OBJECTS("auditConfigs", AUDIT),
                                      END};
static const struct shape SET_POLICY[] = {OBJECT("policy", POLICY), F("updateMask", MASK), END};
static const struct shape OPTIONS[] = {F("requestedPolicyVersion", INT32), END};
static const struct shape GET_POLICY[] = {OBJECT("options", OPTIONS), END};
static const struct shape TEST[] = {LISTED("permissions", STRING), END};
static const struct shape LIST_QUERY[] = {F("filter", STRING), RANGE("pageSize", 0, INT32_MAX),
                                          F("pageToken", STRING), END};
static const struct shape SEARCH_QUERY[] = {F("query", STRING), RANGE("pageSize", 0, INT32_MAX),
                                            F("pageToken", STRING), END};

static struct val *project_v1(void)
{
    return val_make("{'projectNumber':%s,'projectId':%s,'lifecycleState':'ACTIVE',"
                    "'name':'aap-dev','labels':{'team':'aap','environment':'dev','tenant':'nav'},"
                    "'createTime':'2023-02-14T09:21:33.417Z','parent':{'type':'folder','id':"
                    "'774810295367'}}",
                    SANDBOX_PROJECT_NUMBER, SANDBOX_PROJECT);
}

static struct val *project_v3(void)
{
    return val_make("{'name':'projects/%s','parent':'folders/774810295367','projectId':%s,"
                    "'state':'ACTIVE','displayName':'aap-dev','createTime':"
                    "'2023-02-14T09:21:33.417Z','updateTime':'2024-04-18T07:02:11.001Z','etag':"
                    "'W/\\\"7c1f2a90\\\"','labels':{'team':'aap','environment':'dev'}}",
                    SANDBOX_PROJECT_NUMBER, SANDBOX_PROJECT);
}

/* A project that one may not see and one that is not there look the same. */
static bool may_see(struct call *c, const char *permission)
{
    if (policy_is_our_project(c->param[0]) && policy_holds(c->g, permission))
        return true;
    call_refuse(c, 403, NULL, "The caller does not have permission");
    if (policy_is_our_project(c->param[0])) {
        struct val *metadata =
            val_make("{'permission':%s,'resource':'projects/%s'}", permission, c->param[0]);
        call_refuse_info(c, "IAM_PERMISSION_DENIED", "cloudresourcemanager.googleapis.com",
                         metadata);
    }
    return false;
}

static void get_v1(struct call *c)
{
    if (may_see(c, "resourcemanager.projects.get"))
        call_answer(c, project_v1());
}

static void get_v3(struct call *c)
{
    if (may_see(c, "resourcemanager.projects.get"))
        call_answer(c, project_v3());
}

static struct val *visible(struct call *c, struct val *(*project)(void))
{
    struct val *list = val_array();
    if (policy_holds(c->g, "resourcemanager.projects.get"))
        val_add(list, project());
    return list;
}

static void list_v1(struct call *c)
{
    list_answer(c, "projects", visible(c, project_v1), 500, 1000, NULL);
}

static void search_v3(struct call *c)
{
    struct val *list = visible(c, project_v3);
    const char *query = call_query(c, "query");
    if (query != NULL && !filter_ok(query, false)) {
        call_refuse_field(c, "query", "Invalid query: %.100s", query);
        val_free(list);
        return;
    }
    if (list->first != NULL && !filter_match(query, list->first))
        val_drop(list, list->first);
    list_answer(c, "projects", list, 500, 1000, NULL);
}

/* --- the policy --- */

static const char *etag(const struct google *g, char out[16])
{
    snprintf(out, 16, "BwX%08xU=", g->etag * 2654435761u); /* 12 characters of base64 */
    return out;
}

/* Below version 3 a condition shows as part of the role's name, and is lost when written back. */
static void flatten_conditions(struct val *bindings)
{
    for
        val_each(binding, bindings)
        {
            if (val_member(binding, "condition") == NULL)
                continue;
            struct str text = {0};
            unsigned sum = 5381;
            val_print(val_member(binding, "condition"), &text, false);
            for (size_t i = 0; i < text.bytes; i++)
                sum = sum * 33 + (unsigned char)text.text[i];
            str_done(&text);
            struct str role = {0};
            str_printf(&role, "%s_withcond_%08x%012x", val_text_or(binding, "role", ""), sum,
                       sum / 3);
            val_put_text(binding, "role", str_text(&role));
            str_done(&role);
            val_put_member(binding, "condition", NULL);
        }
}

static bool has_conditions(const struct val *bindings)
{
    for
        val_each(binding, bindings) if (val_member(binding, "condition") != NULL) return true;
    return false;
}

static struct val *policy_doc(const struct google *g, int64_t version)
{
    char tag[16];
    struct val *doc = val_object(), *bindings = val_copy(val_member(g->policy, "bindings"));
    if (version < 3)
        flatten_conditions(bindings);
    val_put_int(doc, "version", has_conditions(bindings) ? 3 : 1);
    val_put_text(doc, "etag", etag(g, tag));
    val_put(doc, "bindings", bindings);
    val_put(doc, "auditConfigs", val_copy(val_member(g->policy, "auditConfigs")));
    return doc;
}

static void get_policy(struct call *c)
{
    int64_t version = val_int(c->body, "options.requestedPolicyVersion", 1);
    if (version != 0 && version != 1 && version != 3)
        call_refuse_field(c, "options.requested_policy_version",
                          "Requested policy version '%d' is invalid.", (int)version);
    else if (may_see(c, "resourcemanager.projects.getIamPolicy"))
        call_answer(c, policy_doc(c->g, version));
}

static bool member_fits(struct call *c, const char *member)
{
    static const char *const KINDS[] = {
        "user:", "group:", "serviceAccount:", "domain:", "deleted:"};
    bool kind = false;
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++)
        kind = kind || (str_starts(member, KINDS[i]) && strlen(member) > strlen(KINDS[i]));
    if (!kind) {
        call_refuse_field(c, "",
                          "The member %.100s is of an unknown type. Please set a valid type "
                          "prefix for the member.",
                          member);
        return false;
    }
    const char *ours = "@" SANDBOX_PROJECT ".iam.gserviceaccount.com";
    if (!str_starts(member, "serviceAccount:") || !str_ends(member, ours))
        return true;
    struct thing *account = thing_find(c->g, "account", member + strlen("serviceAccount:"));
    if (account != NULL && thing_due(account))
        return true;
    call_refuse_field(c, "", "Service account %s does not exist.",
                      member + strlen("serviceAccount:"));
    return false;
}

static bool binding_fits(struct call *c, const struct val *binding, int64_t version)
{
    const char *role = val_text_or(binding, "role", "");
    const struct val *condition = val_member(binding, "condition");
    bool known = str_starts(role, "roles/") || str_starts(role, "projects/") ||
                 str_starts(role, "organizations/");
    if (!known || strstr(role, "_withcond_") != NULL) {
        call_refuse_field(c, "", "Role %.100s is not supported for this resource.", role);
        return false;
    }
    if (condition != NULL && version != 3) {
        call_refuse_field(c, "",
                          "Specified policy version does not support conditions; it must be 3.");
        return false;
    }
    if (condition != NULL && roles_is_basic(role)) {
        call_refuse_field(c, "", "Conditions can't be set on primitive roles: %s.", role);
        return false;
    }
    if (condition != NULL && (str_is_empty(val_text(condition, "expression")) ||
                              str_is_empty(val_text(condition, "title")))) {
        call_refuse_field(c, "", "Conditions need a title and an expression.");
        return false;
    }
    for
        val_each(member,
                 val_member(binding, "members")) if (!member_fits(c, member->text)) return false;
    return true;
}

static bool etag_fits(struct call *c, const struct val *policy)
{
    char tag[16];
    const char *sent = val_text(policy, "etag");
    if (str_is_empty(sent) || str_eq(sent, etag(c->g, tag)))
        return true;
    call_refuse(
        c, 409, "ABORTED",
        "There were concurrent policy changes. Please retry the whole read-modify-write with "
        "exponential backoff. The request's ETag '%.40s' did not match the current policy's "
        "ETag '%s'.",
        sent, tag);
    return false;
}

/* Without version 3 a policy that holds conditions is not overwritten by one that asks for less. */
static bool version_fits(struct call *c, int64_t version)
{
    if (version != 0 && version != 1 && version != 3)
        call_refuse_field(c, "policy.version", "Policy version '%d' is invalid.", (int)version);
    else if (version != 3 && has_conditions(val_member(c->g->policy, "bindings")))
        call_refuse_field(
            c, "policy.version",
            "The policy on this resource has conditional role bindings: the version must "
            "be 3.");
    else
        return true;
    return false;
}

static void set_policy(struct call *c)
{
    const struct val *policy = val_member(c->body, "policy");
    int64_t version = val_int(policy, "version", 0);
    if (!may_see(c, "resourcemanager.projects.setIamPolicy") || !version_fits(c, version))
        return;
    for
        val_each(binding,
                 val_member(policy, "bindings")) if (!binding_fits(c, binding, version)) return;
    if (!etag_fits(c, policy))
        return;
    struct val *kept = val_object(), *bindings = val_array();
    for
        val_each(binding,
                 val_member(policy, "bindings")) if (!val_is_empty(val_member(binding, "members")))
            val_add(bindings, val_copy(binding));
    val_put(kept, "bindings", bindings);
    val_put(kept, "auditConfigs", val_copy(val_member(policy, "auditConfigs")));
    policy_replace(c->g, kept);
    c->slow = 3;
    call_answer(c, policy_doc(c->g, 3));
}

static void test_permissions(struct call *c)
{
    struct val *held = val_array();
    const struct val *asked = val_member(c->body, "permissions");
    if (val_count(asked) > 100) {
        call_refuse_field(c, "permissions", "A maximum of 100 permissions can be tested at once.");
        val_free(held);
        return;
    }
    for
        val_each(item, asked)
        {
            if (roles_permission(item->text) == PERMISSION_UNKNOWN) {
                call_refuse_field(c, "", "Permission %.100s is not valid for this resource.",
                                  item->text);
                val_free(held);
                return;
            }
            if (policy_is_our_project(c->param[0]) && policy_holds(c->g, item->text))
                val_add_text(held, item->text);
        }
    struct val *out = val_object();
    if (held->first != NULL)
        val_put(out, "permissions", held);
    else
        val_free(held);
    call_answer(c, out);
}

static void ancestry(struct call *c)
{
    if (may_see(c, "resourcemanager.projects.get"))
        call_answer(c,
                    val_make("{'ancestor':[{'resourceId':{'type':'project','id':%s}},{'resourceId':"
                             "{'type':'folder','id':'774810295367'}},{'resourceId':{'type':"
                             "'organization','id':'139592330668'}}]}",
                             SANDBOX_PROJECT));
}

static const struct route ROUTES[] = {
    {"GET", "v1/projects", list_v1, NULL, LIST_QUERY, NULL, NULL, 0},
    {"GET", "v1/projects/{}", get_v1, NULL, NULL, NULL, NULL, ROUTE_ANY_PROJECT},
    {"GET", "v3/projects:search", search_v3, NULL, SEARCH_QUERY, NULL, NULL, 0},
    {"GET", "v3/projects/{}", get_v3, NULL, NULL, NULL, NULL, ROUTE_ANY_PROJECT},
    {"POST", "v1/projects/{}:getIamPolicy", get_policy, NULL, NULL, GET_POLICY, NULL,
     ROUTE_ANY_PROJECT},
    {"POST", "v1/projects/{}:setIamPolicy", set_policy, NULL, NULL, SET_POLICY, NULL,
     ROUTE_ANY_PROJECT},
    {"POST", "v1/projects/{}:testIamPermissions", test_permissions, NULL, NULL, TEST, NULL,
     ROUTE_ANY_PROJECT},
    {"POST", "v1/projects/{}:getAncestry", ancestry, NULL, NULL, NOTHING, NULL, ROUTE_ANY_PROJECT},
    {"POST", "v3/projects/{}:getIamPolicy", get_policy, NULL, NULL, GET_POLICY, NULL,
     ROUTE_ANY_PROJECT},
    {"POST", "v3/projects/{}:setIamPolicy", set_policy, NULL, NULL, SET_POLICY, NULL,
     ROUTE_ANY_PROJECT},
    {"POST", "v3/projects/{}:testIamPermissions", test_permissions, NULL, NULL, TEST, NULL,
     ROUTE_ANY_PROJECT},
    {0},
};

const struct service resourcemanager_service = {"cloudresourcemanager.googleapis.com",
                                                "Cloud Resource Manager API",
                                                "cloudresourcemanager.googleapis.com",
                                                FAMILY_ONEP,
                                                ROUTES,
                                                NULL};
