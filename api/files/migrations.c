/* Which statements are still needed, in which files. */

#include "api/files/migrations.h"

#include "api/base/str.h"
#include "api/files/migrations_sql.h"
#include "api/files/quote.h"

#include <string.h>

/* --- which tables --- */

static bool is_any(const struct writer *w, const struct migration_table *t)
{
    (void)w;
    (void)t;
    return true;
}

static bool is_unpublished(const struct writer *w, const struct migration_table *t)
{
    return !w->facts->publication_all_tables && !t->published;
}

static bool is_published(const struct writer *w, const struct migration_table *t)
{
    return !is_unpublished(w, t);
}

static bool is_cut(const struct writer *w, const struct migration_table *t)
{
    return is_published(w, t) && t->cut && !w->facts->publication_all_tables;
}

static bool is_unreadable(const struct writer *w, const struct migration_table *t)
{
    (void)w;
    return !t->readable;
}

static bool is_readable(const struct writer *w, const struct migration_table *t)
{
    (void)w;
    return t->readable;
}

/* The procedure's grants cover the schema public; what lies elsewhere is granted by name. */
static bool is_left_out(const struct writer *w, const struct migration_table *t)
{
    return is_unreadable(w, t) && !str_eq(t->schema, "public");
}

/* --- rights --- */

static void add_replication(struct writer *w, struct body *b)
{
    if (!w->facts->app_replication)
        sql_add(b, arena_printf(w->mem, "ALTER USER %s WITH REPLICATION;", w->app));
    if (!w->facts->user_replication)
        sql_add(b, arena_printf(w->mem, "ALTER USER %s WITH REPLICATION;", w->user));
    if (w->facts->user_login)
        sql_add(b, arena_printf(w->mem, "ALTER USER %s %s;", w->user, w->facts->user_login));
}

static bool add_named_grants(struct writer *w, struct body *b, sql_wanted *is)
{
    if (!sql_any(w, is))
        return true;
    return sql_add_schemas(w, b, "GRANT", is, "TO") &&
           sql_add_tables(w, b, "GRANT SELECT ON", is, arena_printf(w->mem, "TO %s", w->user));
}

static void add_wide_grants(struct writer *w, struct body *b)
{
    if (!w->facts->default_privileges)
        sql_add(b, arena_printf(
                       w->mem,
                       "ALTER DEFAULT PRIVILEGES IN SCHEMA PUBLIC GRANT SELECT ON TABLES TO %s;",
                       w->user));
    if (!w->facts->all_readable)
        sql_add(
            b, arena_printf(w->mem, "GRANT SELECT ON ALL TABLES IN SCHEMA PUBLIC TO %s;", w->user));
}

static bool is_wide(const struct writer *w)
{
    return w->facts->shape == MIGRATION_PROCEDURE || w->facts->n_tables == 0;
}

static bool add_grants(struct writer *w, struct body *b)
{
    if (!is_wide(w))
        return add_named_grants(w, b, is_unreadable);
    add_wide_grants(w, b);
    return add_named_grants(w, b, is_left_out);
}

/* --- the publication --- */

static const char *with_root(const struct writer *w)
{
    return w->facts->via_root ? " WITH (publish_via_partition_root = true)" : "";
}

static bool add_new_publication(struct writer *w, struct body *b)
{
    if (is_wide(w)) {
        sql_add(b, arena_printf(w->mem, "CREATE PUBLICATION %s FOR ALL TABLES%s;", w->publication,
                                with_root(w)));
        return true;
    }
    const char *create = arena_printf(w->mem, "CREATE PUBLICATION %s FOR TABLE", w->publication);
    const char *end = with_root(w);
    return sql_add_tables(w, b, create, is_any, *end ? end + 1 : "");
}

/* In one transaction: nobody reads between the two. */
static bool publish_anew(struct writer *w, struct body *b)
{
    return !sql_any(w, is_cut) ||
           (sql_add_tables(w, b,
                           arena_printf(w->mem, "ALTER PUBLICATION %s DROP TABLE", w->publication),
                           is_cut, "") &&
            sql_add_tables(w, b,
                           arena_printf(w->mem, "ALTER PUBLICATION %s ADD TABLE", w->publication),
                           is_cut, ""));
}

static bool add_to_publication(struct writer *w, struct body *b)
{
    if (w->facts->publish)
        sql_add(b, arena_printf(w->mem, "ALTER PUBLICATION %s SET (publish = '%s');",
                                w->publication, w->facts->publish));
    if (w->facts->via_root && !w->facts->publication_via_root)
        sql_add(b, arena_printf(w->mem,
                                "ALTER PUBLICATION %s SET (publish_via_partition_root = true);",
                                w->publication));
    if (!publish_anew(w, b))
        return false;
    if (!sql_any(w, is_unpublished))
        return true;
    if (w->facts->shape == MIGRATION_THREE)
        return sql_add_each(w, b, is_unpublished);
    const char *alter = arena_printf(w->mem, "ALTER PUBLICATION %s ADD TABLE", w->publication);
    return sql_add_tables(w, b, alter, is_unpublished, "");
}

