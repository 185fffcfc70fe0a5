#include "api/plan/cautions.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/said.h"

#include <stdbool.h>

enum {
    NAMED = 6,
    KEY_COLUMNS = 16,      /* BigQuery's limit for a composite key (facts/gcp.md D) */
    LARGE_ROWS = 500000000 /* beyond it a backfill wants a plain unique index (facts/gcp.md C) */
};

static bool is_plain(const struct source_grant *t)
{
    return t->kind == 'r';
}

/* A partitioned table has the identity of its parts, which is not asked for. */
static bool has_identity(const struct source_grant *t)
{
    return is_plain(t) && (t->identity == 'f' || (t->identity == 'i' && t->identity_index_valid));
}

static bool says_nothing(const struct source_grant *t)
{
    return is_plain(t) && (t->identity == 'n' || (t->identity == 'i' && !t->identity_index_valid));
}

static bool is_keyless(const struct source_grant *t)
{
    return !t->has_key && !has_identity(t) && !says_nothing(t);
}

static bool is_nameless(const struct source_grant *t)
{
    return says_nothing(t) && !t->has_key;
}

static bool is_mended_by_its_key(const struct source_grant *t)
{
    return says_nothing(t) && t->has_key;
}

static bool is_full(const struct source_grant *t)
{
    return is_plain(t) && t->identity == 'f' && t->has_key;
}

static bool is_wide(const struct source_grant *t)
{
    return t->n_key > KEY_COLUMNS;
}

static bool is_huge(const struct source_grant *t)
{
    return t->rows > LARGE_ROWS;
}

/* The gravest first. */
static const struct {
    bool (*is)(const struct source_grant *t);
    const char *kind, *text;
} kinds[] = {
    {is_mended_by_its_key, "migration",
     "REPLICA IDENTITY NOTHING, or by an index that is gone: the application's own UPDATE and "
     "DELETE fail while it is published (ALTER TABLE ... REPLICA IDENTITY DEFAULT)"},
    {is_nameless, "migration",
     "no primary key, and REPLICA IDENTITY NOTHING: the application's own UPDATE and DELETE fail "
     "while it is published (a key, or REPLICA IDENTITY FULL)"},
    {is_keyless, "migration",
     "no primary key: only inserts arrive, and the application's own UPDATE and DELETE fail while "
     "it is published (a key, or REPLICA IDENTITY FULL)"},
    {is_full, "migration",
     "REPLICA IDENTITY FULL beside a primary key: Datastream wants DEFAULT there"},
    {is_wide, "migration", "more than 16 key columns: BigQuery takes no more"},
    {is_huge, "backfill", "more than 500 million rows: the backfill needs a plain unique index"},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void add_name(struct str *names, size_t *n, const char *schema, const char *table,
                     struct arena *a)
{
    if ((*n)++ < NAMED)
        str_printf(names, "%s%s", names->bytes ? ", " : "", said_name(a, schema, table, NULL));
}

/* In the arena; the list is empty again. */
static const char *all_of(struct str *names, size_t n, struct arena *a)
{
    if (n > NAMED)
        str_printf(names, tr(" and %zu more"), n - NAMED);
    const char *text = arena_str(a, str_text(names));
    str_done(names);
    return text;
}

static void of_tables(const struct source_grants *g, size_t kind, struct arena *a,
                      struct cautions *out)
{
    struct str names = {0};
    size_t n = 0;

    for (size_t i = 0; g->part.known && i < g->n_tables; i++)
        if (g->tables[i].exists && kinds[kind].is(&g->tables[i]))
            add_name(&names, &n, g->tables[i].schema, g->tables[i].table, a);
    const char *all = all_of(&names, n, a);
    if (n)
        out->items[out->n++] = (struct caution){
            kinds[kind].kind, arena_printf(a, "%s: %s", tr(kinds[kind].text), all), false};
}

/* Some may be held back on purpose. */
static void of_rows(const struct source_coverage *c, const char *publication, struct arena *a,
                    struct cautions *out)
{
    struct str names = {0};
    size_t n = 0;

    for (size_t i = 0; c->part.known && i < c->n_tables; i++)
        if (c->tables[i].row_filter)
            add_name(&names, &n, c->tables[i].schema, c->tables[i].table, a);
    const char *all = all_of(&names, n, a);
    if (n)
        out->items[out->n++] = (struct caution){
            "migration",
            arena_printf(a,
                         tr("a filter in the publication %s holds rows back, of %s "
                            "(DROP TABLE, then ADD TABLE without WHERE)"),
                         said_word(a, publication), all),
            true};
}

void cautions_find(const struct source_facts *facts, const char *publication, struct arena *a,
                   struct cautions *out)
{
    *out = (struct cautions){.items = arena_array(a, struct caution, KINDS + 1)};
    if (facts == NULL)
        return;
    for (size_t i = 0; i < KINDS; i++)
        of_tables(&facts->grants, i, a, out);
    of_rows(&facts->published, publication, a, out);
}
