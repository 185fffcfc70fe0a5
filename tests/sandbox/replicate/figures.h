#ifndef SANDBOX_FIGURES_H
#define SANDBOX_FIGURES_H

/* Latencies of the last minute (commit at the source -> stored): a histogram a second, in buckets
 * that grow by a quarter of their power of two, so a percentile is at most a fifth too high. */

#include <stdint.h>

enum { FIGURES_SECONDS = 60, FIGURES_BUCKETS = 128 };

struct figures {
    int64_t second[FIGURES_SECONDS]; /* which second a slot is about */
    uint32_t counts[FIGURES_SECONDS][FIGURES_BUCKETS];
};

void figures_add(struct figures *f, int64_t now_ms, int64_t latency_ms, uint32_t events);
/* The highest latency of that share of events (0..100), -1 when the last minute had none. */
int64_t figures_percentile(const struct figures *f, int64_t now_ms, int percent);

#endif