static bool add_publication(struct writer *w, struct body *b)
{
    return w->facts->publication_exists ? add_to_publication(w, b) : add_new_publication(w, b);
}

/* --- the slot --- */

/* A slot that was there before its publication never moves, and a lost one neither: anew. */
static bool needs_slot(const struct writer *w)
{
    return !w->facts->slot_exists || !w->facts->publication_exists || w->facts->slot_lost;
}

static void add_slot(struct writer *w, struct body *b)
{
    if (!needs_slot(w))
        return;
    if (w->facts->slot_exists)
        sql_add(
            b, arena_printf(w->mem,
                            "PERFORM PG_DROP_REPLICATION_SLOT(slot_name) FROM pg_replication_slots "
                            "WHERE slot_name = %s;",
                            w->slot_literal));
    sql_add(b, arena_printf(w->mem, "PERFORM PG_CREATE_LOGICAL_REPLICATION_SLOT(%s, 'pgoutput');",
                            w->slot_literal));
}

static bool finish_slot(struct writer *w, struct body *b)
{
    return sql_finish(
        w, b, "datastream_slot",
        "-- The slot, in a file of its own: it cannot be made in a transaction that has "
        "written.\n"
        "-- From here on it keeps WAL, stream or no stream.\n",
        "makes the replication slot");
}

/* --- shapes --- */

static const char *guard_comment(struct writer *w, const char *what)
{
    return arena_printf(w->mem,
                        "-- %s\n"
                        "-- Deploy the manifest first: without the user %s this does nothing, and "
                        "Flyway runs it only once.\n",
                        what, w->user);
}

static bool write_setup(struct writer *w)
{
    struct body b = {0};
    bool new_publication = !w->facts->publication_exists;
    add_replication(w, &b);
    bool ok = add_publication(w, &b) && add_grants(w, &b);
    if (!ok)
        return sql_drop(&b);
    if (new_publication)
        return sql_finish(w, &b, "datastream_oppsett",
                          guard_comment(w, "Datastream: rights and the publication."),
                          "gives the rights and makes the publication");
    if (sql_any(w, is_cut))
        return sql_finish(w, &b, "datastream_flere_tabeller",
                          guard_comment(w, "Datastream: rights, tables and columns that are still "
                                           "missing."),
                          "gives the rights, adds the tables that are missing, and publishes anew "
                          "what a list of columns cut");
    return sql_finish(w, &b, "datastream_flere_tabeller",
                      guard_comment(w, "Datastream: rights and tables that are still missing."),
                      "gives the rights and adds the tables that are missing");
}

static bool write_slot(struct writer *w)
{
    struct body b = {0};
    add_slot(w, &b);
    return finish_slot(w, &b);
}

/* --- three files, each of which may run again --- */

static bool write_grants_file(struct writer *w)
{
    struct body b = {0};
    add_replication(w, &b);
    if (!add_grants(w, &b))
        return sql_drop(&b);
    return sql_finish(w, &b, "datastream_tilganger", guard_comment(w, "Datastream: rights."),
                      "gives the rights");
}

static bool write_publication_file(struct writer *w)
{
    struct body b = {0};
    if (!add_publication(w, &b))
        return sql_drop(&b);
    if (!w->facts->publication_exists)
        sql_unless(&b, arena_printf(w->mem, "SELECT 1 FROM pg_publication WHERE pubname = %s",
                                    w->publication_literal));
    return sql_finish(w, &b, "datastream_publikasjon",
                      guard_comment(w, "Datastream: the publication."), "makes the publication");
}

static bool write_slot_file(struct writer *w)
{
    struct body b = {0};
    add_slot(w, &b);
    if (!w->facts->slot_exists)
        sql_unless(&b,
                   arena_printf(w->mem, "SELECT 1 FROM pg_replication_slots WHERE slot_name = %s",
                                w->slot_literal));
    return finish_slot(w, &b);
}

bool migrations_write(struct arena *a, const struct migrations_folder *folder,
                      const struct migration_facts *facts, struct migration_set *out, struct err *e)
{
    struct writer w;
    if (!sql_begin(&w, a, folder, facts, out, e))
        return false;
    if (w.app == NULL)
        return sql_refuse(e, "the app's role is not known", "connect to the database first");
    if (facts->shape == MIGRATION_NARROW && facts->n_tables == 0)
        return sql_refuse(e, "no table is chosen",
                          "choose tables first, or take the procedure's shape");
    if (facts->shape == MIGRATION_THREE)
        return write_grants_file(&w) && write_publication_file(&w) && write_slot_file(&w);
    return write_setup(&w) && write_slot(&w);
}

/* --- less --- */

