#ifndef SANDBOX_GOOGLE_ROAD_H
#define SANDBOX_GOOGLE_ROAD_H

/* Names and bodies of the road. Include after rig.h. */

#define VPC      "projects/" SANDBOX_PROJECT "/global/networks/datastream-vpc"
#define SUBNET   "regions/europe-north1/subnetworks/datastream-vpc"
#define ACCOUNT  "datastream@" SANDBOX_PROJECT ".iam.gserviceaccount.com"
#define LOCATION "projects/" SANDBOX_PROJECT "/locations/" SANDBOX_REGION
#define STREAM   DS "/streams/postgres-postmottak-bigquery"

#define PROFILE(password)                                                                          \
    "{\"displayName\":\"postgres-postmottak\",\"postgresqlProfile\":{\"hostname\":\"10.166.0.2\"," \
    "\"port\":5432,\"username\":\"datastream\",\"password\":\"" password                           \
    "\",\"database\":\"" SANDBOX_DATABASE                                                          \
    "\"},\"privateConnectivity\":{\"privateConnection\":\"" LOCATION                               \
    "/privateConnections/datastream-connection\"}}"

#define STREAM_BODY(slot)                                                                          \
    "{\"displayName\":\"postgres-postmottak-bigquery\",\"labels\":{\"created-by\":\"strom\"},"     \
    "\"sourceConfig\":{\"sourceConnectionProfile\":\"" LOCATION                                    \
    "/connectionProfiles/postgres-postmottak\",\"postgresqlSourceConfig\":{\"publication\":"       \
    "\"ds_publication\",\"replicationSlot\":\"" slot                                               \
    "\",\"includeObjects\":{\"postgresqlSchemas\":["                                               \
    "{\"schema\":\"public\",\"postgresqlTables\":[{\"table\":\"regel_evaluering\","                \
    "\"postgresqlColumns\":[{\"column\":\"id\"},{\"column\":\"regel_navn\"}]}]}]}}},"              \
    "\"destinationConfig\":{\"destinationConnectionProfile\":\"" LOCATION                          \
    "/connectionProfiles/bigquery-postmottak\",\"bigqueryDestinationConfig\":{\"dataFreshness\":"  \
    "\"900s\",\"merge\":{},\"singleTargetDataset\":{\"datasetId\":\"" SANDBOX_PROJECT              \
    ":datastream_postmottak\"}}},\"backfillAll\":{}}"

RIG void road_await_state(struct rig *r, const char *wanted)
{
    int64_t until = clock_mono_ms() + 20000;
    do
        rig_ok(r, "GET", STREAM, NULL);
    while (!str_eq(rig_text(r, "state"), wanted) && clock_mono_ms() < until);
    assert_string_equal(rig_text(r, "state"), wanted);
}

/* Of the destination, by a query; -1: no such table yet. */
RIG int64_t road_count(struct rig *r)
{
    rig_ask(r, "POST", BQ "/queries",
            "{\"query\":\"SELECT COUNT(*) AS n FROM `" SANDBOX_PROJECT
            ".datastream_postmottak.public_regel_evaluering`\",\"useLegacySql\":false}");
    if (r->status != 200)
        return -1;
    const struct json *row = json_first(json_get(r->body, "rows"));
    const struct json *cell = json_first(json_get(row, "f"));
    assert_true(json_is_string(json_get(cell, "v")));
    return json_int64(cell, "v", -2);
}

RIG void road_await_count(struct rig *r, int64_t n)
{
    int64_t until = clock_mono_ms() + 30000;
    while (road_count(r) != n && clock_mono_ms() < until)
        ;
    assert_int_equal(road_count(r), n);
}

/* The newest point of a metric of the stream; waits until there is one. */
RIG const struct json *road_point(struct rig *r, const char *metric, const char *aligner)
{
    char url[900], from[CLOCK_TEXT], to[CLOCK_TEXT];
    int64_t until = clock_mono_ms() + 20000;
    do {
        assert_true(clock_mono_ms() < until);
        snprintf(
            url, sizeof url,
            "monitoring.googleapis.com/v3/" P
            "/timeSeries?filter=metric.type%%3D%%22datastream.googleapis.com%%2Fstream%%2F%s%%22%%"
            "20AND%%20resource.labels.stream_id%%3D%%22postgres-postmottak-bigquery%%22&"
            "interval.startTime=%s&interval.endTime=%s&aggregation.alignmentPeriod=60s&"
            "aggregation.perSeriesAligner=%s&view=FULL",
            metric, clock_rfc3339(clock_wall() - 600, from), clock_rfc3339(clock_wall() + 1, to),
            aligner);
        rig_ok(r, "GET", url, NULL);
    } while (json_count(json_get(r->body, "timeSeries")) == 0);
    assert_int_equal(json_count(json_get(r->body, "timeSeries")), 1);
    const struct json *series = json_first(json_get(r->body, "timeSeries"));
    return json_first(json_get(series, "points"));
}

#endif
