#include "api/store/kept.h"

#include "api/base/arena.h"
#include "api/base/json.h"
#include "api/store/internal.h"

#include <string.h>

enum { MOST_TOUCHED = 4096 }; /* beyond that, writing all is as quick */

struct kept {
    struct kept_entry *entries; /* sorted by key */
    size_t n, room;

    /* since the last save */
    unsigned serial; /* of the store where it was saved; 0: nowhere */
    int64_t id;
    char *title;
    char **touched; /* keys, each perhaps more than once */
    size_t n_touched, touched_room;
    bool all_touched;
};

struct kept *kept_new(void)
{
    return mem_alloc(sizeof(struct kept));
}

static void forget_touched(struct kept *k)
{
    for (size_t i = 0; i < k->n_touched; i++)
        mem_free(k->touched[i]);
    k->n_touched = 0;
    k->all_touched = false;
}

static void free_entry(struct kept_entry *entry)
{
    mem_free(entry->key);
    mem_free(entry->text);
}

void kept_free(struct kept *k)
{
    if (!k)
        return;
    for (size_t i = 0; i < k->n; i++)
        free_entry(&k->entries[i]);
    forget_touched(k);
    mem_free(k->touched);
    mem_free(k->entries);
    mem_free(k->title);
    mem_free(k);
}

/* Where the key is, or would be. */
static size_t place_of(const struct kept *k, const char *key, bool *there)
{
    size_t low = 0, high = k->n;

    *there = false;
    if (k->n > 0 && strcmp(k->entries[k->n - 1].key, key) < 0) /* filled in order */
        return k->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = strcmp(k->entries[mid].key, key);
        if (order == 0) {
            *there = true;
            return mid;
        }
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void touch(struct kept *k, const char *key)
{
    if (!k->serial || k->all_touched)
        return;
    if (k->n_touched > 0 && strcmp(k->touched[k->n_touched - 1], key) == 0)
        return;
    if (k->n_touched == MOST_TOUCHED) {
        forget_touched(k);
        k->all_touched = true;
        return;
    }
    if (k->n_touched == k->touched_room) {
        k->touched_room = k->touched_room ? k->touched_room * 2 : 8;
        k->touched = mem_grow(k->touched, k->touched_room, sizeof *k->touched);
    }
    k->touched[k->n_touched++] = mem_str(key);
}

static bool same_value(const struct kept_entry *a, const struct kept_entry *b)
{
    return a->kind == b->kind && a->number == b->number && str_eq(a->text, b->text);
}

static void make_place(struct kept *k, size_t at)
{
    if (k->n == k->room) {
        k->room = k->room ? k->room * 2 : 16;
        k->entries = mem_grow(k->entries, k->room, sizeof *k->entries);
    }
    memmove(k->entries + at + 1, k->entries + at, (k->n - at) * sizeof *k->entries);
    k->n++;
}

void kept_put(struct kept *k, const struct kept_entry *value)
{
    bool there;
    size_t at = place_of(k, value->key, &there);
    struct kept_entry copy = *value;

    if (there && same_value(&k->entries[at], value))
        return;
    copy.key = mem_str(value->key); /* before freeing: it may be the old one's own text */
    copy.text = value->text ? mem_str(value->text) : NULL;
    if (there)
        free_entry(&k->entries[at]);
    else
        make_place(k, at);
    k->entries[at] = copy;
    touch(k, copy.key);
}

static void put(struct kept *k, const char *key, enum kept_kind kind, const char *text,
                int64_t number)
{
    struct kept_entry value = {.number = number, .kind = kind};

    memcpy(&value.key, &key, sizeof key); /* kept_put copies what they point to */
    memcpy(&value.text, &text, sizeof text);
    kept_put(k, &value);
}

void kept_set_text(struct kept *k, const char *key, const char *value)
{
    if (value)
        put(k, key, KEPT_TEXT, value, 0);
    else
        kept_remove(k, key);
}

void kept_set_int(struct kept *k, const char *key, int64_t value)
{
    put(k, key, KEPT_INT, NULL, value);
}

void kept_set_bool(struct kept *k, const char *key, bool value)
{
    put(k, key, KEPT_BOOL, NULL, value);
}

static void remove_range(struct kept *k, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        touch(k, k->entries[i].key);
        free_entry(&k->entries[i]);
    }
    if (to > from)
        memmove(k->entries + from, k->entries + to, (k->n - to) * sizeof *k->entries);
    k->n -= to - from;
}

void kept_remove(struct kept *k, const char *key)
{
    bool there;
    size_t at = place_of(k, key, &there);

    if (there)
        remove_range(k, at, at + 1);
}

void kept_remove_under(struct kept *k, const char *prefix)
{
    size_t from = kept_first_under(k, prefix), to = from;

    while (to < k->n && str_starts(k->entries[to].key, prefix))
        to++;
    remove_range(k, from, to);
}

