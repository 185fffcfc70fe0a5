/* Monitor: is it well? Stream, freshness, tables on both sides, the slot and the disk.
 *
 *    ✔ ok  RUNNING · fresh within 4 s · 12 events/s  ▁▂▂▅▇▅▂▁
 *    Slot  ds_replication, active, 1.2 MB held, falling
 *
 *    public.regel_evaluering    COMPLETED   12 000   12 000
 */
#include "screens/answer.h"
#include "screens/journey.h"
#include "screens/steps.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/names.h"
#include "api/watch/status.h"
#include "tui/key.h"
#include "tui/spark.h"
#include "tui/table.h"

#include <stdio.h>
#include <string.h>

enum { REST_MS = 15000, BUSY_MS = 2000 }; /* politely at rest, faster while something changes */

struct monitor {
    struct task *asking, *shown; /* the next look, and the one that is drawn */
    struct err unreachable;      /* of a later look that the stream did not answer */
    struct watch_slot slot;      /* as it was known last; numbers only */
    int64_t asked_ms;
    struct list list;
};

static void ask(struct monitor *self, struct journey *j)
{
    struct watch_options o = {.google = j->live->google,
                              .pg = j->live->pg && pg_alive(j->live->pg) ? j->live->pg : NULL,
                              .target = &j->target,
                              .earlier = self->shown ? watch_status(self->shown) : NULL,
                              .count_rows = true};

    if (self->asking)
        return;
    self->asked_ms = clock_mono_ms();
    self->asking = watch(j->live->net, &o);
}

static void enter(void *ctx, struct journey *j)
{
    names_complete(&j->target);
    ask(ctx, j);
}

/* Something moves: a stream that starts, a backfill that has not ended. */
static bool is_changing(const struct watch_status *s)
{
    if (str_eq(s->state, "STARTING") || str_eq(s->state, "DRAINING"))
        return true;
    for (size_t i = 0; i < s->n_tables; i++)
        if (str_eq(s->tables[i].backfill_state, "ACTIVE") ||
            str_eq(s->tables[i].backfill_state, "PENDING"))
            return true;
    return false;
}

/* --- drawing
 * ---------------------------------------------------------------------------------------- */

static enum mark health_mark(enum watch_health h)
{
    static const enum mark marks[] = {MARK_UNKNOWN, MARK_OK, MARK_WARN, MARK_FAIL};

    return marks[h];
}

/* "12:34:56" of the look, in UTC as every time here. */
static const char *clock_of(int64_t wall_ms, char out[CLOCK_TEXT])
{
    char text[CLOCK_TEXT];

    clock_rfc3339(wall_ms / 1000, text);
    str_copy(out, 9, strchr(text, 'T') ? strchr(text, 'T') + 1 : text);
    return out;
}

/* What was known last stays, with its time, and why there is nothing newer. */
static void draw_unreachable(const struct monitor *self, const struct watch_status *s,
                             struct page *p)
{
    char when[CLOCK_TEXT];

    if (self->unreachable.kind == ERR_NONE)
        return;
    page_mark(p, MARK_WARN, tr("as of %s, not reachable since: %s"), clock_of(s->seen_ms, when),
              self->unreachable.why);
    page_note(p, tr("→ tried again every %d s; r tries now"), REST_MS / 1000);
}

static void draw_stream(const struct watch_status *s, struct page *p)
{
    char span[CLOCK_TEXT], when[CLOCK_TEXT];

    page_put_mark(p, health_mark(s->health), false);
    page_put(p, STYLE_HEADING, " %s", s->state[0] ? s->state : tr("no answer"));
    if (s->freshness_s >= 0)
        page_put(p, STYLE_TEXT, tr("   fresh within %s"),
                 clock_span((int64_t)s->freshness_s, span));
    else
        page_put(p, STYLE_MUTED, "%s", tr("   freshness not known yet"));
    if (s->latency_s[1] >= 0)
        page_put(p, STYLE_TEXT, tr("   latency p95 %.1f s"), s->latency_s[1]);
    page_put_right(p, STYLE_MUTED, tr(" asked at %s"), clock_of(s->seen_ms, when));
    page_newline(p);
    page_put(p, STYLE_TEXT, "%s", tr("Events  "));
    if (s->events_per_s >= 0)
        page_put(p, STYLE_TEXT, tr("%.1f a second  "), s->events_per_s);
    spark_put(p, STYLE_ACCENT, s->points, s->n_points, 40);
    page_newline(p);
    for (size_t i = 0; i < s->n_why; i++)
        page_mark(p, health_mark(s->health), "%s", s->why[i]);
}

