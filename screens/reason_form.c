#include "screens/reason_form.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "screens/reason_group.h"
#include "screens/tables_details.h"
#include "tui/key.h"

#include <stdio.h>
#include <string.h>

#define UNDER     "tables.reason."
#define PROTECTED "; kode 6/7: " /* behind the reason, as reviewers read it */

static const char *const kept_names[] = {UNDER "schema", UNDER "table", UNDER "column"};
static const char *const kept_texts[] = {UNDER "text", UNDER "reference", UNDER "protected"};

static bool is_blank(const char *text)
{
    return text[strspn(text, " ")] == '\0';
}

/* --- opening --- */

static void look(struct reason_form *f, const struct journey *j)
{
    const struct selection_column *c = &j->selection.tables[f->table].columns[f->column];

    f->asks_protected = reason_is_protected(c);
    for (int s = 0; s < REASON_SCOPES; s++)
        f->n[s] = reason_group(j, f->table, f->column, (enum reason_scope)s, NULL);
    if (f->n[f->scope] < 2)
        f->scope = REASON_COLUMN;
}

void reason_form_open(struct reason_form *f, struct journey *j, size_t table, size_t column)
{
    const struct selection_table *t = &j->selection.tables[table];
    const struct selection_ack *before = t->columns[column].ack;

    *f = (struct reason_form){.open = true, .table = table, .column = column};
    for (int i = 0; i < REASON_SCOPE; i++)
        field_init(&f->fields[i], f->texts[i], REASON_TEXT);
    str_copy(f->names[0], REASON_NAME, t->schema);
    str_copy(f->names[1], REASON_NAME, t->name);
    str_copy(f->names[2], REASON_NAME, t->columns[column].name);
    field_set(&f->fields[REASON_WHY], before ? before->reason : "");
    char *answer = strstr(f->texts[REASON_WHY], PROTECTED);
    if (answer) {
        field_set(&f->fields[REASON_PROTECTED], answer + strlen(PROTECTED));
        *answer = '\0';
        field_init(&f->fields[REASON_WHY], f->texts[REASON_WHY], REASON_TEXT);
    }
    field_set(&f->fields[REASON_REFERENCE], before ? before->reference : "");
    look(f, j);
    j->discard_input = true;
}

bool reason_form_open_table(struct reason_form *f, struct journey *j, size_t table)
{
    const struct selection_table *t = &j->selection.tables[table];

    for (size_t i = 0; i < t->n_columns; i++)
        if (reason_is_lacking(&t->columns[i]) && !reason_is_protected(&t->columns[i])) {
            reason_form_open(f, j, table, i);
            f->scope = f->n[REASON_TABLE] > 1 ? REASON_TABLE : REASON_COLUMN;
            return true;
        }
    for (size_t i = 0; i < t->n_columns; i++)
        if (reason_is_lacking(&t->columns[i])) {
            reason_form_open(f, j, table, i);
            return true;
        }
    return false;
}

/* --- drawing --- */

static void draw_field(const struct reason_form *f, enum reason_at at, const char *label,
                       const char *lacks, const char *placeholder, struct page *p)
{
    struct field_look look = {.label = label,
                              .focus = f->at == at,
                              .problem = f->tried[at] && is_blank(f->texts[at]) ? lacks : NULL,
                              .placeholder = placeholder};

    field_draw(&f->fields[at], &look, p);
}

static void draw_scope(const struct reason_form *f, const struct journey *j, struct page *p)
{
    const struct selection_table *t = &j->selection.tables[f->table];
    const char *mark = f->at == REASON_SCOPE ? "› " : "  ";

    if (f->n[REASON_TABLE] < 2 && f->n[REASON_ALIKE] < 2)
        return;
    page_put(p, f->at == REASON_SCOPE ? STYLE_ACCENT : STYLE_TEXT, "%s%-16s",
             page_ascii(p) && f->at == REASON_SCOPE ? "> " : mark, tr("Holds for"));
    switch (f->scope) {
    case REASON_COLUMN:
    case REASON_SCOPES:
        page_put(p, STYLE_TEXT, tr("this column alone"));
        break;
    case REASON_TABLE:
        page_put(p, STYLE_TEXT, tr("the flagged columns of %s: %zu"), t->name, f->n[REASON_TABLE]);
        break;
    case REASON_ALIKE:
        page_put(p, STYLE_TEXT, tr("columns of the same kind in all tables that flow: %zu"),
                 f->n[REASON_ALIKE]);
        break;
    }
    if (f->at == REASON_SCOPE)
        page_cursor(p);
    page_newline(p);
}

void reason_form_draw(const struct reason_form *f, const struct journey *j, struct page *p)
{
    const struct selection_table *t = &j->selection.tables[f->table];
    const struct selection_column *c = &t->columns[f->column];

    page_heading(p, tr("Why may %s.%s flow?"), t->name, c->name);
    page_text(
        p, "%s",
        tr("Do not replicate sensitive data unless this has been settled beforehand. Reason and "
           "reference follow the selection, and reviewers see them."));
    if (f->asks_protected)
        page_mark(p, MARK_WARN, "%s",
                  tr("Code 6 and 7 (adressebeskyttelse): a stream carries every row, those of "
                     "protected people too. How are they kept apart, or who has settled it?"));
    tables_details_column(j, f->table, f->column, p);
    page_gap(p);
    draw_field(f, REASON_WHY, tr("Reason"), tr("needed: reviewers read it"),
               tr("why it may flow, settled with whom"), p);
    draw_field(f, REASON_REFERENCE, tr("Reference"), tr("needed: where it was settled"),
               tr("Behandlingskatalogen B123, PVK ..."), p);
    if (f->asks_protected)
        draw_field(f, REASON_PROTECTED, tr("Code 6/7"), tr("needed: it is asked about by name"),
                   tr("filtered where, or settled with whom"), p);
    draw_scope(f, j, p);
}

