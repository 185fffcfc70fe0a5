/* compute: what its parts share, and the operations. */

#include "tests/sandbox/google/compute.h"
#include "tests/sandbox/google/services.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

const struct shape compute_insert_query[] = {F("requestId", UUID), END};
const struct shape compute_change_query[] = {F("requestId", UUID), F("noGracefulShutdown", BOOL),
                                             END};
const struct shape compute_list_query[] = {
    F("filter", STRING),
    {.name = "maxResults", .type = SHAPE_UINT32, .min = 0, .max = 500},
    F("orderBy", STRING),
    F("pageToken", STRING),
    F("returnPartialSuccess", BOOL),
    F("views", STRING),
    F("includeAllScopes", BOOL),
    END};

bool compute_path(const char *given, char out[300])
{
    static const char *const ROOTS[] = {COMPUTE_URL, "https://compute.googleapis.com/compute/v1/"};
    for (size_t i = 0; i < 2; i++)
        if (str_starts(given, ROOTS[i]))
            given += strlen(ROOTS[i]);
    bool full = str_starts(given, "projects/");
    bool partial = str_starts(given, "global/") || str_starts(given, "regions/") ||
                   str_starts(given, "zones/");
    if (!full && !partial)
        return false;
    snprintf(out, 300, "%s%.250s", full ? "" : HOME "/", given);
    return true;
}

const char *compute_last(const char *path)
{
    const char *slash = path != NULL ? strrchr(path, '/') : NULL;
    return slash != NULL ? slash + 1 : path != NULL ? path : "";
}

void compute_refuse_value(struct call *c, const char *field, const char *value, const char *why)
{
    call_refuse(c, 400, NULL, "Invalid value for field '%s': '%.120s'. %s", field, value, why);
}

bool compute_name_fits(struct call *c, const char *name)
{
    size_t n = strlen(name);
    bool fine = n > 0 && n <= 63 && islower((unsigned char)name[0]) && name[n - 1] != '-';
    for (size_t i = 0; fine && i < n; i++)
        fine = islower((unsigned char)name[i]) || isdigit((unsigned char)name[i]) || name[i] == '-';
    if (!fine)
        compute_refuse_value(c, "resource.name", name,
                             "Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'");
    return fine;
}

void compute_complete(struct google *g, struct val *doc, const char *kind, const char *path)
{
    char now[40];
    val_putf(doc, "kind", "compute#%s", kind);
    val_putf(doc, "id", "%" PRIu64, google_fresh_number(g));
    val_put_text(doc, "creationTimestamp", stamp_compute(now));
    val_putf(doc, "selfLink", COMPUTE_URL "%s", path);
    val_put_text(doc, "name", compute_last(path));
}

struct val *compute_frame(const char *kind, const char *path)
{
    return val_make("{'kind':'compute#%s','id':%s,'selfLink':'" COMPUTE_URL "%s'}", kind, path,
                    path);
}

void compute_list(struct call *c, const char *kind, const char *list_kind)
{
    char path[320];
    call_collection(c, path);
    list_answer(c, "items", thing_below(c, kind), 500, 500, compute_frame(list_kind, path));
}

/* --- IPv4 --- */

bool ip_read(const char *text, uint32_t *out)
{
    unsigned a, b, c, d;
    char rest;
    if (sscanf(text, "%3u.%3u.%3u.%3u%c", &a, &b, &c, &d, &rest) != 4 || a > 255 || b > 255 ||
        c > 255 || d > 255)
        return false;
    *out = a << 24 | b << 16 | c << 8 | d;
    return true;
}

