#include "api/google/iam.h"

#include "api/google/rest.h"

#define HOST    "iam.googleapis.com"
#define ACCOUNT "v1/projects/{}/serviceAccounts/{}"

static bool decode_account(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct google_account *s = out;
    (void)e;
    s->name = rest_string(a, answer->json, "name");
    s->email = rest_string(a, answer->json, "email");
    s->display_name = rest_string(a, answer->json, "displayName");
    s->unique_id = rest_string(a, answer->json, "uniqueId");
    s->description = rest_string(a, answer->json, "description");
    s->disabled = json_bool(answer->json, "disabled", false);
    return true;
}

struct task *iam_account_get(struct google *g, const char *project, const char *email)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", HOST, "Reading the service account %s", email);
    rest_resource(&c, "%s", email);
    rest_path(&c, ACCOUNT, project, email);
    rest_decode_with(&c, sizeof(struct google_account), decode_account);
    return rest_send(&c);
}

struct task *iam_account_create(struct google *g, const char *project, const char *id,
                                const char *display_name, const char *description)
{
    struct rest_call c;
    struct str email = {0};
    str_printf(&email, "%s@%s.iam.gserviceaccount.com", id, project);
    rest_begin(&c, g, "POST", HOST, "Making the service account %s", id);
    rest_resource(&c, "%s", str_text(&email));
    rest_path(&c, "v1/projects/{}/serviceAccounts", project);
    rest_look(&c, ACCOUNT, project, str_text(&email));
    str_done(&email);
    c.repeat = REST_LOOK;
    c.adopts = true;
    c.within = "serviceAccount";
    c.makes_account = true;
    struct json_out *o = rest_body(&c);
    json_put_string(o, "accountId", id);
    json_open_object(o, "serviceAccount");
    json_put_string(o, "displayName", display_name);
    if (!str_is_empty(description))
        json_put_string(o, "description", description);
    json_close_object(o);
    rest_decode_with(&c, sizeof(struct google_account), decode_account);
    return rest_send(&c);
}

struct task *iam_account_delete(struct google *g, const char *project, const char *email)
{
    struct rest_call c;
    rest_begin(&c, g, "DELETE", HOST, "Deleting the service account %s", email);
    rest_resource(&c, "%s", email);
    rest_path(&c, ACCOUNT, project, email);
    c.repeat = REST_READ;
    c.gone_is_fine = true;
    return rest_send(&c);
}

const struct google_account *iam_account(const struct task *t)
{
    return rest_result(t, decode_account);
}

static bool decode_held(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct iam_held *held = out;
    (void)e;
    held->permissions = rest_strings(a, json_get(answer->json, "permissions"), &held->n);
    return true;
}

struct task *iam_account_test(struct google *g, const char *project, const char *email,
                              const char *const *permissions, size_t n)
{
    struct rest_call c;
    rest_begin(&c, g, "POST", HOST, "Asking what one may do with %s", email);
    rest_resource(&c, "%s", email);
    rest_path(&c, ACCOUNT ":testIamPermissions", project, email);
    c.repeat = REST_READ;
    rest_put_strings(rest_body(&c), "permissions", permissions, n);
    rest_decode_with(&c, sizeof(struct iam_held), decode_held);
    return rest_send(&c);
}

const struct iam_held *iam_account_held(const struct task *t)
{
    return rest_result(t, decode_held);
}
