/* What values say counts for the commands as it does on the screen: a column with a harmless name
 * that holds identity numbers stops apply until it has a reason. Each test goes on where the last
 * ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/path.h"
#include "api/base/str.h"
#include "tests/e2e/one_world.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define APP  "--app", "postmottak-backend"
#define FILE TESTS_DIR "/e2e/two_tables.json"
#define WHY  "regel_evaluering.regel_navn=numre i navn, avklart; Behandlingskatalogen B123"

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "ready", "--speed", "400");
    return 0;
}

static const struct json *flagged(const struct answer *a)
{
    return found_in(json_get(a->doc, "unacknowledged"), "column", "regel_navn");
}

static void assert_evidence(const struct json *column, const char *by)
{
    const struct json *e = found_in(json_get(column, "evidence"), "by", by);
    assert_non_null(e);
    assert_true(json_int64(e, "hits", 0) > 0);
    assert_true(json_int64(e, "sampled", 0) >= json_int64(e, "hits", 0));
}

static void harmless_values_say_nothing(void **state)
{
    (void)state;
    at_source("ANALYZE public.regel_evaluering, public.regelsett_resultat");
    const struct answer *a = STROM(&w, "plan", APP, "-f", FILE, "--json");
    answer_is(a, 3);
    answer_fits(&w, a, "plan");
    assert_int_equal(json_count(json_get(a->doc, "unacknowledged")), 0);
    assert_int_equal(json_int64(a->doc, "values.tables", 0), 2);
    assert_int_equal(json_int64(a->doc, "values.looked_at", 0), 2);
    a = STROM(&w, "plan", APP, "-f", FILE);
    assert_null(strstr(a->out, "values were not looked at"));
}

/* PostgreSQL's own statistics tell; no table is read. */
static void numbers_under_a_harmless_name_stop_apply(void **state)
{
    (void)state;
    at_source("UPDATE public.regel_evaluering r SET regel_navn = (SELECT ident FROM "
              "public.person_ident WHERE ident ~ '^[0-9]{11}$' ORDER BY ident OFFSET r.id % 40 "
              "LIMIT 1)");
    at_source("ANALYZE public.regel_evaluering");
    const struct answer *a = STROM(&w, "plan", APP, "-f", FILE, "--json");
    answer_is(a, 3);
    answer_fits(&w, a, "plan");
    assert_int_equal(json_count(json_get(a->doc, "unacknowledged")), 1);
    assert_text(flagged(a), "level", "special");
    assert_evidence(flagged(a), "statistics");

    a = STROM(&w, "plan", APP, "-f", FILE);
    answer_is(a, 3);
    assert_non_null(strstr(a->out, "! public.regel_evaluering.regel_navn is special"));
    assert_non_null(strstr(a->out, "evidence by statistics, "));

    a = STROM(&w, "apply", APP, "-f", FILE, "--yes", "--json");
    answer_is(a, 4);
    assert_text(answer_error(a), "code", "UNACKNOWLEDGED");
    assert_text(answer_error(a), "resource", "public.regel_evaluering.regel_navn");
    a = STROM(&w, "create", "postmottak-backend", "datastream", "--columns",
              "regel_evaluering:id,regel_navn", "--yes", "--json");
    answer_is(a, 4);
    assert_int_equal(world_writes(&w), 0);
}

static void a_review_says_so_too(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "review", APP, "-f", FILE, "--json");
    answer_is(a, 3);
    answer_fits(&w, a, "review");
    assert_non_null(flagged(a));
    assert_int_equal(json_int64(a->doc, "values.looked_at", 0), 2);
    const struct json *column = found_in(json_get(a->doc, "columns"), "column", "regel_navn");
    assert_text(column, "level", "special");
    assert_evidence(column, "statistics");
    a = STROM(&w, "review", APP, "-f", FILE, "--markdown");
    assert_non_null(strstr(a->out, "evidence by statistics, "));
}

/* Where no table was named nothing sensitive is taken in, and it is said. */
static void create_leaves_it_out(void **state)
{
    (void)state;
    const struct answer *a =
        STROM(&w, "plan", APP, "--include-tables", "regel_evaluering", "--json");
    answer_is(a, 3);
    answer_says(a, "regel_navn");
}

static void a_reason_lets_it_flow(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "plan", APP, "-f", FILE, "--acknowledge", WHY, "--json");
    answer_is(a, 3);
    assert_int_equal(json_count(json_get(a->doc, "unacknowledged")), 0);
}

