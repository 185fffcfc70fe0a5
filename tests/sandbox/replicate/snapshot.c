#include "tests/sandbox/replicate/snapshot.h"

#include "api/base/arena.h"

#include <stdlib.h>
#include <string.h>

enum { RUNNING_MAX = 1 << 20 };

void snapshot_done(struct snapshot *s)
{
    mem_free(s->running);
    *s = (struct snapshot){0};
}

/* Reads digits up to `end`; NULL when there are none, too many or another character follows. */
static const char *read_xid(const char *at, char end, char other_end, uint64_t *out)
{
    uint64_t value = 0;
    const char *p = at;
    for (; *p >= '0' && *p <= '9' && p - at < 20; p++) {
        uint64_t digit = (uint64_t)(*p - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return NULL;
        value = value * 10 + digit;
    }
    *out = value;
    return p > at && (*p == end || *p == other_end) ? p : NULL;
}

static int by_value(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static bool read_running(struct snapshot *s, const char *p)
{
    size_t room = 1;
    for (const char *c = p; *c; c++)
        room += *c == ',';
    if (room > RUNNING_MAX)
        return false;
    s->running = mem_grow(NULL, room, sizeof *s->running);
    while (*p) {
        uint64_t xid = 0;
        p = read_xid(p, ',', '\0', &xid);
        if (!p)
            return false;
        s->running[s->n_running++] = xid;
        if (*p == ',' && *++p == '\0')
            return false;
    }
    qsort(s->running, s->n_running, sizeof *s->running, by_value);
    return true;
}

bool snapshot_read(struct snapshot *s, const char *text)
{
    *s = (struct snapshot){0};
    const char *p = read_xid(text, ':', ':', &s->xmin);
    p = p ? read_xid(p + 1, ':', ':', &s->xmax) : NULL;
    if (p && s->xmin <= s->xmax && read_running(s, p + 1))
        return true;
    snapshot_done(s);
    return false;
}

/* Transaction ids wrap every 2^32; a live one is never farther away than half of that. */
static uint64_t extend(uint64_t near, uint32_t xid)
{
    uint64_t full = (near & ~UINT64_C(0xffffffff)) | xid;
    const uint64_t epoch = UINT64_C(1) << 32, half = epoch >> 1;
    if (full > near && full - near > half && full >= epoch)
        return full - epoch;
    if (near > full && near - full > half)
        return full + epoch;
    return full;
}

bool snapshot_sees(const struct snapshot *s, uint32_t xid)
{
    uint64_t full = extend(s->xmax, xid);
    if (full < s->xmin)
        return true;
    if (full >= s->xmax)
        return false;
    return s->n_running == 0 ||
           !bsearch(&full, s->running, s->n_running, sizeof *s->running, by_value);
}
