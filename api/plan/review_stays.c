/* What a change does not do: what has arrived in BigQuery stays. The statements that take it away,
 * for somebody to read and to run by hand. */

#include "api/base/safe.h"
#include "api/base/str.h"
#include "api/files/quote.h"
#include "api/plan/review_inside.h"

#include <string.h>

static bool is_plain(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

    return strspn(name, letters) == strlen(name);
}

/* Where the base's tables arrive. */
static const char *dataset_of(const struct review *r)
{
    const struct selection *base = r->in->was ? r->in->was : r->in->is;

    return str_is_empty(base->destination.dataset) ? r->in->target->dataset
                                                   : base->destination.dataset;
}

static const char *project_of(const struct review *r)
{
    const struct selection *base = r->in->was ? r->in->was : r->in->is;
    const struct selection_destination *d = &base->destination;
    const struct target *t = r->in->target;

    return !str_is_empty(d->dataset_project) ? d->dataset_project
           : !str_is_empty(d->project)       ? d->project
           : t->dataset_project[0]           ? t->dataset_project
                                             : t->project;
}

/* `project`.`dataset`.`schema_table` */
static bool put_table(struct review *r, const struct compare_column *c, struct str *out)
{
    const char *table = arena_printf(&r->mem, "%s_%s", c->schema, c->table);
    struct err e;

    if (!quote_bigquery(out, project_of(r), &e))
        return false;
    str_addc(out, '.');
    if (!quote_bigquery(out, dataset_of(r), &e))
        return false;
    str_addc(out, '.');
    return quote_bigquery(out, table, &e);
}

static bool put_statement(struct review *r, const struct compare_column *c, bool whole,
                          struct str *out)
{
    struct err e;

    str_add(out, whole ? "DROP TABLE IF EXISTS " : "ALTER TABLE ");
    if (!put_table(r, c, out))
        return false;
    if (!whole) {
        str_add(out, " DROP COLUMN IF EXISTS ");
        if (!quote_bigquery(out, c->name, &e))
            return false;
    }
    str_addc(out, ';');
    return true;
}

/* "a_b"."c" and "a"."b_c" arrive under one name: that table may be another's, which still flows. */
static bool is_anothers(struct review *r, const struct compare_column *c)
{
    const char *name = arena_printf(&r->mem, "%s_%s", c->schema, c->table);

    for (size_t i = 0; i < r->in->is->n_tables; i++) {
        const struct selection_table *t = &r->in->is->tables[i];
        size_t schema = strlen(t->schema);
        bool same = str_eq(t->schema, c->schema) && str_eq(t->name, c->table);
        if (!same && t->n_included && str_starts(name, t->schema) && name[schema] == '_' &&
            str_eq(name + schema + 1, t->name))
            return true;
    }
    return false;
}

static void add(struct review *r, const struct compare_column *c, bool whole)
{
    struct review_stay *s = &r->stays[r->n_stays++];
    struct str sql = {0};

    *s = (struct review_stay){.schema = c->schema,
                              .table = c->table,
                              .column = whole ? NULL : c->name,
                              .renamed = !is_plain(c->schema) || !is_plain(c->table) ||
                                         (!whole && !is_plain(c->name))};
    s->anothers = is_anothers(r, c);
    if (!s->anothers && put_statement(r, c, whole, &sql) && safe_is(str_text(&sql)))
        s->sql = arena_str(&r->mem, str_text(&sql));
    str_done(&sql);
}

void review_find_stays(struct review *r)
{
    const struct compare_column *last = NULL;

    r->stays = arena_array(&r->mem, struct review_stay, r->change.count[COMPARE_STOPS] + 1);
    for (size_t i = 0; i < r->change.n_columns; i++) {
        const struct compare_column *c = &r->change.columns[i];
        bool whole = compare_is_whole(c);
        if (c->kind != COMPARE_STOPS ||
            (whole && last && str_eq(last->schema, c->schema) && str_eq(last->table, c->table)))
            continue;
        add(r, c, whole);
        last = c;
    }
}
