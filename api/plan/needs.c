#include "api/plan/needs.h"

#include "api/base/str.h"

#include <string.h>

static void need(struct plan *p, const char *kind, const char *text)
{
    if ((p->n_needs & (p->n_needs - 1)) == 0) { /* full at every power of two */
        struct plan_need *more =
            arena_array(&p->mem, struct plan_need, p->n_needs ? p->n_needs * 2 : 1);
        if (p->n_needs)
            memcpy(more, p->needs, p->n_needs * sizeof *more);
        p->needs = more;
    }
    p->needs[p->n_needs++] = (struct plan_need){kind, text};
}

static void manifest(struct plan *p, const struct source_facts *f)
{
    if (f->server.part.known && !str_eq(f->server.wal_level, "logical"))
        need(p, "manifest",
             "the flag cloudsql.logical_decoding is not deployed: wal_level is not logical");
    if (f->roles.part.known && !f->roles.db_user.exists)
        need(p, "manifest",
             arena_printf(&p->mem, "the user %s does not exist: deploy it with the manifest",
                          p->target.db_user));
}

static void grants(struct plan *p, const struct source_facts *f)
{
    for (size_t i = 0; f->grants.part.known && i < f->grants.n_tables; i++) {
        const struct source_grant *g = &f->grants.tables[i];
        if (!g->exists)
            need(p, "migration",
                 arena_printf(&p->mem, "%s.%s does not exist", g->schema, g->table));
        else if (!g->usage || !g->select || g->n_missing)
            need(p, "migration",
                 arena_printf(&p->mem, "%s may not read %s.%s", p->target.db_user, g->schema,
                              g->table));
    }
}

static void publication(struct plan *p, const struct source_facts *f)
{
    if (!f->publication.part.known)
        return;
    if (!f->publication.exists) {
        need(p, "migration",
             arena_printf(&p->mem, "the publication %s does not exist", p->target.publication));
        return;
    }
    for (size_t i = 0; f->published.part.known && i < f->published.n_tables; i++)
        if (!f->published.tables[i].covered)
            need(p, "migration",
                 arena_printf(&p->mem, "%s.%s is not in the publication %s",
                              f->published.tables[i].schema, f->published.tables[i].table,
                              p->target.publication));
}

static void slot(struct plan *p, const struct source_facts *f)
{
    if (!f->slots.part.known)
        return;
    if (f->slots.wanted == NULL)
        need(p, "migration",
             arena_printf(&p->mem, "the replication slot %s does not exist", p->target.slot));
    else if (str_eq(f->slots.wanted->wal_status, "lost"))
        need(p, "migration",
             arena_printf(&p->mem, "the replication slot %s is lost: a new one is needed",
                          p->target.slot));
}

void plan_add_needs(struct plan *p, const struct source_facts *facts)
{
    if (facts == NULL)
        return;
    manifest(p, facts);
    if (facts->roles.part.known && !facts->roles.db_user.exists)
        return; /* what grants to it comes after it */
    grants(p, facts);
    publication(p, facts);
    slot(p, facts);
}
