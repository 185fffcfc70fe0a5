#include "tests/integration/checks/watch.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct watch {
    pthread_t thread;
    PGconn *db;
    _Atomic bool over;
    _Atomic size_t seen, strong;
};

static void *look(void *ctx)
{
    struct watch *w = ctx;
    while (!w->over) {
        PGresult *rows = PQexec(w->db, "SELECT l.mode = 'AccessShareLock' FROM pg_locks l"
                                       " JOIN pg_stat_activity a ON a.pid = l.pid"
                                       " WHERE a.application_name = 'strom'"
                                       " AND l.locktype <> 'virtualxid'");
        for (int r = 0; r < PQntuples(rows); r++) {
            w->seen++;
            w->strong += PQgetvalue(rows, r, 0)[0] != 't';
        }
        PQclear(rows);
    }
    return NULL;
}

struct watch *watch_begin(PGconn *db)
{
    struct watch *w = calloc(1, sizeof *w);
    if (w == NULL)
        abort();
    w->db = db;
    if (pthread_create(&w->thread, NULL, look, w) != 0)
        abort();
    return w;
}

size_t watch_seen(const struct watch *w)
{
    return w->seen;
}

struct locks watch_end(struct watch *w)
{
    w->over = true;
    pthread_join(w->thread, NULL);
    struct locks all = {w->seen, w->strong};
    PQfinish(w->db);
    free(w);
    return all;
}
