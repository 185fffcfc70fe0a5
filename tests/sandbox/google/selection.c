/* Which tables and columns a stream takes: include and exclude, held against the real catalogue. */

#include "tests/sandbox/google/datastream.h"

#include <string.h>

static const char PUBLISHED[] =
    "SELECT schemaname, tablename FROM pg_publication_tables WHERE pubname = $1 ORDER BY 1, 2";
static const char COLUMNS[] =
    "SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2 "
    "AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";

static PGresult *ask(PGconn *db, const char *sql, const char *a, const char *b)
{
    const char *values[] = {a, b};
    return PQexecParams(db, sql, b != NULL ? 2 : 1, NULL, values, NULL, NULL, 0);
}

static const struct val *find_schema(const struct val *rdbms, const char *schema)
{
    for
        val_each(s, val_member(rdbms, "postgresqlSchemas")) if (str_eq(val_text(s, "schema"),
                                                                       schema)) return s;
    return NULL;
}

static const struct val *find_table(const struct val *schema, const char *table)
{
    for
        val_each(t, val_member(schema, "postgresqlTables")) if (str_eq(val_text(t, "table"),
                                                                       table)) return t;
    return NULL;
}

static bool names_column(const struct val *table, const char *column)
{
    for
        val_each(c, val_member(table, "postgresqlColumns")) if (str_eq(val_text(c, "column"),
                                                                       column)) return true;
    return false;
}

/* Exclude beats include: a schema or table without a list below it goes as a whole. */
static bool excluded(const struct val *exclude, const char *schema, const char *table)
{
    const struct val *s = find_schema(exclude, schema);
    if (s == NULL)
        return false;
    if (val_is_empty(val_member(s, "postgresqlTables")))
        return true;
    const struct val *t = find_table(s, table);
    return t != NULL && val_is_empty(val_member(t, "postgresqlColumns"));
}

static void set_columns(PGconn *db, struct selection *out, struct replica_table *table,
                        const struct val *listed, const struct val *cut)
{
    bool some = !val_is_empty(val_member(listed, "postgresqlColumns"));
    if (!some && val_is_empty(val_member(cut, "postgresqlColumns")))
        return; /* all columns, later ones too */
    PGresult *rows = ask(db, COLUMNS, table->schema, table->table);
    int n = PQntuples(rows);
    const char **columns = arena_calloc(&out->arena, (size_t)n + 1, sizeof *columns);
    size_t kept = 0;
    for (int i = 0; i < n; i++) {
        const char *column = PQgetvalue(rows, i, 0);
        if ((!some || names_column(listed, column)) && !names_column(cut, column))
            columns[kept++] = arena_str(&out->arena, column);
    }
    PQclear(rows);
    table->columns = columns;
    table->n_columns = kept;
}

static void add_table(PGconn *db, struct selection *out, const char *schema, const char *table,
                      const struct val *include, const struct val *exclude)
{
    for (size_t i = 0; i < out->n; i++)
        if (str_eq(out->tables[i].schema, schema) && str_eq(out->tables[i].table, table))
            return;
    if (excluded(exclude, schema, table))
        return;
    struct replica_table *grown = arena_calloc(&out->arena, out->n + 1, sizeof *grown);
    if (out->n > 0)
        memcpy(grown, out->tables, out->n * sizeof *grown);
    out->tables = grown;
    struct replica_table *t = &grown[out->n++];
    t->schema = arena_str(&out->arena, schema);
    t->table = arena_str(&out->arena, table);
    set_columns(db, out, t, find_table(find_schema(include, schema), table),
                find_table(find_schema(exclude, schema), table));
}

static bool wants_schema(const struct val *include, const char *schema)
{
    if (val_is_empty(val_member(include, "postgresqlSchemas")))
        return true;
    const struct val *s = find_schema(include, schema);
    return s != NULL && val_is_empty(val_member(s, "postgresqlTables"));
}

static bool is_open(const struct val *include)
{
    if (val_is_empty(val_member(include, "postgresqlSchemas")))
        return true;
    for
        val_each(
            s,
            val_member(
                include,
                "postgresqlSchemas")) if (val_is_empty(val_member(s,
                                                                  "postgresqlTables"))) return true;
    return false;
}

bool stream_selection_resolve(PGconn *db, const char *publication, const struct val *include,
                              const struct val *exclude, struct selection *out)
{
    memset(out, 0, sizeof *out);
    arena_init(&out->arena);
    out->open = is_open(include);
    PGresult *rows = ask(db, PUBLISHED, publication, NULL);
    bool fine = PQresultStatus(rows) == PGRES_TUPLES_OK;
    for (int i = 0; fine && i < PQntuples(rows); i++)
        if (wants_schema(include, PQgetvalue(rows, i, 0)))
            add_table(db, out, PQgetvalue(rows, i, 0), PQgetvalue(rows, i, 1), include, exclude);
    PQclear(rows);
    for val_each(s, val_member(include, "postgresqlSchemas"))
        for val_each(t, val_member(s, "postgresqlTables"))
            if (fine)
                add_table(db, out, val_text_or(s, "schema", ""), val_text_or(t, "table", ""),
                          include, exclude);
    return fine;
}

void stream_selection_done(struct selection *s)
{
    arena_done(&s->arena);
    memset(s, 0, sizeof *s);
}

bool stream_selection_same(const struct selection *a, const struct selection *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        const struct replica_table *x = &a->tables[i], *y = &b->tables[i];
        if (!str_eq(x->schema, y->schema) || !str_eq(x->table, y->table) ||
            x->n_columns != y->n_columns)
            return false;
        for (size_t k = 0; k < x->n_columns; k++)
            if (!str_eq(x->columns[k], y->columns[k]))
                return false;
    }
    return true;
}
