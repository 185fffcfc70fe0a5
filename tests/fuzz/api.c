/* What Google answers, as every decoder of api/google reads it: the first byte picks the call, the
 * rest is the body. Nothing is sent: where a call would be, its decoder is run instead, on two
 * pages where it takes pages. */

#include "tests/fuzz/fuzz.h"

#include "api/google/bigquery.h"
#include "api/google/datastream.h"
#include "api/google/datastream_objects.h"
#include "api/google/datastream_profiles.h"
#include "api/google/iam.h"
#include "api/google/logging.h"
#include "api/google/longrun.h"
#include "api/google/machine.h"
#include "api/google/monitoring.h"
#include "api/google/network.h"
#include "api/google/projects.h"
#include "api/google/rest.h"
#include "api/google/serviceusage.h"
#include "api/google/sqladmin.h"

#include <stdlib.h>
#include <string.h>

static struct {
    const struct json *json;
    const char *text;
    size_t bytes;
    bool sent;
} now;

struct task *__wrap_rest_send(struct rest_call *c);

static void decode(const struct rest_call *c, struct arena *a)
{
    void *out = c->size ? arena_alloc(a, c->size) : NULL;
    struct err e = {0};

    for (int page = c->pages == REST_ONE_PAGE ? 1 : 0; page < 2; page++) {
        struct rest_answer answer = {
            .json = now.json, .text = now.text, .bytes = now.bytes, .etag = "\"e\""};
        if (!c->decode(a, &answer, out, &e)) {
            fuzz_must(e.kind != ERR_NONE);
            return;
        }
    }
    if (c->judge) { /* what it says of a thing that is not as it should be can be shown */
        enum rest_ready ready = c->judge(out, 0, &e);
        fuzz_must(ready == REST_READY || ready == REST_NOT_YET || e.kind != ERR_NONE);
    }
}

struct task *__wrap_rest_send(struct rest_call *c)
{
    struct arena a;

    arena_init(&a);
    if (c->decode && c->size)
        decode(c, &a);
    if (c->json.to)
        json_close_object(&c->json);
    if (c->body.bytes && now.json) { /* a lost answer: is what is found what was asked for? */
        struct err e = {0};
        fuzz_must(rest_same(c, now.json, &e) || e.kind != ERR_NONE);
    }
    str_done(&c->path);
    str_done(&c->query);
    str_done(&c->body);
    str_done(&c->look);
    arena_done(&a);
    now.sent = true;
    return NULL;
}

/* --- the calls --- */

#define P "p", "europe-north1"

static void ask_datastream(unsigned which)
{
    switch (which) {
    case 0:
        datastream_stream_list(NULL, P);
        break;
    case 1:
        datastream_stream_get(NULL, P, "s");
        break;
    case 2:
        datastream_stream_start(NULL, P, "s", NULL);
        break;
    case 3:
        datastream_object_list(NULL, P, "s");
        break;
    case 4:
        datastream_object_lookup(NULL, P, "s", "public", "t");
        break;
    case 5:
        datastream_private_list(NULL, P);
        break;
    case 6:
        datastream_private_create(NULL, P, "c", "n", "10.0.0.0/29", NULL, NULL);
        break;
    case 7:
        datastream_profile_list(NULL, P);
        break;
    case 8:
        datastream_profile_create_bigquery(NULL, P, "b", "b", NULL, NULL);
        break;
    default:
        datastream_discover(NULL, P, "c");
    }
}

static void ask_compute(unsigned which)
{
    switch (which) {
    case 0:
        compute_zone_list(NULL, P);
        break;
    case 1:
        compute_image_from_family(NULL, "debian-cloud", "debian-12");
        break;
    case 2:
        compute_machine_get(NULL, "p", "z", "m");
        break;
    case 3:
        compute_machine_find(NULL, "p", "m");
        break;
    case 4:
        compute_serial_port(NULL, "p", "z", "m", 0);
        break;
    case 5:
        compute_network_get(NULL, "p", "n");
        break;
    case 6:
        compute_subnet_ranges(NULL, "p");
        break;
    case 7:
        compute_peering_ranges(NULL, "p", "n", "peer", "r");
        break;
    case 8:
        compute_firewall_list(NULL, "p");
        break;
    case 9:
        compute_firewall_insert(NULL, "p", "f", "n", "10.0.0.0/29", 5432, "d", NULL);
        break;
    default:
        compute_address_insert(NULL, P, "a", "s", "d", NULL);
    }
}

static void ask_bigquery(unsigned which)
{
    switch (which) {
    case 0:
        bigquery_dataset_get(NULL, "p", "d");
        break;
    case 1:
        bigquery_dataset_list(NULL, "p");
        break;
    case 2:
        bigquery_dataset_insert(NULL, "p", "d", "europe-north1", "text", NULL);
        break;
    case 3:
        bigquery_table_get(NULL, "p", "d", "t");
        break;
    case 4:
        bigquery_table_list(NULL, "p", "d");
        break;
    case 5:
        bigquery_query(NULL, P, "SELECT 1");
        break;
    case 6:
        bigquery_weigh(NULL, P, "SELECT 1");
        break;
    default:
        bigquery_count(NULL, P, "d", "t");
    }
}

static void ask_others(unsigned which)
{
    static const char *const permissions[] = {"a.b.c"};

    switch (which) {
    case 0:
        sqladmin_instance_get(NULL, "p", "i");
        break;
    case 1:
        sqladmin_instance_list(NULL, "p");
        break;
    case 2:
        sqladmin_user_list(NULL, "p", "i");
        break;
    case 3:
        sqladmin_database_list(NULL, "p", "i");
        break;
    case 4:
        monitoring_stream(NULL, "p", "s", MONITORING_EVENTS, 3600, 60);
        break;
    case 5:
        monitoring_instance(NULL, "p", "i", MONITORING_DISK_USED, 3600);
        break;
    case 6:
        logging_stream(NULL, "p", "s", 0, true, 20);
        break;
    case 7:
        iam_account_get(NULL, "p", "a@p.iam.gserviceaccount.com");
        break;
    case 8:
        iam_account_test(NULL, "p", "a@p.iam.gserviceaccount.com", permissions, 1);
        break;
    case 9:
        projects_get(NULL, "p");
        break;
    case 10:
        projects_policy_get(NULL, "p");
        break;
    default:
        serviceusage_enabled(NULL, "p");
    }
}

static void ask(unsigned which)
{
    if (which < 10)
        ask_datastream(which);
    else if (which < 21)
        ask_compute(which - 10);
    else if (which < 29)
        ask_bigquery(which - 21);
    else
        ask_others(which - 29);
}

enum { CALLS = 41, FIRST = '0' }; /* '0' to 'X': corpora can be read */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    struct err e = {0};
    unsigned which = fuzz_byte(&in);
    char *body = fuzz_bytes(in.at, in.left);
    struct json *doc = json_parse(body, in.left, &e);

    if (doc && json_is_object(doc)) { /* others are refused before a decoder sees them */
        now.json = doc;
        now.text = body;
        now.bytes = in.left;
        now.sent = false;
        ask((which - FIRST) % CALLS);
        fuzz_must(now.sent);
    }
    json_free(doc);
    now.json = NULL;
    free(body);
    return 0;
}
