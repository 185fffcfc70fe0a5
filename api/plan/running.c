#include "api/plan/running.h"

#include "api/base/str.h"
#include "api/plan/opened.h"

/* --- what the lists name and nobody knows --- */

static bool names_column(const struct selection_table *t, const char *column)
{
    size_t at;

    return t && selection_find_column(t, column, &at);
}

/* The columns of `known`, and behind them those that only the list names. */
static void add_table(struct selection *out, const char *schema, const char *name,
                      const struct selection_table *known, const struct datastream_table *listed)
{
    struct arena mem = {0};
    size_t n = known ? known->n_columns : 0, more = listed ? listed->n_columns : 0;
    struct selection_fact *facts = arena_array(&mem, struct selection_fact, n + more + 1);

    for (size_t i = 0; i < n; i++) {
        const struct selection_column *c = &known->columns[i];
        facts[i] = (struct selection_fact){.name = c->name,
                                           .type = c->type,
                                           .key = c->key,
                                           .unsupported = c->unsupported,
                                           .level = (enum rules_level)c->level,
                                           .categories = c->categories};
    }
    for (size_t i = 0; i < more; i++)
        if (!names_column(known, listed->columns[i].name))
            facts[n++] = (struct selection_fact){.name = listed->columns[i].name, .type = ""};
    struct selection_table *t = selection_add(out, schema, name, facts, n, NULL);
    t->selectable = known ? known->selectable : true;
    t->why = NULL;
    for (size_t i = 0; known && i < known->n_columns; i++)
        t->columns[i].ack = known->columns[i].ack; /* lives with `known`: see running.h */
    arena_done(&mem);
}

static void add_unknown(struct selection *out, const struct datastream_selection *l,
                        const struct selection *known)
{
    size_t at;

    for (size_t s = 0; s < l->n_schemas; s++)
        for (size_t i = 0; i < l->schemas[s].n_tables; i++) {
            const struct datastream_table *t = &l->schemas[s].tables[i];
            if (!selection_find(known, l->schemas[s].name, t->name, &at) &&
                !selection_find(out, l->schemas[s].name, t->name, &at))
                add_table(out, l->schemas[s].name, t->name, NULL, t);
        }
}

static const char *kept(struct selection *out, const char *text)
{
    return str_is_empty(text) ? NULL : selection_keep(out, text);
}

static void fill_settings(const struct datastream_stream *s, const struct selection *known,
                          struct selection *out)
{
    struct selection_destination *d = &out->destination;

    out->source = (struct selection_source){.publication = kept(out, s->publication),
                                            .slot = kept(out, s->slot)};
    *d = (struct selection_destination){.project = NULL,
                                        .dataset = kept(out, s->dataset),
                                        .mode = s->mode == DATASTREAM_MODE_APPEND  ? "append_only"
                                                : s->mode == DATASTREAM_MODE_MERGE ? "merge"
                                                                                   : NULL,
                                        .freshness_seconds = s->freshness_s};
    if (!str_eq(s->dataset_project, known->destination.project))
        d->dataset_project = kept(out, s->dataset_project);
    out->naming = (struct selection_naming){.stream = kept(out, s->id)};
}

void running_selection(const struct datastream_stream *s, const struct selection *known,
                       struct selection *out)
{
    selection_init(out);
    fill_settings(s, known, out);
    for (size_t i = 0; i < known->n_tables; i++) {
        const struct selection_table *t = &known->tables[i];
        add_table(out, t->schema, t->name, t,
                  datastream_selection_table(&s->include, t->schema, t->name));
    }
    add_unknown(out, &s->include, known);
    opened_select(&s->include, &s->exclude, out);
}

const char *running_takes_all(const struct datastream_stream *s, size_t n, struct arena *a)
{
    const struct datastream_selection *l = &s->include;

    if (l->n_schemas == 0)
        return n == 0 ? arena_str(a, "*.*") : NULL;
    for (size_t i = 0; i < l->n_schemas; i++) {
        if (l->schemas[i].n_tables == 0 && n-- == 0)
            return arena_printf(a, "%s.*", l->schemas[i].name);
        for (size_t t = 0; t < l->schemas[i].n_tables; t++)
            if (l->schemas[i].tables[t].n_columns == 0 && n-- == 0)
                return arena_printf(a, "%s.%s.*", l->schemas[i].name, l->schemas[i].tables[t].name);
    }
    return NULL;
}
