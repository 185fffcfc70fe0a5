/* A plan as Terraform and as gcloud: what is read back is what was meant. sh runs the script with a
 * gcloud that only notes its words; terraform, where there is one, reads and formats the HCL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/json.h"
#include "api/plan/export.h"
#include "tests/unit/plan/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOSTILE "a\"b'c$(touch pwned)`x`${d}%{e}\\f"

static char folder[256];

static int begin(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s/strom-export-XXXXXX",
             getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int run(const char *command);

static int end(void **state)
{
    char line[300];
    (void)state;
    snprintf(line, sizeof line, "rm -rf '%s'", folder);
    return chdir("/") == 0 ? run(line) : -1;
}

static void write_file(const char *name, const char *text, mode_t mode)
{
    FILE *f = fopen(name, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_int_equal(chmod(name, mode), 0);
}

/* Exit code of a line of the shell. */
static int run(const char *command)
{
    FILE *f = popen(command, "r");
    char line[512];

    assert_non_null(f);
    while (fgets(line, sizeof line, f))
        print_message("%s", line);
    return pclose(f);
}

static char *slurp(const char *name)
{
    FILE *f = fopen(name, "r");
    char *text = calloc(1, 1 << 18);

    assert_non_null(f);
    assert_true(fread(text, 1, (1 << 18) - 1, f) > 0);
    fclose(f);
    return text;
}

static void open_scene(struct scene *s, enum observed_seen seen)
{
    scene_open(s);
    scene_table(s, "public", "regel", "+id:key +resultat fnr:special");
    scene_table(s, "saker", HOSTILE, "+id:key +navn:personal:ack skjult");
    scene_table(s, "public", "steg", "+id:key");
    scene_ready(s);
    scene_all(s, seen);
    if (seen == SEEN_ABSENT) {
        s->seen.stream_state = NULL;
        s->seen.address_ip = s->seen.proxy_ip = s->seen.proxy_instance = NULL;
        s->seen.connection_network = s->seen.connection_subnet = NULL;
        static const char *const off[] = {"datastream.googleapis.com", "bigquery.googleapis.com"};
        s->seen.services_off = off;
        s->seen.n_services_off = 2;
    }
}

static void has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("not there: %s\nin:\n%s", part, text);
}

static bool have_terraform(void)
{
    return run("command -v terraform >/dev/null 2>&1") == 0;
}

/* --- Terraform --- */

static void test_terraform(void **state)
{
    static const char *const resources[] = {
        "resource \"google_project_service\" \"datastream\"",
        "resource \"google_compute_network\" \"datastream\"",
        "resource \"google_service_account\" \"datastream\"",
        "resource \"google_project_iam_member\" \"datastream\"",
        "resource \"google_compute_address\" \"proxy\"",
        "resource \"google_compute_instance\" \"proxy\"",
        "resource \"google_datastream_private_connection\" \"datastream\"",
        "resource \"google_compute_firewall\" \"datastream\"",
        "resource \"google_datastream_connection_profile\" \"source\"",
        "resource \"google_datastream_connection_profile\" \"bigquery\"",
        "resource \"google_bigquery_dataset\" \"raw\"",
        "resource \"google_datastream_stream\" \"stream\"",
        "password = var.db_password",
        "vpc    = google_compute_network.datastream.id",
        "desired_state = \"RUNNING\"",
        "table = \"a\\\"b'c$(touch pwned)`x`\\u0024{d}\\u0025{e}\\\\f\"",
        "ExecStart=/usr/bin/docker run"};
    struct scene s;
    struct str text = {0};
    struct err e = {0};
    (void)state;

    open_scene(&s, SEEN_ABSENT);
    const struct plan *p = scene_plan(&s);
    assert_true(export_terraform(p, &s.selection, &text, &e));
    for (size_t i = 0; i < sizeof resources / sizeof *resources; i++)
        has(str_text(&text), resources[i]);
    assert_null(strstr(str_text(&text), "fnr"));
    assert_null(strstr(str_text(&text), "skjult"));
    assert_null(strstr(str_text(&text), "${d}"));
    write_file("main.tf", str_text(&text), 0644);
    if (have_terraform()) /* reads it, and finds nothing to put in order */
        assert_int_equal(run("terraform fmt -check -diff main.tf 2>/dev/null"), 0);
    else
        print_message("there is no terraform here: the HCL was not read\n");
    str_done(&text);
    scene_done(&s);
}

