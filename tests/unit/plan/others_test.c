/* Who else lives on what is shared, in a cloud that answers by hand. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/plan/byhand.h"

#define STREAM_IN(region, id)                                                                      \
    "{\"name\":\"projects/1/locations/" region "/streams/" id "\",\"state\":\"RUNNING\"}"
#define PROFILE_IN(region, id, private)                                                            \
    "{\"name\":\"projects/1/locations/" region "/connectionProfiles/" id                           \
    "\",\"displayName\":\"x\",\"postgresqlProfile\":{},\"privateConnectivity\":{"                  \
    "\"privateConnection\":\"projects/1/locations/" region "/privateConnections/" private "\"}}"
#define ANOTHER_MACHINE(network, script)                                                           \
    MACHINE("datastream-another", "RUNNING", network, "x@" P ".iam.gserviceaccount.com", script)

static const struct {
    struct answer answer;
    size_t streams, here;
    const char *user, *user_here;
    bool unsure;
} others[] = {
    {{STREAMS, "{\"streams\":[" THE_STREAM "]}"}, 0, 0, NULL, NULL, false},
    {{STREAMS, "{\"streams\":[" STREAM_IN(L, "another") "]}"}, 1, 1, NULL, NULL, false},
    /* account, role, network and firewall are the whole project's; and a name is one region's */
    {{STREAMS, "{\"streams\":[" STREAM_IN("europe-west1", "postgres-postmottak-bigquery") "]}"},
     1,
     0,
     NULL,
     NULL,
     false},
    {{STREAMS, "{\"unreachable\":[\"projects/1/locations/europe-west1\"]}"},
     0,
     0,
     NULL,
     NULL,
     true},
    {{STREAMS, NULL}, 0, 0, NULL, NULL, true},
    {{PROFILES, NULL}, 0, 0, NULL, NULL, true},
    /* set up, and no stream yet */
    {{PROFILES, "{\"connectionProfiles\":[" PROFILE_IN(L, "postgres-postmottak",
                                                       "datastream-connection") "]}"},
     0,
     0,
     NULL,
     NULL,
     false},
    {{PROFILES,
      "{\"connectionProfiles\":[" PROFILE_IN(L, "postgres-another", "datastream-connection") "]}"},
     0,
     0,
     "postgres-another",
     "postgres-another",
     false},
    {{PROFILES, "{\"connectionProfiles\":[" PROFILE_IN("europe-west1", "postgres-postmottak",
                                                       "datastream-connection") "]}"},
     0,
     0,
     "postgres-postmottak",
     NULL,
     false},
    {{PROFILES, "{\"connectionProfiles\":[{\"name\":\"projects/1/locations/" L
                "/connectionProfiles/b\",\"displayName\":\"x\",\"bigqueryProfile\":{}}]}"},
     0,
     0,
     NULL,
     NULL,
     false},
    {{MACHINES, ANOTHER_MACHINE("datastream-vpc", CONNECTION)},
     0,
     0,
     "datastream-another",
     NULL,
     false},
    {{MACHINES, ANOTHER_MACHINE("default", CONNECTION)}, 0, 0, NULL, NULL, false},
    {{MACHINES, ANOTHER_MACHINE("datastream-vpc", "true")}, 0, 0, NULL, NULL, false},
};

static void same(const char *found, const char *wanted)
{
    if (wanted)
        assert_string_equal(found, wanted);
    else
        assert_null(found);
}

static void test_others(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        set_up();
        rules(&others[i].answer, 1);
        RULES(always);
        RULES(made);
        look();
        const struct observed *seen = observed(looking);
        print_message("others %zu\n", i);
        assert_int_equal(seen->other_streams, others[i].streams);
        assert_int_equal(seen->other_streams_here, others[i].here);
        same(seen->other_user, others[i].user);
        same(seen->other_user_here, others[i].user_here);
        assert_int_equal(seen->streams_why != NULL, others[i].unsure);
        tear_down();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
