#include "api/base/secret.h"

#include "api/base/arena.h"

#include <string.h>
#include <sys/resource.h>
#if defined(__linux__) && !defined(STROM_SANITIZED)
#include <sys/prctl.h>
#endif

struct secret {
    size_t n;
    char bytes[];
};

/* A call through a volatile pointer: the compiler cannot know that it is memset and drop it. */
static void *(*volatile wipe)(void *, int, size_t) = memset;

void secret_wipe(void *bytes, size_t n)
{
    if (bytes && n)
        wipe(bytes, 0, n);
}

void secret_forbid_dumps(void)
{
    const struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
#if defined(__linux__) && !defined(STROM_SANITIZED) /* the search for leaks looks into memory too  \
                                                     */
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* a collector of cores does not heed the limit */
#endif
}

struct secret *secret_new(const char *bytes, size_t n)
{
    struct secret *s = mem_alloc(sizeof *s + n + 1);

    s->n = n;
    if (n)
        memcpy(s->bytes, bytes, n);
    return s;
}

struct secret *secret_dup(const struct secret *s)
{
    return s ? secret_new(s->bytes, s->n) : NULL;
}

void secret_free(struct secret *s)
{
    if (!s)
        return;
    secret_wipe(s->bytes, s->n);
    mem_free(s);
}

bool secret_is_empty(const struct secret *s)
{
    return !s || s->n == 0;
}

bool secret_eq(const struct secret *a, const struct secret *b)
{
    const char *x = secret_reveal(a), *y = secret_reveal(b);
    size_t n = a ? a->n : 0;
    unsigned char differ = n != (b ? b->n : 0);

    if (differ)
        return false;
    for (size_t i = 0; i < n; i++) /* the same time wherever they differ */
        differ = (unsigned char)(differ | ((unsigned char)x[i] ^ (unsigned char)y[i]));
    return differ == 0;
}

const char *secret_reveal(const struct secret *s)
{
    return s ? s->bytes : "";
}
