/* Looking at the values of 1 000 tables x 20 columns, beside the psql binary copying the same: the
 * pass over pg_stats, and the rows on two connections. Runs are interleaved, medians are printed,
 * the longest that the loop was kept from its keys, and the processor time of both, which is the
 * same on a machine that is busy with other things.
 *
 * psql copies every column but uuid and boolean, also amounts, which sampling has no need of. What
 * is left of ours is the server's: documents that it writes as text, and the look at how wide each
 * text and document is, nearly a fifth of what the rows cost it. On two cores its two connections
 * share them with us.
 *
 *     bench_values [TABLES [ROWS [RUNS]]]
 *
 * The server is our own. */

#include "api/base/str.h"
#include "api/net/net.h"
#include "api/plan/sampling.h"
#include "tests/bench/bench.h"
#include "tests/sandbox/postgres.h"

#include <errno.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    TABLES = 1000,
    ROWS = 1000,
    COLUMNS = 20,
    ROWS_MOST = 2 * SAMPLING_WHOLE,
    RUNS = 5,
    RUNS_MAX = 99
};

static double processor_ms(int who)
{
    struct rusage u;
    getrusage(who, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
}

/* --- ours --- */

static struct net *net;
static struct catalog *catalog;
static double longest_ms, longest_cpu_ms; /* of a step of the loop */

static void run_task(const struct task *t)
{
    while (task_state(t) == TASK_RUNNING) {
        double from = bench_now_ms(), cpu = bench_clock_ms(CLOCK_THREAD_CPUTIME_ID);
        net_step(net);
        double took = bench_now_ms() - from, worked = bench_clock_ms(CLOCK_THREAD_CPUTIME_ID) - cpu;
        longest_ms = took > longest_ms ? took : longest_ms;
        longest_cpu_ms = worked > longest_cpu_ms ? worked : longest_cpu_ms;
        if (task_state(t) == TASK_RUNNING)
            net_wait(net, NULL, 0, -1);
    }
    if (task_state(t) != TASK_OK)
        bench_die(task_error(t)->what, task_error(t)->why);
}

static void read_catalog(const char *conninfo)
{
    struct pg_options o = {.dsn = conninfo, .statement_timeout_ms = 120000};
    struct catalog_options all = {NULL, NULL};
    struct task *t = pg_connect(net, &o);
    run_task(t);
    struct pg *pg = pg_take(t);
    task_drop(t);
    t = catalog_read(pg, &all);
    run_task(t);
    catalog = catalog_take(t);
    task_drop(t);
    pg_close(pg);
}

/* rows 0: the statistics alone. With rows they are known already. */
static double look(const char *conninfo, uint32_t rows)
{
    struct sampling_found *found = sampling_found_new(catalog);
    struct sampling_options o = {
        .source = {.dsn = conninfo}, .catalog = catalog, .rows = rows, .found = found};
    if (rows)
        sampling_found_set_statistics(found);
    double from = bench_now_ms();
    struct task *t = sampling(net, &o);
    run_task(t);
    double took = bench_now_ms() - from;
    task_drop(t);
    sampling_found_free(found);
    return took;
}

/* --- theirs --- */

static char psql[512];

static void find_psql(void)
{
    char folder[480];
    FILE *f = popen("pg_config --bindir", "r");
    if (f == NULL || fgets(folder, sizeof folder, f) == NULL)
        bench_die("pg_config --bindir", "no answer");
    pclose(f);
    snprintf(psql, sizeof psql, "%.*s/psql", (int)strcspn(folder, "\n"), folder);
    if (access(psql, X_OK) != 0) {
        fprintf(stderr, "no %s: skipped\n", psql);
        exit(77);
    }
}

static double run_psql(const char *conninfo, const char *file)
{
    int status = 0;
    double from = bench_now_ms();
    pid_t pid = fork();
    if (pid == 0) {
        execl(psql, psql, "-X", "-q", "-f", file, "-o", "/dev/null", conninfo, (char *)NULL);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
        bench_die(psql, "failed");
    return bench_now_ms() - from;
}

/* --- the database --- */

static void sql(PGconn *conn, const char *text)
{
    PGresult *result = PQexec(conn, text);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        bench_die(text, PQerrorMessage(conn));
    PQclear(result);
}

static void fill(const char *conninfo, long tables, long rows)
{
    static const char *const values[] = {"'vare ' || i",
                                         "lpad((i * 7919 % 100000000)::text, 11, '4')",
                                         "'kunde' || i || '@example.org'",
                                         "i * 37",
                                         "now() - i * interval '1 minute'",
                                         "i % 2 = 0",
                                         "(i * 1.25)::numeric(10,2)",
                                         "gen_random_uuid()",
                                         "jsonb_build_object('id', i, 'navn', 'x' || i)",
                                         "current_date - i::int"};
    PGconn *conn = PQconnectdb(conninfo);
    sql(conn, "SET client_min_messages = error");
    for (long t = 0; t < tables; t++) {
        struct str text = {0};
        str_printf(&text, "CREATE TABLE tabell_%05ld AS SELECT i AS id", t);
        for (int c = 1; c < COLUMNS; c++)
            str_printf(&text, ", %s AS kolonne_%d", values[(t + c) % 10], c);
        str_printf(&text, " FROM generate_series(1, %ld) i", rows);
        sql(conn, str_text(&text));
        str_done(&text);
    }
    sql(conn, "ANALYZE");
    PQfinish(conn);
}

/* Keys by their nature, and yes and no: in no way something to look at, so psql need not copy them.
 */
static bool is_copied(const struct catalog_column *c)
{
    return !str_eq(c->base_type, "uuid") && !str_eq(c->base_type, "boolean");
}

/* The same rows, as psql's own user would write it. */
static void write_rows(const char *file)
{
    FILE *f = fopen(file, "w");
    for (size_t i = 0; f != NULL && i < catalog_tables(catalog); i++) {
        struct catalog_table t = catalog_table(catalog, i);
        const char *between = "COPY (SELECT ";
        for (size_t c = 0; c < t.n_columns; c++) {
            struct catalog_column column = catalog_column(catalog, i, c);
            if (!is_copied(&column))
                continue;
            fprintf(f, "%s%s", between, column.name);
            between = ", ";
        }
        if (between[0] == ',')
            fprintf(f, " FROM %s.%s LIMIT %d) TO STDOUT;\n", t.schema, t.name, ROWS_MOST);
    }
    if (f == NULL || fclose(f) != 0)
        bench_die(file, strerror(errno));
}

static void report(const char *what, double us, double them, double goal)
{
    printf("values    %-34s strom %8.1f ms  psql %8.1f ms  ratio %.2f  goal <= %.2f  %s\n", what,
           us, them, us / them, goal, us / them <= goal ? "ok" : "missed");
}

int main(int argc, char **argv)
{
    long tables = argc > 1 ? strtol(argv[1], NULL, 10) : TABLES;
    long rows = argc > 2 ? strtol(argv[2], NULL, 10) : ROWS;
    long n = argc > 3 ? strtol(argv[3], NULL, 10) : RUNS;
    char folder[] = "/tmp/strom-bench-XXXXXX", why[POSTGRES_WHY], conninfo[POSTGRES_CONNINFO];
    char file[64];
    double stats[RUNS_MAX], sampled[RUNS_MAX], copied[RUNS_MAX];
    struct err e;
    if (tables < 1 || rows < 1 || n < 1 || n > RUNS_MAX)
        bench_die("bench_values", "[TABLES [ROWS [RUNS]]]");
    find_psql();
    if (!postgres_is_installed()) {
        fprintf(stderr, "no PostgreSQL here: skipped\n");
        return 77;
    }
    if (mkdtemp(folder) == NULL)
        bench_die(folder, strerror(errno));
    struct postgres *pg = postgres_start(
        &(struct postgres_options){
            .folder = folder, .database = "bench", .owner = "app", .temporary = true},
        why);
    if (pg == NULL)
        bench_die("PostgreSQL", why);
    postgres_superuser(pg, "bench", conninfo);
    fill(conninfo, tables, rows);
    net = net_open(&e);
    read_catalog(conninfo);
    snprintf(file, sizeof file, "/tmp/strom-bench-%ld.sql", (long)getpid());
    write_rows(file);
    longest_ms = longest_cpu_ms = 0;
    double us_ms = 0, them_ms = 0;
    for (long i = -1; i < n; i++) { /* the first round warms up */
        long at = i < 0 ? 0 : i;
        double before = processor_ms(RUSAGE_CHILDREN);
        copied[at] = run_psql(conninfo, file);
        them_ms += processor_ms(RUSAGE_CHILDREN) - before;
        before = processor_ms(RUSAGE_SELF);
        sampled[at] = look(conninfo, SAMPLING_ROWS);
        us_ms += processor_ms(RUSAGE_SELF) - before;
        stats[at] = look(conninfo, 0);
    }
    double them = bench_median(copied, (size_t)n);
    report("the pass over pg_stats", bench_median(stats, (size_t)n), them, 0.3);
    report("rows on two connections", bench_median(sampled, (size_t)n), them, 0.75);
    printf("values    %-34s strom %8.1f ms  psql %8.1f ms, the servers' aside\n",
           "processor time for the rows", us_ms / (double)(n + 1), them_ms / (double)(n + 1));
    printf("values    %-34s %8.1f ms, %.1f ms of it working  %.2f of the goal, 16 ms  %s\n",
           "longest that a key would wait", longest_ms, longest_cpu_ms, longest_ms / 16,
           longest_ms <= 16 ? "ok" : "missed");
    unlink(file);
    catalog_free(catalog);
    net_close(net);
    postgres_remove(pg);
    return 0;
}
