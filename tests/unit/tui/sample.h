#ifndef TESTS_UNIT_TUI_SAMPLE_H
#define TESTS_UNIT_TUI_SAMPLE_H

/* A page with a bit of everything, for the tests of dumps and pictures. */

#include "tui/key.h"
#include "tui/page.h"
#include "tui/spark.h"
#include "tui/table.h"

#include <stdio.h>

static void sample_parts(const void *ctx, size_t i, struct page_part *parts, char *scratch,
                         size_t room)
{
    static const struct {
        const char *name, *rows, *flag;
    } tables[] = {{"regel_evaluering", "41 208", ""},
                  {"regelsett_resultat", "12 004", ""},
                  {"søker", "9 311", "personal: fnr, name"},
                  {"journalpost", "50 112", "personal: free text"}};
    (void)ctx;
    snprintf(scratch, room, "%s rows", tables[i].rows);
    parts[0] = (struct page_part){STYLE_TEXT, tables[i].name};
    parts[1] = (struct page_part){STYLE_TEXT, scratch};
    parts[2] = (struct page_part){STYLE_SENSITIVE, tables[i].flag};
}

static enum box sample_box(const void *ctx, size_t i)
{
    (void)ctx;
    static const enum box boxes[] = {BOX_ON, BOX_SOME, BOX_OFF, BOX_LOCKED};
    return boxes[i];
}

static void sample_draw(struct page *p)
{
    static const struct page_key keys[] = {
        {TUI_ENTER, "go on"}, {TUI_SPACE, "select"}, {'/', "filter"}, {'y', "copy"},
        {'r', "check again"}, {'?', "help"},         {'q', "quit"},
    };
    static const struct page_column columns[] = {
        {.title = "Table", .want = 24, .min = 12, .grow = 1},
        {.title = "Size", .want = 12, .align = PAGE_RIGHT},
        {.title = "Sensitive", .want = 22, .min = 10, .drop = 1},
    };
    static const double events[] = {0,  1, 3, 2,  5,  8,  -1, -1, 9, 12,
                                    11, 7, 8, 13, 14, 12, 9,  4,  2, 6};
    struct page_title title = {.program = "strom",
                               .title = "Prerequisites",
                               .at = 3,
                               .of = 9,
                               .context = "postmottak-backend · dev-gcp"};
    struct list list = {.at = 1};
    struct table_rows rows = {
        .n = 4, .columns = columns, .n_columns = 3, .parts = sample_parts, .box = sample_box};
    page_title(p, &title);
    page_keys(p, keys, sizeof keys / sizeof keys[0]);
    page_status(p, MARK_OK, "copied: 12 lines of SQL");
    page_heading(p, "What the database must have");
    page_text(p, "Each line was asked a moment ago. Fixes can be copied with y.");
    page_gap(p);
    page_mark(p, MARK_OK, "PostgreSQL 15.20 is supported");
    page_mark(p, MARK_FAIL, "wal_level is replica; logical is needed");
    page_mark(p, MARK_WARN, "two transactions have been open for 40 min");
    page_mark(p, MARK_RUNNING, "asking for replication slots");
    page_gap(p);
    page_field(p, "Freshness", "%s", "15 min");
    page_bar(p, "Copied", 41208, 112635);
    page_put(p, STYLE_MUTED, "Events");
    page_tab(p, 18);
    spark_put(p, STYLE_RUNNING, events, sizeof events / sizeof events[0], 20);
    page_newline(p);
    page_gap(p);
    table_draw(&list, &rows, p);
    page_end(p);
}

#endif
