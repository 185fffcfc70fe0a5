#include "screens/status_view.h"

#include "api/base/clock.h"
#include "api/base/figure.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "screens/answer.h"
#include "tui/spark.h"
#include "tui/table.h"

#include <stdio.h>
#include <string.h>

/* Of each so many; the rest is in what y copies. */
enum { WHY_LINES = 3, ERROR_LINES = 2, LOG_LINES = 2, LOG_HEIGHT = 7 };
enum { SPARK_AT = 24, COMMON = 72 }; /* columns */

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

    page_mark(p, MARK_WARN, tr("as of %s UTC, not reachable since: %s"), clock_of(s->seen_ms, when),
              e->why);
    page_note(p, tr("→ tried again every %d s; r tries now"), again_s);
}

void status_view_silence(const struct watch_status *s, const struct watch_silence *silence,
                         struct page *p)
{
    char when[CLOCK_TEXT], span[CLOCK_TEXT];

    page_mark(p, MARK_WARN, tr("%s not answered for %s: all of this is as of %s UTC"),
              silence->google && silence->source ? tr("Google and the database have")
              : silence->google                  ? tr("Google has")
                                                 : tr("the database has"),
              clock_span(silence->ms / 1000, span), clock_of(s->seen_ms, when));
    page_note(p, "%s", tr("→ it is waited for, and asked anew by itself"));
}

/* --- what can be done --- */

/* What health says of the stream itself, in loose words as watch_hint has them for errors. */
static const struct {
    const char *word, *step;
} steps[] = {
    {"failed for good", "take it down (D) and create it again: the tables are copied anew"},
    {"never started", "Review and Create start it"},
    {"is paused", "Review and Create start it again"},
    {"slot is gone", "Prerequisites writes the migration for a new one; then take the stream down "
                     "(D) and create it again"},
    {"slot is lost", "Prerequisites writes the migration for a new one; then take the stream down "
                     "(D) and create it again"},
    {"about to be lost", "make the stream read it, or enlarge the disk: what is removed before it "
                         "was read is copied anew"},
    {"disk is full", "enlarge the disk, or make the stream read: what it has read is let go"},
    {"the backfill of", "the stream's page in Google's console begins it again"},
    {"could not be written", "the log below says why; a type that BigQuery lacks can be left out "
                             "on Tables"},
    {"could not be asked", "it is tried again by itself; r asks now"},
};

static const char *next_step(const char *hint, const char *reason, const char *text)
{
    if (str_is_empty(hint))
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
            if (strstr(text, steps[i].word))
                return tr(steps[i].step);
    if (str_is_empty(hint))
        hint = watch_hint(reason, text);
    return str_is_empty(hint) ? tr("the stream's page in Google's console tells more; r asks again")
                              : tr(hint);
}

static void draw_trouble(enum mark mark, const char *text, const char *step, struct page *p)
{
    page_mark(p, mark, "%s", text);
    page_note(p, "→ %s", step);
}

/* --- the stream --- */

/* An error of the stream stands in a line of its own, with its time. */
static bool is_error(const struct watch_status *s, const char *why)
{
    for (size_t i = 0; i < s->n_errors; i++)
        if (str_starts(why, s->errors[i].reason) && strstr(why, s->errors[i].message))
            return true;
    return false;
}

static void draw_more(size_t n, size_t most, struct page *p)
{
    if (n > most)
        page_note(p, tr("and %zu more; y copies all of them"), n - most);
}

static void draw_errors(const struct watch_error *errors, size_t n, size_t most, struct page *p)
{
    char text[512];

    for (size_t i = 0; i < n && i < most; i++) {
        snprintf(text, sizeof text, "%s%s%s", errors[i].time, errors[i].time[0] ? "  " : "",
                 errors[i].message);
        draw_trouble(MARK_WARN, text,
                     next_step(errors[i].hint, errors[i].reason, errors[i].message), p);
    }
    draw_more(n, most, p);
}

static bool has_points(const struct watch_status *s)
{
    for (size_t i = 0; i < s->n_points; i++)
        if (s->points[i] >= 0)
            return true;
    return false;
}

static void draw_pace(const struct watch_status *s, struct page *p)
{
    page_put(p, STYLE_TEXT, "%s", tr("Events  "));
    if (s->events_per_s < 0)
        page_put(p, STYLE_MUTED, "%s", tr("not known yet"));
    else
        page_put(p, STYLE_TEXT, tr("%.1f a second"), s->events_per_s);
    if (s->latency_s[1] >= 0)
        page_put(p, STYLE_TEXT, tr(", 95 %% of them in BigQuery within %.1f s"), s->latency_s[1]);
    page_newline(p);
    if (!has_points(s))
        return;
    page_put(p, STYLE_MUTED, "%s", tr("        the last hour "));
    spark_put(p, STYLE_ACCENT, s->points, s->n_points, page_width(p) - SPARK_AT);
    page_newline(p);
}