/* The file of two tables with one word of it changed, in a folder of its own. */
static const char *write_beside(const char *what, const char *with, const char *team)
{
    static char file[WORLD_PATH + 32];
    char rules[WORLD_PATH + 32];
    struct str text = {0}, changed = {0};
    struct err e;
    snprintf(file, sizeof file, "%.900s/beside", w.state);
    mkdir(file, 0700);
    snprintf(rules, sizeof rules, "%.900s/beside/sensitivity.json", w.state);
    snprintf(file, sizeof file, "%.900s/beside/plan.json", w.state);
    unlink(rules);
    assert_true(path_read(FILE, 1 << 20, &text, &e));
    const char *at = strstr(str_text(&text), what);
    assert_non_null(at);
    str_addn(&changed, text.text, (size_t)(at - text.text));
    str_printf(&changed, "%s%s", with, at + strlen(what));
    assert_true(path_write(file, changed.text, changed.bytes, false, &e));
    if (team)
        assert_true(path_write(rules, team, strlen(team), false, &e));
    str_done(&text);
    str_done(&changed);
    return file;
}

/* The team's word holds, and what speaks against it is told beside its reason. */
static void a_silence_hides_nothing(void **state)
{
    (void)state;
    const char *file = write_beside("replication", "replication",
                                    "{\"version\":1,\"rules\":[{\"do\":\"silence\",\"column\":"
                                    "\"regel_navn\",\"values\":true,\"reason\":\"made up\"}]}");
    const struct answer *a = STROM(&w, "plan", APP, "-f", file, "--json");
    answer_is(a, 3);
    answer_fits(&w, a, "plan");
    assert_int_equal(json_count(json_get(a->doc, "unacknowledged")), 0);
    const struct json *column = json_first(json_get(a->doc, "silenced"));
    assert_text(column, "column", "regel_navn");
    assert_text(found_in(json_get(column, "evidence"), "by", "team"), "reason", "made up");
    assert_evidence(column, "statistics");
    a = STROM(&w, "plan", APP, "-f", file);
    assert_non_null(strstr(a->out, "! public.regel_evaluering.regel_navn flows, silenced, and its "
                                   "values say fnr: is the team right?"));

    a = STROM(&w, "review", APP, "-f", file, "--json");
    answer_fits(&w, a, "review");
    assert_int_equal(json_int64(a->doc, "summary.silenced_against", 0), 1);
    column = json_first(json_get(a->doc, "silenced"));
    assert_true(json_bool(column, "against", false));
    assert_true(
        json_bool(found_in(json_get(column, "evidence"), "by", "statistics"), "silenced", false));
    a = STROM(&w, "review", APP, "-f", file, "--base", file); /* nothing is changed, and yet */
    answer_is(a, 0);
    assert_non_null(strstr(a->out, "values speak against it: 1"));
    assert_non_null(strstr(a->out, "    evidence by the team's rules: made up\n"));
    assert_non_null(strstr(a->out, "    silenced: evidence by statistics, "));
}

#define NAVN "\"name\": \"regel_navn\", \"type\": \"character varying(100)\""

/* A type in a file is a claim: the database's holds, and that they differ is drift of the file,
 * also against a base that has it right. */
static void a_false_type_is_told(void **state)
{
    (void)state;
    const char *file = write_beside(NAVN, "\"name\": \"regel_navn\", \"type\": \"bigint\"", NULL);
    static const char told[] = "public.regel_evaluering.regel_navn: the database says character "
                               "varying(100), the file says bigint";
    const struct answer *a = STROM(&w, "plan", APP, "-f", file);
    assert_non_null(strstr(a->out, told));
    a = STROM(&w, "review", APP, "-f", file);
    assert_non_null(strstr(a->out, told));
    a = STROM(&w, "review", APP, "-f", file, "--base", FILE, "--json");
    answer_is(a, 3);
    answer_fits(&w, a, "review");
    const struct json *drift = found_in(json_get(a->doc, "drift"), "column", "regel_navn");
    assert_text(drift, "agreed", "bigint");
    assert_text(drift, "live", "character varying(100)");
    assert_text(drift, "level", "special");
    assert_null(json_string(drift, "agreed_by"));
}

/* Nobody can be asked: what would be a person's number as text needs its reason, whatever the file
 * says of its type. */
static void a_type_that_nobody_confirms_stops_apply(void **state)
{
    (void)state;
    const char *file = write_beside(NAVN, "\"name\": \"bruker_id\", \"type\": \"bigint\"", NULL);
#define NOBODY "--dsn", "host=127.0.0.1 port=1 dbname=postmottak user=kari"
    const struct answer *a = STROM(&w, "apply", APP, "-f", file, NOBODY, "--yes", "--json");
    answer_is(a, 4);
    assert_text(answer_error(a), "code", "UNACKNOWLEDGED");
    assert_text(answer_error(a), "resource", "public.regel_evaluering.bruker_id");
    assert_non_null(strstr(json_string_or(answer_error(a), "hint", ""), "--dsn"));
    a = STROM(&w, "plan", APP, "-f", file, NOBODY, "--json");
    answer_is(a, 3);
    answer_fits(&w, a, "plan");
    const struct json *column = json_first(json_get(a->doc, "unacknowledged"));
    assert_true(json_bool(column, "type_unconfirmed", false));
    a = STROM(&w, "review", APP, "-f", file, NOBODY, "--base", FILE, "--json");
    answer_is(a, 3);
    answer_fits(&w, a, "review");
    column = found_in(json_get(a->doc, "columns"), "column", "bruker_id");
    assert_true(json_bool(column, "type_unconfirmed", false));
    assert_text(column, "level", "special");
    a = STROM(&w, "plan", APP, "-f", file, NOBODY, "--json", "--acknowledge",
              "regel_evaluering.bruker_id=en teller, sett etter; PVK 17");
    answer_is(a, 3);
    assert_int_equal(json_count(json_get(a->doc, "unacknowledged")), 0);
    assert_int_equal(world_writes(&w), 0);
}

