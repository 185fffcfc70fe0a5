/* How fast the sandbox drains a slot into SQLite, beside decoding alone (pg_recvlogical to
 * /dev/null) and PostgreSQL's own subscriber in a second cluster: the same changes each time, from
 * copies of one slot.
 *
 *     bench_drain [CHANGES [RUNS]]
 *
 * Runs are interleaved, medians are printed. Both servers are our own, without fsync; our file has
 * its own, at checkpoints. A run counts from before the reader connects until the last change is
 * stored (for pg_recvlogical: read), and afterwards both copies must hold what the source holds. */

#include "api/base/str.h"
#include "tests/bench/bench.h"
#include "tests/sandbox/postgres.h"
#include "tests/sandbox/postgres_parts.h"
#include "tests/sandbox/replicate/replicate.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHANGES = 300000, RUNS = 5, RUNS_MAX = 99, LOOK_MS = 4 };

static struct postgres *source, *target;
static PGconn *db, *far;
static char folders[2][FOLDER_PATH], scratch[FOLDER_PATH];
static char conninfo[POSTGRES_CONNINFO], end_lsn[32];
static const char password[] = "syntetisk"; /* in the environment: arguments are seen by all */
static unsigned long long end_position;
static char wanted[200]; /* what the source holds, summed up */

static void end_all(void)
{
    PQfinish(db);
    PQfinish(far);
    if (target)
        postgres_remove(target);
    if (source)
        postgres_remove(source);
    folder_remove(scratch);
}

