#include "api/checks/names.h"
#include "api/checks/source_checks.h"

#include "api/base/tr.h"

/* publication.*: what is handed out, and what that does to the application. */

static bool refuse(struct check_list *l, enum check_id id, const struct source_view *v)
{
    const struct source_publication *p = &v->facts->publication;
    if (!p->part.known)
        check_set(l, id, CHECK_UNKNOWN, "%s", p->part.why);
    else if (!p->exists)
        check_set(l, id, CHECK_UNKNOWN, "there is no publication %s yet", v->wanted->publication);
    else
        return false;
    return true;
}

static void add_table(struct str *sql, const char *schema, const char *table)
{
    str_add(sql, sql->bytes ? ", " : "");
    sql_table(sql, schema, table);
}

/* All chosen tables, however many, as a list for SQL: half of it would be a publication, too.
 * Without a choice: nothing, which means all tables; but where that would break the application,
 * the others. */
static void table_list(struct str *sql, const struct source_view *v)
{
    const struct source_grants *g = &v->facts->grants;
    for (size_t i = 0; i < v->wanted->n_tables; i++)
        add_table(sql, v->wanted->tables[i].schema, v->wanted->tables[i].table);
    if (v->wanted->n_tables > 0 || source_breaking(v->facts) == 0)
        return;
    for (size_t i = 0; i < g->n_tables; i++)
        if (source_is_publishable(v->facts, &g->tables[i]))
            add_table(sql, g->tables[i].schema, g->tables[i].table);
}

static void missing(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_PUBLICATION_EXISTS;
    const struct source_publication *p = &v->facts->publication;
    struct str sql = {0}, list = {0};
    struct name_list others = {0};
    for (size_t i = 0; i < p->n_others; i++)
        names_add(&others, NULL, p->others[i]);
    if (others.n > 0)
        check_set(l, id, CHECK_FAIL, "there is none of that name; there are: %s",
                  names_text(&others));
    else
        check_set(l, id, CHECK_FAIL, "there is no publication");
    str_add(&sql, "CREATE PUBLICATION ");
    sql_ident(&sql, v->wanted->publication);
    table_list(&list, v);
    str_printf(&sql, list.bytes ? " FOR TABLE %s;" : " FOR ALL TABLES%s;", str_text(&list));
    check_remedy(l, id, CHECK_REMEDY_MIGRATION, "%s", str_text(&sql));
    names_done(&others);
    str_done(&list);
    str_done(&sql);
}

static void exists(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_PUBLICATION_EXISTS;
    const struct source_publication *p = &v->facts->publication;
    if (!p->part.known)
        check_set(l, id, CHECK_UNKNOWN, "%s", p->part.why);
    else if (p->exists)
        check_set(l, id, CHECK_PASS, p->all_tables ? "%s, for all tables" : "%s, for chosen tables",
                  v->wanted->publication);
    else
        missing(l, v);
    check_needed(l, id, "the publication %s", v->wanted->publication);
    check_why(l, id,
              "It says which tables' changes are handed out. It must be there before the slot is "
              "made.");
}

/* --- tables --- */

struct gaps {
    struct name_list uncovered, columns, generated, filtered, by_root, by_parts;
    size_t n_cut;
    struct str tables, cut; /* as in a statement; cut: by a list alone */
};

static const struct source_table *chosen(const struct source_wanted *w, const char *schema,
                                         const char *table)
{
    for (size_t i = 0; i < w->n_tables; i++)
        if (str_eq(w->tables[i].schema, schema) && str_eq(w->tables[i].table, table))
            return &w->tables[i];
    return NULL;
}

static void sql_next(struct str *list, const char *schema, const char *table)
{
    str_add(list, list->bytes > 0 ? ", " : "");
    sql_table(list, schema, table);
}

static void add_published(struct gaps *g, const struct source_view *v,
                          const struct source_published *t)
{
    if (!t->covered) {
        names_add(&g->uncovered, t->schema, t->table);
        if (g->uncovered.n <= NAMES_IN_SQL)
            sql_next(&g->tables, t->schema, t->table);
    }
    names_add_columns(&g->columns, t->schema, t->table, t->left_out, t->n_left_out);
    if (t->n_left_out > 0 && !t->row_filter && !t->by_parent && ++g->n_cut <= NAMES_IN_SQL)
        sql_next(&g->cut, t->schema, t->table);
    if (t->row_filter)
        names_add(&g->filtered, t->schema, t->table);
    if (t->by_parent && v->facts->publication.via_root)
        names_add(&g->by_root, t->schema, t->table);
}

/* What the tables themselves say: parts and whole, columns that PostgreSQL computes. */
static void add_granted(struct gaps *g, const struct source_view *v, const struct source_grant *t)
{
    bool via_root = v->facts->publication.via_root;
    const struct source_table *c = chosen(v->wanted, t->schema, t->table);
    if (t->kind == 'p' && !via_root)
        names_add(&g->by_parts, t->schema, t->table);
    if (c != NULL && c->n_columns > 0)
        names_add_columns(&g->generated, t->schema, t->table, t->generated, t->n_generated);
}

