/* monitoring: timeSeries.list, from the samples that were taken of each stream. */

#include "tests/sandbox/google/datastream.h"
#include "tests/sandbox/google/services.h"
#include "tests/sandbox/postgres.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { DELAY_SECONDS = 60 };

enum metric_kind { METRIC_GAUGE, METRIC_DELTA, METRIC_DISTRIBUTION };

struct metric {
    const char *type;
    enum metric_kind kind;
    int64_t (*value)(const struct sample *); /* NULL: latencies */
    const char *unit;
};

static int64_t freshness(const struct sample *s)
{
    return s->freshness_ms / 1000;
}

static int64_t events(const struct sample *s)
{
    return s->events;
}

static int64_t bytes(const struct sample *s)
{
    return s->bytes;
}

static int64_t unsupported(const struct sample *s)
{
    return s->unsupported;
}

#define STREAM_METRIC "datastream.googleapis.com/stream/"
static const struct metric METRICS[] = {
    {STREAM_METRIC "freshness", METRIC_GAUGE, freshness, "s"},
    {STREAM_METRIC "event_count", METRIC_DELTA, events, "1"},
    {STREAM_METRIC "bytes_count", METRIC_DELTA, bytes, "By"},
    {STREAM_METRIC "unsupported_event_count", METRIC_DELTA, unsupported, "1"},
    {STREAM_METRIC "total_latencies", METRIC_DISTRIBUTION, NULL, "s"},
    {STREAM_METRIC "system_latencies", METRIC_DISTRIBUTION, NULL, "s"},
    {STREAM_METRIC "latencies", METRIC_DISTRIBUTION, NULL, "s"},
};

#define ALIGNERS                                                                                   \
    "ALIGN_NONE|ALIGN_DELTA|ALIGN_RATE|ALIGN_INTERPOLATE|ALIGN_NEXT_OLDER|ALIGN_MIN|ALIGN_MAX|"    \
    "ALIGN_MEAN|ALIGN_COUNT|ALIGN_SUM|ALIGN_STDDEV|ALIGN_COUNT_TRUE|ALIGN_COUNT_FALSE|"            \
    "ALIGN_FRACTION_TRUE|ALIGN_PERCENTILE_99|ALIGN_PERCENTILE_95|ALIGN_PERCENTILE_50|"             \
    "ALIGN_PERCENTILE_05|ALIGN_PERCENT_CHANGE"
#define REDUCERS                                                                                   \
    "REDUCE_NONE|REDUCE_MEAN|REDUCE_MIN|REDUCE_MAX|REDUCE_SUM|REDUCE_STDDEV|REDUCE_COUNT|"         \
    "REDUCE_COUNT_TRUE|REDUCE_COUNT_FALSE|REDUCE_FRACTION_TRUE|REDUCE_PERCENTILE_99|"              \
    "REDUCE_PERCENTILE_95|REDUCE_PERCENTILE_50|REDUCE_PERCENTILE_05"
static const struct shape QUERY[] = {NEED("filter", STRING),
                                     NEED("interval.endTime", TIME),
                                     F("interval.startTime", TIME),
                                     F("aggregation.alignmentPeriod", DURATION),
                                     ONE_OF("aggregation.perSeriesAligner", ALIGNERS),
                                     ONE_OF("aggregation.crossSeriesReducer", REDUCERS),
                                     LISTED("aggregation.groupByFields", STRING),
                                     F("orderBy", STRING),
                                     ONE_OF("view", "FULL|HEADERS"),
                                     RANGE("pageSize", 0, 100000),
                                     F("pageToken", STRING),
                                     END};

/* --- values --- */

/* What an aligner makes of the samples of one period. */
struct bucket {
    int64_t from_ms, to_ms;
    size_t n;
    int64_t sum, min, max, latest;
    double p50, p95, p99;
};

static void take(struct bucket *b, const struct metric *m, const struct sample *s)
{
    if (m->value != NULL) {
        int64_t v = m->value(s);
        b->min = b->n == 0 || v < b->min ? v : b->min;
        b->max = b->n == 0 || v > b->max ? v : b->max;
        b->sum += v;
        b->latest = v;
        b->n++;
    } else if (s->p50 >= 0) {
        b->p50 = (double)s->p50 / 1000;
        b->p95 = (double)s->p95 / 1000;
        b->p99 = (double)s->p99 / 1000;
        b->sum += s->events;
        b->n++;
    }
}

