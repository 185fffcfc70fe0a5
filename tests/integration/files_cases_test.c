/* Each .case of tests/cases/migrations, in a database that is as its facts say: run as Flyway runs
 * it, by the app's role with the platform's rights, and afterwards it is so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/files/quote.h"
#include "tests/integration/migrations_world.h"
#include "tests/unit/files/migrations_case.h"

#include <dirent.h>

static const char *id(const char *name)
{
    return quoted(quote_ident, name);
}

static const char *lit(const char *text)
{
    return quoted(quote_literal, text);
}

static const char *table_of(const struct migration_table *t)
{
    return arena_printf(&mem, "%s.%s", id(t->schema), id(t->name));
}

/* --- what the facts say --- */

static const char *app_of(const struct told *c)
{
    return c->facts.app_role ? c->facts.app_role : APP;
}

static void make_role(const char *name, bool replication)
{
    tell(arena_printf(&mem,
                      "DO $do$ BEGIN IF NOT EXISTS(SELECT FROM pg_roles WHERE rolname = %s) THEN "
                      "CREATE ROLE %s LOGIN; END IF; END $do$",
                      lit(name), id(name)));
    tell(arena_printf(&mem, "ALTER ROLE %s %s PASSWORD '%s'", id(name),
                      replication ? "REPLICATION" : "NOREPLICATION", PASSWORD));
}

static void make_table(const struct told *c, const struct migration_table *t, bool parted)
{
    const char *name = table_of(t), *owner = id(app_of(c));
    tell(arena_printf(&mem, "CREATE SCHEMA IF NOT EXISTS %s AUTHORIZATION %s", id(t->schema),
                      owner));
    tell(arena_printf(&mem, "CREATE TABLE %s (id bigint PRIMARY KEY)%s", name,
                      parted ? " PARTITION BY RANGE (id)" : ""));
    if (parted)
        tell(arena_printf(&mem, "CREATE TABLE %s.del_1 PARTITION OF %s FOR VALUES FROM (0) TO (9)",
                          id(t->schema), name));
    tell(arena_printf(&mem, "ALTER TABLE %s OWNER TO %s", name, owner));
    if (t->readable && !c->facts.user_gone)
        tell(arena_printf(&mem, "GRANT USAGE ON SCHEMA %s TO %s; GRANT SELECT ON %s TO %s",
                          id(t->schema), id(c->facts.db_user), name, id(c->facts.db_user)));
}

static void make_publication(const struct told *c)
{
    const char *name = id(c->facts.publication);
    if (!c->facts.publication_exists && !c->facts.publication_all_tables)
        return;
    tell(arena_printf(&mem,
                      "CREATE PUBLICATION %s %s WITH (publish = '%s', "
                      "publish_via_partition_root = %s)",
                      name, c->facts.publication_all_tables ? "FOR ALL TABLES" : "",
                      c->facts.publish ? "insert" : "insert, update, delete, truncate",
                      c->facts.publication_via_root ? "true" : "false"));
    for (size_t i = 0; i < c->facts.n_tables && !c->facts.publication_all_tables; i++)
        if (c->tables[i].published)
            tell(arena_printf(&mem, "ALTER PUBLICATION %s ADD TABLE %s", name,
                              table_of(&c->tables[i])));
    if (!c->facts.publication_all_tables)
        tell(arena_printf(&mem, "ALTER PUBLICATION %s OWNER TO %s", name, id(app_of(c))));
}

static void make_world(const struct told *c)
{
    const struct migration_facts *f = &c->facts;
    make_role(app_of(c), f->app_replication || f->user_gone);
    tell(arena_printf(&mem, "ALTER DATABASE %s OWNER TO %s", id(ask("SELECT current_database()")),
                      id(app_of(c))));
    if (!f->user_gone)
        make_role(f->db_user, f->user_replication);
    if (f->user_login)
        tell(arena_printf(&mem, "ALTER ROLE %s NOLOGIN CONNECTION LIMIT 0 VALID UNTIL '2020-01-01'",
                          id(f->db_user)));
    for (size_t i = 0; i < f->n_tables; i++)
        make_table(c, &f->tables[i], f->via_root && i == 0);
    for (size_t i = 0; i < f->n_schemas; i++)
        tell(arena_printf(&mem, "CREATE SCHEMA IF NOT EXISTS %s AUTHORIZATION %s",
                          id(f->schemas[i]), id(app_of(c))));
    make_publication(c);
    if (f->slot_exists)
        tell(arena_printf(&mem, "SELECT pg_create_logical_replication_slot(%s, 'pgoutput')",
                          lit(f->slot)));
    if (f->default_privileges)
        tell(arena_printf(&mem,
                          "ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA public GRANT SELECT ON "
                          "TABLES TO %s",
                          id(app_of(c)), id(f->db_user)));
}

