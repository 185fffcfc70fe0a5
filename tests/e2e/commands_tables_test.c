/* What the values say, against a real database: statistics, rows, keys of documents; and that none
 * of the values is ever told. */
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

#define DSN_TABLES "tables", "--app", "postmottak-backend", "--json"
/* Made up from its control digits. */
#define NUMBER "15907610036"

/* Neutral names, one number in 2 000 rows, names that need quotes, a table too large to be read
 * whole, one that may not be read. */
static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "ready", "--speed", "400");
    at_source("CREATE TABLE public.lager (id bigint PRIMARY KEY, merke text)");
    at_source("INSERT INTO public.lager SELECT i, CASE i WHEN 1234 THEN '" NUMBER
              "' ELSE 'vare ' || i END FROM generate_series(1, 2000) i");
    at_source("CREATE TABLE public.\"rar \"\"tabell\" (\"kol\"\"onne\" text, lister text[])");
    at_source("INSERT INTO public.\"rar \"\"tabell\" SELECT 'kunde' || i || '@example.org', "
              "ARRAY['" NUMBER "', 'x'] FROM generate_series(1, 30) i");
    at_source("CREATE TABLE public.stor (id bigint PRIMARY KEY, merke text)");
    at_source("INSERT INTO public.stor SELECT i, CASE i % 2 WHEN 0 THEN 'Kari Nordmann' ELSE "
              "'Ola Hansen' END FROM generate_series(1, 60000) i");
    at_source("CREATE TABLE public.lukket (id bigint PRIMARY KEY, merke text)");
    at_source("GRANT SELECT ON public.lager, public.\"rar \"\"tabell\", public.stor TO PUBLIC");
    at_source("ANALYZE public.stor");
    return 0;
}

static const struct json *column(const struct answer *a, const char *table, const char *name)
{
    const struct json *t = found_in(json_get(a->doc, "tables"), "table", table);
    assert_non_null(t);
    const struct json *c = found_in(json_get(t, "columns"), "name", name);
    assert_non_null(c);
    return c;
}

static const struct json *evidence(const struct json *c, const char *rule, const char *by)
{
    const struct json *all = json_get(c, "evidence");
    for (const struct json *e = json_first(all); e; e = json_next(e))
        if (str_eq(json_string(e, "rule"), rule) && str_eq(json_string(e, "by"), by))
            return e;
    return NULL;
}

static void one_number_in_two_thousand_rows(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, DSN_TABLES);
    answer_is(a, 0);
    answer_document(a);
    const struct json *c = column(a, "lager", "merke");
    assert_text(c, "level", "special");
    const struct json *e = evidence(c, "data.fnr", "data");
    assert_non_null(e);
    assert_int_equal(json_int64(e, "hits", -1), 1);
    assert_int_equal(json_int64(e, "sampled", -1), 2000);
    assert_text(column(a, "rar \"tabell", "kol\"onne"), "level", "personal");
    assert_text(column(a, "rar \"tabell", "lister"), "level", "special");
    assert_non_null(evidence(column(a, "stor", "merke"), "data.name", "data"));
    assert_non_null(evidence(column(a, "journalpost", "ekstern_referanse"), "data.fnr", "data"));
    assert_non_null(evidence(column(a, "jobb", "payload"), "fnr.person_id", "data")); /* a key */
    assert_text(column(a, "regel_evaluering", "regel_navn"), "level", "none");
}

static void what_was_read_is_said(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, DSN_TABLES, "--sample", "200");
    answer_is(a, 0);
    answer_document(a);
    answer_says(a, "read in part");
    answer_says(a, "could not be read");
    answer_says(a, "permission denied");
    const struct json *e = evidence(column(a, "stor", "merke"), "data.name", "data");
    assert_true(json_int64(e, "sampled", -1) > 0 && json_int64(e, "sampled", -1) <= 200);
    assert_true(json_int64(json_get(a->doc, "summary"), "sampled_rows", 0) > 2000);
}

static void no_table_is_read_when_none_shall_be(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, DSN_TABLES, "--no-sample");
    answer_is(a, 0);
    answer_document(a);
    assert_int_equal(json_int64(json_get(a->doc, "summary"), "sampled_rows", -1), 0);
    assert_null(strstr(a->out, "\"by\": \"data\""));
    assert_non_null(evidence(column(a, "stor", "merke"), "data.name", "statistics"));
    assert_text(column(a, "lager", "merke"), "level", "none"); /* never analysed */
}

static void no_value_is_told(void **state)
{
    (void)state;
    char log[WORLD_PATH + 16], ident[256];
    world_source(&w, "SELECT ident FROM public.person_ident LIMIT 1", ident);
    snprintf(log, sizeof log, "%s/values.log", w.state);
    const struct answer *a = STROM(&w, DSN_TABLES, "-vvv", "--log", log);
    answer_is(a, 0);
    struct str text = {0};
    struct err e;
    assert_true(path_read(log, 64 << 20, &text, &e));
    const char *const values[] = {NUMBER, ident, "Kari Nordmann", "kunde7@example.org"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        assert_null(strstr(a->out, values[i]));
        assert_null(strstr(a->err, values[i]));
        assert_null(strstr(str_text(&text), values[i]));
    }
    str_done(&text);
}

/* --- the team's own rules --- */

