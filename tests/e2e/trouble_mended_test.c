/* The scenario trouble: everything is wrong that can be wrong beside the rest, and what strom
 * advises mends it, until a stream runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/google_call.h"
#include "tests/e2e/one_world.h"
#include "tests/e2e/steps.h"
#include "tests/sandbox/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define APP     "--app", "postmottak-backend"
#define SLOT    "--slot", "ds_replication_2" /* slot.database: choose another name */
#define TABLES  "--include-tables", "regel_evaluering,regelsett_resultat"
#define DATASET "--dataset", "datastream_postmottak_2" /* the plan: take another dataset */
#define COMPUTE "compute.googleapis.com/compute/v1/projects/aap-dev-ab12/"
#define MACHINE COMPUTE "zones/europe-north1-b/instances/datastream-postmottak"
#define STREAMS "datastream.googleapis.com/v1/projects/aap-dev-ab12/locations/europe-north1/"

enum { LOOKS = 600 };

static const struct told {
    const char *id, *result, *found; /* found NULL: it passes, and why says for what reason */
    const char *why;
} told[] = {
#define WRONG(id, result, found) {id, result, found, NULL},
#define RIGHT(id, why)           {id, "pass", NULL, why},
#include "tests/sandbox/program/trouble.def"
#undef WRONG
#undef RIGHT
};

enum { TOLD = sizeof told / sizeof *told };

/* Of the last look. */
static const struct json *checked(const struct answer *a, const char *id)
{
    const struct json *c = found_in(json_get(a->doc, "checks"), "id", id);
    if (c == NULL)
        fail_msg("no check %s", id);
    return c;
}

static const struct answer *check(void)
{
    const struct answer *a = STROM(&w, "check", APP, SLOT, "--json");
    answer_document(a);
    return a;
}

static void passes(const struct answer *a, const char *id)
{
    const struct json *c = checked(a, id);
    if (strcmp(json_string_or(c, "result", ""), "pass") != 0)
        fail_msg("%s: %s: %s", id, json_string_or(c, "result", ""), json_string_or(c, "found", ""));
}

/* --- all at once --- */

static void compare(const struct told *t, const struct json *c)
{
    const char *result = json_string_or(c, "result", ""), *found = json_string_or(c, "found", "");
    const char *remedy = json_string_or(c, "remedy.text", "");
    if (strcmp(json_string_or(c, "id", ""), t->id) != 0)
        fail_msg("%s comes where %s should", json_string_or(c, "id", ""), t->id);
    if (strcmp(result, t->result) != 0 || (t->found && strstr(found, t->found) == NULL))
        fail_msg("%s: %s \"%s\", wanted %s \"%s\"", t->id, result, found, t->result,
                 t->found ? t->found : "");
    if ((t->found != NULL) != (remedy[0] != '\0'))
        fail_msg("%s: %s, and the advice is \"%s\"", t->id, result, remedy);
    assert_true(t->found || strlen(t->why) > 20);
}

STEP(everything_is_wrong_that_can_be_beside_the_rest)
{
    const struct answer *a = STROM(&w, "check", APP, "--json");
    size_t i = 0;
    answer_is(a, 3);
    for
        json_each(c, json_get(a->doc, "checks"))
        {
            assert_true(i < TOLD);
            compare(&told[i++], c);
        }
    assert_int_equal(i, TOLD);
}

/* --- the database --- */

static char *read_manifest(char path[1024])
{
    size_t bytes;
    snprintf(path, 1024, "%s/.nais/dev-gcp.yaml", session_repo(w.session));
    char *text = folder_read(path, 1 << 20, &bytes);
    assert_non_null(text);
    return text;
}

