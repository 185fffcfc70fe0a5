/* A look: all that can be asked at once is asked at once; what must wait is what only an answer
 * names. */
#include "api/watch/status.h"

#include "api/base/clock.h"
#include "api/files/quote.h"
#include "api/google/bigquery.h"
#include "api/google/logging.h"
#include "api/google/machine.h"
#include "api/google/sqladmin.h"
#include "api/plan/names.h"
#include "api/store/kept.h"
#include "api/watch/inside.h"

enum { LOG_LINES = 20, LOG_S = 24 * 3600, SENDS_REPLY_TIME = 120000 };

/* --- asking --- */

#define SLOT_FROM                                                                                  \
    "SELECT s.active::text, coalesce(s.wal_status, ''), "                                          \
    "  coalesce(pg_wal_lsn_diff(here.lsn, s.restart_lsn), -1)::bigint, "                           \
    "  coalesce(pg_wal_lsn_diff(s.confirmed_flush_lsn, '0/0'), -1)::bigint, "                      \
    "  coalesce(pg_wal_lsn_diff(here.lsn, s.confirmed_flush_lsn), -1)::bigint, "
#define SLOT_REST                                                                                  \
    "FROM (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() "                   \
    "             ELSE pg_current_wal_lsn() END AS lsn) here, pg_catalog.pg_replication_slots s "

/* The reader's last reply shows to those who may see others' statistics. */
static const char slot_sql[] = SLOT_FROM
    "coalesce(extract(epoch FROM r.reply_time)::bigint, -1) " SLOT_REST
    "LEFT JOIN pg_catalog.pg_stat_replication r ON r.pid = s.active_pid WHERE s.slot_name = $1";
static const char old_slot_sql[] = SLOT_FROM "-1::bigint " SLOT_REST "WHERE s.slot_name = $1";

#define IN_ORDER "ORDER BY n.nspname::text COLLATE \"C\", c.relname::text COLLATE \"C\""

static const char estimates_sql[] =
    "SELECT n.nspname, c.relname, CASE WHEN c.relkind = 'p' THEN "
    "  (SELECT sum(greatest(l.reltuples, 0)) FROM pg_catalog.pg_partition_tree(c.oid) p "
    "   JOIN pg_catalog.pg_class l ON l.oid = p.relid WHERE p.isleaf) ELSE c.reltuples "
    "END::bigint, c.oid::bigint, c.relkind::text "
    "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', "
    "'information_schema') " IN_ORDER; /* see watch_find */

/* What the publication holds; a first row without names when there is one at all. What it holds
 * back: in the first row operations, in the others rows, and as JSON the columns that its list
 * leaves out. (prqual, prattrs: from PostgreSQL 15 on.) */
static const char published_sql[] =
    "(SELECT '' AS nspname, '' AS relname, pg_catalog.concat_ws(', ', "
    "  CASE WHEN NOT pubinsert THEN 'insert' END, CASE WHEN NOT pubupdate THEN 'update' END, "
    "  CASE WHEN NOT pubdelete THEN 'delete' END) AS held, NULL AS lacks "
    "FROM pg_catalog.pg_publication WHERE pubname = $1) "
    "UNION ALL (SELECT n.nspname::text, c.relname::text, "
    "  CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_publication_rel r WHERE r.prpubid = p.oid "
    "  AND r.prrelid = c.oid AND pg_catalog.to_jsonb(r) OPERATOR(pg_catalog.->>) 'prqual' IS NOT "
    "NULL) THEN 'rows' ELSE '' END, "
    "  (SELECT pg_catalog.jsonb_agg(a.attname ORDER BY a.attnum)::text "
    "   FROM pg_catalog.pg_publication_rel r, pg_catalog.pg_attribute a, "
    "   pg_catalog.jsonb_extract_path(pg_catalog.to_jsonb(r), 'prattrs') list "
    "   WHERE r.prpubid = p.oid AND r.prrelid = c.oid "
    "   AND pg_catalog.jsonb_typeof(list) OPERATOR(pg_catalog.=) 'array' "
    "   AND a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
    "   AND coalesce(pg_catalog.to_jsonb(a) OPERATOR(pg_catalog.->>) 'attgenerated', '') = '' "
    "   AND NOT list OPERATOR(pg_catalog.@>) pg_catalog.to_jsonb(a.attnum)) "
    "FROM pg_catalog.pg_publication p, "
    "  LATERAL pg_catalog.pg_get_publication_tables(p.pubname::text) g, pg_catalog.pg_class c "
    "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "  WHERE c.oid = g.relid AND p.pubname = $1 " IN_ORDER ")";

