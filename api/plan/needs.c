#include "api/plan/needs.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/checks/names.h"

#include <stdarg.h>
#include <string.h>

/* In English too: the digest of a plan is the same in every language. */
static void __attribute__((format(printf, 3, 4)))
need(struct plan *p, const char *kind, const char *english, ...)
{
    struct str sign = {0}, text = {0};
    va_list args, again;

    va_start(args, english);
    va_copy(again, args);
    str_vprintf(&sign, english, args);
    str_vprintf(&text, tr(english), again);
    va_end(again);
    va_end(args);
    if ((p->n_needs & (p->n_needs - 1)) == 0) { /* full at every power of two */
        struct plan_need *more =
            arena_array(&p->mem, struct plan_need, p->n_needs ? p->n_needs * 2 : 1);
        if (p->n_needs)
            memcpy(more, p->needs, p->n_needs * sizeof *more);
        p->needs = more;
    }
    p->needs[p->n_needs++] = (struct plan_need){kind, arena_str(&p->mem, str_text(&text)),
                                                arena_str(&p->mem, str_text(&sign))};
    str_done(&sign);
    str_done(&text);
}

static void manifest(struct plan *p, const struct source_facts *f)
{
    if (f->server.part.known && !str_eq(f->server.wal_level, "logical"))
        need(p, "manifest",
             "the flag cloudsql.logical_decoding is not deployed: wal_level is not logical");
    if (f->roles.part.known && !f->roles.db_user.exists)
        need(p, "manifest", "the user %s does not exist: deploy it with the manifest",
             p->target.db_user);
}

/* One need for all the tables that lack the same. */
static void grants(struct plan *p, const struct source_facts *f)
{
    struct name_list absent = {0}, unreadable = {0};

    for (size_t i = 0; f->grants.part.known && i < f->grants.n_tables; i++) {
        const struct source_grant *g = &f->grants.tables[i];
        if (!g->exists)
            names_add(&absent, g->schema, g->table);
        else if (!g->usage || !g->select || g->n_missing)
            names_add(&unreadable, g->schema, g->table);
        names_add_columns(&absent, g->schema, g->table, g->absent, g->n_absent);
    }
    if (absent.n)
        need(p, "migration", absent.n == 1 ? "%s does not exist" : "these do not exist: %s",
             names_text(&absent));
    if (unreadable.n)
        need(p, "migration", unreadable.n == 1 ? "%s may not read %s" : "%s may not read these: %s",
             p->target.db_user, names_text(&unreadable));
    names_done(&absent);
    names_done(&unreadable);
}

static void role(struct plan *p, const struct source_role *r)
{
    if (!r->login || r->expired || r->connection_limit == 0)
        need(p, "migration", "%s may not log in", p->target.db_user);
    if (!r->replication && !r->superuser)
        need(p, "migration", "%s lacks REPLICATION", p->target.db_user);
}

static void uncovered(struct plan *p, const struct source_coverage *c)
{
    struct name_list tables = {0}, columns = {0};

    for (size_t i = 0; c->part.known && i < c->n_tables; i++) {
        const struct source_published *t = &c->tables[i];
        if (!t->covered)
            names_add(&tables, t->schema, t->table);
        names_add_columns(&columns, t->schema, t->table, t->left_out, t->n_left_out);
    }
    if (columns.n)
        need(p, "migration", "a list in the publication %s leaves out columns: %s",
             p->target.publication, names_text(&columns));
    if (tables.n == 1)
        need(p, "migration", "%s is not in the publication %s", names_text(&tables),
             p->target.publication);
    else if (tables.n)
        need(p, "migration", "these are not in the publication %s: %s", p->target.publication,
             names_text(&tables));
    names_done(&tables);
    names_done(&columns);
}

