/* Everything that changes in a real PostgreSQL arrives, while initial copies run, while the replica
 * is killed at any moment and the server restarts: at the end every row and column is equal, in
 * merge and in append-only mode. Seeded: STROM_SEED repeats a run's choices; STROM_LONG=1 is the
 * full count. */

#include "tests/integration/replication_child.h"
#include "tests/integration/replication_compare.h"
#include "tests/integration/replication_world.h"

#include "tests/sandbox/folder.h"
#include "tests/sandbox/postgres.h"

#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SKIP = 77, LOOK_MS = 20, PATIENCE_MS = 180000, EARLY_KILLS = 4 };

struct size {
    int rows, changes, kills, restarts, copies, alters;
};
static const struct size sampled = {3000, 20000, 8, 1, 3, 8}, full = {8000, 60000, 40, 3, 12, 25};

struct test {
    struct world world;
    struct size size;
    struct postgres *pg;
    const char *program;
    char folder[FOLDER_PATH], files[FOLDER_PATH];
    char owner[POSTGRES_CONNINFO], user[POSTGRES_CONNINFO];
    char paths[2][FOLDER_PATH + 16];
    struct child children[2]; /* merge, append-only */
    struct child hammers[2];
};

static struct test t; /* for the last duties */

static bool keeps(void)
{
    return getenv("STROM_KEEP") != NULL; /* the files, to look into after a failure */
}

/* Whatever ends this program: nothing is left running or lying about. */
static void end_all(void)
{
    for (int i = 0; i < 2; i++) {
        if (t.children[i].pid > 0)
            child_stop(&t.children[i], SIGKILL);
        if (t.hammers[i].pid > 0)
            child_stop(&t.hammers[i], SIGKILL);
    }
    if (t.pg)
        postgres_remove(t.pg);
    if (keeps())
        fprintf(stderr, "kept: %s\n", t.files);
    else
        folder_remove(t.files);
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void give_up(const char *why)
{
    fprintf(stderr, "%s\n", why);
    for (int i = 0; i < 2; i++) {
        if (t.children[i].pid > 0)
            kill(t.children[i].pid, SIGUSR2);
    }
    poll(NULL, 0, 500); /* they say what they see */
    exit(1);
}

/* A commit stands in the WAL for some milliseconds before others see it: what was joined by
 * positions instead of visibility would lose it. */
static const char slow_commits[] = "fsync = on\ncommit_delay = 4000\ncommit_siblings = 0\n"
                                   "wal_sender_timeout = 20s\n";

static void prepare(void)
{
    char why[POSTGRES_WHY] = "";
    if (!folder_make_temporary("strom-replication", t.folder, why) ||
        !folder_make_temporary("strom-replication-files", t.files, why))
        give_up(why);
    struct postgres_options o = {.folder = t.folder,
                                 .database = "app",
                                 .logical = true,
                                 .temporary = true,
                                 .goes_too = keeps() ? NULL : t.files,
                                 .settings = slow_commits};
    t.pg = postgres_start(&o, why);
    if (!t.pg)
        give_up(why);
    postgres_superuser(t.pg, "app", t.owner);
    postgres_conninfo(t.pg, "app", "datastream", NULL, t.user);
    setenv("PGPASSWORD", "syntetisk", 1); /* for the replicas: arguments are seen by all */
    t.world.conninfo = t.owner;
    world_connect(&t.world);
    world_make(t.world.writers[0].db, t.size.rows);
    for (int i = 0; i < 2; i++) {
        const char *mode = i == 0 ? "merge" : "append";
        snprintf(t.paths[i], sizeof t.paths[i], "%s/%s.db", t.files, mode);
        t.children[i] = (struct child){.mode = mode, .conninfo = t.user, .path = t.paths[i]};
        t.hammers[i] = (struct child){.mode = "hammer", .conninfo = t.owner, .path = i ? "1" : "0"};
        child_start(&t.hammers[i], t.program);
        child_start(&t.children[i], t.program);
    }
}

/* --- trouble --- */

/* At a moment that nothing else decides: some of them hit in the middle of a copy, of a
 * transaction, between storing and telling. */
static void kill_one(void)
{
    struct child *c = &t.children[dice_below(&t.world.dice, 2)];
    if (dice_chance(&t.world.dice, 40))
        world_flood(&t.world);
    poll(NULL, 0, dice_below(&t.world.dice, dice_chance(&t.world.dice, 50) ? 30 : 400));
    int status = child_stop(c, SIGKILL);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        give_up("a replica ended by itself");
    child_start(c, t.program);
}

static void restart_server(void)
{
    char why[POSTGRES_WHY] = "";
    world_settle(&t.world);
    world_disconnect(&t.world);
    if (!postgres_restart(t.pg, true, why))
        give_up(why);
    postgres_superuser(t.pg, "app", t.owner);
    world_connect(&t.world);
}

/* As often as wanted over the whole run, at random moments. */
static bool comes_up(int times)
{
    return dice_below(&t.world.dice, t.size.changes * 5 / 4) < times;
}

static void work(void)
{
    struct world *w = &t.world;
    int kills = 0, restarts = 0, copies = 0;
    while (w->changes < t.size.changes) {
        world_change(w);
        if (comes_up(t.size.kills) || (kills < EARLY_KILLS && w->changes > 50L * kills)) {
            kill_one();
            kills++;
        } else if (comes_up(t.size.restarts) ||
                   (restarts == 0 && w->changes == t.size.changes / 2)) {
            restart_server();
            restarts++;
        } else if (comes_up(t.size.copies)) {
            kill(t.children[copies++ % 2].pid, SIGUSR1);
        } else if (comes_up(t.size.alters)) {
            world_alter(w);
        }
    }
    world_settle(w);
    for (int i = 0; i < 2; i++)
        child_stop(&t.hammers[i], SIGTERM);
    kill_one(); /* what follows has to be made up without any further change */
    printf("%ld changes, %ld commits, %ld rollbacks, %d kills, %d restarts, %d copies again\n",
           w->changes, w->commits, w->rollbacks, kills, restarts, copies);
}

/* --- the end --- */

static bool one_row(const char *path, const char *sql, long long *out)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    bool good = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
                sqlite3_busy_timeout(db, 5000) == SQLITE_OK &&
                sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK &&
                sqlite3_step(st) == SQLITE_ROW;
    if (good)
        *out = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(db);
    return good;
}

