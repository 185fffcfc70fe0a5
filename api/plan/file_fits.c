/* Is what a plan file lets flow there, and does it keep the rules that choosing keeps? Datastream
 * takes a name that is not there without a word, and nothing of it ever flows; a table without its
 * key cannot be merged. */

#include "api/plan/file.h"

#include "api/base/str.h"
#include "api/base/tr.h"

enum { FIRST = 3 }; /* so many are named */

struct listed {
    struct str names, told; /* told: with their lines */
    size_t n;
};

/* In the file; a column that does not stand there is its table's. 0: not known. */
static unsigned line_of(const struct selection_table *t, const char *column)
{
    size_t at;

    if (t->lines == NULL)
        return 0;
    return t->lines[column && selection_find_column(t, column, &at) ? at + 1 : 0];
}

/* why: NULL, or what is wrong with it. */
static void note(struct listed *m, const struct selection_table *t, const char *column,
                 const char *why)
{
    unsigned line = line_of(t, column);
    struct str name = {0};

    if (m->n++ >= FIRST)
        return;
    str_printf(&name, "%s%s.%s%s%s", m->n > 1 ? ", " : "", t->schema, t->name, column ? "." : "",
               column ? column : "");
    str_add(&m->names, str_text(&name));
    str_add(&m->told, str_text(&name));
    if (why)
        str_printf(&m->names, " (%s)", why);
    if (line)
        str_printf(&m->told, tr(" (line %u%s%s)"), line, why ? ": " : "", why ? why : "");
    else if (why)
        str_printf(&m->told, " (%s)", why);
    str_done(&name);
}

static void look(struct listed *m, const struct selection_table *t, const struct selection *seen)
{
    size_t table, column;

    if (!selection_find(seen, t->schema, t->name, &table)) {
        note(m, t, NULL, NULL);
        return;
    }
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].included &&
            !selection_find_column(&seen->tables[table], t->columns[i].name, &column))
            note(m, t, t->columns[i].name, NULL);
}

static bool flows(const struct selection *s, const struct selection_table *t)
{
    size_t at;
    return selection_find(s, t->schema, t->name, &at) && s->tables[at].n_included > 0;
}

static size_t n_keys(const struct selection_table *t)
{
    size_t n = 0;

    for (size_t i = 0; i < t->n_columns; i++)
        n += t->columns[i].key;
    return n;
}

/* The rules of selection.h, which a file written by hand may break. */
static void hold_against(struct listed *m, const struct selection_table *t,
                         const struct selection *file, const struct selection *seen)
{
    size_t table, at;

    if (!selection_find(seen, t->schema, t->name, &table))
        return;
    const struct selection_table *there = &seen->tables[table];
    if (!there->selectable) {
        note(m, t, NULL, there->why ? there->why : tr("it is not replicated"));
        return;
    }
    if (str_eq(file->destination.mode, "merge") && n_keys(there) > SELECTION_KEY_COLUMNS)
        note(m, t, NULL, tr(selection_answer_text(SELECTION_TOO_MANY_KEYS)));
    if (there->root && flows(file, &seen->tables[there->root - 1]))
        note(m, t, NULL, tr("the table that it is a partition of flows, too"));
    for (size_t i = 0; i < there->n_columns; i++) {
        const struct selection_column *c = &there->columns[i];
        bool on = selection_find_column(t, c->name, &at) && t->columns[at].included;
        if (c->key && !on)
            note(m, t, c->name, tr("a key column flows with its table"));
        if (c->unsupported && on)
            note(m, t, c->name, tr("Datastream does not carry it"));
    }
}

/* Releases the list. */
static bool tell(struct listed *m, const char *why, const char *hint, struct err *e)
{
    bool none = m->n == 0;

    if (m->n > FIRST) {
        str_printf(&m->names, tr(" and %zu more"), m->n - FIRST);
        str_printf(&m->told, tr(" and %zu more"), m->n - FIRST);
    }
    if (!none) {
        err_set(e, ERR_INPUT, tr("Reading the plan file"));
        err_resource(e, str_text(&m->names));
        err_why(e, "%s %s", why, str_text(&m->told));
        err_hint(e, "%s", hint);
    }
    str_done(&m->names);
    str_done(&m->told);
    return none;
}

bool plan_file_fits(const struct selection *file, const struct selection *seen, struct err *e)
{
    struct listed missing = {0}, broken = {0};

    for (size_t i = 0; i < file->n_tables; i++)
        if (file->tables[i].n_included) {
            look(&missing, &file->tables[i], seen);
            hold_against(&broken, &file->tables[i], file, seen);
        }
    bool there =
        tell(&missing, tr("the database has no"),
             tr("put the name right, or take it out; strom tables lists what is there"), e);
    struct err second;
    bool kept = tell(&broken, tr("this cannot flow so:"),
                     tr("change these lines, or choose in the wizard, which keeps these rules"),
                     there ? e : &second);
    return there && kept;
}
