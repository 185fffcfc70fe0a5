#include "api/plan/export.h"

#include "api/base/safe.h"

bool export_makes(const struct plan *p, enum step_id step)
{
    const struct plan_action *a = plan_action(p, step);

    return a && (a->verb == PLAN_CREATE || a->verb == PLAN_UPDATE) &&
           !(step == STEP_PROXY && a->verb == PLAN_UPDATE); /* it is there, or on its way */
}

void export_comment(struct str *out, const char *text)
{
    char line[512];

    safe_text(line, sizeof line, text);
    str_printf(out, "# %s\n", line);
}

size_t export_next_schema(const struct selection *s, size_t from)
{
    for (size_t i = from; i < s->n_tables; i++) {
        bool known = s->tables[i].n_included == 0;
        for (size_t k = 0; !known && k < i; k++)
            known = s->tables[k].n_included && str_eq(s->tables[k].schema, s->tables[i].schema);
        if (!known)
            return i;
    }
    return s->n_tables;
}

const char *export_dataset_project(const struct plan *p)
{
    return p->target.dataset_project[0] ? p->target.dataset_project : p->target.project;
}
