#include "screens/tables_filter.h"

#include "api/base/tr.h"
#include "tui/key.h"

void tables_filter_init(struct tables_filter *f, struct tables_view *v)
{
    int64_t at = f->typing ? (int64_t)f->field.at : -1; /* as loaded */

    field_init(&f->field, v->filter, sizeof v->filter);
    field_place(&f->field, at);
}

void tables_filter_start(struct tables_filter *f)
{
    f->typing = true;
}

static void changed(struct tables_view *v, const struct journey *j)
{
    tables_view_forget_hit(v);
    tables_view_update(v, j);
    tables_view_show_hits(v, false);
    if (v->filter[0])
        tables_view_first_hit(v);
}

void tables_filter_clear(struct tables_filter *f, struct tables_view *v, const struct journey *j)
{
    tables_view_forget_hit(v);
    field_set(&f->field, "");
    f->typing = false;
    tables_view_update(v, j);
}

void tables_filter_key(struct tables_filter *f, struct tables_view *v, const struct journey *j,
                       int key)
{
    if (field_key(&f->field, key))
        changed(v, j);
    else if (key == TUI_ESC)
        tables_filter_clear(f, v, j);
    else if (key == TUI_ENTER)
        f->typing = false;
    else
        tree_key(&v->tree, &v->model, key);
}

void tables_filter_paste(struct tables_filter *f, struct tables_view *v, const struct journey *j,
                         const char *text)
{
    if (f->typing && field_paste(&f->field, text))
        changed(v, j);
}

void tables_filter_draw(const struct tables_filter *f, const struct tables_view *v, struct page *p)
{
    struct field_look look = {.label = tr("Filter"), .focus = f->typing, .label_width = 8};

    if (f->typing || (f->field.text[0] && v->hits == 0)) {
        field_draw(&f->field, &look, p);
    } else if (f->field.text[0]) {
        page_put(p, STYLE_MUTED, "  %s ", look.label);
        page_tab(p, 2 + look.label_width);
        page_put(p, STYLE_TEXT, "%s", f->field.text);
        page_put_right(p, STYLE_MUTED,
                       v->whole ? tr("columns hit: %zu; c shows the hits alone")
                                : tr("columns hit: %zu; c shows all columns"),
                       v->hits);
        page_newline(p);
    }
}

void tables_filter_save(const struct tables_filter *f, struct kept *k)
{
    kept_set_bool(k, "tables.filtering", f->typing);
    kept_set_int(k, "tables.filter_at", (int64_t)f->field.at);
}

void tables_filter_load(struct tables_filter *f, const struct kept *k)
{
    f->typing = kept_bool(k, "tables.filtering", false);
    f->field.at = (size_t)kept_int(k, "tables.filter_at", 0);
}
