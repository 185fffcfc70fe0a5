/* datastream: connectionProfiles:discover, from the real catalogue. */

#include "tests/sandbox/google/datastream.h"

#include <stdlib.h>
#include <string.h>

/* Only what the profile's user may read is told. */
static const char COLUMNS[] =
    "SELECT n.nspname, c.relname, a.attname, upper(format_type(a.atttypid, NULL)), a.attnotnull, "
    "a.attnum, COALESCE(a.attnum = ANY (i.indkey), false), information_schema._pg_char_max_length("
    "a.atttypid, a.atttypmod), information_schema._pg_numeric_precision(a.atttypid, a.atttypmod), "
    "information_schema._pg_numeric_scale(a.atttypid, a.atttypmod) "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
    "LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary "
    "WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' "
    "AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') "
    "ORDER BY 1, 2, a.attnum";

struct wish {
    const struct val *schemas; /* of the request; NULL: all */
    int levels;                /* 1 schemas, 2 tables, 3 columns */
};

static const struct val *named(const struct val *list, const char *key, const char *name)
{
    for
        val_each(item, list) if (str_eq(val_text(item, key), name)) return item;
    return NULL;
}

static bool wanted(const struct wish *w, const char *schema, const char *table)
{
    if (val_is_empty(w->schemas))
        return true;
    const struct val *s = named(w->schemas, "schema", schema);
    const struct val *tables = val_member(s, "postgresqlTables");
    return s != NULL && (val_is_empty(tables) || named(tables, "table", table) != NULL);
}

static struct val *last_named(struct val *list, const char *key, const char *name)
{
    if (list->last == NULL || !str_eq(val_text(list->last, key), name)) {
        struct val *item = val_object();
        val_put_text(item, key, name);
        val_add(list, item);
    }
    return list->last;
}

static struct val *inner_list(struct val *object, const char *key)
{
    if (val_member(object, key) == NULL)
        val_put_member(object, key, val_array());
    return val_member(object, key);
}

static void put_number(struct val *column, const char *key, const PGresult *rows, int i, int field)
{
    if (!PQgetisnull(rows, i, field))
        val_put_int(column, key, strtol(PQgetvalue(rows, i, field), NULL, 10));
}

static struct val *column_doc(const PGresult *rows, int i)
{
    struct val *column = val_object();
    val_put_text(column, "column", PQgetvalue(rows, i, 2));
    val_put_text(column, "dataType", PQgetvalue(rows, i, 3));
    put_number(column, "length", rows, i, 7);
    put_number(column, "precision", rows, i, 8);
    put_number(column, "scale", rows, i, 9);
    if (PQgetvalue(rows, i, 6)[0] == 't')
        val_put_bool(column, "primaryKey", true);
    if (PQgetvalue(rows, i, 4)[0] == 'f')
        val_put_bool(column, "nullable", true);
    put_number(column, "ordinalPosition", rows, i, 5);
    return column;
}

static struct val *hierarchy(const PGresult *rows, const struct wish *w)
{
    struct val *out = val_object(), *schemas = val_array();
    for (int i = 0; i < PQntuples(rows); i++) {
        const char *schema = PQgetvalue(rows, i, 0), *table = PQgetvalue(rows, i, 1);
        if (!wanted(w, schema, table))
            continue;
        struct val *s = last_named(schemas, "schema", schema);
        if (w->levels < 2)
            continue;
        struct val *t = last_named(inner_list(s, "postgresqlTables"), "table", table);
        if (w->levels >= 3)
            val_add(inner_list(t, "postgresqlColumns"), column_doc(rows, i));
    }
    val_put(out, "postgresqlRdbms.postgresqlSchemas", schemas);
    return out;
}

/* Levels are counted from what the request names. */
static struct wish read_wish(const struct val *body)
{
    struct wish w = {.schemas = val_get(body, "postgresqlRdbms.postgresqlSchemas"), .levels = 3};
    int from = 0;
    for
        val_each(s, w.schemas) from =
            val_is_empty(val_member(s, "postgresqlTables")) ? (from > 1 ? from : 1) : 2;
    if (!val_truth(body, "fullHierarchy"))
        w.levels = from + (int)val_int(body, "hierarchyDepth", 1);
    return w;
}

static void discover_on_paper(struct call *c)
{
#define WITH_ID                                                                                    \
    "'postgresqlColumns':[{'column':'id','dataType':'int8','primaryKey':true,'ordinalPosition':1}" \
    "]"
    call_answer(c, val_make("{'postgresqlRdbms':{'postgresqlSchemas':[{'schema':'public',"
                            "'postgresqlTables':[{'table':'regel_evaluering'," WITH_ID "},"
                            "{'table':'regelsett_resultat'," WITH_ID "}]}]}}"));
}

static void discover_in(struct call *c, const char *name, const struct val *profile)
{
    struct source_fault why = {0};
    if (c->g->paper && source_login(c->g, name, profile, &why)) {
        discover_on_paper(c);
        return;
    }
    PGconn *db = c->g->paper ? NULL : source_connect(c->g, name, profile, &why);
    if (db == NULL) {
        call_refuse(c, 400, "FAILED_PRECONDITION", "%s: %s", why.code, why.message);
        return;
    }
    struct wish w = read_wish(c->body);
    PGresult *rows = PQexecParams(db, COLUMNS, 0, NULL, NULL, NULL, NULL, 0);
    if (PQresultStatus(rows) == PGRES_TUPLES_OK)
        call_answer(c, hierarchy(rows, &w));
    else
        call_refuse(c, 400, "FAILED_PRECONDITION", "%s", PQerrorMessage(db));
    PQclear(rows);
    PQfinish(db);
}

/* A profile in the request is tested as it stands; its password is kept for that moment only. */
static void discover_inline(struct call *c, const struct val *profile)
{
    struct thing *password =
        thing_new(c->g, "profile-password", "(in the request)",
                  val_text_new(val_text_or(profile, "postgresqlProfile.password", "")));
    discover_in(c, "(in the request)", profile);
    thing_drop(c->g, password);
}

static bool wish_fits(struct call *c)
{
    bool depth = val_member(c->body, "hierarchyDepth") != NULL;
    bool full = val_member(c->body, "fullHierarchy") != NULL;
    bool name = val_member(c->body, "connectionProfileName") != NULL;
    bool profile = val_member(c->body, "connectionProfile") != NULL;
    if (depth && full)
        call_refuse_field(c, "hierarchy",
                          "Only one of full_hierarchy and hierarchy_depth can be set.");
    else if (name == profile)
        call_refuse_field(c, "target",
                          "Exactly one of connection_profile and connection_profile_name "
                          "must be set.");
    else
        return true;
    return false;
}

void profile_discover(struct call *c)
{
    char name[320];
    if (!resource_location_fits(c) || !wish_fits(c))
        return;
    if (val_member(c->body, "connectionProfile") != NULL) {
        discover_inline(c, val_member(c->body, "connectionProfile"));
        return;
    }
    resource_resolve(val_text_or(c->body, "connectionProfileName", ""), name);
    const struct thing *t = thing_find(c->g, "profile", name);
    if (t == NULL || t->hidden)
        call_refuse_missing(c, name);
    else if (val_member(t->doc, "postgresqlProfile") == NULL)
        call_refuse_field(c, "connection_profile_name", "The profile is of another type than %s.",
                          "postgresql_rdbms");
    else
        discover_in(c, name, t->doc);
}