static struct val *distribution(const struct bucket *b)
{
    struct val *d =
        val_make("{'bucketOptions':{'explicitBuckets':{'bounds':[1,5,15,60,300,900]}}}");
    static const double BOUNDS[] = {1, 5, 15, 60, 300, 900};
    struct val *counts = val_array();
    char text[24];
    int64_t n = b->sum > 0 ? b->sum : 1;
    val_put_int64(d, "count", n);
    val_put(d, "mean", val_double_new(b->p50));
    size_t last = sizeof BOUNDS / sizeof BOUNDS[0], at = 0;
    while (at < last && b->p50 >= BOUNDS[at])
        at++;
    for (size_t i = 0; i <= last; i++) {
        snprintf(text, sizeof text, "%" PRId64, i == at ? n : 0);
        val_add_text(counts, text);
    }
    val_put(d, "bucketCounts", counts);
    return d;
}

static bool is_percentile(const char *aligner)
{
    return str_starts(aligner, "ALIGN_PERCENTILE_");
}

static struct val *value_of(const struct bucket *b, const struct metric *m, const char *aligner)
{
    struct val *v = val_object();
    if (m->kind == METRIC_DISTRIBUTION && is_percentile(aligner))
        val_put(v, "doubleValue",
                val_double_new(str_ends(aligner, "99")   ? b->p99
                               : str_ends(aligner, "95") ? b->p95
                                                         : b->p50));
    else if (m->kind == METRIC_DISTRIBUTION)
        val_put(v, "distributionValue", distribution(b));
    else if (str_eq(aligner, "ALIGN_RATE"))
        val_put(v, "doubleValue",
                val_double_new((double)b->sum * 1000 / (double)(b->to_ms - b->from_ms)));
    else if (str_eq(aligner, "ALIGN_MEAN"))
        val_put(v, "doubleValue", val_double_new((double)b->sum / (double)b->n));
    else
        val_put_int64(v, "int64Value",
                      str_eq(aligner, "ALIGN_MIN")   ? b->min
                      : str_eq(aligner, "ALIGN_MAX") ? b->max
                      : m->kind == METRIC_DELTA      ? b->sum
                                                     : b->latest);
    return v;
}

static struct val *point(const struct bucket *b, const struct metric *m, const char *aligner)
{
    struct val *p = val_object();
    char when[40];
    bool aligned = !str_eq(aligner, "ALIGN_NONE");
    val_put_text(p, "interval.startTime",
                 stamp_of(m->kind == METRIC_GAUGE && !aligned ? b->to_ms : b->from_ms, when));
    val_put_text(p, "interval.endTime", stamp_of(b->to_ms, when));
    val_put(p, "value", value_of(b, m, aligner));
    return p;
}

/* --- periods --- */

struct window {
    int64_t from_ms, to_ms, period_ms; /* period 0: each sample is a point */
    const char *aligner;
};

static const struct sample *sample_at(const struct stream *s, size_t back)
{
    size_t kept = s->n_samples < STREAM_SAMPLES ? s->n_samples : STREAM_SAMPLES;
    return back < kept ? &s->samples[(s->n_samples - 1 - back) % STREAM_SAMPLES] : NULL;
}

static void add_aligned(struct val *points, const struct stream *s, const struct metric *m,
                        const struct window *w, int64_t seen_until)
{
    for (int64_t to = w->to_ms; to - w->period_ms >= w->from_ms; to -= w->period_ms) {
        struct bucket b = {.from_ms = to - w->period_ms, .to_ms = to};
        const struct sample *one;
        for (size_t back = 0; (one = sample_at(s, back)) != NULL && one->wall_ms > b.from_ms;
             back++)
            if (one->wall_ms <= to && one->wall_ms <= seen_until)
                take(&b, m, one);
        if (b.n > 0)
            val_add(points, point(&b, m, w->aligner));
    }
}

