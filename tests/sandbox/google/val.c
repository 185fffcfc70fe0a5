#include "tests/sandbox/google/val.h"

#include "api/base/arena.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static struct val *fresh(enum val_kind kind)
{
    struct val *v = mem_alloc(sizeof *v);
    v->kind = kind;
    return v;
}

struct val *val_object(void)
{
    return fresh(VAL_OBJECT);
}

struct val *val_array(void)
{
    return fresh(VAL_ARRAY);
}

struct val *val_text_new(const char *text)
{
    struct val *v = fresh(text != NULL ? VAL_TEXT : VAL_NULL);
    v->text = text != NULL ? mem_str(text) : NULL;
    return v;
}

struct val *val_int_new(int64_t n)
{
    struct val *v = fresh(VAL_INT);
    v->number = n;
    return v;
}

struct val *val_bool_new(bool truth)
{
    struct val *v = fresh(VAL_BOOL);
    v->truth = truth;
    return v;
}

struct val *val_double_new(double d)
{
    struct val *v = fresh(VAL_DOUBLE);
    v->real = d;
    return v;
}

/* Numbers and truth values are read from their text, which keeps int64 exact. */
static struct val *scalar(const struct json *j)
{
    struct str text = {0};
    json_print(j, &text);
    const char *s = str_text(&text);
    struct val *v;
    long long n;
    if (json_is_bool(j))
        v = val_bool_new(str_eq(s, "true"));
    else if (str_int64(s, INT64_MIN, INT64_MAX, &n))
        v = val_int_new(n);
    else
        v = val_double_new(strtod(s, NULL));
    str_done(&text);
    return v;
}

static void append(struct val *container, struct val *item)
{
    if (container->last != NULL)
        container->last->next = item;
    else
        container->first = item;
    container->last = item;
}

static struct val *container(enum val_kind kind, const struct json *j)
{
    struct val *v = fresh(kind);
    for
        json_each(part, j)
        {
            struct val *child = val_from_json(part);
            if (kind == VAL_OBJECT)
                child->key = mem_str(json_key(part));
            append(v, child);
        }
    return v;
}

struct val *val_from_json(const struct json *j)
{
    if (json_is_object(j))
        return container(VAL_OBJECT, j);
    if (json_is_array(j))
        return container(VAL_ARRAY, j);
    if (json_is_string(j))
        return val_text_new(json_text(j));
    if (json_is_bool(j) || json_is_number(j))
        return scalar(j);
    return fresh(VAL_NULL);
}

struct val *val_copy(const struct val *v)
{
    if (v == NULL)
        return NULL;
    struct val *copy = fresh(v->kind);
    copy->truth = v->truth;
    copy->number = v->number;
    copy->real = v->real;
    copy->text = v->text != NULL ? mem_str(v->text) : NULL;
    for
        val_each(item, v)
        {
            struct val *child = val_copy(item);
            child->key = item->key != NULL ? mem_str(item->key) : NULL;
            append(copy, child);
        }
    return copy;
}

void val_free(struct val *v)
{
    if (v == NULL)
        return;
    for (struct val *item = v->first, *next; item != NULL; item = next) {
        next = item->next;
        val_free(item);
    }
    mem_free(v->key);
    mem_free(v->text);
    mem_free(v);
}

/* --- templates --- */

static void escape(struct str *out, const char *text)
{
    struct str quoted = {0};
    struct json_out o;
    json_begin(&o, &quoted, false);
    json_put_string(&o, NULL, text);
    str_addn(out, quoted.text + 1, quoted.bytes - 2);
    str_done(&quoted);
}

static const char *insert(struct str *out, const char *at, bool quoted, va_list *args)
{
    if (*at == 's') {
        const char *text = va_arg(*args, const char *);
        if (text == NULL && !quoted) {
            str_add(out, "null");
            return at + 1;
        }
        str_add(out, quoted ? "" : "\"");
        escape(out, text != NULL ? text : "");
        str_add(out, quoted ? "" : "\"");
        return at + 1;
    }
    if (*at == 'd') {
        str_printf(out, "%d", va_arg(*args, int));
        return at + 1;
    }
    if (str_starts(at, "lld")) {
        str_printf(out, "%lld", va_arg(*args, long long));
        return at + 3;
    }
    assert(*at == '%');
    str_addc(out, '%');
    return at + 1;
}

