#include "screens/tables_inside.h"

#include "api/base/tr.h"
#include "screens/tables_choose.h"
#include "tui/key.h"

/* --- what is possible --- */

static bool ready(const void *ctx, const struct journey *j)
{
    const struct tables *self = ctx;

    return j->selection_ready && !self->filter.typing && !self->reason.open;
}

static bool is_filtering(const void *ctx, const struct journey *j)
{
    const struct tables *self = ctx;

    (void)j;
    return self->filter.typing && !self->reason.open;
}

static bool has_filter(const void *ctx, const struct journey *j)
{
    const struct tables *self = ctx;

    return ready(self, j) && self->view.filter[0];
}

static bool has_no_filter(const void *ctx, const struct journey *j)
{
    const struct tables *self = ctx;

    return ready(self, j) && self->view.filter[0] == '\0';
}

static bool gives_reason(const void *ctx, const struct journey *j)
{
    (void)j;
    return ((const struct tables *)ctx)->reason.open;
}

static bool on_flagged(const void *ctx, const struct journey *j)
{
    return ready(ctx, j) && tables_choose_is_flagged(&((const struct tables *)ctx)->view);
}

static bool on_column(const void *ctx, const struct journey *j)
{
    const struct tree_node *at = &((const struct tables *)ctx)->view.tree.at;

    return ready(ctx, j) && j->live->pg && at->group != TREE_NONE && at->leaf != TREE_NONE;
}

static bool shows_samples(const void *ctx, const struct journey *j)
{
    (void)j;
    return tables_samples_shown(&((const struct tables *)ctx)->samples);
}

static bool leaves_filter(const void *ctx, const struct journey *j)
{
    return has_filter(ctx, j) && !shows_samples(ctx, j); /* Esc hides these first */
}

static bool looks(const void *ctx, const struct journey *j)
{
    return ready(ctx, j) && tables_values_running(&((const struct tables *)ctx)->values);
}

static bool could_look(const void *ctx, const struct journey *j)
{
    return ready(ctx, j) && j->live->pg &&
           !tables_values_running(&((const struct tables *)ctx)->values);
}

static enum nav clear_filter(void *ctx, struct journey *j)
{
    struct tables *self = ctx;

    tables_filter_clear(&self->filter, &self->view, j);
    return STAY;
}

static enum nav hide_samples(void *ctx, struct journey *j)
{
    (void)j;
    tables_samples_hide(&((struct tables *)ctx)->samples);
    return STAY;
}

static enum nav write_no_samples(void *ctx, struct journey *j)
{
    (void)ctx;
    journey_say(j, MARK_WARN, "%s",
                tr("values are shown on the screen alone: Esc hides them, then the page can be "
                   "copied and written"));
    return STAY;
}

const struct action tables_actions[] = {
    {' ', "select", "the column, table or schema under the cursor on or off", ready, NULL},
    {TUI_ENTER, "go on", "to Destination", ready, NULL},
    {TUI_ENTER, "to the list", "keep the filter", is_filtering, NULL},
    {TUI_ESC, "no filter", "all tables again", is_filtering, NULL},
    {TUI_ENTER, "go on", "to what is still empty; then it flows", gives_reason, NULL},
    {TUI_TAB, "other field", "reason, reference, and what they hold for", gives_reason, NULL},
    {TUI_ESC, "not now", "the column stays out", gives_reason, NULL},
    {TUI_ESC, "hide", "the masked values", shows_samples, hide_samples},
    {'/', "filter", "type a part of a name: tables and columns", ready, NULL},
    {'n', "next hit", "to what the filter hits next; N to the one before", has_filter, NULL},
    {TUI_ESC, "all tables", "away with the filter", leaves_filter, clear_filter},
    {'c', "all columns", "of the tables that are hit, or the hits alone", has_filter, NULL},
    {'v', "view", "all, selected, changed, sensitive, with problems", ready, NULL},
    {'n', "next flagged", "to the next sensitive column; N to the one before", has_no_filter, NULL},
    {'e', "reason", "why what is flagged under the cursor may flow: a column, or those of a table",
     on_flagged, NULL},
    {'a', "select matching", "what is shown on or off: tables, or the columns that the filter hits",
     ready, NULL},
    {'o', "sort", "by name, size, change rate", ready, NULL},
    {TUI_TAB, "details", "more or fewer lines for them", ready, NULL},
    {'m', "masked values", "a few of this column, all but their ends hidden; never stored",
     on_column, NULL},
    {'u', "undo", "take the last choice back", ready, NULL},
    {TUI_CTRL('R'), "redo", "make it again", ready, NULL},
    {'s', "no values", "look at values no more: names, types and comments alone judge", looks,
     NULL},
    {'s', "values", "look at values: what was not looked at yet, else all of them anew", could_look,
     NULL},
    {'r', "refresh", "read tables and columns again", NULL, NULL},
    {'f', "filter", "as /, without a shifted key", ready, NULL},
    {'y', "copy", "not while values are shown", shows_samples, write_no_samples},
    {'w', "write", "not while values are shown", shows_samples, write_no_samples},
    {0}};
