/* Backfills: when one starts, what becomes of its chunks, and how it ends. */

#include "tests/sandbox/replicate/copytext.h"
#include "tests/sandbox/replicate/work.h"

#include "api/base/clock.h"
#include "api/base/str.h"

#include <string.h>

enum { BACKFILLS_AT_ONCE = 4, RETRY_FIRST_MS = 200, RETRY_MOST_MS = 5000 };

static bool touch(struct work *w, struct mirror *m, struct err *e)
{
    m->dirty = w->news = true;
    return sqlfile_begin(&w->store, e);
}

static void end_job(struct mirror *m)
{
    backfill_stop(m->job);
    m->job = NULL;
}

void schedule_cancel_all(struct work *w)
{
    for (size_t i = 0; i < w->n_mirrors; i++)
        end_job(w->mirrors[i]);
}

bool schedule_ask(struct work *w, struct mirror *m, bool manual, struct err *e)
{
    if (m->phase == MIRROR_WAITING || m->phase == MIRROR_COPYING)
        return true;
    if (m->phase == MIRROR_LIVE)
        held_begin(w, m);
    m->phase = MIRROR_WAITING;
    m->way = MIRROR_NOWHERE;
    m->state = REPLICA_BACKFILL_PENDING;
    m->manual = manual;
    m->started = m->ended = m->rows = 0;
    m->retry_at = 0;
    m->tries = 0;
    mirror_complain(m, "%s", "");
    return touch(w, m, e);
}

static bool drop_copy(struct work *w, struct mirror *m, struct err *e)
{
    bool is_there = m->way == MIRROR_SWAP || m->way == MIRROR_APPEND;
    return !is_there || mirror_drop_copy(m, &w->store, e);
}

bool schedule_undo(struct work *w, struct mirror *m, struct err *e)
{
    end_job(m);
    row_statements_done(m);
    if (!drop_copy(w, m, e) || (m->way == MIRROR_DIRECT && !mirror_clear(m, &w->store, e)))
        return false;
    mirror_forget_snapshot(m);
    m->phase = MIRROR_WAITING;
    m->way = MIRROR_NOWHERE;
    m->state = REPLICA_BACKFILL_PENDING;
    m->rows = 0;
    return touch(w, m, e);
}

/* Not to the end: what was copied into the table itself stays, together with its snapshot. */
static bool release(struct work *w, struct mirror *m, enum replica_backfill state, struct err *e)
{
    end_job(m);
    row_statements_done(m);
    if (!drop_copy(w, m, e))
        return false;
    if (m->way == MIRROR_SWAP || m->way == MIRROR_APPEND)
        mirror_forget_snapshot(m);
    m->phase = MIRROR_DRAINING;
    m->state = state;
    m->ended = clock_wall_ms();
    return touch(w, m, e);
}

bool schedule_stop(struct work *w, struct mirror *m, struct err *e)
{
    if (m->phase != MIRROR_WAITING && m->phase != MIRROR_COPYING)
        return true;
    return release(w, m, REPLICA_BACKFILL_STOPPED, e);
}

/* --- starting --- */

static bool launch(struct work *w, struct mirror *m, struct err *e)
{
    m->job = backfill_start(w->conninfo, m->schema, m->table, (const char *const *)m->wanted,
                            m->n_wanted, w->wake.fds[1], e);
    if (!m->job)
        return false;
    m->phase = MIRROR_COPYING;
    m->way = MIRROR_NOWHERE;
    return touch(w, m, e);
}

bool schedule_due(struct work *w, struct err *e)
{
    int most = w->max_backfills > 0 ? w->max_backfills : BACKFILLS_AT_ONCE, running = 0;
    int64_t now = clock_mono_ms();
    for (size_t i = 0; i < w->n_mirrors; i++)
        running += w->mirrors[i]->job != NULL;
    for (size_t i = 0; i < w->n_mirrors && running < most; i++) {
        struct mirror *m = w->mirrors[i];
        if (m->phase != MIRROR_WAITING || now < m->retry_at)
            continue;
        if (!launch(w, m, e))
            return false;
        running++;
    }
    return true;
}

/* --- chunks --- */

/* A transaction may come down the stream a moment before others can see it. One that was read
 * before events were held back must be in the snapshot, or it would be lost: then another one is
 * taken. */
static bool snapshot_is_late_enough(const struct work *w, const struct mirror *m)
{
    uint64_t from = w->n_transactions > WORK_RECENT ? w->n_transactions - WORK_RECENT : 0;
    for (uint64_t i = from; i < m->held_from; i++) {
        if (!snapshot_sees(&m->snapshot, w->recent[i % WORK_RECENT]))
            return false;
    }
    return true;
}

static void map_copy(struct mirror *m, const struct backfill_chunk *c)
{
    m->n_copy = 0;
    m->copy_to = mem_grow(m->copy_to, c->table.n_columns + 1, sizeof *m->copy_to);
    for (size_t i = 0; i < c->table.n_columns; i++) {
        if (c->copied[i])
            m->copy_to[m->n_copy++] = (int16_t)mirror_find(m, c->table.columns[i].name);
    }
}

