/* Reading replication.json: strict, and every complaint names the key and the line. */

#include "api/plan/file_inside.h"

#include "api/base/clock.h"
#include "api/base/safe.h"
#include "api/base/tr.h"
#include "api/base/utf8.h"

#include <string.h>

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

bool file_refuse(struct file_reader *r, const char *key, const char *why)
{
    char shown[80];
    safe_text(shown, sizeof shown, key);
    err_set(r->e, ERR_INPUT, "reading the plan file");
    err_why(r->e, "line %d: %s: \"%s\"", line_of_key(r->text, r->bytes, r->keys), why, shown);
    return err_hint(r->e, "`strom plan --schema` prints what the file may hold");
}

/* --- values --- */

bool file_text(struct file_reader *r, const struct json *j, size_t most, const char **out)
{
    const char *text = json_text(j);
    if (text == NULL)
        return file_refuse(r, json_key(j), "a text is needed");
    if (strlen(text) > most)
        return file_refuse(r, json_key(j), "the text is too long");
    if (!utf8_is_line(text))
        return file_refuse(r, json_key(j), "control characters cannot stand here");
    *out = selection_keep(r->to, text);
    return true;
}

static bool read_name(struct file_reader *r, const struct json *j, const char **out)
{
    if (!file_text(r, j, FILE_NAME_BYTES, out))
        return false;
    return **out ? true : file_refuse(r, json_key(j), "the name is empty");
}

/* --- objects: a row for each key --- */

enum { MOST_FIELDS = 8 };

static const struct file_field *find_field(const struct file_field *fields, size_t n,
                                           const char *key, size_t *at)
{
    for (*at = 0; *at < n; (*at)++)
        if (str_eq(fields[*at].key, key))
            return &fields[*at];
    return NULL;
}

bool file_object(struct file_reader *r, const struct json *j, const char *name,
                 const struct file_field *fields, size_t n, void *out)
{
    bool seen[MOST_FIELDS] = {false};
    if (!json_is_object(j))
        return file_refuse(r, name, tr("an object is needed"));
    for
        json_each(member, j)
        {
            size_t at;
            r->keys++;
            const struct file_field *f = find_field(fields, n, json_key(member), &at);
            if (f == NULL)
                return file_refuse(r, json_key(member), "this key is not known");
            seen[at] = true;
            if (!f->read(r, member, (char *)out + f->at))
                return false;
        }
    for (size_t i = 0; i < n; i++)
        if (fields[i].needed && !seen[i])
            return file_refuse(r, fields[i].key,
                               tr("a key is missing in the object that ends here"));
    return true;
}

/* --- tables --- */

struct column {
    struct selection_fact fact;
    bool included;
    struct selection_ack *ack;
    int line;
};

static bool read_column_name(struct file_reader *r, const struct json *j, void *out)
{
    return read_name(r, j, out);
}

static bool read_type(struct file_reader *r, const struct json *j, void *out)
{
    return file_text(r, j, FILE_TEXT_BYTES, out);
}

static bool read_bool(struct file_reader *r, const struct json *j, void *out)
{
    if (!json_is_bool(j))
        return file_refuse(r, json_key(j), "true or false is needed");
    *(bool *)out = json_as_bool(j, false);
    return true;
}

static bool read_level(struct file_reader *r, const struct json *j, void *out)
{
    int level = json_text(j) ? rules_level_from(json_text(j)) : -1;
    if (level < 0)
        return file_refuse(r, json_key(j), "none, personal or special is needed");
    *(enum rules_level *)out = (enum rules_level)level;
    return true;
}

static bool read_categories(struct file_reader *r, const struct json *j, void *out)
{
    uint32_t *categories = out;
    if (!json_is_array(j))
        return file_refuse(r, json_key(j), "a list is needed");
    for
        json_each(item, j)
        {
            int category = json_text(item) ? rules_category_from(json_text(item)) : -1;
            if (category < 0)
                return file_refuse(
                    r, "categories",
                    arena_printf(
                        &r->to->mem, tr("a word of the list is no category; these are: %s"),
                        selection_categories(&r->to->mem, (UINT32_C(1) << RULES_CATEGORIES) - 1)));
            if (*categories & (UINT32_C(1) << category))
                return file_refuse(r, "categories", tr("a category stands twice"));
            *categories |= UINT32_C(1) << category;
        }
    return true;
}

static bool read_time(struct file_reader *r, const struct json *j, void *out)
{
    const char **text = out;
    if (!file_text(r, j, FILE_TEXT_BYTES, text))
        return false;
    return clock_parse(*text) >= 0 ? true
                                   : file_refuse(r, json_key(j), "a time (RFC 3339) is needed");
}

/* By people, for people. */
static bool read_who(struct file_reader *r, const struct json *j, void *out)
{
    const char **text = out;
    if (!file_text(r, j, FILE_TEXT_BYTES, text))
        return false;
    return safe_turns(*text)
               ? file_refuse(r, json_key(j), "a character that turns the text stands here")
               : true;
}

static bool read_said(struct file_reader *r, const struct json *j, void *out)
{
    const char **text = out;
    if (!read_who(r, j, text))
        return false;
    return utf8_is_blank(*text) ? file_refuse(r, json_key(j), "the text is blank") : true;
}

static bool read_ack(struct file_reader *r, const struct json *j, void *out)
{
#define AT(key) offsetof(struct selection_ack, key)
    static const struct file_field fields[] = {{"reason", AT(reason), read_said, true},
                                               {"reference", AT(reference), read_said, true},
                                               {"by", AT(by), read_who, true},
                                               {"at", AT(at), read_time, true}};
#undef AT
    struct selection_ack **ack = out;
    if (json_is_null(j)) {
        *ack = NULL;
        return true;
    }
    *ack = arena_new(&r->to->mem, struct selection_ack);
    return file_object(r, j, "acknowledged", FILE_FIELDS(fields), *ack);
}

