#include "api/checks/names.h"
#include "api/checks/source_checks.h"

#include "api/base/tr.h"

/* grant.*: what the database user may read, per chosen table and column. */

static bool refuse(struct check_list *l, enum check_id id, const struct source_view *v)
{
    const struct source_grants *g = &v->facts->grants;
    if (!g->part.known)
        check_set(l, id, CHECK_UNKNOWN, "%s", g->part.why);
    else if (g->n_tables == 0)
        check_set(l, id, CHECK_UNKNOWN, "there are no tables in this database");
    else if (!g->user_exists)
        check_set(l, id, CHECK_UNKNOWN, "there is no user %s yet", v->wanted->db_user);
    else
        return false;
    return true;
}

/* Before anything is chosen, tables that the procedure leaves out (it grants the schema public) are
 * worth a word, not a failure: they are not meant to flow. With nothing readable at all the grants
 * are missing. */
static enum check_result lacking(const struct source_view *v)
{
    const struct source_grants *g = &v->facts->grants;
    for (size_t i = 0; v->wanted->n_tables == 0 && i < g->n_tables; i++)
        if (source_is_meant(v, &g->tables[i]) && g->tables[i].usage && g->tables[i].select)
            return CHECK_WARN;
    return CHECK_FAIL;
}

/* --- schemas --- */

static void usage(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_GRANT_USAGE;
    const struct source_grants *g = &v->facts->grants;
    struct name_list missing = {0};
    struct str sql = {0};
    const char *last = NULL; /* rows are sorted by schema */
    for (size_t i = 0; i < g->n_tables; i++) {
        const struct source_grant *t = &g->tables[i];
        if (!source_is_meant(v, t) || !t->exists || t->usage || str_eq(t->schema, last))
            continue;
        last = t->schema;
        names_add(&missing, NULL, t->schema);
        if (missing.n > NAMES_IN_SQL)
            continue;
        str_add(&sql, "GRANT USAGE ON SCHEMA ");
        sql_ident(&sql, t->schema);
        str_add(&sql, " TO ");
        sql_ident(&sql, v->wanted->db_user);
        str_add(&sql, ";\n");
    }
    if (missing.n == 0)
        check_set(l, id, CHECK_PASS, "every schema");
    else
        check_set(l, id, lacking(v), "not: %s", names_text(&missing));
    if (missing.n > 0)
        check_remedy(l, id, CHECK_REMEDY_MIGRATION, "%s", str_text(&sql));
    names_done(&missing);
    str_done(&sql);
}

/* --- tables --- */

struct lack {
    struct name_list unreadable, columns, absent, secured;
    struct str tables; /* for GRANT */
};

static void add_table(struct lack *k, const struct source_grant *t)
{
    if (!t->exists) {
        names_add(&k->absent, t->schema, t->table);
        return;
    }
    names_add_columns(&k->absent, t->schema, t->table, t->absent, t->n_absent);
    if (t->row_security)
        names_add(&k->secured, t->schema, t->table);
    if (t->select)
        return;
    if (t->n_missing > 0)
        names_add_columns(&k->columns, t->schema, t->table, t->missing, t->n_missing);
    else
        names_add(&k->unreadable, t->schema, t->table);
    if (k->unreadable.n + k->columns.n > NAMES_IN_SQL)
        return;
    if (k->tables.bytes > 0)
        str_add(&k->tables, ", ");
    sql_table(&k->tables, t->schema, t->table);
}

static void lack_done(struct lack *k)
{
    names_done(&k->unreadable);
    names_done(&k->columns);
    names_done(&k->absent);
    names_done(&k->secured);
    str_done(&k->tables);
}

static void select_remedy(struct check_list *l, const struct source_view *v, const struct lack *k)
{
    struct str sql = {0};
    if (k->tables.bytes > 0) {
        str_printf(&sql, "GRANT SELECT ON %s TO ", str_text(&k->tables));
        sql_ident(&sql, v->wanted->db_user);
        str_add(&sql, ";\n");
    }
    if (k->secured.n > 0) {
        str_add(&sql, "ALTER USER ");
        sql_ident(&sql, v->wanted->db_user);
        str_add(&sql, " BYPASSRLS;\n");
    }
    if (sql.bytes > 0)
        check_remedy(l, CHECK_GRANT_SELECT, CHECK_REMEDY_MIGRATION, "%s", str_text(&sql));
    else
        check_remedy(l, CHECK_GRANT_SELECT, CHECK_REMEDY_NONE,
                     "Take what is not there out of the selection, or check its spelling.");
    str_done(&sql);
}