/* The flags that a check says belong into the manifest, behind the one that strom writes there. */
static void add_flag(const struct answer *a, const char *id)
{
    char path[1024], lines[512] = "", why[FOLDER_WHY];
    const char *remedy = json_string_or(checked(a, id), "remedy.text", "");
    assert_memory_equal(remedy, "flags:\n", 7);
    for (const char *line = remedy + 7; *line != '\0';) {
        size_t n = strcspn(line, "\n"), used = strlen(lines);
        snprintf(lines + used, sizeof lines - used, "        %.*s\n", (int)n, line);
        line += n + (line[n] == '\n');
    }
    char *text = read_manifest(path), *at = strstr(text, "        flags:\n");
    assert_non_null(at);
    at += strlen("        flags:\n");
    size_t bytes = strlen(text) + strlen(lines) + 1;
    char *more = malloc(bytes);
    assert_non_null(more);
    snprintf(more, bytes, "%.*s%s%s", (int)(at - text), text, lines, at);
    assert_true(folder_write(path, more, why));
    free(more);
    free(text);
}

STEP(files_and_flags_mend_the_database)
{
    const char *const deploy[] = {"deploy", NULL};
    const struct answer *a =
        STROM(&w, "files", APP, SLOT, TABLES, "--out", session_repo(w.session));
    answer_is(a, 3);
    a = STROM(&w, "check", APP, "--json");
    add_flag(a, "source.slots");
    add_flag(a, "source.senders");
    assert_int_equal(session_run(w.session, deploy, NULL), 0);
    a = check();
    for (int i = 0; i < TOLD; i++) {
        const char *id = told[i].id;
        bool of_cloud = strncmp(id, "google.", 7) == 0 || strncmp(id, "access.", 7) == 0;
        /* a schema that flows whole by its publication, and that nobody has chosen */
        if (!of_cloud && strncmp(id, "grant.", 6) != 0)
            passes(a, id);
    }
    a = STROM(&w, "files", APP, SLOT, TABLES, "--json");
    assert_int_equal(json_count(json_get(a->doc, "files")), 0);
}

/* --- who may --- */

STEP(the_login_is_closed)
{
    const char *file = world_env("GOOGLE_APPLICATION_CREDENTIALS");
    const struct answer *a = check();
    const char *remedy = json_string_or(checked(a, "google.credentials"), "remedy.text", "");
    assert_non_null(strstr(remedy, "chmod 600 it"));
    assert_non_null(strstr(remedy, file));
    assert_int_equal(chmod(file, 0600), 0);
    passes(check(), "google.credentials");
}

STEP(one_who_may_gives_what_lacks)
{
    const char *const grant[] = {"grant", "roles/resourcemanager.projectIamAdmin", NULL};
    const struct answer *a = check();
    const char *remedy = json_string_or(checked(a, "access.permissions"), "remedy.text", "");
    assert_non_null(strstr(remedy, "this one may: ola.hansen@nav.no\n"));
    assert_non_null(strstr(remedy, "--role=roles/resourcemanager.projectIamAdmin"));
    assert_null(strstr(remedy, "strom access grant"));
    answer_is(STROM(&w, "access", "grant", APP, "--yes"), 1); /* the text to send */
    assert_int_equal(session_run(w.session, grant, NULL), 0);
    passes(check(), "access.permissions");
}

STEP(editor_gives_way_to_narrow_roles)
{
    const char *remedy = json_string_or(checked(check(), "access.basic_roles"), "remedy.text", "");
    assert_memory_equal(remedy,
                        "strom access grant --project aap-dev-ab12\n"
                        "strom access drop --editor --project aap-dev-ab12\n",
                        91);
    answer_is(STROM(&w, "access", "grant", "--project", "aap-dev-ab12", "--yes"), 0);
    answer_is(STROM(&w, "access", "drop", "--editor", "--project", "aap-dev-ab12", "--confirm",
                    "aap-dev-ab12"),
              0);
    const struct answer *a = check();
    passes(a, "access.basic_roles");
    passes(a, "access.permissions");
    assert_int_equal(json_int64(a->doc, "summary.fail", -1), 0);
    assert_int_equal(json_int64(a->doc, "summary.unknown", -1), 0);
}