/* --- what came of it --- */

static bool is_published(const struct told *c, const struct migration_table *t)
{
    return yes(arena_printf(&mem,
                            "SELECT EXISTS(SELECT FROM pg_publication_tables WHERE pubname = %s "
                            "AND schemaname = %s AND (tablename = %s OR tablename = 'del_1'))",
                            lit(c->facts.publication), lit(t->schema), lit(t->name)));
}

static bool is_readable(const struct told *c, const struct migration_table *t)
{
    return yes(arena_printf(&mem, "SELECT has_table_privilege(%s, %s, 'SELECT')",
                            lit(c->facts.db_user), lit(table_of(t))));
}

static bool there_is(const char *what, const char *column, const char *name)
{
    return yes(
        arena_printf(&mem, "SELECT EXISTS(SELECT FROM %s WHERE %s = %s)", what, column, lit(name)));
}

static void check_prepared(const struct told *c)
{
    const struct migration_facts *f = &c->facts;
    assert_true(there_is("pg_publication", "pubname", f->publication));
    assert_true(there_is("pg_replication_slots", "slot_name", f->slot));
    assert_true(yes(arena_printf(&mem,
                                 "SELECT bool_and(rolreplication) FROM pg_roles WHERE rolname IN "
                                 "(%s, %s)",
                                 lit(f->db_user), lit(app_of(c)))));
    assert_true(yes(arena_printf(&mem,
                                 "SELECT pubinsert AND pubupdate AND pubdelete FROM pg_publication "
                                 "WHERE pubname = %s",
                                 lit(f->publication))));
    for (size_t i = 0; i < f->n_tables; i++)
        assert_true(is_published(c, &f->tables[i]) && is_readable(c, &f->tables[i]));
    if (str_eq(f->user_login, "LOGIN"))
        assert_true(yes(arena_printf(&mem, "SELECT rolcanlogin FROM pg_roles WHERE rolname = %s",
                                     lit(f->db_user))));
}

static void check_dropped(const struct told *c)
{
    for (size_t i = 0; i < c->facts.n_tables; i++)
        assert_false(is_published(c, &c->tables[i]) || is_readable(c, &c->tables[i]));
}

static void check_gone(const struct told *c)
{
    assert_false(there_is("pg_publication", "pubname", c->facts.publication));
    assert_false(there_is("pg_replication_slots", "slot_name", c->facts.slot));
    for (size_t i = 0; !c->facts.user_gone && i < c->facts.n_tables; i++)
        assert_false(is_readable(c, &c->tables[i]));
}

static void run_case(const struct told *c, const char *name)
{
    char why[FLYWAY_WHY];
    struct migration_set set;
    struct err e;
    size_t n;
    if (!told_run(c, &mem, &set, &e))
        return; /* refused: nothing is written */
    make_world(c);
    put_set(&set);
    if (!migrate_as(app_of(c), &n, why))
        fail_msg("%s: %s", name, why);
    assert_int_equal(n, set.n_files);
    if (str_eq(c->call, "write"))
        check_prepared(c);
    else if (str_eq(c->call, "drop"))
        check_dropped(c);
    else
        check_gone(c);
}

static void drop_role(const char *name)
{
    tell(arena_printf(&mem,
                      "DO $do$ BEGIN IF EXISTS(SELECT FROM pg_roles WHERE rolname = %s) THEN "
                      "DROP OWNED BY %s CASCADE; DROP ROLE %s; END IF; END $do$",
                      lit(name), id(name), id(name)));
}

static bool check_case(const char *name)
{
    struct str file = {0};
    struct err e;
    struct told c;
    assert_int_equal(begin(NULL), 0);
    assert_true(path_read(arena_printf(&mem, TOLD_FOLDER "%s", name), MOST_BYTES, &file, &e));
    char *end_of_facts = strstr(file.text, "===");
    if (end_of_facts)
        *end_of_facts = '\0';
    told_read(&c, file.text);
    run_case(&c, name);
    tell("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
    tell(arena_printf(&mem, "ALTER DATABASE %s OWNER TO \"" APP "\"",
                      id(ask("SELECT current_database()"))));
    if (!str_eq(app_of(&c), APP))
        drop_role(app_of(&c));
    drop_role(c.facts.db_user);
    assert_int_equal(end(NULL), 0);
    str_done(&file);
    return true;
}

static void test_cases(void **state)
{
    size_t n = 0;
    (void)state;
    DIR *d = opendir(TOLD_FOLDER);
    assert_non_null(d);
    for (struct dirent *entry; (entry = readdir(d)) != NULL;)
        if (str_ends(entry->d_name, ".case"))
            n += check_case(entry->d_name);
    closedir(d);
    print_message("%zu cases\n", n);
    assert_true(n >= 35);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases)};
    return cmocka_run_group_tests(tests, start, stop);
}
