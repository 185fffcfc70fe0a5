#include "api/base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef STROM_SANITIZED
#include <sanitizer/asan_interface.h>
#define POISON(p, n)   __asan_poison_memory_region((p), (n))
#define UNPOISON(p, n) __asan_unpoison_memory_region((p), (n))
enum { RED_ZONE = 16 };
#else
#define POISON(p, n)   ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
enum { RED_ZONE = 0 };
#endif

enum { FIRST_BLOCK = 512, LARGEST_STEP = 1024 * 1024 };

struct arena_block {
    struct arena_block *next; /* older */
    size_t room, used;
    alignas(max_align_t) unsigned char data[];
};

static void (*on_exhausted)(void);

void mem_on_exhausted(void (*last_words)(void))
{
    on_exhausted = last_words;
}

static _Noreturn void exhausted(void)
{
    if (on_exhausted)
        on_exhausted();
    fputs("strom: out of memory\n", stderr);
    exit(1);
}

void *mem_alloc(size_t bytes)
{
    void *p = calloc(1, bytes ? bytes : 1);

    if (!p)
        exhausted();
    return p;
}

void *mem_grow(void *old, size_t n, size_t size)
{
    if (size && n > SIZE_MAX / size)
        exhausted();
    size_t bytes = n * size;
    void *p = realloc(old, bytes ? bytes : 1);
    if (!p)
        exhausted();
    return p;
}

char *mem_str(const char *s)
{
    size_t bytes = strlen(s) + 1;
    char *copy = mem_alloc(bytes);

    memcpy(copy, s, bytes);
    return copy;
}

void mem_free(void *p)
{
    free(p);
}

void arena_init(struct arena *a)
{
    a->head = NULL;
}

static void free_block(struct arena_block *b)
{
    UNPOISON(b->data, b->room);
    free(b);
}

void arena_done(struct arena *a)
{
    while (a->head) {
        struct arena_block *b = a->head;
        a->head = b->next;
        free_block(b);
    }
}

void arena_reset(struct arena *a)
{
    while (a->head && a->head->next) {
        struct arena_block *b = a->head;
        a->head = b->next;
        free_block(b);
    }
    if (a->head) {
        a->head->used = 0;
        POISON(a->head->data, a->head->room);
    }
}

size_t arena_bytes(const struct arena *a)
{
    size_t sum = 0;

    for (const struct arena_block *b = a->head; b; b = b->next)
        sum += sizeof *b + b->room;
    return sum;
}

static size_t round_up(size_t bytes)
{
    size_t align = alignof(max_align_t);

    if (bytes > SIZE_MAX - align - RED_ZONE - sizeof(struct arena_block))
        exhausted();
    return (bytes + align - 1) / align * align;
}

static struct arena_block *add_block(struct arena *a, size_t need)
{
    size_t room = FIRST_BLOCK - sizeof(struct arena_block);

    if (a->head)
        room = a->head->room < LARGEST_STEP / 2 ? a->head->room * 2 : LARGEST_STEP;
    if (room < need)
        room = need;
    struct arena_block *b = mem_grow(NULL, sizeof *b + room, 1);
    b->room = room;
    b->used = 0;
    b->next = a->head;
    a->head = b;
    POISON(b->data, b->room);
    return b;
}

static void *take(struct arena *a, size_t bytes)
{
    size_t need = round_up(bytes ? bytes : 1) + RED_ZONE;
    struct arena_block *b = a->head;

    if (!b || b->room - b->used < need)
        b = add_block(a, need);
    void *p = b->data + b->used;
    b->used += need;
    UNPOISON(p, bytes);
    return p;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    return memset(take(a, bytes), 0, bytes);
}

void *arena_calloc(struct arena *a, size_t n, size_t size)
{
    if (size && n > SIZE_MAX / size)
        exhausted();
    return arena_alloc(a, n * size);
}

void *arena_copy(struct arena *a, const void *from, size_t bytes)
{
    void *p = take(a, bytes);

    if (bytes)
        memcpy(p, from, bytes);
    return p;
}

char *arena_str(struct arena *a, const char *s)
{
    return s ? arena_copy(a, s, strlen(s) + 1) : NULL;
}

char *arena_strn(struct arena *a, const char *s, size_t bytes)
{
    char *p = take(a, bytes + 1);

    if (bytes)
        memcpy(p, s, bytes);
    p[bytes] = '\0';
    return p;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list args, again;

    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    assert(n >= 0);
    size_t bytes = (size_t)n + 1;
    char *p = take(a, bytes);
    vsnprintf(p, bytes, fmt, again);
    va_end(again);
    return p;
}
