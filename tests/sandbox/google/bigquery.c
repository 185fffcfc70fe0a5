/* bigquery: datasets. */

#include "tests/sandbox/google/bigquery.h"
#include "tests/sandbox/google/compute.h"
#include "tests/sandbox/google/datastream.h"
#include "tests/sandbox/google/services.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static const struct shape DATASET_REF[] = {NEED("datasetId", STRING), F("projectId", STRING), END};
static const struct shape TABLE_REF[] = {NEED("projectId", STRING), NEED("datasetId", STRING),
                                         NEED("tableId", STRING), END};
static const struct shape ENTRY[] = {OBJECT("dataset", DATASET_REF), LISTED("targetTypes", STRING),
                                     END};
static const struct shape ACCESS[] = {
    F("role", STRING),         F("userByEmail", STRING),  F("groupByEmail", STRING),
    F("domain", STRING),       F("specialGroup", STRING), F("iamMember", STRING),
    OBJECT("view", TABLE_REF), OBJECT("dataset", ENTRY),  END};
static const struct shape DATASET[] = {
    {.name = "datasetReference", .type = SHAPE_MESSAGE, .flags = SHAPE_MADE, .of = DATASET_REF},
    F("location", STRING),
    F("friendlyName", STRING),
    F("description", STRING),
    F("labels", MAP),
    OBJECTS("access", ACCESS),
    F("defaultTableExpirationMs", INT64),
    F("defaultPartitionExpirationMs", INT64),
    F("defaultCollation", STRING),
    F("isCaseInsensitive", BOOL),
    F("maxTimeTravelHours", INT64),
    ONE_OF("storageBillingModel", "STORAGE_BILLING_MODEL_UNSPECIFIED|LOGICAL|PHYSICAL"),
    OUTPUT("etag"),
    OUTPUT("id"),
    OUTPUT("kind"),
    OUTPUT("selfLink"),
    OUTPUT("creationTime"),
    OUTPUT("lastModifiedTime"),
    OUTPUT("type"),
    END};
static const struct shape LIST_QUERY[] = {{.name = "maxResults", .type = SHAPE_UINT32},
                                          F("pageToken", STRING),
                                          F("filter", STRING),
                                          F("all", BOOL),
                                          END};
static const struct shape GET_QUERY[] = {
    ONE_OF("datasetView", "DATASET_VIEW_UNSPECIFIED|METADATA|ACL|FULL"),
    F("accessPolicyVersion", INT32), END};
static const struct shape CHANGE_QUERY[] = {
    F("accessPolicyVersion", INT32),
    ONE_OF("updateMode", "UPDATE_MODE_UNSPECIFIED|UPDATE_METADATA|UPDATE_ACL|UPDATE_FULL"), END};
static const struct shape DELETE_QUERY[] = {F("deleteContents", BOOL), END};

/* --- who may --- */

static bool entry_names_person(struct google *g, const struct val *entry)
{
    const char *group = val_text_or(entry, "specialGroup", "");
    const char *person = "user:" SANDBOX_PERSON;
    if (str_eq(val_text(entry, "userByEmail"), SANDBOX_PERSON))
        return true;
    return (str_eq(group, "projectWriters") && policy_member_has(g, person, "roles/editor")) ||
           (str_eq(group, "projectOwners") && policy_member_has(g, person, "roles/owner")) ||
           (str_eq(group, "projectReaders") && policy_member_has(g, person, "roles/viewer"));
}

static bool role_holds(const char *role, const char *permission)
{
    if (str_eq(role, "OWNER"))
        return roles_hold("roles/bigquery.dataOwner", permission);
    if (str_eq(role, "WRITER"))
        return roles_hold("roles/bigquery.dataEditor", permission);
    return str_eq(role, "READER") && (str_eq(permission, "bigquery.tables.getData") ||
                                      roles_hold("roles/bigquery.metadataViewer", permission));
}

bool dataset_permit(struct call *c, const struct thing *dataset, const char *permission)
{
    for
        val_each(entry,
                 val_member(dataset->doc, "access")) if (entry_names_person(c->g, entry) &&
                                                         role_holds(val_text_or(entry, "role", ""),
                                                                    permission)) return true;
    if (policy_holds(c->g, permission))
        return true;
    call_refuse(
        c, 403, NULL,
        "Access Denied: Dataset %s:%s: Permission %s denied on dataset %s:%s (or it may not "
        "exist).",
        SANDBOX_PROJECT, dataset->name, permission, SANDBOX_PROJECT, dataset->name);
    return false;
}

