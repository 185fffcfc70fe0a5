#include "api/store/lock.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/store/holder.h"
#include "api/store/internal.h"

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

static bool refuse(const char *target, const struct holder *h, int64_t since, struct arena *a,
                   struct lock_holder *holder, struct err *e)
{
    char time[CLOCK_TEXT];
    bool here = holder_here(h);

    if (holder)
        *holder = (struct lock_holder){arena_str(a, h->host), h->pid, since, here};
    err_set(e, ERR_CONFLICT, "another run works on %s", target);
    err_reason(e, "LOCKED");
    err_resource(e, target);
    err_why(e, "process %lld on %s, since %s", (long long)h->pid, here ? "this machine" : h->host,
            clock_rfc3339(since, time));
    return err_hint(e, here ? "wait for it, or look at it where it runs"
                            : "wait for it; if that machine is gone for good, break the lock");
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
    if (ok && there && !holder_same(&self, &other) && holder_alive(&other))
        ok = refuse(target, &other, since, a, holder, e);
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

bool lock_break(struct store *s, const char *target, struct err *e)
{
    struct query q;

    query_open(&q, s, "DELETE FROM lock WHERE target = ?", "break the lock", e);
    query_text(&q, target);
    return query_done(&q);
}