static void ask_figures(struct watch_job *j)
{
    const struct target *t = &j->t;

    for (int m = 0; m < MONITORING_METRICS; m++) {
        int64_t window_s = m == MONITORING_PROCESSED ? clock_wall() - j->month_begin : 0;
        if (window_s < LOOK_WINDOW_S)
            window_s = LOOK_WINDOW_S;
        j->metrics[m] = monitoring_stream(j->o.google, t->project, t->stream,
                                          (enum monitoring_metric)m, window_s, 60);
    }
}

static void ask(struct watch_job *j)
{
    const struct target *t = &j->t;

    j->asked_ms = clock_mono_ms();
    j->month_begin = watch_month_begin(clock_wall());
    j->stream = datastream_stream_get(j->o.google, t->project, t->region, t->stream);
    j->objects = datastream_object_list(j->o.google, t->project, t->region, t->stream);
    j->log =
        logging_stream(j->o.google, t->project, t->stream, clock_wall() - LOG_S, false, LOG_LINES);
    ask_figures(j);
    j->machine = compute_machine_find(j->o.google, t->project, j->proxy);
    if (t->instance[0]) {
        j->instance = sqladmin_instance_get(j->o.google, t->project, t->instance);
        j->disk = monitoring_instance(j->o.google, t->project, t->instance, MONITORING_DISK_USED,
                                      LOOK_WINDOW_S);
    }
    if (j->o.pg)
        j->estimates = pg_query(j->o.pg, estimates_sql, NULL, 0);
}

static void take(char *field, size_t cap, const char *value)
{
    if (!str_is_empty(value))
        str_copy(field, cap, value);
}

static const char *dataset_project(const struct target *t)
{
    return t->dataset_project[0] ? t->dataset_project : t->project;
}

/* What the stream itself reads and writes, whatever we would have called it. */
static void ask_slot(struct watch_job *j)
{
    const char *slot[] = {j->t.slot}, *publication[] = {j->publication};

    if (j->adopted || task_state(j->stream) == TASK_RUNNING)
        return;
    j->adopted = true;
    take(j->publication, sizeof j->publication, j->t.publication);
    if (task_state(j->stream) == TASK_OK) {
        const struct datastream_stream *s = datastream_stream(j->stream);
        take(j->t.slot, sizeof j->t.slot, s->slot);
        take(j->publication, sizeof j->publication, s->publication);
        take(j->t.dataset, sizeof j->t.dataset, s->dataset);
        take(j->t.dataset_project, sizeof j->t.dataset_project, s->dataset_project);
        if (!str_is_empty(s->dataset))
            j->dataset = bigquery_dataset_get(j->o.google, dataset_project(&j->t), j->t.dataset);
    }
    if (j->o.pg == NULL)
        return;
    j->slot = pg_query(j->o.pg, pg_version(j->o.pg) < SENDS_REPLY_TIME ? old_slot_sql : slot_sql,
                       slot, 1);
    j->published = pg_query(j->o.pg, published_sql, publication, 1);
}

/* Exactly, but never further than an estimate would do: a table that was never analysed may be
 * huge. */
static struct task *count_source(struct watch_job *j, const struct datastream_object *o)
{
    struct str sql = {0};
    struct task *t = NULL;
    struct err e;

    if (j->o.pg == NULL || watch_estimate(j, o->schema, o->table) >= LOOK_EXACT_ROWS)
        return NULL;
    str_add(&sql, "SELECT count(*) FROM (SELECT FROM ");
    if (quote_table(&sql, o->schema, o->table, &e)) {
        str_printf(&sql, " LIMIT %d) counted", LOOK_EXACT_ROWS + 1);
        t = pg_query(j->o.pg, str_text(&sql), NULL, 0);
    }
    str_done(&sql);
    return t;
}

static void count_one(struct watch_job *j, const struct datastream_object *o, struct counting *c,
                      struct arena *a)
{
    const struct target *t = &j->t;
    const char *project = dataset_project(t);
    const char *name = arena_printf(a, "%s_%s", o->schema, o->table);

    c->source = count_source(j, o);
    c->destination = bigquery_count(j->o.google, project, t->location, t->dataset, name);
    c->told = bigquery_table_get(j->o.google, project, t->dataset, name);
}

/* When objects and estimates are known, each table is counted on both sides. */
static void ask_counts(struct watch_job *j, struct arena *a)
{
    if (j->counting || !j->adopted || task_state(j->objects) == TASK_RUNNING ||
        (j->estimates && task_state(j->estimates) == TASK_RUNNING))
        return;
    j->counting = true;
    if (task_state(j->objects) != TASK_OK || !j->o.count_rows)
        return;
    const struct datastream_object_list *objects = datastream_objects(j->objects);
    j->n_counts = objects->n < WATCH_COUNTED ? objects->n : WATCH_COUNTED;
    j->counts = arena_array(a, struct counting, j->n_counts + 1);
    for (size_t i = 0; i < j->n_counts; i++)
        count_one(j, &objects->items[i], &j->counts[i], a);
}

