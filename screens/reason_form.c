#include "screens/reason_form.h"

#include "api/base/tr.h"
#include "screens/choose.h"
#include "screens/tables_details.h"
#include "tui/key.h"

void reason_form_open(struct reason_form *f, struct journey *j, size_t table, size_t column)
{
    const struct selection_ack *before = j->selection.tables[table].columns[column].ack;

    *f = (struct reason_form){.open = true, .table = table, .column = column};
    field_init(&f->fields[0], f->reason, sizeof f->reason);
    field_init(&f->fields[1], f->reference, sizeof f->reference);
    field_set(&f->fields[0], before ? before->reason : "");
    field_set(&f->fields[1], before ? before->reference : "");
    j->discard_input = true;
}

void reason_form_draw(const struct reason_form *f, const struct journey *j, struct page *p)
{
    const struct selection_table *t = &j->selection.tables[f->table];
    const struct selection_column *c = &t->columns[f->column];
    struct field_look reason = {.label = tr("Reason"),
                                .focus = !f->on_reference,
                                .placeholder = tr("why it may flow, settled with whom")};
    struct field_look reference = {.label = tr("Reference"),
                                   .focus = f->on_reference,
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
    } else if (key == TUI_ENTER && !f->on_reference && f->reference[0] == '\0') {
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
