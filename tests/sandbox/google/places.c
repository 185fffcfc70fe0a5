/* compute: regions, zones, machine types, images. */

#include "tests/sandbox/google/compute.h"

#include <string.h>

static const struct {
    const char *region, *range; /* range: of the subnetwork in an auto-mode network */
} REGIONS[] = {
    {"us-central1", "10.128.0.0/20"},     {"europe-west1", "10.132.0.0/20"},
    {"us-west1", "10.138.0.0/20"},        {"asia-east1", "10.140.0.0/20"},
    {"us-east1", "10.142.0.0/20"},        {"asia-northeast1", "10.146.0.0/20"},
    {"us-east4", "10.150.0.0/20"},        {"europe-west2", "10.154.0.0/20"},
    {"europe-west3", "10.156.0.0/20"},    {"europe-west4", "10.164.0.0/20"},
    {"europe-north1", "10.166.0.0/20"},   {"europe-west6", "10.172.0.0/20"},
    {"europe-central2", "10.186.0.0/20"}, {"europe-southwest1", "10.204.0.0/20"},
};
static const struct {
    const char *name;
    int cpus, memory_mb;
    bool shared;
} MACHINES[] = {{"e2-micro", 2, 1024, true},       {"e2-small", 2, 2048, true},
                {"e2-medium", 2, 4096, true},      {"e2-standard-2", 2, 8192, false},
                {"n1-standard-1", 1, 3840, false}, {"n2-standard-2", 2, 8192, false}};
static const struct {
    const char *family, *name;
} IMAGES[] = {{"cos-129-lts", "cos-129-19506-32-25"},
              {"cos-125-lts", "cos-125-19216-220-100"},
              {"cos-121-lts", "cos-121-18867-294-61"},
              {"cos-stable", "cos-stable-129-19506-32-25"}};
enum {
    N_REGIONS = sizeof REGIONS / sizeof REGIONS[0],
    N_MACHINES = sizeof MACHINES / sizeof MACHINES[0],
    N_IMAGES = sizeof IMAGES / sizeof IMAGES[0]
};

struct val *compute_regions(void)
{
    struct val *list = val_array();
    for (size_t i = 0; i < N_REGIONS; i++)
        val_add_text(list, REGIONS[i].region);
    return list;
}

const char *compute_region_range(const char *region)
{
    for (size_t i = 0; i < N_REGIONS; i++)
        if (str_eq(REGIONS[i].region, region))
            return REGIONS[i].range;
    return NULL;
}

bool compute_zone_is(const char *zone)
{
    size_t n = strlen(zone);
    char region[40];
    if (n < 3 || n >= sizeof region || zone[n - 2] != '-' || zone[n - 1] < 'a' || zone[n - 1] > 'c')
        return false;
    snprintf(region, sizeof region, "%.*s", (int)n - 2, zone);
    return compute_region_range(region) != NULL;
}

bool compute_machine_is(const char *type)
{
    for (size_t i = 0; i < N_MACHINES; i++)
        if (str_eq(MACHINES[i].name, type))
            return true;
    return false;
}

bool compute_image_is(const char *path)
{
    if (!str_starts(path, "projects/cos-cloud/global/images/"))
        return str_starts(path, "projects/debian-cloud/global/images/");
    const char *name = path + strlen("projects/cos-cloud/global/images/");
    bool family = str_starts(name, "family/");
    for (size_t i = 0; i < N_IMAGES; i++)
        if (str_eq(family ? IMAGES[i].family : IMAGES[i].name,
                   family ? name + strlen("family/") : name))
            return true;
    return false;
}

static struct val *zone_doc(const char *region, char letter)
{
    return val_make("{'kind':'compute#zone','id':'%d%d','creationTimestamp':"
                    "'1969-12-31T16:00:00.000-08:00','name':'%s-%s','description':'%s-%s',"
                    "'status':'UP','region':'" COMPUTE_URL HOME
                    "/regions/%s','selfLink':'" COMPUTE_URL HOME
                    "/zones/%s-%s','availableCpuPlatforms':['Intel Broadwell',"
                    "'Intel Skylake','AMD Milan'],'supportsPzs':false}",
                    2371, letter, region, (char[]){letter, '\0'}, region, (char[]){letter, '\0'},
                    region, region, (char[]){letter, '\0'});
}

static void zones(struct call *c)
{
    struct val *all = val_array();
    for (size_t i = 0; i < N_REGIONS; i++)
        for (const char *letter = "abc"; *letter != '\0'; letter++)
            val_add(all, zone_doc(REGIONS[i].region, *letter));
    list_answer(c, "items", all, 500, 500, compute_frame("zoneList", HOME "/zones"));
}

static void zone(struct call *c)
{
    char path[200], region[60];
    const char *name = c->param[1];
    snprintf(path, sizeof path, HOME "/zones/%.100s", name);
    if (!compute_zone_is(name)) {
        call_refuse_missing(c, path);
        return;
    }
    snprintf(region, sizeof region, "%.*s", (int)strlen(name) - 2, name);
    call_answer(c, zone_doc(region, name[strlen(name) - 1]));
}

