/* Which tables the migrations speak of, and what is to be said of those that stay out. */

#include "api/plan/prepare_inside.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/checks/source_checks.h"
#include "api/plan/needs.h"

/* --- which tables --- */

static const struct source_grant *grant_of(const struct source_facts *f, const char *schema,
                                           const char *table)
{
    for (size_t i = 0; i < f->grants.n_tables; i++)
        if (str_eq(f->grants.tables[i].schema, schema) && str_eq(f->grants.tables[i].table, table))
            return &f->grants.tables[i];
    return NULL;
}

static bool is_published(const struct source_facts *f, const char *schema, const char *table)
{
    if (f->publication.all_tables)
        return true;
    for (size_t i = 0; i < f->published.n_tables; i++)
        if (str_eq(f->published.tables[i].schema, schema) &&
            str_eq(f->published.tables[i].table, table))
            return f->published.tables[i].covered;
    return false;
}

/* By a list of columns that leaves out what is chosen. A filter of rows would go with the list, and
 * somebody has meant it: that is left to people. */
static bool is_cut(struct listing *l, const struct source_facts *f, const char *schema,
                   const char *table)
{
    for (size_t i = 0; i < f->published.n_tables; i++) {
        const struct source_published *p = &f->published.tables[i];
        if (!str_eq(p->schema, schema) || !str_eq(p->table, table) || p->n_left_out == 0)
            continue;
        if (p->row_filter)
            names_add(&l->cut, schema, table);
        return !p->row_filter && !p->by_parent;
    }
    return false;
}

static bool is_readable(const struct source_grant *g)
{
    return g && g->usage && g->select && g->n_missing == 0;
}

static void list(struct listing *l, const struct source_facts *f, const char *schema,
                 const char *table)
{
    const struct source_grant *g = grant_of(f, schema, table);
    bool published = is_published(f, schema, table);

    if (g && !g->exists) {
        names_add(&l->absent, schema, table);
    } else if (g && source_breaks_app(g) && !published) {
        names_add(&l->keyless, schema, table);
    } else {
        l->via_root |= g && g->kind == 'p';
        l->tables[l->n++] = (struct migration_table){schema, table, published, is_readable(g),
                                                     is_cut(l, f, schema, table)};
    }
}

static void list_chosen(struct listing *l, const struct source_facts *f, const struct selection *s)
{
    for (size_t i = 0; s && i < s->n_tables; i++)
        if (s->tables[i].n_included)
            list(l, f, s->tables[i].schema, s->tables[i].name);
}

/* Of some tables, by name: so is a publication that exists, and one that is to be made where one
 * for all tables would break the application. */
static bool is_of_some(const struct prepare_job *j, bool chosen)
{
    const struct source_facts *f = j->w->facts;
    enum prepare_shape shape = j->w->shape;
    bool wide = shape == PREPARE_PROCEDURE || (shape == PREPARE_FITTING && !chosen);

    return f->publication.exists ? !f->publication.all_tables : !wide || source_breaking(f) > 0;
}

/* Nothing is chosen. What a publication of some tables holds is meant, or is to be put into it;
 * else all tables are. */
static void list_meant(struct listing *l, const struct source_facts *f)
{
    for (size_t i = 0; i < f->grants.n_tables; i++) {
        const struct source_grant *g = &f->grants.tables[i];
        bool in = f->publication.exists && l->by_name ? is_published(f, g->schema, g->table)
                  : l->by_name                        ? source_is_publishable(f, g)
                                                      : source_is_ours(f, g);
        if (in)
            list(l, f, g->schema, g->table);
        else if (!f->publication.exists && source_breaks_app(g))
            names_add(&l->keyless, g->schema, g->table);
    }
}

/* --- what leaves --- */

static const struct selection_table *chosen_table(const struct selection *s, const char *schema,
                                                  const char *table)
{
    size_t at;

    return s && selection_find(s, schema, table, &at) ? &s->tables[at] : NULL;
}

static bool flows(const struct selection_table *t)
{
    for (size_t i = 0; t && i < t->n_columns; i++)
        if (t->columns[i].flows)
            return true;
    return false;
}

/* A part is chosen, and published by its whole. */
static bool any_by_parent(const struct source_facts *f)
{
    for (size_t i = 0; i < f->published.n_tables; i++)
        if (f->published.tables[i].by_parent)
            return true;
    return false;
}