/* --- the cloud, as the plan says --- */

static const char *advice(const struct answer *a, const char *step)
{
    const struct json *action = found_in(json_get(a->doc, "actions"), "step", step);
    if (action == NULL || strcmp(json_string_or(action, "action", ""), "blocked") != 0)
        fail_msg("%s is not blocked", step);
    return json_string_or(action, "name", "");
}

/* What is still under way in the cloud is waited for. */
static void await_call(const char *method, const char *path, const char *body)
{
    for (int tries = 0; tries < LOOKS; tries++) {
        if (google_call(method, path, body))
            return;
        check(); /* takes its time */
    }
    fail_msg("%s %s is refused", method, path);
}

/* A profile goes through it, so Google does not let it go: strom takes both, in their order. */
static void take_connection_down(void)
{
    const struct answer *a = STROM(&w, "delete", "postmottak-backend", "datastream", "--confirm",
                                   "postgres-postmottak-bigquery", "--json");
    answer_events(a); /* the account stays, which the narrow roles do not let go */
    assert_non_null(event_of(a, "datastream.source_profile", "done"));
    assert_non_null(event_of(a, "datastream.private_connection", "done"));
}

STEP(the_cloud_is_mended_as_the_plan_says)
{
    const struct answer *a = STROM(&w, "plan", APP, SLOT, TABLES, "--json");
    answer_is(a, 3);
    assert_int_equal(json_int64(a->doc, "summary.blocked", 0), 4);
    assert_string_equal(advice(a, "compute.proxy"), "datastream-postmottak");
    assert_string_equal(advice(a, "datastream.private_connection"), "datastream-connection");
    if (strstr(a->out, "postgres-postmottak uses it: Take down (D), or strom delete") == NULL)
        fail_msg("who uses the connection is not said:\n%s", a->out);
    assert_string_equal(advice(a, "compute.firewall"), "allow-datastream-cloudsql-proxy");
    assert_string_equal(advice(a, "bigquery.dataset"), "datastream_postmottak");
    await_call("DELETE", MACHINE, NULL); /* it would not start the proxy */
    take_connection_down();
    await_call("PATCH", COMPUTE "global/firewalls/allow-datastream-cloudsql-proxy",
               "{\"allowed\":[{\"IPProtocol\":\"tcp\",\"ports\":[\"3306\",\"5432\"]}]}");
    for (int looks = 0; looks < LOOKS; looks++) {
        a = STROM(&w, "plan", APP, SLOT, TABLES, DATASET, "--json");
        if (json_int64(a->doc, "summary.blocked", -1) == 0)
            return;
    }
    fail_msg("still blocked:\n%s", a->out);
}

STEP(and_a_stream_runs)
{
    const struct answer *a =
        STROM(&w, "create", "postmottak-backend", "datastream", "--replication-slot",
              "ds_replication_2", TABLES, DATASET, "--yes", "--json");
    answer_is(a, 0);
    assert_text(a->line[a->n_lines - 1], "result", "running");
    for (int looks = 0; looks < LOOKS && world_rows(&w, "public_regel_evaluering") != 10000;
         looks++)
        continue;
    assert_int_equal(world_rows(&w, "public_regel_evaluering"), 10000);
    a = check();
    answer_is(a, 0);
    passes(a, "google.apis");
    passes(a, "slot.free");
}

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "trouble", "--speed", "400");
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_wrong_that_can_be_beside_the_rest),
        cmocka_unit_test(files_and_flags_mend_the_database),
        cmocka_unit_test(the_login_is_closed),
        cmocka_unit_test(one_who_may_gives_what_lacks),
        cmocka_unit_test(editor_gives_way_to_narrow_roles),
        cmocka_unit_test(the_cloud_is_mended_as_the_plan_says),
        cmocka_unit_test(and_a_stream_runs),
    };
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    return cmocka_run_group_tests(tests, start, stop_world);
}
