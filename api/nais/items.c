#include "api/nais/items.h"

#include <string.h>

const char *item_text(struct arena *a, const struct json *j, const char *path)
{
    return arena_str(a, json_string_or(j, path, ""));
}

const char *item_member(struct arena *a, const struct json *object, const char *key)
{
    for
        json_each(m, object) if (str_eq(json_key(m), key)) return arena_str(
            a, json_text(m) ? json_text(m) : "");
    return "";
}

const char *item_service_name(struct arena *a, const struct json *item)
{
    const char *id = item_text(a, item, "spec.resourceID");
    return *id ? id : item_text(a, item, "metadata.name");
}

const char *items_names(struct arena *a, const struct json *items)
{
    struct str s = {0};
    for
        json_each(item, items)
            str_printf(&s, "%s%s", s.bytes ? ", " : "", item_service_name(a, item));
    const char *names = arena_str(a, str_text(&s));
    str_done(&s);
    return names;
}

bool item_connection(struct arena *a, const char *text, const char **project, const char **region,
                     const char **instance)
{
    const char *last = strrchr(text, ':'), *first = last;
    if (!last || last == text)
        return false;
    do
        first--;
    while (first > text && *first != ':');
    if (*first != ':' || first == text || !last[1] || last == first + 1)
        return false;
    *project = arena_strn(a, text, (size_t)(first - text));
    *region = arena_strn(a, first + 1, (size_t)(last - first - 1));
    *instance = arena_str(a, last + 1);
    return true;
}
