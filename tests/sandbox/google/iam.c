/* iam: service accounts. */

#include "tests/sandbox/google/services.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define DOMAIN "@" SANDBOX_PROJECT ".iam.gserviceaccount.com"

static const struct shape ACCOUNT[] = {F("displayName", STRING), F("description", STRING),
                                       F("etag", BYTES),         F("name", STRING),
                                       OUTPUT("email"),          OUTPUT("projectId"),
                                       OUTPUT("uniqueId"),       OUTPUT("oauth2ClientId"),
                                       OUTPUT("disabled"),       END};
static const struct shape CREATE[] = {NEED("accountId", STRING), OBJECT("serviceAccount", ACCOUNT),
                                      END};
static const struct shape LIST_QUERY[] = {RANGE("pageSize", 0, INT32_MAX), F("pageToken", STRING),
                                          END};

static bool id_fits(const char *id)
{
    size_t n = strlen(id);
    if (n < 6 || n > 30 || !islower((unsigned char)id[0]) || id[n - 1] == '-')
        return false;
    for (; *id != '\0'; id++)
        if (!islower((unsigned char)*id) && !isdigit((unsigned char)*id) && *id != '-')
            return false;
    return true;
}

struct thing *account_make(struct google *g, const char *id, const char *display)
{
    char email[200];
    snprintf(email, sizeof email, "%s" DOMAIN, id);
    struct val *doc = val_make("{'name':'projects/%s/serviceAccounts/%s','projectId':%s,"
                               "'uniqueId':'','email':%s,'displayName':%s,'etag':'MDEwMjE5MjA=',"
                               "'oauth2ClientId':''}",
                               SANDBOX_PROJECT, email, SANDBOX_PROJECT, email, display);
    val_putf(doc, "uniqueId", "1%020" PRIu64, google_fresh_number(g));
    val_put_text(doc, "oauth2ClientId", val_text(doc, "uniqueId"));
    return thing_new(g, "account", email, doc);
}

static void create(struct call *c)
{
    const char *id = val_text_or(c->body, "accountId", "");
    char email[200];
    snprintf(email, sizeof email, "%.100s" DOMAIN, id);
    if (!id_fits(id)) {
        call_refuse_field(
            c, "account_id",
            "The account ID \"%.60s\" does not have a length between 6 and 30 or other "
            "characters than lowercase letters, digits and dashes.",
            id);
        return;
    }
    if (thing_find(c->g, "account", email) != NULL) {
        call_refuse(c, 409, NULL, "Service account %s already exists within project projects/%s.",
                    id, SANDBOX_PROJECT);
        return;
    }
    struct thing *t =
        account_make(c->g, id, val_text_or(c->body, "serviceAccount.displayName", ""));
    t->ready_ms = google_later(c->g, 5); /* other services learn of it somewhat later */
    if (val_text(c->body, "serviceAccount.description") != NULL)
        val_put_text(t->doc, "description", val_text(c->body, "serviceAccount.description"));
    c->slow = 2;
    call_answer(c, val_copy(t->doc));
}

static struct thing *asked_for(struct call *c)
{
    struct thing *t = thing_find(c->g, "account", c->param[1]);
    for (struct thing *at = c->g->things; t == NULL && at != NULL; at = at->next)
        if (str_eq(at->kind, "account") && str_eq(val_text(at->doc, "uniqueId"), c->param[1]))
            t = at;
    if (t == NULL)
        call_refuse(c, 404, NULL, "Unknown service account");
    return t;
}

static void get(struct call *c)
{
    const struct thing *t = asked_for(c);
    if (t != NULL)
        call_answer(c, val_copy(t->doc));
}

static void list(struct call *c)
{
    list_answer(c, "accounts", thing_list(c->g, "account", ""), 20, 100, NULL);
}

/* Its bindings stay behind, under a name that tells of a deleted account. */
static void leave_bindings(struct google *g, const char *email, const char *unique)
{
    struct str was = {0}, is = {0};
    str_printf(&was, "serviceAccount:%s", email);
    str_printf(&is, "deleted:serviceAccount:%s?uid=%s", email, unique);
    for
        val_each(binding,
                 val_member(g->policy, "bindings")) for (struct val *m =
                                                             val_member(binding, "members")->first,
                                                         *next;
                                                         m != NULL; m = next)
        {
            next = m->next;
            if (!str_eq(m->text, str_text(&was)))
                continue;
            val_add_text(val_member(binding, "members"), str_text(&is));
            val_drop(val_member(binding, "members"), m);
            g->etag++;
        }
    str_done(&was);
    str_done(&is);
}

static void drop(struct call *c)
{
    struct thing *t = asked_for(c);
    if (t == NULL)
        return;
    leave_bindings(c->g, t->name, val_text_or(t->doc, "uniqueId", ""));
    thing_drop(c->g, t);
    call_answer(c, val_object());
}

/* What one may do to this account; answered by the project's roles, there are none of its own. */
static void test_permissions(struct call *c)
{
    struct val *held = val_array(), *out = val_object();
    const struct thing *t = asked_for(c);
    for
        val_each(item, t != NULL ? val_member(c->body, "permissions")
                                 : NULL) if (!str_starts(item->text, "iam.serviceAccounts.") ||
                                             roles_permission(item->text) == PERMISSION_UNKNOWN)
            call_refuse_field(c, "", "Permission %.100s is not valid for this resource.",
                              item->text);
    else if (policy_holds(c->g, item->text)) val_add_text(held, item->text);
    if (held->first != NULL)
        val_put(out, "permissions", val_copy(held));
    if (t != NULL && c->message[0] == '\0')
        call_answer(c, val_copy(out));
    val_free(held);
    val_free(out);
}

static const struct shape TEST[] = {LISTED("permissions", STRING), END};

static const struct route ROUTES[] = {
    {"POST", "v1/projects/{}/serviceAccounts", create, "iam.serviceAccounts.create", NULL, CREATE,
     NULL, 0},
    {"GET", "v1/projects/{}/serviceAccounts", list, "iam.serviceAccounts.list", LIST_QUERY, NULL,
     NULL, 0},
    {"GET", "v1/projects/{}/serviceAccounts/{}", get, "iam.serviceAccounts.get", NULL, NULL, NULL,
     0},
    {"DELETE", "v1/projects/{}/serviceAccounts/{}", drop, "iam.serviceAccounts.delete", NULL, NULL,
     NULL, 0},
    {"POST", "v1/projects/{}/serviceAccounts/{}:testIamPermissions", test_permissions, NULL, NULL,
     TEST, NULL, 0},
    {0},
};

const struct service iam_service = {"iam.googleapis.com",
                                    "Identity and Access Management (IAM) API",
                                    "iam.googleapis.com",
                                    FAMILY_ONEP,
                                    ROUTES,
                                    NULL};
