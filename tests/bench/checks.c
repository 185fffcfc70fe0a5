/* The checks on a database of 10 000 tables: all of them on loopback, how many round trips they
 * take once connected (over a link of 50 ms delay each way), how many statements, and which locks
 * another session sees of them meanwhile.
 *
 *     bench_checks [TABLES [RUNS]]
 *
 * The server and the stand-in for Google are our own; medians are printed. */

#include "api/base/clock.h"
#include "api/checks/gather.h"
#include "api/net/net.h"
#include "api/pg/pg.h"
#include "tests/bench/bench.h"
#include "tests/bench/delay.h"
#include "tests/integration/checks/cloud.h"
#include "tests/integration/checks/watch.h"
#include "tests/sandbox/folder.h"
#include "tests/sandbox/postgres.h"
#include "tests/sandbox/sandbox.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLES = 10000, RUNS = 7, RUNS_MAX = 99, DELAY_MS = 50 };

static struct {
    struct postgres *server;
    struct cloud *cloud;
    struct net *net;
    struct google *google;
    char super[POSTGRES_CONNINFO];
} bench;

static void say(const char *what, double value, const char *unit, double goal)
{
    printf("checks %-44s %8.1f %s  goal <= %.0f  %s\n", what, value, unit, goal,
           value <= goal ? "ok" : "missed");
}

/* --- the database --- */

static void sql(PGconn *db, const char *text)
{
    PGresult *done = PQexec(db, text);
    ExecStatusType status = PQresultStatus(done);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        bench_die(text, PQerrorMessage(db));
    PQclear(done);
}

/* Twenty columns a table; every third with a grant of its own, every hundredth with one a column.
 */
static void fill(PGconn *db, long tables)
{
    char text[2048];
    sql(db, "SET client_min_messages = error; CREATE EXTENSION pg_stat_statements;"
            "CREATE ROLE datastream LOGIN REPLICATION");
    snprintf(text, sizeof text,
             "DO $$ DECLARE columns text := (SELECT string_agg(format('kolonne_%%s text', i), ', ')"
             " FROM generate_series(2, 20) i); BEGIN FOR t IN 1..%ld LOOP"
             " EXECUTE format('CREATE TABLE tabell_%%s (id bigint PRIMARY KEY, %%s)', t, columns);"
             " IF t %% 3 = 0 THEN EXECUTE format('GRANT SELECT ON tabell_%%s TO datastream', t);"
             " ELSIF t %% 100 = 0 THEN EXECUTE format('GRANT SELECT (id, kolonne_2) ON tabell_%%s"
             " TO datastream', t); END IF;"
             " IF t %% 50 = 0 THEN COMMIT; END IF; END LOOP; END $$",
             tables);
    sql(db, text);
    sql(db, "CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version text,"
            " description text, script text, installed_on timestamp, success boolean);"
            "GRANT SELECT ON flyway_schema_history TO PUBLIC;"
            "INSERT INTO flyway_schema_history SELECT i, '1.' || i, 'x', 'V1.' || i || '__x.sql',"
            " now(), true FROM generate_series(1, 300) i;"
            "CREATE PUBLICATION ds_publication FOR ALL TABLES");
    sql(db, "SELECT pg_create_logical_replication_slot('ds_replication', 'pgoutput')");
    sql(db, "VACUUM ANALYZE");
}

/* --- looking --- */

static const struct source_wanted every = {"datastream", "ds_publication", "ds_replication", NULL,
                                           0};

static struct pg *connect_person(int port)
{
    char text[32], conninfo[POSTGRES_CONNINFO];
    snprintf(text, sizeof text, "%d", port);
    struct pg_options o = {
        .dsn = postgres_conninfo(bench.server, SANDBOX_DATABASE, SANDBOX_PERSON, NULL, conninfo),
        .port = text};
    struct task *t = pg_connect(bench.net, &o);
    net_until(bench.net, t);
    if (task_state(t) != TASK_OK)
        bench_die(task_error(t)->what, task_error(t)->why);
    struct pg *pg = pg_take(t);
    task_drop(t);
    return pg;
}

static double finish(struct task *t, double from)
{
    net_until(bench.net, t);
    double took = bench_now_ms() - from;
    if (task_state(t) != TASK_OK)
        bench_die("looking", task_error(t)->why);
    task_drop(t);
    return took;
}

static double look_at_all(struct pg *pg)
{
    struct target t = {.project = SANDBOX_PROJECT,
                       .region = SANDBOX_REGION,
                       .instance = SANDBOX_INSTANCE,
                       .stream = "postgres-postmottak-bigquery",
                       .database = SANDBOX_DATABASE};
    struct gather_options o = {.google = bench.google, .pg = pg, .target = &t, .wanted = &every};
    double from = bench_now_ms();
    return finish(gather(bench.net, &o), from);
}

static double look_at_source(struct pg *pg)
{
    double from = bench_now_ms();
    return finish(source_read(pg, &every, NULL), from);
}

