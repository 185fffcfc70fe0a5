#include "api/store/lock.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/store/holder.h"
#include "api/store/internal.h"

enum { BELIEVED_S = 24 * 3600 }; /* what cannot be looked at from here */

static const char locking[] = "take the lock";

static bool read_lock(struct store *s, const char *target, struct holder *h, int64_t *since,
                      bool *there, struct arena *a, struct err *e)
{
    struct query q;

    query_open(&q, s, "SELECT host, boot, pid, pid_start, since FROM lock WHERE target = ?",
               locking, e);
    query_text(&q, target);
    *there = query_row(&q);
    if (*there) {
        str_copy(h->host, sizeof h->host, column_text(&q, 0, a));
        str_copy(h->boot, sizeof h->boot, column_text(&q, 1, a));
        h->pid = column_int(&q, 2);
        h->pid_start = column_int(&q, 3);
        *since = column_int(&q, 4);
    }
    return query_close(&q);
}

static bool write_lock(struct store *s, const char *target, const struct holder *h, struct err *e)
{
    struct query q;

    query_open(&q, s,
               "INSERT OR REPLACE INTO lock(target, host, boot, pid, pid_start, since)"
               " VALUES(?, ?, ?, ?, ?, ?)",
               locking, e);
    query_text(&q, target);
    query_text(&q, h->host);
    query_text(&q, h->boot);
    query_int(&q, h->pid);
    query_int(&q, h->pid_start);
    query_int(&q, clock_wall());
    return query_done(&q);
}

static bool refuse(const char *target, const struct holder *h, int64_t since, struct err *e)
{
    char time[CLOCK_TEXT];
    bool here = holder_here(h);

    err_set(e, ERR_CONFLICT, "another run works on %s", target);
    err_reason(e, "LOCKED");
    err_resource(e, target);
    err_why(e, "process %lld on %s, since %s", (long long)h->pid, here ? "this machine" : h->host,
            clock_rfc3339(since, time));
    if (here)
        return err_hint(e, "wait for it, or end it (kill %lld): the next run goes on from there",
                        (long long)h->pid);
    return err_hint(e, "wait for it, or end it there; it cannot be looked at from here, and is "
                       "believed for a day");
}

static bool has_it(const struct holder *h, int64_t since)
{
    return holder_alive(h) && (holder_here(h) || clock_wall() - since < BELIEVED_S);
}

bool lock_take(struct store *s, const char *target, struct arena *a, struct lock_holder *holder,
               struct err *e)
{
    struct holder self, other = {0};
    int64_t since = 0;
    bool there = false;

    holder_self(&self);
    if (!change_begin_synced(s, locking, e))
        return false;
    bool ok = read_lock(s, target, &other, &since, &there, a, e);
    bool others = ok && there && !holder_same(&self, &other);
    if (holder)
        *holder = others ? (struct lock_holder){arena_str(a, other.host), other.pid, since,
                                                holder_here(&other)}
                         : (struct lock_holder){0};
    if (others && has_it(&other, since))
        ok = refuse(target, &other, since, e);
    ok = ok && write_lock(s, target, &self, e);
    return change_end(s, ok, locking, e);
}

static const char giving[] = "give the lock back";

static bool delete_own(struct store *s, int64_t unused, const char *const texts[LATE_TEXTS],
                       struct err *e)
{
    struct holder self;
    struct query q;

    (void)unused;
    holder_self(&self);
    query_open(&q, s,
               "DELETE FROM lock WHERE target = ? AND boot = ? AND pid = ? AND pid_start = ?",
               giving, e);
    query_text(&q, texts[0]);
    query_text(&q, self.boot);
    query_int(&q, self.pid);
    query_int(&q, self.pid_start);
    return query_done(&q);
}

bool lock_give(struct store *s, const char *target, struct err *e)
{
    const char *const texts[LATE_TEXTS] = {target};

    if (change_begin(s, giving, e))
        return change_end(s, delete_own(s, 0, texts, e), giving, e);
    if (str_eq(e->reason, "BUSY"))
        late_keep(s, delete_own, 0, texts, true);
    return false;
}
