#include "api/watch/cost.h"

#include "api/base/arena.h"

#include <time.h>

enum { HOUR_S = 3600, DAY_S = 24 * HOUR_S };

static const double gib = 1024.0 * 1024 * 1024;
static const double table_to_format = 5; /* at most (facts/gcp.md D) */

/* USD a GiB of changes, up to so many GiB a month. */
static const struct {
    double upto_gib, usd;
} tiers[] = {{2500, 2.00}, {5000, 1.50}, {10000, 1.20}, {1e12, 0.80}};
static const double free_backfill_gib = 500;
/* "A few USD a month" for the small machine; what others cost depends on their type. */
static const double machine_usd[2] = {5, 20};

/* --- the month --- */

/* Days since 1970 to year, month, day: Howard Hinnant's way, on the proleptic calendar. */
static void civil(int64_t days, int64_t *year, int *month, int *day)
{
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t of_era = z - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100), mp = (5 * of_year + 2) / 153;

    *day = (int)(of_year - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = y + era * 400 + (*month <= 2);
}

int64_t watch_month_begin(int64_t now)
{
    int64_t days = now / DAY_S, year;
    int month, day;

    civil(days, &year, &month, &day);
    return (days - (day - 1)) * DAY_S;
}

int watch_month_days(int64_t now)
{
    int64_t first = watch_month_begin(now), next = watch_month_begin(first + INT64_C(32) * DAY_S);

    return (int)((next - first) / DAY_S);
}

/* --- the parts --- */

static double price_changes(double bytes)
{
    double left = bytes / gib, from = 0, usd = 0;

    for (size_t i = 0; left > 0 && i < sizeof tiers / sizeof *tiers; i++) {
        double here = tiers[i].upto_gib - from < left ? tiers[i].upto_gib - from : left;
        usd += here * tiers[i].usd;
        left -= here;
        from = tiers[i].upto_gib;
    }
    return usd;
}

/* Its own rate is not published beside the others: at the most that of changes. */
static double price_backfill(double bytes)
{
    double paid = bytes / gib - free_backfill_gib;

    return paid > 0 ? paid * tiers[0].usd : 0;
}

static void add_changes(struct watch_cost_part *p, const struct watch_usage *u, double months)
{
    *p = (struct watch_cost_part){.name = "changes", .bytes = u->changes_bytes};
    for (int i = 0; i < 2; i++) {
        double bytes = (double)u->changes_bytes * (i ? table_to_format : 1);
        p->so_far[i] = price_changes(bytes);
        p->month[i] = months > 0 ? price_changes(bytes / months) : 0;
    }
}

/* It is copied once: the month has what there was of it so far. */
static void add_backfill(struct watch_cost_part *p, const struct watch_usage *u)
{
    *p = (struct watch_cost_part){.name = "backfill", .bytes = u->backfill_bytes};
    p->so_far[1] = p->month[1] = price_backfill((double)u->backfill_bytes * table_to_format);
}

static void add_machine(struct watch_cost_part *p, double months)
{
    *p = (struct watch_cost_part){.name = "machine", .bytes = -1};
    for (int i = 0; i < 2; i++) {
        p->so_far[i] = machine_usd[i] * months;
        p->month[i] = machine_usd[i];
    }
}

void watch_cost(struct watch_cost *c, const struct watch_usage *u)
{
    int64_t passed = u->now - u->since;
    double months = (double)passed / ((double)watch_month_days(u->now) * DAY_S);

    *c = (struct watch_cost){.since = u->since};
    if (u->changes_bytes < 0 || u->backfill_bytes < 0 || passed < 0)
        return;
    c->known = true;
    c->month_known = passed >= HOUR_S;
    add_changes(&c->parts[0], u, c->month_known ? months : 0);
    add_backfill(&c->parts[1], u);
    add_machine(&c->parts[2], months);
    for (int i = 0; i < WATCH_COST_PARTS; i++) {
        const double *now = c->month_known ? c->parts[i].month : c->parts[i].so_far;
        const double *best =
            c->month_known ? c->parts[c->driver].month : c->parts[c->driver].so_far;
        for (int k = 0; k < 2; k++) {
            c->so_far[k] += c->parts[i].so_far[k];
            c->month[k] += c->parts[i].month[k];
        }
        if (now[1] > best[1])
            c->driver = i;
    }
}
