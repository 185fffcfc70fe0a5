/* A line a table, and what is known of the one at the cursor. */
#include "screens/status_view.h"

#include "api/base/clock.h"
#include "api/base/figure.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "tui/table.h"

#include <stdio.h>

enum { LOG_HEIGHT = 7, DETAILS = 3 };

static enum style backfill_style(const char *state)
{
    if (str_eq(state, "COMPLETED"))
        return STYLE_OK;
    return str_eq(state, "FAILED") ? STYLE_FAIL : STYLE_RUNNING;
}

static const char *source_word(enum watch_source source)
{
    return source == WATCH_SOURCE_GONE          ? tr("gone at the source")
           : source == WATCH_SOURCE_UNPUBLISHED ? tr("not published")
           : source == WATCH_SOURCE_NARROWED    ? tr("some rows only")
                                                : tr("made again");
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
             t->source > WATCH_SOURCE_FINE ? source_word(t->source)
             : t->lacks                    ? tr("some columns only")
             : t->n_errors                 ? t->errors[0].message
             : t->unsupported_events > 0   ? tr("unsupported events")
                                           : "");
    parts[4] = (struct page_part){STYLE_FAIL, at};
}

/* The column for it is there only then. */
static bool has_trouble(const struct watch_status *s)
{
    for (size_t i = 0; i < s->n_tables; i++)
        if (s->tables[i].n_errors || s->tables[i].unsupported_events > 0 ||
            s->tables[i].source > WATCH_SOURCE_FINE)
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

/* Written last, copied, left out, counted: of the table at the cursor. A quiet one is no broken
 * one, so nothing of it is coloured. */
static void draw_details(const struct watch_status *s, const struct watch_table *t, struct page *p)
{
    struct str line = {0};
    char text[CLOCK_TEXT];
    const char *between = "";

    if (t->last_event >= 0) {
        int64_t ago = s->seen_ms / 1000 - t->last_event;
        str_printf(&line, tr("last written %s ago"), clock_span(ago > 0 ? ago : 0, text));
        between = ", ";
    }
    if (!str_is_empty(t->backfill_ended)) {
        str_printf(&line, tr("%scopied at %s"), between,
                   clock_moment(clock_parse(t->backfill_ended), text));
        between = ", ";
    }
    if (t->unsupported_events >= 0) {
        str_printf(&line, tr("%sevents not written in the last hour: %lld"), between,
                   (long long)t->unsupported_events);
        between = ", ";
    }
    if (t->counted_ms > 0)
        str_printf(&line, tr("%scounted at %s UTC"), between,
                   status_view_clock(t->counted_ms, text));
    page_styled(p, STYLE_MUTED, "%s.%s: %s", t->schema, t->table, str_text(&line));
    str_done(&line);
}

void status_view_tables(const struct watch_status *s, const struct list *list, struct page *p)
{
    const struct page_column columns[] = {
        {.title = tr("Table"), .want = 34, .min = 16, .grow = 1, .cut_middle = true},
        {.title = tr("Backfill"), .want = 14, .min = 9},
        {.title = tr("Source rows"), .want = 11, .align = PAGE_RIGHT},
        {.title = tr("BigQuery rows"), .want = 13, .align = PAGE_RIGHT},
        {.title = tr("Trouble"), .want = 20, .min = 8, .drop = 1, .grow = 1}};
    struct table_rows rows = {.n = s->n_tables,
                              .ctx = s,
                              .columns = columns,
                              .n_columns = sizeof columns / sizeof *columns - !has_trouble(s),
                              .parts = table_parts,
                              .height = page_room(p) - (s->n_log ? LOG_HEIGHT : 0) -
                                        has_estimate(s) - (s->n_tables ? DETAILS : 0),
                              .empty = s->tables_why
                                           ? s->tables_why
                                           : tr("Datastream knows no table of this stream yet")};

    table_draw(list, &rows, p);
    if (has_estimate(s))
        page_note(p, "%s", tr("~ is an estimate: large tables are not counted at the source"));
    if (list->at < s->n_tables) {
        page_gap(p);
        draw_details(s, &s->tables[list->at], p);
    }
}
