/* strom access show, grant, drop: as scripts run them, and of a person at a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/str.h"
#include "tests/e2e/wizard.h"

#include "tests/e2e/access_world.h"

#include <signal.h>
#include <string.h>

#define APP     "--app", "postmottak-backend"
#define PROJECT "aap-dev-ab12"
#define KARI    "user:kari.nordmann@nav.no"

/* Kari holds nothing herself; the team's group may change the policy. */
static int start(void **state)
{
    (void)state;
    access_up("", NULL, "400");
    return 0;
}

static int start_editor(void **state)
{
    (void)state;
    access_up(NULL, NULL, "400");
    return 0;
}

/* Nobody of the team may change it. */
static int start_powerless(void **state)
{
    (void)state;
    access_up("roles/viewer", "", "400");
    return 0;
}

static const struct json *step_of(const struct answer *a, const char *step)
{
    const struct json *found = found_in(json_get(a->doc, "steps"), "step", step);
    assert_non_null(found);
    return found;
}

/* --- there and back --- */

static void what_lacks_is_shown(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "access", APP, "--json");
    answer_is(a, 3);
    answer_document(a);
    answer_fits(&w, a, "access");
    assert_text(a->doc, "who.email", "kari.nordmann@nav.no");
    const struct json *network = step_of(a, "compute.network");
    assert_true(json_is_null(json_get(network, "exists"))); /* who may not look cannot tell */
    assert_text(found_in(json_get(network, "lacking"), "permission", "compute.networks.create"),
                "role", "roles/compute.networkAdmin");
    assert_true(json_bool(a->doc, "may_set_policy", false));
    assert_true(json_is_null(json_get(a->doc, "broad")));
    assert_int_equal(json_count(json_get(a->doc, "grants")), 0);
    a = STROM(&w, "access", "show", APP);
    answer_is(a, 3);
    assert_non_null(strstr(a->out, "compute.networks.create -> roles/compute.networkAdmin"));
    assert_non_null(strstr(a->out, "strom access grant --for 2h"));
    assert_int_equal(world_writes(&w), 0);
}

static void without_consent_nothing_happens(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "access", "grant", APP, "--json");
    answer_is(a, 2);
    answer_says(a, "--yes consents");
    answer_says(a,
                "+      \"role\": \"roles/compute.networkAdmin\""); /* what would be, was shown */
    answer_is(STROM(&w, "access", "grant", APP, "--no-input"), 2);
    assert_int_equal(world_writes(&w), 0);
}

static void granted_for_a_while(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "access", "grant", "--for", "1h", APP, "--yes", "--json");
    answer_is(a, 0);
    answer_document(a);
    answer_fits(&w, a, "access");
    assert_text(a->doc, "result", "granted");
    assert_true(json_bool(a->doc, "granted.works", false));
    assert_non_null(strstr(json_string_or(a->doc, "diff", ""), "request.time < timestamp("));
    answer_says(a, "waiting until Google acts on it");
    a = STROM(&w, "access", APP, "--json");
    answer_is(a, 0); /* nothing lacks any more */
    answer_fits(&w, a, "access");
    const struct json *grant = json_first(json_get(a->doc, "grants"));
    int64_t left = json_int64(grant, "seconds_left", 0);
    assert_true(left > 3400 && left <= 3600 && json_bool(grant, "in_policy", false));
    a = STROM(&w, "access", "grant", APP, "--yes", "--json");
    answer_is(a, 0); /* once is enough */
    assert_text(a->doc, "result", "unchanged");
}

/* With nothing but that, the whole way is walked; what stands then needs less. */
static void it_is_enough_for_the_work(void **state)
{
    (void)state;
    answer_is(STROM(&w, "create", "postmottak-backend", "datastream", "--include-tables",
                    "regel_evaluering", "--yes"),
              0);
    const struct answer *a = STROM(&w, "access", APP, "--json");
    answer_is(a, 0);
    const struct json *network = step_of(a, "compute.network");
    assert_true(json_bool(network, "exists", false));
    for
        json_each(p, json_get(network, "needed"))
            assert_string_not_equal(json_text(p), "compute.networks.create");
}

