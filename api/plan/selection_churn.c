#include "api/plan/selection_churn.h"

#include "api/base/arena.h"
#include "api/base/str.h"
#include "api/pg/copy.h"

#include <stdlib.h>
#include <string.h>

enum { OID, INSERTS, UPDATES, DELETES, SECONDS, FIELDS };

struct place {
    uint32_t oid, table;
};

struct churning {
    const struct catalog *catalog;
    struct task *reading;
    struct place *places; /* by oid */
    struct churn *found;
    int least_s;
};

/* From PostgreSQL 15 on a database whose statistics nobody has reset tells no time. They began with
 * the cluster's, or after a crash, which empties both: the earlier of two of those, for either may
 * have been reset by itself. */
static const char sql[] =
    "SELECT s.relid, s.n_tup_ins, s.n_tup_upd, s.n_tup_del, coalesce(pg_catalog.date_part('epoch', "
    "pg_catalog.now() - coalesce(d.stats_reset, least(w.stats_reset, a.stats_reset)))::bigint, 0) "
    "FROM pg_catalog.pg_stat_user_tables s, pg_catalog.pg_stat_database d, "
    "pg_catalog.pg_stat_bgwriter w, pg_catalog.pg_stat_archiver a "
    "WHERE d.datname = pg_catalog.current_database()";

static int by_oid(const void *a, const void *b)
{
    uint32_t x = ((const struct place *)a)->oid, y = ((const struct place *)b)->oid;

    return (x > y) - (x < y);
}

static bool row(void *ctx, char *line, size_t bytes, struct err *e)
{
    enum { DAY = 86400 };
    struct churning *s = ctx;
    long long values[FIELDS] = {0};
    char *field;
    size_t n;

    (void)bytes;
    (void)e;
    for (int i = 0; i < FIELDS; i++)
        if (!copy_field(&line, &field, &n) || field == NULL ||
            !str_int64(field, 0, INT64_MAX, &values[i]))
            return true;
    struct place wanted = {.oid = (uint32_t)values[OID]};
    const struct place *at =
        bsearch(&wanted, s->places, catalog_tables(s->catalog), sizeof *s->places, by_oid);
    if (at == NULL)
        return true;
    bool known = values[SECONDS] > s->least_s;
    double days = known ? (double)values[SECONDS] / DAY : 1;
    ptrdiff_t root = catalog_table(s->catalog, at->table).root;
    for (int i = 0; i < (root == CATALOG_NONE ? 1 : 2); i++) {
        struct churn *c = &s->found[i ? (size_t)root : at->table];
        c->known = true;
        c->a_day = known;
        c->inserts += (double)values[INSERTS] / days;
        c->updates += (double)values[UPDATES] / days;
        c->deletes += (double)values[DELETES] / days;
    }
    return true;
}

static void stop(void *job)
{
    struct churning *s = job;

    task_clear(&s->reading);
    mem_free(s->places);
    mem_free(s->found);
}

static enum task_state step(struct task *t);

static const struct task_type type = {"churn", sizeof(struct churning), step, stop};

static enum task_state step(struct task *t)
{
    struct churning *s = task_job(t, &type);

    return task_state(s->reading) == TASK_FAILED ? task_fail_like(t, s->reading)
                                                 : task_state(s->reading);
}

struct task *churn_read(struct pg *pg, const struct catalog *c, int least_s)
{
    struct task *t = task_new(pg_net(pg), &type);
    struct churning *s = task_job(t, &type);
    size_t n = catalog_tables(c);

    s->catalog = c;
    s->least_s = least_s;
    s->places = mem_grow(NULL, n + 1, sizeof *s->places);
    s->found = mem_alloc((n + 1) * sizeof *s->found);
    for (size_t i = 0; i < n; i++)
        s->places[i] = (struct place){catalog_table(c, i).oid, (uint32_t)i};
    qsort(s->places, n, sizeof *s->places, by_oid);
    s->reading = pg_copy(pg, sql, row, s);
    return t;
}

struct churn *churn_take(struct task *t)
{
    struct churning *s = task_job(t, &type);
    struct churn *found = s->found;

    s->found = NULL;
    return found;
}

double churn_changes(const struct churn *c)
{
    return c && c->known ? c->inserts + c->updates + c->deletes : -1;
}
