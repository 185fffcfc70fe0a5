#include "api/base/clock.h"

#include <assert.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t frozen;
static atomic_int_fast64_t ahead_ms; /* other threads look at it */
static atomic_int_fast64_t overslept_ms;

static int64_t now_ms(clockid_t which)
{
    struct timespec ts = {0};

    clock_gettime(which, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000 + ahead_ms;
}

int64_t clock_mono_ms(void)
{
    return now_ms(CLOCK_MONOTONIC) - overslept_ms;
}

void clock_overslept(int64_t ms)
{
    assert(ms >= 0);
    overslept_ms += ms;
}

int64_t clock_wall_ms(void)
{
    return frozen ? frozen * 1000 : now_ms(CLOCK_REALTIME);
}

int64_t clock_wall(void)
{
    return clock_wall_ms() / 1000;
}

void clock_freeze(int64_t wall_seconds)
{
    frozen = wall_seconds;
}

void clock_advance(int64_t ms)
{
    assert(ms >= 0);
    ahead_ms += ms;
}

/* Days since 1970-01-01 of a date of the Gregorian calendar; years begin in March here, so that the
 * leap day is the last one. */
static int64_t days_of(int64_t year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t in_era = y - era * 400;
    int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

const char *clock_rfc3339(int64_t wall_seconds, char *out)
{
    struct tm tm = {0};
    time_t t = (time_t)wall_seconds;

    if (!gmtime_r(&t, &tm) || strftime(out, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        snprintf(out, CLOCK_TEXT, "1970-01-01T00:00:00Z");
    return out;
}

const char *clock_day(int64_t wall_seconds, char *out)
{
    enum { DAY_BYTES = 10 };

    clock_rfc3339(wall_seconds, out);
    if (strlen(out) > DAY_BYTES)
        out[DAY_BYTES] = '\0';
    return out;
}

/* Reads exactly n digits; -1 when there are others. */
static int digits(const char **p, int n)
{
    int value = 0;

    for (; n > 0; n--, (*p)++) {
        if (**p < '0' || **p > '9')
            return -1;
        value = value * 10 + (**p - '0');
    }
    return value;
}

static bool skip(const char **p, char c)
{
    return **p == c && (*p)++;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

/* Z, z, +hh:mm, -hh:mm at the end of the text. */
static bool offset_of(const char *p, int *seconds)
{
    int sign = *p == '-' ? -1 : 1;

    *seconds = 0;
    if (*p == 'Z' || *p == 'z')
        return p[1] == '\0';
    if (*p != '+' && *p != '-')
        return false;
    p++;
    int hours = digits(&p, 2);
    if (hours < 0 || hours > 23 || !skip(&p, ':'))
        return false;
    int minutes = digits(&p, 2);
    *seconds = sign * (hours * 3600 + minutes * 60);
    return minutes >= 0 && minutes < 60 && *p == '\0';
}

static const int64_t LATEST = INT64_C(253402300799); /* 9999-12-31T23:59:59Z */

int64_t clock_parse(const char *text)
{
    const char *p = text ? text : "";
    int year, month, day, hour, minute, second, offset;

    if ((year = digits(&p, 4)) < 0 || !skip(&p, '-') || (month = digits(&p, 2)) < 1 || month > 12 ||
        !skip(&p, '-') || (day = digits(&p, 2)) < 1 || day > month_days(year, month))
        return -1;
    if (!skip(&p, 'T') && !skip(&p, 't') && !skip(&p, ' '))
        return -1;
    if ((hour = digits(&p, 2)) < 0 || hour > 23 || !skip(&p, ':') || (minute = digits(&p, 2)) < 0 ||
        minute > 59 || !skip(&p, ':') || (second = digits(&p, 2)) < 0 || second > 60)
        return -1;
    if (skip(&p, '.')) {
        if (digits(&p, 1) < 0)
            return -1;
        while (*p >= '0' && *p <= '9')
            p++;
    }
    if (!offset_of(p, &offset))
        return -1;
    int64_t of_day = (int64_t)hour * 3600 + (int64_t)minute * 60 + second;
    int64_t t = days_of(year, month, day) * 86400 + of_day - offset;
    return t < 0 || t > LATEST ? -1 : t; /* a leap second, an offset: beyond what can be written */
}

const char *clock_moment(int64_t wall_seconds, char *out)
{
    int64_t away = wall_seconds - clock_wall();
    bool near = away > -43200 && away < 43200;
    char text[CLOCK_TEXT];

    clock_rfc3339(wall_seconds, text);
    snprintf(out, CLOCK_TEXT, "%.*s%.5s UTC", near ? 0 : 11, text, text + 11);
    if (!near)
        out[10] = ' ';
    return out;
}

const char *clock_about(int64_t seconds, char *out)
{
    int64_t unit = seconds < 60 ? 5 : seconds < 600 ? 30 : 60;

    return clock_span((seconds + unit - 1) / unit * unit, out);
}

const char *clock_span(int64_t seconds, char *out)
{
    int64_t s = seconds < 0 ? 0 : seconds, rest = s % 3600 / 60;

    if (s < 60)
        snprintf(out, CLOCK_TEXT, "%" PRId64 " s", s);
    else if (s < 3600 && s % 60 == 0)
        snprintf(out, CLOCK_TEXT, "%" PRId64 " min", s / 60);
    else if (s < 3600)
        snprintf(out, CLOCK_TEXT, "%" PRId64 " min %02" PRId64 " s", s / 60, s % 60);
    else if (s < 86400 && rest == 0)
        snprintf(out, CLOCK_TEXT, "%" PRId64 " h", s / 3600);
    else if (s < 86400)
        snprintf(out, CLOCK_TEXT, "%" PRId64 " h %02" PRId64 " min", s / 3600, rest);
    else
        snprintf(out, CLOCK_TEXT, "%" PRId64 " d", s / 86400);
    return out;
}