static void taken_back_and_proved(void **state)
{
    (void)state;
    answer_is(STROM(&w, "access", "drop", APP), 2);
    const struct answer *a = STROM(&w, "access", "drop", APP, "--yes", "--json");
    answer_is(a, 0);
    answer_fits(&w, a, "access");
    assert_text(a->doc, "result", "dropped");
    assert_true(json_bool(a->doc, "dropped.read_again", false));
    assert_true(json_count(json_get(a->doc, "dropped.tested")) > 40);
    assert_int_equal(json_count(json_get(a->doc, "dropped.still_held")), 0);
    a = STROM(&w, "access", "drop", APP, "--json"); /* nothing is left to ask about */
    answer_is(a, 0);
    assert_text(a->doc, "result", "unchanged");
    a = STROM(&w, "access", APP, "--json");
    answer_is(a, 3);
    assert_int_equal(json_count(json_get(a->doc, "grants")), 0);
    /* who may not look cannot tell what is there: all of it is asked for */
    assert_true(json_is_null(json_get(step_of(a, "compute.network"), "exists")));
}

/* Killed while it waits: what was granted is known, and goes. */
static void killed_in_between(void **state)
{
    (void)state;
    struct run *r = STROM_START(&w, NULL, "access", "grant", APP, "--yes");
    assert_true(run_wait_err(r, "granted; waiting", RUN_MS));
    run_signal(r, SIGKILL);
    run_wait_end(r, RUN_MS);
    run_free(r);
    const struct answer *a = STROM(&w, "access", APP, "--json");
    assert_true(json_count(json_get(a->doc, "grants")) > 0);
    a = STROM(&w, "access", "drop", APP, "--yes", "--json");
    answer_is(a, 0);
    assert_text(a->doc, "result", "dropped");
}

static void interrupted_it_says_how_to_go_on(void **state)
{
    (void)state;
    struct run *r = STROM_START(&w, NULL, "access", "grant", APP, "--yes");
    assert_true(run_wait_err(r, "granted; waiting", RUN_MS));
    run_signal(r, SIGINT);
    int code = run_wait_end(r, RUN_MS);
    if (code != 0) { /* it may have been through by then */
        assert_int_equal(code, 130);
        assert_non_null(strstr(run_err(r), "strom access drop takes it away"));
    }
    run_free(r);
    answer_is(STROM(&w, "access", "drop", APP, "--yes"), 0);
}

/* Another machine, another state folder: the title tells what is ours. */
static void found_by_its_title(void **state)
{
    (void)state;
    answer_is(STROM(&w, "access", "grant", APP, "--yes"), 0);
    world_new_state(&w);
    const struct answer *a = STROM(&w, "access", "drop", APP, "--yes", "--json");
    answer_is(a, 0);
    assert_text(a->doc, "result", "dropped");
}

static void wrong_lines(void **state)
{
    static const char *const lines[][6] = {{"access", "take"},
                                           {"access", "grant", "--for", "5s"},
                                           {"access", "grant", "--for", "2d"},
                                           {"access", "grant", "--for", "soon"},
                                           {"access", "show", "--for", "2h"},
                                           {"access", "grant", "--editor"},
                                           {"access", "grant", "drop"},
                                           {"check", "--for", "2h"}};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        answer_is(world_run(&w, lines[i]), 2);
    const struct answer *a = STROM(&w, "access", "--help");
    answer_is(a, 0);
    assert_non_null(strstr(a->out, "--for"));
}

/* --- Editor --- */

static void editor_is_told_of(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "access", APP, "--json");
    answer_is(a, 0);
    answer_fits(&w, a, "access");
    assert_text(a->doc, "broad.role", "roles/editor");
    assert_int_equal(json_int64(a->doc, "broad.permissions", 0), 11979);
    assert_true(json_int64(a->doc, "broad.narrow_permissions", 0) < 2000);
    assert_string_equal(json_text(json_first(json_get(a->doc, "broad.lacks"))),
                        "resourcemanager.projects.setIamPolicy");
    a = STROM(&w, "access", APP);
    assert_non_null(strstr(a->out, "An expiry cannot be set on it"));
    assert_non_null(strstr(a->out, "change or restart the database instance"));
    a = STROM(&w, "access", APP, "--lang", "nb");
    assert_non_null(strstr(a->out, "utløp"));
}

