#include "api/google/projects.h"

#include "api/google/client.h"
#include "api/google/rest.h"

#define HOST "cloudresourcemanager.googleapis.com"

enum { PORTION = 100 }; /* facts/gcp.md E: at most so many permissions a question */

static bool decode_project(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct google_project *p = out;
    (void)e;
    p->id = rest_string(a, answer->json, "projectId");
    p->number = rest_string(a, answer->json, "projectNumber");
    p->name = rest_string(a, answer->json, "name");
    p->state = rest_string(a, answer->json, "lifecycleState");
    return true;
}

struct task *projects_get(struct google *g, const char *project)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", HOST, "Reading the project %s", project);
    rest_resource(&c, "%s", project);
    rest_path(&c, "v1/projects/{}", project);
    rest_decode_with(&c, sizeof(struct google_project), decode_project);
    return rest_send(&c);
}

const struct google_project *projects_project(const struct task *t)
{
    return rest_result(t, decode_project);
}

/* --- permissions: one question a portion, one answer --- */

struct test_job {
    struct task **asked;
    size_t n_asked;
    struct google_held held;
};

static enum task_state test_step(struct task *t);
static void test_stop(void *job);
static const struct task_type test_type = {"google permissions", sizeof(struct test_job), test_step,
                                           test_stop};

static bool decode_held(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct google_held *held = out;
    (void)e;
    held->permissions = rest_strings(a, json_get(answer->json, "permissions"), &held->n);
    return true;
}

static struct task *test_portion(struct google *g, const char *project,
                                 const char *const *permissions, size_t n)
{
    struct rest_call c;
    rest_begin(&c, g, "POST", HOST, "Asking what one may do in %s", project);
    rest_resource(&c, "%s", project);
    rest_path(&c, "v1/projects/{}:testIamPermissions", project);
    c.repeat = REST_READ;
    rest_put_strings(rest_body(&c), "permissions", permissions, n);
    rest_decode_with(&c, sizeof(struct google_held), decode_held);
    return rest_send(&c);
}

static enum task_state test_step(struct task *t)
{
    struct test_job *job = task_job(t, &test_type);
    for (size_t i = 0; i < job->n_asked; i++) {
        if (task_state(job->asked[i]) == TASK_RUNNING)
            return TASK_RUNNING;
        if (task_state(job->asked[i]) == TASK_FAILED)
            return task_fail_like(t, job->asked[i]);
    }
    for (size_t i = 0; i < job->n_asked; i++) {
        const struct google_held *part = rest_result(job->asked[i], decode_held);
        for (size_t k = 0; k < part->n; k++)
            *rest_push(task_arena(t), job->held.permissions, job->held.n) =
                arena_str(task_arena(t), part->permissions[k]);
    }
    return TASK_OK;
}

static void test_stop(void *ctx)
{
    struct test_job *job = ctx;
    for (size_t i = 0; i < job->n_asked; i++)
        task_clear(&job->asked[i]);
}

struct task *projects_test_permissions(struct google *g, const char *project,
                                       const char *const *permissions, size_t n)
{
    struct task *t = task_new(google_net(g), &test_type);
    struct test_job *job = task_job(t, &test_type);
    job->asked = arena_array(task_arena(t), struct task *, n / PORTION + 1);
    for (size_t at = 0; at < n; at += PORTION) {
        size_t part = n - at < PORTION ? n - at : PORTION;
        job->asked[job->n_asked++] = test_portion(g, project, permissions + at, part);
    }
    return t;
}

const struct google_held *projects_held(const struct task *t)
{
    if (task_state(t) != TASK_OK)
        return NULL;
    const struct test_job *job = task_job(t, &test_type);
    return &job->held;
}

bool projects_holds(const struct google_held *held, const char *permission)
{
    for (size_t i = 0; i < held->n; i++)
        if (str_eq(held->permissions[i], permission))
            return true;
    return false;
}

/* --- the policy --- */

static void read_condition(struct arena *a, const struct json *j, struct google_binding *b)
{
    const struct json *c = json_get(j, "condition");
    b->conditional = json_is_object(c);
    b->condition.title = rest_string(a, c, "title");
    b->condition.description = rest_string(a, c, "description");
    b->condition.expression = rest_string(a, c, "expression");
}

static bool decode_policy(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct google_policy *p = out;
    (void)e;
    p->text = arena_strn(a, answer->text, answer->bytes);
    p->etag = rest_string(a, answer->json, "etag");
    p->version = (int)json_int64(answer->json, "version", 0);
    for
        json_each(b, json_get(answer->json, "bindings"))
        {
            struct google_binding *binding = rest_push(a, p->bindings, p->n_bindings);
            binding->role = rest_string(a, b, "role");
            binding->members = rest_strings(a, json_get(b, "members"), &binding->n_members);
            read_condition(a, b, binding);
        }
    return true;
}

struct task *projects_policy_get(struct google *g, const char *project)
{
    struct rest_call c;
    rest_begin(&c, g, "POST", HOST, "Reading who may do what in %s", project);
    rest_resource(&c, "%s", project);
    rest_path(&c, "v1/projects/{}:getIamPolicy", project);
    c.repeat = REST_READ;
    struct json_out *o = rest_body(&c);
    json_open_object(o, "options");
    json_put_int(o, "requestedPolicyVersion", 3); /* else conditions come back maimed */
    json_close_object(o);
    rest_decode_with(&c, sizeof(struct google_policy), decode_policy);
    return rest_send(&c);
}

struct task *projects_policy_set(struct google *g, const char *project, const char *policy_text)
{
    struct rest_call c;
    rest_begin(&c, g, "POST", HOST, "Changing who may do what in %s", project);
    rest_resource(&c, "%s", project);
    rest_path(&c, "v1/projects/{}:setIamPolicy", project);
    str_printf(&c.body, "{\"policy\":%s}", policy_text); /* as it came, but for the edit */
    rest_decode_with(&c, sizeof(struct google_policy), decode_policy);
    return rest_send(&c);
}

const struct google_policy *projects_policy(const struct task *t)
{
    return rest_result(t, decode_policy);
}
