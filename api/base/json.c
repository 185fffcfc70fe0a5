#include "api/base/json.h"

#include "api/base/arena.h"
#include "api/base/json_scan.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* `struct json` is the library's node under another name. Two of its fields are ours: valueint is
 * the line (numbers are read from valuedouble or their text), and valuestring of a number is its
 * source text where a double would not give it back exactly. The library frees both. */

static const cJSON *node(const struct json *j)
{
    return (const cJSON *)(const void *)j;
}

static const struct json *json(const cJSON *c)
{
    return (const struct json *)(const void *)c;
}

/* --- reading --- */

struct walk {
    const char *at;
    int line;
    bool unique;        /* duplicate keys are an error */
    const cJSON *twice; /* the first one found */
};

static void blank(struct walk *w)
{
    for (; *w->at == ' ' || *w->at == '\t' || *w->at == '\r' || *w->at == '\n'; w->at++)
        w->line += *w->at == '\n';
}

static void pass_string(struct walk *w)
{
    for (w->at++; *w->at != '"'; w->at++)
        if (*w->at == '\\')
            w->at++;
    w->at++;
}

static void pass_plain(struct walk *w)
{
    w->at += strcspn(w->at, ",]} \t\r\n");
}

/* Up to 15 digits a double holds exactly and prints the same; anything else keeps its text. */
static void keep_number(cJSON *item, const char *text, size_t n)
{
    size_t plain = strspn(text, "-0123456789");

    if (plain == n && n <= 15 && !(n == 2 && text[0] == '-' && text[1] == '0'))
        return;
    char *copy = mem_alloc(n + 1);
    memcpy(copy, text, n);
    item->valuestring = copy;
}

static int by_key(const void *a, const void *b)
{
    const cJSON *const *x = a, *const *y = b;
    int order = strcmp((*x)->string, (*y)->string);

    return order ? order : ((*x)->valueint > (*y)->valueint) - ((*x)->valueint < (*y)->valueint);
}

static const cJSON *find_twice(const cJSON *object)
{
    size_t n = 0, at = 0;
    const cJSON *found = NULL, *child;

    cJSON_ArrayForEach(child, object) n++;
    if (n < 2)
        return NULL;
    const cJSON **sorted = mem_grow(NULL, n, sizeof(cJSON *));
    cJSON_ArrayForEach(child, object) sorted[at++] = child;
    qsort(sorted, n, sizeof(cJSON *), by_key);
    for (at = 1; at < n && !found; at++)
        if (strcmp(sorted[at - 1]->string, sorted[at]->string) == 0)
            found = sorted[at];
    mem_free(sorted);
    return found;
}

/* Goes along the text, which is known to be good, and the tree made of it, side by side. */
static void annotate(struct walk *w, cJSON *item)
{
    cJSON *child;

    blank(w);
    item->valueint = w->line;
    if (cJSON_IsArray(item) || cJSON_IsObject(item)) {
        w->at++;
        cJSON_ArrayForEach(child, item)
        {
            blank(w);
            if (cJSON_IsObject(item)) {
                pass_string(w);
                blank(w);
                w->at++; /* : */
            }
            annotate(w, child);
            blank(w);
            w->at += *w->at == ',';
        }
        blank(w);
        w->at++;
        if (w->unique && cJSON_IsObject(item) && !w->twice)
            w->twice = find_twice(item);
        return;
    }
    const char *from = w->at;
    if (cJSON_IsString(item))
        pass_string(w);
    else
        pass_plain(w);
    if (cJSON_IsNumber(item))
        keep_number(item, from, (size_t)(w->at - from));
}

static struct json *parse(const char *text, size_t bytes, bool unique, struct err *e)
{
    static cJSON_Hooks hooks = {mem_alloc, mem_free};
    struct json_fault fault;

    text = text ? text : "";
    if (bytes >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
        bytes -= 3;
    }
    if (!json_scan(text, bytes, &fault)) {
        err_set(e, ERR_INPUT, "this is not valid JSON");
        err_why(e, "line %d: %s", fault.line, fault.why);
        return NULL;
    }
    cJSON_InitHooks(&hooks);
    char *copy = mem_alloc(bytes + 1); /* both walks may look one byte past the end */
    memcpy(copy, text, bytes);
    cJSON *root = cJSON_ParseWithLength(copy, bytes + 1);
    struct walk w = {.at = copy, .line = 1, .unique = unique};
    if (root)
        annotate(&w, root);
    mem_free(copy);
    if (root && !w.twice)
        return (struct json *)(void *)root;
    err_set(e, ERR_INPUT, "this is not valid JSON");
    if (w.twice)
        err_why(e, "line %d: the key \"%s\" stands there twice", w.twice->valueint,
                w.twice->string);
    else
        err_why(e, "the JSON library refused it");
    cJSON_Delete(root);
    return NULL;
}