struct val *val_make(const char *fmt, ...)
{
    struct str text = {0};
    va_list args;
    va_start(args, fmt);
    bool quoted = false;
    while (*fmt != '\0') {
        if (*fmt == '%') {
            fmt = insert(&text, fmt + 1, quoted, &args);
            continue;
        }
        if (fmt[0] == '\\' && fmt[1] == '\'') { /* a quote that stays one */
            str_addc(&text, '\'');
            fmt += 2;
            continue;
        }
        quoted = *fmt == '\'' ? !quoted : quoted;
        str_addc(&text, *fmt == '\'' ? '"' : *fmt);
        fmt++;
    }
    va_end(args);
    struct err e = {0};
    struct json *doc = json_parse(str_text(&text), text.bytes, &e);
    assert(doc != NULL);
    struct val *v = val_from_json(doc);
    json_free(doc);
    str_done(&text);
    return v;
}

/* --- reading --- */

struct val *val_member(const struct val *v, const char *key)
{
    if (v == NULL || v->kind != VAL_OBJECT)
        return NULL;
    for
        val_each(item, v) if (str_eq(item->key, key)) return item;
    return NULL;
}

struct val *val_get(const struct val *v, const char *path)
{
    char key[256];
    while (v != NULL) {
        size_t n = strcspn(path, ".");
        if (n >= sizeof key)
            return NULL;
        memcpy(key, path, n);
        key[n] = '\0';
        struct val *item = val_member(v, key);
        if (path[n] == '\0')
            return item;
        v = item;
        path += n + 1;
    }
    return NULL;
}

const char *val_text(const struct val *v, const char *path)
{
    const struct val *item = val_get(v, path);
    return item != NULL && item->kind == VAL_TEXT ? item->text : NULL;
}

const char *val_text_or(const struct val *v, const char *path, const char *otherwise)
{
    const char *text = val_text(v, path);
    return text != NULL ? text : otherwise;
}

bool val_truth(const struct val *v, const char *path)
{
    const struct val *item = val_get(v, path);
    return item != NULL && item->kind == VAL_BOOL && item->truth;
}

int64_t val_int(const struct val *v, const char *path, int64_t otherwise)
{
    const struct val *item = val_get(v, path);
    if (item != NULL && item->kind == VAL_INT)
        return item->number;
    long long n;
    if (item != NULL && item->kind == VAL_TEXT && str_int64(item->text, INT64_MIN, INT64_MAX, &n))
        return n;
    return otherwise;
}

size_t val_count(const struct val *v)
{
    size_t n = 0;
    for
        val_each(item, v) n++;
    return n;
}

bool val_is_empty(const struct val *v)
{
    if (v == NULL || v->kind == VAL_NULL)
        return true;
    if (v->kind == VAL_TEXT)
        return v->text[0] == '\0';
    return (v->kind == VAL_OBJECT || v->kind == VAL_ARRAY) && v->first == NULL;
}

static bool equal_members(const struct val *a, const struct val *b)
{
    if (val_count(a) != val_count(b))
        return false;
    for
        val_each(item, a) if (!val_equal(item, val_member(b, item->key))) return false;
    return true;
}

bool val_equal(const struct val *a, const struct val *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    if (a->kind != b->kind)
        return false;
    if (a->kind == VAL_OBJECT)
        return equal_members(a, b);
    if (a->kind == VAL_ARRAY) {
        const struct val *x = a->first, *y = b->first;
        for (; x != NULL && y != NULL; x = x->next, y = y->next)
            if (!val_equal(x, y))
                return false;
        return x == y;
    }
    if (a->kind == VAL_DOUBLE) /* told apart by their bits: a copy is equal, nothing else */
        /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
        return memcmp(&a->real, &b->real, sizeof a->real) == 0;
    return a->truth == b->truth && a->number == b->number && str_eq(a->text, b->text);
}

