/* What a change takes besides: migrations and grants for tables that begin to flow, backfills for
 * columns that do, a new stream for what cannot be changed in one. From the source's facts where it
 * could be asked, else as such a change takes it. */

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/cautions.h"
#include "api/plan/review_inside.h"
#include "api/plan/said.h"

#include <stdlib.h>
#include <string.h>

static void need(struct review *r, const char *kind, bool sure, const char *text)
{
    if ((r->n_needs & (r->n_needs - 1)) == 0) { /* full at every power of two */
        struct review_need *more =
            arena_array(&r->mem, struct review_need, r->n_needs ? r->n_needs * 2 : 1);
        if (r->n_needs)
            memcpy(more, r->needs, r->n_needs * sizeof *more);
        r->needs = more;
    }
    r->needs[r->n_needs++] = (struct review_need){kind, text, sure};
}

static const char *word(struct review *r, const char *text)
{
    return said_word(&r->mem, text);
}

/* Tables of one sentence: the first by name, the others counted. */
struct named {
    struct str text;
    size_t n;
};

static void name(struct review *r, struct named *list, const char *schema, const char *table)
{
    enum { NAMED = 12 };

    if (list->n++ < NAMED)
        str_printf(&list->text, "%s%s", list->text.bytes ? ", " : "",
                   said_name(&r->mem, schema, table, NULL));
}

/* In the review's memory; the list is empty again. */
static const char *names(struct review *r, struct named *list)
{
    enum { NAMED = 12 };

    if (list->n > NAMED)
        str_printf(&list->text, tr(" and %zu more"), list->n - NAMED);
    const char *text = arena_str(&r->mem, str_text(&list->text));
    str_done(&list->text);
    *list = (struct named){.n = 0};
    return text;
}

/* --- the source, where it could be asked --- */

static bool knows_publication(const struct review *r)
{
    const struct source_facts *f = r->in->live.facts;

    return f && f->publication.part.known && (f->published.part.known || !f->publication.exists);
}

static bool knows_grants(const struct review *r)
{
    const struct source_facts *f = r->in->live.facts;

    return f && f->grants.part.known && f->grants.user_exists;
}

/* By the source as it is, whatever the change. */
static void lacks(struct review *r, const char *kind, const char *text)
{
    need(r, kind, true, text);
    r->n_missing++;
}

static void need_publication(struct review *r, bool sure, struct named *tables)
{
    if (tables->n)
        need(r, "migration", sure,
             arena_printf(&r->mem, tr("%s into the publication %s (strom files writes it)"),
                          names(r, tables), word(r, r->in->target->publication)));
}

static void need_grant(struct review *r, bool sure, struct named *tables)
{
    if (tables->n)
        need(r, "grant", sure,
             arena_printf(&r->mem, tr("SELECT on %s for %s (strom files writes it)"),
                          names(r, tables), word(r, r->in->target->db_user)));
}

/* Published, but not all of it. */
static void published_in_part(struct review *r)
{
    const struct source_coverage *c = &r->in->live.facts->published;
    const char *publication = word(r, r->in->target->publication);
    struct named columns = {.n = 0};

    for (size_t i = 0; i < c->n_tables; i++) {
        const struct source_published *t = &c->tables[i];
        if (t->n_left_out)
            name(r, &columns, t->schema, t->table);
    }
    if (columns.n)
        lacks(r, "migration",
              arena_printf(&r->mem,
                           tr("a list in the publication %s leaves out columns that flow by the "
                              "file, of %s (DROP TABLE, then ADD TABLE without a list)"),
                           publication, names(r, &columns)));
}

static void unpublished(struct review *r)
{
    const struct source_facts *f = r->in->live.facts;
    const struct source_publication *p = &f->publication;
    struct named tables = {.n = 0};

    if (!p->exists) {
        lacks(r, "migration",
              arena_printf(&r->mem, tr("the publication %s does not exist (strom files writes it)"),
                           word(r, r->in->target->publication)));
        return;
    }
    for (size_t i = 0; i < f->published.n_tables; i++)
        if (!f->published.tables[i].covered)
            name(r, &tables, f->published.tables[i].schema, f->published.tables[i].table);
    r->n_missing += tables.n > 0;
    need_publication(r, true, &tables);
    published_in_part(r);
    if (!p->insert || !p->update || !p->delete_)
        lacks(r, "migration",
              arena_printf(&r->mem,
                           tr("the publication %s does not hand out insert, update and delete"),
                           word(r, r->in->target->publication)));
}

static void unreadable(struct review *r)
{
    const struct source_grants *g = &r->in->live.facts->grants;
    struct named tables = {.n = 0};

    for (size_t i = 0; i < g->n_tables; i++) {
        const struct source_grant *t = &g->tables[i];
        if (t->exists && (!t->usage || !t->select || t->n_missing))
            name(r, &tables, t->schema, t->table);
    }
    r->n_missing += tables.n > 0;
    need_grant(r, true, &tables);
}

/* Chosen as a whole, but handed out under the names of its parts: Datastream does not find it. */
static void partitioned(struct review *r)
{
    const struct source_facts *f = r->in->live.facts;
    struct named tables = {.n = 0};

    if (!f->publication.exists || f->publication.via_root)
        return;
    for (size_t i = 0; f->grants.part.known && i < f->grants.n_tables; i++)
        if (f->grants.tables[i].kind == 'p' && !f->grants.tables[i].partition)
            name(r, &tables, f->grants.tables[i].schema, f->grants.tables[i].table);
    if (tables.n)
        lacks(r, "migration",
              arena_printf(&r->mem,
                           tr("the publication %s hands out part by part: %s (SET "
                              "(publish_via_partition_root = true))"),
                           word(r, r->in->target->publication), names(r, &tables)));
}

