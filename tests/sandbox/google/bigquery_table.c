/* bigquery: tables, as the replica has written them. */

#include "tests/sandbox/google/bigquery.h"
#include "tests/sandbox/google/datastream.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

static const struct shape LIST_QUERY[] = {
    {.name = "maxResults", .type = SHAPE_UINT32}, F("pageToken", STRING), END};
static const struct shape GET_QUERY[] = {
    F("selectedFields", STRING),
    ONE_OF("view", "TABLE_METADATA_VIEW_UNSPECIFIED|BASIC|STORAGE_STATS|FULL"), END};

static void first_word(const char *declared, char out[16])
{
    snprintf(out, 16, "%.*s", (int)(strcspn(declared, " (") > 15 ? 15 : strcspn(declared, " (")),
             declared);
}

/* The record's fields are those that its rows have. */
static struct val *metadata_fields(sqlite3 *db, const char *table)
{
    struct val *fields = val_array();
    sqlite3_stmt *st = NULL;
    char *sql =
        sqlite3_mprintf("SELECT e.key, e.type FROM \"%w\" t, json_each(t.datastream_metadata) "
                        "e WHERE t.rowid = (SELECT min(rowid) FROM \"%w\")",
                        table, table);
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK) {
        sqlite3_free(sql); /* without rowid: any row will do */
        sql = sqlite3_mprintf("SELECT e.key, e.type FROM (SELECT datastream_metadata m FROM \"%w\" "
                              "LIMIT 1) t, json_each(t.m) e",
                              table);
        sqlite3_prepare_v2(db, sql, -1, &st, NULL);
    }
    while (st != NULL && sqlite3_step(st) == SQLITE_ROW) {
        const char *type = (const char *)sqlite3_column_text(st, 1);
        val_add(fields, val_make("{'name':%s,'type':%s,'mode':'NULLABLE'}",
                                 (const char *)sqlite3_column_text(st, 0),
                                 str_eq(type, "integer")                         ? "INTEGER"
                                 : str_eq(type, "true") || str_eq(type, "false") ? "BOOLEAN"
                                                                                 : "STRING"));
    }
    sqlite3_finalize(st);
    sqlite3_free(sql);
    if (fields->first == NULL) {
        val_add(fields, val_make("{'name':'UUID','type':'STRING','mode':'NULLABLE'}"));
        val_add(fields, val_make("{'name':'SOURCE_TIMESTAMP','type':'INTEGER','mode':'NULLABLE'}"));
    }
    return fields;
}

static struct val *schema_of(sqlite3 *db, const char *table, struct val *key)
{
    struct val *fields = val_array();
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(db, "SELECT name, type, pk FROM pragma_table_info(?1) ORDER BY cid", -1,
                           &st, NULL) == SQLITE_OK)
        sqlite3_bind_text(st, 1, table, -1, SQLITE_STATIC);
    while (st != NULL && sqlite3_step(st) == SQLITE_ROW) {
        char type[16];
        const char *name = (const char *)sqlite3_column_text(st, 0);
        first_word((const char *)sqlite3_column_text(st, 1), type);
        if (name[0] == '_')
            continue; /* the replica's own */
        struct val *field = val_make("{'name':%s,'type':%s,'mode':'NULLABLE'}", name,
                                     type[0] != '\0' ? type : "STRING");
        if (str_eq(type, "RECORD"))
            val_put(field, "fields", metadata_fields(db, table));
        if (sqlite3_column_int(st, 2) > 0)
            val_add_text(key, name);
        val_add(fields, field);
    }
    sqlite3_finalize(st);
    return fields;
}

/* When the replica has written it last: a change that came, or the copy. */
static int64_t modified_ms(sqlite3 *db, const char *table)
{
    sqlite3_stmt *st = NULL;
    int64_t ms = 0;
    if (sqlite3_prepare_v2(db,
                           "SELECT max(max(last_event, ended)) FROM " REPLICA_OWN
                           "table WHERE \"schema\" || '_' || \"table\" = ?1",
                           -1, &st, NULL) == SQLITE_OK)
        sqlite3_bind_text(st, 1, table, -1, SQLITE_STATIC);
    if (st != NULL && sqlite3_step(st) == SQLITE_ROW)
        ms = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return ms > 0 ? ms : clock_wall_ms();
}

static struct val *reference(const char *dataset, const char *table)
{
    return val_make("{'projectId':%s,'datasetId':%s,'tableId':%s}", SANDBOX_PROJECT, dataset,
                    table);
}