static void list_leaving(struct listing *l, const struct prepare_wanted *w)
{
    const struct source_facts *f = w->facts;
    const struct selection *s = w->s;
    const struct observed *seen = w->seen;
    bool keeps_wholes = any_by_parent(f);

    for (size_t i = 0; i < f->publication.n_members; i++) {
        const struct source_member *m = &f->publication.members[i];
        const struct selection_table *t = chosen_table(s, m->schema, m->table);
        if ((t && t->n_included) || (m->kind == 'p' && keeps_wholes))
            continue;
        if (flows(t) || (seen && plan_stream_carries(seen, m->schema, m->table)))
            names_add(&l->flowing, m->schema, m->table);
        else
            l->leaving[l->n_leaving++] =
                (struct migration_table){m->schema, m->table, true, m->readable, false};
    }
}

static bool any_chosen(const struct selection *s)
{
    for (size_t i = 0; s && i < s->n_tables; i++)
        if (s->tables[i].n_included)
            return true;
    return false;
}

/* --- what is said about them --- */

static void say_keyless(struct prepare_job *j, struct name_list *keyless, bool chosen)
{
    if (keyless->n == 0)
        return;
    const char *which = arena_str(j->a, names_text(keyless));
    prepare_note(
        j, chosen
               ? arena_printf(
                     j->a,
                     tr("Left out of the publication: %s. Without a key, the app's own UPDATE and "
                        "DELETE on it would fail as soon as it is published. Two ways: give it a "
                        "primary key in a migration and look again, or leave it out of the "
                        "selection. (REPLICA IDENTITY FULL keeps the app going too, at the price "
                        "of more log.)"),
                     which)
               : arena_printf(
                     j->a,
                     tr("The publication is for the tables with a key, not FOR ALL TABLES: that "
                        "would make the app's own UPDATE and DELETE fail on %s. The other way: "
                        "give it a primary key first and look again."),
                     which));
}

static void say(struct prepare_job *j, struct listing *l, bool chosen)
{
    if (l->absent.n)
        prepare_note(j, arena_printf(j->a, tr("not in the database, so left out: %s"),
                                     names_text(&l->absent)));
    say_keyless(j, &l->keyless, chosen);
    if (l->cut.n)
        prepare_note(j, arena_printf(j->a,
                                     tr("published with a list of columns that leaves out what is "
                                        "chosen, and with a filter of rows: %s. No migration takes "
                                        "off what somebody has meant: ALTER PUBLICATION ... DROP "
                                        "TABLE, then ADD TABLE with the filter that is to stay"),
                                     names_text(&l->cut)));
    if (l->flowing.n)
        prepare_note(j,
                     arena_printf(j->a,
                                  tr("still in the stream: %s. Apply the change first, then come "
                                     "back: the migration that takes it out of the publication "
                                     "is written then"),
                                  names_text(&l->flowing)));
    j->out->takes_out = l->n_leaving > 0;
    if (l->n_leaving && j->w->unseen)
        prepare_note(j, arena_printf(j->a,
                                     tr("whether a stream still carries what leaves the "
                                        "publication could not be looked at (%s): take it out of "
                                        "the stream before this is deployed"),
                                     j->w->unseen));
}

static void list_all(struct prepare_job *j, struct listing *l, bool chosen)
{
    const struct source_facts *f = j->w->facts;

    if (chosen)
        list_chosen(l, f, j->w->s);
    else
        list_meant(l, f);
    if (chosen && !f->publication.all_tables)
        list_leaving(l, j->w);
}

bool prepare_list(struct prepare_job *j, struct listing *l)
{
    const struct source_facts *f = j->w->facts;
    const struct selection *s = j->w->s;
    size_t most = f->grants.n_tables + (s ? s->n_tables : 0) + 1;
    bool chosen = any_chosen(s), of_some = is_of_some(j, chosen);

    *l = (struct listing){
        .any_chosen = chosen,
        .tables = arena_array(j->a, struct migration_table, most),
        .leaving = arena_array(j->a, struct migration_table, f->publication.n_members + 1)};
    chosen = chosen && (of_some || j->w->shape != PREPARE_PROCEDURE);
    l->by_name = chosen || of_some;
    list_all(j, l, chosen);
    if (chosen && j->w->shape == PREPARE_PROCEDURE && !f->publication.exists)
        prepare_note(j,
                     tr("not FOR ALL TABLES: some table has no key, and the app's own UPDATE and "
                        "DELETE on it would fail. The chosen ones are named"));
    say(j, l, chosen);
    names_done(&l->absent);
    names_done(&l->cut);
    names_done(&l->keyless);
    names_done(&l->flowing);
    return l->n > 0 || !chosen;
}
