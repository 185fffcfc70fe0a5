#include "tests/integration/replication_child.h"
#include "tests/integration/replication_world.h"

#include "tests/sandbox/replicate/replicate.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TABLES = 16 };

static size_t count_names(const char *const *names)
{
    size_t n = 0;
    while (names && names[n])
        n++;
    return n;
}

/* A table without key would be doubled in append-only mode, as it should be. */
static void copy_again(struct replica *r, bool append_only, unsigned turn)
{
    char why[512];
    for (size_t i = 0; i < world_n_tables; i++) {
        const struct world_table *t = &world_tables[i];
        if ((i + turn) % 2 == 0 && t->compared && (t->keys[0] || !append_only))
            replica_start_backfill(r, t->schema, t->name, why); /* refused while one is under way */
    }
}

static void complain(struct replica *r)
{
    struct replica_look look;
    replica_look(r, &look);
    fprintf(stderr, "replica: state %d %s %s\n", (int)look.state, look.reason, look.error);
    for (size_t i = 0; i < look.n_tables; i++)
        fprintf(stderr, "  %s.%s: backfill %d, %lld rows, %lld events, %lld unsupported %s\n",
                look.tables[i].schema, look.tables[i].table, (int)look.tables[i].backfill,
                (long long)look.tables[i].rows_copied, (long long)look.tables[i].events,
                (long long)look.tables[i].unsupported_events, look.tables[i].error);
    replica_look_done(&look);
}

static int serve(struct replica *r, bool append_only, const sigset_t *wanted)
{
    unsigned turn = 0;
    for (int signal_number = 0; sigwait(wanted, &signal_number) == 0;) {
        if (signal_number == SIGUSR1)
            copy_again(r, append_only, turn++);
        else if (signal_number == SIGUSR2)
            complain(r);
        else
            break;
    }
    replica_stop(r);
    return 0;
}

/* The other end is held by the test alone: it ends when that does, however it does. */
static void *watch_parent(void *ctx)
{
    char byte;
    while (read(STDIN_FILENO, &byte, 1) < 0 && errno == EINTR)
        continue;
    _exit(1);
    return ctx;
}

/* Arguments: mode, conninfo, file (or number). */
int child_main(char **argv)
{
    char why[512];
    sigset_t wanted;
    struct replica_table tables[TABLES];
    bool append_only = strcmp(argv[0], "append") == 0;
    pthread_t watcher;
    if (pthread_create(&watcher, NULL, watch_parent, NULL) != 0)
        return 1;
    pthread_detach(watcher);
    if (strcmp(argv[0], "hammer") == 0)
        return hammer_main(argv[1], argv[2]);
    for (size_t i = 0; i < world_n_tables; i++)
        tables[i] = (struct replica_table){.schema = world_tables[i].schema,
                                           .table = world_tables[i].name,
                                           .columns = world_tables[i].flows,
                                           .n_columns = count_names(world_tables[i].flows)};
    struct replica_config c = {.stream = "test",
                               .conninfo = argv[1],
                               .publication = "ds_publication",
                               .slot = append_only ? "ds_append" : "ds_merge",
                               .sqlite_path = argv[2],
                               .append_only = append_only,
                               .backfill = true,
                               .tables = tables,
                               .n_tables = world_n_tables};
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGUSR1);
    sigaddset(&wanted, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &wanted, NULL);
    signal(SIGPIPE, SIG_IGN);
    struct replica *r = replica_start(&c, why);
    if (!r) {
        fprintf(stderr, "%s\n", why);
        return 1;
    }
    return serve(r, append_only, &wanted);
}

void child_start(struct child *c, const char *program)
{
    static int lifeline[2] = {-1, -1};
    sigset_t wanted, before;
    if (lifeline[0] < 0 && pipe(lifeline) != 0) {
        perror("pipe");
        exit(1);
    }
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGUSR1);
    sigaddset(&wanted, SIGUSR2);
    sigaddset(&wanted, SIGTERM);
    sigprocmask(SIG_BLOCK, &wanted,
                &before); /* one that comes before the child listens must wait */
    c->pid = fork();
    if (c->pid == 0) {
        dup2(lifeline[0], STDIN_FILENO);
        close(lifeline[0]);
        close(lifeline[1]);
        execl(program, program, c->mode, c->conninfo, c->path, (char *)NULL);
        _exit(127);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (c->pid < 0) {
        perror("fork");
        exit(1);
    }
}

int child_stop(struct child *c, int signal_number)
{
    int status = 0;
    kill(c->pid, signal_number);
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    c->pid = 0;
    return status;
}