/* --- docs --- */

static void renew(struct google *g, struct val *doc)
{
    struct str etag = {0};
    str_printf(&etag, "%016" PRIx64 "==", google_fresh_number(g));
    val_put_text(doc, "etag", str_text(&etag));
    val_put_int64(doc, "lastModifiedTime", clock_wall_ms());
    str_done(&etag);
}

struct thing *dataset_make(struct google *g, const char *id, const char *location)
{
    struct val *doc = val_make(
        "{'kind':'bigquery#dataset','etag':'','id':'%s:%s','selfLink':'https://bigquery.googleapis."
        "com/bigquery/v2/projects/%s/datasets/"
        "%s','datasetReference':{'datasetId':%s,'projectId':%s},"
        "'access':[{'role':'WRITER','specialGroup':'projectWriters'},{'role':'OWNER','specialGroup'"
        ":"
        "'projectOwners'},{'role':'OWNER','userByEmail':%s},{'role':'READER','specialGroup':"
        "'projectReaders'}],'location':%s,'type':'DEFAULT','maxTimeTravelHours':'168'}",
        SANDBOX_PROJECT, id, SANDBOX_PROJECT, id, id, SANDBOX_PROJECT, SANDBOX_PERSON, location);
    val_put_int64(doc, "creationTime", clock_wall_ms());
    renew(g, doc);
    return thing_new(g, "dataset", id, doc);
}

static bool id_fits(const char *id)
{
    size_t n = strlen(id);
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)id[i]) && id[i] != '_')
            return false;
    return n > 0 && n <= 1024;
}

static void insert(struct call *c)
{
    char what[300];
    const char *id = val_text_or(c->body, "datasetReference.datasetId", "");
    const char *project = val_text(c->body, "datasetReference.projectId");
    const char *location = val_text_or(c->body, "location", "US");
    snprintf(what, sizeof what, "Dataset " SANDBOX_PROJECT ":%.200s", id);
    if (project != NULL && !policy_is_our_project(project))
        call_refuse_field(c, "", "Project %s in the reference is not the project of the path.",
                          project);
    else if (!id_fits(id))
        call_refuse_field(c, "",
                          "Invalid dataset ID \"%.100s\". Dataset IDs must be alphanumeric (plus "
                          "underscores) and must be at most 1024 characters long.",
                          id);
    else if (!str_eq(location, "EU") && !str_eq(location, "US") &&
             compute_region_range(location) == NULL)
        call_refuse_field(c, "", "Invalid location: %.60s", location);
    else if (thing_find(c->g, "dataset", id) != NULL)
        call_refuse_exists(c, what);
    else {
        struct thing *t = dataset_make(c->g, id, location);
        struct val *rest = val_copy(c->body);
        val_put(rest, "datasetReference", NULL);
        val_merge(t->doc, rest);
        val_free(rest);
        c->slow = 1;
        call_answer(c, val_copy(t->doc));
    }
}

struct thing *dataset_asked(struct call *c)
{
    char what[300];
    struct thing *t = thing_find(c->g, "dataset", c->param[1]);
    snprintf(what, sizeof what, "Dataset " SANDBOX_PROJECT ":%.200s", c->param[1]);
    if (t == NULL)
        call_refuse_missing(c, what);
    return t;
}

static void get(struct call *c)
{
    const struct thing *t = dataset_asked(c);
    if (t != NULL && dataset_permit(c, t, "bigquery.datasets.get"))
        call_answer(c, val_copy(t->doc));
}

static void list(struct call *c)
{
    struct val *all = val_array();
    for (struct thing *t = c->g->things; t != NULL; t = t->next) {
        if (!str_eq(t->kind, "dataset"))
            continue;
        struct val *item = val_make("{'kind':'bigquery#dataset','id':%s,'type':'DEFAULT'}",
                                    val_text(t->doc, "id"));
        val_put(item, "datasetReference", val_copy(val_member(t->doc, "datasetReference")));
        val_put(item, "location", val_copy(val_member(t->doc, "location")));
        val_put(item, "labels", val_copy(val_member(t->doc, "labels")));
        val_add(all, item);
    }
    list_answer(c, "datasets", all, 50, 1000, val_make("{'kind':'bigquery#datasetList'}"));
}