static PGresult *run(PGconn *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static PGresult *run(PGconn *c, const char *fmt, ...)
{
    struct str sql = {0};
    va_list args;
    va_start(args, fmt);
    str_vprintf(&sql, fmt, args);
    va_end(args);
    PGresult *r = PQexec(c, str_text(&sql));
    ExecStatusType status = PQresultStatus(r);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        bench_die(str_text(&sql), PQerrorMessage(c));
    str_done(&sql);
    return r;
}

static void run_only(PGconn *c, const char *sql)
{
    PQclear(run(c, "%s", sql));
}

static struct postgres *start_server(char *folder)
{
    char why[POSTGRES_WHY] = "";
    struct postgres_options o = {.folder = folder,
                                 .database = "bench",
                                 .logical = true,
                                 .temporary = true,
                                 .settings = "shared_buffers = 256MB\nmax_wal_size = 8GB\n"
                                             "checkpoint_timeout = 1h\n"
                                             "wal_retrieve_retry_interval = 1ms\n"};
    struct postgres *pg =
        folder_make_temporary("strom-drain", folder, why) ? postgres_start(&o, why) : NULL;
    if (!pg)
        bench_die("starting a server", why);
    return pg;
}

static const char table_sql[] =
    "CREATE TABLE regel (id bigint PRIMARY KEY, navn text, resultat text,"
    " belop numeric(12,2), opprettet timestamptz);"
    "CREATE TABLE slutt (id int PRIMARY KEY)";

/* Half inserts, a third updates, the rest deletes, in transactions of five, as apps have them. */
static const char changes_sql[] =
    "DO $$ DECLARE last int := 0; BEGIN"
    " FOR i IN 1 .. %d LOOP"
    "  IF i %% 6 IN (0, 2, 4) THEN"
    "   last := last + 1;"
    "   INSERT INTO regel VALUES (last, 'regel ' || last, md5(last::text), last / 7.0, now());"
    "  ELSIF i %% 6 IN (1, 3) THEN"
    "   UPDATE regel SET resultat = md5(i::text), belop = i WHERE id = 1 + (i::bigint * 7919) %% "
    "(last + 1);"
    "  ELSE DELETE FROM regel WHERE id = 1 + (i::bigint * 104729) %% (last + 1); END IF;"
    "  IF i %% 5 = 0 THEN COMMIT; END IF;"
    " END LOOP; END $$";

/* In both dialects: a row that is missing, old or too many changes it. */
static const char sum_sql[] =
    "SELECT count(*) || ' ' || sum(id) || ' ' || sum(length(navn)) || ' ' ||"
    " sum(id % 97 * length(replace(resultat, 'a', ''))) || ' ' ||"
    " sum(id % 89 * cast(round(belop * 100) AS bigint)) || ' ' || count(opprettet) FROM ";

static void check(const char *whose, const char *held)
{
    if (strcmp(held, wanted) != 0) {
        fprintf(stderr, "the source holds %s\n", wanted);
        bench_die(whose, held);
    }
}

static void check_server(PGconn *c, const char *whose)
{
    PGresult *r = run(c, "%sregel", sum_sql);
    check(whose, PQgetvalue(r, 0, 0));
    PQclear(r);
}

static void check_file(const char *path)
{
    sqlite3 *file = NULL;
    sqlite3_stmt *st = NULL;
    char sql[400];
    snprintf(sql, sizeof sql, "%spublic_regel", sum_sql);
    if (sqlite3_open_v2(path, &file, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(file, sql, -1, &st, NULL) != SQLITE_OK || sqlite3_step(st) != SQLITE_ROW)
        bench_die(path, sqlite3_errmsg(file));
    const char *held = (const char *)sqlite3_column_text(st, 0);
    check(path, held ? held : "nothing");
    sqlite3_finalize(st);
    sqlite3_close(file);
}

static void prepare(int changes)
{
    char superuser[POSTGRES_CONNINFO], why[FOLDER_WHY];
    source = start_server(folders[0]);
    target = start_server(folders[1]);
    if (!folder_make_temporary("strom-drain-file", scratch, why))
        bench_die("making a folder", why);
    db = PQconnectdb(postgres_superuser(source, "bench", superuser));
    far = PQconnectdb(postgres_superuser(target, "bench", superuser));
    run_only(db, "SET client_min_messages = error");
    run_only(far, "SET client_min_messages = error");
    run_only(db, table_sql);
    run_only(far, table_sql);
    PQclear(run(db, "CREATE ROLE datastream LOGIN REPLICATION PASSWORD '%s'", password));
    run_only(db, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO datastream");
    run_only(db, "CREATE PUBLICATION pub FOR TABLE regel, slutt");
    run_only(db, "SELECT pg_create_logical_replication_slot('base', 'pgoutput')");
    PQclear(run(db, changes_sql, changes));
    run_only(db, "INSERT INTO slutt VALUES (1)");
    PGresult *r = run(db, "SELECT lsn, lsn - '0/0' FROM pg_current_wal_flush_lsn() lsn");
    snprintf(end_lsn, sizeof end_lsn, "%s", PQgetvalue(r, 0, 0));
    end_position = strtoull(PQgetvalue(r, 0, 1), NULL, 10);
    PQclear(r);
    r = run(db, "%sregel", sum_sql);
    snprintf(wanted, sizeof wanted, "%s", PQgetvalue(r, 0, 0));
    PQclear(r);
    postgres_conninfo(source, "bench", "datastream", NULL, conninfo);
    setenv("PGPASSWORD", password, 1);
}

/* Every run reads a slot of its own that stands where the changes begin. */
static void make_slot(void)
{
    run_only(db, "SELECT pg_copy_logical_replication_slot('base', 'run')");
}

static void drop_slot(void)
{
    for (;;) { /* its walsender may need a moment to see that nobody listens any more */
        PGresult *r = PQexec(db, "SELECT pg_drop_replication_slot('run')");
        bool done = PQresultStatus(r) == PGRES_TUPLES_OK;
        PQclear(r);
        if (done)
            return;
        poll(NULL, 0, LOOK_MS);
    }
}

/* It stands where initdb really is: what is found may be a link to that. */
static void find_program(char path[POSTGRES_PATH])
{
    char found[POSTGRES_PATH], initdb[POSTGRES_PATH + 16];
    if (!postgres_find(found))
        bench_die("pg_recvlogical", "no PostgreSQL here");
    snprintf(initdb, sizeof initdb, "%s/initdb", found);
    char *real = realpath(initdb, NULL);
    char *slash = real ? strrchr(real, '/') : NULL;
    if (!slash)
        bench_die("pg_recvlogical", "not found");
    snprintf(path, POSTGRES_PATH, "%.*s/pg_recvlogical", (int)(slash - real), real);
    free(real);
}

static double decode_alone(void)
{
    char path[POSTGRES_PATH];
    find_program(path);
    const char *argv[] = {path,
                          "-d",
                          conninfo,
                          "--slot",
                          "run",
                          "-o",
                          "proto_version=1",
                          "-o",
                          "publication_names=pub",
                          "-f",
                          "/dev/null",
                          "--start",
                          "--no-loop",
                          "--endpos",
                          end_lsn,
                          "-F",
                          "0",
                          NULL};
    int status = 0;
    char ended[32];
    double from = bench_now_ms();
    pid_t pid = fork();
    if (pid == 0) {
        execv(path, (char **)(uintptr_t)argv);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    snprintf(ended, sizeof ended, "ended with %d", status);
    if (status != 0)
        bench_die(path, ended);
    return bench_now_ms() - from;
}

static double drain(int round)
{
    char path[FOLDER_PATH + 32], why[512];
    struct replica_table tables[] = {{.schema = "public", .table = "regel"},
                                     {.schema = "public", .table = "slutt"}};
    struct replica_look look;
    snprintf(path, sizeof path, "%s/%d.db", scratch, round);
    struct replica_config c = {.stream = "bench",
                               .conninfo = conninfo,
                               .publication = "pub",
                               .slot = "run",
                               .sqlite_path = path,
                               .tables = tables,
                               .n_tables = 2};
    double from = bench_now_ms();
    struct replica *r = replica_start(&c, why);
    if (!r)
        bench_die("replica", why);
    for (;;) {
        replica_look(r, &look);
        replica_look_done(&look);
        if (look.state == REPLICA_FAILED_PERMANENTLY)
            bench_die("replica", look.error);
        if (look.confirmed_lsn >= end_position)
            break;
        poll(NULL, 0, LOOK_MS);
    }
    double took = bench_now_ms() - from;
    replica_stop(r);
    check_file(path);
    unlink(path);
    return took;
}

static double subscribe(void)
{
    char whole[POSTGRES_CONNINFO]; /* the other server has another environment */
    postgres_conninfo(source, "bench", "datastream", password, whole);
    char *quoted = PQescapeLiteral(far, whole, strlen(whole));
    double from = bench_now_ms();
    PQclear(run(far,
                "CREATE SUBSCRIPTION sub CONNECTION %s PUBLICATION pub WITH (create_slot = false,"
                " slot_name = 'run', copy_data = false)",
                quoted));
    PQfreemem(quoted);
    for (;;) {
        PGresult *r = run(far, "SELECT 1 FROM slutt");
        bool done = PQntuples(r) > 0;
        PQclear(r);
        if (done)
            break;
        poll(NULL, 0, LOOK_MS);
    }
    double took = bench_now_ms() - from;
    check_server(far, "own subscriber");
    run_only(far, "ALTER SUBSCRIPTION sub DISABLE");
    run_only(far, "ALTER SUBSCRIPTION sub SET (slot_name = NONE)");
    run_only(far, "DROP SUBSCRIPTION sub");
    run_only(far, "TRUNCATE regel, slutt");
    return took;
}

int main(int argc, char **argv)
{
    static double alone[RUNS_MAX], ours[RUNS_MAX], theirs[RUNS_MAX];
    int changes = argc > 1 ? (int)strtol(argv[1], NULL, 10) : CHANGES;
    int runs = argc > 2 ? (int)strtol(argv[2], NULL, 10) : RUNS;
    if (changes < 1 || runs < 1 || runs > RUNS_MAX)
        bench_die("usage", "bench_drain [CHANGES [RUNS]]");
    signal(SIGPIPE, SIG_IGN);
    atexit(end_all);
    prepare(changes);
    for (int i = 0; i < runs; i++) {
        make_slot();
        alone[i] = decode_alone();
        drop_slot();
        make_slot();
        ours[i] = drain(i);
        drop_slot();
        make_slot();
        theirs[i] = subscribe();
        drop_slot();
    }
    double a = bench_median(alone, (size_t)runs), o = bench_median(ours, (size_t)runs),
           t = bench_median(theirs, (size_t)runs);
    printf("drain: %d changes, medians of %d: decoding alone %.0f ms, into SQLite %.0f ms"
           " (%.0f changes/s), own subscriber %.0f ms\n",
           changes, runs, a, o, changes / o * 1000, t);
    printf("drain: %.2f x decoding alone (goal 1.3), %.2f x own subscriber (goal 0.6)\n", o / a,
           o / t);
    return 0;
}
