/* Reading the catalogue of 10 000 tables x 20 columns, beside the psql binary running the same five
 * queries to /dev/null: wall time, the client's processor time, its memory, and bytes a column.
 *
 *     bench_catalogue [TABLES [RUNS]]
 *
 * Runs are interleaved, medians are printed. The server is our own. */

#include "api/base/str.h"
#include "api/net/net.h"
#include "api/pg/catalog.h"
#include "api/pg/pg.h"
#include "tests/bench/bench.h"
#include "tests/sandbox/postgres.h"

#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TABLES = 10000, COLUMNS = 20, RUNS = 7, RUNS_MAX = 99, STATEMENTS = 5 };

struct run {
    double wall_ms, cpu_ms, rss_kb;
};

/* Runs a task to its end; the longest that the loop was kept from its keys. */
static double run_task(struct net *net, const struct task *t)
{
    double longest = 0;
    while (task_state(t) == TASK_RUNNING) {
        double from = bench_now_ms();
        net_step(net);
        double took = bench_now_ms() - from;
        longest = took > longest ? took : longest;
        if (task_state(t) == TASK_RUNNING)
            net_wait(net, NULL, 0, -1);
    }
    if (task_state(t) != TASK_OK)
        bench_die(task_error(t)->what, task_error(t)->why);
    return longest;
}

/* --- the side that is measured: a process of its own --- */

static struct pg *open_pg(struct net *net, const char *conninfo)
{
    struct pg_options o = {.dsn = conninfo, .statement_timeout_ms = 120000};
    struct task *t = pg_connect(net, &o);
    run_task(net, t);
    struct pg *pg = pg_take(t);
    task_drop(t);
    return pg;
}

static struct catalog *read_catalog(struct net *net, const char *conninfo, double *longest)
{
    struct catalog_options all = {"ds_publication", "datastream"};
    struct pg *pg = open_pg(net, conninfo);
    struct task *t = catalog_read(pg, &all);
    *longest = run_task(net, t);
    struct catalog *c = catalog_take(t);
    task_drop(t);
    pg_close(pg);
    return c;
}

static int read_once(const char *conninfo)
{
    struct err e;
    struct net *net = net_open(&e);
    double longest = 0;
    struct catalog *c = read_catalog(net, conninfo, &longest);
    printf("%zu %zu %zu\n", catalog_tables(c), catalog_columns(c), catalog_bytes(c));
    catalog_free(c);
    net_close(net);
    return 0;
}

/* --- measuring --- */

static double ms_of(struct timeval t)
{
    return (double)t.tv_sec * 1000 + (double)t.tv_usec / 1000;
}

/* argv with its output in `out`. getrusage of children adds up, so that the difference is this
 * one's; the memory is a maximum over all so far, hence it comes from the process itself (see
 * peak_of). */
static struct run run_child(const char *const *argv, int out)
{
    union {
        const char *const *in;
        char *const *out;
    } list = {argv};
    struct rusage before, after;
    int status = 0;
    getrusage(RUSAGE_CHILDREN, &before);
    double from = bench_now_ms();
    pid_t pid = fork();
    if (pid == 0) {
        dup2(out, 1);
        execv(argv[0], list.out);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
        bench_die(argv[0], "failed");
    double to = bench_now_ms();
    getrusage(RUSAGE_CHILDREN, &after);
    return (struct run){.wall_ms = to - from,
                        .cpu_ms = ms_of(after.ru_utime) + ms_of(after.ru_stime) -
                                  ms_of(before.ru_utime) - ms_of(before.ru_stime),
                        .rss_kb = (double)after.ru_maxrss};
}

/* In a process between, so that its children are only this one. */
static struct run measure(const char *const *argv)
{
    struct run r = {0};
    int pipes[2], null = open("/dev/null", O_WRONLY), status = 0;
    if (null < 0 || pipe(pipes) != 0)
        bench_die("pipe", strerror(errno));
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        r = run_child(argv, null);
        _exit(write(pipes[1], &r, sizeof r) == sizeof r ? 0 : 1);
    }
    close(pipes[1]);
    if (pid < 0 || read(pipes[0], &r, sizeof r) != sizeof r)
        bench_die(argv[0], "was not measured");
    waitpid(pid, &status, 0);
    close(pipes[0]);
    close(null);
    return r;
}

static double median(const struct run *runs, size_t n, size_t offset)
{
    double values[RUNS_MAX];
    for (size_t i = 0; i < n; i++)
        memcpy(&values[i], (const char *)&runs[i] + offset, sizeof values[i]);
    return bench_median(values, n);
}

static void report(const char *what, const char *unit, const struct run *ours,
                   const struct run *theirs, size_t n, size_t offset, double goal)
{
    double us = median(ours, n, offset), them = median(theirs, n, offset);
    printf("catalogue %-4s  strom %9.1f %s  psql %9.1f %s  ratio %.2f  goal <= %.2f  %s\n", what,
           us, unit, them, unit, us / them, goal, us / them <= goal ? "ok" : "MISSED");
}

/* --- the database --- */

static void sql(PGconn *conn, const char *text)
{
    PGresult *result = PQexec(conn, text);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        bench_die(text, PQerrorMessage(conn));
    PQclear(result);
}

