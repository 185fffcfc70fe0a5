#include "screens/receipt_view.h"

#include "api/base/tr.h"
#include "api/plan/wanted.h"
#include "tui/text.h"

#include <stdio.h>
#include <string.h>

enum { NAME_AT = 25, NAME_MOST = 32 }; /* columns */

/* The words of Review; what is no step of ours has its own. */
static const char *title_of(const char *what)
{
    static const char *const by_hand[][2] = {
        {"slot", "Slot"},         {"publication", "Publication"}, {"grants", "Grants"},
        {"manifest", "Manifest"}, {"terraform", "Terraform"},     {"source", "Source"}};
    enum step_id step = step_by_id(what);

    for (size_t i = 0; i < sizeof by_hand / sizeof *by_hand; i++)
        if (str_eq(what, by_hand[i][0]))
            return tr(by_hand[i][1]);
    return step == STEPS ? what : tr(step_type(step)->title);
}

struct receipt_rows receipt_view_rows(const struct receipt_line *lines, size_t n)
{
    int widest = 0;

    for (size_t i = 0; i < n; i++) {
        int width = lines[i].why[0] ? text_width(lines[i].name) : 0;
        widest = width > widest ? width : widest;
    }
    return (struct receipt_rows){lines, NAME_AT + (widest < NAME_MOST ? widest : NAME_MOST) + 2};
}

void receipt_view_row(const void *ctx, size_t i, struct page *p)
{
    static const enum style styles[] = {STYLE_REMOVED, STYLE_MUTED, STYLE_WARN, STYLE_FAIL};
    static const char signs[] = {'-', '=', '!', '!'};
    const struct receipt_rows *rows = ctx;
    const struct receipt_line *l = &rows->lines[i];
    bool loud = l->kind == RECEIPT_BY_HAND || l->kind == RECEIPT_FAILED; /* somebody has to act */

    page_put(p, styles[l->kind], "%c", signs[l->kind]);
    page_put(p, loud ? styles[l->kind] : STYLE_TEXT, " %s", title_of(l->what));
    page_tab(p, NAME_AT);
    page_put(p, STYLE_ACCENT, "%s", l->name);
    page_tab(p, rows->why_at);
    page_put(p, STYLE_MUTED, "%.*s", (int)strcspn(l->why, "\n"), l->why);
}

void receipt_view_text(const struct receipt_line *lines, size_t n, bool planned, struct str *out)
{
    for (size_t i = 0; i < n; i++) {
        const struct receipt_line *l = &lines[i];
        str_printf(out, "%s %s %s%s%s\n",
                   planned ? receipt_kind_ahead(l->kind) : receipt_kind_words(l->kind), l->what,
                   l->name, l->why[0] ? ": " : "", l->why);
    }
}
