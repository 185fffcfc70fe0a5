/* Tables of a real server, as people may have made them: names that hold what separates names, and
 * what stands in the way of each kind of table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/net/net.h"
#include "api/plan/file.h"
#include "api/plan/survey.h"
#include "api/store/journeys.h"
#include "screens/choose.h"
#include "screens/values.h"
#include "tests/unit/net/await.h"
#include "tests/unit/pg/server.h"

static const char *const hostile[] = {"a\"b",
                                      "a'b",
                                      "a.b",
                                      "%s%n",
                                      "a\\b",
                                      " ",
                                      "*",
                                      "-c",
                                      "$(id)",
                                      "{\"a\":",
                                      ("a\xE2\x80\xAE"
                                       "b"),
                                      "ae\xCC\x8A",
                                      "\xC3\xA6\xC3\xB8\xC3\xA5",
                                      "\xF0\x9F\x98\x80"};
/* These are refused, with the reason. */
static const char *const unnameable[] = {("a\x1f"
                                          "b"),
                                         "a\nb", "\x1b[2J", "a\rb", "\x7f"};

enum {
    HOSTILE = sizeof hostile / sizeof *hostile,
    UNNAMEABLE = sizeof unnameable / sizeof *unnameable
};

struct scene {
    struct options options;
    struct live live;
    struct journey j;
};

static struct net *net;

static void quoted(struct str *sql, const char *name)
{
    str_addc(sql, '"');
    for (; *name; name++) {
        str_addc(sql, *name);
        if (*name == '"')
            str_addc(sql, '"');
    }
    str_addc(sql, '"');
}

static void make_table(const char *name)
{
    struct str sql = {0};

    str_add(&sql, "CREATE TABLE public.");
    quoted(&sql, name);
    str_add(&sql, " (id bigint PRIMARY KEY, merke public.\"sl\x01"
                  "ag\"");
    for (size_t i = 0; i < HOSTILE; i++) {
        str_add(&sql, ", ");
        quoted(&sql, hostile[i]);
        str_add(&sql, " int");
    }
    for (size_t i = 0; i < UNNAMEABLE; i++) {
        str_add(&sql, ", ");
        quoted(&sql, unnameable[i]);
        str_add(&sql, " int");
    }
    str_add(&sql, ")");
    server_sql("app", str_text(&sql));
    str_done(&sql);
}

static int start(void **state)
{
    struct err e;

    (void)state;
    server_start("wal_level=logical");
    server_sql("postgres", "CREATE DATABASE app");
    server_sql("postgres", "CREATE DATABASE slag");
    server_sql("app", "CREATE TYPE public.\"sl\x01"
                      "ag\" AS ENUM ('en', 'to')");
    for (size_t i = 0; i < HOSTILE; i++)
        make_table(hostile[i]);
    for (size_t i = 0; i < UNNAMEABLE; i++)
        make_table(unnameable[i]);
    server_sql("slag", "CREATE TABLE full_med (id int PRIMARY KEY); ALTER TABLE full_med REPLICA "
                       "IDENTITY FULL;"
                       "CREATE TABLE full_uten (id int); ALTER TABLE full_uten REPLICA IDENTITY "
                       "FULL;"
                       "CREATE TABLE uten (id int);"
                       "CREATE TABLE ingen (id int PRIMARY KEY); ALTER TABLE ingen REPLICA "
                       "IDENTITY NOTHING;"
                       "CREATE TABLE ingen_uten (id int); ALTER TABLE ingen_uten REPLICA IDENTITY "
                       "NOTHING;"
                       "CREATE VIEW utsikt AS SELECT * FROM uten;"
                       "CREATE MATERIALIZED VIEW lagret AS SELECT * FROM uten;"
                       "CREATE UNLOGGED TABLE ulogget (id int);"
                       "CREATE TABLE delt (id int) PARTITION BY RANGE (id);"
                       "CREATE TABLE delt_1 PARTITION OF delt FOR VALUES FROM (1) TO (10) "
                       "PARTITION BY RANGE (id);"
                       "CREATE TABLE delt_1a PARTITION OF delt_1 FOR VALUES FROM (1) TO (5);");
    net = net_open(&e);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    net_close(net);
    return 0;
}

static struct task *survey_of(const char *database)
{
    struct catalog_options o = {NULL, NULL};
    struct pg_options to = {.dsn = server_admin(database)};
    struct task *t = pg_connect(net, &to);

    await(net, t);
    struct pg *pg = pg_take(t);
    task_drop(t);
    t = survey(pg, &o, NULL);
    await(net, t);
    pg_close(pg);
    return t;
}

/* As a new start reads them. */
static void look(struct scene *s)
{
    struct task *t = survey_of("app");

    journey_use_survey(&s->j, t);
    task_drop(t);
}

static size_t nameable_tables(const struct scene *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->j.selection.n_tables; i++)
        n += s->j.selection.tables[i].selectable;
    return n;
}

static void choose_every_other_column(struct scene *s)
{
    for (size_t t = 0; t < s->j.selection.n_tables; t++)
        for (size_t c = t % 2; c < s->j.selection.tables[t].n_columns; c += 2)
            choose_column(&s->j, t, c, true);
}

static void plan_comes_back(const struct scene *s)
{
    struct str text = {0};
    struct selection file;
    struct err e;
    struct selection_totals now;

    plan_file_write(&s->j.selection, &text);
    if (!plan_file_read(str_text(&text), text.bytes, &file, &e))
        fail_msg("%s", e.why);
    selection_totals(&file, &now);
    assert_int_equal(now.columns, s->j.totals.columns);
    selection_done(&file);
    str_done(&text);
}

