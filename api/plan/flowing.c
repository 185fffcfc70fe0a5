#include "api/plan/flowing.h"

#include "api/base/str.h"
#include "api/base/tr.h"

#include <string.h>

struct walk {
    const struct plan_action *a;
    size_t at; /* in its changes, which stand in the order of the selection's tables */
    bool stops;
    struct arena *mem;
    const char **items;
    size_t n, room, columns, n_new, n_late;
};

static void add(struct walk *w, const char *text)
{
    if (w->n == w->room) {
        const char **more = arena_array(w->mem, const char *, w->room * 2 + 8);
        if (w->n)
            memcpy(more, w->items, w->n * sizeof *more);
        w->items = more;
        w->room = w->room * 2 + 8;
    }
    w->items[w->n++] = text;
}

static bool is_wanted(const struct walk *w, const struct plan_change *c)
{
    return str_eq(c->from, w->stops ? "flows" : "left out") &&
           str_eq(c->to, w->stops ? "left out" : "flows");
}

/* All of the table, as far as it can flow at all; or nothing of it is left. */
static bool is_whole(const struct walk *w, const struct selection_table *t, size_t n)
{
    size_t able = 0;

    for (size_t i = 0; i < t->n_columns; i++)
        able += !t->columns[i].unsupported;
    return w->stops ? t->n_included == 0 : n == able;
}

/* None of it flowed before. */
static bool is_new(const struct walk *w, const struct selection_table *t, size_t n)
{
    return !w->stops && t->n_included == n;
}

static void tell_table(struct walk *w, const struct selection_table *t)
{
    const char *prefix = arena_printf(w->mem, "%s.%s.", t->schema, t->name);
    struct str names = {0};
    size_t n = 0;

    for (; w->at < w->a->n_changes && str_starts(w->a->changes[w->at].path, prefix); w->at++)
        if (is_wanted(w, &w->a->changes[w->at])) {
            str_printf(&names, "%s%s", n ? ", " : "", w->a->changes[w->at].path + strlen(prefix));
            n++;
        }
    if (n && is_whole(w, t, n))
        add(w, arena_printf(w->mem, tr("%s.%s, the whole table"), t->schema, t->name));
    else if (n && is_new(w, t, n))
        add(w, arena_printf(w->mem, tr("%s.%s, %zu of %u columns: %s"), t->schema, t->name, n,
                            t->n_columns, str_text(&names)));
    else if (n)
        add(w, arena_printf(w->mem, "%s.%s: %s", t->schema, t->name, str_text(&names)));
    w->columns += n;
    w->n_new += n && is_new(w, t, n);
    w->n_late += n && !w->stops && !is_new(w, t, n);
    str_done(&names);
}

void flowing(const struct plan *p, const struct selection *s, bool stops, struct arena *a,
             struct flowing *out)
{
    struct walk w = {.a = plan_action(p, STEP_STREAM), .stops = stops, .mem = a};

    *out = (struct flowing){0};
    if (w.a == NULL)
        return;
    while (w.at < w.a->n_changes && strchr(w.a->changes[w.at].path, '.') == NULL)
        w.at++; /* publication, freshness */
    for (size_t i = 0; i < s->n_tables; i++)
        tell_table(&w, &s->tables[i]);
    for (; w.at < w.a->n_changes; w.at++) /* of tables that are not known here */
        if (is_wanted(&w, &w.a->changes[w.at]))
            add(&w, w.a->changes[w.at].path);
    *out = (struct flowing){w.items, w.n, w.columns, w.n_new, w.n_late};
}

const char *flowing_copies(const struct flowing *starts)
{
    return starts->n_new ? tr("Datastream copies the rows of a table that is added") : NULL;
}

const char *flowing_lacks(const struct flowing *starts)
{
    return starts->n_late ? tr("rows that have arrived get no value of a column that is added: "
                               "strom stream backfill copies the table anew")
                          : NULL;
}

const char *flowing_keeps(const struct plan_action *stream)
{
    for (size_t i = 0; stream->verb == PLAN_UPDATE && i < stream->n_changes; i++)
        if (str_eq(stream->changes[i].path, "dataFreshness"))
            return tr("tables that are there keep their max_staleness: it is set by ALTER TABLE "
                      "... SET OPTIONS");
    return NULL;
}

void flowing_tell(const struct flowing *f, const char *what, size_t most, struct str *out)
{
    for (size_t i = 0; i < f->n && i < most; i++)
        str_printf(out, "%s%s", i ? "; " : what, f->items[i]);
    if (f->n > most)
        str_printf(out, tr("; and %zu more"), f->n - most);
    if (f->n)
        str_add(out, ". ");
}