static void add_raw(struct val *points, const struct stream *s, const struct metric *m,
                    const struct window *w, int64_t seen_until)
{
    const struct sample *one, *before;
    for (size_t back = 0; (one = sample_at(s, back)) != NULL; back++) {
        if (one->wall_ms > seen_until || one->wall_ms > w->to_ms || one->wall_ms < w->from_ms)
            continue;
        before = sample_at(s, back + 1);
        struct bucket b = {.from_ms = before != NULL ? before->wall_ms : one->wall_ms - 1,
                           .to_ms = one->wall_ms};
        take(&b, m, one);
        if (b.n > 0)
            val_add(points, point(&b, m, w->aligner));
    }
}

static struct val *header(const struct stream *s, const struct metric *m, const char *aligner)
{
    struct val *v = val_make(
        "{'metric':{'type':%s},'resource':{'type':'datastream.googleapis.com/Stream','labels':{"
        "'resource_container':'projects/%s','location':%s,'stream_id':%s,'project_id':%s}},"
        "'metricKind':%s,'valueType':%s}",
        m->type, SANDBOX_PROJECT_NUMBER, SANDBOX_REGION, s->id, SANDBOX_PROJECT,
        m->kind == METRIC_GAUGE || str_eq(aligner, "ALIGN_RATE") || is_percentile(aligner)
            ? "GAUGE"
            : "DELTA",
        m->kind == METRIC_DISTRIBUTION && !is_percentile(aligner) ? "DISTRIBUTION"
        : m->kind == METRIC_DISTRIBUTION || str_eq(aligner, "ALIGN_RATE") ||
                str_eq(aligner, "ALIGN_MEAN")
            ? "DOUBLE"
            : "INT64");
    if (m->kind != METRIC_GAUGE)
        val_put_text(v, "metric.labels.read_method", "postgresql-cdc");
    return v;
}

/* On paper nobody looks every minute: a stream that runs has read everything a moment ago. */
static void sample_on_paper(struct stream *s, int64_t wall_ms)
{
    const struct sample *last = sample_at(s, 0);
    if (s->state == STREAM_RUNNING && (last == NULL || last->wall_ms < wall_ms))
        s->samples[s->n_samples++ % STREAM_SAMPLES] =
            (struct sample){.wall_ms = wall_ms, .freshness_ms = 2000};
}

static struct val *stream_series(struct call *c, const char *filter, const struct window *w)
{
    struct val *all = val_array();
    int64_t seen_until = clock_wall_ms() - sandbox_ms(c->g->s, DELAY_SECONDS);
    bool headers = str_eq(call_query(c, "view"), "HEADERS");
    for (struct stream *s = c->g->streams; s != NULL && c->g->paper; s = s->next)
        sample_on_paper(s, seen_until);
    for (struct stream *s = c->g->streams; s != NULL; s = s->next)
        for (size_t i = 0; i < sizeof METRICS / sizeof METRICS[0]; i++) {
            struct val *series = header(s, &METRICS[i], w->aligner), *points = val_array();
            if (filter_match(filter, series))
                (w->period_ms > 0 ? add_aligned : add_raw)(points, s, &METRICS[i], w, seen_until);
            if (points->first == NULL) {
                val_free(series);
                val_free(points);
                continue;
            }
            if (headers)
                val_free(points);
            else
                val_put(series, "points", points);
            val_add(all, series);
        }
    return all;
}

/* --- the database's disk --- */

static int64_t database_bytes(struct google *g)
{
    char conninfo[512];
    int64_t bytes_used = 0;
    if (g->s->pg == NULL || !postgres_alive(g->s->pg))
        return 0;
    PGconn *db = PQconnectdb(postgres_superuser(g->s->pg, "postgres", conninfo));
    PGresult *rows = PQexec(db, "SELECT sum(pg_database_size(oid)) + (SELECT sum(size) FROM "
                                "pg_ls_waldir()) FROM pg_database");
    if (PQresultStatus(rows) == PGRES_TUPLES_OK)
        bytes_used = strtoll(PQgetvalue(rows, 0, 0), NULL, 10);
    PQclear(rows);
    PQfinish(db);
    return bytes_used;
}