/* The narrow roles in its place, then it goes; what others hold stays. */
static void editor_gives_way(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "access", "grant", APP, "--yes", "--json");
    answer_is(a, 0);
    answer_fits(&w, a, "access");
    assert_true(json_is_null(json_get(a->doc, "granted.works")));        /* Editor hides it */
    answer_is(STROM(&w, "access", "drop", "--editor", APP, "--yes"), 2); /* --yes is no name */
    answer_is(STROM(&w, "access", "drop", "--editor", APP, "--confirm", "another"), 2);
    a = STROM(&w, "access", "drop", "--editor", APP, "--confirm", PROJECT, "--json");
    answer_is(a, 0);
    answer_fits(&w, a, "access");
    bool editor = false;
    for
        json_each(role, json_get(a->doc, "dropped.roles")) editor =
            editor || str_eq(json_text(role), "roles/editor");
    assert_true(editor);
    a = STROM(&w, "access", APP, "--json");
    answer_is(a, 0); /* the narrow ones stay, and do */
    assert_true(json_count(json_get(a->doc, "grants")) > 0);
    assert_true(json_is_null(json_get(a->doc, "broad")));
    assert_text(found_in(json_get(a->doc, "basic_roles"), "member", "user:ola.hansen@nav.no"),
                "role", "roles/editor");
}

/* --- where one may not --- */

static void the_text_to_send(void **state)
{
    size_t writes = world_writes(&w);
    (void)state;
    const struct answer *a = STROM(&w, "access", "grant", APP, "--yes");
    answer_is(a, 1);
    assert_non_null(strstr(a->out, "kari.nordmann@nav.no needs the roles below"));
    assert_non_null(strstr(a->out, "gcloud projects add-iam-policy-binding"));
    answer_says(a, "you may not change the project's policy");
    a = STROM(&w, "access", "grant", APP, "--yes", "--json");
    answer_is(a, 1);
    assert_text(answer_error(a), "code", "IAM_PERMISSION_DENIED");
    answer_fits(&w, a, "access");
    a = STROM(&w, "access", APP, "--json");
    answer_is(a, 3);
    answer_fits(&w, a, "access");
    assert_non_null(strstr(json_string_or(a->doc, "request", ""), "roles/datastream.admin"));
    assert_int_equal(world_writes(&w), writes);
}

/* --- asked at a terminal --- */

static void no_is_no(void **state)
{
    size_t writes = world_writes(&w);
    const char *const argv[] = {w.strom, "access", "grant", APP, NULL};
    struct vt_options o = {.cols = 120, .rows = 50, .argv = argv, .cwd = w.state};
    (void)state;
    vt_free(v);
    v = vt_start(&o);
    assert_non_null(v);
    see("Grant yourself these roles? [y/N]");
    vt_key(v, "Enter");
    see("it was not given: nothing was done");
    assert_int_equal(vt_wait_end(v, LONG_MS), 1);
    assert_int_equal(world_writes(&w), writes);
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest road[] = {
        cmocka_unit_test(what_lacks_is_shown),
        cmocka_unit_test(without_consent_nothing_happens),
        cmocka_unit_test(no_is_no),
        cmocka_unit_test(granted_for_a_while),
        cmocka_unit_test(it_is_enough_for_the_work),
        cmocka_unit_test(taken_back_and_proved),
        cmocka_unit_test(killed_in_between),
        cmocka_unit_test(interrupted_it_says_how_to_go_on),
        cmocka_unit_test(found_by_its_title),
        cmocka_unit_test(wrong_lines),
        cmocka_unit_test(every_request_was_one_of_googles),
    };
    const struct CMUnitTest editor[] = {
        cmocka_unit_test(editor_is_told_of),
        cmocka_unit_test(editor_gives_way),
    };
    const struct CMUnitTest powerless[] = {
        cmocka_unit_test(the_text_to_send),
    };
    return cmocka_run_group_tests_name("road", road, start, close_world) +
           cmocka_run_group_tests_name("editor", editor, start_editor, close_world) +
           cmocka_run_group_tests_name("powerless", powerless, start_powerless, close_world);
}