/* Whatever exists: what is read stays whole, and no reference leads to what is not made. */
static void test_terraform_half_made(void **state)
{
    (void)state;
    for (int made = 0; made <= STEPS; made++) {
        static const char *const referred[] = {"google_compute_network.datastream.",
                                               "google_service_account.datastream.",
                                               "google_compute_address.proxy.",
                                               "google_datastream_private_connection.datastream.",
                                               "google_datastream_connection_profile.source.",
                                               "google_bigquery_dataset.raw"};
        static const char *const made_as[] = {"\"google_compute_network\" \"datastream\"",
                                              "\"google_service_account\" \"datastream\"",
                                              "\"google_compute_address\" \"proxy\"",
                                              ("\"google_datastream_private_connection\" "
                                               "\"datastream\""),
                                              "\"google_datastream_connection_profile\" \"source\"",
                                              "\"google_bigquery_dataset\" \"raw\""};
        struct scene s;
        struct str text = {0};
        struct err e = {0};
        open_scene(&s, SEEN_ABSENT);
        s.seen.n_services_off = 0;
        for (int i = 0; i < made; i++)
            s.seen.things[i].seen = SEEN_READY;
        s.seen.address_ip = made > STEP_ADDRESS ? "10.166.0.2" : NULL;
        s.seen.stream_state = made > STEP_STREAM ? "NOT_STARTED" : NULL;
        const struct plan *p = scene_plan(&s);
        assert_true(export_terraform(p, &s.selection, &text, &e));
        for (size_t i = 0; i < sizeof referred / sizeof *referred; i++)
            if (strstr(str_text(&text), referred[i]))
                has(str_text(&text), made_as[i]);
        if (made > STEP_NETWORK)
            has(str_text(&text), "# Network datastream-vpc: exists already");
        write_file("main.tf", str_text(&text), 0644);
        if (have_terraform())
            assert_int_equal(run("terraform fmt -check -diff main.tf 2>/dev/null"), 0);
        str_done(&text);
        scene_done(&s);
    }
}

/* --- gcloud --- */

/* Notes its words, one a line, and the files that it is given. */
static const char fake[] =
    "#!/bin/sh\n"
    "printf 'RUN %s\\n' \"${0##*/}\" >>\"$NOTES\"\n"
    "for word; do printf '%s\\n' \"$word\" >>\"$NOTES\"\n"
    "case $word in\n"
    "--postgresql-source-config=*) cat \"${word#*=}\" >\"$NOTES.source\" ;;\n"
    "--bigquery-destination-config=*) cat \"${word#*=}\" >\"$NOTES.destination\" ;;\n"
    "--metadata-from-file=*) cat \"${word##*=}\" >\"$NOTES.proxy\" ;;\n"
    "esac; done\n"
    "case \"$*\" in *'addresses describe'*) echo 10.166.0.2 ;; esac\n";

static void runs(const char *script)
{
    write_file("run.sh", script, 0700);
    write_file("gcloud", fake, 0700);
    write_file("bq", fake, 0700);
    unlink("notes");
    assert_int_equal(run("PATH=$PWD:$PATH NOTES=$PWD/notes sh -u ./run.sh 2>&1"), 0);
    assert_int_equal(access("pwned", F_OK), -1);
}