static void alter(struct str *sql, const struct source_view *v, const char *how, const char *what)
{
    str_printf(sql, "%sALTER PUBLICATION ", sql->bytes > 0 ? " " : "");
    sql_ident(sql, v->wanted->publication);
    str_printf(sql, " %s %s;", how, what);
}

static void tables_remedy(struct check_list *l, const struct source_view *v, const struct gaps *g)
{
    enum check_id id = CHECK_PUBLICATION_TABLES;
    struct str sql = {0};
    if (g->uncovered.n > 0 && !v->facts->publication.all_tables)
        alter(&sql, v, "ADD TABLE", str_text(&g->tables));
    if (g->cut.bytes > 0) {
        alter(&sql, v, "DROP TABLE", str_text(&g->cut));
        alter(&sql, v, "ADD TABLE", str_text(&g->cut));
    }
    if (sql.bytes == 0 && g->by_parts.n > 0)
        alter(&sql, v, "SET", "(publish_via_partition_root = true)");
    if (sql.bytes > 0) {
        check_remedy(l, id, CHECK_REMEDY_MIGRATION, "%s", str_text(&sql));
    } else if (g->by_root.n > 0) {
        check_remedy(l, id, CHECK_REMEDY_NONE,
                     "Choose the partitioned table instead of its parts.");
    } else if (g->generated.n > 0) {
        check_remedy(l, id, CHECK_REMEDY_NONE,
                     "Leave generated columns out, or compute them in a view in BigQuery.");
    } else {
        check_remedy(
            l, id, CHECK_REMEDY_MIGRATION,
            "Publish the table anew without a list of columns or a filter: ALTER PUBLICATION ... "
            "DROP TABLE, then ADD TABLE.");
    }
    str_done(&sql);
}

static void gaps_done(struct gaps *g)
{
    names_done(&g->uncovered);
    names_done(&g->columns);
    names_done(&g->generated);
    names_done(&g->filtered);
    names_done(&g->by_root);
    names_done(&g->by_parts);
    str_done(&g->tables);
    str_done(&g->cut);
}

static void judge_tables(struct check_list *l, const struct source_view *v, struct gaps *g)
{
    enum check_id id = CHECK_PUBLICATION_TABLES;
    struct str found = {0};
    bool broken = g->uncovered.n + g->columns.n + g->by_parts.n + g->by_root.n > 0;
    names_say(&found, "not published", &g->uncovered);
    names_say(&found, "columns left out by its list", &g->columns);
    names_say(&found, "published part by part, but chosen as a whole", &g->by_parts);
    names_say(&found, "parts, but published as a whole", &g->by_root);
    names_say(&found, "generated, so never streamed", &g->generated);
    names_say(&found, "only some rows (a filter)", &g->filtered);
    if (found.bytes == 0) {
        check_set(l, id, CHECK_PASS, "every chosen table");
    } else {
        check_set(l, id, broken ? CHECK_FAIL : CHECK_WARN, "%s", str_text(&found));
        tables_remedy(l, v, g);
    }
    str_done(&found);
}

/* Nothing is chosen yet: then what is published is what there is to choose from. */
static void without_choice(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_PUBLICATION_TABLES;
    const struct source_coverage *p = &v->facts->published;
    struct gaps g = {0};
    size_t covered = 0;
    for (size_t i = 0; i < p->n_tables; i++)
        covered += p->tables[i].covered;
    for (size_t i = 0; v->facts->grants.part.known && i < v->facts->grants.n_tables; i++)
        if (source_is_meant(v, &v->facts->grants.tables[i]))
            add_granted(&g, v, &v->facts->grants.tables[i]);
    if (covered > 0 && g.by_parts.n > 0) {
        check_set(l, id, CHECK_WARN, "%zu of %zu tables; part by part: %s", covered, p->n_tables,
                  names_text(&g.by_parts));
        check_remedy(l, id, CHECK_REMEDY_NONE,
                     "Choose it as a whole; the migration that hands it out under its own name "
                     "follows.");
        gaps_done(&g);
        return;
    }
    gaps_done(&g);
    check_set(l, id, covered > 0 ? CHECK_PASS : CHECK_WARN, "%zu of %zu tables; none is chosen yet",
              covered, p->n_tables);
    if (covered == 0)
        check_remedy(l, id, CHECK_REMEDY_NONE,
                     "Choose tables; the migration that adds them follows.");
}

static void tables(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_PUBLICATION_TABLES;
    const struct source_facts *f = v->facts;
    if (!f->published.part.known) {
        check_set(l, id, CHECK_UNKNOWN, "%s", f->published.part.why);
        return;
    }
    if (v->wanted->n_tables == 0) {
        without_choice(l, v);
        return;
    }
    struct gaps g = {0};
    for (size_t i = 0; i < f->published.n_tables; i++)
        add_published(&g, v, &f->published.tables[i]);
    for (size_t i = 0; f->grants.part.known && i < f->grants.n_tables; i++)
        add_granted(&g, v, &f->grants.tables[i]);
    judge_tables(l, v, &g);
    gaps_done(&g);
}

