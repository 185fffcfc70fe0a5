#include "api/google/datastream_objects.h"

#include "api/google/rest.h"

static void read_table(struct arena *a, const struct json *j, struct datastream_table *t)
{
    t->name = rest_string(a, j, "table");
    for
        json_each(c, json_get(j, "postgresqlColumns")) * rest_push(a, t->columns, t->n_columns) =
            (struct datastream_column){
                .name = rest_string(a, c, "column"),
                .type = rest_string(a, c, "dataType"),
                .length = (int)json_int64(c, "length", 0),
                .precision = (int)json_int64(c, "precision", 0),
                .scale = (int)json_int64(c, "scale", 0),
                .position = (int)json_int64(c, "ordinalPosition", 0),
                .primary_key = json_bool(c, "primaryKey", false),
                .nullable = json_bool(c, "nullable", false),
            };
}

void datastream_selection_read(struct arena *a, const struct json *rdbms,
                               struct datastream_selection *out)
{
    *out = (struct datastream_selection){.given = json_is_object(rdbms)};
    for
        json_each(s, json_get(rdbms, "postgresqlSchemas"))
        {
            struct datastream_schema *schema = rest_push(a, out->schemas, out->n_schemas);
            schema->name = rest_string(a, s, "schema");
        for
            json_each(t, json_get(s, "postgresqlTables"))
                read_table(a, t, rest_push(a, schema->tables, schema->n_tables));
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