static void test_gcloud(void **state)
{
    static const char *const words[] = {
        "\nservices\nenable\ndatastream.googleapis.com\nbigquery.googleapis.com\n",
        "\nnetworks\ncreate\ndatastream-vpc\n",
        "\n--private-network-ip=10.166.0.2\n",
        "\n--postgresql-hostname=10.166.0.2\n",
        "\n--postgresql-prompt-for-password\n",
        "\n--state=RUNNING\n",
        "\n--backfill-all\n",
        "RUN bq\nmk\n--dataset\n"};
    struct scene s;
    struct str text = {0};
    struct err e = {0};
    (void)state;

    open_scene(&s, SEEN_ABSENT);
    const struct plan *p = scene_plan(&s);
    assert_true(export_gcloud(p, &s.selection, &text, &e));
    assert_null(strstr(str_text(&text), "password="));
    runs(str_text(&text));
    char *notes = slurp("notes"), *source = slurp("notes.source"), *proxy = slurp("notes.proxy");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        has(notes, words[i]);
    has(proxy, "#cloud-config\n");
    struct json *doc = json_parse_strict(source, strlen(source), &e);
    assert_non_null(doc);
    const struct json *schemas = json_get(doc, "includeObjects.postgresqlSchemas");
    assert_int_equal(json_count(schemas), 2);
    assert_string_equal(json_string(json_first(schemas), "schema"), "public");
    assert_int_equal(json_count(json_get(json_first(schemas), "postgresqlTables")), 2);
    const struct json *other =
        json_first(json_get(json_next(json_first(schemas)), "postgresqlTables"));
    assert_string_equal(json_string(other, "table"), HOSTILE);
    assert_int_equal(json_count(json_get(other, "postgresqlColumns")), 2);
    json_free(doc);
    free(notes);
    free(source);
    free(proxy);
    str_done(&text);
    scene_done(&s);
}

/* The machine stands still: the script starts it, and Terraform, which cannot, is told how. */
static void test_a_machine_is_started(void **state)
{
    struct scene s;
    struct str text = {0};
    struct err e = {0};
    (void)state;

    open_scene(&s, SEEN_READY);
    s.seen.things[STEP_PROXY] =
        (struct observed_thing){.seen = SEEN_STOPPED, .state = "TERMINATED"};
    s.seen.proxy_zone = "europe-north1-c";
    const struct plan *p = scene_plan(&s);
    assert_true(export_gcloud(p, &s.selection, &text, &e));
    runs(str_text(&text));
    char *notes = slurp("notes");
    has(notes, "\ninstances\nstart\ndatastream-postmottak\n");
    has(notes, "\n--zone=europe-north1-c\n");
    assert_null(strstr(notes, "\ninstances\ncreate\n"));
    free(notes);
    str_done(&text);
    assert_true(export_terraform(p, &s.selection, &text, &e));
    has(str_text(&text), "gcloud compute instances start datastream-postmottak --zone");
    assert_null(strstr(str_text(&text), "resource \"google_compute_instance\""));
    str_done(&text);
    scene_done(&s);
}

/* All there: a script that changes nothing, and says so. */
static void test_nothing_to_do(void **state)
{
    struct scene s;
    struct str text = {0};
    struct err e = {0};
    (void)state;

    open_scene(&s, SEEN_READY);
    const struct plan *p = scene_plan(&s);
    assert_true(plan_changes_nothing(p));
    assert_true(export_gcloud(p, &s.selection, &text, &e));
    runs(str_text(&text));
    char *notes = slurp("notes");
    assert_null(strstr(notes, "create"));
    assert_null(strstr(notes, "update"));
    has(str_text(&text), "exists already, nothing to do");
    free(notes);
    str_clear(&text);
    assert_true(export_terraform(p, &s.selection, &text, &e));
    assert_null(strstr(str_text(&text), "resource \""));
    str_done(&text);
    scene_done(&s);
}

/* A line break in a name: nothing is written. */
static void test_refusal(void **state)
{
    struct scene s;
    struct str text = {0};
    struct err e = {0};
    (void)state;

    scene_open(&s);
    scene_table(&s, "public", "a\nb", "+id:key");
    scene_ready(&s);
    scene_all(&s, SEEN_ABSENT);
    const struct plan *p = scene_plan(&s);
    assert_false(export_terraform(p, &s.selection, &text, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_string_equal(str_text(&text), "");
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terraform), cmocka_unit_test(test_terraform_half_made),
        cmocka_unit_test(test_gcloud),    cmocka_unit_test(test_nothing_to_do),
        cmocka_unit_test(test_refusal),   cmocka_unit_test(test_a_machine_is_started),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
