#include "api/plan/drift.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/compare.h"
#include "api/plan/running.h"
#include "api/plan/said.h"

#include <assert.h>
#include <string.h>

struct job {
    const struct selection *agreed;
    const struct drift_world *live;
    struct arena *mem;
    struct drift_item *items;
    size_t n, room;
};

static void add(struct job *j, const struct drift_item *item)
{
    if (j->n == j->room) {
        size_t room = j->room ? j->room * 2 : 16;
        struct drift_item *more = arena_array(j->mem, struct drift_item, room);
        if (j->n)
            memcpy(more, j->items, j->n * sizeof *more);
        j->items = more;
        j->room = room;
    }
    j->items[j->n++] = *item;
}

static const char flows[] = "flows", left_out[] = "left out";

/* --- the stream --- */

static void add_flow(struct job *j, const struct compare_column *c)
{
    bool unagreed = c->kind == COMPARE_STARTS;
    const struct selection_column *known = c->is ? c->is : c->was;

    /* texts of the stream's own side live as long as a: they are copied */
    add(j, &(struct drift_item){.kind = DRIFT_SELECTION,
                                .schema = arena_str(j->mem, c->schema),
                                .table = arena_str(j->mem, c->table),
                                .column = arena_str(j->mem, c->name),
                                .agreed = unagreed ? left_out : flows,
                                .live = unagreed ? flows : left_out,
                                .level = (enum rules_level)known->level,
                                .unagreed = unagreed});
}

/* A list that takes more than it names, whatever comes later. */
static void add_wide(struct job *j)
{
    const char *wide;

    for (size_t i = 0; (wide = running_takes_all(j->live->stream, i, j->mem)); i++)
        add(j, &(struct drift_item){.kind = DRIFT_SELECTION,
                                    .schema = wide,
                                    .agreed = "each named",
                                    .live = "everything, what comes later too",
                                    .unagreed = true});
}

static void look_at_stream(struct job *j)
{
    struct selection running;
    struct comparison c;
    struct arena mem = {0};

    running_selection(j->live->stream, j->agreed, &running);
    compare(j->agreed, &running, &compare_stream, &mem, &c);
    for (size_t i = 0; i < c.n_columns; i++)
        if (c.columns[i].kind == COMPARE_STARTS)
            add_flow(j, &c.columns[i]);
    add_wide(j);
    for (size_t i = 0; i < c.n_columns; i++)
        if (c.columns[i].kind == COMPARE_STOPS)
            add_flow(j, &c.columns[i]);
    for (size_t i = 0; i < c.n_settings; i++)
        add(j, &(struct drift_item){.kind = DRIFT_SETTING,
                                    .path = c.settings[i].path,
                                    .agreed = arena_str(j->mem, c.settings[i].was),
                                    .live = arena_str(j->mem, c.settings[i].is)});
    arena_done(&mem);
    selection_done(&running);
}

/* --- the source --- */

static void add_table(struct job *j, enum drift_kind kind, const char *schema, const char *table,
                      const char *agreed, const char *live)
{
    add(j, &(struct drift_item){
               .kind = kind, .schema = schema, .table = table, .agreed = agreed, .live = live});
}

static bool is_chosen(const struct selection *s, const char *schema, const char *table)
{
    size_t at;

    return selection_find(s, schema, table, &at) && s->tables[at].n_included > 0;
}

static const char filtered[] = "only some rows";

static void look_at_publication(struct job *j)
{
    const struct source_facts *f = j->live->facts;

    if (!f->publication.part.known || !f->publication.exists)
        return; /* a need, or a check: nothing is handed out at all */
    for (size_t i = 0; f->published.part.known && i < f->published.n_tables; i++) {
        const struct source_published *t = &f->published.tables[i];
        if (!t->covered)
            add_table(j, DRIFT_PUBLICATION, t->schema, t->table, flows, "not published");
        for (size_t c = 0; c < t->n_left_out; c++)
            add(j, &(struct drift_item){.kind = DRIFT_PUBLICATION,
                                        .schema = t->schema,
                                        .table = t->table,
                                        .column = t->left_out[c],
                                        .agreed = flows,
                                        .live = "not published"});
        if (t->row_filter)
            add_table(j, DRIFT_PUBLICATION, t->schema, t->table, flows, filtered);
    }
    for (size_t i = 0; i < f->publication.n_members; i++) {
        const struct source_member *m = &f->publication.members[i];
        if (!is_chosen(j->agreed, m->schema, m->table))
            add_table(j, DRIFT_PUBLICATION, m->schema, m->table, left_out, "published");
    }
}

