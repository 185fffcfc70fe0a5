#include "screens/status_view.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "screens/answer.h"
#include "tui/spark.h"
#include "tui/table.h"

#include <stdio.h>
#include <string.h>

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

void status_view_unreachable(const struct watch_status *s, const struct err *e, int again_s,
                             struct page *p)
{
    char when[CLOCK_TEXT];

    page_mark(p, MARK_WARN, tr("as of %s, not reachable since: %s"), clock_of(s->seen_ms, when),
              e->why);
    page_note(p, tr("→ tried again every %d s; r tries now"), again_s);
}

void status_view_stream(const struct watch_status *s, struct page *p)
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

void status_view_slot(const struct watch_slot *slot, const struct watch_slot *last,
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

void status_view_tables(const struct watch_status *s, const struct list *list, struct page *p)
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

    table_draw(list, &rows, p);
}

static void draw_errors(const struct watch_error *errors, size_t n, struct page *p)
{
    for (size_t i = 0; i < n && i < 3; i++) {
        page_mark(p, MARK_WARN, "%s %s", errors[i].time, errors[i].message);
        if (errors[i].hint[0])
            page_note(p, "→ %s", errors[i].hint);
    }
}

void status_view_errors(const struct watch_status *s, struct page *p)
{
    draw_errors(s->errors, s->n_errors, p);
    draw_errors(s->log, s->n_log, p);
}
