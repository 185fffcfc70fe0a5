#include "api/checks/source_checks.h"

#include "api/base/figure.h"
#include "api/base/tr.h"

/* slot.wal: what the slot keeps from being thrown away, how fast that grows, and what comes first:
 * a full disk, or the limit at which PostgreSQL gives the slot up. */

enum { HOURS_FAIL = 2, HOURS_WARN = 24 };

static const int64_t GIGABYTE = 1000LL * 1000 * 1000;

struct source_mark source_mark(const struct source_facts *f)
{
    const struct source_slot *s = f->slots.part.known ? f->slots.wanted : NULL;
    return (struct source_mark){.taken_ms = f->taken_ms,
                                .wal_bytes = f->usage.part.known ? f->usage.wal_bytes : -1,
                                .held_bytes = s != NULL ? s->held_bytes : -1,
                                .confirmed_bytes = s != NULL ? s->confirmed_bytes : -1};
}

int64_t slot_bytes_per_hour(const struct source_mark *then, const struct source_mark *now)
{
    if (then == NULL || then->held_bytes < 0 || now->held_bytes < 0)
        return -1;
    int64_t ms = now->taken_ms - then->taken_ms;
    if (ms < SOURCE_LOOKS_APART_MS)
        return -1;
    double grown = (double)(now->held_bytes - then->held_bytes);
    double hourly = grown * 3600000.0 / (double)ms;
    return hourly <= 0 ? 0 : hourly > 9e18 ? INT64_MAX : (int64_t)hourly;
}

double slot_hours_until(int64_t room, int64_t bytes_per_hour)
{
    if (room < 0 || bytes_per_hour <= 0)
        return -1;
    return (double)room / (double)bytes_per_hour;
}

/* --- the verdict --- */

struct held {
    const struct source_slot *slot;
    int64_t limit;  /* max_slot_wal_keep_size; -1 none */
    int64_t hourly; /* -1 not known */
    double hours;   /* below 0: not known, or never */
    bool lost, by_limit;
};

bool slot_is_lost(const struct source_slot *s)
{
    return str_eq(s->wal_status, "lost") || !str_is_empty(s->invalidation);
}

static struct held measure(const struct source_view *v)
{
    const struct source_slot *s = v->facts->slots.wanted;
    const struct source_server *server = &v->facts->server;
    struct source_mark now = source_mark(v->facts);
    struct held h = {.slot = s, .lost = slot_is_lost(s)};
    h.limit = server->part.known ? server->max_slot_wal_keep_bytes : -1;
    h.by_limit =
        (str_eq(s->wal_status, "unreserved") && h.limit >= 0) ||
        (s->safe_bytes >= 0 && (v->disk_free_bytes < 0 || s->safe_bytes < v->disk_free_bytes));
    h.hourly = slot_bytes_per_hour(v->since, &now);
    h.hours = slot_hours_until(h.by_limit ? s->safe_bytes : v->disk_free_bytes, h.hourly);
    if (h.lost)
        h.hours = -1;
    return h;
}

static enum check_result judge(const struct held *h)
{
    const struct source_slot *s = h->slot;
    if (h->lost || (h->hours >= 0 && h->hours < HOURS_FAIL))
        return CHECK_FAIL;
    if (str_eq(s->wal_status, "unreserved") || (h->hours >= 0 && h->hours < HOURS_WARN) ||
        (!s->active && s->held_bytes > GIGABYTE))
        return CHECK_WARN;
    return s->held_bytes < 0 && str_is_empty(s->wal_status) ? CHECK_UNKNOWN : CHECK_PASS;
}

static void add_hours(struct str *to, const struct held *h)
{
    bool one = h->hours < 1.5;
    if (h->by_limit)
        str_printf(to, one ? tr(", lost within about %.0f hour") : tr(", lost in about %.0f hours"),
                   h->hours < 1 ? 1.0 : h->hours);
    else
        str_printf(to, one ? tr(", full within about %.0f hour") : tr(", full in about %.0f hours"),
                   h->hours < 1 ? 1.0 : h->hours);
}

static void describe(struct str *to, const struct held *h)
{
    const struct source_slot *s = h->slot;
    char size[FIGURE_TEXT];
    if (s->held_bytes >= 0)
        str_printf(to, tr("%s held"), figure_bytes(s->held_bytes, size));
    if (!str_is_empty(s->wal_status))
        str_printf(to, "%s%s", to->bytes > 0 ? ", " : "", s->wal_status);
    if (!str_is_empty(s->invalidation))
        str_printf(to, " (%s)", s->invalidation);
    if (h->limit >= 0)
        str_printf(to, tr(", given up beyond %s (max_slot_wal_keep_size)"),
                   figure_bytes(h->limit, size));
    if (h->hourly > 0)
        str_printf(to, tr(", growing by %s an hour"), figure_bytes(h->hourly, size));
    if (h->hours >= 0)
        add_hours(to, h);
}

static void make_room(struct check_list *l, const struct source_view *v, const struct held *h)
{
    enum check_id id = CHECK_SLOT_WAL;
    struct str sql = {0};
    slot_drop_sql(&sql, v->wanted->slot);
    if (h->slot->active && h->by_limit)
        check_remedy(l, id, CHECK_REMEDY_MANIFEST,
                     "flags:\n  - name: max_slot_wal_keep_size\n    value: \"%lld\"",
                     (long long)h->limit / 1048576 * 4); /* the flag counts megabytes */
    else if (h->slot->active)
        check_remedy(l, id, CHECK_REMEDY_MANIFEST, "diskAutoresize: true");
    else
        check_remedy(l, id, CHECK_REMEDY_SQL, "-- start the stream soon, or give the slot up:\n%s",
                     str_text(&sql));
    str_done(&sql);
}

void checks_slot_wal(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_SLOT_WAL;
    struct held h = measure(v);
    enum check_result r = judge(&h);
    struct str found = {0};
    describe(&found, &h);
    check_set(l, id, r, "%s", found.bytes > 0 ? str_text(&found) : tr("the server does not tell"));
    if (h.lost || (r != CHECK_PASS && slot_future(v) == SLOT_IS_MADE_BESIDE))
        slot_anew(l, id, v);
    else if (r == CHECK_WARN || r == CHECK_FAIL)
        make_room(l, v, &h);
    str_done(&found);
}
