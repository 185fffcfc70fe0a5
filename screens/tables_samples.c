#include "screens/tables_samples.h"

#include "api/base/tr.h"
#include "api/base/utf8.h"
#include "api/plan/sampling_look.h"
#include "screens/answer.h"
#include "screens/plain.h"

#include <string.h>

void tables_samples_ask(struct tables_samples *s, const struct tables_view *v, struct journey *j)
{
    const struct options *o = j->live->options;
    struct tree_node at = v->tree.at;
    struct pg *pg = journey_pg(j);

    tables_samples_hide(s);
    if (pg == NULL || v->n == 0 || at.group == TREE_NONE || at.leaf == TREE_NONE) {
        journey_say(j, MARK_NONE, "%s",
                    pg == NULL ? tr("values are read from the database, and it is not connected")
                               : tr("m shows values of a column: Right opens the table, Down goes "
                                    "to its columns"));
        return;
    }
    s->table = v->tables[at.group];
    s->column = tables_view_column(v);
    s->task = sampling_look(pg, j->catalog, s->table, s->column,
                            j->selection.tables[s->table].columns[s->column].categories,
                            !utf8_is_locale(), o->shots || o->keys || plain_wanted(o));
    if (s->task == NULL)
        journey_say(j, MARK_WARN, "%s",
                    tr("values are looked at in tables alone: a view would run as a whole"));
}

void tables_samples_hide(struct tables_samples *s)
{
    task_clear(&s->task);
}

bool tables_samples_shown(const struct tables_samples *s)
{
    return s->task != NULL;
}

void tables_samples_draw(const struct tables_samples *s, const struct journey *j, struct page *p)
{
    const char *name = j->selection.tables[s->table].columns[s->column].name;

    if (!answered(p, s->task, tr("Reading a few values")))
        return;
    if (sampling_look_count(s->task) == 0)
        page_note(p, tr("%s: no value was met"), name);
    for (size_t i = 0; i < sampling_look_count(s->task); i++)
        page_note(p, "%s: %s", name, sampling_look_value(s->task, i));
}