#define RULES                                                                                      \
    "{\"version\": 1,\n \"rules\": [\n"                                                            \
    "  {\"do\": \"silence\", \"table\": \"jobb_kommentar\", \"column\": \"tekst\",\n"              \
    "   \"values\": true, \"reason\": \"one of four fixed texts\"},\n"                             \
    "  {\"do\": \"add\", \"table\": \"regel_*\", \"column\": \"regel_navn\", \"level\": "          \
    "\"personal\",\n   \"categories\": [\"other\"], \"reason\": \"tells who asked\"}\n"            \
    "]}\n"

/* In a repository of its own; "" takes it away again. */
static const char *rules_file(const char *text)
{
    static char folder[WORLD_PATH + 16], file[WORLD_PATH + 40];
    struct err e;
    snprintf(folder, sizeof folder, "%s/team", w.state);
    snprintf(file, sizeof file, "%s/sensitivity.json", folder);
    assert_true(path_make_folder(folder, &e));
    assert_true(path_write(file, text, strlen(text), false, &e));
    return folder;
}

static void the_team_knows_better(void **state)
{
    (void)state;
    const char *repo = rules_file(RULES);
    const struct answer *a = STROM(&w, DSN_TABLES);
    answer_is(a, 0);
    answer_document(a);
    assert_text(column(a, "jobb_kommentar", "tekst"), "level", "personal");
    a = STROM(&w, DSN_TABLES, "--repo", repo);
    answer_is(a, 0);
    answer_document(a);
    const struct json *c = column(a, "jobb_kommentar", "tekst");
    assert_text(c, "level", "none");
    const struct json *e = evidence(c, "team.silence", "team");
    assert_non_null(e);
    assert_text(e, "reason", "one of four fixed texts");
    assert_text(column(a, "regel_evaluering", "regel_navn"), "level", "personal");
    a = STROM(&w, "tables", "--app", "postmottak-backend", "--repo", repo);
    answer_is(a, 0);
    assert_non_null(strstr(a->out, "team.silence: one of four fixed texts"));
    a = STROM(&w, "tables", "--schema");
    answer_is(a, 0);
    assert_non_null(strstr(a->out, "\"silence\""));
}

/* Beside the plan file that was named, whatever the repository has. */
static void rules_beside_the_plan_file(void **state)
{
    (void)state;
    char csv[WORLD_PATH + 40], file[WORLD_PATH + 40];
    static const char columns[] = "schema,table,column,type\npublic,regel_x,regel_navn,text\n";
    const char *folder = rules_file(RULES);
    struct err e;
    snprintf(csv, sizeof csv, "%s/columns.csv", folder);
    snprintf(file, sizeof file, "%s/replication.json", folder);
    assert_true(path_write(csv, columns, sizeof columns - 1, false, &e));
    const struct answer *a = STROM(&w, "tables", "--judge", csv, "--json");
    answer_is(a, 0);
    answer_document(a);
    assert_text(column(a, "regel_x", "regel_navn"), "level", "none");
    a = STROM(&w, "tables", "--judge", csv, "--json", "-f", file);
    answer_is(a, 0);
    answer_document(a);
    assert_text(column(a, "regel_x", "regel_navn"), "level", "personal");
}

/* What it raises must not go unseen because of a comma. */
static void broken_rules_stop_what_judges(void **state)
{
    (void)state;
    const char *repo = rules_file("{\"version\": 1,\n \"rules\": [\n  {\"do\": \"hide\"}\n]}\n");
    const struct answer *a = STROM(&w, DSN_TABLES, "--repo", repo);
    answer_is(a, 2);
    answer_document(a);
    assert_non_null(strstr(json_string(answer_error(a), "message"), "line 3"));
    a = STROM(&w, "plan", "--app", "postmottak-backend", "--repo", repo, "--include-tables",
              "regel_evaluering");
    answer_is(a, 2);
    answer_says(a, "sensitivity.json");
    answer_says(a, "line 3");
    rules_file("{\"version\": 1, \"rules\": []}\n");
}

/* A list of columns from anybody: refused by its line, never printed half. */
static void lists_of_columns_that_mean_harm(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"", "line 1"},
        {"schema,table\n", "\"column\" is missing"},
        {"schema,table,column\na,b,c\na,b,c\n", "line 3"},
        {"schema,table,column\na,\"b,c\n", "line 2"},
        {"schema,table,column\na,\xff,c\n", "line 2"},
    };
    char csv[WORLD_PATH + 40];
    struct err e;
    snprintf(csv, sizeof csv, "%s/columns.csv", w.state);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_true(path_write(csv, bad[i].text, strlen(bad[i].text), false, &e));
        const struct answer *a = STROM(&w, "tables", "--json", "--judge", csv);
        answer_is(a, 2);
        answer_document(a);
        if (strstr(json_string(answer_error(a), "message"), bad[i].why) == NULL)
            fail_msg("%s", a->out);
    }
    const struct answer *a = STROM(&w, "tables", "--json", "--judge", "/nonexistent/columns.csv");
    assert_true(a->code == 1 || a->code == 2);
    answer_document(a);
    answer_error(a);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_number_in_two_thousand_rows),
        cmocka_unit_test(what_was_read_is_said),
        cmocka_unit_test(no_table_is_read_when_none_shall_be),
        cmocka_unit_test(no_value_is_told),
        cmocka_unit_test(the_team_knows_better),
        cmocka_unit_test(rules_beside_the_plan_file),
        cmocka_unit_test(broken_rules_stop_what_judges),
        cmocka_unit_test(lists_of_columns_that_mean_harm),
    };
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    return cmocka_run_group_tests(tests, start, stop_world);
}