/* --- changing --- */

void val_drop(struct val *from, struct val *item)
{
    struct val *before = NULL;
    for (struct val *at = from->first; at != item; at = at->next)
        before = at;
    if (before != NULL)
        before->next = item->next;
    else
        from->first = item->next;
    if (from->last == item)
        from->last = before;
    item->next = NULL;
    val_free(item);
}

void val_put_member(struct val *object, const char *key, struct val *child)
{
    assert(object->kind == VAL_OBJECT);
    struct val *old = val_member(object, key);
    if (child == NULL) {
        if (old != NULL)
            val_drop(object, old);
        return;
    }
    mem_free(child->key);
    child->key = mem_str(key);
    if (old == NULL) {
        append(object, child);
        return;
    }
    struct val **link = &object->first; /* in its place, so that the order of keys stays */
    while (*link != NULL && *link != old)
        link = &(*link)->next;
    *link = child;
    child->next = old->next;
    if (object->last == old)
        object->last = child;
    old->next = NULL;
    val_free(old);
}

void val_put(struct val *object, const char *path, struct val *child)
{
    char key[256];
    size_t n;
    while (path[n = strcspn(path, ".")] != '\0') {
        assert(n < sizeof key);
        memcpy(key, path, n);
        key[n] = '\0';
        struct val *inner = val_member(object, key);
        if (inner == NULL || inner->kind != VAL_OBJECT) {
            if (child == NULL)
                return;
            inner = val_object();
            val_put_member(object, key, inner);
        }
        object = inner;
        path += n + 1;
    }
    val_put_member(object, path, child);
}

void val_put_text(struct val *object, const char *path, const char *text)
{
    val_put(object, path, text != NULL ? val_text_new(text) : NULL);
}

void val_putf(struct val *object, const char *path, const char *fmt, ...)
{
    struct str text = {0};
    va_list args;
    va_start(args, fmt);
    str_vprintf(&text, fmt, args);
    va_end(args);
    val_put_text(object, path, str_text(&text));
    str_done(&text);
}

void val_put_int(struct val *object, const char *path, int64_t n)
{
    val_put(object, path, val_int_new(n));
}

void val_put_int64(struct val *object, const char *path, int64_t n)
{
    val_putf(object, path, "%" PRId64, n);
}

void val_put_bool(struct val *object, const char *path, bool truth)
{
    val_put(object, path, val_bool_new(truth));
}

void val_add(struct val *array, struct val *item)
{
    assert(array->kind == VAL_ARRAY && item != NULL);
    append(array, item);
}

void val_add_text(struct val *array, const char *text)
{
    val_add(array, val_text_new(text));
}

void val_merge(struct val *onto, const struct val *over)
{
    for
        val_each(item, over)
        {
            struct val *there = val_member(onto, item->key);
            if (item->kind == VAL_NULL)
                val_put_member(onto, item->key, NULL);
            else if (there != NULL && there->kind == VAL_OBJECT && item->kind == VAL_OBJECT)
                val_merge(there, item);
            else
                val_put_member(onto, item->key, val_copy(item));
        }
}

/* --- writing --- */

static void print(struct json_out *o, const char *key, const struct val *v)
{
    switch (v->kind) {
    case VAL_NULL:
        json_put_null(o, key);
        break;
    case VAL_BOOL:
        json_put_bool(o, key, v->truth);
        break;
    case VAL_INT:
        json_put_int(o, key, v->number);
        break;
    case VAL_DOUBLE:
        json_put_double(o, key, v->real);
        break;
    case VAL_TEXT:
        json_put_string(o, key, v->text);
        break;
    case VAL_OBJECT:
    case VAL_ARRAY:
        (v->kind == VAL_OBJECT ? json_open_object : json_open_array)(o, key);
        for
            val_each(item, v) print(o, item->key, item);
        (v->kind == VAL_OBJECT ? json_close_object : json_close_array)(o);
        break;
    }
}

void val_print(const struct val *v, struct str *out, bool pretty)
{
    struct json_out o;
    json_begin(&o, out, pretty);
    print(&o, NULL, v);
}