static double measure(double (*look)(struct pg *pg), struct pg *pg, size_t n)
{
    double ms[RUNS_MAX];
    look(pg); /* the caches of the server process */
    for (size_t i = 0; i < n; i++)
        ms[i] = look(pg);
    return bench_median(ms, n);
}

/* --- round trips --- */

/* Both go through the relay, one by one in turn, so that what it costs itself is in both. */
static void say_round_trips(size_t n)
{
    struct delay *none = delay_start(postgres_port(bench.server), 0);
    struct delay *long_way = delay_start(postgres_port(bench.server), DELAY_MS);
    struct pg *near = connect_person(delay_port(none));
    struct pg *far = connect_person(delay_port(long_way));
    double direct[RUNS_MAX], delayed[RUNS_MAX];
    look_at_source(near);
    look_at_source(far);
    for (size_t i = 0; i < n; i++) {
        direct[i] = look_at_source(near);
        delayed[i] = look_at_source(far);
    }
    pg_close(near);
    pg_close(far);
    delay_stop(none);
    delay_stop(long_way);
    double from = bench_median(direct, n), to = bench_median(delayed, n);
    printf("checks the database's alone: %.0f ms, %.0f ms with %d ms of delay each way\n", from, to,
           DELAY_MS);
    say("round trips once connected", (to - from) / (2 * DELAY_MS), "", 4);
}

/* --- statements and locks --- */

static double ask_number(PGconn *db, const char *text)
{
    PGresult *rows = PQexec(db, text);
    if (PQntuples(rows) != 1)
        bench_die(text, PQerrorMessage(db));
    double value = strtod(PQgetvalue(rows, 0, 0), NULL);
    PQclear(rows);
    return value;
}

static void say_statements(PGconn *db)
{
    sql(db, "SELECT pg_stat_statements_reset()");
    struct pg *pg = connect_person(postgres_port(bench.server));
    look_at_all(pg);
    pg_close(pg);
    say("statements in all",
        ask_number(db, "SELECT sum(calls) FROM pg_stat_statements s JOIN pg_roles r"
                       " ON r.oid = s.userid WHERE r.rolname = '" SANDBOX_PERSON "'"),
        "", 20);
}

static void say_locks(size_t n)
{
    struct pg *pg = connect_person(postgres_port(bench.server));
    struct watch *w = watch_begin(PQconnectdb(bench.super));
    for (size_t i = 0; i < n; i++)
        look_at_all(pg);
    struct locks all = watch_end(w);
    pg_close(pg);
    printf("checks %zu locks were seen by another session meanwhile\n", all.seen);
    say("locks beyond ACCESS SHARE", all.seen > 0 ? (double)all.strong : 1, "", 0);
}

/* --- beginning --- */

static void open_all(const char *folder, const char *files)
{
    char why[POSTGRES_WHY], origin[64];
    struct err e;
    struct postgres_options o = {.folder = folder,
                                 .database = SANDBOX_DATABASE,
                                 .owner = SANDBOX_APP,
                                 .logical = true,
                                 .temporary = true,
                                 .goes_too = files,
                                 .settings = "shared_preload_libraries = 'pg_stat_statements'\n"};
    bench.server = postgres_start(&o, why);
    if (bench.server == NULL)
        bench_die("PostgreSQL", why);
    postgres_superuser(bench.server, SANDBOX_DATABASE, bench.super);
    bench.cloud = cloud_start(bench.server, files);
    bench.net = net_open(&e);
    snprintf(origin, sizeof origin, "http://127.0.0.1:%d", cloud_port(bench.cloud));
    bench.google = google_open(
        bench.net,
        &(struct google_options){.endpoint = origin, .credentials = cloud_credentials(bench.cloud)},
        &e);
}

int main(int argc, char **argv)
{
    char folder[FOLDER_PATH], files[FOLDER_PATH], why[FOLDER_WHY];
    long tables = argc > 1 ? strtol(argv[1], NULL, 10) : TABLES;
    long n = argc > 2 ? strtol(argv[2], NULL, 10) : RUNS;
    if (tables < 1 || n < 1 || n > RUNS_MAX)
        bench_die("bench_checks", "[TABLES [RUNS]]");
    if (!postgres_is_installed())
        return 77;
    if (!folder_make_temporary("strom-c", folder, why) ||
        !folder_make_temporary("strom-f", files, why))
        bench_die("a folder", why);
    open_all(folder, files);
    PGconn *db = PQconnectdb(bench.super);
    fill(db, tables);
    struct pg *pg = connect_person(postgres_port(bench.server));
    printf("checks on a database with %ld tables\n", tables);
    say("all of them on loopback", measure(look_at_all, pg, (size_t)n), "ms", 1500);
    pg_close(pg);
    say_round_trips((size_t)n);
    say_statements(db);
    say_locks((size_t)n);
    PQfinish(db);
    google_close(bench.google);
    net_close(bench.net);
    cloud_stop(bench.cloud);
    postgres_remove(bench.server);
    folder_remove(files);
    return 0;
}
