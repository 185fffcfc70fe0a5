#include "api/google/serviceusage.h"

#include "api/google/rest.h"

#include <assert.h>

#define HOST "serviceusage.googleapis.com"

enum { MOST_AT_ONCE = 20 }; /* facts/gcp.md H */

static bool decode_apis(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct google_apis *apis = out;
    (void)e;
    for
        json_each(s, json_get(answer->json, "services"))
        {
            const char *name = rest_string(a, s, "config.name");
            if (!*name) /* "projects/N/services/x.googleapis.com" */
                name = rest_last(rest_string(a, s, "name"));
            if (*name)
                *rest_push(a, apis->names, apis->n) = name;
        }
    return true;
}

struct task *serviceusage_enabled(struct google *g, const char *project)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", HOST, "Asking which APIs are on in %s", project);
    rest_resource(&c, "%s", project);
    rest_path(&c, "v1/projects/{}/services", project);
    rest_query(&c, "filter", "state:ENABLED");
    rest_query_int(&c, "pageSize", 200);
    c.pages = REST_PAGES_QUERY;
    rest_decode_with(&c, sizeof(struct google_apis), decode_apis);
    return rest_send(&c);
}

const struct google_apis *serviceusage_apis(const struct task *t)
{
    return rest_result(t, decode_apis);
}

bool serviceusage_has(const struct google_apis *apis, const char *name)
{
    for (size_t i = 0; i < apis->n; i++)
        if (str_eq(apis->names[i], name))
            return true;
    return false;
}

struct task *serviceusage_enable(struct google *g, const char *project, const char *const *names,
                                 size_t n)
{
    struct rest_call c;
    assert(n > 0 && n <= MOST_AT_ONCE);
    rest_begin(&c, g, "POST", HOST, "Turning on %zu APIs in %s", n, project);
    rest_resource(&c, "%s", project);
    rest_path(&c, "v1/projects/{}/services:batchEnable", project);
    rest_put_strings(rest_body(&c), "serviceIds", names, n);
    c.wait = REST_LRO;
    c.repeat = REST_READ; /* what is on stays on */
    c.enables = true;
    return rest_send(&c);
}
