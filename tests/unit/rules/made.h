#ifndef TESTS_RULES_MADE_H
#define TESTS_RULES_MADE_H

/* Numbers made up from their control digits; none was given to anybody on purpose. */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint32_t seed = 42;

static inline uint32_t next(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)seed * below) >> 32);
}

/* --- making numbers --- */

/* Fills in the control digits behind nine; false where the register skips the number. */
static inline bool complete(char d[12])
{
    static const int first[] = {3, 7, 6, 1, 8, 9, 4, 5, 2};
    static const int second[] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
    int k1 = 0, k2 = 0;
    for (int i = 0; i < 9; i++)
        k1 += (d[i] - '0') * first[i];
    k1 = (11 - k1 % 11) % 11;
    if (k1 == 10)
        return false;
    d[9] = (char)('0' + k1);
    for (int i = 0; i < 10; i++)
        k2 += (d[i] - '0') * second[i];
    k2 = (11 - k2 % 11) % 11;
    if (k2 == 10)
        return false;
    d[10] = (char)('0' + k2);
    d[11] = '\0';
    return true;
}

static inline void person(char d[12], int day_more, int month_more)
{
    do {
        char text[64];
        snprintf(text, sizeof text, "%02u%02u%02u%03u00", 1 + next(28) + (unsigned)day_more,
                 1 + next(12) + (unsigned)month_more, next(100), next(1000));
        memcpy(d, text, 11);
    } while (!complete(d));
}

static inline void account(char d[12])
{
    static const int weights[] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
    int k;
    do {
        char text[32];
        snprintf(text, sizeof text, "%04u%06u0", 1000 + next(9000), next(1000000));
        memcpy(d, text, 11);
        d[11] = '\0';
        k = 0;
        for (int i = 0; i < 10; i++)
            k += (d[i] - '0') * weights[i];
        k = (11 - k % 11) % 11;
    } while (k == 10);
    d[10] = (char)('0' + k);
}

static inline void digits(char *d, size_t n)
{
    for (size_t i = 0; i < n; i++)
        d[i] = (char)('0' + next(10));
    d[n] = '\0';
}

#endif
