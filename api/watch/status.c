#include "api/watch/status.h"

#include "api/base/clock.h"
#include "api/checks/instance_checks.h"
#include "api/files/quote.h"
#include "api/google/bigquery.h"
#include "api/google/datastream.h"
#include "api/google/logging.h"
#include "api/google/monitoring.h"
#include "api/google/sqladmin.h"
#include "api/pg/pg.h"
#include "api/plan/names.h"

#include <stdio.h>
#include <string.h>

enum {
    WINDOW_S = 3600,
    STALE_S = 600,       /* no point for ten minutes means unknown (facts/gcp.md F) */
    EXACT_ROWS = 100000, /* below it rows are counted, above estimated (contract, 5b) */
    LOG_LINES = 20,
    LOG_S = 24 * 3600
};

struct counting { /* one table's rows, on both sides */
    struct task *source, *destination;
};

struct job {
    struct watch_options o;
    struct target t;
    struct watch_slot earlier_slot;
    bool had_earlier;
    struct task *stream, *objects, *log;
    struct task *metrics[MONITORING_METRICS];
    struct task *slot, *estimates;
    struct task *instance, *disk; /* NULL: the instance's name is not known */
    struct counting *counts;      /* a pair per object, once objects are known */
    size_t n_counts;
    bool counting;
    int64_t asked_ms; /* clock_mono_ms; 0: not yet */
    bool adopted;     /* the stream's own slot and dataset are known, or it has none to tell */
    struct watch_status s;
};

/* --- asking
 * ---------------------------------------------------------------------------------------- */

static const char slot_sql[] =
    "SELECT s.active::text, coalesce(s.wal_status, ''), "
    "       coalesce(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() "
    "                                ELSE pg_current_wal_lsn() END, s.restart_lsn), -1)::bigint "
    "FROM pg_catalog.pg_replication_slots s WHERE s.slot_name = $1";

static const char estimates_sql[] =
    "SELECT n.nspname, c.relname, CASE WHEN c.relkind = 'p' THEN "
    "  (SELECT sum(greatest(l.reltuples, 0)) FROM pg_catalog.pg_partition_tree(c.oid) p "
    "   JOIN pg_catalog.pg_class l ON l.oid = p.relid WHERE p.isleaf) ELSE c.reltuples END::bigint "
    "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') "
    "ORDER BY n.nspname::text COLLATE \"C\", c.relname::text COLLATE \"C\""; /* see estimate_of */

static void ask(struct job *j)
{
    const struct target *t = &j->t;

    j->asked_ms = clock_mono_ms();
    j->stream = datastream_stream_get(j->o.google, t->project, t->region, t->stream);
    j->objects = datastream_object_list(j->o.google, t->project, t->region, t->stream);
    j->log =
        logging_stream(j->o.google, t->project, t->stream, clock_wall() - LOG_S, false, LOG_LINES);
    for (int m = 0; m < MONITORING_METRICS; m++)
        j->metrics[m] = monitoring_stream(j->o.google, t->project, t->stream,
                                          (enum monitoring_metric)m, WINDOW_S, 60);
    if (t->instance[0]) {
        j->instance = sqladmin_instance_get(j->o.google, t->project, t->instance);
        j->disk = monitoring_instance(j->o.google, t->project, t->instance, MONITORING_DISK_USED,
                                      WINDOW_S);
    }
    if (j->o.pg)
        j->estimates = pg_query(j->o.pg, estimates_sql, NULL, 0);
}

static void take(char *field, size_t cap, const char *value)
{
    if (!str_is_empty(value))
        str_copy(field, cap, value);
}

/* What the stream itself reads and writes, whatever we would have called it. */
static void ask_slot(struct job *j)
{
    const char *slot[] = {j->t.slot};

    if (j->adopted || task_state(j->stream) == TASK_RUNNING)
        return;
    j->adopted = true;
    if (task_state(j->stream) == TASK_OK) {
        const struct datastream_stream *s = datastream_stream(j->stream);
        take(j->t.slot, sizeof j->t.slot, s->slot);
        take(j->t.dataset, sizeof j->t.dataset, s->dataset);
        take(j->t.dataset_project, sizeof j->t.dataset_project, s->dataset_project);
    }
    if (j->o.pg)
        j->slot = pg_query(j->o.pg, slot_sql, slot, 1);
}

