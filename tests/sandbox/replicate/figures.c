#include "tests/sandbox/replicate/figures.h"

#include <string.h>

/* 0..3 have buckets of their own, then four for each power of two. */
static int bucket_of(int64_t ms)
{
    if (ms < 4)
        return ms < 0 ? 0 : (int)ms;
    int power = 2;
    while (power < 32 && ms >> (power + 1) != 0)
        power++;
    return power * 4 - 4 + (int)(ms >> (power - 2) & 3);
}

static int64_t bucket_top(int bucket)
{
    if (bucket < 4)
        return bucket;
    int power = (bucket + 4) / 4;
    return ((INT64_C(4) + bucket % 4 + 1) << (power - 2)) - 1;
}

void figures_add(struct figures *f, int64_t now_ms, int64_t latency_ms, uint32_t events)
{
    int64_t second = now_ms / 1000;
    int slot = (int)(second % FIGURES_SECONDS);
    if (f->second[slot] != second) {
        f->second[slot] = second;
        memset(f->counts[slot], 0, sizeof f->counts[slot]);
    }
    f->counts[slot][bucket_of(latency_ms)] += events;
}

int64_t figures_percentile(const struct figures *f, int64_t now_ms, int percent)
{
    uint64_t sums[FIGURES_BUCKETS] = {0}, all = 0, seen = 0;
    for (int slot = 0; slot < FIGURES_SECONDS; slot++) {
        if (f->second[slot] <= now_ms / 1000 - FIGURES_SECONDS)
            continue;
        for (int b = 0; b < FIGURES_BUCKETS; b++) {
            sums[b] += f->counts[slot][b];
            all += f->counts[slot][b];
        }
    }
    for (int b = 0; all > 0 && b < FIGURES_BUCKETS; b++) {
        seen += sums[b];
        if (seen * 100 >= all * (uint64_t)percent && seen > 0)
            return bucket_top(b);
    }
    return -1;
}