static void fill(const char *conninfo, int tables)
{
    static const char *const types[] = {"text",        "varchar(40)", "integer",
                                        "timestamptz", "boolean",     "numeric(10,2)",
                                        "uuid",        "jsonb",       "date"};
    PGconn *conn = PQconnectdb(conninfo);
    sql(conn, "SET client_min_messages = error; CREATE ROLE datastream;"
              "CREATE PUBLICATION ds_publication FOR ALL TABLES");
    for (int t = 0; t < tables; t++) {
        struct str text = {0};
        if (t % 50 == 0)
            sql(conn, t == 0 ? "BEGIN" : "COMMIT; BEGIN");
        str_printf(&text, "CREATE TABLE tabell_%05d (id bigint PRIMARY KEY", t);
        for (int c = 1; c < COLUMNS; c++)
            str_printf(&text, ", kolonne_%d_%d %s", c, (t * 7 + c) % 97, types[(t + c) % 9]);
        str_printf(&text, "); COMMENT ON COLUMN tabell_%05d.id IS 'nummer %d'", t, t % 100);
        if (t % 3 == 0)
            str_printf(&text, "; GRANT SELECT ON tabell_%05d TO datastream", t);
        sql(conn, str_text(&text));
        str_done(&text);
    }
    sql(conn, "COMMIT");
    sql(conn, "VACUUM ANALYZE pg_catalog.pg_class, pg_catalog.pg_attribute, pg_catalog.pg_type,"
              " pg_catalog.pg_index, pg_catalog.pg_description");
    PQfinish(conn);
}

/* What we sent, as the server saw it, without the COPY around it. */
static void write_queries(const char *conninfo, const char *file)
{
    PGconn *conn = PQconnectdb(conninfo);
    struct net *net = net_open(&(struct err){0});
    sql(conn, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
    sql(conn, "SELECT pg_stat_statements_reset()");
    double longest = 0;
    catalog_free(read_catalog(net, conninfo, &longest));
    net_close(net);
    PGresult *rows =
        PQexec(conn, "SELECT substr(query, 7, length(query) - 17) FROM pg_stat_statements"
                     " WHERE query LIKE 'COPY (%) TO STDOUT'");
    if (PQntuples(rows) != STATEMENTS)
        bench_die("pg_stat_statements", "not five queries");
    FILE *f = fopen(file, "w");
    for (int i = 0; f != NULL && i < STATEMENTS; i++)
        fprintf(f, "%s;\n", PQgetvalue(rows, i, 0));
    if (f == NULL || fclose(f) != 0)
        bench_die(file, strerror(errno));
    PQclear(rows);
    PQfinish(conn);
}

static const char *find_psql(char out[512])
{
    char folder[480];
    FILE *f = popen("pg_config --bindir", "r");
    if (f == NULL || fgets(folder, sizeof folder, f) == NULL)
        bench_die("pg_config --bindir", "no answer");
    pclose(f);
    snprintf(out, 512, "%.*s/psql", (int)strcspn(folder, "\n"), folder);
    if (access(out, X_OK) != 0) {
        fprintf(stderr, "no %s: skipped\n", out);
        exit(77);
    }
    return out;
}

static void say_model(const char *conninfo)
{
    struct err e;
    struct net *net = net_open(&e);
    double longest = 0;
    struct catalog *c = read_catalog(net, conninfo, &longest);
    double a_column = (double)catalog_bytes(c) / (double)catalog_columns(c);
    printf("catalogue model %zu tables, %zu columns, %.1f bytes a column  goal <= 32.0  %s\n",
           catalog_tables(c), catalog_columns(c), a_column, a_column <= 32 ? "ok" : "MISSED");
    printf("catalogue step  the longest %.1f ms  goal <= 30.0  %s\n", longest,
           longest <= 30 ? "ok" : "MISSED");
    catalog_free(c);
    net_close(net);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--read") == 0)
        return read_once(argv[2]);
    long tables = argc > 1 ? strtol(argv[1], NULL, 10) : TABLES;
    long n = argc > 2 ? strtol(argv[2], NULL, 10) : RUNS;
    if (tables < 1 || n < 1 || n > RUNS_MAX)
        bench_die("bench_catalogue", "[TABLES [RUNS]]");
    char folder[] = "/tmp/strom-bench-XXXXXX", why[POSTGRES_WHY], conninfo[POSTGRES_CONNINFO];
    char psql[512], file[64];
    if (!postgres_is_installed()) {
        fprintf(stderr, "no PostgreSQL here: skipped\n");
        return 77;
    }
    if (mkdtemp(folder) == NULL)
        bench_die(folder, strerror(errno));
    struct postgres *pg = postgres_start(
        &(struct postgres_options){.folder = folder,
                                   .database = "bench",
                                   .owner = "app",
                                   .logical = true,
                                   .temporary = true,
                                   .settings = "shared_preload_libraries='pg_stat_statements'\n"
                                               "pg_stat_statements.track_utility=on\n"},
        why);
    if (pg == NULL)
        bench_die("PostgreSQL", why);
    postgres_superuser(pg, "bench", conninfo);
    fill(conninfo, (int)tables);
    snprintf(file, sizeof file, "/tmp/strom-bench-%ld.sql", (long)getpid());
    write_queries(conninfo, file);
    const char *const ours_argv[] = {argv[0], "--read", conninfo, NULL};
    const char *const psql_argv[] = {find_psql(psql), "-X",     "-q", "-f", file, "-o",
                                     "/dev/null",     conninfo, NULL};
    struct run ours[RUNS_MAX], theirs[RUNS_MAX];
    for (long i = -1; i < n; i++) { /* the first round warms up */
        theirs[i < 0 ? 0 : i] = measure(psql_argv);
        ours[i < 0 ? 0 : i] = measure(ours_argv);
    }
    size_t runs = (size_t)n;
    say_model(conninfo);
    report("wall", "ms", ours, theirs, runs, offsetof(struct run, wall_ms), 0.85);
    report("cpu", "ms", ours, theirs, runs, offsetof(struct run, cpu_ms), 0.35);
    report("rss", "kB", ours, theirs, runs, offsetof(struct run, rss_kb), 0.5);
    unlink(file);
    postgres_remove(pg);
    return 0;
}
