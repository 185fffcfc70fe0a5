#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

/* What every measuring program needs: an end with a reason, a clock, a median. */

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline void bench_die(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

/* Milliseconds of that clock. */
static inline double bench_clock_ms(clockid_t clock)
{
    struct timespec ts;
    clock_gettime(clock, &ts);
    return (double)ts.tv_sec * 1000 + (double)ts.tv_nsec / 1e6;
}

static inline double bench_now_ms(void)
{
    return bench_clock_ms(CLOCK_MONOTONIC);
}

static inline int bench_by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts them. */
static inline double bench_median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, bench_by_size);
    return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

#endif
