#include "screens/tables_inside.h"

#include "api/base/tr.h"
#include "screens/choose.h"
#include "screens/tables_choose.h"
#include "tui/key.h"

static enum nav go_on(struct tables *self, struct journey *j)
{
    if (!j->selection_ready)
        return STAY;
    if (j->totals.columns == 0 && !self->warned) {
        self->warned = true;
        journey_say(j, MARK_WARN, "%s",
                    tr("nothing is chosen: Space selects; Enter again goes on without"));
        return STAY;
    }
    tables_values_stop(&self->values, j); /* what it found counts in what comes next */
    return NEXT;
}

static void next_view(struct tables *self, struct journey *j)
{
    self->view.view = (self->view.view + 1) % VIEWS;
    tables_view_update(&self->view, j);
    journey_say(j, MARK_NONE, tr("view: %s"), tr(tables_view_name(self->view.view)));
}

static void next_order(struct tables *self, struct journey *j)
{
    struct tables_view *v = &self->view;
    bool unknown;

    v->order = (v->order + 1) % ORDERS;
    unknown = v->order == ORDER_CHURN && v->churn == NULL;
    if (unknown)
        v->order = ORDER_NAME;
    tables_view_update(v, j);
    journey_say(j, MARK_NONE,
                unknown ? tr("sorted by: %s; how fast they change is not known yet")
                        : tr("sorted by: %s"),
                tr(tables_view_order_name(v->order)));
}

/* Of what the filter hits. */
static void whole_tables(struct tables_view *v, struct journey *j)
{
    if (v->filter[0] == '\0')
        return;
    v->whole = !v->whole;
    tables_view_update(v, j);
    journey_say(j, MARK_NONE, "%s",
                v->whole ? tr("all columns of the tables that are hit")
                         : tr("the columns that are hit, and no others"));
}

/* While the tree has the keys. */
static void choose_key(struct tables *self, struct journey *j, int key)
{
    struct tables_view *v = &self->view;

    switch (key) {
    case ' ':
        tables_choose_here(v, &self->reason, j);
        break;
    case 'a':
        tables_choose_shown(v, j);
        break;
    case 'e':
        if (tables_choose_is_flagged(v))
            tables_choose_reason(v, &self->reason, j);
        break;
    case 'm':
        tables_samples_ask(&self->samples, v, j);
        break;
    case 'u':
        choose_undo(j);
        tables_view_count(v);
        break;
    case TUI_CTRL('R'):
        choose_redo(j);
        tables_view_count(v);
        break;
    case 'f':
    case '/':
        tables_filter_start(&self->filter);
        break;
    case 'n':
    case 'N':
        if (!tables_view_next(v, key == 'n' ? 1 : -1))
            journey_say(j, MARK_NONE, "%s",
                        v->filter[0] ? tr("nothing is hit") : tr("nothing is flagged here"));
        break;
    case 'c':
        whole_tables(v, j);
        break;
    case 's':
        tables_values_switch(&self->values, j);
        break;
    case 'v':
        next_view(self, j);
        break;
    case 'o':
        next_order(self, j);
        break;
    case TUI_TAB:
        self->tall = !self->tall;
        break;
    default:
        tree_key(&v->tree, &v->model, key);
        break;
    }
}

enum nav tables_key(struct tables *self, struct journey *j, int key)
{
    tables_samples_hide(&self->samples); /* until the next key */
    if (self->reason.open) {
        reason_form_key(&self->reason, j, key);
        tables_view_count(&self->view);
    } else if (self->filter.typing) {
        tables_filter_key(&self->filter, &self->view, j, key);
    } else if (key == TUI_ENTER) {
        return go_on(self, j);
    } else if (key == 'r') {
        tables_ask(self, j);
    } else if (j->selection_ready) {
        choose_key(self, j, key);
    }
    return STAY;
}
