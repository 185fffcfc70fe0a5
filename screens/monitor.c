/* Monitor: is it well? Stream, freshness, tables on both sides, the slot and the disk.
 *
 *    ✔ ok  RUNNING · fresh within 4 s · 12 events/s  ▁▂▂▅▇▅▂▁
 *    Slot  ds_replication, active, 1.2 MB held, falling
 *
 *    public.regel_evaluering    COMPLETED   12 000   12 000
 */
#include "screens/answer.h"
#include "screens/drift_view.h"
#include "screens/journey.h"
#include "screens/left_view.h"
#include "screens/monitor_compare.h"
#include "screens/status_view.h"
#include "screens/steps.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/alter.h"
#include "api/plan/names.h"
#include "api/watch/history.h"
#include "api/watch/news.h"

enum { REST_MS = 15000, BUSY_MS = 2000 }; /* politely at rest, faster while something changes */
enum { SILENT_MS = 5000 };                /* so long an answer may take before it is said */
enum { COUNT_REST_MS = 60000, COUNT_BUSY_MS = 10000 }; /* counting may have to be paid for */

struct monitor {
    struct task *asking, *shown; /* the next look, and the one that is drawn */
    struct err unreachable;      /* of a later look that the stream did not answer */
    struct watch_slot slot;      /* as it was known last; numbers only */
    struct watch_history history;
    int64_t asked_ms, counted_ms; /* clock_mono_ms; counted 0: not yet */
    struct watch_news news;       /* of the last look */
    struct drift_view drift;      /* against the repository's plan file */
    struct str left;              /* of a run that did not end */
    struct list list;
    struct monitor_compare compare;
};

/* One that BigQuery did not know when rows were counted: it comes with its first rows. */
static bool is_one_unknown(const struct monitor *self)
{
    const struct watch_status *s = self->shown ? watch_status(self->shown) : NULL;

    for (size_t i = 0; s && i < s->n_tables; i++)
        if (s->tables[i].rows_destination < 0)
            return true;
    return false;
}

/* Politely: rows are counted more rarely than the rest is looked at. */
static bool is_to_count(const struct monitor *self)
{
    int64_t every = self->news.copying_ms || is_one_unknown(self) ? COUNT_BUSY_MS : COUNT_REST_MS;

    return self->counted_ms == 0 || clock_mono_ms() - self->counted_ms >= every - 100;
}

static void ask(struct monitor *self, struct journey *j)
{
    struct watch_options o = {.google = j->live->google,
                              .pg = journey_pg(j),
                              .target = &j->target,
                              .history = &self->history,
                              .earlier = self->shown ? watch_status(self->shown) : NULL,
                              .count_rows = is_to_count(self)};

    if (self->asking)
        return;
    self->asked_ms = clock_mono_ms();
    if (o.count_rows)
        self->counted_ms = self->asked_ms;
    self->asking = watch(j->live->net, &o);
}

static void enter(void *ctx, struct journey *j)
{
    struct monitor *self = ctx;

    names_complete(&j->target);
    watch_history_open(&self->history, j->live->store, &j->target);
    ask(self, j);
    drift_view_open(&self->drift, j);
}

/* --- drawing --- */

static void draw(const void *ctx, const struct journey *j, struct page *p)
{
    const struct monitor *self = ctx;
    const struct watch_status *s = self->shown ? watch_status(self->shown) : NULL;

    if (s == NULL) {
        page_heading(p, "%s", j->target.stream);
        answered(p, self->asking, tr("Asking how the stream is doing"));
        return;
    }
    if (s->state[0] == '\0') {
        page_heading(p, "%s", j->target.stream);
        answer_error(p, &s->stream_error);
        page_note(p, tr("→ tried again every %d s; r tries now"), REST_MS / 1000);
        page_gap(p);
        status_view_why(s, p); /* the slot's own: it holds the log from the deploy on */
        status_view_slot(&s->slot, &self->slot, j->target.slot, p);
        return;
    }
    struct watch_silence silence = watch_silence(self->asking);
    bool silent = silence.ms >= SILENT_MS, unreachable = self->unreachable.kind != ERR_NONE;
    status_view_stream(s, silent || unreachable, p);
    if (silent)
        status_view_silence(s, &silence, p);
    else if (unreachable)
        status_view_unreachable(s, &self->unreachable, REST_MS / 1000, p);
    left_view_draw(&self->left, p);
    status_view_slot(&s->slot, &self->slot, s->slot.name, p);
    status_view_cost(&s->cost, p);
    monitor_compare_draw(&self->compare, p);
    drift_view_draw(&self->drift, p);
    page_gap(p);
    status_view_tables(s, &self->list, p);
    status_view_log(s, p);
}

