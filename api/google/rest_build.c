#include "api/base/safe.h"
#include "api/base/tr.h"
#include "api/google/rest.h"
#include "api/net/http.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Describing a call, and what decoders share. */

enum { SECRET_ROOM = 8192 };

void rest_begin(struct rest_call *c, struct google *g, const char *method, const char *host,
                const char *what, ...)
{
    va_list args;
    *c = (struct rest_call){.google = g, .method = method, .host = host};
    c->repeat = str_eq(method, "GET") ? REST_READ : REST_ONCE;
    va_start(args, what);
    vsnprintf(c->what, sizeof c->what, tr(what), args);
    va_end(args);
}

static void fill(struct str *out, const char *pattern, va_list args)
{
    for (const char *p = pattern; *p; p++) {
        bool whole = str_starts(p, "{/}");
        if (whole || str_starts(p, "{}")) {
            const char *value = va_arg(args, const char *);
            http_encode(out, value ? value : "", whole);
            p += whole ? 2 : 1;
        } else {
            str_addc(out, *p);
        }
    }
}

void rest_path(struct rest_call *c, const char *pattern, ...)
{
    va_list args;
    va_start(args, pattern);
    fill(&c->path, pattern, args);
    va_end(args);
}

void rest_look(struct rest_call *c, const char *pattern, ...)
{
    va_list args;
    va_start(args, pattern);
    fill(&c->look, pattern, args);
    va_end(args);
}

void rest_resource(struct rest_call *c, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(c->resource, sizeof c->resource, fmt, args);
    va_end(args);
}

void rest_query(struct rest_call *c, const char *name, const char *value)
{
    if (c->query.bytes)
        str_addc(&c->query, '&');
    str_add(&c->query, name);
    str_addc(&c->query, '=');
    http_encode(&c->query, value, false);
}

void rest_query_int(struct rest_call *c, const char *name, long long value)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", value);
    rest_query(c, name, text);
}

void rest_write(struct rest_call *c, const struct google_write *w)
{
    char fresh[GOOGLE_UUID_TEXT];
    const char *id = w ? w->request_id : NULL;
    rest_query(c, "requestId", str_is_empty(id) ? google_uuid(fresh) : id);
    if (w && w->validate_only) {
        rest_query(c, "validateOnly", "true");
        c->size = 0; /* nothing was made: there is nothing to look at */
        str_clear(&c->look);
    }
    if (w && w->force)
        rest_query(c, "force", "true");
    c->repeat = REST_READ;
}

void rest_if_match(struct rest_call *c, const char *etag)
{
    bool whole = str_copy(c->if_match, sizeof c->if_match, etag ? etag : "");
    if (whole && (str_is_empty(etag) || safe_is(etag)))
        return;
    err_set(&c->refused, ERR_BUG, "%s", c->what);
    err_resource(&c->refused, c->resource);
    err_why(&c->refused, tr("its etag is none"));
    err_hint(&c->refused, tr("try it again: what is there will be looked at afresh"));
}

struct json_out *rest_body(struct rest_call *c)
{
    if (c->secret_body) {
        for (int i = 0; i < SECRET_ROOM; i++) /* room at once: growing would leave copies behind */
            str_addc(&c->body, ' ');
        str_clear(&c->body);
    }
    json_begin(&c->json, &c->body, false);
    json_open_object(&c->json, NULL);
    return &c->json;
}

void rest_decode_with(struct rest_call *c, size_t size, rest_decoder *decode)
{
    c->size = size;
    c->decode = decode;
}

/* --- for decoders --- */

const char *rest_string(struct arena *a, const struct json *j, const char *key)
{
    const char *text = json_string(j, key);
    return text && *text ? arena_str(a, text) : "";
}

const char *rest_last(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash ? slash + 1 : path ? path : "";
}

void *rest_room(struct arena *a, void *items, size_t n, size_t size)
{
    enum { FIRST = 8 };
    bool full = n == 0 || (n >= FIRST && (n & (n - 1)) == 0);
    if (!full)
        return items;
    void *more = arena_calloc(a, n == 0 ? FIRST : 2 * n, size);
    if (n)
        memcpy(more, items, n * size);
    return more;
}

const char **rest_strings(struct arena *a, const struct json *array, size_t *n)
{
    const char **out = NULL;
    *n = 0;
    for
        json_each(item, array) if (json_text(item)) * rest_push(a, out, *n) =
            arena_str(a, json_text(item));
    return out;
}

void rest_labels(struct arena *a, const struct json *object, struct google_labels *out)
{
    for
        json_each(item, object) if (json_text(item)) * rest_push(a, out->items, out->n) =
            (struct google_label){arena_str(a, json_key(item)), arena_str(a, json_text(item))};
}

const char *google_label(const struct google_labels *labels, const char *key)
{
    for (size_t i = 0; i < labels->n; i++)
        if (str_eq(labels->items[i].key, key))
            return labels->items[i].value;
    return NULL;
}

void rest_put_strings(struct json_out *o, const char *key, const char *const *items, size_t n)
{
    json_open_array(o, key);
    for (size_t i = 0; i < n; i++)
        json_put_string(o, NULL, items[i]);
    json_close_array(o);
}

void rest_put_labels(struct json_out *o, const struct google_labels *labels)
{
    if (!labels || labels->n == 0)
        return;
    json_open_object(o, "labels");
    for (size_t i = 0; i < labels->n; i++)
        json_put_string(o, labels->items[i].key, labels->items[i].value);
    json_close_object(o);
}
