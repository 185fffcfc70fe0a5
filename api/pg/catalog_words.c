#include "api/pg/catalog_parts.h"

#include "api/base/arena.h"

#include <assert.h>
#include <string.h>

enum { FIRST_SLOTS = 1024, FIRST_BYTES = 16384 };

static uint32_t hash_text(const char *text, size_t bytes)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < bytes; i++)
        h = (h ^ (unsigned char)text[i]) * 16777619u;
    return h ^ (h >> 15);
}

static void make_slots(struct words *w, uint32_t n)
{
    mem_free(w->slots);
    w->slots = mem_alloc(n * sizeof *w->slots);
    w->n_slots = n;
}

static uint32_t *find(const struct words *w, const char *word, size_t bytes)
{
    uint32_t at = hash_text(word, bytes) & (w->n_slots - 1);
    while (w->slots[at] != 0) {
        const char *there = w->text + w->slots[at];
        if (strncmp(there, word, bytes) == 0 && there[bytes] == '\0')
            break;
        at = (at + 1) & (w->n_slots - 1);
    }
    return &w->slots[at];
}

static void rehash(struct words *w)
{
    make_slots(w, w->n_slots == 0 ? FIRST_SLOTS : w->n_slots * 2);
    for (uint32_t at = 1; at < w->bytes;) {
        size_t n = strlen(w->text + at);
        *find(w, w->text + at, n) = at;
        at += (uint32_t)n + 1;
    }
}

static void make_room(struct words *w, size_t bytes)
{
    if (w->bytes + bytes < w->room)
        return;
    uint64_t room = w->room == 0 ? FIRST_BYTES : w->room;
    while (room <= w->bytes + bytes)
        room = room + room / 2;
    assert(room < UINT32_MAX); /* 4 GiB of names: no database has them */
    w->text = mem_grow(w->text, (size_t)room, 1);
    w->room = (uint32_t)room;
}

uint32_t words_add(struct words *w, const char *word, size_t bytes)
{
    if (bytes == 0)
        return 0;
    make_room(w, bytes + 2);
    if (w->bytes == 0)
        w->text[w->bytes++] = '\0';
    if (w->n_slots == 0 || w->n_words * 3 >= w->n_slots * 2)
        rehash(w);
    uint32_t *slot = find(w, word, bytes);
    if (*slot != 0)
        return *slot;
    *slot = w->bytes;
    w->n_words++;
    memcpy(w->text + w->bytes, word, bytes);
    w->text[w->bytes + bytes] = '\0';
    w->bytes += (uint32_t)bytes + 1;
    return *slot;
}

void words_settle(struct words *w)
{
    mem_free(w->slots);
    w->slots = NULL;
    w->n_slots = 0;
    if (w->bytes == 0) {
        make_room(w, 1);
        w->text[w->bytes++] = '\0';
    }
    w->text = mem_grow(w->text, w->bytes, 1);
    w->room = w->bytes;
}

void words_free(struct words *w)
{
    mem_free(w->slots);
    mem_free(w->text);
}

/* --- oid -> index --- */

static uint32_t hash_oid(uint32_t oid)
{
    oid = (oid ^ (oid >> 16)) * 0x45d9f3bu;
    return oid ^ (oid >> 16);
}

void oid_map_make(struct oid_map *m, size_t n)
{
    uint32_t slots = 64;
    while (slots < n * 2)
        slots *= 2;
    m->slots = mem_alloc(slots * sizeof *m->slots);
    m->n_slots = slots;
}

void oid_map_put(struct oid_map *m, uint32_t oid, uint32_t at)
{
    uint32_t i = hash_oid(oid) & (m->n_slots - 1);
    while (m->slots[i].oid != 0 && m->slots[i].oid != oid)
        i = (i + 1) & (m->n_slots - 1);
    m->slots[i].oid = oid;
    m->slots[i].at = at;
}

bool oid_map_get(const struct oid_map *m, uint32_t oid, uint32_t *at)
{
    if (m->n_slots == 0 || oid == 0)
        return false;
    uint32_t i = hash_oid(oid) & (m->n_slots - 1);
    while (m->slots[i].oid != 0) {
        if (m->slots[i].oid == oid) {
            *at = m->slots[i].at;
            return true;
        }
        i = (i + 1) & (m->n_slots - 1);
    }
    return false;
}

void oid_map_free(struct oid_map *m)
{
    mem_free(m->slots);
    m->slots = NULL;
    m->n_slots = 0;
}
