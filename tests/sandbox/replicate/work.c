#include "tests/sandbox/replicate/work.h"

#include "api/base/arena.h"
#include "api/base/clock.h"
#include "api/base/str.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

enum { RETRY_FIRST_MS = 100, RETRY_MOST_MS = 5000, OPEN_MOST_MS = 500, NEVER_MS = 60000 };

/* --- committing --- */

static void note_latencies(struct work *w)
{
    int64_t now = clock_wall_ms();
    pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < w->n_settled; i++) {
        int64_t took = now - w->settled[i].commit_ms;
        figures_add(&w->figures, now, took < 0 ? 0 : took, w->settled[i].events);
    }
    pthread_mutex_unlock(&w->lock);
    w->n_settled = 0;
    atomic_store(&w->oldest_us, 0);
}

static bool commit(struct work *w, struct err *e)
{
    if (!w->store.open)
        return true;
    if (!books_save(w, e) || !sqlfile_commit(&w->store, e))
        return false;
    note_latencies(w);
    w->opened_at = 0;
    w->news = true;
    struct err ignored; /* a broken connection is found when it is read */
    if (w->stream)
        stream_tell(w, &ignored);
    return true;
}

/* Between transactions of the source only; when much is written, or when nothing more is coming. */
static bool is_due(struct work *w, bool busy, int64_t now)
{
    if (!w->store.open || w->in_transaction)
        return false;
    if (w->opened_at == 0)
        w->opened_at = now;
    return w->store.rows >= WORK_ROWS || now - w->opened_at >= OPEN_MOST_MS ||
           (!busy && now - w->newest_at >= WORK_LINGER_MS);
}

/* --- faults --- */

/* Throws away what is in memory and not committed; the next turn reads the file again. */
static void reset(struct work *w)
{
    schedule_cancel_all(w);
    stream_close(w);
    books_unload(w);
    sqlfile_rollback(&w->store);
    w->in_transaction = false;
    w->n_settled = 0;
    w->opened_at = 0;
    atomic_store(&w->oldest_us, 0);
}

static void pause_after_fault(struct work *w)
{
    int shift = w->tries < 6 ? w->tries : 6;
    int64_t pause = (int64_t)RETRY_FIRST_MS << shift;
    w->tries++;
    w->next_try = clock_mono_ms() + (pause < RETRY_MOST_MS ? pause : RETRY_MOST_MS);
}

/* A walsender needs a moment to see that its reader left: stopping and starting is no fault. */
static bool is_handover(const struct work *w, const struct err *e)
{
    return w->state == REPLICA_STARTING && str_eq(e->reason, "55006") &&
           clock_mono_ms() - w->began_at < WORK_PATIENCE_MS;
}

static void on_fault(struct work *w, const struct err *e)
{
    if (e->kind == ERR_INTERRUPTED)
        return;
    pause_after_fault(w);
    if (is_handover(w, e))
        return;
    bool hopeless = stream_is_hopeless(w, e);
    w->fault = *e;
    w->state = hopeless ? REPLICA_FAILED_PERMANENTLY : REPLICA_FAILED;
    w->news = true;
}

/* Between transactions everything written is good: it is kept and backfills go on. */
static void on_stream_fault(struct work *w, const struct err *e)
{
    struct err ignored;
    bool half = w->in_transaction || e->kind == ERR_SYSTEM;
    PQfinish(w->stream);
    w->stream = NULL;
    on_fault(w, e);
    if (half || !commit(w, &ignored))
        reset(w);
    else
        stream_close(w);
}

/* --- a turn --- */

static bool run_commands(struct work *w, struct err *e)
{
    if (w->in_transaction)
        return true;
    for (struct command *c; (c = command_take(w)) != NULL;) {
        bool is_choice = c->kind == COMMAND_SELECT; /* outlives a fault in w->chosen */
        bool good = command_run(w, c, e);
        if (good || is_choice)
            command_free(c);
        else
            command_push_back(w, c);
        if (!good)
            return false;
    }
    return true;
}

static void connect_stream(struct work *w)
{
    struct err e;
    if (w->stream || w->state == REPLICA_FAILED_PERMANENTLY || clock_mono_ms() < w->next_try)
        return;
    if (!stream_open(w, &e)) {
        on_stream_fault(w, &e);
        return;
    }
    w->state = REPLICA_RUNNING;
    w->fault = (struct err){0};
    w->tries = 0;
    w->news = true;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t next_event(const struct work *w, int64_t now)
{
    int64_t next = now + NEVER_MS;
    if (w->stream)
        next = earlier(next, stream_next(w));
    else if (w->state != REPLICA_FAILED_PERMANENTLY)
        next = earlier(next, w->next_try);
    if (w->store.open && !w->in_transaction)
        next = earlier(next, w->newest_at + WORK_LINGER_MS);
    if (w->news)
        next = earlier(next, w->next_publish);
    for (size_t i = 0; w->stream && i < w->n_mirrors; i++) {
        const struct mirror *m = w->mirrors[i];
        if (m->phase == MIRROR_WAITING && !m->job && m->retry_at > 0)
            next = earlier(next, m->retry_at);
    }
    return next;
}

/* To be woken by each row costs both sides more than the work itself: while they come in ones and
 * twos, the socket is left alone for a moment. After a turn that brought much it is not: the server
 * may hold back more than our window takes. */
static void wait_for_news(struct work *w)
{
    int64_t now = clock_mono_ms(), left = next_event(w, now) - now;
    bool gathers = w->stream && w->gathers;
    struct pollfd p[3] = {{.fd = w->halt.fds[0], .events = POLLIN},
                          {.fd = w->wake.fds[0], .events = POLLIN},
                          {.fd = w->stream ? PQsocket(w->stream) : -1, .events = POLLIN}};
    if (gathers) {
        left = left > WORK_GATHER_MS ? WORK_GATHER_MS : left;
        p[2].fd = -1;
        w->gathers = false;
    }
    if (left > 0 && poll(p, 3, (int)left) < 0 && errno != EINTR)
        return;
    char drain[256];
    while (read(w->wake.fds[0], drain, sizeof drain) > 0)
        continue;
}

static bool turn(struct work *w, bool *busy, struct err *e)
{
    struct err fault;
    if (!run_commands(w, e))
        return false;
    connect_stream(w);
    if (!w->loaded)
        return true; /* the fault was in the middle of something */
    if (w->stream && (!stream_turn(w, busy, &fault) || !stream_keep(w, &fault))) {
        on_stream_fault(w, &fault);
        return true;
    }
    if ((w->stream && !schedule_due(w, e)) || !schedule_turn(w, busy, e))
        return false;
    return !is_due(w, *busy, clock_mono_ms()) || commit(w, e);
}

static void one_turn(struct work *w)
{
    struct err e = {0};
    bool busy = false, good = true;
    int64_t now = clock_mono_ms();
    if (!w->loaded && now >= w->next_try)
        good = books_load(w, &e) && command_choose(w, &e);
    if (good && w->loaded)
        good = turn(w, &busy, &e);
    if (!good) {
        on_fault(w, &e);
        reset(w);
    }
    if (w->news && now >= w->next_publish)
        work_publish(w, now);
    if (!busy)
        wait_for_news(w);
}

void *work_run(void *ctx)
{
    struct work *w = ctx;
    struct err e;
    w->began_at = clock_mono_ms();
    while (!atomic_load(&w->halt.asked))
        one_turn(w);
    schedule_cancel_all(w);
    if (w->loaded && !w->in_transaction)
        commit(w, &e);
    reset(w);
    return NULL;
}
