#include "api/watch/status.h"

#include "api/base/clock.h"
#include "api/base/figure.h"
#include "api/base/tr.h"
#include "api/plan/proxy.h"
#include "api/plan/said.h"

#include <assert.h>

enum { REASONS = 16, FULL_SOON_H = 48, YOUNG_S = 900, LISTED = 200 };

const char *watch_health_name(enum watch_health h)
{
    static const char *const names[] = {"unknown", "ok", "degraded", "failed"};

    assert((size_t)h < sizeof names / sizeof *names);
    return names[h];
}

bool watch_is_changing(const struct watch_status *s)
{
    if (str_eq(s->state, "STARTING") || str_eq(s->state, "DRAINING"))
        return true;
    for (size_t i = 0; i < s->n_tables; i++)
        if (str_eq(s->tables[i].backfill_state, "ACTIVE") ||
            str_eq(s->tables[i].backfill_state, "PENDING"))
            return true;
    return false;
}

/* --- the slot and the disk --- */

void watch_trend(struct watch_slot *slot, const struct watch_slot *before, int64_t room,
                 int64_t disk_per_hour)
{
    int64_t ms = before ? slot->seen_ms - before->seen_ms : 0, pace;

    slot->wal_bytes_per_hour = -1;
    slot->pace_s = -1;
    slot->hours_until_full = -1;
    if (slot->wal_bytes < 0)
        return;
    if (before && before->known && before->wal_bytes >= 0 && ms >= 1000) {
        slot->wal_bytes_per_hour =
            (int64_t)((double)(slot->wal_bytes - before->wal_bytes) * 3600000.0 / (double)ms);
        slot->pace_s = (double)ms / 1000;
    }
    pace =
        slot->wal_bytes_per_hour == -1 && !slot->active ? disk_per_hour : slot->wal_bytes_per_hour;
    if (pace > 0 && room >= 0)
        slot->hours_until_full = (double)room / (double)pace;
}

/* --- the verdict --- */

struct reasons {
    struct watch_reason *items;
    size_t n, room;
    enum watch_health worst;
    bool unknown; /* something that health stands on is not known */
};

static struct watch_reason *because(struct reasons *r, enum watch_kind kind, enum watch_health h,
                                    const char *text)
{
    static struct watch_reason beyond; /* of which nothing is told but the health */
    struct watch_reason *at = r->n < r->room ? &r->items[r->n++] : &beyond;

    r->unknown = r->unknown || h == WATCH_UNKNOWN;
    if (h > r->worst)
        r->worst = h;
    *at = (struct watch_reason){kind, h, text, watch_step(kind), ""};
    return at;
}

static void judge_answer(const struct watch_status *s, struct reasons *r, struct arena *a)
{
    const struct err *e = &s->stream_error;
    bool missing = e->kind == ERR_MISSING;
    struct watch_reason *x =
        because(r, missing ? WATCH_NO_STREAM : WATCH_NO_ANSWER, WATCH_UNKNOWN,
                missing ? arena_str(a, e->why)
                        : arena_printf(a, tr("the stream could not be asked: %s"), e->why));

    if (e->hint[0])
        x->hint = arena_str(a, e->hint);
}

/* Of a slot that cannot be read any more another line tells what comes first. */
static void judge_failed(const struct watch_status *s, struct reasons *r)
{
    struct watch_reason *x =
        because(r, WATCH_FAILED_FOR_GOOD, WATCH_FAILED,
                tr("the stream has failed for good: it must be recovered by hand"));

    if (s->slot.known && (!s->slot.exists || str_eq(s->slot.wal_status, "lost")))
        x->hint = tr("a new slot comes first, as is told for the slot; then it is recovered");
}