/* --- the task --- */

static void stop(void *ctx)
{
    struct watch_job *j = ctx;

    task_clear(&j->stream);
    task_clear(&j->objects);
    task_clear(&j->log);
    task_clear(&j->machine);
    task_clear(&j->dataset);
    for (int m = 0; m < MONITORING_METRICS; m++)
        task_clear(&j->metrics[m]);
    task_clear(&j->slot);
    task_clear(&j->estimates);
    task_clear(&j->published);
    task_clear(&j->instance);
    task_clear(&j->disk);
    for (size_t i = 0; i < j->n_counts; i++) {
        task_clear(&j->counts[i].source);
        task_clear(&j->counts[i].destination);
        task_clear(&j->counts[i].told);
    }
    kept_free(j->history.tables);
}

static bool runs(const struct task *t)
{
    return t && task_state(t) == TASK_RUNNING;
}

static bool waits_for_google(const struct watch_job *j)
{
    bool waits = runs(j->stream) || runs(j->objects) || runs(j->log) || runs(j->machine) ||
                 runs(j->dataset) || runs(j->instance) || runs(j->disk);

    for (int m = 0; m < MONITORING_METRICS; m++)
        waits = waits || runs(j->metrics[m]);
    for (size_t i = 0; i < j->n_counts; i++)
        waits = waits || runs(j->counts[i].destination) || runs(j->counts[i].told);
    return waits;
}

static bool waits_for_source(const struct watch_job *j)
{
    bool waits = runs(j->slot) || runs(j->estimates) || runs(j->published);

    for (size_t i = 0; i < j->n_counts; i++)
        waits = waits || runs(j->counts[i].source);
    return waits;
}

static enum task_state step(struct task *t);
static const struct task_type type = {"watch", sizeof(struct watch_job), step, stop};

static enum task_state step(struct task *t)
{
    struct watch_job *j = task_job(t, &type);
    struct arena *a = task_arena(t);

    if (j->stream == NULL)
        ask(j);
    ask_slot(j);
    ask_counts(j, a);
    if (!j->counting || waits_for_google(j) || waits_for_source(j))
        return TASK_RUNNING;
    watch_see(j, a);
    watch_judge(&j->s, a);
    return TASK_OK;
}

/* Of the look before: what is not counted anew is as it was. */
static void take_earlier(struct watch_job *j, const struct watch_status *before, struct arena *a)
{
    j->n_earlier = before->n_tables;
    j->earlier = arena_array(a, struct watch_table, before->n_tables + 1);
    for (size_t i = 0; i < before->n_tables; i++) {
        const struct watch_table *w = &before->tables[i];
        j->earlier[i] = (struct watch_table){.schema = arena_str(a, w->schema),
                                             .table = arena_str(a, w->table),
                                             .rows_source = w->rows_source,
                                             .rows_destination = w->rows_destination,
                                             .rows_source_is_estimate = w->rows_source_is_estimate,
                                             .counted_ms = w->counted_ms,
                                             .last_event = w->last_event};
    }
}

struct task *watch(struct net *net, const struct watch_options *o)
{
    struct task *t = task_new(net, &type);
    struct watch_job *j = task_job(t, &type);
    struct names names;

    j->o = *o;
    j->t = *o->target;
    names_complete(&j->t);
    names_of(&j->t, &names);
    str_copy(j->proxy, sizeof j->proxy, names.proxy);
    if (o->history) {
        j->history = *o->history;
        j->history.tables = kept_dup(o->history->tables);
    }
    if (o->earlier)
        take_earlier(j, o->earlier, task_arena(t));
    j->o.history = NULL;
    j->o.earlier = NULL;
    j->o.target = NULL;
    return t;
}

const struct watch_status *watch_status(const struct task *t)
{
    const struct watch_job *j = task_job(t, &type);

    return task_state(t) == TASK_OK ? &j->s : NULL;
}

struct watch_silence watch_silence(const struct task *t)
{
    const struct watch_job *j = t && task_state(t) == TASK_RUNNING ? task_job(t, &type) : NULL;
    struct watch_silence s = {.ms = 0};

    if (j == NULL || j->asked_ms == 0)
        return s;
    s.google = waits_for_google(j);
    s.source = waits_for_source(j);
    s.ms = s.google || s.source ? clock_mono_ms() - j->asked_ms : 0;
    return s;
}
