#include "screens/reason_form.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "screens/choose.h"
#include "screens/tables_details.h"
#include "tui/key.h"

#include <string.h>

#define UNDER "tables.reason."

static const char *const kept_names[] = {UNDER "schema", UNDER "table", UNDER "column"};

static bool is_blank(const char *text)
{
    return text[strspn(text, " ")] == '\0';
}

void reason_form_open(struct reason_form *f, struct journey *j, size_t table, size_t column)
{
    const struct selection_ack *before = j->selection.tables[table].columns[column].ack;

    *f = (struct reason_form){.open = true, .table = table, .column = column};
    field_init(&f->fields[0], f->reason, sizeof f->reason);
    field_init(&f->fields[1], f->reference, sizeof f->reference);
    str_copy(f->names[0], REASON_NAME, j->selection.tables[table].schema);
    str_copy(f->names[1], REASON_NAME, j->selection.tables[table].name);
    str_copy(f->names[2], REASON_NAME, j->selection.tables[table].columns[column].name);
    field_set(&f->fields[0], before ? before->reason : "");
    field_set(&f->fields[1], before ? before->reference : "");
    j->discard_input = true;
}

void reason_form_draw(const struct reason_form *f, const struct journey *j, struct page *p)
{
    const struct selection_table *t = &j->selection.tables[f->table];
    const struct selection_column *c = &t->columns[f->column];
    struct field_look reason = {
        .label = tr("Reason"),
        .focus = !f->on_reference,
        .problem = f->tried[0] && is_blank(f->reason) ? tr("needed: reviewers read it") : NULL,
        .placeholder = tr("why it may flow, settled with whom")};
    struct field_look reference = {.label = tr("Reference"),
                                   .focus = f->on_reference,
                                   .problem = f->tried[1] && is_blank(f->reference)
                                                  ? tr("needed: where it was settled")
                                                  : NULL,
                                   .placeholder = tr("Behandlingskatalogen B123, PVK ...")};

    page_heading(p, tr("Why may %s.%s flow?"), t->name, c->name);
    page_text(
        p, "%s",
        tr("Do not replicate sensitive data unless this has been settled beforehand. Reason and "
           "reference follow the selection, and reviewers see them."));
    tables_details_column(j, f->table, f->column, p);
    page_gap(p);
    field_draw(&f->fields[0], &reason, p);
    field_draw(&f->fields[1], &reference, p);
}

void reason_form_key(struct reason_form *f, struct journey *j, int key)
{
    struct err e;

    if (field_key(&f->fields[f->on_reference], key))
        return;
    if (key == TUI_ESC) {
        f->open = false;
    } else if (key == TUI_TAB || key == TUI_UP || key == TUI_DOWN || key == TUI_BTAB) {
        f->on_reference = !f->on_reference;
    } else if (key == TUI_ENTER && is_blank(f->reason)) {
        f->tried[0] = true;
        f->on_reference = false;
    } else if (key == TUI_ENTER && is_blank(f->reference)) {
        f->tried[1] = f->on_reference;
        f->on_reference = true;
    } else if (key == TUI_ENTER) {
        f->open = !choose_with_reason(j, f->table, f->column, f->reason, f->reference, &e);
        if (f->open)
            journey_say_err(j, &e);
    }
}

void reason_form_paste(struct reason_form *f, const char *text)
{
    field_paste(&f->fields[f->on_reference], text);
}

/* --- across a look, and across a kill --- */

void reason_form_find(struct reason_form *f, const struct journey *j)
{
    f->open = (f->open || f->kept) &&
              selection_find(&j->selection, f->names[0], f->names[1], &f->table) &&
              selection_find_column(&j->selection.tables[f->table], f->names[2], &f->column);
    f->kept = false;
}

void reason_form_save(const struct reason_form *f, struct kept *k)
{
    if (!f->open && !f->kept) {
        kept_remove_under(k, UNDER);
        return;
    }
    for (size_t i = 0; i < 3; i++)
        kept_set_text(k, kept_names[i], f->names[i]);
    kept_set_text(k, UNDER "text", f->reason);
    kept_set_text(k, UNDER "reference", f->reference);
    kept_set_bool(k, UNDER "on", f->on_reference);
    kept_set_int(k, UNDER "cursor", (int64_t)f->fields[f->on_reference].at);
}

void reason_form_load(struct reason_form *f, const struct kept *k)
{
    *f = (struct reason_form){.kept = kept_has(k, kept_names[2])};
    for (size_t i = 0; i < 3; i++)
        str_copy(f->names[i], REASON_NAME, kept_text(k, kept_names[i], ""));
    str_copy(f->reason, sizeof f->reason, kept_text(k, UNDER "text", ""));
    str_copy(f->reference, sizeof f->reference, kept_text(k, UNDER "reference", ""));
    field_init(&f->fields[0], f->reason, sizeof f->reason);
    field_init(&f->fields[1], f->reference, sizeof f->reference);
    f->on_reference = kept_bool(k, UNDER "on", false);
    field_place(&f->fields[f->on_reference], kept_int(k, UNDER "cursor", -1));
}