static void draw_why(const struct watch_status *s, struct page *p)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n_why; i++)
        if (!is_error(s, s->why[i]) && n++ < WHY_LINES)
            draw_trouble(health_mark(s->health), s->why[i], next_step("", "", s->why[i]), p);
    draw_more(n, WHY_LINES, p);
}

void status_view_stream(const struct watch_status *s, bool old, struct page *p)
{
    char span[CLOCK_TEXT], when[CLOCK_TEXT];

    page_put_mark(p, old ? MARK_UNKNOWN : health_mark(s->health), false);
    page_put(p, STYLE_HEADING, " %s", s->state[0] ? s->state : tr("no answer"));
    if (old)
        page_put(p, STYLE_MUTED, "%s", tr("   when it was asked last"));
    else if (s->freshness_s >= 0)
        page_put(p, STYLE_TEXT, tr("   BigQuery at most %s behind"),
                 clock_span((int64_t)(s->freshness_s + 0.999), span));
    else
        page_put(p, STYLE_MUTED, "%s", tr("   freshness not known yet"));
    page_put_right(p, STYLE_MUTED, page_width(p) < COMMON ? tr(" %s UTC") : tr(" asked at %s UTC"),
                   clock_of(s->seen_ms, when));
    page_newline(p);
    draw_why(s, p);
    draw_errors(s->errors, s->n_errors, ERROR_LINES, p);
    draw_pace(s, p);
}

/* --- the slot --- */

static void draw_slot_numbers(const struct watch_slot *slot, struct page *p)
{
    char held[FIGURE_TEXT], pace[FIGURE_TEXT];

    page_put(p, STYLE_TEXT, "%s, ", slot->active ? tr("active") : tr("read by nobody"));
    page_put(p, STYLE_TEXT, tr("%s of log held"), figure_bytes(slot->wal_bytes, held));
    if (slot->wal_bytes_per_hour > 0)
        page_put(p, STYLE_WARN, tr(", growing by %s an hour"),
                 figure_bytes(slot->wal_bytes_per_hour, pace));
    if (slot->hours_until_full >= 0) {
        page_newline(p);
        page_put(p, STYLE_FAIL, tr("        at this pace the disk is full in %.0f h"),
                 slot->hours_until_full);
    }
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
        page_mark(p, MARK_WARN, tr("as of %s UTC, the database is not reachable since: %s"),
                  clock_of(last->seen_ms, when), slot->why);
}

/* --- a line a table --- */

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
    char source[FIGURE_TEXT], destination[FIGURE_TEXT];
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
             figure_count(t->rows_source, source));
    parts[2] = (struct page_part){STYLE_TEXT, at};
    at += third;
    snprintf(at, third, "%s", figure_count(t->rows_destination, destination));
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

static bool has_estimate(const struct watch_status *s)
{
    for (size_t i = 0; i < s->n_tables; i++)
        if (s->tables[i].rows_source_is_estimate)
            return true;
    return false;
}

void status_view_tables(const struct watch_status *s, const struct list *list, struct page *p)
{
    const struct page_column columns[] = {
        {.title = tr("Table"), .want = 34, .min = 16, .grow = 1, .cut_middle = true},
        {.title = tr("Backfill"), .want = 11, .min = 9},
        {.title = tr("Source rows"), .want = 11, .align = PAGE_RIGHT},
        {.title = tr("BigQuery rows"), .want = 13, .align = PAGE_RIGHT},
        {.title = tr("Trouble"), .want = 20, .min = 8, .drop = 1, .grow = 1}};
    struct table_rows rows = {
        .n = s->n_tables,
        .ctx = s,
        .columns = columns,
        .n_columns = sizeof columns / sizeof *columns - !has_trouble(s),
        .parts = table_parts,
        .height = page_room(p) - (s->n_log ? LOG_HEIGHT : 0) - has_estimate(s),
        .empty =
            s->tables_why ? s->tables_why : tr("Datastream knows no table of this stream yet")};

    table_draw(list, &rows, p);
    if (has_estimate(s))
        page_note(p, "%s", tr("~ is an estimate: large tables are not counted at the source"));
}

void status_view_log(const struct watch_status *s, struct page *p)
{
    if (s->n_log == 0)
        return;
    page_gap(p);
    page_styled(p, STYLE_HEADING, "%s", tr("From the stream's log"));
    draw_errors(s->log, s->n_log, LOG_LINES, p);
}
