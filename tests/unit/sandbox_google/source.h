#ifndef SANDBOX_GOOGLE_TEST_SOURCE_H
#define SANDBOX_GOOGLE_TEST_SOURCE_H

/* A prepared database for the road: tables, user, publication, slot. Include after rig.h. */

#include "tests/sandbox/postgres.h"

#include <libpq-fe.h>

#define SOURCE_PASSWORD "flaggermus-42"

RIG void source_run(struct rig *r, const char *sql)
{
    char conninfo[POSTGRES_CONNINFO];
    PGconn *db = PQconnectdb(postgres_superuser(r->s.pg, SANDBOX_DATABASE, conninfo));
    PGresult *rows = PQexec(db, sql);
    ExecStatusType status = PQresultStatus(rows);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        fail_msg("%s", PQerrorMessage(db));
    PQclear(rows);
    PQfinish(db);
}

RIG int64_t source_number(struct rig *r, const char *sql)
{
    char conninfo[POSTGRES_CONNINFO];
    PGconn *db = PQconnectdb(postgres_superuser(r->s.pg, SANDBOX_DATABASE, conninfo));
    PGresult *rows = PQexec(db, sql);
    assert_int_equal(PQresultStatus(rows), PGRES_TUPLES_OK);
    int64_t n = strtoll(PQgetvalue(rows, 0, 0), NULL, 10);
    PQclear(rows);
    PQfinish(db);
    return n;
}

RIG void source_start(struct rig *r)
{
    char why[POSTGRES_WHY] = "", folder[80];
    snprintf(folder, sizeof folder, "/tmp/strom-pg-%ld",
             (long)getpid()); /* made by it, and its own */
    struct postgres_options o = {.folder = folder,
                                 .database = SANDBOX_DATABASE,
                                 .owner = SANDBOX_INSTANCE,
                                 .logical = true,
                                 .temporary = true};
    r->s.pg = postgres_start(&o, why);
    if (r->s.pg == NULL)
        fail_msg("%s", why);
    source_run(r,
               "CREATE TABLE regel_evaluering (id bigint PRIMARY KEY, regel_resultat_id bigint NOT "
               "NULL, regel_navn text, resultat boolean);"
               "CREATE TABLE person_ident (ident varchar(11) PRIMARY KEY, navn text);"
               "CREATE TABLE regelsett_resultat (id bigint PRIMARY KEY, system_navn text, "
               "opprettet_tid timestamptz);"
               "INSERT INTO regel_evaluering SELECT n, n, 'regel ' || n, true FROM "
               "generate_series(1, 250) n;"
               "INSERT INTO regelsett_resultat SELECT n, 'kelvin', now() FROM "
               "generate_series(1, 40) n;"
               "CREATE USER datastream WITH REPLICATION PASSWORD '" SOURCE_PASSWORD "';"
               "GRANT USAGE ON SCHEMA public TO datastream;"
               "GRANT SELECT ON ALL TABLES IN SCHEMA public TO datastream;"
               "CREATE PUBLICATION ds_publication FOR ALL TABLES;");
    source_run(r, "SELECT pg_create_logical_replication_slot('ds_replication', 'pgoutput')");
    struct sandbox_facts *f = &r->s.facts;
    f->n_users = 2;
    str_copy(f->users[0].name, sizeof f->users[0].name, SANDBOX_INSTANCE);
    str_copy(f->users[1].name, sizeof f->users[1].name, "datastream");
    str_copy(f->users[1].password, sizeof f->users[1].password, SOURCE_PASSWORD);
    f->logical_decoding = true;
}

RIG void source_stop(struct rig *r)
{
    if (r->s.pg != NULL)
        postgres_remove(r->s.pg);
    r->s.pg = NULL;
}

/* The rig and its database; exits with 77 where there is no server. */
RIG void source_open_rig(struct rig *r, int speed)
{
    if (!postgres_is_installed())
        exit(77);
    rig_start(r, speed, true);
    source_start(r);
}

RIG void source_close_rig(struct rig *r)
{
    google_stop(r->g);
    r->g = NULL;
    source_stop(r);
    rig_stop(r);
}

#endif