static void look_at_grants(struct job *j)
{
    const struct source_grants *g = &j->live->facts->grants;

    for (size_t i = 0; g->part.known && g->user_exists && i < g->n_tables; i++) {
        const struct source_grant *t = &g->tables[i];
        if (!t->exists || !is_chosen(j->agreed, t->schema, t->table))
            continue;
        if (!t->usage || (!t->select && t->n_missing == 0))
            add_table(j, DRIFT_GRANT, t->schema, t->table, flows, "not readable");
        for (size_t c = 0; t->usage && c < t->n_missing; c++)
            add(j, &(struct drift_item){.kind = DRIFT_GRANT,
                                        .schema = t->schema,
                                        .table = t->table,
                                        .column = t->missing[c],
                                        .agreed = flows,
                                        .live = "not readable"});
    }
}

/* --- the database's columns --- */

static void look_at_table(struct job *j, const struct selection_table *t)
{
    const struct selection_table *db;
    size_t at, column;

    if (!selection_find(j->live->seen, t->schema, t->name, &at)) {
        add_table(j, DRIFT_COLUMN, t->schema, t->name, t->n_included ? flows : left_out, NULL);
        return;
    }
    db = &j->live->seen->tables[at];
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct selection_column *c = &t->columns[i];
        bool there = selection_find_column(db, c->name, &column);
        if (there && (str_is_empty(c->type) || str_eq(c->type, db->columns[column].type)))
            continue;
        bool graver = there && c->included && db->columns[column].level > c->level;
        add(j, &(struct drift_item){
                   .kind = DRIFT_COLUMN,
                   .schema = t->schema,
                   .table = t->name,
                   .column = c->name,
                   .agreed = there         ? c->type
                             : c->included ? flows
                                           : left_out,
                   .live = there ? db->columns[column].type : NULL,
                   .level = (enum rules_level)(graver ? db->columns[column].level : c->level),
                   .graver = graver});
    }
}

/* A new table is one item, whatever is in it. What the stream carries is neither new nor off. */
static void look_for_news(struct job *j, const struct selection *running,
                          const struct selection_table *db)
{
    const struct selection_table *t, *carried = NULL;
    size_t at, column;

    if (running && selection_find(running, db->schema, db->name, &at))
        carried = &running->tables[at];
    if (!selection_find(j->agreed, db->schema, db->name, &at)) {
        if (db->selectable && (carried == NULL || carried->n_included == 0))
            add(j, &(struct drift_item){.kind = DRIFT_COLUMN,
                                        .schema = db->schema,
                                        .table = db->name,
                                        .live = left_out,
                                        .unlisted = true});
        return;
    }
    t = &j->agreed->tables[at];
    for (size_t i = 0; i < db->n_columns; i++)
        if (!selection_find_column(t, db->columns[i].name, &column) &&
            !(carried && selection_find_column(carried, db->columns[i].name, &column) &&
              carried->columns[column].included))
            add(j, &(struct drift_item){.kind = DRIFT_COLUMN,
                                        .schema = t->schema,
                                        .table = t->name,
                                        .column = db->columns[i].name,
                                        .live = db->columns[i].type,
                                        .level = (enum rules_level)db->columns[i].level,
                                        .unlisted = true});
}

static void look_at_database(struct job *j)
{
    const struct datastream_stream *stream = j->live->stream ? j->live->stream : j->live->carries;
    struct selection running;

    for (size_t i = 0; i < j->agreed->n_tables; i++)
        look_at_table(j, &j->agreed->tables[i]);
    if (stream)
        running_selection(stream, j->live->seen, &running);
    for (size_t i = 0; i < j->live->seen->n_tables; i++)
        look_for_news(j, stream ? &running : NULL, &j->live->seen->tables[i]);
    if (stream)
        selection_done(&running);
}

/* What flows without the file's word first, and what the file calls harmless, the most sensitive at
 * the top: a list that is cut loses none of it. News last. */
static int rank_of(const struct drift_item *d)
{
    enum { NEWS, OTHER, UNAGREED };
    bool wide = d->kind == DRIFT_SELECTION && d->table == NULL;

    if (d->unlisted)
        return NEWS;
    return d->unagreed || d->graver ? UNAGREED + (wide ? (int)RULES_PERSONAL : (int)d->level)
                                    : OTHER;
}

static struct drift_item *ranked(const struct job *j)
{
    struct drift_item *all = arena_array(j->mem, struct drift_item, j->n + 1);
    size_t n = 0;
    int most = 0;

