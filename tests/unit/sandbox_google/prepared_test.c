#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/sandbox_google/rig.h"
#include "tests/unit/sandbox_google/road.h"
#include "tests/unit/sandbox_google/source.h"

/* The prepared clouds, and that things come true while nobody asks. */

static struct rig rig;

static int begin(void **state)
{
    (void)state;
    source_open_rig(&rig, 200);
    return 0;
}

static int end(void **state)
{
    (void)state;
    source_close_rig(&rig);
    return 0;
}

static void running(void **state)
{
    (void)state;
    char why[512] = "";
    source_run(&rig, "ALTER TABLE regelsett_resultat ADD innkommende_journalpost bigint");
    if (!google_prepare_running(rig.g, why))
        fail_msg("%s", why);
    rig_ok(&rig, "GET", STREAM, NULL);
    assert_string_equal(rig_text(&rig, "state"), "RUNNING");
    road_await_count(&rig, 250);
    rig_ok(&rig, "GET", STREAM "/objects", NULL);
    assert_int_equal(json_count(json_get(rig.body, "streamObjects")), 2);
    rig_ok(&rig, "GET", DS "/privateConnections/datastream-connection", NULL);
    assert_string_equal(rig_text(&rig, "state"), "CREATED");
    rig_ok(&rig, "GET",
           GCE "/global/networks/datastream-vpc/listPeeringRoutes?direction=INCOMING&peeringName="
               "peering-datastream-datastream-connection&region=europe-north1",
           NULL);
    const struct json *route = json_first(json_get(rig.body, "items"));
    assert_string_equal(json_string_or(route, "destRange", ""), "10.2.0.0/29");
    google_set_lacking(rig.g, "monitoring.timeSeries.list", true);
    rig_refused(&rig, 403, "GET",
                "monitoring.googleapis.com/v3/" P "/timeSeries?filter=a&interval.endTime="
                "2026-01-01T00:00:00Z",
                NULL, "monitoring.timeSeries.list");
    google_set_lacking(rig.g, "monitoring.timeSeries.list", false);
}

/* A paused stream is started, and nobody asks again: the rows arrive nevertheless. */
static void the_keeper_keeps(void **state)
{
    (void)state;
    rig_do(&rig, "PATCH", STREAM "?updateMask=state", "{\"state\":\"PAUSED\"}");
    assert_int_equal(source_number(&rig, "SELECT count(*) FROM pg_replication_slots WHERE active"),
                     0);
    rig_ok(&rig, "PATCH", STREAM "?updateMask=state", "{\"state\":\"RUNNING\"}");
    int64_t until = clock_mono_ms() + 20000;
    while (source_number(&rig, "SELECT count(*) FROM pg_replication_slots WHERE active") == 0)
        assert_true(clock_mono_ms() < until);
}

/* One request waits for an operation while another is answered. False: it was over too soon to
 * tell, as on a busy machine. */
static bool waits_beside_others(void)
{
    struct str request = {0};
    char operation[200];
    rig_ok(&rig, "POST", GCE "/zones/europe-north1-b/instances/datastream-postmottak/stop", NULL);
    str_copy(operation, sizeof operation, rig_text(&rig, "name"));
    str_printf(&request,
               "POST /" GCE "/zones/europe-north1-b/operations/%s/wait HTTP/1.1\r\nHost: x\r\n"
               "Connection: close\r\nAuthorization: Bearer %s\r\nContent-Length: 0\r\n\r\n",
               operation, rig.token);
    int fd = rig_connect(google_port(rig.g));
    assert_int_equal(write(fd, request.text, request.bytes), (ssize_t)request.bytes);
    rig_ok(&rig, "GET", GCE "/zones", NULL);
    rig_ok(&rig, "GET", GCE "/zones/europe-north1-b/operations", NULL);
    bool told = strstr(str_text(&rig.text), "RUNNING") != NULL;
    char answer[4096];
    ssize_t n = read(fd, answer, sizeof answer - 1); /* only now, when it is done */
    assert_true(n > 0);
    answer[n] = '\0';
    assert_non_null(strstr(answer, "200 OK"));
    close(fd);
    str_done(&request);
    rig_do(&rig, "POST", GCE "/zones/europe-north1-b/instances/datastream-postmottak/start", NULL);
    return told;
}

static void waiting_holds_nobody_up(void **state)
{
    (void)state;
    bool told = false;
    for (int tries = 0; tries < 30 && !told; tries++)
        told = waits_beside_others();
    assert_true(told);
}

static void restart(void)
{
    google_stop(rig.g);
    char why[512] = "";
    struct google_options o = {.request_log = rig.log, .disabled_apis = true};
    rig.g = google_start(&rig.s, &o, why);
    assert_non_null(rig.g);
    rig_login(&rig);
}

static void shared(void **state)
{
    (void)state;
    char why[512] = "";
    restart();
    rig_refused(&rig, 403, "GET", DS "/streams", NULL, "SERVICE_DISABLED");
    assert_true(google_prepare_shared(rig.g, why));
    rig_ok(&rig, "GET", DS "/streams", NULL);
    const struct json *stream = json_first(json_get(rig.body, "streams"));
    assert_string_equal(json_string_or(stream, "state", ""), "RUNNING");
    assert_string_equal(json_string_or(json_get(stream, "labels"), "created-by", ""), "nada");
    rig_ok(&rig, "GET", GCE "/global/networks/datastream-vpc", NULL);
    assert_int_equal(json_count(json_get(rig.body, "peerings")), 1);
}

static void trouble(void **state)
{
    (void)state;
    char why[512] = "";
    restart();
    assert_true(google_prepare_trouble(rig.g, why));
    rig_ok(&rig, "GET", DS "/privateConnections/datastream-connection", NULL);
    assert_string_equal(rig_text(&rig, "state"), "FAILED");
    assert_true(rig_text(&rig, "error.message")[0] != '\0');
    rig_ok(&rig, "GET", GCE "/zones/europe-north1-b/instances/datastream-postmottak", NULL);
    assert_string_equal(rig_text(&rig, "status"), "TERMINATED");
    rig_ok(&rig, "GET", DS "/connectionProfiles/postgres-postmottak", NULL);
    assert_string_equal(rig_text(&rig, "postgresqlProfile.hostname"), "10.166.0.99");
    rig_ok(&rig, "GET", BQ "/datasets/datastream_postmottak", NULL);
    assert_string_equal(rig_text(&rig, "location"), "US");
}

static void google_agrees(void **state)
{
    (void)state;
    rig_check_log(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(running),
        cmocka_unit_test(the_keeper_keeps),
        cmocka_unit_test(waiting_holds_nobody_up),
        cmocka_unit_test(shared),
        cmocka_unit_test(trouble),
        cmocka_unit_test(google_agrees),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