/* --- looking --- */

const struct kept_entry *kept_find(const struct kept *k, const char *key)
{
    bool there = false;
    size_t at = k ? place_of(k, key, &there) : 0;

    return there ? &k->entries[at] : NULL;
}

const struct kept_entry *kept_entry(const struct kept *k, size_t at)
{
    return k && at < k->n ? &k->entries[at] : NULL;
}

const char *kept_text(const struct kept *k, const char *key, const char *otherwise)
{
    const struct kept_entry *found = kept_find(k, key);

    return found && found->kind == KEPT_TEXT ? found->text : otherwise;
}

int64_t kept_int(const struct kept *k, const char *key, int64_t otherwise)
{
    const struct kept_entry *found = kept_find(k, key);

    return found && found->kind == KEPT_INT ? found->number : otherwise;
}

bool kept_bool(const struct kept *k, const char *key, bool otherwise)
{
    const struct kept_entry *found = kept_find(k, key);

    return found && found->kind == KEPT_BOOL ? found->number != 0 : otherwise;
}

bool kept_has(const struct kept *k, const char *key)
{
    return kept_find(k, key) != NULL;
}

size_t kept_count(const struct kept *k)
{
    return k ? k->n : 0;
}

const char *kept_key(const struct kept *k, size_t at)
{
    return k && at < k->n ? k->entries[at].key : NULL;
}

size_t kept_first_under(const struct kept *k, const char *prefix)
{
    bool there = false;

    return k ? place_of(k, prefix, &there) : 0;
}

struct kept *kept_dup(const struct kept *k)
{
    struct kept *copy = kept_new();

    for (size_t i = 0; i < k->n; i++)
        kept_put(copy, &k->entries[i]);
    return copy;
}

bool kept_eq(const struct kept *a, const struct kept *b)
{
    bool same = kept_count(a) == kept_count(b);

    for (size_t i = 0; same && i < kept_count(a); i++)
        same = strcmp(a->entries[i].key, b->entries[i].key) == 0 &&
               same_value(&a->entries[i], &b->entries[i]);
    return same;
}

/* --- what a save has to write --- */

size_t kept_touched(const struct kept *k, const char *const **keys, bool *all)
{
    *keys = (const char *const *)k->touched;
    *all = k->all_touched;
    return k->n_touched;
}

bool kept_was_saved_as(const struct kept *k, unsigned serial, int64_t id)
{
    return k->serial == serial && k->id == id;
}

bool kept_is_saved_as(const struct kept *k, unsigned serial, int64_t id, const char *title)
{
    return kept_was_saved_as(k, serial, id) && !k->all_touched && k->n_touched == 0 &&
           str_eq(k->title, title);
}

void kept_saved(struct kept *k, unsigned serial, int64_t id, const char *title)
{
    char *copy = mem_str(title);

    forget_touched(k);
    mem_free(k->title);
    k->title = copy;
    k->serial = serial;
    k->id = id;
}

/* --- as text --- */

void kept_write(const struct kept *k, struct str *out)
{
    struct json_out o;

    json_begin(&o, out, false);
    json_open_object(&o, NULL);
    for (size_t i = 0; i < kept_count(k); i++) {
        const struct kept_entry *entry = &k->entries[i];
        if (entry->kind == KEPT_TEXT)
            json_put_string(&o, entry->key, entry->text);
        else if (entry->kind == KEPT_INT)
            json_put_int(&o, entry->key, entry->number);
        else
            json_put_bool(&o, entry->key, entry->number != 0);
    }
    json_close_object(&o);
}

static void take(struct kept *k, const struct json *item)
{
    const char *key = json_key(item);

    if (json_is_string(item))
        kept_set_text(k, key, json_text(item));
    else if (json_is_bool(item))
        kept_set_bool(k, key, json_as_bool(item, false));
    else if (json_is_number(item) && json_as_int64(item, 0) == json_as_int64(item, 1))
        kept_set_int(k, key, json_as_int64(item, 0));
}

struct kept *kept_read(const char *text, size_t bytes, struct err *e)
{
    struct json *doc = NULL;

    if (bytes > KEPT_MAX_BYTES)
        err_set(e, ERR_INPUT, "what was kept is too large to read");
    else
        doc = json_parse(text, bytes, e);
    if (doc && (!json_is_object(doc) || json_count(doc) > KEPT_MAX_ENTRIES)) {
        json_free(doc);
        doc = NULL;
        err_set(e, ERR_INPUT, "what was kept cannot be read");
        err_why(e, "it is not one JSON object, or a far too large one");
    }
    if (!doc)
        return NULL;
    struct kept *k = kept_new();
    for
        json_each(item, doc) take(k, item);
    json_free(doc);
    return k;
}