static void judge_state(const struct watch_status *s, struct reasons *r, struct arena *a)
{
    if (str_eq(s->state, "FAILED_PERMANENTLY"))
        judge_failed(s, r);
    else if (str_eq(s->state, "FAILED"))
        because(r, WATCH_FAILED_FOR_NOW, WATCH_FAILED,
                tr("the stream has failed; Datastream keeps trying"));
    else if (str_eq(s->state, "NOT_STARTED"))
        because(r, WATCH_NEVER_STARTED, WATCH_DEGRADED,
                tr("the stream was never started: the slot keeps the log meanwhile"));
    else if (str_eq(s->state, "PAUSED") || str_eq(s->state, "DRAINING"))
        because(r, WATCH_PAUSED, WATCH_DEGRADED,
                tr("the stream is paused: the slot keeps the log meanwhile"));
    else if (!str_eq(s->state, "RUNNING"))
        because(r, WATCH_IN_BETWEEN, WATCH_DEGRADED,
                arena_printf(a, tr("the stream is %s"), s->state));
}

/* What wakes the machine, word for word; NULL: nothing that is known. */
static const char *wake(const struct watch_status *s, struct arena *a)
{
    if (str_is_empty(s->machine) || str_is_empty(s->machine_zone) || str_is_empty(s->project))
        return NULL;
    return proxy_wake(a, s->machine_state, s->machine, s->machine_zone, s->project);
}

/* What brings back a machine that does not run. A suspended one is woken by whoever suspended it.
 */
static const char *start_step(const struct watch_status *s, struct arena *a)
{
    const char *command = wake(s, a);

    if (command == NULL)
        return watch_step(WATCH_MACHINE_DOWN);
    return arena_printf(
        a,
        str_eq(s->machine_state, "SUSPENDED")
            ? tr("start it, the stream goes on by itself: %s")
            : tr("start it, the stream goes on by itself: strom create, or e on Monitor "
                 "and on to Create, with what flows already; or whoever may: %s"),
        command);
}

/* The machine runs, and the way through it does not: it is reset. One that does not run has a
 * reason of its own. */
static const char *unreachable_step(const struct watch_status *s, struct arena *a)
{
    const char *command = wake(s, a);

    if (command == NULL)
        return watch_step(WATCH_UNREACHABLE);
    if (!str_eq(s->machine_state, "RUNNING"))
        return arena_printf(a, tr("the proxy machine does not run: %s"), start_step(s, a));
    return arena_printf(a,
                        tr("the proxy machine does not answer, out of memory perhaps: %s; "
                           "one that was rebuilt has another address: m on Monitor, or strom "
                           "stream host"),
                        command);
}

/* Each of the stream's own errors, by what it is about. */
static bool judge_errors(const struct watch_status *s, struct reasons *r, struct arena *a)
{
    bool unreachable = false;

    for (size_t i = 0; i < s->n_errors; i++) {
        const struct watch_error *e = &s->errors[i];
        enum watch_kind kind = watch_kind_of(e->reason, e->message);
        struct watch_reason *x = because(
            r, kind, WATCH_DEGRADED,
            arena_printf(a, "%s%s%s", e->reason, str_is_empty(e->reason) ? "" : ": ", e->message));
        if (!str_is_empty(e->hint))
            x->hint = e->hint;
        if (kind == WATCH_UNREACHABLE)
            x->hint = unreachable_step(s, a);
        x->time = e->time ? e->time : "";
        unreachable = unreachable || kind == WATCH_UNREACHABLE;
    }
    return unreachable;
}

static void judge_machine(const struct watch_status *s, bool unreachable, struct reasons *r,
                          struct arena *a)
{
    const char *state = s->machine_state ? s->machine_state : "";

    if (str_eq(state, "GONE")) {
        if (unreachable)
            because(r, WATCH_MACHINE_DOWN, WATCH_FAILED,
                    arena_printf(a, tr("there is no proxy machine %s"), s->machine))
                ->hint = tr("make it anew: strom create, or Create, with what flows already; it "
                            "takes its address, and the stream goes on by itself");
        return;
    }
    if (state[0] == '\0' || str_eq(state, "RUNNING"))
        return;
    because(r, WATCH_MACHINE_DOWN, WATCH_FAILED,
            arena_printf(a, tr("the proxy machine %s is %s"), s->machine, state))
        ->hint = start_step(s, a);
}

static void judge_dataset(const struct watch_status *s, struct reasons *r, struct arena *a)
{
    if (s->dataset_gone)
        because(r, WATCH_DATASET, WATCH_FAILED,
                arena_printf(a, tr("the dataset %s is gone: nothing can arrive"), s->dataset_gone))
            ->hint = tr("BigQuery gives one back for seven days (UNDROP SCHEMA); or make it anew: "
                        "strom create, or Create, with what flows already, then copy the tables "
                        "anew: strom stream backfill all");
}

