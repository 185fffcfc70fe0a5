#include "api/plan/sampling_heap.h"

#include <string.h>

struct into {
    struct heap *heap;
    struct arena *arena;
};

/* Calls for each element of an array as PostgreSQL writes it: {a,"b \"c\"",NULL,{d}}, and
 * [0:1]={a,b}. In place. */
static void each_element(char *text, void (*put)(struct into *, char *value, size_t n),
                         struct into *to)
{
    char *bounds = *text == '[' ? strchr(text, '=') : NULL;

    for (char *at = bounds ? bounds + 1 : text; *at;) {
        if (*at == '{' || *at == '}' || *at == ',') {
            at++;
            continue;
        }
        bool quoted = *at == '"';
        char *from = at + quoted, *end = from;
        for (at = from; *at && (quoted ? *at != '"' : *at != ',' && *at != '}'); at++) {
            if (*at == '\\' && at[1])
                at++;
            *end++ = *at;
        }
        if (*at == '"' && quoted)
            at++;
        if (quoted || end - from != 4 || memcmp(from, "NULL", 4) != 0)
            put(to, from, (size_t)(end - from));
    }
}

static void put_value(struct into *to, char *value, size_t n)
{
    struct heap *h = to->heap;

    values_add(&h->values, value, n);
    if (!document_begins(value, n))
        return;
    if (h->keys == NULL)
        h->keys = arena_new(to->arena, struct document_keys);
    document_keys_add(h->keys, value, n);
}

/* An element that is an array itself; unescaped by now, and so are its own elements. */
static void put_array(struct into *to, char *value, size_t n)
{
    char *list = mem_alloc(n + 1);

    memcpy(list, value, n);
    each_element(list, put_value, to);
    mem_free(list);
}

void heap_add(struct heap *h, struct arena *a, char *value, size_t n)
{
    struct into to = {h, a};

    if (h->is_array)
        each_element(value, put_value, &to);
    else
        put_value(&to, value, n);
}

void heap_add_list(struct heap *h, struct arena *a, char *list)
{
    each_element(list, h->is_array ? put_array : put_value, &(struct into){h, a});
}

void heap_verdict(const struct heap *h, const char *schema, const char *table, enum rules_by by,
                  struct rules_verdict *out)
{
    values_verdict(&h->values, by, out);
    if (h->keys)
        document_keys_verdict(h->keys, schema, table, by, out);
}