static bool change_fits(struct call *c, const struct thing *t)
{
    const char *location = val_text(c->body, "location");
    const char *id = val_text(c->body, "datasetReference.datasetId");
    if (location != NULL && !str_eq(location, val_text(t->doc, "location")))
        call_refuse_field(c, "", "Cannot change dataset location.");
    else if (id != NULL && !str_eq(id, t->name))
        call_refuse_field(c, "", "Cannot change the reference of a dataset.");
    else
        return true;
    return false;
}

static void patch(struct call *c)
{
    struct thing *t = dataset_asked(c);
    if (t == NULL || !dataset_permit(c, t, "bigquery.datasets.update") ||
        !call_etag_fits(c, t->doc) || !change_fits(c, t))
        return;
    val_merge(t->doc, c->body);
    renew(c->g, t->doc);
    call_answer(c, val_copy(t->doc));
}

static void drop(struct call *c)
{
    struct thing *t = dataset_asked(c);
    if (t == NULL || !dataset_permit(c, t, "bigquery.datasets.delete") ||
        !call_etag_fits(c, t->doc))
        return;
    sqlite3 *db = dataset_open(c->g, t->name);
    bool full = db != NULL && dataset_has_table(db, NULL);
    sqlite3_close(db);
    if (full && !call_query_bool(c, "deleteContents")) {
        call_refuse(c, 400, NULL, "Dataset %s:%s is still in use", SANDBOX_PROJECT, t->name);
        call_refuse_reason(c, "resourceInUse");
        return;
    }
    dataset_forget(c->g, t->name);
    thing_drop(c->g, t);
    c->code = 204;
}

/* --- the file --- */

sqlite3 *dataset_open(struct google *g, const char *id)
{
    char path[512];
    sqlite3 *db = NULL;
    stream_sqlite_path(g, id, path);
    if (access(path, R_OK) != 0 ||
        sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
        sqlite3_close(db);
        return NULL;
    }
    sqlite3_busy_timeout(db, 5000);
    sql_add_functions(db);
    return db;
}

bool dataset_has_table(sqlite3 *db, const char *table)
{
    sqlite3_stmt *st = NULL;
    bool there = false;
    const char *sql =
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND (?1 IS NULL OR name = ?1) "
        "AND name NOT LIKE '\\_replica\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' "
        "ESCAPE '\\'";
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK) {
        if (table != NULL)
            sqlite3_bind_text(st, 1, table, -1, SQLITE_STATIC);
        there = sqlite3_step(st) == SQLITE_ROW;
    }
    sqlite3_finalize(st);
    return there;
}

void dataset_forget(struct google *g, const char *id)
{
    static const char *const ENDINGS[] = {"", "-wal", "-shm"};
    char path[512], file[540];
    stream_sqlite_path(g, id, path);
    for (size_t i = 0; i < 3; i++) {
        snprintf(file, sizeof file, "%s%s", path, ENDINGS[i]);
        unlink(file);
    }
}

#define DATASETS "bigquery/v2/projects/{}/datasets"
const struct route bigquery_dataset_routes[] = {
    {"POST", DATASETS, insert, "bigquery.datasets.create", CHANGE_QUERY, DATASET, "", 0},
    {"GET", DATASETS, list, NULL, LIST_QUERY, NULL, NULL, 0},
    {"GET", DATASETS "/{}", get, NULL, GET_QUERY, NULL, NULL, 0},
    {"PATCH", DATASETS "/{}", patch, NULL, CHANGE_QUERY, DATASET, "", 0},
    {"PUT", DATASETS "/{}", patch, NULL, CHANGE_QUERY, DATASET, "", 0},
    {"DELETE", DATASETS "/{}", drop, NULL, DELETE_QUERY, NULL, NULL, 0},
    {0},
};

static const struct route *const PARTS[] = {bigquery_dataset_routes, bigquery_table_routes,
                                            bigquery_query_routes, NULL};

const struct service bigquery_service = {.host = "bigquery.googleapis.com",
                                         .title = "BigQuery API",
                                         .api = "bigquery.googleapis.com",
                                         .family = FAMILY_BIGQUERY,
                                         .parts = PARTS};
