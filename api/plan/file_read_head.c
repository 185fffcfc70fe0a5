/* Of replication.json: source, destination and naming. */

#include "api/plan/file_inside.h"

#include "api/base/str.h"
#include "api/base/target.h"
#include "api/base/tr.h"
#include "api/plan/names_valid.h"

/* --- values --- */

/* What goes into the target: never cut there, for half a name is another one. */
static bool read_fitting(struct file_reader *r, const struct json *j, void *out, size_t room,
                         const char *(*wrong)(const char *text))
{
    const char **text = out, *why;

    if (json_is_null(j)) {
        *text = NULL;
        return true;
    }
    if (!file_text(r, j, room - 1, text))
        return false;
    why = wrong && **text ? wrong(*text) : NULL;
    return why ? file_refuse(r, json_key(j), why) : true;
}

#define ROOM(field) sizeof(((struct target *)NULL)->field)

static bool read_ident(struct file_reader *r, const struct json *j, void *out)
{
    return read_fitting(r, j, out, FILE_NAME_BYTES + 1, NULL);
}

static bool read_context(struct file_reader *r, const struct json *j, void *out)
{
    return read_fitting(r, j, out, ROOM(context), NULL);
}

static bool read_instance(struct file_reader *r, const struct json *j, void *out)
{
    return read_fitting(r, j, out, ROOM(instance), NULL);
}

static bool read_location(struct file_reader *r, const struct json *j, void *out)
{
    return read_fitting(r, j, out, ROOM(location), names_location_wrong);
}

static bool read_dataset(struct file_reader *r, const struct json *j, void *out)
{
    return read_fitting(r, j, out, ROOM(dataset), names_dataset_wrong);
}

static bool read_stream(struct file_reader *r, const struct json *j, void *out)
{
    return read_fitting(r, j, out, ROOM(stream), names_stream_wrong);
}

#undef ROOM

static bool read_one_of(struct file_reader *r, const struct json *j, const char *one,
                        const char *other, const char **out)
{
    if (!file_text(r, j, FILE_TEXT_BYTES, out))
        return false;
    if (str_eq(*out, one) || str_eq(*out, other))
        return true;
    return file_refuse(r, json_key(j),
                       arena_printf(&r->to->mem, tr("one of these is needed: %s, %s"), one, other));
}

/* --- source, destination, naming --- */

bool file_source(struct file_reader *r, const struct json *j, void *out)
{
#define SOURCE(key, read)                                                                          \
    {                                                                                              \
#key, offsetof(struct selection_source, key), read, false                                  \
    }
    static const struct file_field fields[] = {
        SOURCE(app, read_ident),         SOURCE(context, read_context),
        SOURCE(namespace, read_ident),   SOURCE(instance, read_instance),
        SOURCE(database, read_ident),    SOURCE(db_user, read_ident),
        SOURCE(publication, read_ident), SOURCE(slot, read_ident)};
#undef SOURCE
    return file_object(r, j, "source", FILE_FIELDS(fields), out);
}

static bool read_mode(struct file_reader *r, const struct json *j, void *out)
{
    return read_one_of(r, j, "merge", "append_only", out);
}

static bool read_freshness(struct file_reader *r, const struct json *j, void *out)
{
    int64_t *seconds = out;
    double exact = json_as_double(j, -1);
    if (!json_is_number(j) || exact < 0 || exact > SELECTION_FRESHNESS_MOST_S)
        return file_refuse(r, json_key(j), "seconds between 0 and 2678400 are needed");
    *seconds = (int64_t)exact;
    if ((double)*seconds < exact)
        return file_refuse(r, json_key(j), "whole seconds are needed");
    return true;
}

bool file_destination(struct file_reader *r, const struct json *j, void *out)
{
#define AT(key) offsetof(struct selection_destination, key)
    static const struct file_field fields[] = {
        {"project", AT(project), read_ident, false},
        {"dataset_project", AT(dataset_project), read_ident, false},
        {"location", AT(location), read_location, false},
        {"dataset", AT(dataset), read_dataset, false},
        {"mode", AT(mode), read_mode, true},
        {"freshness_seconds", AT(freshness_seconds), read_freshness, true}};
#undef AT
    return file_object(r, j, "destination", FILE_FIELDS(fields), out);
}

static bool read_family(struct file_reader *r, const struct json *j, void *out)
{
    return read_one_of(r, j, "procedure", "nav-module", out);
}

bool file_naming(struct file_reader *r, const struct json *j, void *out)
{
    static const struct file_field fields[] = {
        {"family", offsetof(struct selection_naming, family), read_family, true},
        {"stream", offsetof(struct selection_naming, stream), read_stream, false}};
    return file_object(r, j, "naming", FILE_FIELDS(fields), out);
}