/* No point for ten minutes is no zero: it is not known how the stream is doing. One that has only
 * just been made or started has none yet. */
static void judge_silence(const struct watch_status *s, struct reasons *r, struct arena *a)
{
    int64_t now = s->seen_ms / 1000, age = s->newest_point > 0 ? now - s->newest_point : -1;
    char span[CLOCK_TEXT];

    if (!str_eq(s->state, "RUNNING") || !s->figures_known || (age >= 0 && age <= WATCH_STALE_S) ||
        (s->update_time >= 0 && now - s->update_time < YOUNG_S))
        return;
    because(r, WATCH_SILENT, WATCH_UNKNOWN,
            age < 0 ? tr("RUNNING, they say, but there was no figure of it for an hour")
                    : arena_printf(a, tr("RUNNING, they say, but the last figure of it is %s old"),
                                   clock_span(age, span)));
}

static void judge_disk(const struct watch_slot *slot, struct reasons *r, struct arena *a)
{
    char span[CLOCK_TEXT];
    const char *measured = slot->pace_s > 0 ? arena_printf(a, tr(" (measured over %s)"),
                                                           clock_span((int64_t)slot->pace_s, span))
                                            : "";

    if (slot->hours_until_full < 0 || slot->hours_until_full >= FULL_SOON_H)
        return;
    if (slot->hours_until_full < 1)
        because(r, WATCH_DISK_SOON_FULL, WATCH_DEGRADED,
                arena_printf(a, tr("the disk is full within the hour at this pace%s"), measured));
    else
        because(r, WATCH_DISK_SOON_FULL, WATCH_DEGRADED,
                arena_printf(a, tr("the disk is full in about %.0f hours at this pace%s"),
                             slot->hours_until_full, measured));
}

/* A slot that no stream is known to read may never have been: only what is there is judged. */
static void judge_slot(const struct watch_status *s, struct reasons *r, struct arena *a)
{
    const struct watch_slot *slot = &s->slot;
    bool read_by_stream = !str_is_empty(s->state);
    int64_t still_s = slot->moved_ms > 0 ? (slot->seen_ms - slot->moved_ms) / 1000 : -1;
    char text[64];

    if (!slot->known || (!slot->exists && !read_by_stream))
        return;
    if (!slot->exists)
        because(r, WATCH_SLOT_GONE, WATCH_FAILED, tr("the replication slot is gone"));
    else if (str_eq(slot->wal_status, "lost"))
        because(r, WATCH_SLOT_LOST, WATCH_FAILED,
                tr("the replication slot is lost: its log was removed"));
    else if (str_eq(slot->wal_status, "unreserved"))
        because(r, WATCH_SLOT_ENDANGERED, WATCH_DEGRADED,
                tr("the replication slot is about to be lost (unreserved)"));
    else if (!slot->active && s->stream_error.kind == ERR_MISSING)
        because(r, WATCH_SLOT_UNREAD, WATCH_DEGRADED,
                arena_printf(a,
                             tr("nobody reads the slot %s: it holds %s of log, and more as "
                                "changes come"),
                             slot->name, figure_bytes(slot->wal_bytes, text)));
    else if (!slot->active && str_eq(s->state, "RUNNING") && still_s > WATCH_STALE_S)
        because(r, WATCH_SLOT_UNREAD, WATCH_DEGRADED,
                arena_printf(a,
                             tr("RUNNING, they say, but nobody reads the slot, and it has not "
                                "moved for %s"),
                             clock_span(still_s, text)))
            ->hint = watch_step(WATCH_SILENT);
    judge_disk(slot, r, a);
}

/* NULL: under way, done, or not begun yet. */
static const char *bad_backfill(const char *state)
{
    return str_eq(state, "FAILED")        ? tr("failed")
           : str_eq(state, "STOPPED")     ? tr("was stopped: rows are missing")
           : str_eq(state, "UNSUPPORTED") ? tr("is not possible: only what changes arrives")
                                          : NULL;
}