    for (size_t i = 0; i < j->n; i++)
        most = rank_of(&j->items[i]) > most ? rank_of(&j->items[i]) : most;
    for (int rank = most; rank >= 0; rank--)
        for (size_t i = 0; i < j->n; i++)
            if (rank_of(&j->items[i]) == rank)
                all[n++] = j->items[i];
    return all;
}

void drift_find(const struct selection *agreed, const struct drift_world *live, struct arena *a,
                struct drift *out)
{
    struct job j = {.agreed = agreed, .live = live, .mem = a};

    if (live->stream)
        look_at_stream(&j);
    if (live->facts) {
        look_at_publication(&j);
        look_at_grants(&j);
    }
    if (live->seen)
        look_at_database(&j);
    *out = (struct drift){.items = ranked(&j), .n = j.n};
    for (size_t i = 0; i < j.n; i++) {
        out->n_unagreed += j.items[i].unagreed;
        out->n_unlisted += j.items[i].unlisted;
    }
}

const char *drift_kind_name(enum drift_kind k)
{
    static const char *const names[] = {"selection", "setting", "publication", "grant", "column"};

    assert((size_t)k < sizeof names / sizeof *names);
    return names[k];
}

/* --- in words --- */

/* A base is another text than the file: who reads this must know which one to mend. */
static const char *by_whom(const struct drift_item *d, struct arena *a)
{
    return d->by ? said_word(a, d->by) : tr("the file");
}

static const char *flow_text(const struct drift_item *d, const char *name, struct arena *a)
{
    if (d->table == NULL)
        return arena_printf(a, tr("the stream takes %s, what comes later too; %s names each"), name,
                            by_whom(d, a));
    return arena_printf(
        a, d->unagreed ? tr("%s flows, and not by %s") : tr("%s flows by %s, and does not"), name,
        by_whom(d, a));
}

static const char *column_text(const struct drift_item *d, const char *name, struct arena *a)
{
    if (d->live == NULL)
        return arena_printf(a, tr("%s is in %s, and not in the database"), name, by_whom(d, a));
    if (!d->unlisted)
        return arena_printf(a, tr("%s: the database says %s, %s says %s"), name,
                            said_word(a, d->live), by_whom(d, a), said_word(a, d->agreed));
    return arena_printf(a, tr("%s is in the database, and not in %s: it is off"), name,
                        by_whom(d, a));
}

static const char *plain_text(const struct drift_item *d, struct arena *a)
{
    const char *name = said_name(a, d->schema, d->table, d->column);

    switch (d->kind) {
    case DRIFT_SELECTION:
        return flow_text(d, name, a);
    case DRIFT_SETTING:
        return arena_printf(a, tr("%s: the stream has %s, %s has %s"), said_word(a, d->path),
                            said_word(a, d->live), by_whom(d, a), said_word(a, d->agreed));
    case DRIFT_PUBLICATION:
        if (str_eq(d->live, filtered))
            return arena_printf(a, tr("the publication hands out only some rows of %s (a filter)"),
                                name);
        return arena_printf(a,
                            str_eq(d->live, "published")
                                ? tr("the publication hands out %s, of which nothing flows by %s")
                                : tr("%s flows by %s, and the publication does not hand it out"),
                            name, by_whom(d, a));
    case DRIFT_GRANT:
        return arena_printf(a, tr("%s flows by %s, and the database user may not read it"), name,
                            by_whom(d, a));
    case DRIFT_COLUMN:
        break;
    }
    return column_text(d, name, a);
}

const char *drift_text(const struct drift_item *d, struct arena *a)
{
    const char *text = plain_text(d, a);

    return (d->unagreed || d->graver) && d->level != RULES_NONE
               ? arena_printf(a, "%s (%s)", text, tr(rules_level_name(d->level)))
               : text;
}

void drift_json(struct json_out *o, const char *key, const struct drift *d)
{
    struct arena a = {0};

    json_open_array(o, key);
    for (size_t i = 0; i < d->n; i++) {
        const struct drift_item *item = &d->items[i];
        json_open_object(o, NULL);
        json_put_string(o, "kind", drift_kind_name(item->kind));
        json_put_string(o, "schema", item->schema);
        json_put_string(o, "table", item->table);
        json_put_string(o, "column", item->column);
        json_put_string(o, "path", item->path);
        json_put_string(o, "agreed", item->agreed);
        json_put_string(o, "agreed_by", item->by);
        json_put_string(o, "live", item->live);
        json_put_string(o, "level", rules_level_name(item->level));
        json_put_bool(o, "news", item->unlisted);
        json_put_string(o, "text", said_plain(&a, drift_text(item, &a)));
        json_close_object(o);
    }
    json_close_array(o);
    arena_done(&a);
}