/* --- what has changed --- */

/* Told by a bell, and by a notification where the terminal takes one: what a person waits for. */
static void tell_change(struct monitor *self, struct journey *j, const struct watch_status *before,
                        const struct watch_status *now)
{
    watch_news(&self->news, before, now, clock_mono_ms());
    if (self->news.copied)
        self->counted_ms = 0; /* what has just been copied has not been counted */
    if (self->news.text[0])
        journey_say(j, self->news.well ? MARK_OK : MARK_WARN, "%s", self->news.text);
    j->bell = j->bell || self->news.bell;
}

static void remember(struct monitor *self, struct journey *j, const struct watch_status *now)
{
    watch_history_add(&self->history, now);
    watch_history_save(&self->history, j->live->store, &j->target);
    left_view_look(&self->left, j);
    if (!now->slot.known)
        return;
    self->slot = now->slot;
    self->slot.name = self->slot.why = self->slot.wal_status = NULL; /* live with the task */
    self->slot.seen_ms = now->seen_ms;
}

static void take(struct monitor *self, struct journey *j)
{
    if (self->asking == NULL || task_state(self->asking) != TASK_OK)
        return;
    const struct watch_status *now = watch_status(self->asking);
    const struct watch_status *before = self->shown ? watch_status(self->shown) : NULL;
    remember(self, j, now);
    if (now->state[0] == '\0' && before && before->state[0]) {
        self->unreachable = now->stream_error; /* what was known stays on the screen */
        task_clear(&self->asking);
        return;
    }
    tell_change(self, j, before, now);
    self->unreachable = (struct err){0};
    task_drop(self->shown);
    self->shown = self->asking;
    self->asking = NULL;
}

/* --- keys --- */

static int64_t tick_ms(const void *ctx)
{
    const struct monitor *self = ctx;
    const struct watch_status *s = self->shown ? watch_status(self->shown) : NULL;

    if (self->asking) /* how long it takes is seen */
        return BUSY_MS;
    return s && (!watch_is_changing(s) || self->unreachable.kind != ERR_NONE) ? REST_MS : BUSY_MS;
}

/* A lost connection to the source is made again; its answer enters this screen anew. */
static void connect_anew(struct journey *j)
{
    const struct task *t = journey_catching_up(j);

    if (j->live->pg && !pg_alive(j->live->pg))
        live_use_pg(j->live, NULL);
    else if (j->live->pg || t == NULL || task_state(t) == TASK_RUNNING)
        return;
    journey_catch_up_again(j);
}

static void tick(struct monitor *self, struct journey *j)
{
    if (self->asking && task_state(self->asking) == TASK_FAILED)
        task_clear(&self->asking);
    if (clock_mono_ms() - self->asked_ms >= tick_ms(self) - 100) {
        connect_anew(j);
        ask(self, j);
    }
}

static enum nav again(void *ctx, struct journey *j)
{
    struct monitor *self = ctx;
    char span[CLOCK_TEXT];

    self->counted_ms = 0; /* all of it */
    if (self->asking)
        journey_say(j, MARK_WAITING, tr("asked %s ago; the answer is waited for"),
                    clock_span((clock_mono_ms() - self->asked_ms) / 1000, span));
    ask(ctx, j);
    drift_view_open(&self->drift, j);
    return STAY;
}

static enum nav update(void *ctx, struct journey *j, struct event ev)
{
    struct monitor *self = ctx;
    const struct watch_status *s = self->shown ? watch_status(self->shown) : NULL;

    switch (ev.kind) {
    case EV_NEWS:
        take(self, j);
        monitor_compare_step(&self->compare, j);
        drift_view_news(&self->drift);
        break;
    case EV_TICK:
        tick(self, j);
        break;
    case EV_KEY:
        if (s)
            list_key(&self->list, s->n_tables, ev.key);
        break;
    case EV_PASTE:
        break;
    }
    return STAY;
}

static enum nav copy(void *ctx, struct journey *j)
{
    struct monitor *self = ctx;
    struct str text = {0};

    if (monitor_compare_find(&self->compare, &text)) {
        journey_copy(j, str_text(&text));
    } else if (self->shown) {
        watch_json(watch_status(self->shown), watch_status(self->shown)->slot.name, &text);
        journey_copy(j, str_text(&text));
    }
    str_done(&text);
    return STAY;
}

