/* Writing replication.json. Reading stands in file_read.c, its schema in file_schema.c. */

#include "api/plan/file.h"

#include "api/base/json.h"
#include "api/base/path.h"
#include "api/base/utf8.h"

#include <stdlib.h>
#include <string.h>

/* --- the order of things --- */

static int compare_tables(const void *a, const void *b)
{
    const struct selection_table *const *left = a, *const *right = b;
    int order = strcmp((*left)->schema, (*right)->schema);
    return order ? order : strcmp((*left)->name, (*right)->name);
}

static int compare_columns(const void *a, const void *b)
{
    const struct selection_column *const *left = a, *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

/* --- pieces of text --- */

static void put_quoted(struct str *out, const char *value)
{
    struct json_out one;
    json_begin(&one, out, false);
    json_put_string(&one, NULL, value);
}

static void put_member(struct str *out, const char *key, const char *value, bool last)
{
    str_printf(out, "    \"%s\": ", key);
    put_quoted(out, value);
    str_add(out, last ? "\n" : ",\n");
}

static void put_source(struct str *out, const struct selection_source *s)
{
    str_add(out, "  \"source\": {\n");
    put_member(out, "app", s->app, false);
    put_member(out, "context", s->context, false);
    put_member(out, "namespace", s->namespace, false);
    put_member(out, "instance", s->instance, false);
    put_member(out, "database", s->database, false);
    put_member(out, "db_user", s->db_user, false);
    put_member(out, "publication", s->publication, false);
    put_member(out, "slot", s->slot, true);
    str_add(out, "  },\n");
}

static void put_destination(struct str *out, const struct selection_destination *d)
{
    str_add(out, "  \"destination\": {\n");
    put_member(out, "project", d->project, false);
    if (!str_is_empty(d->dataset_project)) /* most have it in the stream's */
        put_member(out, "dataset_project", d->dataset_project, false);
    put_member(out, "location", d->location, false);
    put_member(out, "dataset", d->dataset, false);
    put_member(out, "mode", d->mode, false);
    str_printf(out, "    \"freshness_seconds\": %lld\n  },\n", (long long)d->freshness_seconds);
}

static void put_naming(struct str *out, const struct selection_naming *n)
{
    str_add(out, "  \"naming\": {\n");
    put_member(out, "family", n->family, false);
    put_member(out, "stream", n->stream, true);
    str_add(out, "  },\n");
}

static void put_categories(struct str *out, uint32_t categories)
{
    bool some = false;
    str_addc(out, '[');
    for (int c = 0; c < RULES_CATEGORIES; c++) {
        if (!(categories & (UINT32_C(1) << c)))
            continue;
        str_add(out, some ? ", " : "");
        put_quoted(out, rules_category_name((enum rules_category)c));
        some = true;
    }
    str_addc(out, ']');
}

static void put_ack(struct str *out, const struct selection_ack *ack)
{
    str_add(out, ", \"acknowledged\": {\"reason\": ");
    put_quoted(out, ack->reason);
    str_add(out, ", \"reference\": ");
    put_quoted(out, ack->reference);
    str_add(out, ", \"by\": ");
    put_quoted(out, ack->by);
    str_add(out, ", \"at\": ");
    put_quoted(out, ack->at);
    str_addc(out, '}');
}

static void put_column(struct str *out, const struct selection_column *c, bool last)
{
    str_add(out, "        {\"name\": ");
    put_quoted(out, c->name);
    str_add(out, ", \"type\": ");
    put_quoted(out, c->type);
    str_printf(out, ", \"included\": %s, \"level\": \"%s\", \"categories\": ",
               c->included ? "true" : "false", rules_level_name((enum rules_level)c->level));
    put_categories(out, c->categories);
    if (c->included && c->ack &&
        !selection_reason_is_outgrown(c)) /* the file's level is the one that it settles */
        put_ack(out, c->ack);
    str_add(out, last ? "}\n" : "},\n");
}

static void put_table(struct str *out, const struct selection_table *t, struct arena *mem,
                      bool last)
{
    const struct selection_column **sorted =
        arena_array(mem, const struct selection_column *, t->n_columns + 1);
    size_t n = 0;
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].included || utf8_is_line(t->columns[i].name))
            sorted[n++] = &t->columns[i];
    qsort(sorted, n, sizeof sorted[0], compare_columns);
    str_add(out, "    {\n      \"schema\": ");
    put_quoted(out, t->schema);
    str_add(out, ",\n      \"table\": ");
    put_quoted(out, t->name);
    str_add(out, ",\n      \"columns\": [\n");
    for (size_t i = 0; i < n; i++)
        put_column(out, sorted[i], i + 1 == n);
    str_add(out, last ? "      ]\n    }\n" : "      ]\n    },\n");
}

