/* Reading replication.json: strict, and every complaint names the key and the line. */

#include "api/plan/file.h"

#include "api/base/clock.h"
#include "api/base/json.h"
#include "api/base/safe.h"
#include "api/base/target.h"
#include "api/base/tr.h"
#include "api/base/utf8.h"
#include "api/plan/names_valid.h"

#include <string.h>

struct reader {
    const char *text;
    size_t bytes;
    size_t keys; /* met so far, in the order of the text: tells the line */
    struct selection *to;
    struct err *e;
};

/* --- complaints --- */

static const char *skip_string(const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++)
        if (*at == '\\')
            at++;
    return at;
}

/* The line of the n-th key. The text has been parsed: it is JSON. A string is a key when a colon
 * follows. */
static int line_of_key(const char *text, size_t bytes, size_t n)
{
    int line = 1;
    for (const char *at = text, *end = text + bytes; at < end; at++) {
        if (*at == '\n')
            line++;
        if (*at != '"')
            continue;
        at = skip_string(at, end);
        const char *next = at + 1;
        while (next < end && strchr(" \t\r\n", *next))
            next++;
        if (next < end && *next == ':' && --n == 0)
            return line;
    }
    return line;
}

static bool refuse(struct reader *r, const char *key, const char *why)
{
    char shown[80];
    safe_text(shown, sizeof shown, key);
    err_set(r->e, ERR_INPUT, "reading the plan file");
    err_why(r->e, "line %d: %s: \"%s\"", line_of_key(r->text, r->bytes, r->keys), why, shown);
    return err_hint(r->e, "`strom plan --schema` prints what the file may hold");
}

/* --- values --- */

enum { NAME_BYTES = 63, TEXT_BYTES = 500 };

static bool read_text(struct reader *r, const struct json *j, size_t most, const char **out)
{
    const char *text = json_text(j);
    if (text == NULL)
        return refuse(r, json_key(j), "a text is needed");
    if (strlen(text) > most)
        return refuse(r, json_key(j), "the text is too long");
    if (!utf8_is_line(text))
        return refuse(r, json_key(j), "control characters cannot stand here");
    *out = selection_keep(r->to, text);
    return true;
}

static bool read_name(struct reader *r, const struct json *j, const char **out)
{
    if (!read_text(r, j, NAME_BYTES, out))
        return false;
    return **out ? true : refuse(r, json_key(j), "the name is empty");
}

/* What goes into the target: never cut there, for half a name is another one. */
static bool read_fitting(struct reader *r, const struct json *j, void *out, size_t room,
                         const char *(*wrong)(const char *text))
{
    const char **text = out, *why;

    if (json_is_null(j)) {
        *text = NULL;
        return true;
    }
    if (!read_text(r, j, room - 1, text))
        return false;
    why = wrong && **text ? wrong(*text) : NULL;
    return why ? refuse(r, json_key(j), why) : true;
}

#define ROOM(field) sizeof(((struct target *)NULL)->field)

static bool read_ident(struct reader *r, const struct json *j, void *out)
{
    return read_fitting(r, j, out, NAME_BYTES + 1, NULL);
}

static bool read_context(struct reader *r, const struct json *j, void *out)
{
    return read_fitting(r, j, out, ROOM(context), NULL);
}

static bool read_instance(struct reader *r, const struct json *j, void *out)
{
    return read_fitting(r, j, out, ROOM(instance), NULL);
}

static bool read_location(struct reader *r, const struct json *j, void *out)
{
    return read_fitting(r, j, out, ROOM(location), names_location_wrong);
}

static bool read_dataset(struct reader *r, const struct json *j, void *out)
{
    return read_fitting(r, j, out, ROOM(dataset), names_dataset_wrong);
}

static bool read_stream(struct reader *r, const struct json *j, void *out)
{
    return read_fitting(r, j, out, ROOM(stream), names_stream_wrong);
}

#undef ROOM

static bool read_one_of(struct reader *r, const struct json *j, const char *one, const char *other,
                        const char **out)
{
    if (!read_text(r, j, TEXT_BYTES, out))
        return false;
    if (str_eq(*out, one) || str_eq(*out, other))
        return true;
    return refuse(r, json_key(j),
                  arena_printf(&r->to->mem, tr("one of these is needed: %s, %s"), one, other));
}