/* --- operations --- */

static void operations(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_PUBLICATION_OPERATIONS;
    const struct source_publication *p = &v->facts->publication;
    struct name_list list = {0};
    if (p->insert)
        names_add(&list, NULL, "insert");
    if (p->update)
        names_add(&list, NULL, "update");
    if (p->delete_)
        names_add(&list, NULL, "delete");
    bool fine = list.n == 3;
    check_set(l, id, fine ? CHECK_PASS : CHECK_FAIL, "%s",
              list.n > 0 ? names_text(&list) : tr("none of them"));
    if (!fine) {
        struct str sql = {0};
        str_add(&sql, "ALTER PUBLICATION ");
        sql_ident(&sql, v->wanted->publication);
        str_printf(&sql, " SET (publish = 'insert, update, delete%s');",
                   p->truncate ? ", truncate" : "");
        check_remedy(l, id, CHECK_REMEDY_MIGRATION, "%s", str_text(&sql));
        str_done(&sql);
    }
    names_done(&list);
}

/* --- the application's own statements --- */

static void planned_safety(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_PUBLICATION_APP_SAFETY;
    const struct source_grants *g = &v->facts->grants;
    struct name_list list = {0};
    for (size_t i = 0; g->part.known && i < g->n_tables; i++)
        if (source_breaks_app(&g->tables[i]))
            names_add(&list, g->tables[i].schema, g->tables[i].table);
    if (!g->part.known)
        check_set(l, id, CHECK_UNKNOWN, "%s", g->part.why);
    else if (list.n == 0)
        check_set(l, id, CHECK_PASS, "no table would be in its way");
    else
        check_set(l, id, CHECK_WARN, "once published, UPDATE and DELETE would fail on: %s",
                  names_text(&list));
    names_done(&list);
}

static const char *failing(const struct source_publication *p)
{
    if (p->update && p->delete_)
        return "the app's UPDATE and DELETE fail at this moment on";
    return p->update ? "the app's UPDATE fails at this moment on"
                     : "the app's DELETE fails at this moment on";
}

static void real_safety(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_PUBLICATION_APP_SAFETY;
    const struct source_unsafe *u = &v->facts->unsafe;
    struct name_list list = {0};
    for (size_t i = 0; u->part.known && i < u->n_named; i++)
        names_add(&list, NULL, u->tables[i]);
    if (list.n > NAMES_SHOWN && u->n_all > list.n)
        list.n = u->n_all;
    if (!u->part.known)
        check_set(l, id, CHECK_UNKNOWN, "%s", u->part.why);
    else if (list.n == 0)
        check_set(l, id, CHECK_PASS, "no published table is in its way");
    else
        check_set(l, id, CHECK_WARN, "%s: %s", tr(failing(&v->facts->publication)),
                  names_text(&list));
    names_done(&list);
}

static void app_safety(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_PUBLICATION_APP_SAFETY;
    const struct source_publication *p = &v->facts->publication;
    if (!p->part.known)
        check_set(l, id, CHECK_UNKNOWN, "%s", p->part.why);
    else if (p->exists)
        real_safety(l, v);
    else
        planned_safety(l, v);
    if (l->at[id].result == CHECK_WARN)
        check_remedy(l, id, CHECK_REMEDY_MIGRATION,
                     p->all_tables || !p->exists
                         ? "Give the table a primary key, or publish FOR TABLE the others only."
                         : "Give the table a primary key, or ALTER PUBLICATION ... DROP TABLE it.");
    check_needed(l, id,
                 "a key or a replica identity on every published table, with its columns in every "
                 "column list and row filter");
    check_why(
        l, id,
        "On a published table without one, PostgreSQL refuses the application's own UPDATE and "
        "DELETE (error 55000); so it does where a column list leaves the key out or a row filter "
        "looks beyond it (42P10).");
}

void checks_publication(struct check_list *l, const struct source_view *v)
{
    exists(l, v);
    if (!refuse(l, CHECK_PUBLICATION_TABLES, v))
        tables(l, v);
    if (!refuse(l, CHECK_PUBLICATION_OPERATIONS, v))
        operations(l, v);
    app_safety(l, v);
    check_needed(l, CHECK_PUBLICATION_TABLES, "%s",
                 v->wanted->n_tables ? tr("every chosen table and column")
                                     : tr("every table that is to flow; none is chosen yet"));
    check_why(
        l, CHECK_PUBLICATION_TABLES,
        "What is not published never arrives; Datastream refuses a stream whose tables are not "
        "covered.");
    check_needed(l, CHECK_PUBLICATION_OPERATIONS, "insert, update, delete");
    check_why(l, CHECK_PUBLICATION_OPERATIONS,
              "An operation that is not published is missing in BigQuery without a word.");
}
