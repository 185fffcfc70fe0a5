#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sandbox/platform/manifest.h"

#include <stdio.h>
#include <string.h>

#define HEAD                                                                                       \
    "apiVersion: nais.io/v1alpha1\nkind: Application\nmetadata:\n  name: postmottak-backend\n"     \
    "spec:\n  image: {{image}}\n  gcp:\n    sqlInstances:\n      - type: POSTGRES_15\n"

static bool parse(const char *text, struct manifest *m, char why[MANIFEST_WHY])
{
    why[0] = '\0';
    return manifest_parse(text, strlen(text), m, why);
}

static void silent_manifest_means_the_defaults(void **state)
{
    struct manifest m;
    char why[MANIFEST_WHY];
    (void)state;
    assert_true(parse(HEAD, &m, why));
    assert_string_equal(m.app, "postmottak-backend");
    assert_string_equal(m.instance, "postmottak-backend");
    assert_string_equal(m.database, "postmottak-backend");
    assert_string_equal(m.type, "POSTGRES_15");
    assert_false(m.logical_decoding);
    assert_false(m.disk_autoresize);
    assert_int_equal(m.disk_size_gb, 10);
    assert_int_equal(m.disk_limit_gb, 0);
    assert_int_equal(m.n_users, 0);
}

static void everything_said_is_read(void **state)
{
    struct manifest m;
    char why[MANIFEST_WHY];
    (void)state;
    assert_true(parse("# first\nkind: ConfigMap\n---\n" HEAD
                      "        name: annen\n        flags:\n          - name: log_min_duration\n"
                      "            value: \"250\"\n"
                      "          - name: cloudsql.logical_decoding\n            value: \"on\"\n"
                      "        diskAutoresize: true\n        diskSize: 30\n"
                      "        diskAutoresizeLimit: 100\n        databases:\n"
                      "          - name: postmottak\n            users:\n"
                      "              - name: datastream\n              - name: les_bare\n",
                      &m, why));
    assert_string_equal(m.instance, "annen");
    assert_string_equal(m.database, "postmottak");
    assert_true(m.logical_decoding);
    assert_true(m.disk_autoresize);
    assert_int_equal(m.disk_size_gb, 30);
    assert_int_equal(m.disk_limit_gb, 100);
    assert_int_equal(m.n_users, 2);
    assert_string_equal(m.users[0], "datastream");
    assert_string_equal(m.users[1], "les_bare");
}

static void templates_are_no_hindrance(void **state)
{
    struct manifest m;
    char why[MANIFEST_WHY];
    (void)state;
    assert_true(parse("kind: Application\nmetadata:\n  name: postmottak-backend\n"
                      "  labels: {team: {{team}}}\nspec:\n  image: {{ image }}\n  ingresses:\n"
                      "    {{#each ingresses as |ingress|}}\n    - {{ingress}}\n    {{/each}}\n"
                      "  {{#if minne}}\n  memory: \"{{minne}}Mi\"\n  {{else}}\n  {{/if}}\n"
                      "  {{! en merknad: med kolon }}\n  gcp:\n    sqlInstances:\n"
                      "      - type: POSTGRES_15\n        databases:\n          - name: {{db}}\n",
                      &m, why));
    assert_string_equal(m.database, "xdb");
}

static void a_flag_must_be_a_string(void **state)
{
    struct manifest m;
    char why[MANIFEST_WHY];
    (void)state;
    assert_false(parse(HEAD "        flags:\n          - name: cloudsql.logical_decoding\n"
                            "            value: on\n",
                       &m, why));
    assert_non_null(strstr(why, "line 12"));
    assert_non_null(strstr(why, "must be of type string: \"boolean\""));
    assert_false(parse(HEAD "        flags:\n          - name: cloudsql.logical_decoding\n"
                            "            value: 'ja'\n",
                       &m, why));
    assert_non_null(strstr(why, "\"on\" or \"off\""));
}

static void flags_of_the_server_become_settings(void **state)
{
    struct manifest m;
    char why[MANIFEST_WHY];
    (void)state;
    assert_true(parse(HEAD "        flags:\n          - name: max_replication_slots\n"
                           "            value: \"14\"\n          - name: log_min_duration\n"
                           "            value: \"5\"\n          - name: wal_sender_timeout\n"
                           "            value: \"600000\"\n",
                      &m, why));
    assert_string_equal(m.settings, "max_replication_slots = 14\nwal_sender_timeout = 600000\n");
    assert_false(parse(HEAD "        flags:\n          - name: max_replication_slots\n"
                            "            value: \"1; fsync = on\"\n",
                       &m, why));
    assert_non_null(strstr(why, "takes a whole number"));
}

static void wrong_values_are_refused_with_their_line(void **state)
{
    static const struct {
        const char *lines, *says;
    } cases[] = {
        {"        diskAutoresize: \"true\"\n", "diskAutoresize in body must be of type boolean"},
        {"        diskSize: stor\n", "diskSize in body must be of type integer"},
        {"        diskSize: 1\n", "greater than or equal to 10"},
        {"        databases:\n          - name: p\n            users:\n              - name: "
         "data-stream\n",
         "should match"},
        {"        databases:\n          - name: p\n            users:\n              - name: "
         "1abc\n",
         "should match"},
        {"        name: [a, b]\n", "must be of type string: \"object\""},
        {"       flags: :\n  - x\n", "line"},
    };
    struct manifest m;
    char why[MANIFEST_WHY], text[1024];
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(text, sizeof(text), "%s%s", HEAD, cases[i].lines);
        assert_false(parse(text, &m, why));
        assert_non_null(strstr(why, cases[i].says));
    }
}

static void broken_files_are_refused(void **state)
{
    static const char *const texts[] = {"",
                                        "{{",
                                        "{{}}",
                                        "kind: Deployment\n",
                                        "kind: [",
                                        "\t- x:",
                                        "kind: Application\n",
                                        "&a [*a]",
                                        "kind: Application\nmetadata: 3\n"};
    struct manifest m;
    char why[MANIFEST_WHY];
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_false(parse(texts[i], &m, why));
        assert_true(why[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silent_manifest_means_the_defaults),
        cmocka_unit_test(everything_said_is_read),
        cmocka_unit_test(templates_are_no_hindrance),
        cmocka_unit_test(a_flag_must_be_a_string),
        cmocka_unit_test(flags_of_the_server_become_settings),
        cmocka_unit_test(wrong_values_are_refused_with_their_line),
        cmocka_unit_test(broken_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