/* --- objects: a row for each key --- */

struct field {
    const char *key;
    size_t at; /* offset in what is filled */
    bool (*read)(struct reader *r, const struct json *j, void *out);
    bool needed;
};

enum { MOST_FIELDS = 8 };

static const struct field *find_field(const struct field *fields, size_t n, const char *key,
                                      size_t *at)
{
    for (*at = 0; *at < n; (*at)++)
        if (str_eq(fields[*at].key, key))
            return &fields[*at];
    return NULL;
}

static bool read_object(struct reader *r, const struct json *j, const char *name,
                        const struct field *fields, size_t n, void *out)
{
    bool seen[MOST_FIELDS] = {false};
    if (!json_is_object(j))
        return refuse(r, name, tr("an object is needed"));
    for
        json_each(member, j)
        {
            size_t at;
            r->keys++;
            const struct field *f = find_field(fields, n, json_key(member), &at);
            if (f == NULL)
                return refuse(r, json_key(member), "this key is not known");
            seen[at] = true;
            if (!f->read(r, member, (char *)out + f->at))
                return false;
        }
    for (size_t i = 0; i < n; i++)
        if (fields[i].needed && !seen[i])
            return refuse(r, fields[i].key, tr("a key is missing in the object that ends here"));
    return true;
}

#define FIELDS(rows) (rows), sizeof(rows) / sizeof(rows)[0]

/* --- source, destination, naming --- */

static bool read_source(struct reader *r, const struct json *j, void *out)
{
#define SOURCE(key, read)                                                                          \
    {                                                                                              \
#key, offsetof(struct selection_source, key), read, false                                  \
    }
    static const struct field fields[] = {
        SOURCE(app, read_ident),         SOURCE(context, read_context),
        SOURCE(namespace, read_ident),   SOURCE(instance, read_instance),
        SOURCE(database, read_ident),    SOURCE(db_user, read_ident),
        SOURCE(publication, read_ident), SOURCE(slot, read_ident)};
#undef SOURCE
    return read_object(r, j, "source", FIELDS(fields), out);
}

static bool read_mode(struct reader *r, const struct json *j, void *out)
{
    return read_one_of(r, j, "merge", "append_only", out);
}

static bool read_freshness(struct reader *r, const struct json *j, void *out)
{
    enum { MOST_SECONDS = 31 * 24 * 3600 };
    int64_t *seconds = out;
    double exact = json_as_double(j, -1);
    if (!json_is_number(j) || exact < 0 || exact > MOST_SECONDS)
        return refuse(r, json_key(j), "seconds between 0 and 2678400 are needed");
    *seconds = (int64_t)exact;
    if ((double)*seconds < exact)
        return refuse(r, json_key(j), "whole seconds are needed");
    return true;
}

static bool read_destination(struct reader *r, const struct json *j, void *out)
{
#define AT(key) offsetof(struct selection_destination, key)
    static const struct field fields[] = {
        {"project", AT(project), read_ident, false},
        {"dataset_project", AT(dataset_project), read_ident, false},
        {"location", AT(location), read_location, false},
        {"dataset", AT(dataset), read_dataset, false},
        {"mode", AT(mode), read_mode, true},
        {"freshness_seconds", AT(freshness_seconds), read_freshness, true}};
#undef AT
    return read_object(r, j, "destination", FIELDS(fields), out);
}

static bool read_family(struct reader *r, const struct json *j, void *out)
{
    return read_one_of(r, j, "procedure", "nav-module", out);
}

static bool read_naming(struct reader *r, const struct json *j, void *out)
{
    static const struct field fields[] = {
        {"family", offsetof(struct selection_naming, family), read_family, true},
        {"stream", offsetof(struct selection_naming, stream), read_stream, false}};
    return read_object(r, j, "naming", FIELDS(fields), out);
}

/* --- tables --- */

struct column {
    struct selection_fact fact;
    bool included;
    struct selection_ack *ack;
    int line;
};

static bool read_column_name(struct reader *r, const struct json *j, void *out)
{
    return read_name(r, j, out);
}

static bool read_type(struct reader *r, const struct json *j, void *out)
{
    return read_text(r, j, TEXT_BYTES, out);
}