/* Those that flow, as --include-tables takes them; that one alone where they are many. */
static const char *those_that_flow(const struct watch_status *s, const struct watch_table *one,
                                   struct arena *a)
{
    struct str names = {0};

    for (size_t i = 0; i < s->n_tables && names.bytes < LISTED; i++)
        str_printf(&names, "%s%s.%s", i ? "," : "", s->tables[i].schema, s->tables[i].table);
    const char *list = names.bytes < LISTED ? arena_str(a, str_text(&names))
                                            : arena_printf(a, "%s.%s", one->schema, one->table);
    str_done(&names);
    return list;
}

static void judge_lacks(const struct watch_table *t, struct reasons *r, struct arena *a)
{
    because(r, WATCH_PUBLICATION_CHANGED, WATCH_DEGRADED,
            arena_printf(a,
                         tr("the publication hands out only some columns of %s.%s (a list): %s do "
                            "not arrive with its changes"),
                         t->schema, t->table, t->lacks))
        ->hint = arena_printf(
        a,
        tr("a migration puts it right: DROP TABLE, then ADD TABLE without a list; what was changed "
           "meanwhile needs a backfill (b on Monitor, or strom stream backfill %s.%s)"),
        t->schema, t->table);
}

static void judge_source(const struct watch_status *s, const struct watch_table *t,
                         struct reasons *r, struct arena *a)
{
    switch (t->source) {
    case WATCH_SOURCE_GONE:
        because(r, WATCH_TABLE_GONE, WATCH_DEGRADED,
                arena_printf(a, tr("%s.%s is gone at the source"), t->schema, t->table));
        break;
    case WATCH_SOURCE_UNPUBLISHED:
        because(r, WATCH_PUBLICATION_CHANGED, WATCH_DEGRADED,
                arena_printf(a,
                             tr("%s.%s is not in the publication any more: its changes do not "
                                "arrive"),
                             t->schema, t->table))
            ->hint = arena_printf(
            a,
            tr("put it in again: Prerequisites, or strom files --include-tables %s --out ., writes "
               "the migration; what was changed meanwhile needs a backfill (b on Monitor, or strom "
               "stream backfill %s.%s)"),
            those_that_flow(s, t, a), t->schema, t->table);
        break;
    case WATCH_SOURCE_REMADE:
        because(r, WATCH_TABLE_REMADE, WATCH_DEGRADED,
                arena_printf(a, tr("%s.%s was dropped and made again"), t->schema, t->table));
        break;
    case WATCH_SOURCE_NARROWED:
        because(r, WATCH_PUBLICATION_CHANGED, WATCH_DEGRADED,
                arena_printf(a,
                             tr("the publication hands out only some rows of %s.%s (a filter): "
                                "changes of the others do not arrive"),
                             t->schema, t->table))
            ->hint = arena_printf(
            a,
            tr("a migration puts it right: DROP TABLE, then ADD TABLE without WHERE; what was "
               "changed meanwhile needs a backfill (b on Monitor, or strom stream backfill %s.%s)"),
            t->schema, t->table);
        break;
    case WATCH_SOURCE_FINE:
    case WATCH_SOURCE_UNKNOWN:
        break;
    }
}

/* Begun again without its cause mended it fails again. */
static void judge_backfill(const struct watch_table *t, struct reasons *r, struct arena *a)
{
    const char *how = bad_backfill(t->backfill_state);
    const struct watch_error *e =
        t->n_backfill_errors ? &t->errors[t->n_errors - t->n_backfill_errors] : NULL;

    if (how == NULL)
        return;
    struct watch_reason *x =
        because(r, WATCH_BACKFILL, WATCH_DEGRADED,
                arena_printf(a, tr("the backfill of %s.%s %s"), t->schema, t->table, how));
    if (e)
        x->text = arena_printf(a, "%s: %s", x->text, e->message);
    if (e && !str_is_empty(e->hint))
        x->hint = arena_printf(a, tr("%s; then %s"), e->hint, watch_step(WATCH_BACKFILL));
}