/* There may be ten thousand of them: the rows are in order, and halved until it is found. */
static int64_t estimate_of(const struct job *j, const char *schema, const char *table)
{
    const struct pg_rows *rows =
        j->estimates && task_state(j->estimates) == TASK_OK ? pg_rows(j->estimates) : NULL;
    size_t low = 0, high = rows ? pg_count(rows) : 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(pg_text(rows, middle, 0), schema);
        if (order == 0)
            order = strcmp(pg_text(rows, middle, 1), table);
        if (order == 0)
            return pg_number(rows, middle, 2, -1);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

/* Exactly, but never further than an estimate would do: a table that was never analysed may be
 * huge. */
static struct task *count_source(struct job *j, const struct datastream_object *o)
{
    struct str sql = {0};
    struct task *t = NULL;
    struct err e;

    if (j->o.pg == NULL || estimate_of(j, o->schema, o->table) >= EXACT_ROWS)
        return NULL;
    str_add(&sql, "SELECT count(*) FROM (SELECT FROM ");
    if (quote_table(&sql, o->schema, o->table, &e)) {
        str_printf(&sql, " LIMIT %d) counted", EXACT_ROWS + 1);
        t = pg_query(j->o.pg, str_text(&sql), NULL, 0);
    }
    str_done(&sql);
    return t;
}

/* When objects and estimates are known, each table is counted on both sides. */
static void ask_counts(struct job *j, struct arena *a)
{
    const struct datastream_object_list *objects;
    const struct target *t = &j->t;

    if (j->counting || !j->adopted || task_state(j->objects) == TASK_RUNNING ||
        (j->estimates && task_state(j->estimates) == TASK_RUNNING))
        return;
    j->counting = true;
    if (task_state(j->objects) != TASK_OK || !j->o.count_rows)
        return;
    objects = datastream_objects(j->objects);
    j->n_counts = objects->n < WATCH_COUNTED ? objects->n : WATCH_COUNTED;
    j->counts = arena_array(a, struct counting, j->n_counts + 1);
    for (size_t i = 0; i < j->n_counts; i++) {
        const struct datastream_object *o = &objects->items[i];
        const char *name = arena_printf(a, "%s_%s", o->schema, o->table);
        j->counts[i].source = count_source(j, o);
        j->counts[i].destination =
            bigquery_count(j->o.google, t->dataset_project[0] ? t->dataset_project : t->project,
                           t->location, t->dataset, name);
    }
}

/* --- answers to facts
 * ------------------------------------------------------------------------------ */

static const struct watch_error *faults(struct arena *a, const struct datastream_faults *f)
{
    struct watch_error *out = arena_array(a, struct watch_error, f->n + 1);

    for (size_t i = 0; i < f->n; i++)
        out[i] = (struct watch_error){f->items[i].reason, f->items[i].message,
                                      watch_hint(f->items[i].reason, f->items[i].message),
                                      f->items[i].time};
    return out;
}

static void see_stream(struct job *j, struct arena *a)
{
    j->s.stream = j->t.stream;
    j->s.state = "";
    if (task_state(j->stream) != TASK_OK) {
        j->s.stream_error = *task_error(j->stream);
        if (j->s.stream_error.kind == ERR_MISSING) {
            err_why(&j->s.stream_error, "there is no stream %s in %s, %s", j->t.stream,
                    j->t.project, j->t.region);
            err_hint(&j->s.stream_error, "make it on Create or with strom create; --stream names another");
        }
        return;
    }
    const struct datastream_stream *s = datastream_stream(j->stream);
    j->s.state = s->state;
    j->s.errors = faults(a, &s->errors);
    j->s.n_errors = s->errors.n;
}

static double newest(const struct job *j, enum monitoring_metric m)
{
    double value;

    if (task_state(j->metrics[m]) == TASK_OK &&
        monitoring_latest(monitoring_answer(j->metrics[m]), clock_wall(), STALE_S, &value))
        return value;
    return -1;
}

/* Events a second, a minute each, oldest first; minutes without a point are gaps. */
static void see_points(struct job *j)
{
    int64_t now = clock_wall();

    j->s.n_points = WATCH_POINTS;
    for (size_t i = 0; i < WATCH_POINTS; i++)
        j->s.points[i] = -1;
    if (task_state(j->metrics[MONITORING_EVENTS]) != TASK_OK)
        return;
    const struct monitoring_answer *m = monitoring_answer(j->metrics[MONITORING_EVENTS]);
    for (size_t s = 0; s < m->n_series; s++)
        for (size_t p = 0; p < m->series[s].n_points; p++) {
            int64_t back = (now - m->series[s].points[p].time) / 60;
            if (back < 0 || back >= WATCH_POINTS)
                continue;
            double *at = &j->s.points[WATCH_POINTS - 1 - back];
            *at = (*at < 0 ? 0 : *at) + m->series[s].points[p].value;
        }
}

static void see_metrics(struct job *j)
{
    j->s.freshness_s = newest(j, MONITORING_FRESHNESS);
    j->s.latency_s[0] = newest(j, MONITORING_LATENCY_P50);
    j->s.latency_s[1] = newest(j, MONITORING_LATENCY_P95);
    j->s.latency_s[2] = newest(j, MONITORING_LATENCY_P99);
    j->s.events_per_s = newest(j, MONITORING_EVENTS);
    see_points(j);
}

/* Bytes until the disk can grow no further; -1 where instance or use could not be asked. */
static int64_t disk_room(const struct job *j)
{
    struct instance_view v = {.used_bytes = -1};
    double used;

    if (j->instance == NULL || task_state(j->instance) != TASK_OK ||
        task_state(j->disk) != TASK_OK ||
        !monitoring_latest(monitoring_answer(j->disk), clock_wall(), WINDOW_S, &used))
        return -1;
    v.instance = sqladmin_instance(j->instance);
    v.used_bytes = (int64_t)used;
    return instance_room(&v);
}

/* How fast the disk fills, all taken together: its oldest point of the window against the newest.
 */
static int64_t disk_per_hour(const struct job *j)
{
    const struct monitoring_point *first = NULL, *last = NULL;

    if (j->disk == NULL || task_state(j->disk) != TASK_OK)
        return -1;
    const struct monitoring_answer *m = monitoring_answer(j->disk);
    for (size_t s = 0; s < m->n_series; s++)
        for (size_t i = 0; i < m->series[s].n_points; i++) {
            const struct monitoring_point *p = &m->series[s].points[i];
            first = first == NULL || p->time < first->time ? p : first;
            last = last == NULL || p->time > last->time ? p : last;
        }
    if (first == NULL || last->time - first->time < STALE_S || last->value < first->value)
        return -1;
    return (int64_t)((last->value - first->value) * 3600 / (double)(last->time - first->time));
}

static void see_slot(struct job *j, struct arena *a)
{
    struct watch_slot *slot = &j->s.slot;

    *slot = (struct watch_slot){.name = j->t.slot,
                                .wal_bytes = -1,
                                .wal_bytes_per_hour = -1,
                                .hours_until_full = -1,
                                .wal_status = "",
                                .seen_ms = clock_wall_ms(),
                                .why = "there is no connection to the source"};
    if (j->slot == NULL)
        return;
    if (task_state(j->slot) == TASK_FAILED) {
        slot->why = arena_str(a, task_error(j->slot)->why);
        return;
    }
    const struct pg_rows *rows = pg_rows(j->slot);
    slot->known = true;
    slot->exists = pg_count(rows) > 0;
    if (!slot->exists)
        return;
    slot->active = str_eq(pg_text(rows, 0, 0), "true");
    slot->wal_status = pg_text(rows, 0, 1);
    slot->wal_bytes = pg_number(rows, 0, 2, -1);
    watch_trend(slot, j->had_earlier ? &j->earlier_slot : NULL, disk_room(j), disk_per_hour(j));
}

static int64_t unsupported_of(const struct job *j, const char *schema, const char *table)
{
    char name[160];
    int64_t sum = 0;

    if (task_state(j->metrics[MONITORING_UNSUPPORTED]) != TASK_OK)
        return -1;
    snprintf(name, sizeof name, "%s.%s", schema, table);
    const struct monitoring_answer *m = monitoring_answer(j->metrics[MONITORING_UNSUPPORTED]);
    for (size_t s = 0; s < m->n_series; s++)
        if (str_eq(google_label(&m->series[s].labels, "object_name"), name))
            for (size_t p = 0; p < m->series[s].n_points; p++)
                sum += (int64_t)m->series[s].points[p].value;
    return sum;
}

static void see_rows(const struct job *j, size_t i, struct watch_table *w)
{
    const struct counting *c = i < j->n_counts ? &j->counts[i] : NULL;
    int64_t counted = c && c->source && task_state(c->source) == TASK_OK
                          ? pg_number(pg_rows(c->source), 0, 0, -1)
                          : -1;

    w->rows_source = estimate_of(j, w->schema, w->table);
    w->rows_source_is_estimate = w->rows_source >= 0;
    w->rows_destination = -1;
    if (counted >= 0 && counted <= EXACT_ROWS) {
        w->rows_source = counted;
        w->rows_source_is_estimate = false;
    } else if (counted > w->rows_source) { /* at least so many */
        w->rows_source = counted;
        w->rows_source_is_estimate = true;
    }
    if (c && task_state(c->destination) == TASK_OK)
        w->rows_destination = bigquery_count_of(c->destination);
}

static void see_tables(struct job *j, struct arena *a)
{
    struct watch_table *tables;

    if (task_state(j->objects) != TASK_OK) {
        j->s.tables_why = task_error(j->objects)->why;
        return;
    }
    const struct datastream_object_list *o = datastream_objects(j->objects);
    tables = arena_array(a, struct watch_table, o->n + 1);
    for (size_t i = 0; i < o->n; i++) {
        const struct datastream_object *x = &o->items[i];
        tables[i] =
            (struct watch_table){.schema = x->schema,
                                 .table = x->table,
                                 .backfill_state = x->backfill_state,
                                 .backfill_started = x->backfill_started,
                                 .backfill_ended = x->backfill_ended,
                                 .last_event = -1,
                                 .unsupported_events = unsupported_of(j, x->schema, x->table),
                                 .errors = faults(a, &x->errors),
                                 .n_errors = x->errors.n};
        see_rows(j, i, &tables[i]);
    }
    j->s.tables = tables;
    j->s.n_tables = o->n;
}

static void see_log(struct job *j, struct arena *a)
{
    struct watch_error *log;

    if (task_state(j->log) != TASK_OK)
        return;
    const struct logging_entries *e = logging_entries(j->log);
    log = arena_array(a, struct watch_error, e->n + 1);
    for (size_t i = 0; i < e->n; i++)
        log[i] = (struct watch_error){e->items[i].event_code, e->items[i].message,
                                      watch_hint(e->items[i].event_code, e->items[i].message),
                                      e->items[i].time};
    j->s.log = log;
    j->s.n_log = e->n;
}

/* --- the task
 * -------------------------------------------------------------------------------------- */

static void stop(void *job)
{
    struct job *j = job;

    task_clear(&j->stream);
    task_clear(&j->objects);
    task_clear(&j->log);
    task_clear(&j->slot);
    task_clear(&j->estimates);
    task_clear(&j->instance);
    task_clear(&j->disk);
    for (int m = 0; m < MONITORING_METRICS; m++)
        task_clear(&j->metrics[m]);
    for (size_t i = 0; i < j->n_counts; i++) {
        task_clear(&j->counts[i].source);
        task_clear(&j->counts[i].destination);
    }
}

static bool runs(const struct task *t)
{
    return t && task_state(t) == TASK_RUNNING;
}

static bool waits_for_google(const struct job *j)
{
    bool waits =
        runs(j->stream) || runs(j->objects) || runs(j->log) || runs(j->instance) || runs(j->disk);

    for (int m = 0; m < MONITORING_METRICS; m++)
        waits = waits || runs(j->metrics[m]);
    for (size_t i = 0; i < j->n_counts; i++)
        waits = waits || runs(j->counts[i].destination);
    return waits;
}

static bool waits_for_source(const struct job *j)
{
    bool waits = runs(j->slot) || runs(j->estimates);

    for (size_t i = 0; i < j->n_counts; i++)
        waits = waits || runs(j->counts[i].source);
    return waits;
}

static enum task_state step(struct task *t);
static const struct task_type type = {"watch", sizeof(struct job), step, stop};

static enum task_state step(struct task *t)
{
    struct job *j = task_job(t, &type);
    struct arena *a = task_arena(t);

    if (j->stream == NULL)
        ask(j);
    ask_slot(j);
    ask_counts(j, a);
    if (!j->counting || waits_for_google(j) || waits_for_source(j))
        return TASK_RUNNING;
    j->s.seen_ms = clock_wall_ms();
    see_stream(j, a);
    see_metrics(j);
    see_slot(j, a);
    see_tables(j, a);
    see_log(j, a);
    watch_judge(&j->s, a);
    return TASK_OK;
}

struct task *watch(struct net *net, const struct watch_options *o)
{
    struct task *t = task_new(net, &type);
    struct job *j = task_job(t, &type);

    j->o = *o;
    j->t = *o->target;
    names_complete(&j->t);
    j->had_earlier = o->earlier != NULL;
    if (o->earlier)
        j->earlier_slot = o->earlier->slot;
    j->o.earlier = NULL;
    j->o.target = NULL;
    return t;
}

const struct watch_status *watch_status(const struct task *t)
{
    const struct job *j = task_job(t, &type);

    return task_state(t) == TASK_OK ? &j->s : NULL;
}

struct watch_silence watch_silence(const struct task *t)
{
    const struct job *j = t && task_state(t) == TASK_RUNNING ? task_job(t, &type) : NULL;
    struct watch_silence s = {.ms = 0};

    if (j == NULL || j->asked_ms == 0)
        return s;
    s.google = waits_for_google(j);
    s.source = waits_for_source(j);
    s.ms = s.google || s.source ? clock_mono_ms() - j->asked_ms : 0;
    return s;
}