/* --- keys --- */

static bool is_part(const struct reason_form *f, enum reason_at at)
{
    if (at == REASON_SCOPE)
        return f->n[REASON_TABLE] > 1 || f->n[REASON_ALIKE] > 1;
    return at != REASON_PROTECTED || f->asks_protected;
}

static void move(struct reason_form *f, int by)
{
    do
        f->at = (enum reason_at)(((int)f->at + by + REASON_PARTS) % REASON_PARTS);
    while (!is_part(f, f->at));
}

static void turn(struct reason_form *f, int by)
{
    do
        f->scope = (enum reason_scope)(((int)f->scope + by + REASON_SCOPES) % REASON_SCOPES);
    while (f->scope != REASON_COLUMN && f->n[f->scope] < 2);
}

/* The first field that is still empty: it is gone to, and what it lacks is said at the second try.
 */
static bool lacks(struct reason_form *f)
{
    for (int at = 0; at < REASON_SCOPE; at++)
        if (is_part(f, (enum reason_at)at) && is_blank(f->texts[at])) {
            f->tried[at] = f->tried[at] || f->at == (enum reason_at)at || at == REASON_WHY;
            f->at = (enum reason_at)at;
            return true;
        }
    return false;
}

static void apply(struct reason_form *f, struct journey *j)
{
    struct arena a = {0};
    struct selection_place *places = arena_array(&a, struct selection_place, f->n[f->scope] + 1);
    size_t n = reason_group(j, f->table, f->column, f->scope, places);
    const char *reason = f->texts[REASON_WHY];
    struct err e;

    if (f->asks_protected)
        reason = arena_printf(&a, "%s" PROTECTED "%s", reason, f->texts[REASON_PROTECTED]);
    f->open = !choose_with_reason(j, places, n, reason, f->texts[REASON_REFERENCE], &e);
    if (f->open)
        journey_say_err(j, &e);
    arena_done(&a);
}

void reason_form_key(struct reason_form *f, struct journey *j, int key)
{
    if (f->at != REASON_SCOPE && field_key(&f->fields[f->at], key))
        return;
    if (key == TUI_ESC)
        f->open = false;
    else if (key == TUI_TAB || key == TUI_DOWN)
        move(f, 1);
    else if (key == TUI_BTAB || key == TUI_UP)
        move(f, -1);
    else if (f->at == REASON_SCOPE && (key == ' ' || key == TUI_RIGHT || key == TUI_LEFT))
        turn(f, key == TUI_LEFT ? -1 : 1);
    else if (key == TUI_ENTER && !lacks(f))
        apply(f, j);
}

void reason_form_paste(struct reason_form *f, const char *text)
{
    if (f->at != REASON_SCOPE)
        field_paste(&f->fields[f->at], text);
}

/* --- across a look, and across a kill --- */

void reason_form_find(struct reason_form *f, const struct journey *j)
{
    f->open = (f->open || f->kept) &&
              selection_find(&j->selection, f->names[0], f->names[1], &f->table) &&
              selection_find_column(&j->selection.tables[f->table], f->names[2], &f->column);
    f->kept = false;
    if (f->open)
        look(f, j);
}

void reason_form_save(const struct reason_form *f, struct kept *k)
{
    if (!f->open && !f->kept) {
        kept_remove_under(k, UNDER);
        return;
    }
    for (size_t i = 0; i < 3; i++) {
        kept_set_text(k, kept_names[i], f->names[i]);
        kept_set_text(k, kept_texts[i], f->texts[i]);
    }
    kept_set_int(k, UNDER "on", f->at);
    kept_set_int(k, UNDER "scope", f->scope);
    kept_set_int(k, UNDER "cursor", f->at == REASON_SCOPE ? 0 : (int64_t)f->fields[f->at].at);
}

void reason_form_load(struct reason_form *f, const struct kept *k)
{
    int64_t at = kept_int(k, UNDER "on", 0), scope = kept_int(k, UNDER "scope", 0);

    *f = (struct reason_form){.kept = kept_has(k, kept_names[2])};
    f->at = at >= 0 && at < REASON_PARTS ? (enum reason_at)at : REASON_WHY;
    f->scope = scope >= 0 && scope < REASON_SCOPES ? (enum reason_scope)scope : REASON_COLUMN;
    for (size_t i = 0; i < 3; i++) {
        str_copy(f->names[i], REASON_NAME, kept_text(k, kept_names[i], ""));
        str_copy(f->texts[i], REASON_TEXT, kept_text(k, kept_texts[i], ""));
        field_init(&f->fields[i], f->texts[i], REASON_TEXT);
    }
    if (f->at != REASON_SCOPE)
        field_place(&f->fields[f->at], kept_int(k, UNDER "cursor", -1));
}
