#include "screens/cli/command.h"

#include "api/base/clock.h"
#include "api/base/figure.h"
#include "api/base/tr.h"
#include "api/google/datastream.h"
#include "api/google/datastream_profiles.h"
#include "api/plan/drifting.h"
#include "api/plan/maker.h"
#include "api/plan/names.h"
#include "api/plan/opened.h"
#include "api/plan/said.h"
#include "api/watch/history.h"
#include "api/watch/news.h"
#include "api/watch/status.h"
#include "screens/answer.h"
#include "screens/cli/out.h"
#include "screens/cli/remembered.h"
#include "screens/cli/session.h"
#include "screens/cli/status_reconcile.h"
#include "screens/values.h"

#include <stdio.h>
#include <string.h>

/* Counting may be paid for: every fourth look of those that follow one another. */
enum { WATCH_MS = 15000, COUNTS_EVERY = 4, DRIFT_EVERY = 20 /* looks */, DRIFT_SHOWN = 5 };

/* What runs against the plan file, where there is one of this stream. */
struct held {
    struct task *looking; /* NULL: there is none */
    struct kept *kept;    /* what was seen of its values; NULL: nothing */
    struct drift drift;
    struct arena mem;
};

static bool look_for_drift(struct session *s, struct held *h, struct err *e)
{
    if (!s->has_file || !drifting_concerns(&s->file, &s->target))
        return true;
    task_clear(&h->looking);
    if (h->kept == NULL)
        h->kept = remembered(s->live.store, &s->target);
    struct judging_values values =
        values_for_judging(&s->live, s->o->dsn, s->live.pg ? pg_database(s->live.pg) : "", h->kept);
    values.remembered = true; /* who only watches reads no values */
    const struct drifting_options o = {.google = s->live.google,
                                       .pg = s->live.pg,
                                       .target = &s->target,
                                       .file = &s->file,
                                       .team = s->live.team,
                                       .values = &values};
    h->looking = drifting(s->live.net, &o);
    if (!session_wait(s, h->looking, e))
        return false;
    arena_reset(&h->mem);
    drift_find(&s->file, drifting_world(h->looking), &h->mem, &h->drift);
    return true;
}

static void print_drift(const struct drift *d)
{
    struct arena a = {0};
    size_t n = d->n - d->n_unlisted;

    for (size_t i = 0; i < n && i < DRIFT_SHOWN; i++)
        out_line("  drift      %s", said_plain(&a, drift_text(&d->items[i], &a)));
    if (n > DRIFT_SHOWN)
        out_line(tr("  drift      and %zu more: strom review tells them"), n - DRIFT_SHOWN);
    if (d->n_unlisted)
        out_line(tr("  new        %zu in the database, not in the plan file, and off"),
                 d->n_unlisted);
    arena_done(&a);
}

static const char *ago(int64_t then, int64_t now, char out[CLOCK_TEXT])
{
    return clock_span(now > then ? now - then : 0, out);
}

/* --- the slot --- */

static void print_pace(const struct watch_slot *slot)
{
    char pace[FIGURE_TEXT], over[CLOCK_TEXT];

    if (slot->pace_s > 0 && slot->wal_bytes_per_hour > 0)
        out_line(tr("             growing by %s an hour, measured over %s"),
                 figure_bytes(slot->wal_bytes_per_hour, pace),
                 clock_span((int64_t)slot->pace_s, over));
    else if (slot->pace_s > 0)
        out_line(tr("             not growing, measured over %s"),
                 clock_span((int64_t)slot->pace_s, over));
    if (slot->hours_until_full >= 0)
        out_line(tr("             at this pace the disk is full in %.0f h"),
                 slot->hours_until_full);
}

/* A quiet table is no broken stream: each by itself. */
static void print_life(const struct watch_slot *slot)
{
    int64_t now = slot->seen_ms / 1000;
    char span[CLOCK_TEXT];

    if (slot->moved_ms > 0)
        out_line(tr("             moved %s ago"), ago(slot->moved_ms / 1000, now, span));
    if (slot->heartbeat >= 0)
        out_line(tr("             its reader gave a sign of life %s ago"),
                 ago(slot->heartbeat, now, span));
}

