/* What the values say, against a real database: statistics, rows, keys of documents; and that none
 * of the values is ever told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/path.h"
#include "api/base/str.h"
#include "tests/e2e/world.h"

#include <stdio.h>
#include <string.h>

#define DSN_TABLES "tables", "--app", "postmottak-backend", "--json"
/* Made up from its control digits. */
#define NUMBER "15907610036"

static struct world w;

static void at_source(const char *sql)
{
    char value[256];
    world_source(&w, sql, value);
}

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

static int stop(void **state)
{
    (void)state;
    world_close(&w);
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

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_number_in_two_thousand_rows),
        cmocka_unit_test(what_was_read_is_said),
        cmocka_unit_test(no_table_is_read_when_none_shall_be),
        cmocka_unit_test(no_value_is_told),
    };
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    return cmocka_run_group_tests(tests, start, stop);
}
