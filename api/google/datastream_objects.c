#include "api/google/datastream_objects.h"

#include "api/google/rest.h"

/* What is told twice, one right after the other, is one thing. */
#define is_told_again(items, n, j, key)                                                            \
    ((n) > 0 && str_eq((items)[(n)-1].name, json_string_or((j), (key), "")))

static struct datastream_column read_column(struct arena *a, const struct json *j)
{
    return (struct datastream_column){
        .name = rest_string(a, j, "column"),
        .type = rest_string(a, j, "dataType"),
        .length = (int)json_int64(j, "length", 0),
        .precision = (int)json_int64(j, "precision", 0),
        .scale = (int)json_int64(j, "scale", 0),
        .position = (int)json_int64(j, "ordinalPosition", 0),
        .primary_key = json_bool(j, "primaryKey", false),
        .nullable = json_bool(j, "nullable", false),
    };
}

static void read_table(struct arena *a, const struct json *j, struct datastream_table *t)
{
    t->name = rest_string(a, j, "table");
    for
        json_each(c, json_get(j, "postgresqlColumns"))
        {
            if (!is_told_again(t->columns, t->n_columns, c, "column"))
                *rest_push(a, t->columns, t->n_columns) = read_column(a, c);
        }
}

static void read_schema(struct arena *a, const struct json *j, struct datastream_schema *s)
{
    s->name = rest_string(a, j, "schema");
    for
        json_each(t, json_get(j, "postgresqlTables"))
        {
            if (!is_told_again(s->tables, s->n_tables, t, "table"))
                read_table(a, t, rest_push(a, s->tables, s->n_tables));
        }
}

void datastream_selection_read(struct arena *a, const struct json *rdbms,
                               struct datastream_selection *out)
{
    *out = (struct datastream_selection){.given = json_is_object(rdbms)};
    for
        json_each(s, json_get(rdbms, "postgresqlSchemas"))
        {
            if (!is_told_again(out->schemas, out->n_schemas, s, "schema"))
                read_schema(a, s, rest_push(a, out->schemas, out->n_schemas));
        }
}

static void write_table(struct json_out *o, const struct datastream_table *t)
{
    json_open_object(o, NULL);
    json_put_string(o, "table", t->name);
    if (t->n_columns) {
        json_open_array(o, "postgresqlColumns");
        for (size_t i = 0; i < t->n_columns; i++) {
            json_open_object(o, NULL);
            json_put_string(o, "column", t->columns[i].name);
            json_close_object(o);
        }
        json_close_array(o);
    }
    json_close_object(o);
}

void datastream_selection_write(struct json_out *o, const char *key,
                                const struct datastream_selection *s)
{
    json_open_object(o, key);
    json_open_array(o, "postgresqlSchemas");
    for (size_t i = 0; i < s->n_schemas; i++) {
        const struct datastream_schema *schema = &s->schemas[i];
        json_open_object(o, NULL);
        json_put_string(o, "schema", schema->name);
        if (schema->n_tables) {
            json_open_array(o, "postgresqlTables");
            for (size_t k = 0; k < schema->n_tables; k++)
                write_table(o, &schema->tables[k]);
            json_close_array(o);
        }
        json_close_object(o);
    }
    json_close_array(o);
    json_close_object(o);
}

const struct datastream_table *datastream_selection_table(const struct datastream_selection *s,
                                                          const char *schema, const char *table)
{
    for (size_t i = 0; i < s->n_schemas; i++)
        for (size_t k = 0; str_eq(s->schemas[i].name, schema) && k < s->schemas[i].n_tables; k++)
            if (str_eq(s->schemas[i].tables[k].name, table))
                return &s->schemas[i].tables[k];
    return NULL;
}
