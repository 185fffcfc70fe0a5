#include "tests/e2e/schema.h"

#include <stdio.h>
#include <string.h>

static const struct json *root;

static bool fits(const struct json *value, const struct json *schema, char *why);

static bool no(char *why, const char *what, const char *which)
{
    snprintf(why, 256, "%s: %s", what, which ? which : "");
    return false;
}

static bool is_of(const struct json *value, const char *type)
{
    if (strcmp(type, "integer") == 0)
        return json_is_number(value) && json_as_int64(value, -1) == json_as_int64(value, 0);
    return strcmp(type, "object") == 0    ? json_is_object(value)
           : strcmp(type, "array") == 0   ? json_is_array(value)
           : strcmp(type, "string") == 0  ? json_is_string(value)
           : strcmp(type, "number") == 0  ? json_is_number(value)
           : strcmp(type, "boolean") == 0 ? json_is_bool(value)
                                          : strcmp(type, "null") == 0 && json_is_null(value);
}

static bool same(const struct json *a, const struct json *b)
{
    if (json_is_string(a) && json_is_string(b))
        return strcmp(json_text(a), json_text(b)) == 0;
    return json_is_number(a) && json_is_number(b) && json_as_int64(a, 0) == json_as_int64(b, 1);
}

static bool type_fits(const struct json *value, const struct json *type, char *why)
{
    bool some = json_is_string(type) && is_of(value, json_text(type));
    for
        json_each(one, type) some = some || is_of(value, json_text(one));
    return some || no(why, "of another type", json_key(value));
}

static bool enum_fits(const struct json *value, const struct json *words, char *why)
{
    for
        json_each(one, words) if (same(value, one)) return true;
    return no(why, "none of the words", json_text(value));
}

static bool has_all(const struct json *value, const struct json *required, char *why)
{
    for
        json_each(name, required) if (json_get(value, json_text(name)) ==
                                      NULL) return no(why, "missing", json_text(name));
    return true;
}

static bool members_fit(const struct json *value, const struct json *properties, char *why)
{
    for
        json_each(member, value)
        {
            const struct json *its = json_get(properties, json_key(member));
            if (its == NULL)
                return no(why, "not in the schema", json_key(member));
            if (!fits(member, its, why))
                return false;
        }
    return true;
}

static bool items_fit(const struct json *value, const struct json *schema, char *why)
{
    for
        json_each(item, value) if (!fits(item, schema, why)) return false;
    return true;
}

/* The last one's reason stands for all. */
static bool any_fits(const struct json *value, const struct json *schemas, char *why)
{
    for
        json_each(one, schemas) if (fits(value, one, why)) return true;
    return false;
}

static bool ref_fits(const struct json *value, const char *where, char *why)
{
    static const char place[] = "#/$defs/";
    if (strncmp(where, place, sizeof place - 1) != 0)
        return no(why, "a $ref that leads elsewhere", where);
    return fits(value, json_get(json_get(root, "$defs"), where + sizeof place - 1), why);
}

static bool keyword_fits(const struct json *value, const struct json *k, char *why)
{
    static const char *const words[] = {"$schema", "title", "description", "$defs"};
    const char *name = json_key(k);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(name, words[i]) == 0)
            return true;
    return strcmp(name, "type") == 0         ? type_fits(value, k, why)
           : strcmp(name, "const") == 0      ? same(value, k) || no(why, "not the constant", name)
           : strcmp(name, "enum") == 0       ? enum_fits(value, k, why)
           : strcmp(name, "required") == 0   ? has_all(value, k, why)
           : strcmp(name, "properties") == 0 ? members_fit(value, k, why)
           : strcmp(name, "items") == 0      ? items_fit(value, k, why)
           : strcmp(name, "anyOf") == 0      ? any_fits(value, k, why)
           : strcmp(name, "$ref") == 0       ? ref_fits(value, json_text(k), why)
                                             : no(why, "an unknown keyword", name);
}

static bool fits(const struct json *value, const struct json *schema, char *why)
{
    if (schema == NULL)
        return no(why, "no schema", NULL);
    for
        json_each(keyword, schema) if (!keyword_fits(value, keyword, why)) return false;
    return true;
}

bool schema_fits(const struct json *value, const struct json *schema, char why[256])
{
    root = schema;
    why[0] = '\0';
    return fits(value, schema, why);
}