static void judge_table(const struct watch_status *s, const struct watch_table *t,
                        struct reasons *r, struct arena *a)
{
    judge_source(s, t, r, a);
    if (t->lacks)
        judge_lacks(t, r, a);
    judge_backfill(t, r, a);
    if (t->n_errors > t->n_backfill_errors) {
        const struct watch_error *e = &t->errors[0];
        struct watch_reason *x =
            because(r, WATCH_TABLE_ERROR, WATCH_DEGRADED,
                    arena_printf(a, "%s.%s: %s", t->schema, t->table, e->message));
        if (!str_is_empty(e->hint))
            x->hint = e->hint;
    }
    if (t->unsupported_events > 0)
        because(r, WATCH_UNSUPPORTED, WATCH_DEGRADED,
                arena_printf(a, tr("%s.%s: %lld changes could not be written"), t->schema, t->table,
                             (long long)t->unsupported_events));
}

static void judge_publication(const struct watch_status *s, struct reasons *r, struct arena *a)
{
    if (s->published == WATCH_SOURCE_GONE && !str_is_empty(s->state))
        because(r, WATCH_PUBLICATION_GONE, WATCH_FAILED,
                arena_printf(a, tr("the publication %s is gone"), s->publication));
    if (s->published == WATCH_SOURCE_NARROWED && !str_is_empty(s->state))
        because(r, WATCH_PUBLICATION_CHANGED, WATCH_DEGRADED,
                arena_printf(a, tr("the publication %s does not hand out: %s"), s->publication,
                             s->held_back))
            ->hint = tr("strom check tells the change of publication.operations; what was changed "
                        "meanwhile needs a backfill (b on Monitor, or strom stream backfill)");
}

/* What has failed first, else in the order in which it was found. */
static void sort(struct watch_reason *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct watch_reason x = items[i];
        size_t k = i;
        for (; k > 0 && items[k - 1].health != WATCH_FAILED && x.health == WATCH_FAILED; k--)
            items[k] = items[k - 1];
        items[k] = x;
    }
}

/* Health is what the stream and its tables say: unknown while one of the two is. Trouble that is
 * seen counts all the same. */
void watch_judge(struct watch_status *s, struct arena *a)
{
    struct reasons r = {.room = REASONS, .worst = WATCH_OK};
    bool known = !str_is_empty(s->state) && s->tables_why == NULL;

    r.items = arena_array(a, struct watch_reason, r.room);
    if (str_is_empty(s->state))
        judge_answer(s, &r, a);
    else
        judge_state(s, &r, a);
    bool unreachable = judge_errors(s, &r, a);
    if (!str_is_empty(s->state)) /* else it may stand idle */
        judge_machine(s, unreachable, &r, a);
    judge_dataset(s, &r, a);
    judge_silence(s, &r, a);
    if (s->tables_why && !str_is_empty(s->state))
        because(&r, WATCH_TABLES_UNKNOWN, WATCH_UNKNOWN,
                arena_printf(a, tr("the tables could not be asked: %s"), s->tables_why));
    judge_slot(s, &r, a);
    judge_publication(s, &r, a);
    for (size_t i = 0; i < s->n_tables; i++)
        judge_table(s, &s->tables[i], &r, a);
    sort(r.items, r.n);
    s->health = r.worst == WATCH_OK && (!known || r.unknown) ? WATCH_UNKNOWN : r.worst;
    s->why = r.items;
    s->n_why = r.n;
}

void watch_add_drift(struct watch_status *s, const struct drift *drift, struct arena *a)
{
    struct reasons r = {.n = s->n_why, .room = s->n_why + 1, .worst = s->health};
    size_t n = drift->n_unagreed;

    s->drift = drift;
    if (n == 0)
        return;
    r.items = arena_array(a, struct watch_reason, r.room);
    for (size_t i = 0; i < s->n_why; i++)
        r.items[i] = s->why[i];
    const char *first = said_plain(a, drift_text(&drift->items[0], a));
    because(&r, WATCH_DRIFT, WATCH_DEGRADED,
            n == 1 ? arena_printf(a, tr("drift: %s"), first)
                   : arena_printf(a, tr("drift: %s; and %zu more"), first, n - 1));
    s->why = r.items;
    s->n_why = r.n;
    if (s->health == WATCH_OK)
        s->health = WATCH_DEGRADED;
}
