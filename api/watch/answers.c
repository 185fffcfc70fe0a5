/* What a look was answered, as facts. What was not answered is unknown. */
#include "api/base/clock.h"
#include "api/base/tr.h"
#include "api/checks/instance_checks.h"
#include "api/google/bigquery.h"
#include "api/google/logging.h"
#include "api/google/machine.h"
#include "api/google/sqladmin.h"
#include "api/plan/maker.h"
#include "api/watch/inside.h"

#include <stdio.h>
#include <string.h>

/* There may be ten thousand of them: the rows are in order, and halved until it is found. */
long watch_find(const struct task *t, const char *schema, const char *table)
{
    const struct pg_rows *rows = watch_ok(t) ? pg_rows(t) : NULL;
    size_t low = 0, high = rows ? pg_count(rows) : 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(pg_text(rows, middle, 0), schema);
        if (order == 0)
            order = strcmp(pg_text(rows, middle, 1), table);
        if (order == 0)
            return (long)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

int64_t watch_estimate(const struct watch_job *j, const char *schema, const char *table)
{
    long at = watch_find(j->estimates, schema, table);

    return at < 0 ? -1 : pg_number(pg_rows(j->estimates), (size_t)at, ESTIMATE_ROWS, -1);
}

/* --- the stream --- */

static const struct watch_error *faults(struct arena *a, const struct datastream_faults *f,
                                        const struct datastream_faults *more)
{
    size_t n_more = more ? more->n : 0;
    struct watch_error *out = arena_array(a, struct watch_error, f->n + n_more + 1);

    for (size_t i = 0; i < f->n + n_more; i++) {
        const struct datastream_fault *x = i < f->n ? &f->items[i] : &more->items[i - f->n];
        out[i] =
            (struct watch_error){x->reason, x->message, watch_hint(x->reason, x->message), x->time};
    }
    return out;
}

static void see_stream(struct watch_job *j, struct arena *a)
{
    j->s.stream = j->t.stream;
    j->s.state = j->s.maker = "";
    j->s.update_time = -1;
    if (!watch_ok(j->stream)) {
        j->s.stream_error = *task_error(j->stream);
        if (j->s.stream_error.kind == ERR_MISSING) {
            err_why(&j->s.stream_error, tr("there is no stream %s in %s, %s"), j->t.stream,
                    j->t.project, j->t.region);
            err_hint(&j->s.stream_error,
                     tr("make it on Create or with strom create; --stream names another"));
        }
        return;
    }
    const struct datastream_stream *s = datastream_stream(j->stream);
    j->s.state = s->state;
    j->s.maker = arena_str(a, maker_of(&s->labels));
    j->s.errors = faults(a, &s->errors, NULL);
    j->s.n_errors = s->errors.n;
    j->s.update_time = clock_parse(s->update_time);
}

/* Looked at where nothing is counted, too: a stream says nothing of it before it writes again. */
static void see_dataset(struct watch_job *j, struct arena *a)
{
    if (j->dataset && task_state(j->dataset) == TASK_FAILED &&
        task_error(j->dataset)->kind == ERR_MISSING)
        j->s.dataset_gone =
            arena_printf(a, "%s:%s", j->t.dataset_project[0] ? j->t.dataset_project : j->t.project,
                         j->t.dataset);
}

static void see_machine(struct watch_job *j)
{
    j->s.machine = j->proxy;
    j->s.machine_state = j->s.machine_zone = "";
    j->s.project = j->t.project;
    if (!watch_ok(j->machine))
        return;
    const struct compute_machines *m = compute_machines(j->machine);
    j->s.machine_state = m->n ? m->items[0].status : "GONE";
    j->s.machine_zone = m->n ? m->items[0].zone : "";
}

/* --- figures --- */

static const enum monitoring_metric metric_of[WATCH_FIGURES] = {
    [WATCH_EVENTS_PER_S] = MONITORING_EVENTS,     [WATCH_BYTES_PER_S] = MONITORING_BYTES,
    [WATCH_FRESHNESS] = MONITORING_FRESHNESS,     [WATCH_LATENCY_P50] = MONITORING_LATENCY_P50,
    [WATCH_LATENCY_P95] = MONITORING_LATENCY_P95, [WATCH_LATENCY_P99] = MONITORING_LATENCY_P99,
};

/* Ways of reading go on beside each other: their rates add up, of their times the worst counts. */
static bool adds_up(enum watch_figure f)
{
    return f == WATCH_EVENTS_PER_S || f == WATCH_BYTES_PER_S;
}

static void put_point(struct watch_status *s, enum watch_figure f, int64_t now,
                      const struct monitoring_point *p)
{
    int64_t back = (now - p->time) / 60;

    if (p->time > s->newest_point)
        s->newest_point = p->time;
    if (back < 0 || back >= WATCH_POINTS)
        return;
    double *at = &s->points[f][WATCH_POINTS - 1 - back];
    if (*at < 0)
        *at = p->value;
    else if (adds_up(f))
        *at += p->value;
    else if (p->value > *at)
        *at = p->value;
}

/* What it was like while it read is no figure of now: nothing is fresh that nobody reads. */
static bool reads_nothing(const struct watch_job *j)
{
    static const char *const at_rest[] = {"NOT_STARTED", "PAUSED", "FAILED", "FAILED_PERMANENTLY"};

    for (size_t i = 0; watch_ok(j->stream) && i < sizeof at_rest / sizeof *at_rest; i++)
        if (str_eq(datastream_stream(j->stream)->state, at_rest[i]))
            return true;
    return false;
}

static double last_of(const double points[WATCH_POINTS])
{
    for (size_t i = WATCH_POINTS; i-- > 0;)
        if (points[i] >= 0)
            return points[i];
    return -1;
}

/* A minute each, oldest first; minutes without a point are gaps. */
static void see_figure(struct watch_job *j, enum watch_figure f)
{
    const struct task *t = j->metrics[metric_of[f]];
    double newest;

    j->s.now[f] = -1;
    for (size_t i = 0; i < WATCH_POINTS; i++)
        j->s.points[f][i] = -1;
    if (!watch_ok(t))
        return;
    const struct monitoring_answer *m = monitoring_answer(t);
    for (size_t s = 0; s < m->n_series; s++)
        for (size_t p = 0; p < m->series[s].n_points; p++)
            put_point(&j->s, f, clock_wall(), &m->series[s].points[p]);
    if (reads_nothing(j) || !monitoring_latest(m, clock_wall(), WATCH_STALE_S, &newest))
        return;
    j->s.now[f] = adds_up(f) ? newest : last_of(j->s.points[f]);
}

static void see_cost(struct watch_job *j)
{
    struct watch_usage u = {-1, -1, j->month_begin, clock_wall()};
    const struct task *t = j->metrics[MONITORING_PROCESSED];

    if (watch_ok(j->stream)) {
        int64_t made = clock_parse(datastream_stream(j->stream)->create_time);
        u.since = made > u.since ? made : u.since;
    }
    if (watch_ok(t) && watch_ok(j->stream)) {
        const struct monitoring_answer *m = monitoring_answer(t);
        u.changes_bytes = u.backfill_bytes = 0;
        for (size_t s = 0; s < m->n_series; s++) {
            const char *way = google_label(&m->series[s].labels, "read_method");
            int64_t *sum = way && strstr(way, "backfill") ? &u.backfill_bytes : &u.changes_bytes;
            for (size_t p = 0; p < m->series[s].n_points; p++)
                *sum += (int64_t)m->series[s].points[p].value;
        }
    }
    watch_cost(&j->s.cost, &u);
}

static void see_figures(struct watch_job *j)
{
    j->s.newest_point = -1;
    for (int f = 0; f < WATCH_FIGURES; f++)
        see_figure(j, (enum watch_figure)f);
    j->s.figures_known = watch_ok(j->metrics[MONITORING_FRESHNESS]);
    see_cost(j);
}

/* --- the slot --- */

/* Bytes until the disk can grow no further; -1 where instance or use could not be asked. */
static int64_t disk_room(const struct watch_job *j)
{
    struct instance_view v = {.used_bytes = -1};
    double used;

    if (!watch_ok(j->instance) || !watch_ok(j->disk) ||
        !monitoring_latest(monitoring_answer(j->disk), clock_wall(), LOOK_WINDOW_S, &used))
        return -1;
    v.instance = sqladmin_instance(j->instance);
    v.used_bytes = (int64_t)used;
    return instance_room(&v);
}

/* How fast the disk fills, all taken together: its oldest point of the window against the newest.
 */
static int64_t disk_per_hour(const struct watch_job *j)
{
    const struct monitoring_point *first = NULL, *last = NULL;

    if (!watch_ok(j->disk))
        return -1;
    const struct monitoring_answer *m = monitoring_answer(j->disk);
    for (size_t s = 0; s < m->n_series; s++)
        for (size_t i = 0; i < m->series[s].n_points; i++) {
            const struct monitoring_point *p = &m->series[s].points[i];
            first = first == NULL || p->time < first->time ? p : first;
            last = last == NULL || p->time > last->time ? p : last;
        }
    if (first == NULL || last->time - first->time < WATCH_STALE_S || last->value < first->value)
        return -1;
    return (int64_t)((last->value - first->value) * 3600 / (double)(last->time - first->time));
}

/* What earlier looks have seen of this very slot. */
static void see_trend(struct watch_job *j)
{
    struct watch_slot *slot = &j->s.slot, before = {.known = true};
    struct watch_history *h = &j->history;

    if (!watch_history_is_of(h, slot))
        h->n = 0;
    const struct watch_mark *mark = watch_history_before(h, slot->seen_ms);
    if (mark) {
        before.wal_bytes = mark->wal_bytes;
        before.seen_ms = mark->ms;
    }
    watch_trend(slot, mark ? &before : NULL, disk_room(j), disk_per_hour(j));
    for (size_t i = h->n < WATCH_POINTS ? 0 : 1; i < h->n; i++)
        slot->trend[slot->n_trend++] = (double)h->marks[i].wal_bytes;
    slot->trend[slot->n_trend++] = (double)slot->wal_bytes;
    slot->moved_ms = h->n ? h->moved_ms : 0;
    if (h->n && slot->confirmed >= 0 && h->marks[h->n - 1].confirmed != slot->confirmed)
        slot->moved_ms = slot->seen_ms;
}

static void see_slot(struct watch_job *j, struct arena *a)
{
    struct watch_slot *slot = &j->s.slot;

    *slot = (struct watch_slot){.name = j->t.slot,
                                .wal_bytes = -1,
                                .wal_bytes_per_hour = -1,
                                .pace_s = -1,
                                .hours_until_full = -1,
                                .confirmed = -1,
                                .behind_bytes = -1,
                                .heartbeat = -1,
                                .wal_status = "",
                                .seen_ms = clock_wall_ms(),
                                .why = tr("there is no connection to the source")};
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
    slot->confirmed = pg_number(rows, 0, 3, -1);
    slot->behind_bytes = pg_number(rows, 0, 4, -1);
    slot->heartbeat = pg_number(rows, 0, 5, -1);
    if (slot->wal_bytes >= 0)
        see_trend(j);
}

static void see_publication(struct watch_job *j)
{
    j->s.publication = j->publication;
    if (!watch_ok(j->published))
        return;
    j->s.published = pg_count(pg_rows(j->published)) > 0 ? WATCH_SOURCE_FINE : WATCH_SOURCE_GONE;
    if (j->s.published == WATCH_SOURCE_GONE)
        return;
    j->s.held_back = pg_text(pg_rows(j->published), 0, PUBLISHED_HELD);
    if (!str_is_empty(j->s.held_back))
        j->s.published = WATCH_SOURCE_NARROWED;
}

/* --- the tables --- */

/* The words of the label are not documented: a dot or an underscore between the two. */
static bool is_object(const char *label, const char *schema, const char *table)
{
    size_t n = strlen(schema);

    return label && strncmp(label, schema, n) == 0 && (label[n] == '.' || label[n] == '_') &&
           str_eq(label + n + 1, table);
}

static int64_t unsupported_of(const struct watch_job *j, const char *schema, const char *table)
{
    int64_t sum = 0;

    if (!watch_ok(j->metrics[MONITORING_UNSUPPORTED]))
        return -1;
    const struct monitoring_answer *m = monitoring_answer(j->metrics[MONITORING_UNSUPPORTED]);
    for (size_t s = 0; s < m->n_series; s++)
        if (is_object(google_label(&m->series[s].labels, "object_name"), schema, table))
            for (size_t p = 0; p < m->series[s].n_points; p++)
                sum += (int64_t)m->series[s].points[p].value;
    return sum;
}

static void see_counted(const struct counting *c, struct watch_table *w)
{
    int64_t counted = watch_ok(c->source) ? pg_number(pg_rows(c->source), 0, 0, -1) : -1;

    if (counted >= 0 && counted <= LOOK_EXACT_ROWS) {
        w->rows_source = counted;
        w->rows_source_is_estimate = false;
    } else if (counted > w->rows_source) { /* at least so many */
        w->rows_source = counted;
        w->rows_source_is_estimate = true;
    }
    if (watch_ok(c->destination))
        w->rows_destination = bigquery_count_of(c->destination);
    if (watch_ok(c->told))
        w->last_event = bigquery_table(c->told)->modified;
    w->counted_ms = clock_wall_ms();
}

static void see_rows(const struct watch_job *j, size_t i, struct watch_table *w)
{
    w->rows_source = watch_estimate(j, w->schema, w->table);
    w->rows_source_is_estimate = w->rows_source >= 0;
    w->rows_destination = -1;
    if (i < j->n_counts) {
        see_counted(&j->counts[i], w);
        return;
    }
    for (size_t k = 0; !j->o.count_rows && k < j->n_earlier; k++) {
        const struct watch_table *e = &j->earlier[k];
        if (!str_eq(e->schema, w->schema) || !str_eq(e->table, w->table))
            continue;
        w->rows_source = e->rows_source;
        w->rows_source_is_estimate = e->rows_source_is_estimate;
        w->rows_destination = e->rows_destination;
        w->counted_ms = e->counted_ms;
        w->last_event = e->last_event;
        return;
    }
}

static void see_tables(struct watch_job *j, struct arena *a)
{
    if (!watch_ok(j->objects)) {
        j->s.tables_why = task_error(j->objects)->why;
        return;
    }
    const struct datastream_object_list *o = datastream_objects(j->objects);
    struct watch_table *tables = arena_array(a, struct watch_table, o->n + 1);
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
                                 .errors = faults(a, &x->errors, &x->backfill_errors),
                                 .n_errors = x->errors.n + x->backfill_errors.n,
                                 .n_backfill_errors = x->backfill_errors.n};
        watch_see_source(j, &tables[i], a);
        see_rows(j, i, &tables[i]);
    }
    j->s.tables = tables;
    j->s.n_tables = o->n;
}

static void see_log(struct watch_job *j, struct arena *a)
{
    struct watch_error *log;

    if (!watch_ok(j->log))
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

void watch_see(struct watch_job *j, struct arena *a)
{
    j->s.seen_ms = clock_wall_ms();
    see_stream(j, a);
    see_machine(j);
    see_dataset(j, a);
    see_figures(j);
    see_slot(j, a);
    see_publication(j);
    see_tables(j, a);
    see_log(j, a);
}
