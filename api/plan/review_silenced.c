/* What the team has silenced and flows: a silence is somebody's word, and values may know better.
 */

#include "api/base/tr.h"
#include "api/plan/review_inside.h"
#include "api/plan/said.h"

#include <stdlib.h>

enum { LISTED = 150 };

static int by_place(const void *left, const void *right)
{
    const struct silenced *a = left, *b = right;

    if (a->table != b->table)
        return a->table < b->table ? -1 : 1;
    return (a->column > b->column) - (a->column < b->column);
}

static size_t find(const struct silenced_list *l, size_t from, size_t to, const struct silenced *s)
{
    const struct silenced *at = bsearch(s, l->items + from, to - from, sizeof *s, by_place);

    return at ? (size_t)(at - l->items) : l->n;
}

/* Of each silenced column the change of it; NULL: it flowed so before. Both parts of the list stand
 * in the order of the file. */
static const struct review_column **changes(struct review_writer *w)
{
    const struct review *r = w->r;
    const struct silenced_list *l = &r->silenced;
    const struct review_column **of = arena_array(w->a, const struct review_column *, l->n + 1);

    for (size_t i = 0; i <= l->n; i++)
        of[i] = NULL;
    for (size_t i = 0; l->n && i < r->n_columns; i++) {
        const struct compare_column *c = r->columns[i].c;
        if (c->is == NULL)
            continue;
        const struct selection_table *t = &r->in->judged->tables[c->table_is - r->in->is->tables];
        const struct silenced key = {.table = t,
                                     .column = &t->columns[c->is - c->table_is->columns]};
        of[find(l, 0, l->n_against, &key)] = &r->columns[i];
        of[find(l, l->n_against, l->n, &key)] = &r->columns[i];
    }
    return of;
}

/* Told with its level among what is sensitive; or it flowed so before, and nothing speaks against
 * it. */
static bool is_told_elsewhere(const struct silenced *s, const struct review_column *change)
{
    return change ? change->level != RULES_NONE : !s->against;
}

static void tell(struct review_writer *w, const struct silenced *s)
{
    const char *name = said_name(w->a, s->table->schema, s->table->name, s->column->name);

    if (s->against)
        review_add(w, REVIEW_ITEM, REVIEW_ALARM,
                   arena_printf(w->a,
                                tr("%s: flows, silenced, and its values say %s: is the team "
                                   "right?"),
                                name, review_categories(w, silenced_against(&s->verdict))));
    else
        review_add(w, REVIEW_ITEM, REVIEW_CHANGED,
                   arena_printf(w->a, tr("%s: flows, silenced"), name));
    review_evidence(w, &s->verdict);
}

void review_add_silenced(struct review_writer *w)
{
    const struct silenced_list *l = &w->r->silenced;
    const struct review_column **change = changes(w);
    size_t told = 0;

    for (size_t i = 0; i < l->n; i++) {
        if (is_told_elsewhere(&l->items[i], change[i]))
            continue;
        if (told++ == 0)
            review_head(w, tr("Silenced by the team's own rules"));
        if (told <= LISTED)
            tell(w, &l->items[i]);
    }
    if (told > LISTED)
        review_note(w, arena_printf(w->a, tr("and %zu more"), told - LISTED));
}