static bool read_bool(struct reader *r, const struct json *j, void *out)
{
    if (!json_is_bool(j))
        return refuse(r, json_key(j), "true or false is needed");
    *(bool *)out = json_as_bool(j, false);
    return true;
}

static bool read_level(struct reader *r, const struct json *j, void *out)
{
    int level = json_text(j) ? rules_level_from(json_text(j)) : -1;
    if (level < 0)
        return refuse(r, json_key(j), "none, personal or special is needed");
    *(enum rules_level *)out = (enum rules_level)level;
    return true;
}

static bool read_categories(struct reader *r, const struct json *j, void *out)
{
    uint32_t *categories = out;
    if (!json_is_array(j))
        return refuse(r, json_key(j), "a list is needed");
    for
        json_each(item, j)
        {
            int category = json_text(item) ? rules_category_from(json_text(item)) : -1;
            if (category < 0)
                return refuse(
                    r, "categories",
                    arena_printf(
                        &r->to->mem, tr("a word of the list is no category; these are: %s"),
                        selection_categories(&r->to->mem, (UINT32_C(1) << RULES_CATEGORIES) - 1)));
            if (*categories & (UINT32_C(1) << category))
                return refuse(r, "categories", tr("a category stands twice"));
            *categories |= UINT32_C(1) << category;
        }
    return true;
}

static bool read_time(struct reader *r, const struct json *j, void *out)
{
    const char **text = out;
    if (!read_text(r, j, TEXT_BYTES, text))
        return false;
    return clock_parse(*text) >= 0 ? true : refuse(r, json_key(j), "a time (RFC 3339) is needed");
}

static bool read_said(struct reader *r, const struct json *j, void *out)
{
    const char **text = out;
    if (!read_text(r, j, TEXT_BYTES, text))
        return false;
    return utf8_is_blank(*text) ? refuse(r, json_key(j), "the text is blank") : true;
}

static bool read_ack(struct reader *r, const struct json *j, void *out)
{
#define AT(key) offsetof(struct selection_ack, key)
    static const struct field fields[] = {{"reason", AT(reason), read_said, true},
                                          {"reference", AT(reference), read_said, true},
                                          {"by", AT(by), read_type, true},
                                          {"at", AT(at), read_time, true}};
#undef AT
    struct selection_ack **ack = out;
    if (json_is_null(j)) {
        *ack = NULL;
        return true;
    }
    *ack = arena_new(&r->to->mem, struct selection_ack);
    return read_object(r, j, "acknowledged", FIELDS(fields), *ack);
}

static bool read_column(struct reader *r, const struct json *j, struct column *out)
{
#define AT(key) offsetof(struct column, key)
    static const struct field fields[] = {
        {"name", AT(fact.name), read_column_name, true},
        {"type", AT(fact.type), read_type, true},
        {"included", AT(included), read_bool, true},
        {"level", AT(fact.level), read_level, true},
        {"categories", AT(fact.categories), read_categories, true},
        {"acknowledged", AT(ack), read_ack, false}};
#undef AT
    *out = (struct column){.line = json_line(json_get(j, "name"))};
    return read_object(r, j, "columns", FIELDS(fields), out);
}

struct table {
    const char *schema, *name;
    struct column *columns;
    size_t n;
    int line;
};

static const uint32_t *lines_of(struct reader *r, const struct table *t)
{
    uint32_t *lines = arena_array(&r->to->mem, uint32_t, t->n + 1);

    lines[0] = (uint32_t)t->line;
    for (size_t i = 0; i < t->n; i++)
        lines[i + 1] = (uint32_t)t->columns[i].line;
    return lines;
}

static bool read_columns(struct reader *r, const struct json *j, void *out)
{
    struct column **columns = out;
    if (!json_is_array(j))
        return refuse(r, json_key(j), "a list is needed");
    size_t n = json_count(j), at = 0;
    if (n > PLAN_FILE_MAX_COLUMNS)
        return refuse(r, json_key(j), "more columns than a table can have");
    *columns = arena_array(&r->to->mem, struct column, n + 1);
    for
        json_each(item, j) if (!read_column(r, item, &(*columns)[at++])) return false;
    return true;
}

