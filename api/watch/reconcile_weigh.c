/* Before a comparison: what the key is, which keys are compared, and what it reads in BigQuery. */
#include "api/watch/reconcile.h"

#include "api/base/tr.h"
#include "api/files/quote.h"
#include "api/google/bigquery.h"
#include "api/pg/pg.h"

#include <string.h>

struct weighing {
    struct reconcile_options o;
    struct target t;
    struct reconcile_weight w;
    struct task *keys, *bounds, *bytes;
};

static const char keys_sql[] =
    "SELECT a.attname, CASE WHEN t.typtype = 'e' THEN 'enum' ELSE t.typname END "
    "FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey) "
    "JOIN pg_catalog.pg_type t ON t.oid = a.atttypid "
    "WHERE i.indisprimary AND n.nspname = $1 AND c.relname = $2 "
    "  AND array_position(i.indkey::int2[], a.attnum) < i.indnkeyatts "
    "ORDER BY array_position(i.indkey::int2[], a.attnum)";

static bool refuse(const struct weighing *j, const char *reason, struct err *e)
{
    err_set(e, ERR_INPUT, tr("Comparing %s.%s"), j->w.schema, j->w.table);
    err_reason(e, reason);
    return false;
}

static bool is_number(const char *type)
{
    return str_eq(type, "int2") || str_eq(type, "int4") || str_eq(type, "int8");
}

/* Those whose text is the same on both sides. */
static bool is_comparable(const char *type)
{
    static const char *const types[] = {"text", "varchar", "uuid", "date", "enum", "oid"};

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_eq(type, types[i]))
            return true;
    return is_number(type);
}

static bool take_keys(struct weighing *j, struct arena *a, struct err *e)
{
    const struct pg_rows *rows = pg_rows(j->keys);

    for (size_t i = 0; i < pg_count(rows) && i < RECONCILE_KEYS; i++) {
        j->w.keys[i] = arena_str(a, pg_text(rows, i, 0));
        j->w.types[i] = arena_str(a, pg_text(rows, i, 1));
        j->w.n_keys = i + 1;
        if (!is_comparable(j->w.types[i])) {
            refuse(j, "KEY_TYPE", e);
            err_why(e, tr("its key is of the type %s, whose text is not the same on both sides"),
                    j->w.types[i]);
            return err_hint(e, tr("compare the counts, on Monitor"));
        }
    }
    if (j->w.n_keys == 0) {
        refuse(j, "NO_KEY", e);
        err_why(e, tr("it has no primary key, or it is not there"));
        return err_hint(e, tr("compare the counts, on Monitor"));
    }
    if (j->w.window && (j->w.n_keys != 1 || !is_number(j->w.types[0]))) {
        refuse(j, "NO_WINDOW", e);
        err_why(e, tr("the newest keys are known only where the key is one whole number"));
        return err_hint(e, tr("compare all of them: --window all"));
    }
    return true;
}

/* What comes after the look at the bounds is not compared: rows are written meanwhile. */
static bool ask_bounds(struct weighing *j, struct err *e)
{
    struct str sql = {0}, column = {0}, table = {0};
    bool ok =
        quote_ident(&column, j->w.keys[0], e) && quote_table(&table, j->w.schema, j->w.table, e);

    if (ok) {
        str_printf(&sql, "SELECT min(k), max(k) FROM (SELECT %s AS k FROM %s", str_text(&column),
                   str_text(&table));
        if (j->w.window)
            str_printf(&sql, " ORDER BY 1 DESC LIMIT %lld", (long long)j->w.window);
        str_add(&sql, ") newest");
        j->bounds = pg_query(j->o.pg, str_text(&sql), NULL, 0);
    }
    str_done(&sql);
    str_done(&column);
    str_done(&table);
    return ok;
}

static void take_bounds(struct weighing *j)
{
    const struct pg_rows *rows = pg_rows(j->bounds);

    j->w.bounded = true; /* an empty table: none of them */
    j->w.low = pg_number(rows, 0, 0, 1);
    j->w.high = pg_number(rows, 0, 1, 0);
}

static bool ask_bytes(struct weighing *j, struct err *e)
{
    const char *project = j->t.dataset_project[0] ? j->t.dataset_project : j->t.project;
    struct reconcile_part part = {.prefix = 2};
    struct str sql = {0};
    bool ok = reconcile_sql_destination(&j->w, &j->t, &part, &sql, e);

    if (ok)
        j->bytes = bigquery_weigh(j->o.google, project, j->t.location, str_text(&sql));
    str_done(&sql);
    return ok;
}

static void stop(void *ctx)
{
    struct weighing *j = ctx;

    task_clear(&j->keys);
    task_clear(&j->bounds);
    task_clear(&j->bytes);
}

/* One after the other, each from the answer before it: 0 waits, -1 failed, 1 is through. */
static int ended(const struct task *t, struct err *e)
{
    if (task_state(t) == TASK_RUNNING)
        return 0;
    if (task_state(t) == TASK_OK)
        return 1;
    *e = *task_error(t);
    return -1;
}

static int go_on(struct weighing *j, struct arena *a, struct err *e)
{
    const char *names[] = {j->w.schema, j->w.table};
    int at;

    if (j->keys == NULL)
        j->keys = pg_query(j->o.pg, keys_sql, names, 2);
    if ((at = ended(j->keys, e)) <= 0)
        return at;
    if (j->w.n_keys == 0 && !take_keys(j, a, e))
        return -1;
    if (j->w.n_keys == 1 && is_number(j->w.types[0])) {
        if (j->bounds == NULL && !ask_bounds(j, e))
            return -1;
        if ((at = ended(j->bounds, e)) <= 0)
            return at;
        take_bounds(j);
    }
    if (j->bytes == NULL && !ask_bytes(j, e))
        return -1;
    return ended(j->bytes, e);
}

static enum task_state step(struct task *t);
static const struct task_type type = {"weigh a comparison", sizeof(struct weighing), step, stop};

static enum task_state step(struct task *t)
{
    struct weighing *j = task_job(t, &type);
    struct err e = {0};
    int at;

    if (j->o.pg == NULL) {
        refuse(j, "NO_SOURCE", &e);
        err_why(&e, "%s", tr("there is no connection to the source"));
        err_hint(&e, "%s", tr("connect to the database: --dsn, PG*, or Connect"));
        return task_fail(t, &e);
    }
    at = go_on(j, task_arena(t), &e);
    if (at == 0)
        return TASK_RUNNING;
    if (at < 0)
        return task_fail(t, &e);
    j->w.bytes = bigquery_weight(j->bytes);
    j->w.most_bytes = j->w.bytes < 0 ? -1 : j->w.bytes * RECONCILE_ROUNDS;
    return TASK_OK;
}

struct task *reconcile_weigh(struct net *net, const struct reconcile_options *o)
{
    struct task *t = task_new(net, &type);
    struct weighing *j = task_job(t, &type);

    j->o = *o;
    j->t = *o->target;
    j->o.target = NULL;
    j->w = (struct reconcile_weight){.schema = arena_str(task_arena(t), o->schema),
                                     .table = arena_str(task_arena(t), o->table),
                                     .window = o->window,
                                     .bytes = -1,
                                     .most_bytes = -1};
    return t;
}

const struct reconcile_weight *reconcile_weight(const struct task *t)
{
    const struct weighing *j = task_job(t, &type);

    return task_state(t) == TASK_OK ? &j->w : NULL;
}