static void readable(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_GRANT_SELECT;
    const struct source_grants *g = &v->facts->grants;
    struct lack k = {0};
    struct str found = {0};
    size_t n = 0;
    for (size_t i = 0; i < g->n_tables; i++)
        if (source_is_meant(v, &g->tables[i])) {
            add_table(&k, &g->tables[i]);
            n++;
        }
    names_say(&found, "not readable", &k.unreadable);
    names_say(&found, "columns not readable", &k.columns);
    names_say(&found, "not there", &k.absent);
    names_say(&found, "row security hides rows", &k.secured);
    if (found.bytes == 0) {
        check_set(l, id, CHECK_PASS, n == 1 ? "the table" : "all %zu tables", n);
    } else {
        check_set(l, id, lacking(v), "%s", str_text(&found));
        select_remedy(l, v, &k);
    }
    str_done(&found);
    lack_done(&k);
}

/* --- tables that will be made later --- */

/* A publication of named tables takes no later table in by itself. */
static bool matters(const struct source_view *v)
{
    const struct source_publication *p = &v->facts->publication;
    if (p->part.known && p->exists)
        return p->all_tables || p->n_schemas > 0;
    return v->wanted->n_tables == 0 && source_breaking(v->facts) == 0;
}

static void grant_later(struct str *sql, const struct source_default *d, const char *user)
{
    str_add(sql, "ALTER DEFAULT PRIVILEGES FOR ROLE ");
    sql_ident(sql, d->owner);
    str_add(sql, " IN SCHEMA ");
    sql_ident(sql, d->schema);
    str_add(sql, " GRANT SELECT ON TABLES TO ");
    sql_ident(sql, user);
    str_add(sql, ";\n");
}

static void lacking_defaults(struct check_list *l, const struct source_view *v,
                             struct name_list *missing, const char *others, const char *sql)
{
    enum check_id id = CHECK_GRANT_DEFAULT_PRIVILEGES;
    bool needed = matters(v);
    enum check_result r = needed ? CHECK_WARN : CHECK_PASS;
    if (others != NULL)
        check_set(l, id, r, "not for %s (those that %s set hold for its own tables only)",
                  names_text(missing), others);
    else
        check_set(l, id, r,
                  needed ? "not for %s"
                         : "not for %s, and not needed: tables are listed one by one",
                  names_text(missing));
    if (needed)
        check_remedy(l, id, CHECK_REMEDY_MIGRATION, "%s", sql);
}

static void defaults(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_GRANT_DEFAULT_PRIVILEGES;
    const struct source_defaults *d = &v->facts->defaults;
    struct name_list missing = {0};
    struct str sql = {0};
    const char *others = NULL;
    for (size_t i = 0; i < d->n; i++) {
        if (d->at[i].select)
            continue;
        names_add(&missing, d->at[i].owner, d->at[i].schema);
        others = others != NULL ? others : d->at[i].others;
        grant_later(&sql, &d->at[i], v->wanted->db_user);
    }
    if (!d->part.known)
        check_set(l, id, CHECK_UNKNOWN, "%s", d->part.why);
    else if (!v->facts->grants.user_exists)
        check_set(l, id, CHECK_UNKNOWN, "there is no user %s yet", v->wanted->db_user);
    else if (missing.n == 0)
        check_set(l, id, CHECK_PASS, "set by the roles that own the tables");
    else
        lacking_defaults(l, v, &missing, others, str_text(&sql));
    names_done(&missing);
    str_done(&sql);
}

/* A warning before tables are chosen becomes a refusal where all of them are taken. */
static void needs(struct check_list *l, enum check_id id, const struct source_view *v,
                  const char *chosen, const char *open, const char *why)
{
    bool warned = v->wanted->n_tables == 0 && l->at[id].result == CHECK_WARN;
    check_needed(l, id, "%s", tr(v->wanted->n_tables ? chosen : open));
    check_why(l, id, "%s%s%s", tr(why), warned ? " " : "",
              warned ? tr("No stream takes these tables before that is mended; `strom create` "
                          "without --include-tables takes every table, and is refused.")
                     : "");
}

void checks_grant(struct check_list *l, const struct source_view *v)
{
    if (!refuse(l, CHECK_GRANT_USAGE, v))
        usage(l, v);
    if (!refuse(l, CHECK_GRANT_SELECT, v))
        readable(l, v);
    defaults(l, v);
    needs(l, CHECK_GRANT_USAGE, v, "USAGE of every schema with chosen tables",
          "USAGE of every schema with tables that are to flow; none is chosen yet",
          "SELECT on a table is worth nothing without USAGE of its schema.");
    needs(l, CHECK_GRANT_SELECT, v, "SELECT on every chosen table, and all its rows",
          "SELECT on every table that is to flow; none is chosen yet",
          "Datastream copies what is there already with SELECT, as this user.");
    check_needed(l, CHECK_GRANT_DEFAULT_PRIVILEGES,
                 "SELECT by default, set by the role that owns the tables");
    check_why(
        l, CHECK_GRANT_DEFAULT_PRIVILEGES,
        "A table that a later migration makes is published at once, but nobody may read it: the "
        "stream reports errors until somebody grants it.");
}