/* Chosen as a whole, but handed out under the names of its parts: Datastream does not find it. */
static void partitioned(struct plan *p, const struct source_facts *f)
{
    struct name_list tables = {0};

    for (size_t i = 0; f->grants.part.known && i < f->grants.n_tables; i++)
        if (f->grants.tables[i].kind == 'p' && !f->grants.tables[i].partition)
            names_add(&tables, f->grants.tables[i].schema, f->grants.tables[i].table);
    if (tables.n && !f->publication.via_root)
        need(p, "migration",
             "the publication %s hands out part by part: %s (SET "
             "(publish_via_partition_root = true))",
             p->target.publication, names_text(&tables));
    names_done(&tables);
}

static void publication(struct plan *p, const struct source_facts *f)
{
    const struct source_publication *b = &f->publication;

    if (!b->part.known)
        return;
    if (!b->exists) {
        need(p, "migration", "the publication %s does not exist", p->target.publication);
        return;
    }
    if (!b->insert || !b->update || !b->delete_)
        need(p, "migration", "the publication %s does not hand out insert, update and delete",
             p->target.publication);
    uncovered(p, &f->published);
    partitioned(p, f);
}

static void slot(struct plan *p, const struct source_facts *f)
{
    const struct source_slot *s = f->slots.wanted;

    if (!f->slots.part.known)
        return;
    if (s == NULL)
        need(p, "migration", "the replication slot %s does not exist", p->target.slot);
    else if (str_eq(s->wal_status, "lost"))
        need(p, "migration", "the replication slot %s is lost: a new one is needed",
             p->target.slot);
    else if (!s->logical || !str_eq(s->plugin, "pgoutput"))
        need(p, "migration",
             "the replication slot %s is of another kind, not pgoutput: take another "
             "name (--slot)",
             p->target.slot);
}

void plan_add_needs(struct plan *p, const struct source_facts *facts)
{
    if (facts == NULL)
        return;
    manifest(p, facts);
    if (facts->roles.part.known && !facts->roles.db_user.exists)
        return; /* what grants to it comes after it */
    if (facts->roles.part.known)
        role(p, &facts->roles.db_user);
    grants(p, facts);
    publication(p, facts);
    slot(p, facts);
}

static bool is_chosen(const struct selection *s, const char *schema, const char *table)
{
    size_t at;

    return selection_find(s, schema, table, &at) && s->tables[at].n_included > 0;
}

bool plan_stream_names(const struct observed *seen, const char *schema, const char *table)
{
    for (size_t i = 0; i < seen->n_stream_tables; i++)
        if (str_eq(seen->stream_tables[i].schema, schema) &&
            str_eq(seen->stream_tables[i].table, table))
            return true;
    return false;
}

static bool names_schema(const struct observed *seen, const char *schema)
{
    for (size_t i = 0; i < seen->n_stream_tables; i++)
        if (seen->stream_tables[i].table == NULL && str_eq(seen->stream_tables[i].schema, schema))
            return true;
    return false;
}

static bool leaves_out(const struct observed *seen, const char *schema, const char *table)
{
    for (size_t i = 0; i < seen->n_stream_excluded; i++) {
        const struct observed_column_set *x = &seen->stream_excluded[i];
        if (str_eq(x->schema, schema) && x->n_columns == 0 &&
            (x->table == NULL || str_eq(x->table, table)))
            return true;
    }
    return false;
}

bool plan_stream_carries(const struct observed *seen, const char *schema, const char *table)
{
    return (seen->stream_takes_all || names_schema(seen, schema) ||
            plan_stream_names(seen, schema, table)) &&
           !leaves_out(seen, schema, table);
}

void plan_add_leaving(struct plan *p, const struct selection *s, const struct observed *seen,
                      const struct source_facts *facts)
{
    struct name_list tables = {0};

    for (size_t i = 0; facts && i < facts->publication.n_members; i++) {
        const struct source_member *m = &facts->publication.members[i];
        if (plan_stream_names(seen, m->schema, m->table) && !is_chosen(s, m->schema, m->table))
            names_add(&tables, m->schema, m->table);
    }
    if (tables.n)
        p->leaving = arena_printf(&p->mem,
                                  tr("out of the publication %s: %s (strom files writes it, or w "
                                     "on Prerequisites)"),
                                  p->target.publication, names_text(&tables));
    names_done(&tables);
}