/* All copied, nothing held back, and the server was told that all is stored. */
static bool is_through(int i, const char *lsn)
{
    char sql[300];
    long long open = 1;
    snprintf(
        sql, sizeof sql,
        "SELECT confirmed_flush_lsn >= '%s' FROM pg_replication_slots WHERE slot_name = 'ds_%s'",
        lsn, t.children[i].mode);
    PGresult *r = world_must(t.world.writers[0].db, sql);
    bool told = PQntuples(r) == 1 && PQgetvalue(r, 0, 0)[0] == 't';
    PQclear(r);
    return told &&
           one_row(t.paths[i], "SELECT count(*) FROM _replica_table WHERE phase <> 0 OR state <> 5",
                   &open) &&
           open == 0;
}

static void await_all(void)
{
    char lsn[32];
    PGresult *r = world_must(t.world.writers[0].db, "SELECT pg_current_wal_insert_lsn()");
    snprintf(lsn, sizeof lsn, "%s", PQgetvalue(r, 0, 0));
    PQclear(r);
    int64_t limit = now_ms() + PATIENCE_MS;
    for (int i = 0; i < 2;) {
        if (is_through(i, lsn)) {
            i++;
            continue;
        }
        if (now_ms() > limit)
            give_up("the replica does not come to an end");
        poll(NULL, 0, LOOK_MS); /* looks again; nothing announces this */
    }
}

static int finish(void)
{
    int wrong = 0;
    long rows = 0;
    for (int i = 0; i < 2; i++) {
        int status = child_stop(&t.children[i], SIGTERM);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            fprintf(stderr, "the %s replica ended with %d\n", t.children[i].mode, status);
            wrong++;
        }
        int tables = compare_all(t.world.writers[0].db, t.paths[i], i == 1, t.world.added, &rows);
        if (tables > 0)
            fprintf(stderr, "%s: %d tables differ\n", t.children[i].mode, tables);
        wrong += tables;
    }
    printf("%ld rows compared, %s\n", rows, wrong ? "DIFFERENT" : "all equal");
    return wrong;
}

static uint64_t choose_seed(void)
{
    const char *given = getenv("STROM_SEED");
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return given && *given ? strtoull(given, NULL, 10)
                           : (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
    const char *is_long = getenv("STROM_LONG");
    if (argc == 4)
        return child_main(argv + 1);
    if (!postgres_is_installed()) {
        fprintf(stderr, "no PostgreSQL here\n");
        return SKIP;
    }
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    t.program = argv[0];
    t.size = is_long && *is_long == '1' ? full : sampled;
    atexit(end_all);
    t.world.dice.state = choose_seed();
    printf("STROM_SEED=%llu\n", (unsigned long long)t.world.dice.state);
    prepare();
    work();
    await_all();
    int wrong = finish();
    world_disconnect(&t.world);
    return wrong > 0;
}
