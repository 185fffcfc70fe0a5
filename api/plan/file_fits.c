/* Is what a plan file lets flow there? Datastream takes a name that is not there without a word,
 * and nothing of it ever flows. */

#include "api/plan/file.h"

#include "api/base/str.h"

enum { FIRST = 3 }; /* so many are named */

struct missing {
    struct str names;
    size_t n;
};

static void note(struct missing *m, const struct selection_table *t, const char *column)
{
    if (m->n++ < FIRST)
        str_printf(&m->names, "%s%s.%s%s%s", m->n > 1 ? ", " : "", t->schema, t->name,
                   column ? "." : "", column ? column : "");
}

static void look(struct missing *m, const struct selection_table *t, const struct selection *seen)
{
    size_t table, column;

    if (!selection_find(seen, t->schema, t->name, &table)) {
        note(m, t, NULL);
        return;
    }
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].included &&
            !selection_find_column(&seen->tables[table], t->columns[i].name, &column))
            note(m, t, t->columns[i].name);
}

bool plan_file_fits(const struct selection *file, const struct selection *seen, struct err *e)
{
    struct missing m = {0};

    for (size_t i = 0; i < file->n_tables; i++)
        if (file->tables[i].n_included)
            look(&m, &file->tables[i], seen);
    if (m.n) {
        if (m.n > FIRST)
            str_printf(&m.names, " and %zu more", m.n - FIRST);
        err_set(e, ERR_INPUT, "Reading the plan file");
        err_resource(e, str_text(&m.names));
        err_why(e, "the database has no %s", str_text(&m.names));
        err_hint(e, "put the name right, or take it out; strom tables lists what is there");
    }
    str_done(&m.names);
    return m.n == 0;
}
