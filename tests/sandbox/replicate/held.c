/* Events of a table whose backfill is not done wait in the file: in the same transaction as the
 * stream's position, so the position may move on while they wait. Announcements wait among them:
 * an event is read as its table looked at that time. */

#include "tests/sandbox/replicate/work.h"

#include "api/base/clock.h"

#include <string.h>

enum { DRAIN_ROWS = 2000 };

static const char add_sql[] =
    "INSERT INTO _replica_held(\"table\", seq, xid, commit_us, lsn, message)"
    " VALUES (?, ?, ?, ?, ?, ?)";
static const char next_sql[] = "SELECT seq, xid, commit_us, lsn, message FROM _replica_held"
                               " WHERE \"table\" = ? ORDER BY seq LIMIT ?";

static bool add(struct work *w, const struct mirror *m, const char *bytes, size_t n, struct err *e)
{
    if (!w->hold)
        w->hold = sqlfile_prepare(&w->store, add_sql, e);
    if (!w->hold)
        return false;
    sqlite3_bind_int64(w->hold, 1, m->id);
    sqlite3_bind_int64(w->hold, 2, ++w->held_seq);
    sqlite3_bind_int64(w->hold, 3, w->xid);
    sqlite3_bind_int64(w->hold, 4, w->commit_us);
    sqlite3_bind_int64(w->hold, 5, (int64_t)w->commit_lsn);
    sqlite3_bind_blob64(w->hold, 6, bytes, n, SQLITE_STATIC);
    return sqlfile_step(&w->store, w->hold, e);
}

void held_begin(struct work *w, struct mirror *m)
{
    m->hold++;
    m->held_from = w->n_transactions;
}

bool held_add(struct work *w, struct relation *r, const char *bytes, size_t n, struct err *e)
{
    if (r->queued != r->m->hold) {
        if (!add(w, r->m, r->message, r->n_message, e))
            return false;
        r->queued = r->m->hold;
    }
    return add(w, r->m, bytes, n, e);
}

bool held_forget(struct work *w, struct mirror *m, struct err *e)
{
    if (w->held_for == m)
        w->held_for = NULL;
    return sqlfile_run(&w->store, e, "DELETE FROM _replica_held WHERE \"table\" = %lld",
                       (long long)m->id);
}

/* Reads what follows by this announcement. */
static void announce(struct work *w, struct mirror *m, const char *bytes, size_t n)
{
    relation_set(&w->held_relation, &w->held_event, bytes, n, m);
    w->held_for = m;
}

static bool replay(struct work *w, struct mirror *m, sqlite3_stmt *st, int64_t *announced,
                   struct err *e)
{
    char why[PGOUTPUT_WHY];
    const char *bytes = sqlite3_column_blob(st, 4);
    size_t n = (size_t)sqlite3_column_bytes(st, 4);
    if (!pgoutput_decode(bytes ? bytes : "", n, &w->held_event, why)) {
        mirror_complain(m, "an event that was held back is damaged: %s", why);
        return true;
    }
    if (w->held_event.kind == PGOUTPUT_RELATION) {
        *announced = sqlite3_column_int64(st, 0);
        announce(w, m, bytes, n);
        return true;
    }
    if (w->held_for != m || mirror_skips(m, (uint32_t)sqlite3_column_int64(st, 1)))
        return true;
    w->mark.time_ms = sqlite3_column_int64(st, 2) / 1000;
    w->mark.lsn = (uint64_t)sqlite3_column_int64(st, 3);
    return apply_change(w, &w->held_relation, &w->held_event, n, e);
}

struct slice {
    int64_t last, announced; /* seq */
    int n;
};

static bool replay_slice(struct work *w, struct mirror *m, sqlite3_stmt *st, struct slice *done,
                         struct err *e)
{
    int code;
    w->held_for = NULL;
    while ((code = sqlite3_step(st)) == SQLITE_ROW) {
        if (!replay(w, m, st, &done->announced, e))
            return false;
        done->last = sqlite3_column_int64(st, 0);
        done->n++;
    }
    return code == SQLITE_DONE || sqlfile_fault(&w->store, e, "reading what was held back");
}

static bool finish(struct work *w, struct mirror *m, struct err *e)
{
    m->phase = MIRROR_LIVE;
    m->way = MIRROR_NOWHERE;
    if (m->state == REPLICA_BACKFILL_ACTIVE) {
        m->state = REPLICA_BACKFILL_COMPLETED;
        m->ended = clock_wall_ms();
    }
    m->dirty = true;
    return held_forget(w, m, e);
}

/* What was applied goes, but for the last announcement: what follows is read by it, also by the
 * next process. So a queue always begins with one. */
static bool forget_slice(struct work *w, const struct mirror *m, const struct slice *s,
                         struct err *e)
{
    return sqlfile_run(&w->store, e,
                       "DELETE FROM _replica_held WHERE \"table\" = %lld AND seq <= %lld"
                       " AND seq <> %lld",
                       (long long)m->id, (long long)s->last, (long long)s->announced);
}

bool held_drain(struct work *w, struct mirror *m, struct err *e)
{
    struct row_mark live = w->mark;
    struct slice done = {0};
    sqlite3_stmt *st = sqlfile_begin(&w->store, e) ? sqlfile_prepare(&w->store, next_sql, e) : NULL;
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, m->id);
    sqlite3_bind_int64(st, 2, DRAIN_ROWS);
    bool good = replay_slice(w, m, st, &done, e);
    sqlite3_finalize(st);
    w->mark.time_ms = live.time_ms;
    w->mark.lsn = live.lsn;
    if (!good)
        return false;
    return done.n < DRAIN_ROWS ? finish(w, m, e) : forget_slice(w, m, &done, e);
}
