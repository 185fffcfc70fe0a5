#include "api/google/compute_call.h"

#include <stdio.h>

void compute_write(struct rest_call *c, const struct google_write *w)
{
    struct google_write plain = {.request_id = w ? w->request_id : NULL};
    rest_write(c, &plain);
    c->wait = REST_COMPUTE;
    c->gone_is_fine = str_eq(c->method, "DELETE");
    c->adopts = c->json.to != NULL;
}

void compute_put_subnetwork(struct json_out *o, const char *project, const char *region,
                            const char *subnetwork)
{
    char link[256];
    snprintf(link, sizeof link, "projects/%s/regions/%s/subnetworks/%s", project, region,
             subnetwork);
    json_put_string(o, "subnetwork", link);
}