static bool take_table(struct reader *r, const struct table *t)
{
    size_t at;
    if (selection_find(r->to, t->schema, t->name, &at))
        return refuse(r, t->name, tr("this table stands twice"));
    struct selection_fact *facts = arena_array(&r->to->mem, struct selection_fact, t->n + 1);
    for (size_t i = 0; i < t->n; i++)
        facts[i] = t->columns[i].fact;
    struct selection_table *kept = selection_add(r->to, t->schema, t->name, facts, t->n, NULL);
    kept->selectable = true;
    kept->why = NULL;
    kept->lines = lines_of(r, t);
    for (size_t i = 0; i < t->n; i++) {
        if (selection_find_column(kept, facts[i].name, &at) && at < i)
            return refuse(r, facts[i].name,
                          tr("this column stands twice in the table that ends here"));
        kept->columns[i].included = t->columns[i].included;
        kept->columns[i].ack = t->columns[i].ack;
        if (t->columns[i].ack) { /* it was given for what stands on its line */
            t->columns[i].ack->level = t->columns[i].fact.level;
            t->columns[i].ack->categories = t->columns[i].fact.categories;
        }
        kept->n_included += t->columns[i].included;
    }
    r->to->n_on += kept->n_included > 0;
    return true;
}

static bool read_table(struct reader *r, const struct json *j)
{
    static const struct field fields[] = {
        {"schema", offsetof(struct table, schema), read_column_name, true},
        {"table", offsetof(struct table, name), read_column_name, true},
        {"columns", offsetof(struct table, columns), read_columns, true}};
    struct table t = {.line = json_line(json_get(j, "table"))};
    if (!read_object(r, j, "tables", FIELDS(fields), &t))
        return false;
    t.n = json_count(json_get(j, "columns"));
    return take_table(r, &t);
}

static bool read_tables(struct reader *r, const struct json *j, void *out)
{
    (void)out;
    if (!json_is_array(j))
        return refuse(r, json_key(j), "a list is needed");
    if (json_count(j) > PLAN_FILE_MAX_TABLES)
        return refuse(r, json_key(j), "more than 10000 tables: Datastream carries no more");
    for
        json_each(item, j) if (!read_table(r, item)) return false;
    return true;
}

/* --- the whole --- */

static bool read_version(struct reader *r, const struct json *j, void *out)
{
    (void)out;
    if (!json_is_number(j) || json_as_double(j, 0) < 1)
        return refuse(r, json_key(j), "a number is needed");
    return true;
}

/* A newer file may hold keys that we do not know: its version is looked at before them. */
static bool check_version(struct reader *r, const struct json *doc)
{
    const struct json *version = json_is_object(doc) ? json_get(doc, "version") : NULL;
    if (version == NULL || !json_is_number(version) ||
        json_as_double(version, 0) <= PLAN_FILE_VERSION)
        return true;
    err_set(r->e, ERR_INPUT, "reading the plan file");
    err_why(r->e, "line %d: the file is from a newer version: it says %g, this program knows %d",
            json_line(version), json_as_double(version, 0), PLAN_FILE_VERSION);
    err_reason(r->e, "NEWER_VERSION");
    return err_hint(r->e, "get the newest strom");
}

static bool read_document(struct reader *r, const struct json *doc)
{
#define AT(key) offsetof(struct selection, key)
    static const struct field fields[] = {{"version", 0, read_version, true},
                                          {"source", AT(source), read_source, true},
                                          {"destination", AT(destination), read_destination, true},
                                          {"naming", AT(naming), read_naming, true},
                                          {"tables", 0, read_tables, true}};
#undef AT
    if (!check_version(r, doc))
        return false;
    return read_object(r, doc, "the file", FIELDS(fields), r->to);
}

bool plan_file_read(const char *text, size_t bytes, struct selection *out, struct err *e)
{
    if (bytes > PLAN_FILE_MAX_BYTES) {
        err_set(e, ERR_INPUT, "reading the plan file");
        return err_why(e, "it is larger than %d bytes", PLAN_FILE_MAX_BYTES);
    }
    struct json *doc = json_parse_strict(text, bytes, e);
    if (doc == NULL)
        return false;
    selection_init(out);
    struct reader r = {.text = text, .bytes = bytes, .to = out, .e = e};
    bool ok = read_document(&r, doc);
    json_free(doc);
    if (!ok)
        selection_done(out);
    return ok;
}