static void tell(struct review *r, const char *kind, const char *text)
{
    need(r, kind, true, text);
}

/* Such a table may flow all the same. */
static void look_out(struct review *r)
{
    struct cautions found;

    cautions_find(r->in->live.facts, r->in->target->publication, &r->mem, &found);
    for (size_t i = 0; i < found.n; i++)
        (found.items[i].withholds ? lacks : tell)(r, found.items[i].kind, found.items[i].text);
}

/* --- what such a change takes --- */

static bool same_table(const struct compare_column *a, const struct compare_column *b)
{
    return a && str_eq(a->schema, b->schema) && str_eq(a->table, b->table);
}

/* Each once; the comparison stands in the order of tables. whole: none of the table flows on the
 * other side. */
static void tables_of(struct review *r, enum compare_kind kind, bool whole, struct named *out)
{
    const struct compare_column *last = NULL;

    for (size_t i = 0; i < r->change.n_columns; i++) {
        const struct compare_column *c = &r->change.columns[i];
        if (c->kind != kind || compare_is_whole(c) != whole || same_table(last, c))
            continue;
        name(r, out, c->schema, c->table);
        last = c;
    }
}

static void tables_start(struct review *r)
{
    struct named tables = {.n = 0};

    if (!knows_publication(r)) {
        tables_of(r, COMPARE_STARTS, true, &tables);
        need_publication(r, false, &tables);
    }
    if (!knows_grants(r)) {
        tables_of(r, COMPARE_STARTS, true, &tables);
        need_grant(r, false, &tables);
    }
    tables_of(r, COMPARE_STARTS, true, &tables);
    if (tables.n)
        need(r, "backfill", true,
             arena_printf(&r->mem,
                          tr("none by hand for %s: rows that are there are copied by "
                             "Datastream when a table is added"),
                          names(r, &tables)));
}

static void columns_start(struct review *r)
{
    struct named tables = {.n = 0};

    tables_of(r, COMPARE_STARTS, false, &tables);
    if (tables.n)
        need(r, "backfill", true,
             arena_printf(&r->mem,
                          tr("of %s, by hand (strom stream backfill): rows that have arrived "
                             "already get no value of the new columns by themselves"),
                          names(r, &tables)));
}

static void tables_stop(struct review *r)
{
    bool wide = knows_publication(r) && r->in->live.facts->publication.all_tables;
    struct named tables = {.n = 0};

    tables_of(r, COMPARE_STOPS, true, &tables);
    if (tables.n)
        need(r, "migration", true,
             arena_printf(&r->mem,
                          wide ? tr("none for %s: the publication is FOR ALL TABLES, out of which "
                                    "none can be taken, and the grant stays with it; what flows is "
                                    "what the stream names")
                               : tr("afterwards: out of the publication, and the grant back (strom "
                                    "files writes it): %s"),
                          names(r, &tables)));
}

/* --- settings --- */

static const struct {
    const char *path, *kind, *text;
} settings[] = {
    {"source.instance", "recreate",
     "another instance is another stream: the one that runs goes on "
     "until it is taken down"},
    {"source.database", "recreate",
     "another database is another stream: the one that runs goes on "
     "until it is taken down"},
    {"source.db_user", "manifest",
     "the new database user, with REPLICATION and SELECT (strom "
     "files writes manifest and migrations)"},
    {"source.publication", "migration",
     "the new publication, before the stream reads it (strom "
     "files writes it)"},
    {"destination.project", "recreate",
     "another project is another stream: the one that runs goes "
     "on until it is taken down"},
    {"destination.dataset_project", "recreate",
     "a stream's dataset cannot be changed: take it down (strom delete), and create it anew (strom "
     "apply); what has arrived stays where it is"},
    {"destination.dataset", "recreate",
     "a stream's dataset cannot be changed: take it down (strom delete), and create it anew (strom "
     "apply); what has arrived stays where it is"},
    {"destination.location", "recreate",
     "a dataset cannot be moved: another dataset, and another "
     "stream"},
    {"destination.mode", "recreate",
     "a stream's mode cannot be changed: take it down (strom delete), and create it anew (strom "
     "apply)"},
    {"destination.freshness_seconds", "bigquery",
     "tables that are there keep their max_staleness: "
     "it is set by ALTER TABLE ... SET OPTIONS"},
    {"naming.family", "recreate",
     "other names are other things: those that are there go on until "
     "they are taken down"},
    {"naming.stream", "recreate",
     "another name is another stream: the one that runs goes on until "
     "it is taken down"},
};

/* What runs is changed by a command of its own: apply refuses to. */
static void slot_needs(struct review *r, const struct compare_setting *s)
{
    const char *slot = s->is ? s->is : "NAME";

    need(r, "command", true,
         arena_printf(
             &r->mem,
             tr("%s: a migration makes the new slot first; then %s lets the stream read it "
                "and copies what is needed (--dry-run shows both)"),
             word(r, s->path), word(r, arena_printf(&r->mem, "strom stream slot %s", slot))));
}

static void settings_need(struct review *r, const struct compare_setting *s)
{
    if (str_eq(s->path, "source.slot"))
        slot_needs(r, s);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (str_eq(settings[i].path, s->path))
            need(r, settings[i].kind, true,
                 arena_printf(&r->mem, "%s: %s", word(r, s->path), tr(settings[i].text)));
}

void review_find_needs(struct review *r)
{
    for (size_t i = 0; i < r->change.n_settings; i++)
        settings_need(r, &r->change.settings[i]);
    if (knows_publication(r)) {
        unpublished(r);
        partitioned(r);
    }
    if (knows_grants(r))
        unreadable(r);
    look_out(r);
    tables_start(r);
    columns_start(r);
    tables_stop(r);
}