static void print_slot(const struct watch_slot *slot, bool has_stream)
{
    char bytes[FIGURE_TEXT];

    if (!slot->known) {
        out_line(tr("  slot       %s: %s"), slot->name, slot->why);
        return;
    }
    if (!slot->exists) {
        out_line(tr("  slot       %s: %s"), slot->name, has_stream ? tr("gone") : tr("not there"));
        return;
    }
    out_line(tr("  slot       %s: %s, %s, %s of log held"), slot->name,
             slot->active ? tr("active") : tr("read by nobody"), slot->wal_status,
             figure_bytes(slot->wal_bytes, bytes));
    print_pace(slot);
    print_life(slot);
}

/* --- the stream --- */

static void print_figures(const struct watch_status *s)
{
    const double *now = s->now;
    char bytes[FIGURE_TEXT], events[FIGURE_TEXT], half[FIGURE_TEXT], most[FIGURE_TEXT],
        all[FIGURE_TEXT];

    if (now[WATCH_EVENTS_PER_S] >= 0)
        out_line(tr("  events     %s a second, %s a second"),
                 figure_tenths(now[WATCH_EVENTS_PER_S], events),
                 figure_bytes((int64_t)now[WATCH_BYTES_PER_S], bytes));
    if (now[WATCH_LATENCY_P50] >= 0)
        out_line(tr("  latency    half within %s s, 95 %% within %s s, 99 %% within %s s"),
                 figure_tenths(now[WATCH_LATENCY_P50], half),
                 figure_tenths(now[WATCH_LATENCY_P95], most),
                 figure_tenths(now[WATCH_LATENCY_P99], all));
}

static void print_cost(const struct watch_cost *c)
{
    char least[FIGURE_TEXT], most[FIGURE_TEXT];

    if (!c->known)
        return;
    out_line(tr("  cost       about %s to %s USD this month so far"),
             figure_money(c->so_far[0], least), figure_money(c->so_far[1], most));
    if (c->month_known)
        out_line(tr("             about %.0f to %.0f USD a month, most of it for: %s"), c->month[0],
                 c->month[1], tr(c->parts[c->driver].name));
}

static void print_table(const struct watch_table *w, int64_t now)
{
    char source[FIGURE_TEXT], destination[FIGURE_TEXT], span[CLOCK_TEXT];

    out_line(tr("  %s.%s  backfill %s  rows %s%s at the source, %s in BigQuery"), w->schema,
             w->table, w->backfill_state[0] ? w->backfill_state : tr("not begun"),
             w->rows_source_is_estimate ? "~" : "", figure_count(w->rows_source, source),
             figure_count(w->rows_destination, destination));
    if (w->last_event >= 0)
        out_line(tr("             written in BigQuery last %s ago"), ago(w->last_event, now, span));
}

static void print(const struct watch_status *s)
{
    char span[CLOCK_TEXT];

    out_line("%s  %s  %s", watch_health_name(s->health), s->stream,
             s->state[0]                           ? s->state
             : s->stream_error.kind == ERR_MISSING ? tr("not there")
                                                   : tr("no answer"));
    if (str_eq(s->maker, MAKER_TERRAFORM))
        out_line("%s", tr("  maker      Terraform manages it: strom stream shows what its code "
                          "must say"));
    for (size_t i = 0; i < s->n_why; i++) {
        out_line("  %s", s->why[i].text);
        if (s->why[i].hint[0])
            out_line("  -> %s", s->why[i].hint);
    }
    out_line(tr("  freshness  %s"), s->now[WATCH_FRESHNESS] < 0
                                        ? tr("unknown")
                                        : clock_span((int64_t)s->now[WATCH_FRESHNESS], span));
    print_figures(s);
    print_slot(&s->slot, s->state[0]);
    if (s->drift)
        print_drift(s->drift);
    print_cost(&s->cost);
    for (size_t i = 0; i < s->n_tables; i++)
        print_table(&s->tables[i], s->seen_ms / 1000);
}

static int tell(struct session *s, const struct watch_status *seen, struct held *h)
{
    struct watch_status told = *seen, *status = &told;
    struct str text = {0};

    if (h->looking)
        watch_add_drift(status, &h->drift, &h->mem);
    if (s->o->json) {
        if (s->o->watch)
            watch_json_line(status, status->slot.name, &text);
        else
            watch_json(status, status->slot.name, &text);
        out_result(&text);
    } else {
        print(status);
    }
    str_done(&text);
    return status->health == WATCH_OK ? OUT_FINE : OUT_NOT_YET;
}

/* --- looking --- */