static void draw_slot_numbers(const struct watch_slot *slot, struct page *p)
{
    char held[ANSWER_TEXT], pace[ANSWER_TEXT];

    page_put(p, STYLE_TEXT, "%s, ", slot->active ? tr("active") : tr("read by nobody"));
    page_put(p, STYLE_TEXT, tr("%s of log held"), answer_bytes(slot->wal_bytes, held));
    if (slot->wal_bytes_per_hour > 0)
        page_put(p, STYLE_WARN, tr(", growing by %s an hour"),
                 answer_bytes(slot->wal_bytes_per_hour, pace));
    if (slot->hours_until_full >= 0)
        page_put(p, STYLE_FAIL, tr(", disk full in %.0f h"), slot->hours_until_full);
}

/* The source has gone: the last numbers stay, with their time. */
static void draw_slot(const struct watch_slot *slot, const struct watch_slot *last,
                      const char *name, struct page *p)
{
    char when[CLOCK_TEXT];

    page_put(p, STYLE_TEXT, "%s", tr("Slot    "));
    if (slot->known && !slot->exists) {
        page_put(p, STYLE_FAIL, tr("%s is gone"), name);
    } else if (slot->known || last->known) {
        page_put(p, STYLE_TEXT, "%s, ", name);
        draw_slot_numbers(slot->known ? slot : last, p);
    } else {
        page_put(p, STYLE_MUTED, tr("%s: %s"), name, slot->why);
    }
    page_newline(p);
    if (!slot->known && last->known)
        page_mark(p, MARK_WARN, tr("as of %s, the database is not reachable since: %s"),
                  clock_of(last->seen_ms, when), slot->why);
}

static enum style backfill_style(const char *state)
{
    if (str_eq(state, "COMPLETED"))
        return STYLE_OK;
    return str_eq(state, "FAILED") ? STYLE_FAIL : STYLE_RUNNING;
}

static void table_parts(const void *ctx, size_t i, struct page_part *parts, char *scratch,
                        size_t room)
{
    const struct watch_status *s = ctx;
    const struct watch_table *t = &s->tables[i];
    char source[ANSWER_TEXT], destination[ANSWER_TEXT];
    char *at = scratch;
    bool same =
        t->rows_source >= 0 && !t->rows_source_is_estimate && t->rows_source == t->rows_destination;
    size_t third = room / 4;

    snprintf(at, third, "%s.%s", t->schema, t->table);
    parts[0] = (struct page_part){STYLE_TEXT, at};
    parts[1] = (struct page_part){backfill_style(t->backfill_state),
                                  t->backfill_state[0] ? t->backfill_state : tr("not begun")};
    at += third;
    snprintf(at, third, "%s%s", t->rows_source_is_estimate ? "~" : "",
             answer_count(t->rows_source, source));
    parts[2] = (struct page_part){STYLE_TEXT, at};
    at += third;
    snprintf(at, third, "%s", answer_count(t->rows_destination, destination));
    parts[3] = (struct page_part){same ? STYLE_OK : STYLE_TEXT, at};
    at += third;
    snprintf(at, third, "%s",
             t->n_errors                 ? t->errors[0].message
             : t->unsupported_events > 0 ? tr("unsupported events")
                                         : "");
    parts[4] = (struct page_part){STYLE_FAIL, at};
}

/* The column for it is there only then. */
static bool has_trouble(const struct watch_status *s)
{
    for (size_t i = 0; i < s->n_tables; i++)
        if (s->tables[i].n_errors || s->tables[i].unsupported_events > 0)
            return true;
    return false;
}