static bool has_table(const void *ctx, const struct journey *j)
{
    const struct monitor *self = ctx;
    const struct watch_status *s = self->shown ? watch_status(self->shown) : NULL;

    (void)j;
    return s && self->list.at < s->n_tables;
}

static enum nav verify(void *ctx, struct journey *j)
{
    struct monitor *self = ctx;
    const struct watch_table *t = &watch_status(self->shown)->tables[self->list.at];

    monitor_compare_press(&self->compare, j, t->schema, t->table);
    return STAY;
}

static enum nav home(void *ctx, struct journey *j)
{
    (void)ctx;
    (void)j;
    return HOME;
}

/* Another source's tables are read through a connection of their own. */
static enum nav change(void *ctx, struct journey *j)
{
    (void)ctx;
    j->go_to = j->elsewhere ? AT_CONNECT : AT_TABLES;
    if (j->elsewhere)
        journey_say_later(j, MARK_NONE,
                          tr("this stream reads another database: connect to it first"));
    return GO;
}

/* Manage opens with the table at the cursor. */
static enum nav manage(struct monitor *self, struct journey *j, int kind)
{
    const struct watch_status *s = self->shown ? watch_status(self->shown) : NULL;
    const struct watch_table *t =
        s && self->list.at < s->n_tables ? &s->tables[self->list.at] : NULL;

    str_copy(j->managing_schema, sizeof j->managing_schema, t ? t->schema : "");
    str_copy(j->managing_table, sizeof j->managing_table, t ? t->table : "");
    j->managing = kind;
    j->go_to = AT_MANAGE;
    return GO;
}

static bool is_paused(const struct monitor *self)
{
    const struct watch_status *s = self->shown ? watch_status(self->shown) : NULL;

    return s && (str_eq(s->state, "PAUSED") || str_eq(s->state, "NOT_STARTED"));
}

static enum nav manage_any(void *ctx, struct journey *j)
{
    return manage(ctx, j, 0);
}

static enum nav pause_or_resume(void *ctx, struct journey *j)
{
    return manage(ctx, j, 1 + (is_paused(ctx) ? ALTER_RESUME : ALTER_PAUSE));
}

static enum nav backfill(void *ctx, struct journey *j)
{
    return manage(ctx, j, 1 + ALTER_BACKFILL);
}

static bool is_there(const void *ctx, const struct journey *j)
{
    const struct monitor *self = ctx;
    const struct watch_status *s = self->shown ? watch_status(self->shown) : NULL;

    (void)j;
    return s && s->state[0];
}

static enum nav compare(void *ctx, struct journey *j)
{
    (void)ctx;
    j->reviewer_from = AT_MONITOR;
    j->go_to = AT_REVIEWER;
    return GO;
}

static bool has_plan_file(const void *ctx, const struct journey *j)
{
    const struct monitor *self = ctx;

    (void)j;
    return drift_view_has_file(&self->drift);
}

static enum nav take_down(void *ctx, struct journey *j)
{
    (void)ctx;
    j->go_to = AT_REMOVE;
    return GO;
}

static void leave(void *ctx)
{
    struct monitor *self = ctx;

    str_done(&self->left);
    task_clear(&self->asking);
    task_clear(&self->shown);
    monitor_compare_drop(&self->compare);
    watch_history_close(&self->history);
    drift_view_done(&self->drift);
}

static const struct action actions[] = {
    {'r', "refresh", "ask now", NULL, again},
    {'y', "copy", "what is known, as JSON; after a comparison the SQL that finds what differs",
     NULL, copy},
    {'v', "verify", "the keys of the table at the cursor, on both sides; what it reads first",
     has_table, verify},
    {'e', "change", "what flows: to Tables; Review then says what changes", NULL, change},
    {'m', "manage", "pause, resume, copy anew, recover, another slot, password or proxy", is_there,
     manage_any},
    {'c', "compare", "the plan file with what runs", has_plan_file, compare},
    {'D', "take down", "what goes and what stays; asks for the name first", NULL, take_down},
    {'H', "home", "to the list of streams", NULL, home},
    {'p', "pause", "or resume: Manage says what it means first", is_there, pause_or_resume},
    {'b', "backfill", "the table at the cursor is copied anew: Manage says what it means first",
     has_table, backfill},
    {0}};

const struct step monitor_step = {
    .title = "Monitor",
    .help = "The stream's state, how fresh BigQuery is, each table on both sides, and what the "
            "slot holds of the disk.",
    .size = sizeof(struct monitor),
    .enter = enter,
    .draw = draw,
    .update = update,
    .leave = leave,
    .actions = actions,
    .list = offsetof(struct monitor, list),
    .tick_ms = tick_ms,
};
