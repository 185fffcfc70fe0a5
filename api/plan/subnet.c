#include "api/plan/diff.h"

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
    int used = 0, more = 0;

    if (sscanf(cidr, "%3u.%3u.%3u.%3u%n", &a, &b, &c, &d, &used) != 4)
        return false;
    if (cidr[used] == '/' && (sscanf(cidr + used + 1, "%2u%n", &bits, &more) != 1))
        return false;
    if (cidr[used] == '/' ? cidr[used + 1 + more] != '\0' : cidr[used] != '\0')
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

bool diff_range_within(const char *inner, const char *outer)
{
    struct range in, out;

    return parse_range(inner, &in) && parse_range(outer, &out) && out.first <= in.first &&
           in.last <= out.last;
}

static uint64_t aligned(uint64_t address)
{
    return (address + 7) & ~(uint64_t)7;
}

/* The first free one in [from, until), where `from` is a multiple of eight. */
static bool free_between(uint64_t from, uint64_t until, const char *const *ranges, size_t n,
                         uint32_t *found)
{
    struct range by;

    for (uint64_t at = from; at + 8 <= until; at = aligned((uint64_t)by.last + 1)) {
        struct range trial = {(uint32_t)at, (uint32_t)at + 7};
        if (overlapped(trial, ranges, n, &by))
            continue;
        *found = trial.first;
        return true;
    }
    return false;
}

bool plan_free_subnet(const char *wish, const char *const *ranges, size_t n, char out[32])
{
    /* 10.128.0.0/9 is left to networks in auto mode, which take more of it with every new region */
    const uint32_t ten = 10u << 24, automatic = ten | 128u << 16;
    struct range r;
    uint32_t at;

    if (!parse_range(wish, &r) || r.first < ten || r.first >= automatic)
        r.first = ten | 2u << 16;
    r.first &= ~7u; /* a wish in the middle of eight means those eight */
    if (!free_between(r.first, automatic, ranges, n, &at) &&
        !free_between(ten, r.first, ranges, n, &at))
        return false;
    snprintf(out, 32, "%u.%u.%u.%u/29", (unsigned)(at >> 24 & 255), (unsigned)(at >> 16 & 255),
             (unsigned)(at >> 8 & 255), (unsigned)(at & 255));
    return true;
}