static void draw_tables(const struct monitor *self, const struct watch_status *s, struct page *p)
{
    const struct page_column columns[] = {
        {.title = tr("Table"), .want = 34, .min = 16, .grow = 1, .cut_middle = true},
        {.title = tr("Backfill"), .want = 11, .min = 9},
        {.title = tr("Source"), .want = 11, .min = 8, .align = PAGE_RIGHT},
        {.title = tr("BigQuery"), .want = 11, .min = 8, .align = PAGE_RIGHT},
        {.title = tr("Trouble"), .want = 20, .min = 8, .drop = 1, .grow = 1}};
    struct table_rows rows = {.n = s->n_tables,
                              .ctx = s,
                              .columns = columns,
                              .n_columns = sizeof columns / sizeof *columns - !has_trouble(s),
                              .parts = table_parts,
                              .height = page_room(p) - (s->n_errors || s->n_log ? 5 : 0),
                              .empty = s->tables_why
                                           ? s->tables_why
                                           : tr("Datastream knows no table of this stream yet")};

    table_draw(&self->list, &rows, p);
}

static void draw_errors(const struct watch_error *errors, size_t n, struct page *p)
{
    for (size_t i = 0; i < n && i < 3; i++) {
        page_mark(p, MARK_WARN, "%s %s", errors[i].time, errors[i].message);
        if (errors[i].hint[0])
            page_note(p, "→ %s", errors[i].hint);
    }
}

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
        draw_slot(&s->slot, &self->slot, j->target.slot, p);
        return;
    }
    draw_stream(s, p);
    draw_unreachable(self, s, p);
    draw_slot(&s->slot, &self->slot, s->slot.name, p);
    page_gap(p);
    draw_tables(self, s, p);
    draw_errors(s->errors, s->n_errors, p);
    draw_errors(s->log, s->n_log, p);
}

/* --- keys
 * ------------------------------------------------------------------------------------------- */

static void take(struct monitor *self)
{
    if (self->asking == NULL || task_state(self->asking) != TASK_OK)
        return;
    const struct watch_status *now = watch_status(self->asking);
    if (now->slot.known) {
        self->slot = now->slot;
        self->slot.name = self->slot.why = self->slot.wal_status = NULL; /* live with the task */
        self->slot.seen_ms = now->seen_ms;
    }
    if (now->state[0] == '\0' && self->shown && watch_status(self->shown)->state[0]) {
        self->unreachable = now->stream_error; /* what was known stays on the screen */
        task_clear(&self->asking);
        return;
    }
    self->unreachable = (struct err){0};
    task_drop(self->shown);
    self->shown = self->asking;
    self->asking = NULL;
}

static int64_t tick_ms(const void *ctx)
{
    const struct monitor *self = ctx;
    const struct watch_status *s = self->shown ? watch_status(self->shown) : NULL;

    return s && (!is_changing(s) || self->unreachable.kind != ERR_NONE) ? REST_MS : BUSY_MS;
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
    ask(ctx, j);
    return STAY;
}

static enum nav update(void *ctx, struct journey *j, struct event ev)
{
    struct monitor *self = ctx;
    const struct watch_status *s = self->shown ? watch_status(self->shown) : NULL;

    switch (ev.kind) {
    case EV_NEWS:
        take(self);
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

    if (self->shown) {
        watch_json(watch_status(self->shown), watch_status(self->shown)->slot.name, &text);
        journey_copy(j, str_text(&text));
    }
    str_done(&text);
    return STAY;
}

static enum nav home(void *ctx, struct journey *j)
{
    (void)ctx;
    (void)j;
    return HOME;
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

    task_clear(&self->asking);
    task_clear(&self->shown);
}

static const struct action actions[] = {
    {'r', "refresh", "ask now", NULL, again},
    {'y', "copy", "what is known, as JSON", NULL, copy},
    {'D', "take down", "what goes and what stays; asks for the name first", NULL, take_down},
    {'H', "home", "to the list of streams", NULL, home},
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
    .tick_ms = tick_ms,
};
