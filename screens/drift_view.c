#include "screens/drift_view.h"

#include "api/base/tr.h"
#include "api/plan/drifting.h"
#include "api/plan/said.h"
#include "screens/values.h"

void drift_view_done(struct drift_view *v)
{
    task_clear(&v->looking);
    if (v->has_file)
        selection_done(&v->file);
    arena_done(&v->mem);
    *v = (struct drift_view){.looking = NULL};
}

void drift_view_open(struct drift_view *v, struct journey *j)
{
    struct judging_values values = values_for_judging(j->live, j->dsn, j->target.database, j->kept);
    struct drifting_options o = {.google = j->live->google,
                                 .pg = journey_pg(j),
                                 .target = &j->target,
                                 .file = &v->file,
                                 .team = j->live->team,
                                 .values = &values};

    values.remembered = true; /* who only watches reads no values */
    drift_view_done(v);
    v->has_file = journey_plan_file(j, &v->file);
    if (v->has_file && drifting_concerns(&v->file, &j->target))
        v->looking = drifting(j->live->net, &o);
}

void drift_view_news(struct drift_view *v)
{
    if (v->looking == NULL || v->found || task_state(v->looking) != TASK_OK)
        return;
    drift_find(&v->file, drifting_world(v->looking), &v->mem, &v->drift);
    v->found = true;
}

bool drift_view_has_file(const struct drift_view *v)
{
    return v->has_file;
}

void drift_view_draw(const struct drift_view *v, struct page *p)
{
    size_t n = v->found ? v->drift.n - v->drift.n_unlisted : 0;
    struct arena a = {0};

    if (n == 0)
        return;
    page_mark(p, v->drift.n_unagreed ? MARK_FAIL : MARK_WARN, tr("drift: %s"),
              said_plain(&a, drift_text(&v->drift.items[0], &a)));
    if (n > 1)
        page_note(p, tr("→ and %zu more places; c compares with the plan file"), n - 1);
    else
        page_note(p, "%s", tr("→ c compares with the plan file"));
    arena_done(&a);
}