static struct task *look(struct session *s, const struct watch_history *h,
                         const struct task *before, unsigned nth)
{
    struct watch_options o = {.google = s->live.google,
                              .pg = s->live.pg && pg_alive(s->live.pg) ? s->live.pg : NULL,
                              .target = &s->target,
                              .history = h,
                              .earlier = before ? watch_status(before) : NULL,
                              .count_rows = nth % COUNTS_EVERY == 0};

    return watch(s->live.net, &o);
}

static bool pause(struct session *s, struct err *e)
{
    struct task *t = task_timer(s->live.net, WATCH_MS);
    bool ok = session_wait(s, t, e);

    task_drop(t);
    return ok;
}

/* Who watches looks elsewhere meanwhile. */
static void notify(const struct session *s, struct watch_news *news, const struct task *before,
                   const struct task *now)
{
    char text[256];

    if (!s->o->watch)
        return;
    watch_news(news, before ? watch_status(before) : NULL, watch_status(now), clock_mono_ms());
    if (!news->bell)
        return;
    snprintf(text, sizeof text, "%s: %s", watch_status(now)->stream,
             news->text[0] ? news->text : watch_status(now)->state);
    out_notify(s->o, text);
}

static int run(struct session *s, struct held *h)
{
    struct watch_news news = {0};
    struct target target = s->target;
    struct task *before = NULL, *t;
    struct watch_history history;
    struct err e;
    int code;

    names_complete(&target);
    if (s->o->n_reconcile)
        return status_reconcile(s, &target);
    watch_history_open(&history, s->live.store, &target);
    for (unsigned nth = 0;; nth++) {
        t = look(s, &history, before, nth);
        bool ok = session_wait(s, t, &e) && (nth % DRIFT_EVERY || look_for_drift(s, h, &e));
        code = ok ? tell(s, watch_status(t), h) : out_error(s->o, &e);
        if (ok)
            notify(s, &news, before, t);
        task_clear(&before);
        if (ok) {
            watch_history_add(&history, watch_status(t));
            watch_history_save(&history, s->live.store, &target);
        }
        if (!ok || !s->o->watch)
            break;
        before = t;
        t = NULL;
        if (!pause(s, &e)) {
            code = e.kind == ERR_INTERRUPTED ? out_code(&e) : out_error(s->o, &e);
            break;
        }
    }
    task_drop(t);
    task_drop(before);
    watch_history_close(&history);
    return code;
}

/* The stream that was named may read another database than the app's: that one has a slot, and a
 * disk, of the same names, and is not asked about it (as in the wizard). What cannot be looked at
 * is told by the look itself. */
static void leave_others_alone(struct session *s)
{
    const struct target *t = &s->target;
    struct task *stream, *profile = NULL;
    struct err e;

    if (s->o->stream == NULL)
        return;
    stream = datastream_stream_get(s->live.google, t->project, t->region, s->o->stream);
    if (session_wait(s, stream, &e)) {
        const char *full = datastream_stream(stream)->source_profile, *at = strrchr(full, '/');
        profile = datastream_profile_get(s->live.google, t->project, t->region, at ? at + 1 : full);
    }
    if (profile && session_wait(s, profile, &e)) {
        const char *database = datastream_profile(profile)->database;
        struct target theirs = *t;
        if (!opened_target(datastream_stream(stream), database, &theirs)) {
            out_talk(tr("%s reads the database %s, not %s: its slot and its rows cannot be looked "
                        "at from here"),
                     s->o->stream, database, t->database);
            s->target = theirs;
            live_use_pg(&s->live, NULL);
        }
    }
    task_drop(stream);
    task_drop(profile);
}

static int run_one(struct session *s, struct held *h)
{
    leave_others_alone(s);
    return run(s, h);
}

int command_status(const struct options *o)
{
    struct held h = {.looking = NULL};
    struct session s;
    struct err e;
    int code;

    if (o->window && o->n_reconcile == 0) {
        err_set(&e, ERR_INPUT, "Reading the command line");
        err_why(&e, "--%s would do nothing here", "window");
        err_hint(&e, "it belongs to %s", "--reconcile");
        return out_error(o, &e);
    }
    if (session_open(&s, o,
                     SESSION_FILE | SESSION_CLUSTER | SESSION_SOURCE | SESSION_PROJECT |
                         SESSION_ONLY_APP,
                     &code))
        code = run_one(&s, &h);
    task_drop(h.looking);
    kept_free(h.kept);
    arena_done(&h.mem);
    session_close(&s);
    return code;
}
