#ifndef STROM_GOOGLE_MONITORING_H
#define STROM_GOOGLE_MONITORING_H

/* Cloud Monitoring (../gcp/monitoring.v3.json, facts/gcp.md F): the figures of a stream and of the
 * instance's disk. Points come some minutes late; no point for ten minutes means "unknown", not
 * zero. Who owns what: operation.h. */

#include "api/google/operation.h"

struct monitoring_point {
    int64_t time;
    double value;
}; /* time: end of the interval, seconds since 1970 */
struct monitoring_series {
    struct google_labels labels;     /* of metric and resource */
    struct monitoring_point *points; /* newest first */
    size_t n_points;
};
struct monitoring_answer {
    struct monitoring_series *series;
    size_t n_series;
};

enum monitoring_metric {
    MONITORING_FRESHNESS, /* seconds, one series */
    MONITORING_LATENCY_P50,
    MONITORING_LATENCY_P95,
    MONITORING_LATENCY_P99, /* seconds; a series a read method */
    MONITORING_EVENTS,      /* a second; a series a read method */
    MONITORING_BYTES,       /* a second */
    MONITORING_UNSUPPORTED, /* events in the window; labels object_name, error_code */
    MONITORING_PROCESSED,   /* bytes in the window; a series a read method */
    MONITORING_METRICS      /* how many there are */
};
/* id: the stream's id. window_s back from now, a point each period_s (at least 60). */
struct task *monitoring_stream(struct google *g, const char *project, const char *id,
                               enum monitoring_metric metric, int64_t window_s, int64_t period_s);
enum monitoring_disk { MONITORING_DISK_USED, MONITORING_DISK_QUOTA }; /* bytes */
struct task *monitoring_instance(struct google *g, const char *project, const char *instance,
                                 enum monitoring_disk metric, int64_t window_s);
const struct monitoring_answer *monitoring_answer(const struct task *t);

/* The newest point of all series, summed where several have that time; false when none is younger
 * than max_age_s before now. */
bool monitoring_latest(const struct monitoring_answer *m, int64_t now, int64_t max_age_s,
                       double *value);

#endif