static bool read_column(struct file_reader *r, const struct json *j, struct column *out)
{
#define AT(key) offsetof(struct column, key)
    static const struct file_field fields[] = {
        {"name", AT(fact.name), read_column_name, true},
        {"type", AT(fact.type), read_type, true},
        {"included", AT(included), read_bool, true},
        {"level", AT(fact.level), read_level, true},
        {"categories", AT(fact.categories), read_categories, true},
        {"acknowledged", AT(ack), read_ack, false}};
#undef AT
    *out = (struct column){.line = json_line(json_get(j, "name"))};
    return file_object(r, j, "columns", FILE_FIELDS(fields), out);
}

struct table {
    const char *schema, *name;
    struct column *columns;
    size_t n;
    int line;
};

static const uint32_t *lines_of(struct file_reader *r, const struct table *t)
{
    uint32_t *lines = arena_array(&r->to->mem, uint32_t, t->n + 1);

    lines[0] = (uint32_t)t->line;
    for (size_t i = 0; i < t->n; i++)
        lines[i + 1] = (uint32_t)t->columns[i].line;
    return lines;
}

static bool read_columns(struct file_reader *r, const struct json *j, void *out)
{
    struct column **columns = out;
    if (!json_is_array(j))
        return file_refuse(r, json_key(j), "a list is needed");
    size_t n = json_count(j), at = 0;
    if (n > PLAN_FILE_MAX_COLUMNS)
        return file_refuse(r, json_key(j), "more columns than a table can have");
    *columns = arena_array(&r->to->mem, struct column, n + 1);
    for
        json_each(item, j) if (!read_column(r, item, &(*columns)[at++])) return false;
    return true;
}

static bool take_table(struct file_reader *r, const struct table *t)
{
    size_t at;
    if (selection_find(r->to, t->schema, t->name, &at))
        return file_refuse(r, t->name, tr("this table stands twice"));
    struct selection_fact *facts = arena_array(&r->to->mem, struct selection_fact, t->n + 1);
    for (size_t i = 0; i < t->n; i++)
        facts[i] = t->columns[i].fact;
    struct selection_table *kept = selection_add(r->to, t->schema, t->name, facts, t->n, NULL);
    kept->selectable = true;
    kept->why = NULL;
    kept->lines = lines_of(r, t);
    for (size_t i = 0; i < t->n; i++) {
        if (selection_find_column(kept, facts[i].name, &at) && at < i)
            return file_refuse(r, facts[i].name,
                               tr("this column stands twice in the table that ends here"));
        kept->columns[i].included = t->columns[i].included;
        if (t->columns[i].included) /* a reason does not outlive its choice */
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

static bool read_table(struct file_reader *r, const struct json *j)
{
    static const struct file_field fields[] = {
        {"schema", offsetof(struct table, schema), read_column_name, true},
        {"table", offsetof(struct table, name), read_column_name, true},
        {"columns", offsetof(struct table, columns), read_columns, true}};
    struct table t = {.line = json_line(json_get(j, "table"))};
    if (!file_object(r, j, "tables", FILE_FIELDS(fields), &t))
        return false;
    t.n = json_count(json_get(j, "columns"));
    return take_table(r, &t);
}

static bool read_tables(struct file_reader *r, const struct json *j, void *out)
{
    (void)out;
    if (!json_is_array(j))
        return file_refuse(r, json_key(j), "a list is needed");
    if (json_count(j) > PLAN_FILE_MAX_TABLES)
        return file_refuse(r, json_key(j), "more than 10000 tables: Datastream carries no more");
    for
        json_each(item, j) if (!read_table(r, item)) return false;
    return true;
}

/* --- the whole --- */

/* 1e400 and 1.5 are nobody's. */
static bool is_a_version(const struct json *j)
{
    enum { FAR_AHEAD = 1000000 };
    double v = json_is_number(j) ? json_as_double(j, 0) : 0;
    return v >= 1 && v <= FAR_AHEAD && (double)(int)v == v;
}

static bool read_version(struct file_reader *r, const struct json *j, void *out)
{
    (void)out;
    return is_a_version(j) || file_refuse(r, json_key(j), "a whole number from 1 on is needed");
}

/* A newer file may hold keys that we do not know: its version is looked at before them. */
static bool check_version(struct file_reader *r, const struct json *doc)
{
    const struct json *version = json_is_object(doc) ? json_get(doc, "version") : NULL;
    if (version == NULL || !is_a_version(version) ||
        json_as_double(version, 0) <= PLAN_FILE_VERSION)
        return true;
    err_set(r->e, ERR_INPUT, "reading the plan file");
    err_why(r->e, "line %d: the file is from a newer version: it says %d, this program knows %d",
            json_line(version), (int)json_as_double(version, 0), PLAN_FILE_VERSION);
    err_reason(r->e, "NEWER_VERSION");
    return err_hint(r->e, "get the newest strom");
}

static bool read_document(struct file_reader *r, const struct json *doc)
{
#define AT(key) offsetof(struct selection, key)
    static const struct file_field fields[] = {
        {"version", 0, read_version, true},
        {"source", AT(source), file_source, true},
        {"destination", AT(destination), file_destination, true},
        {"naming", AT(naming), file_naming, true},
        {"tables", 0, read_tables, true}};
#undef AT
    if (!check_version(r, doc))
        return false;
    return file_object(r, doc, "the file", FILE_FIELDS(fields), r->to);
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
    struct file_reader r = {.text = text, .bytes = bytes, .to = out, .e = e};
    bool ok = read_document(&r, doc);
    json_free(doc);
    if (!ok)
        selection_done(out);
    return ok;
}
