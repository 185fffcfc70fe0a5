#include "api/plan/sampling_apart.h"

#include "api/base/tr.h"
#include "api/pg/copy.h"

void apart_init(struct apart *p, const struct catalog *c, struct arena *a)
{
    size_t n = catalog_tables(c);

    *p = (struct apart){.catalog = c};
    for (size_t i = 0; i < n; i++) {
        struct catalog_table t = catalog_table(c, i);
        if (t.row_security && p->secured == NULL)
            p->secured = arena_array(a, bool, n);
        if (t.kind != CATALOG_FOREIGN || t.root == CATALOG_NONE)
            continue;
        if (p->foreign == NULL)
            p->foreign = arena_array(a, bool, n);
        p->foreign[t.root] = true;
    }
}

static const char hidden_sql[] =
    "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON "
    "n.oid = c.relnamespace WHERE c.relrowsecurity AND pg_catalog.row_security_active(c.oid)";

static bool row(void *ctx, char *line, size_t bytes, struct err *e)
{
    struct apart *p = ctx;
    char *schema, *name;
    size_t n;

    (void)bytes;
    (void)e;
    if (!copy_field(&line, &schema, &n) || !copy_field(&line, &name, &n) || !schema || !name)
        return true;
    ptrdiff_t table = catalog_find(p->catalog, schema, name);
    if (table != CATALOG_NONE)
        p->secured[table] = true;
    return true;
}

struct task *apart_ask(struct apart *p, struct pg *pg)
{
    return p->secured ? pg_copy(pg, hidden_sql, row, p) : NULL;
}

void apart_fear(struct apart *p)
{
    for (size_t i = 0; p->secured && i < catalog_tables(p->catalog); i++)
        p->secured[i] = catalog_table(p->catalog, i).row_security;
}

bool apart_is_hidden(const struct apart *p, size_t table)
{
    return p->secured && p->secured[table];
}

struct task *apart_refuse_policies(struct pg *pg)
{
    return pg_query(pg, "SET row_security = off", NULL, 0);
}

const char *apart_why_hidden(void)
{
    return tr("row security hides rows, and its rules would run in your name: not read");
}

/* The partitions of a part may be the foreign ones: nobody counted them by parts. */
static bool reads_elsewhere(const struct apart *p, size_t table, const struct catalog_table *t)
{
    return p->foreign && t->kind == CATALOG_PARTITIONED &&
           (p->foreign[table] || (t->root != CATALOG_NONE && p->foreign[t->root]));
}

const char *apart_why(const struct apart *p, size_t table)
{
    struct catalog_table t = catalog_table(p->catalog, table);

    if (apart_is_hidden(p, table))
        return apart_why_hidden();
    if (reads_elsewhere(p, table, &t))
        return tr("some partitions lie on another server: not read");
    if (t.kind == CATALOG_PARTITIONED && t.n_partitions > SAMPLING_PARTITIONS)
        return tr("reading it would lock all of its partitions: not read, their statistics tell");
    return NULL;
}
