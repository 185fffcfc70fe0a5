#include "api/google/monitoring.h"

#include "api/base/clock.h"
#include "api/base/tr.h"
#include "api/google/rest.h"

#define HOST       "monitoring.googleapis.com"
#define DATASTREAM "datastream.googleapis.com/stream/"
#define DISK       "cloudsql.googleapis.com/database/disk/"

enum { SHORTEST_PERIOD_S = 60 }; /* Monitoring's own */

static const struct {
    const char *type, *aligner;
    bool whole_window; /* one figure for all of it */
} metrics[MONITORING_METRICS] = {
    [MONITORING_FRESHNESS] = {DATASTREAM "freshness", "ALIGN_MAX", false},
    [MONITORING_LATENCY_P50] = {DATASTREAM "total_latencies", "ALIGN_PERCENTILE_50", false},
    [MONITORING_LATENCY_P95] = {DATASTREAM "total_latencies", "ALIGN_PERCENTILE_95", false},
    [MONITORING_LATENCY_P99] = {DATASTREAM "total_latencies", "ALIGN_PERCENTILE_99", false},
    [MONITORING_EVENTS] = {DATASTREAM "event_count", "ALIGN_RATE", false},
    [MONITORING_BYTES] = {DATASTREAM "bytes_count", "ALIGN_RATE", false},
    [MONITORING_UNSUPPORTED] = {DATASTREAM "unsupported_event_count", "ALIGN_SUM", true},
    [MONITORING_PROCESSED] = {DATASTREAM "bytes_count", "ALIGN_SUM", true},
};

static double read_value(const struct json *v)
{
    if (json_get(v, "distributionValue"))
        return json_double(v, "distributionValue.mean", 0.0);
    if (json_get(v, "int64Value"))
        return (double)json_int64(v, "int64Value", 0);
    return json_double(v, "doubleValue", 0.0);
}

static void read_series(struct arena *a, const struct json *j, struct monitoring_series *s)
{
    rest_labels(a, json_get(j, "metric.labels"), &s->labels);
    rest_labels(a, json_get(j, "resource.labels"), &s->labels);
    for
        json_each(p, json_get(j, "points")) * rest_push(a, s->points, s->n_points) =
            (struct monitoring_point){clock_parse(json_string_or(p, "interval.endTime", "")),
                                      read_value(json_get(p, "value"))};
}

static bool decode_answer(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct monitoring_answer *m = out;
    (void)e;
    for
        json_each(j, json_get(answer->json, "timeSeries"))
            read_series(a, j, rest_push(a, m->series, m->n_series));
    return true;
}

/* nested fields of the request are dotted query parameters */
static void add_interval(struct rest_call *c, int64_t window_s, int64_t period_s)
{
    char text[CLOCK_TEXT], period[32];
    struct str s = {0};
    int64_t now = clock_wall();
    rest_query(c, "interval.startTime", clock_rfc3339(now - window_s, text));
    rest_query(c, "interval.endTime", clock_rfc3339(now, text));
    str_printf(&s, "%llds", (long long)period_s);
    str_copy(period, sizeof period, str_text(&s));
    str_done(&s);
    rest_query(c, "aggregation.alignmentPeriod", period);
}

static struct task *ask(struct google *g, const char *project, const char *what,
                        const char *resource, const char *filter, const char *aligner,
                        int64_t window_s, int64_t period_s)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", HOST, "%s %s", tr(what), resource);
    rest_resource(&c, "%s", resource);
    rest_path(&c, "v3/projects/{}/timeSeries", project);
    rest_query(&c, "filter", filter);
    add_interval(&c, window_s, period_s < SHORTEST_PERIOD_S ? SHORTEST_PERIOD_S : period_s);
    rest_query(&c, "aggregation.perSeriesAligner", aligner);
    rest_query(&c, "view", "FULL");
    rest_query_int(&c, "pageSize", 1000);
    c.pages = REST_PAGES_QUERY;
    rest_decode_with(&c, sizeof(struct monitoring_answer), decode_answer);
    return rest_send(&c);
}

struct task *monitoring_stream(struct google *g, const char *project, const char *id,
                               enum monitoring_metric metric, int64_t window_s, int64_t period_s)
{
    struct str filter = {0};
    str_printf(&filter, "metric.type=\"%s\" AND resource.labels.stream_id=", metrics[metric].type);
    str_add_quoted(&filter, id, '"');
    struct task *t =
        ask(g, project, "Reading the figures of the stream", id, str_text(&filter),
            metrics[metric].aligner, window_s, metrics[metric].whole_window ? window_s : period_s);
    str_done(&filter);
    return t;
}

struct task *monitoring_instance(struct google *g, const char *project, const char *instance,
                                 enum monitoring_disk metric, int64_t window_s)
{
    struct str filter = {0}, id = {0};
    str_printf(&filter, "metric.type=\"%s\" AND resource.labels.database_id=",
               metric == MONITORING_DISK_USED ? DISK "bytes_used" : DISK "quota");
    str_printf(&id, "%s:%s", project, instance);
    str_add_quoted(&filter, str_text(&id), '"');
    struct task *t = ask(g, project, "Reading the disk of the instance", instance,
                         str_text(&filter), "ALIGN_MEAN", window_s, SHORTEST_PERIOD_S);
    str_done(&id);
    str_done(&filter);
    return t;
}

const struct monitoring_answer *monitoring_answer(const struct task *t)
{
    return rest_result(t, decode_answer);
}

bool monitoring_latest(const struct monitoring_answer *m, int64_t now, int64_t max_age_s,
                       double *value)
{
    int64_t newest = -1;
    for (size_t i = 0; i < m->n_series; i++)
        for (size_t k = 0; k < m->series[i].n_points; k++)
            if (m->series[i].points[k].time > newest)
                newest = m->series[i].points[k].time;
    if (newest < 0 || now - newest > max_age_s)
        return false;
    *value = 0.0;
    for (size_t i = 0; i < m->n_series; i++)
        for (size_t k = 0; k < m->series[i].n_points; k++)
            if (m->series[i].points[k].time == newest)
                *value += m->series[i].points[k].value;
    return true;
}