static bool choose_way(struct work *w, struct mirror *m, struct err *e)
{
    bool empty = false;
    if (!mirror_is_empty(m, &w->store, &empty, e))
        return false;
    m->way = empty ? MIRROR_DIRECT : m->append_only ? MIRROR_APPEND : MIRROR_SWAP;
    row_statements_done(m);
    return empty || mirror_make_copy(m, &w->store, e);
}

static bool retry_later(struct work *w, struct mirror *m, struct err *e)
{
    int shift = m->tries < 5 ? m->tries : 5;
    int64_t pause = (int64_t)RETRY_FIRST_MS << shift;
    m->tries++;
    m->retry_at = clock_mono_ms() + (pause < RETRY_MOST_MS ? pause : RETRY_MOST_MS);
    return schedule_undo(w, m, e);
}

static bool on_opened(struct work *w, struct mirror *m, struct backfill_chunk *c, struct err *e)
{
    if (!mirror_see(m, str_text(&c->bytes), c->fence) || !snapshot_is_late_enough(w, m)) {
        mirror_complain(m, "a change that was read is not visible yet: the copy begins anew");
        return retry_later(w, m, e);
    }
    if (!m->broken)
        mirror_complain(m, "%s", "");
    if (!mirror_shape(m, &w->store, c->table.columns, c->table.n_columns, e))
        return false;
    if (m->broken)
        return release(w, m, REPLICA_BACKFILL_FAILED, e);
    if (!choose_way(w, m, e))
        return false;
    map_copy(m, c);
    m->state = REPLICA_BACKFILL_ACTIVE;
    m->started = clock_wall_ms();
    m->copy_ms = c->time_ms;
    m->rows = 0;
    return touch(w, m, e);
}

static bool copy_line(struct work *w, struct mirror *m, char *line, size_t n, struct row_mark *mark,
                      struct err *e)
{
    struct pgoutput_tuple *t = &w->held_event.new_row;
    if (n > WORK_EVENT_MAX || !copytext_split(line, n, t) || t->n != m->n_copy) {
        m->unsupported++;
        w->unsupported++;
        mirror_complain(m, "%s",
                        n > WORK_EVENT_MAX ? "a row of more than 20 MB was left out"
                                           : "a copied row could not be read");
        return true;
    }
    row_clear(&w->new_row, m->n_columns);
    for (size_t i = 0; i < t->n; i++) {
        if (m->copy_to[i] >= 0)
            w->new_row.cells[m->copy_to[i]] = &t->cells[i];
    }
    m->rows++;
    w->copied++;
    return row_copy(m, &w->store, &w->new_row, mark, &w->scratch, e);
}

static bool on_rows(struct work *w, struct mirror *m, struct backfill_chunk *c, struct err *e)
{
    struct row_mark mark = w->mark;
    mark.time_ms = m->copy_ms;
    mark.lsn = m->fence;
    char *at = c->bytes.text, *end = at + c->bytes.bytes;
    w->bytes += (int64_t)c->bytes.bytes;
    bool good = true;
    while (good && at < end) {
        char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t n = stop ? (size_t)(stop - at) : (size_t)(end - at);
        good = copy_line(w, m, at, n, &mark, e);
        at += n + 1;
    }
    w->mark.seq = mark.seq;
    return good && touch(w, m, e);
}

static bool on_ended(struct work *w, struct mirror *m, struct err *e)
{
    end_job(m);
    row_statements_done(m);
    if (m->way != MIRROR_DIRECT && !mirror_take_copy(m, &w->store, e))
        return false;
    if (m->way == MIRROR_APPEND)
        mirror_forget_snapshot(m); /* history: what the snapshot has seen is wanted as well */
    m->phase = MIRROR_DRAINING;
    return touch(w, m, e);
}

static bool is_passing(const struct err *why)
{
    static const char *const classes[] = {"40", "53", "55", "57"};
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (strlen(why->reason) == 5 && str_starts(why->reason, classes[i]))
            return true;
    }
    return why->retryable;
}

static bool on_failed(struct work *w, struct mirror *m, const struct err *why, struct err *e)
{
    mirror_complain(m, "%.150s: %.90s", why->why[0] ? why->why : why->what, why->reason);
    return is_passing(why) ? retry_later(w, m, e) : release(w, m, REPLICA_BACKFILL_FAILED, e);
}

static bool on_chunk(struct work *w, struct mirror *m, struct backfill_chunk *c, struct err *e)
{
    switch (c->kind) {
    case BACKFILL_OPENED:
        return on_opened(w, m, c, e);
    case BACKFILL_ROWS:
        return on_rows(w, m, c, e);
    case BACKFILL_ENDED:
        return on_ended(w, m, e);
    case BACKFILL_FAILED:
        return on_failed(w, m, &c->why, e);
    }
    return true;
}

bool schedule_turn(struct work *w, bool *busy, struct err *e)
{
    bool good = true;
    for (size_t i = 0; good && i < w->n_mirrors; i++) {
        struct mirror *m = w->mirrors[i];
        struct backfill_chunk *c = m->job ? backfill_take(m->job) : NULL;
        if (c) {
            *busy = true;
            good = on_chunk(w, m, c, e);
            backfill_chunk_free(c);
        } else if (m->phase == MIRROR_DRAINING) {
            *busy = true;
            good = held_drain(w, m, e);
        }
    }
    return good;
}