bool migrations_drop_tables(struct arena *a, const struct migrations_folder *folder,
                            const struct migration_facts *facts, struct migration_set *out,
                            struct err *e)
{
    struct writer w;
    struct body b = {0};
    if (!sql_begin(&w, a, folder, facts, out, e))
        return false;
    if (facts->publication_all_tables)
        return sql_refuse(
            e, "the publication is for all tables: none can be taken out of it",
            "leave the tables out of the stream, or make a publication of chosen tables");
    bool ok = true;
    if (facts->publication_exists && sql_any(&w, is_published))
        ok = sql_add_tables(&w, &b,
                            arena_printf(a, "ALTER PUBLICATION %s DROP TABLE", w.publication),
                            is_published, "");
    if (ok && sql_any(&w, is_readable))
        ok = sql_add_tables(&w, &b, "REVOKE SELECT ON", is_readable,
                            arena_printf(a, "FROM %s", w.user));
    if (ok)
        return sql_finish(
            &w, &b, "datastream_faerre_tabeller",
            guard_comment(&w, "Datastream: tables that no longer flow. Take them out of "
                              "the stream before this is deployed."),
            "takes out of the publication what is not chosen: when no stream carries it");
    return sql_drop(&b);
}

/* --- nothing --- */

/* Everybody may use public; what is left out there took nothing. */
static bool revoke_in(struct writer *w, struct body *b, const char *schema)
{
    struct str name = {0};
    bool ok = quote_ident(&name, schema, w->e);
    const char *in = arena_str(w->mem, str_text(&name));

    str_done(&name);
    sql_add(b,
            arena_printf(w->mem, "REVOKE SELECT ON ALL TABLES IN SCHEMA %s FROM %s;", in, w->user));
    sql_add(b, arena_printf(w->mem,
                            "ALTER DEFAULT PRIVILEGES IN SCHEMA %s REVOKE SELECT ON TABLES FROM "
                            "%s;",
                            in, w->user));
    if (!str_eq(schema, "public"))
        sql_add(b, arena_printf(w->mem, "REVOKE USAGE ON SCHEMA %s FROM %s;", in, w->user));
    return ok;
}

static bool add_revokes(struct writer *w, struct body *b)
{
    bool ok = true;

    for (size_t i = 0; ok && i < w->facts->n_schemas; i++)
        ok = revoke_in(w, b, w->facts->schemas[i]);
    if (w->facts->n_schemas)
        return ok;
    if (is_wide(w) || w->facts->default_privileges)
        sql_add(b, arena_printf(w->mem,
                                "ALTER DEFAULT PRIVILEGES IN SCHEMA PUBLIC REVOKE SELECT ON TABLES "
                                "FROM %s;",
                                w->user));
    if (is_wide(w))
        sql_add(b, arena_printf(w->mem, "REVOKE SELECT ON ALL TABLES IN SCHEMA PUBLIC FROM %s;",
                                w->user));
    if (!sql_any(w, is_readable))
        return true;
    return sql_add_tables(w, b, "REVOKE SELECT ON", is_readable,
                          arena_printf(w->mem, "FROM %s", w->user)) &&
           sql_add_schemas(w, b, "REVOKE", is_readable, "FROM");
}

/* A role of stock PostgreSQL may not give REPLICATION back by itself; Cloud SQL's may. */
static void add_no_replication(struct writer *w, struct body *b)
{
    if (w->facts->user_gone && w->app == NULL)
        return;
    sql_add(b, "BEGIN");
    if (!w->facts->user_gone)
        sql_add(b, arena_printf(w->mem, "    ALTER USER %s WITH NOREPLICATION;", w->user));
    if (w->app)
        sql_add(b, arena_printf(w->mem, "    ALTER USER %s WITH NOREPLICATION;", w->app));
    sql_add(b, "EXCEPTION");
    sql_add(b, "    WHEN insufficient_privilege THEN");
    sql_add(b, "        RAISE NOTICE 'REPLICATION was not taken back: this role may not';");
    sql_add(b, "END;");
}

static const char *undo_comment(struct writer *w)
{
    const char *guard =
        w->facts->user_gone
            ? ""
            : arena_printf(w->mem,
                           "-- The manifest still needs the user %s: without it this does nothing, "
                           "and Flyway runs it only once.\n",
                           w->user);
    return arena_printf(w->mem,
                        "-- Datastream: taken down, in every environment that this is deployed to. "
                        "Delete the stream before:\n"
                        "-- a slot that is read cannot be dropped.\n"
                        "%s",
                        guard);
}

bool migrations_undo(struct arena *a, const struct migrations_folder *folder,
                     const struct migration_facts *facts, struct migration_set *out, struct err *e)
{
    struct writer w;
    struct body b = {0};
    if (!sql_begin(&w, a, folder, facts, out, e))
        return false;
    /* The slot goes first: it is not part of the transaction, and needs REPLICATION. */
    if (facts->slot_exists && w.app && !facts->app_replication)
        sql_add(&b, arena_printf(a, "ALTER USER %s WITH REPLICATION;", w.app));
    sql_add(&b,
            arena_printf(a,
                         "PERFORM PG_DROP_REPLICATION_SLOT(slot_name) FROM pg_replication_slots "
                         "WHERE slot_name = %s;",
                         w.slot_literal));
    sql_add(&b, arena_printf(a, "DROP PUBLICATION IF EXISTS %s;", w.publication));
    if (!facts->user_gone && !add_revokes(&w, &b))
        return sql_drop(&b);
    add_no_replication(&w, &b);
    return sql_finish(&w, &b, "datastream_fjern", undo_comment(&w),
                      "drops the slot and the publication, takes the rights back");
}