static void test_hostile_names_come_back(void **state)
{
    struct scene s = {.live = {.options = &s.options}};
    struct err e;
    size_t chosen, steps = 0;

    (void)state;
    s.live.store = store_open_memory(&e);
    assert_non_null(s.live.store);
    journey_open(&s.j, &s.live);
    look(&s);
    assert_int_equal(s.j.selection.n_tables, HOSTILE + UNNAMEABLE);
    assert_int_equal(nameable_tables(&s), HOSTILE);
    choose_every_other_column(&s);
    chosen = s.j.totals.columns;
    assert_true(chosen > (size_t)HOSTILE * HOSTILE / 2);
    assert_int_equal(s.j.totals.tables, HOSTILE);
    plan_comes_back(&s);
    journey_save(&s.j);
    look(&s);
    assert_int_equal(s.j.totals.columns, chosen);
    for (; s.j.totals.columns; steps++) /* undone behind the new start, every step */
        choose_undo(&s.j);
    journey_save(&s.j);
    look(&s);
    assert_int_equal(s.j.totals.columns, 0);
    for (; steps; steps--)
        choose_redo(&s.j);
    assert_int_equal(s.j.totals.columns, chosen);
    look(&s);
    assert_int_equal(s.j.totals.columns, chosen);
    plan_comes_back(&s);
    journey_close(&s.j);
    store_close(s.live.store);
}

/* Statistics are looked at once, and again when a column is new. */
static void test_new_columns_are_looked_at(void **state)
{
    struct scene s = {.live = {.options = &s.options}};
    struct values_risen risen = {0};
    struct err e;

    (void)state;
    s.live.store = store_open_memory(&e);
    journey_open(&s.j, &s.live);
    look(&s);
    assert_false(sampling_found_has_statistics(s.j.found));
    sampling_found_set_statistics(s.j.found);
    values_rise(&s.j, 1, &risen);
    look(&s);
    assert_true(sampling_found_has_statistics(s.j.found));
    server_sql("app", "ALTER TABLE public.\"*\" ADD ny text");
    look(&s);
    assert_false(sampling_found_has_statistics(s.j.found));
    journey_close(&s.j);
    store_close(s.live.store);
}

static void expect(const struct catalog *c, const char *name, enum survey_problem p,
                   const char *text, const char *sql)
{
    ptrdiff_t table = catalog_find(c, "public", name);
    struct str mends = {0};

    assert_true(table != CATALOG_NONE);
    assert_true(survey_problems(c, (size_t)table) & 1u << p);
    assert_non_null(strstr(survey_problem_text(c, (size_t)table, p), text));
    assert_int_equal(survey_problem_sql(c, (size_t)table, p, &mends), sql != NULL);
    if (sql) {
        assert_string_equal(str_text(&mends), sql);
        server_sql("slag", sql); /* PostgreSQL takes it */
    }
    str_done(&mends);
}

static void test_each_kind_has_its_own_words(void **state)
{
    struct task *t = survey_of("slag");
    struct selection s;
    struct catalog *c = survey_take(t, &s);

    (void)state;
    task_drop(t);
    expect(c, "full_uten", SURVEY_NO_PRIMARY_KEY, "all changes arrive", NULL);
    expect(c, "full_med", SURVEY_IDENTITY_FULL, "Datastream wants DEFAULT",
           "ALTER TABLE \"public\".\"full_med\" REPLICA IDENTITY DEFAULT;");
    expect(c, "uten", SURVEY_NO_PRIMARY_KEY, "only inserts arrive",
           "ALTER TABLE \"public\".\"uten\" REPLICA IDENTITY FULL;");
    expect(c, "ingen", SURVEY_IDENTITY_NOTHING, "UPDATE and DELETE fail",
           "ALTER TABLE \"public\".\"ingen\" REPLICA IDENTITY DEFAULT;");
    expect(c, "ingen_uten", SURVEY_IDENTITY_NOTHING, "would not help", NULL);
    for (size_t i = 0; i < catalog_tables(c); i++)
        if (catalog_table(c, i).kind == CATALOG_VIEW)
            assert_int_equal(survey_problems(c, i), 0);
    assert_true(catalog_find(c, "public", "utsikt") != CATALOG_NONE);
    selection_done(&s);
    catalog_free(c);
}

static void cannot_be_chosen(const struct catalog *c, const char *table, const char *words)
{
    ptrdiff_t at = catalog_find(c, "public", table);
    struct catalog_table t = catalog_table(c, (size_t)at);
    const char *why = survey_not_selectable(&t);

    if (words)
        assert_non_null(strstr(why, words));
    else
        assert_null(why);
}

/* A part of a part is no table of its own either, and what is not logged no publication takes. */
static void test_what_cannot_be_chosen(void **state)
{
    struct selection s;
    struct task *t = survey_of("slag");
    struct catalog *c = survey_take(t, &s);

    (void)state;
    task_drop(t);
    cannot_be_chosen(c, "ulogget", "an unlogged table");
    cannot_be_chosen(c, "utsikt", "a view");
    cannot_be_chosen(c, "delt", NULL);
    cannot_be_chosen(c, "delt_1", "a partition");
    cannot_be_chosen(c, "delt_1a", "a partition");
    assert_int_equal(survey_problems(c, (size_t)catalog_find(c, "public", "ulogget")), 0);
    selection_done(&s);
    catalog_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile_names_come_back),
        cmocka_unit_test(test_each_kind_has_its_own_words),
        cmocka_unit_test(test_new_columns_are_looked_at),
        cmocka_unit_test(test_what_cannot_be_chosen),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