struct json *json_parse(const char *text, size_t bytes, struct err *e)
{
    return parse(text, bytes, false, e);
}

struct json *json_parse_strict(const char *text, size_t bytes, struct err *e)
{
    return parse(text, bytes, true, e);
}

void json_free(struct json *doc)
{
    cJSON_Delete((cJSON *)(void *)doc);
}

int json_line(const struct json *j)
{
    return j ? node(j)->valueint : 0;
}

/* --- looking --- */

static const cJSON *child_named(const cJSON *object, const char *key, size_t n)
{
    if (!object || !cJSON_IsObject(object))
        return NULL;
    for (const cJSON *child = object->child; child; child = child->next)
        if (strncmp(child->string, key, n) == 0 && child->string[n] == '\0')
            return child;
    return NULL;
}

/* A key may hold dots itself ("cloudsql.logical_decoding"): the longest name that is there wins. */
const struct json *json_get(const struct json *j, const char *key)
{
    const cJSON *at = j ? node(j) : NULL;
    const cJSON *whole = child_named(at, key, strlen(key));

    while (at && !whole) {
        size_t n = strcspn(key, ".");
        if (!key[n])
            return NULL;
        at = child_named(at, key, n);
        key += n + 1;
        whole = child_named(at, key, strlen(key));
    }
    return json(whole);
}

const char *json_string(const struct json *j, const char *key)
{
    return json_text(json_get(j, key));
}

const char *json_string_or(const struct json *j, const char *key, const char *otherwise)
{
    const char *text = json_string(j, key);

    return text ? text : otherwise;
}

bool json_bool(const struct json *j, const char *key, bool otherwise)
{
    return json_as_bool(json_get(j, key), otherwise);
}

int64_t json_int64(const struct json *j, const char *key, int64_t otherwise)
{
    return json_as_int64(json_get(j, key), otherwise);
}

double json_double(const struct json *j, const char *key, double otherwise)
{
    return json_as_double(json_get(j, key), otherwise);
}

bool json_as_bool(const struct json *j, bool otherwise)
{
    return json_is_bool(j) ? cJSON_IsTrue(node(j)) : otherwise;
}

int64_t json_as_int64(const struct json *j, int64_t otherwise)
{
    long long exact;

    if (!json_is_number(j) && !json_is_string(j))
        return otherwise;
    const cJSON *c = node(j);
    if (c->valuestring && str_int64(c->valuestring, INT64_MIN, INT64_MAX, &exact))
        return exact;
    double d = c->valuedouble;
    if (json_is_string(j) || floor(d) < d || d >= 9007199254740992.0 || d <= -9007199254740992.0)
        return otherwise; /* 1.5, 1e300, "many": no whole number */
    return (int64_t)d;
}

double json_as_double(const struct json *j, double otherwise)
{
    if (json_is_number(j))
        return node(j)->valuedouble;
    const char *text = json_text(j);
    struct json_fault fault;
    struct err e;
    if (!text || !strchr("-0123456789", text[0]) || !json_scan(text, strlen(text), &fault))
        return otherwise;
    struct json *number = json_parse(text, strlen(text), &e);
    double value = json_is_number(number) ? node(number)->valuedouble : otherwise;
    json_free(number);
    return value;
}

bool json_is_object(const struct json *j)
{
    return j && cJSON_IsObject(node(j));
}

bool json_is_array(const struct json *j)
{
    return j && cJSON_IsArray(node(j));
}

bool json_is_string(const struct json *j)
{
    return j && cJSON_IsString(node(j));
}

bool json_is_number(const struct json *j)
{
    return j && cJSON_IsNumber(node(j));
}

bool json_is_bool(const struct json *j)
{
    return j && cJSON_IsBool(node(j));
}

bool json_is_null(const struct json *j)
{
    return j && cJSON_IsNull(node(j));
}

const char *json_text(const struct json *j)
{
    return json_is_string(j) ? node(j)->valuestring : NULL;
}

const char *json_number_text(const struct json *j, char out[64])
{
    if (!json_is_number(j))
        return NULL;
    const cJSON *c = node(j);
    if (c->valuestring)
        str_copy(out, 64, c->valuestring);
    else
        snprintf(out, 64, "%.0f", c->valuedouble);
    return out;
}

const char *json_key(const struct json *j)
{
    return j ? node(j)->string : NULL;
}

size_t json_count(const struct json *j)
{
    size_t n = 0;

    for (const struct json *item = json_first(j); item; item = json_next(item))
        n++;
    return n;
}

const struct json *json_first(const struct json *j)
{
    return json_is_object(j) || json_is_array(j) ? json(node(j)->child) : NULL;
}

const struct json *json_next(const struct json *j)
{
    return j ? json(node(j)->next) : NULL;
}
