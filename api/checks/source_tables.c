#include "api/checks/names.h"
#include "api/checks/source_checks.h"

#include "api/files/quote.h"

#include <string.h>

/* tables.keys: how Datastream tells one row from another. */

enum { KEY_COLUMNS_MAX = 16 };

static const int64_t HUGE_ROWS = 500000000;

bool source_is_meant(const struct source_view *v, const struct source_grant *table)
{
    const struct source_facts *f = v->facts;
    if (v->wanted->n_tables > 0 || !f->publication.part.known || !f->publication.exists ||
        f->publication.all_tables || !f->published.part.known)
        return true;
    /* the server gives both lists in one order, so that the first look finds it */
    size_t low = 0, high = f->published.n_tables;
    size_t at = (size_t)(table - f->grants.tables);
    if (at < high && str_eq(f->published.tables[at].table, table->table) &&
        str_eq(f->published.tables[at].schema, table->schema))
        return f->published.tables[at].covered;
    for (; low < high; low++)
        if (str_eq(f->published.tables[low].table, table->table) &&
            str_eq(f->published.tables[low].schema, table->schema))
            return f->published.tables[low].covered;
    return true;
}

bool source_breaks_app(const struct source_grant *t)
{
    if (!t->exists || (t->kind != 'r' && t->kind != 'p'))
        return false;
    if (t->kind == 'p')
        return !t->has_key; /* the parts have the whole's key */
    if (t->identity == 'd')
        return !t->has_key;
    return t->identity == 'n' || (t->identity == 'i' && !t->identity_index_valid);
}

size_t source_breaking(const struct source_facts *f)
{
    size_t n = 0;
    for (size_t i = 0; f->grants.part.known && i < f->grants.n_tables; i++)
        n += source_breaks_app(&f->grants.tables[i]);
    return n;
}

bool source_is_ours(const struct source_facts *f, const struct source_grant *t)
{
    const char *owner = f->roles.app.name;
    struct str name = {0};
    struct err e;
    bool whole = t->kind == 'r' || (t->kind == 'p' && f->server.version >= 130000);
    bool ours = owner == NULL || str_is_empty(t->owner) || str_eq(t->owner, owner);
    bool ok = t->exists && whole && ours && quote_table(&name, t->schema, t->table, &e) &&
              strstr(str_text(&name), "${") == NULL;
    str_done(&name);
    return ok;
}

bool source_is_publishable(const struct source_facts *f, const struct source_grant *t)
{
    return source_is_ours(f, t) && !source_breaks_app(t);
}

struct trouble {
    struct name_list keyless, identity, wide, kinds, huge;
    struct str heal;
};

static void heal_identity(struct trouble *k, const struct source_grant *t)
{
    if (k->identity.n > NAMES_IN_SQL)
        return;
    str_add(&k->heal, "ALTER TABLE ");
    sql_table(&k->heal, t->schema, t->table);
    str_add(&k->heal, " REPLICA IDENTITY DEFAULT;\n");
}

static void add(struct trouble *k, const struct source_grant *t)
{
    if (!t->exists)
        return;
    if (t->kind != 'r' && t->kind != 'p') {
        names_add(&k->kinds, t->schema, t->table);
        return;
    }
    bool by_index = t->identity == 'i' && t->identity_index_valid;
    if (!t->has_key && t->identity != 'f' && !by_index)
        names_add(&k->keyless, t->schema, t->table);
    if (t->has_key && (t->identity == 'f' || t->identity == 'n')) {
        names_add(&k->identity, t->schema, t->table);
        heal_identity(k, t);
    }
    if (t->n_key > KEY_COLUMNS_MAX)
        names_add(&k->wide, t->schema, t->table);
    if (t->rows > HUGE_ROWS)
        names_add(&k->huge, t->schema, t->table);
}

static void judge(struct check_list *l, const struct source_view *v, struct trouble *k)
{
    enum check_id id = CHECK_TABLES_KEYS;
    struct str found = {0};
    bool broken = k->identity.n + k->wide.n + k->kinds.n > 0;
    names_say(&found, "no primary key, only inserts arrive", &k->keyless);
    names_say(&found, "a key, but replica identity FULL or NOTHING", &k->identity);
    names_say(&found, "more than 16 key columns", &k->wide);
    names_say(&found, "no tables (views and the like)", &k->kinds);
    names_say(&found, "more than 500 million rows", &k->huge);
    if (found.bytes == 0) {
        check_set(l, id, CHECK_PASS,
                  v->wanted->n_tables ? "every chosen table has one" : "every table has one");
    } else {
        bool fail = broken && v->wanted->n_tables > 0;
        check_set(l, id, fail ? CHECK_FAIL : CHECK_WARN, "%s", str_text(&found));
        if (k->heal.bytes > 0)
            check_remedy(l, id, CHECK_REMEDY_MIGRATION, "%s", str_text(&k->heal));
        else if (k->keyless.n > 0)
            check_remedy(
                l, id, CHECK_REMEDY_MIGRATION,
                "Give the table a primary key: ALTER TABLE ... ADD PRIMARY KEY (...);\n"
                "or leave it out, or let it be: then changed and deleted rows stay as they were.");
        else
            check_remedy(l, id, CHECK_REMEDY_NONE, "Leave it out of the selection.");
    }
    str_done(&found);
}

void checks_tables(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_TABLES_KEYS;
    const struct source_grants *g = &v->facts->grants;
    struct trouble k = {0};
    for (size_t i = 0; g->part.known && i < g->n_tables; i++)
        if (source_is_meant(v, &g->tables[i]))
            add(&k, &g->tables[i]);
    if (!g->part.known)
        check_set(l, id, CHECK_UNKNOWN, "%s", g->part.why);
    else if (g->n_tables == 0)
        check_set(l, id, CHECK_UNKNOWN, "there are no tables in this database");
    else
        judge(l, v, &k);
    check_needed(l, id, "a primary key of at most 16 columns, replica identity DEFAULT");
    check_why(
        l, id,
        "Changes are merged into BigQuery by key. Without one nothing tells which row an update "
        "or a delete means.");
    names_done(&k.keyless);
    names_done(&k.identity);
    names_done(&k.wide);
    names_done(&k.kinds);
    names_done(&k.huge);
    str_done(&k.heal);
}
