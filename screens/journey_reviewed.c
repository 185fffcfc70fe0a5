/* What has changed since the last review, and what is new since. The review is the running stream,
 * or the plan file of this stream, or what this wizard carried out last. Nothing is new before a
 * first one. Positions of columns only grow (attnum): the highest that was there tells the new
 * ones. */
#include "screens/journey.h"

#include "api/base/path.h"
#include "api/base/str.h"
#include "api/plan/file.h"
#include "screens/kept_names.h"

#include <string.h>

#define REVIEWED "reviewed" /* a line a table: schema, table, its highest position */

static int highest(const struct journey *j, size_t table)
{
    size_t n = catalog_table_columns(j->catalog, table);

    return n ? catalog_column(j->catalog, table, n - 1).position : 0;
}

static void put_line(const struct journey *j, size_t table, struct str *lines)
{
    names_put(lines, j->selection.tables[table].schema);
    str_add(lines, NAMES_SEP);
    names_put(lines, j->selection.tables[table].name);
    str_printf(lines, NAMES_SEP "%d\n", highest(j, table));
}

void journey_reviewed(struct journey *j)
{
    struct str lines = {0};

    for (size_t i = 0; i < j->selection.n_tables; i++) {
        const struct selection_table *t = &j->selection.tables[i];
        if (j->catalog)
            put_line(j, i, &lines);
        for (size_t c = 0; c < t->n_columns; c++) {
            t->columns[c].was = t->columns[c].included;
            t->columns[c].fresh = false;
        }
    }
    if (lines.bytes)
        kept_set_text(j->kept, REVIEWED, str_text(&lines));
    str_done(&lines);
    journey_changed(j);
}

static void all_fresh(const struct journey *j, bool fresh)
{
    for (size_t i = 0; i < j->selection.n_tables; i++) {
        const struct selection_table *t = &j->selection.tables[i];
        for (size_t c = 0; c < t->n_columns; c++)
            t->columns[c].fresh = fresh && t->selectable && !t->columns[c].included;
    }
}

/* --- by the plan file --- */

static void by_file(const struct journey *j, const struct selection *file)
{
    size_t table, column;

    all_fresh(j, true);
    for (size_t i = 0; i < file->n_tables; i++) {
        const struct selection_table *f = &file->tables[i];
        if (!selection_find(&j->selection, f->schema, f->name, &table))
            continue;
        const struct selection_table *t = &j->selection.tables[table];
        for (size_t c = 0; c < f->n_columns; c++)
            if (selection_find_column(t, f->columns[c].name, &column)) {
                t->columns[column].was = f->columns[c].included;
                t->columns[column].fresh = false;
            }
    }
}

bool journey_plan_file(const struct journey *j, struct selection *file)
{
    struct arena a = {0};
    struct str text = {0};
    struct err e;
    bool ok = j->live->repo &&
              path_read(path_join(&a, j->live->repo, "replication.json"), PLAN_FILE_MAX_BYTES,
                        &text, &e) &&
              plan_file_read(str_text(&text), text.bytes, file, &e);

    if (ok && !str_eq(file->naming.stream, j->target.stream)) {
        selection_done(file);
        ok = false;
    }
    str_done(&text);
    arena_done(&a);
    return ok;
}

/* --- by what was kept --- */

static void by_line(const struct journey *j, char *line)
{
    char *part[3]; /* schema, table, position */
    long long last = 0;
    size_t table;

    if (names_cut(line, part, 3) != 3 || !str_int64(part[2], 0, INT32_MAX, &last) ||
        !selection_find(&j->selection, part[0], part[1], &table))
        return;
    const struct selection_table *t = &j->selection.tables[table];
    for (size_t c = 0; c < t->n_columns; c++)
        if (catalog_column(j->catalog, table, c).position <= last)
            t->columns[c].fresh = false;
}

static void by_lines(const struct journey *j, const char *lines)
{
    char *copy = mem_str(lines);

    all_fresh(j, true);
    for (char *line = copy, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        by_line(j, line);
    }
    mem_free(copy);
}

void journey_mark_reviewed(struct journey *j)
{
    const char *lines = kept_text(j->kept, REVIEWED, NULL);
    struct selection file;
    size_t n = j->selection.n_tables;

    all_fresh(j, false);
    if (j->catalog && journey_plan_file(j, &file)) {
        by_file(j, &file);
        selection_done(&file);
    } else if (j->catalog && lines) {
        by_lines(j, lines);
    }
    for (size_t i = 0; i < n && journey_changes_stream(j); i++)
        for (size_t c = 0; c < j->selection.tables[i].n_columns; c++) {
            struct selection_column *column = &j->selection.tables[i].columns[c];
            column->was = column->flows;
            column->fresh = column->fresh && !column->flows;
        }
}