static void put_tables(struct str *out, const struct selection *s)
{
    struct arena mem;
    arena_init(&mem);
    const struct selection_table **sorted =
        arena_array(&mem, const struct selection_table *, s->n_tables + 1);
    size_t n = 0;
    for (size_t i = 0; i < s->n_tables; i++)
        if (s->tables[i].n_included > 0 ||
            (s->tables[i].selectable && utf8_is_line(s->tables[i].schema) &&
             utf8_is_line(s->tables[i].name)))
            sorted[n++] = &s->tables[i];
    qsort(sorted, n, sizeof sorted[0], compare_tables);
    str_add(out, n ? "  \"tables\": [\n" : "  \"tables\": [");
    for (size_t i = 0; i < n; i++)
        put_table(out, sorted[i], &mem, i + 1 == n);
    str_add(out, n ? "  ]\n" : "]\n");
    arena_done(&mem);
}

void plan_file_write(const struct selection *s, struct str *out)
{
    str_printf(out, "{\n  \"version\": %d,\n", PLAN_FILE_VERSION);
    put_source(out, &s->source);
    put_destination(out, &s->destination);
    put_naming(out, &s->naming);
    put_tables(out, s);
    str_add(out, "}\n");
}

/* A stream that was made elsewhere may carry what this file cannot. */
static bool can_be_read_again(const struct selection *s, struct err *e)
{
    for (size_t i = 0; i < s->n_tables; i++) {
        const struct selection_table *t = &s->tables[i];
        bool ok = utf8_is_line(t->schema) && utf8_is_line(t->name);
        for (size_t c = 0; t->n_included && ok && c < t->n_columns; c++)
            ok = !t->columns[c].included || utf8_is_line(t->columns[c].name);
        if (t->n_included == 0 || ok)
            continue;
        err_set(e, ERR_INPUT, "Writing the plan file");
        err_why(e,
                "a name in %s.%s holds a control character, and the file could not be read again",
                t->schema, t->name);
        return err_hint(e, "rename it in the database, or leave it out");
    }
    return true;
}

bool plan_file_save(const struct selection *s, const char *path, struct err *e)
{
    struct str text = {0};
    bool ok;

    if (!can_be_read_again(s, e))
        return false;
    plan_file_write(s, &text);
    ok = path_write(path, str_text(&text), text.bytes, false, e);
    str_done(&text);
    return ok;
}

static void copy(char *field, size_t cap, const char *value)
{
    if (!str_is_empty(value))
        str_copy(field, cap, value);
}

void plan_file_target(const struct selection *f, struct target *t)
{
    copy(t->app, sizeof t->app, f->source.app);
    copy(t->context, sizeof t->context, f->source.context);
    copy(t->namespace_, sizeof t->namespace_, f->source.namespace);
    copy(t->instance, sizeof t->instance, f->source.instance);
    copy(t->database, sizeof t->database, f->source.database);
    copy(t->db_user, sizeof t->db_user, f->source.db_user);
    copy(t->publication, sizeof t->publication, f->source.publication);
    copy(t->slot, sizeof t->slot, f->source.slot);
    copy(t->project, sizeof t->project, f->destination.project);
    copy(t->dataset_project, sizeof t->dataset_project, f->destination.dataset_project);
    copy(t->location, sizeof t->location, f->destination.location);
    copy(t->dataset, sizeof t->dataset, f->destination.dataset);
    copy(t->stream, sizeof t->stream, f->naming.stream);
    t->mode = str_eq(f->destination.mode, "append_only") ? TARGET_APPEND_ONLY : TARGET_MERGE;
    t->naming = str_eq(f->naming.family, "nav-module") ? TARGET_NAV_MODULE : TARGET_PROCEDURE;
    t->freshness_seconds = (int)f->destination.freshness_seconds;
    t->freshness_chosen = true;
}
