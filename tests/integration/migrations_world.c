#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/integration/migrations_world.h"

#include "api/base/str.h"
#include "tests/sandbox/folder.h"
#include "tests/sandbox/postgres.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char home[FOLDER_PATH], folder[FOLDER_PATH + 16];
static struct postgres *pg;
struct arena mem;
static char database[32];
static int n_databases;

const char *quoted(bool (*how)(struct str *, const char *, struct err *), const char *text)
{
    struct str out = {0};
    struct err e;
    assert_true(how(&out, text, &e));
    const char *copy = arena_str(&mem, str_text(&out));
    str_done(&out);
    return copy;
}

/* --- the server --- */

int start(void **state)
{
    (void)state;
    char why[512] = "", folder_why[FOLDER_WHY];
    if (!folder_make_temporary("strom-m", home, folder_why))
        return -1;
    snprintf(folder, sizeof folder, "%s-files", home);
    struct postgres_options o = {
        .folder = home, .temporary = true, .database = "first", .owner = APP, .logical = true};
    pg = postgres_start(&o, why);
    if (pg == NULL) {
        print_message("no PostgreSQL: %s\n", why);
        exit(77);
    }
    return 0;
}

int stop(void **state)
{
    (void)state;
    postgres_remove(pg);
    folder_remove(folder);
    return 0;
}

/* The first value; fails the test on an error unless a state is expected. */
const char *ask_as(const char *conninfo, const char *sql, const char *expected)
{
    static char value[512];
    PGconn *db = PQconnectdb(conninfo);
    PGresult *rows = PQexec(db, sql);
    const char *code = PQresultErrorField(rows, PG_DIAG_SQLSTATE);
    if (!str_eq(code ? code : "", expected ? expected : ""))
        fail_msg("%s: %s%s", sql, PQerrorMessage(db), code ? code : "");
    snprintf(value, sizeof value, "%s", PQntuples(rows) > 0 ? PQgetvalue(rows, 0, 0) : "");
    PQclear(rows);
    PQfinish(db);
    return value;
}

const char *ask(const char *sql)
{
    char conninfo[POSTGRES_CONNINFO];
    return ask_as(postgres_superuser(pg, database, conninfo), sql, NULL);
}

void tell(const char *sql)
{
    (void)ask(sql);
}

const char *conninfo_of(const char *role)
{
    static char out[POSTGRES_CONNINFO];
    return postgres_conninfo(pg, database, role, PASSWORD, out);
}

int begin(void **state)
{
    (void)state;
    char why[FOLDER_WHY], sql[256];
    arena_init(&mem);
    snprintf(database, sizeof database, "postgres");
    tell("ALTER ROLE \"" APP "\" LOGIN NOREPLICATION PASSWORD '" PASSWORD "'");
    snprintf(sql, sizeof sql, "CREATE DATABASE t%d OWNER \"" APP "\"", ++n_databases);
    tell(sql);
    snprintf(database, sizeof database, "t%d", n_databases);
    folder_remove(folder);
    return folder_make(folder, why) ? 0 : -1;
}

int end(void **state)
{
    (void)state;
    tell("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
         "WHERE database = current_database()");
    tell("DO $$ BEGIN IF EXISTS(SELECT FROM pg_roles WHERE rolname = 'datastream') THEN "
         "DROP OWNED BY datastream; DROP ROLE datastream; END IF; END $$");
    arena_done(&mem);
    return 0;
}

void make_user(void)
{
    tell("CREATE ROLE \"" USER "\" LOGIN PASSWORD '" PASSWORD "'");
}

/* --- Flyway --- */

void put(const char *name, const char *sql)
{
    char path[FOLDER_PATH + 512], why[FOLDER_WHY];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_true(folder_write(path, sql, why));
}

bool migrate_as(const char *role, size_t *n, char why[FLYWAY_WHY])
{
    char super[POSTGRES_CONNINFO];
    static char app[POSTGRES_CONNINFO];
    snprintf(app, sizeof app, "%s", conninfo_of(role));
    struct flyway_run run = {.folder = folder,
                             .conninfo = app,
                             .superuser = postgres_superuser(pg, database, super),
                             .role = role};
    why[0] = '\0';
    return flyway_migrate(&run, n, why);
}

bool migrate(size_t *n, char why[FLYWAY_WHY])
{
    return migrate_as(APP, n, why);
}

size_t migrated(void)
{
    char why[FLYWAY_WHY];
    size_t n = 0;
    if (!migrate(&n, why))
        fail_msg("%s", why);
    return n;
}

void put_tables(void)
{
    put("V1.1__tables.sql",
        "CREATE TABLE regel_evaluering (id bigint PRIMARY KEY, regel_navn text);\n"
        "CREATE TABLE regelsett_resultat (id bigint PRIMARY KEY);\n"
        "CREATE TABLE person_ident (id bigint PRIMARY KEY, ident text);\n"
        "CREATE SCHEMA arkiv;\n"
        "CREATE TABLE arkiv.sak (id bigint PRIMARY KEY);\n");
}

/* --- the migrations --- */

struct migration_facts facts_of(enum migration_shape shape, const struct migration_table *tables,
                                size_t n)
{
    static char slot[32];
    snprintf(slot, sizeof slot, "ds_replication_%d", n_databases);
    return (struct migration_facts){.shape = shape,
                                    .app_role = APP,
                                    .db_user = USER,
                                    .publication = "ds_publication",
                                    .slot = slot,
                                    .tables = tables,
                                    .n_tables = n};
}

bool yes(const char *sql)
{
    return str_eq(ask(sql), "t");
}

bool slot_exists(void)
{
    return yes("SELECT EXISTS(SELECT FROM pg_replication_slots WHERE database = current_database() "
               "AND plugin = 'pgoutput')");
}

bool publication_exists(void)
{
    return yes("SELECT EXISTS(SELECT FROM pg_publication)");
}

bool reads(const char *role, const char *table)
{
    return yes(arena_printf(&mem, "SELECT has_table_privilege('%s', '%s', 'SELECT')", role, table));
}

/* What is there by now, as the checks would say it. */
void look(struct migration_facts *f)
{
    f->publication_exists = publication_exists();
    f->publication_all_tables = yes("SELECT bool_or(puballtables) FROM pg_publication");
    f->publication_via_root = yes("SELECT bool_or(pubviaroot) FROM pg_publication");
    f->slot_exists = slot_exists();
    f->app_replication = yes("SELECT rolreplication FROM pg_roles WHERE rolname = '" APP "'");
    f->user_replication = yes("SELECT rolreplication FROM pg_roles WHERE rolname = '" USER "'");
    f->recorded = arena_str(&mem, ask("SELECT version FROM flyway_schema_history "
                                      "ORDER BY installed_rank DESC LIMIT 1"));
}

void put_set(const struct migration_set *set)
{
    for (size_t i = 0; i < set->n_files; i++)
        put(set->files[i].name, set->files[i].sql);
}