const char *ip_text(uint32_t ip, char out[20])
{
    snprintf(out, 20, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
    return out;
}

bool cidr_read(const char *text, struct cidr *out)
{
    char ip[20];
    long long bits;
    size_t n = strcspn(text, "/");
    if (n >= sizeof ip || text[n] != '/' || !str_int64(text + n + 1, 1, 32, &bits))
        return false;
    memcpy(ip, text, n);
    ip[n] = '\0';
    out->bits = (int)bits;
    out->size = bits == 32 ? 1 : UINT32_C(1) << (32 - bits);
    return ip_read(ip, &out->from) && out->from % out->size == 0;
}

bool cidr_overlaps(struct cidr a, struct cidr b)
{
    return a.from <= b.from + (b.size - 1) && b.from <= a.from + (a.size - 1);
}

bool cidr_holds(struct cidr range, struct cidr inner)
{
    return inner.from >= range.from &&
           inner.from + (inner.size - 1) <= range.from + (range.size - 1);
}

/* --- operations --- */

static struct operation *asked_for(struct call *c)
{
    const char *kind = strstr(c->route->path, "/global/")  ? "global"
                       : strstr(c->route->path, "/zones/") ? "zones"
                                                           : "regions";
    char name[300];
    if (str_eq(kind, "global"))
        snprintf(name, sizeof name, HOME "/global/operations/%.120s", c->param[1]);
    else
        snprintf(name, sizeof name, HOME "/%s/%.60s/operations/%.120s", kind, c->param[1],
                 c->param[2]);
    struct operation *op = operation_find(c->g, name);
    if (op == NULL)
        call_refuse_missing(c, name);
    return op;
}

static void get(struct call *c)
{
    const struct operation *op = asked_for(c);
    if (op != NULL)
        call_answer(c, operation_doc(op));
}

/* Returns when it is done, or after two minutes of the cloud's time. */
static void wait(struct call *c)
{
    const struct operation *op = asked_for(c);
    int64_t until = google_later(c->g, 120);
    if (op == NULL)
        return;
    while (!op->done && !c->g->stopping && clock_mono_ms() < until) {
        google_wait_until(c->g, op->due_ms < until ? op->due_ms : until);
        google_settle(c->g);
    }
    call_answer(c, operation_doc(op));
}

static void list(struct call *c)
{
    struct val *all = val_array();
    bool global = strstr(c->route->path, "/global/") != NULL;
    char prefix[200];
    snprintf(prefix, sizeof prefix, HOME "/%s%.60s/operations/",
             global                              ? "global"
             : strstr(c->route->path, "/zones/") ? "zones/"
                                                 : "regions/",
             global ? "" : c->param[1]);
    for (struct operation *op = c->g->operations; op != NULL; op = op->next)
        if (str_starts(op->name, prefix))
            val_add(all, operation_doc(op));
    list_answer(c, "items", all, 500, 500, compute_frame("operationList", prefix));
}

const struct route compute_operation_routes[] = {
    {"GET", "compute/v1/projects/{}/global/operations", list, "compute.globalOperations.get",
     compute_list_query, NULL, NULL, 0},
    {"GET", "compute/v1/projects/{}/global/operations/{}", get, "compute.globalOperations.get",
     NULL, NULL, NULL, 0},
    {"POST", "compute/v1/projects/{}/global/operations/{}/wait", wait,
     "compute.globalOperations.get", NULL, NULL, NULL, 0},
    {"GET", "compute/v1/projects/{}/zones/{}/operations", list, "compute.zoneOperations.get",
     compute_list_query, NULL, NULL, 0},
    {"GET", "compute/v1/projects/{}/zones/{}/operations/{}", get, "compute.zoneOperations.get",
     NULL, NULL, NULL, 0},
    {"POST", "compute/v1/projects/{}/zones/{}/operations/{}/wait", wait,
     "compute.zoneOperations.get", NULL, NULL, NULL, 0},
    {"GET", "compute/v1/projects/{}/regions/{}/operations", list, "compute.regionOperations.get",
     compute_list_query, NULL, NULL, 0},
    {"GET", "compute/v1/projects/{}/regions/{}/operations/{}", get, "compute.regionOperations.get",
     NULL, NULL, NULL, 0},
    {"POST", "compute/v1/projects/{}/regions/{}/operations/{}/wait", wait,
     "compute.regionOperations.get", NULL, NULL, NULL, 0},
    {0},
};

static const struct route *const PARTS[] = {compute_network_routes,   compute_subnetwork_routes,
                                            compute_firewall_routes,  compute_address_routes,
                                            compute_instance_routes,  compute_place_routes,
                                            compute_operation_routes, NULL};

const struct service compute_service = {.host = "compute.googleapis.com",
                                        .title = "Compute Engine API",
                                        .api = "compute.googleapis.com",
                                        .family = FAMILY_COMPUTE,
                                        .parts = PARTS};