static void add_disk(struct call *c, struct val *all, const char *filter, const struct window *w)
{
    static const char *const TYPES[] = {"cloudsql.googleapis.com/database/disk/bytes_used",
                                        "cloudsql.googleapis.com/database/disk/quota"};
    char when[40];
    for (size_t i = 0; i < 2; i++) {
        struct val *series = val_make(
            "{'metric':{'type':%s},'resource':{'type':'cloudsql_database','labels':{'database_id':"
            "'%s:%s','project_id':%s,'region':%s}},'metricKind':'GAUGE','valueType':'INT64'}",
            TYPES[i], SANDBOX_PROJECT, SANDBOX_INSTANCE, SANDBOX_PROJECT, SANDBOX_REGION);
        if (!filter_match(filter, series)) {
            val_free(series);
            continue;
        }
        pthread_mutex_lock(&c->g->s->facts.lock);
        int64_t quota = (int64_t)c->g->s->facts.disk_size_gb << 30;
        int64_t other = c->g->s->facts.disk_other_bytes;
        pthread_mutex_unlock(&c->g->s->facts.lock);
        struct val *p = val_object(), *points = val_array();
        val_put_text(p, "interval.startTime", stamp_of(w->to_ms, when));
        val_put_text(p, "interval.endTime", when);
        val_put_int64(p, "value.int64Value",
                      i == 0      ? database_bytes(c->g) + other
                      : quota > 0 ? quota
                                  : INT64_C(10) << 30);
        val_add(points, p);
        val_put(series, "points", points);
        val_add(all, series);
    }
}

/* --- the call --- */

static bool window_fits(struct call *c, struct window *w)
{
    const char *start = call_query(c, "interval.startTime");
    const char *period = call_query(c, "aggregation.alignmentPeriod");
    w->to_ms = clock_parse(call_query(c, "interval.endTime")) * 1000;
    w->from_ms = start != NULL ? clock_parse(start) * 1000 : w->to_ms;
    w->aligner = call_query(c, "aggregation.perSeriesAligner");
    w->aligner = w->aligner != NULL ? w->aligner : "ALIGN_NONE";
    bool aligned = !str_eq(w->aligner, "ALIGN_NONE");
    w->period_ms = period != NULL ? (int64_t)(strtod(period, NULL) * 1000) : 0;
    if (w->from_ms > w->to_ms)
        call_refuse_field(
            c, "interval.end_time",
            "Field interval.end_time had an invalid value: The end time must not be before "
            "the start time.");
    else if (aligned && w->period_ms < 60000)
        call_refuse_field(
            c, "aggregation.alignment_period",
            "Field aggregation.alignmentPeriod had an invalid value of \"%s\": The alignment "
            "period must be at least 60 seconds.",
            period != NULL ? period : "");
    else
        return true;
    return false;
}

static void list(struct call *c)
{
    struct window w;
    const char *filter = call_query(c, "filter");
    if (!filter_ok(filter, false) || strstr(filter, "metric.type") == NULL) {
        call_refuse_field(
            c, "filter",
            "Field filter had an invalid value of \"%.200s\": must specify a restriction on "
            "\"metric.type\".",
            filter);
        return;
    }
    if (!window_fits(c, &w))
        return;
    w.period_ms = str_eq(w.aligner, "ALIGN_NONE") ? 0 : w.period_ms;
    char *kept = mem_str(filter);
    struct val *all = stream_series(c, kept, &w);
    add_disk(c, all, kept, &w);
    mem_free(kept);
    val_put_member(c->query, "filter", NULL); /* it has been applied */
    list_answer(c, "timeSeries", all, 100000, 100000, val_make("{'unit':'1'}"));
}

static const struct route ROUTES[] = {
    {"GET", "v3/projects/{}/timeSeries", list, "monitoring.timeSeries.list", QUERY, NULL, NULL, 0},
    {0},
};

const struct service monitoring_service = {.host = "monitoring.googleapis.com",
                                           .title = "Cloud Monitoring API",
                                           .api = "monitoring.googleapis.com",
                                           .family = FAMILY_ONEP,
                                           .routes = ROUTES};