/* Without statistics nobody knows, and that is said; rows are read on request. */
static void what_was_not_looked_at_is_said(void **state)
{
    (void)state;
    at_source("DELETE FROM pg_catalog.pg_statistic WHERE starelid = "
              "'public.regel_evaluering'::regclass");
    const struct answer *a = STROM(&w, "plan", APP, "-f", FILE, "--json");
    answer_is(a, 3);
    assert_int_equal(json_count(json_get(a->doc, "unacknowledged")), 0);
    assert_int_equal(json_int64(a->doc, "values.looked_at", 0), 1);
    const struct json *missed = json_first(json_get(a->doc, "values.not_looked_at"));
    assert_text(missed, "table", "regel_evaluering");
    a = STROM(&w, "plan", APP, "-f", FILE);
    assert_non_null(strstr(a->out, "values were not looked at: public.regel_evaluering (Postgre"));
    a = STROM(&w, "review", APP, "-f", FILE, "--markdown");
    assert_non_null(strstr(a->out, "values were not looked at: `public.regel_evaluering`"));

    a = STROM(&w, "apply", APP, "-f", FILE, "--sample", "1000", "--yes", "--json");
    answer_is(a, 4);
    assert_text(answer_error(a), "resource", "public.regel_evaluering.regel_navn");
    a = STROM(&w, "plan", APP, "-f", FILE, "--sample", "1000", "--json");
    assert_evidence(flagged(a), "data");
    assert_int_equal(json_int64(a->doc, "values.looked_at", 0), 2);
    assert_int_equal(world_writes(&w), 0);
}

/* As plan does: it is the reviewer who asks for the migration. */
static void a_partitioned_table_needs_its_root_published(void **state)
{
    char file[WORLD_PATH + 32];
    struct str text = {0}, changed = {0};
    struct err e;
    (void)state;
    snprintf(file, sizeof file, "%.900s/partitioned.json", w.state);
    assert_true(path_read(FILE, 1 << 20, &text, &e));
    const char *at = strstr(str_text(&text), "    {\n      \"schema\"");
    assert_non_null(at);
    str_addn(&changed, text.text, (size_t)(at - text.text));
    str_add(&changed,
            "    {\"schema\": \"public\", \"table\": \"hendelse\", \"columns\": [\n"
            "      {\"name\": \"id\", \"type\": \"bigint\", \"included\": true, \"level\": "
            "\"none\", \"categories\": []},\n"
            "      {\"name\": \"opprettet_tid\", \"type\": \"timestamp(3) without time zone\", "
            "\"included\": true, \"level\": \"none\", \"categories\": []}\n    ]},\n");
    str_add(&changed, at);
    assert_true(path_write(file, changed.text, changed.bytes, false, &e));
    str_done(&text);
    str_done(&changed);
    static const char *const commands[] = {"plan", "review"};
    for (size_t i = 0; i < 2; i++) {
        const struct answer *a = STROM(&w, commands[i], APP, "-f", file, "--json");
        answer_is(a, 3);
        bool told = false;
        for
            json_each(n, json_get(a->doc, "needs")) told =
                told || strstr(json_string(n, "text"), "part by part: public.hendelse");
        assert_true(told);
    }
}

/* What no command could look at is said where it is done, too. */
static void apply_says_what_was_not_looked_at(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "apply", APP, "-f", FILE, "--yes", "--json");
    answer_is(a, 0);
    assert_non_null(strstr(a->out, "values were not looked at: public.regel_evaluering"));
    answer_events(a);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(harmless_values_say_nothing),
        cmocka_unit_test(numbers_under_a_harmless_name_stop_apply),
        cmocka_unit_test(a_review_says_so_too),
        cmocka_unit_test(create_leaves_it_out),
        cmocka_unit_test(a_reason_lets_it_flow),
        cmocka_unit_test(a_silence_hides_nothing),
        cmocka_unit_test(a_false_type_is_told),
        cmocka_unit_test(a_type_that_nobody_confirms_stops_apply),
        cmocka_unit_test(what_was_not_looked_at_is_said),
        cmocka_unit_test(a_partitioned_table_needs_its_root_published),
        cmocka_unit_test(apply_says_what_was_not_looked_at),
    };
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    return cmocka_run_group_tests(tests, start, stop_world);
}
