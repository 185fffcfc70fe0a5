#include "screens/reason_form.h"

#include "api/base/tr.h"
#include "api/base/utf8.h"
#include "screens/tables_details.h"

static void draw_field(const struct reason_form *f, enum reason_at at, const char *label,
                       const char *lacks, const char *placeholder, struct page *p)
{
    struct field_look look = {.label = label,
                              .focus = f->at == at,
                              .problem = f->tried[at] && utf8_is_blank(f->texts[at]) ? lacks : NULL,
                              .placeholder = placeholder};

    field_draw(&f->fields[at], &look, p);
}

static void draw_scope(const struct reason_form *f, const struct journey *j, struct page *p)
{
    const struct selection_table *t = &j->selection.tables[f->table];
    const char *mark = f->at == REASON_SCOPE ? "› " : "  ";

    if (!reason_form_has_scope(f))
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
    case REASON_HITS:
        page_put(p, STYLE_TEXT, tr("flagged columns that the filter hits, also where off: %zu"),
                 f->n[REASON_HITS]);
        break;
    }
    if (f->at == REASON_SCOPE)
        page_cursor(p);
    page_newline(p);
}

struct shown {
    const struct journey *j;
    const struct reason_part *parts;
};

static void put_part(const void *ctx, size_t i, struct page *p)
{
    const struct shown *s = ctx;

    reason_part_put(s->j, &s->parts[i], p);
}

/* While a field has the keys: as many as there is room for. */
static void draw_first(const struct list_rows *rows, struct page *p)
{
    size_t room = (size_t)rows->height, n = rows->n <= room ? rows->n : room - 1;

    for (size_t i = 0; i < n; i++) {
        page_put(p, STYLE_TEXT, "  ");
        rows->put(rows->ctx, i, p);
        page_newline(p);
    }
    if (n < rows->n)
        page_note(p, tr("and %zu more: Tab leads to them"), rows->n - n);
}

/* Every column by its name: none is turned on that does not stand here. */
static void draw_named(const struct reason_form *f, const struct journey *j, struct page *p)
{
    enum { FEWEST = 4 };
    struct arena a = {0};
    struct reason_concerned c = reason_concerned(f, j, &a);
    struct shown s = {j, c.parts.all};
    struct list_rows rows = {.n = c.parts.n, .ctx = &s, .put = put_part};

    if (c.parts.waits)
        page_note(p, tr("Then the key column %s is asked about: without it nothing of %s flows."),
                  c.parts.waits, j->selection.tables[f->table].name);
    if (c.parts.n > 1) {
        page_gap(p);
        page_styled(p, STYLE_HEADING, tr("Settled by this reason: %zu; turned on: %zu"),
                    c.parts.settled, c.parts.starts);
        rows.height = page_room(p) > FEWEST ? page_room(p) : FEWEST;
        if (f->at == REASON_LIST)
            list_draw(&f->named, &rows, p);
        else
            draw_first(&rows, p);
    }
    arena_done(&a);
}

/* Why it is asked at this column, where another one was pressed, or a reason stands already. */
static void draw_occasion(const struct reason_form *f, const struct journey *j, struct page *p)
{
    const struct selection_table *t = &j->selection.tables[f->table];
    const struct selection_column *c = &t->columns[f->column];

    struct arena a = {0};

    if (selection_reason_is_outgrown(c) && c->ack->level == (enum rules_level)c->level)
        page_mark(p, MARK_WARN,
                  tr("Its reason was given before this was known of it: %s. Does it still hold?"),
                  selection_categories(&a, selection_unsettled(c)));
    else if (selection_reason_is_outgrown(c))
        page_mark(p, MARK_WARN,
                  tr("Its reason was given when it was judged %s; it is %s now. Does it still "
                     "hold?"),
                  tr(rules_level_name(c->ack->level)),
                  tr(rules_level_name((enum rules_level)c->level)));
    if (c->key && !c->included)
        page_mark(p, MARK_NONE,
                  tr("It is in the key of %s: without it nothing of the table flows."), t->name);
    arena_done(&a);
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
    draw_occasion(f, j, p);
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
    draw_named(f, j, p);
}
