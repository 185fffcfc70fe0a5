#ifndef STROM_BASE_ARENA_H
#define STROM_BASE_ARENA_H

/* Memory with a lifetime: everything taken from an arena is given back at once, by arena_done or
 * arena_reset. A pointer into an arena may point to the same or a longer life, never a shorter one.
 * Out of memory does not return: see mem_on_exhausted. */

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *head;
};

void arena_init(struct arena *a);
void arena_done(struct arena *a);          /* frees all; the arena may be used again */
void arena_reset(struct arena *a);         /* as done, but keeps the first block for reuse */
size_t arena_bytes(const struct arena *a); /* held from the system, for figures */

void *arena_alloc(struct arena *a, size_t bytes);           /* zeroed, aligned for any type */
void *arena_calloc(struct arena *a, size_t n, size_t size); /* the product is checked */
void *arena_copy(struct arena *a, const void *from, size_t bytes);
char *arena_str(struct arena *a, const char *s);                /* NULL gives NULL */
char *arena_strn(struct arena *a, const char *s, size_t bytes); /* adds the final NUL */
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define arena_new(a, type)      ((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_calloc((a), (n), sizeof(type)))

/* The heap for what outlives an arena or grows. Never NULL; free with mem_free. These four are the
 * only callers of the C library's allocator in the product. */
void *mem_alloc(size_t bytes);                    /* zeroed */
void *mem_grow(void *old, size_t n, size_t size); /* room for n things of that size */
char *mem_str(const char *s);
void mem_free(void *p);

/* Called once before the program ends with exit code 1 because memory ran out (the terminal is
 * given back here). It must not allocate. */
void mem_on_exhausted(void (*last_words)(void));

#endif