/* Freshness of the stream that writes here becomes max_staleness. */
static const char *freshness(struct google *g, const char *dataset)
{
    for (struct stream *s = g->streams; s != NULL; s = s->next)
        if (str_eq(s->dataset, dataset))
            return val_text(s->doc, "destinationConfig.bigqueryDestinationConfig.dataFreshness");
    return NULL;
}

static void put_staleness(struct call *c, struct val *doc, const char *dataset)
{
    const char *text = freshness(c->g, dataset);
    long long seconds = 0;
    char digits[24];
    if (text == NULL)
        return;
    snprintf(digits, sizeof digits, "%.*s", (int)strspn(text, "0123456789"), text);
    str_int64(digits, 0, INT32_MAX, &seconds);
    val_putf(doc, "maxStaleness", "0-0 0 %lld:%lld:%lld", seconds / 3600, seconds / 60 % 60,
             seconds % 60);
}

static struct val *table_doc(struct call *c, sqlite3 *db, const struct thing *dataset,
                             const char *table)
{
    struct val *doc =
        val_make("{'kind':'bigquery#table','id':'%s:%s.%s','type':'TABLE','location':%s,"
                 "'etag':'dGFibGU='}",
                 SANDBOX_PROJECT, dataset->name, table, val_text(dataset->doc, "location"));
    struct val *key = val_array();
    val_put(doc, "tableReference", reference(dataset->name, table));
    val_put(doc, "schema.fields", schema_of(db, table, key));
    val_put_int64(doc, "numRows", bigquery_number(db, "SELECT count(*) FROM \"%w\"", table, NULL));
    val_put_int64(doc, "numBytes",
                  bigquery_number(db, "SELECT count(*) FROM \"%w\"", table, NULL) * 96);
    val_put_int64(doc, "creationTime", clock_wall_ms());
    val_put_int64(doc, "lastModifiedTime", modified_ms(db, table));
    put_staleness(c, doc, dataset->name);
    if (key->first != NULL) {
        val_put(doc, "tableConstraints.primaryKey.columns", val_copy(key));
        val_put(doc, "clustering.fields", key);
    } else {
        val_free(key);
    }
    return doc;
}

static void get(struct call *c)
{
    char what[300];
    const struct thing *dataset = dataset_asked(c);
    if (dataset == NULL || !dataset_permit(c, dataset, "bigquery.tables.get"))
        return;
    sqlite3 *db = dataset_open(c->g, dataset->name);
    snprintf(what, sizeof what, "Table " SANDBOX_PROJECT ":%.100s.%.100s", c->param[1],
             c->param[2]);
    if (db == NULL || str_starts(c->param[2], REPLICA_OWN) || !dataset_has_table(db, c->param[2]))
        call_refuse_missing(c, what);
    else
        call_answer(c, table_doc(c, db, dataset, c->param[2]));
    sqlite3_close(db);
}

static void list(struct call *c)
{
    const struct thing *dataset = dataset_asked(c);
    struct val *all;
    if (dataset == NULL || !dataset_permit(c, dataset, "bigquery.tables.list"))
        return;
    sqlite3 *db = dataset_open(c->g, dataset->name);
    sqlite3_stmt *st = NULL;
    all = val_array();
    if (db != NULL)
        sqlite3_prepare_v2(db, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
                           -1, &st, NULL);
    while (st != NULL && sqlite3_step(st) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(st, 0);
        if (str_starts(name, REPLICA_OWN) || str_starts(name, "sqlite_"))
            continue;
        struct val *item = val_make("{'kind':'bigquery#table','id':'%s:%s.%s','type':'TABLE'}",
                                    SANDBOX_PROJECT, dataset->name, name);
        val_put(item, "tableReference", reference(dataset->name, name));
        val_add(all, item);
    }
    sqlite3_finalize(st);
    sqlite3_close(db);
    struct val *frame = val_make("{'kind':'bigquery#tableList'}");
    val_put_int(frame, "totalItems", (int64_t)val_count(all));
    list_answer(c, "tables", all, 50, 1000, frame);
}

#define TABLES "bigquery/v2/projects/{}/datasets/{}/tables"
const struct route bigquery_table_routes[] = {
    {"GET", TABLES, list, NULL, LIST_QUERY, NULL, NULL, 0},
    {"GET", TABLES "/{}", get, NULL, GET_QUERY, NULL, NULL, 0},
    {0},
};