static struct val *region_doc(const char *region)
{
    struct val *doc = val_make("{'kind':'compute#region','id':'1490','creationTimestamp':"
                               "'1969-12-31T16:00:00.000-08:00','name':%s,'description':%s,"
                               "'status':'UP','selfLink':'" COMPUTE_URL HOME "/regions/%s'}",
                               region, region, region);
    struct val *list = val_array();
    for (const char *letter = "abc"; *letter != '\0'; letter++) {
        struct str url = {0};
        str_printf(&url, COMPUTE_URL HOME "/zones/%s-%c", region, *letter);
        val_add_text(list, str_text(&url));
        str_done(&url);
    }
    val_put(doc, "zones", list);
    return doc;
}

static void regions(struct call *c)
{
    struct val *all = val_array();
    for (size_t i = 0; i < N_REGIONS; i++)
        val_add(all, region_doc(REGIONS[i].region));
    list_answer(c, "items", all, 500, 500, compute_frame("regionList", HOME "/regions"));
}

static void region(struct call *c)
{
    char path[200];
    snprintf(path, sizeof path, HOME "/regions/%.100s", c->param[1]);
    if (compute_region_range(c->param[1]) == NULL)
        call_refuse_missing(c, path);
    else
        call_answer(c, region_doc(c->param[1]));
}

static struct val *machine_doc(size_t i, const char *zone_name)
{
    return val_make(
        "{'kind':'compute#machineType','id':'%d','name':%s,'description':'%d vCPU, %d "
        "MB','guestCpus':%d,'memoryMb':%d,'isSharedCpu':%s,'zone':%s,'selfLink':'" COMPUTE_URL HOME
        "/zones/%s/machineTypes/%s','architecture':'X86_64'}",
        3000 + (int)i, MACHINES[i].name, MACHINES[i].cpus, MACHINES[i].memory_mb, MACHINES[i].cpus,
        MACHINES[i].memory_mb, "", zone_name, zone_name, MACHINES[i].name);
}

static void machine(struct call *c)
{
    char path[300];
    snprintf(path, sizeof path, HOME "/zones/%.60s/machineTypes/%.60s", c->param[1], c->param[2]);
    for (size_t i = 0; i < N_MACHINES && compute_zone_is(c->param[1]); i++)
        if (str_eq(MACHINES[i].name, c->param[2])) {
            struct val *doc = machine_doc(i, c->param[1]);
            val_put_bool(doc, "isSharedCpu", MACHINES[i].shared);
            call_answer(c, doc);
            return;
        }
    call_refuse_missing(c, path);
}

static void machines(struct call *c)
{
    struct val *all = val_array();
    for (size_t i = 0; i < N_MACHINES && compute_zone_is(c->param[1]); i++) {
        struct val *doc = machine_doc(i, c->param[1]);
        val_put_bool(doc, "isSharedCpu", MACHINES[i].shared);
        val_add(all, doc);
    }
    list_answer(c, "items", all, 500, 500, compute_frame("machineTypeList", c->param[1]));
}

static void image(struct call *c)
{
    char path[300];
    snprintf(path, sizeof path, "projects/%.60s/global/images/family/%.60s", c->param[0],
             c->param[1]);
    for (size_t i = 0; i < N_IMAGES && str_eq(c->param[0], "cos-cloud"); i++)
        if (str_eq(IMAGES[i].family, c->param[1])) {
            call_answer(
                c, val_make("{'kind':'compute#image','id':'72057594037927%d','name':%s,"
                            "'family':%s,'status':'READY','architecture':'X86_64','diskSizeGb':"
                            "'10','sourceType':'RAW','creationTimestamp':"
                            "'2026-07-14T08:12:09.113-07:00','selfLink':'" COMPUTE_URL
                            "projects/cos-cloud/global/images/%s'}",
                            90 + (int)i, IMAGES[i].name, IMAGES[i].family, IMAGES[i].name));
            return;
        }
    call_refuse_missing(c, path);
}

static void project(struct call *c)
{
    call_answer(
        c,
        val_make(
            "{'kind':'compute#project','id':'7190532417748862','name':%s,'selfLink':'" COMPUTE_URL
                HOME "','creationTimestamp':'2023-02-14T01:21:40.100-08:00',"
            "'defaultServiceAccount':'%s-compute@developer.gserviceaccount.com',"
            "'xpnProjectStatus':'UNSPECIFIED_XPN_PROJECT_STATUS','defaultNetworkTier':"
            "'PREMIUM'}",
            SANDBOX_PROJECT, SANDBOX_PROJECT_NUMBER));
}

#define P "compute/v1/projects/{}"
const struct route compute_place_routes[] = {
    {"GET", P, project, "compute.projects.get", NULL, NULL, NULL, 0},
    {"GET", P "/zones", zones, "compute.zones.list", compute_list_query, NULL, NULL, 0},
    {"GET", P "/zones/{}", zone, "compute.zones.get", NULL, NULL, NULL, 0},
    {"GET", P "/regions", regions, "compute.regions.get", compute_list_query, NULL, NULL, 0},
    {"GET", P "/regions/{}", region, "compute.regions.get", NULL, NULL, NULL, 0},
    {"GET", P "/zones/{}/machineTypes", machines, "compute.machineTypes.list", compute_list_query,
     NULL, NULL, 0},
    {"GET", P "/zones/{}/machineTypes/{}", machine, "compute.machineTypes.get", NULL, NULL, NULL,
     0},
    {"GET", P "/global/images/family/{}", image, NULL, NULL, NULL, NULL, ROUTE_ANY_PROJECT},
    {0},
};
