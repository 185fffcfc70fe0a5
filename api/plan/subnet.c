#include "api/plan/plan.h"

#include "api/base/str.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Ranges as numbers, so that overlap is arithmetic. */
struct range {
    uint32_t first, last;
};

static bool parse_range(const char *cidr, struct range *out)
{
    unsigned a, b, c, d, bits = 32;
    int used = 0;

    if (sscanf(cidr, "%3u.%3u.%3u.%3u%n", &a, &b, &c, &d, &used) != 4)
        return false;
    if (cidr[used] == '/' && sscanf(cidr + used + 1, "%2u", &bits) != 1)
        return false;
    if (a > 255 || b > 255 || c > 255 || d > 255 || bits > 32)
        return false;
    uint32_t mask = bits == 0 ? 0 : UINT32_MAX << (32 - bits);
    uint32_t address = (uint32_t)(a << 24 | b << 16 | c << 8 | d);
    out->first = address & mask;
    out->last = out->first | ~mask;
    return true;
}

/* The range that stands in the way, or NULL. What cannot be read stands in nobody's way. */
static bool overlapped(struct range wish, const char *const *ranges, size_t n, struct range *by)
{
    for (size_t i = 0; i < n; i++)
        if (parse_range(ranges[i], by) && by->first <= wish.last && wish.first <= by->last &&
            by->last - by->first < UINT32_MAX) /* the default route is no neighbour */
            return true;
    return false;
}

bool plan_free_subnet(const char *wish, const char *const *ranges, size_t n, char out[32])
{
    struct range r, by;

    if (!parse_range(wish, &r))
        r.first = 10u << 24 | 2u << 16;
    for (uint64_t at = r.first; at >> 24 == 10; at = (uint64_t)by.last + 1) {
        at = (at + 7) & ~(uint64_t)7;
        struct range trial = {(uint32_t)at, (uint32_t)at + 7};
        if (overlapped(trial, ranges, n, &by))
            continue;
        snprintf(out, 32, "%u.%u.%u.%u/29", (unsigned)(at >> 24 & 255), (unsigned)(at >> 16 & 255),
                 (unsigned)(at >> 8 & 255), (unsigned)(at & 255));
        return true;
    }
    return false;
}
