/* What a database says for those who judge a choice, against a real server: statistics of a table
 * and of its partitions, what was kept from an earlier look, rows on request; and what nobody has
 * looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/net/net.h"
#include "api/plan/judge.h"
#include "api/plan/judging.h"
#include "api/plan/said.h"
#include "api/plan/sampling.h"
#include "tests/unit/net/await.h"
#include "tests/unit/pg/server.h"

#define NUMBER "15907610036" /* made up from its control digits */

static struct net *net;
static struct pg *pg;
static char conninfo[300];

static int start(void **state)
{
    struct err e;
    (void)state;
    server_start("");
    server_sql("postgres", "CREATE DATABASE app");
    server_sql("app", "CREATE TABLE vare (id bigint PRIMARY KEY, kode text, merke text);"
                      "INSERT INTO vare SELECT i, '" NUMBER "', 'x' FROM generate_series(1, 60) i;"
                      "CREATE TABLE lager (id bigint PRIMARY KEY, kode text);"
                      "INSERT INTO lager SELECT i, '" NUMBER "' FROM generate_series(1, 60) i;"
                      "ALTER TABLE lager SET (autovacuum_enabled = off);"
                      "CREATE TABLE del (id int PRIMARY KEY, kode text) PARTITION BY RANGE (id);"
                      "CREATE TABLE del_1 PARTITION OF del DEFAULT;"
                      "INSERT INTO del SELECT i, '" NUMBER "' FROM generate_series(1, 60) i;"
                      "CREATE TABLE \"sær\"\"t, {navn}\\\" (id bigint PRIMARY KEY, kode text);"
                      "INSERT INTO \"sær\"\"t, {navn}\\\" SELECT i, '" NUMBER
                      "' FROM generate_series(1, 60) i;"
                      "CREATE TABLE skjermet (id bigint PRIMARY KEY, kode text);"
                      "INSERT INTO skjermet SELECT i, 'x' FROM generate_series(1, 9) i;"
                      "ALTER TABLE skjermet ENABLE ROW LEVEL SECURITY;"
                      "CREATE POLICY noen ON skjermet USING (id < 4);"
                      "CREATE ROLE leser LOGIN; GRANT SELECT ON skjermet TO leser;"
                      "ANALYZE vare, del_1, \"sær\"\"t, {navn}\\\"");
    snprintf(conninfo, sizeof conninfo, "%s", server_admin("app"));
    net = net_open(&e);
    struct pg_options o = {.dsn = conninfo};
    struct task *t = pg_connect(net, &o);
    await(net, t);
    pg = pg_take(t);
    task_drop(t);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    pg_close(pg);
    net_close(net);
    return 0;
}

static void add(struct selection *s, const char *table)
{
    static const struct selection_fact facts[] = {{.name = "id", .type = "bigint", .key = true},
                                                  {.name = "kode", .type = "text"}};
    struct selection_table *t = selection_add(s, "public", table, facts, 2, NULL);
    size_t at;
    assert_true(selection_find(s, "public", t->name, &at));
    selection_put_back(s, at, 0);
    selection_put_back(s, at, 1);
}

static struct judgement *judge_flows(const struct selection *s, const struct judging_values *values)
{
    const struct judging_options o = {.pg = pg, .flows = s, .values = values};
    struct task *t = judging(net, &o);
    await(net, t);
    struct judgement *j = judging_take(t);
    task_drop(t);
    return j;
}

static enum rules_level level_of(const struct judgement *j, const char *table)
{
    const struct selection *seen = judgement_selection(j);
    struct rules_verdict v;
    size_t t, c;
    assert_true(selection_find(seen, "public", table, &t));
    assert_true(selection_find_column(&seen->tables[t], "kode", &c));
    assert_true(judgement_verdict(j, "public", table, "kode", &v));
    assert_int_equal(v.level, seen->tables[t].columns[c].level);
    return v.level;
}

static size_t unseen(const struct judgement *j, const struct selection *s, const char *first)
{
    struct judgement_unseen u;
    struct arena a = {0};
    judgement_unseen(j, s, NULL, &a, &u);
    assert_int_equal(u.tables, s->n_tables);
    if (u.n_unseen) {
        assert_string_equal(u.unseen[0]->name, first);
        assert_non_null(u.why);
        assert_non_null(judgement_unseen_text(&u, &a));
    } else {
        assert_null(judgement_unseen_text(&u, &a));
    }
    arena_done(&a);
    return u.n_unseen;
}

static void statistics_tell(void **state)
{
    static const char strange[] = "sær\"t, {navn}\\";
    const struct judging_values values = {.source = {.dsn = conninfo}};
    struct selection s;
    (void)state;
    selection_init(&s);
    add(&s, "vare");
    add(&s, "lager");
    add(&s, "del"); /* only its partition has statistics */
    add(&s, strange);
    struct judgement *j = judge_flows(&s, &values);
    assert_int_equal(level_of(j, "vare"), RULES_SPECIAL);
    assert_int_equal(level_of(j, "lager"), RULES_NONE);
    assert_int_equal(level_of(j, "del"), RULES_SPECIAL);
    assert_int_equal(level_of(j, strange), RULES_SPECIAL);
    assert_int_equal(unseen(j, &s, "lager"), 1);
    judge_again(&s, NULL, judgement_selection(j));
    assert_int_equal(selection_unacknowledged(&s, NULL, 0), 3);
    judgement_free(j);
    selection_done(&s);
}

/* Statistics without a value: of json there is nothing but its width. A part that nobody has looked
 * at is one of the whole; an empty one hides nothing. */
static void statistics_of_some_are_not_of_all(void **state)
{
    const struct judging_values values = {.source = {.dsn = conninfo}};
    struct selection s;
    (void)state;
    server_sql("app", "CREATE TABLE brev (id bigint PRIMARY KEY, kode text, innhold json);"
                      "INSERT INTO brev SELECT i, 'x' || i, '{}' FROM generate_series(1, 60) i;"
                      "CREATE TABLE fri (id bigint PRIMARY KEY, kode text, merknad text);"
                      "INSERT INTO fri SELECT i, 'x' || i FROM generate_series(1, 60) i;"
                      "CREATE TABLE halv (id int, kode text) PARTITION BY RANGE (id);"
                      "CREATE TABLE halv_1 PARTITION OF halv FOR VALUES FROM (1) TO (61);"
                      "CREATE TABLE halv_2 PARTITION OF halv FOR VALUES FROM (61) TO (121);"
                      "ALTER TABLE halv_2 SET (autovacuum_enabled = off);"
                      "INSERT INTO halv SELECT i, 'x' FROM generate_series(1, 120) i;"
                      "CREATE TABLE tom (id int, kode text) PARTITION BY RANGE (id);"
                      "CREATE TABLE tom_1 PARTITION OF tom FOR VALUES FROM (1) TO (61);"
                      "CREATE TABLE tom_2 PARTITION OF tom FOR VALUES FROM (61) TO (121);"
                      "INSERT INTO tom SELECT i, 'x' FROM generate_series(1, 60) i;"
                      "ANALYZE brev, fri, halv_1, tom_1, tom_2");
    selection_init(&s);
    add(&s, "brev");
    struct judgement *j = judge_flows(&s, &values);
    assert_int_equal(unseen(j, &s, "brev"), 1);
    judgement_free(j);
    add(&s, "fri"); /* always NULL */
    add(&s, "halv");
    add(&s, "tom");
    j = judge_flows(&s, &values);
    assert_int_equal(unseen(j, &s, "brev"), 2); /* halv, too */
    judgement_free(j);
    server_sql("app", "ANALYZE halv_2");
    j = judge_flows(&s, &values);
    assert_int_equal(unseen(j, &s, "brev"), 1);
    judgement_free(j);
    selection_done(&s);
    server_sql("app", "DROP TABLE brev, fri, halv, tom");
}

static void rows_tell_on_request(void **state)
{
    const struct judging_values values = {.source = {.dsn = conninfo}, .rows = 100};
    struct selection s;
    (void)state;
    selection_init(&s);
    add(&s, "lager");
    struct judgement *j = judge_flows(&s, &values);
    assert_int_equal(level_of(j, "lager"), RULES_SPECIAL);
    assert_int_equal(unseen(j, &s, ""), 0);
    judgement_free(j);
    selection_done(&s);
}

static void rows_read_in_part_are_told(void **state)
{
    const struct judging_values values = {.source = {.dsn = conninfo}, .rows = 100};
    struct judgement_unseen u;
    struct selection s;
    struct arena a = {0};
    (void)state;
    server_sql("app", "CREATE TABLE stor AS SELECT i AS id, 'x' AS kode FROM "
                      "generate_series(1, 30000) i; ANALYZE stor");
    selection_init(&s);
    add(&s, "lager");
    add(&s, "stor");
    struct judgement *j = judge_flows(&s, &values);
    judgement_unseen(j, &s, NULL, &a, &u);
    assert_int_equal(u.n_unseen, 0);
    assert_int_equal(u.n_in_part, 1);
    assert_string_equal(u.in_part[0]->name, "stor");
    assert_non_null(strstr(judgement_part_text(&u, &a), "stor"));
    arena_done(&a);
    judgement_free(j);
    selection_done(&s);
    server_sql("app", "DROP TABLE stor");
}

/* Three of nine rows came: nobody has looked at the others. */
static void rows_that_are_hidden_are_not_seen(void **state)
{
    char reader[320];
    struct judging_values values = {.source = {.dsn = reader}, .rows = 100};
    struct judgement_unseen u;
    struct arena a = {0};
    struct selection s;
    (void)state;
    snprintf(reader, sizeof reader, "%s", server_tcp("app", "leser"));
    selection_init(&s);
    add(&s, "skjermet");
    struct judgement *j = judge_flows(&s, &values);
    assert_int_equal(unseen(j, &s, "skjermet"), 1);
    judgement_free(j);
    server_sql("app", "CREATE TABLE tom (id bigint); GRANT SELECT ON tom TO leser");
    add(&s, "tom"); /* each has its own reason */
    j = judge_flows(&s, &values);
    judgement_unseen(j, &s, NULL, &a, &u);
    assert_int_equal(u.n_unseen, 2);
    assert_int_equal(u.n_hidden, 1);
    const char *text = said_plain(&a, judgement_unseen_text(&u, &a));
    assert_true(strstr(text, ": public.tom (") != NULL);
    assert_non_null(strstr(text, "; public.skjermet (row security hides rows)"));
    arena_done(&a);
    judgement_free(j);
    selection_done(&s);
    server_sql("app", "DROP TABLE tom");
    selection_init(&s);
    add(&s, "skjermet");
    values.source.dsn = conninfo; /* a superuser sees them all */
    j = judge_flows(&s, &values);
    assert_int_equal(unseen(j, &s, ""), 0);
    judgement_free(j);
    selection_done(&s);
}

static const char *of_lager(void *ctx, const char *schema, const char *table)
{
    (void)schema;
    return strcmp(table, "lager") == 0 ? ctx : NULL;
}

enum { DAY = 24 * 60 * 60 };

static void assert_remembered(const struct judgement *j, const struct selection *s, size_t n,
                              int days)
{
    struct judgement_unseen u;
    struct arena a = {0};
    char day[CLOCK_TEXT];
    judgement_unseen(j, s, NULL, &a, &u);
    assert_int_equal(u.n_remembered, n);
    if (n == 0) {
        assert_null(judgement_remembered_text(&u, &a));
    } else {
        assert_in_range(clock_wall() - u.remembered_since, days * DAY, days * DAY + 600);
        assert_non_null(
            strstr(judgement_remembered_text(&u, &a), clock_day(u.remembered_since, day)));
    }
    arena_done(&a);
}

/* As the wizard keeps it; a look of more than thirty days ago is none. */
static void what_was_kept_tells(void **state)
{
    struct judging_values values = {.source = {.dsn = conninfo}, .rows = 100};
    struct selection s;
    struct str kept = {0};
    size_t at;
    (void)state;
    selection_init(&s);
    add(&s, "lager");

    struct catalog_options all = {NULL, NULL};
    struct task *t = catalog_read(pg, &all);
    await(net, t);
    struct sampling_found *f = sampling_found_new(catalog_of(t));
    struct sampling_options o = {
        .source = values.source, .catalog = catalog_of(t), .rows = 100, .found = f};
    struct task *look = sampling(net, &o);
    await(net, look);
    at = (size_t)catalog_find(catalog_of(t), "public", "lager");
    sampling_found_write(f, at, &kept);
    task_drop(look);
    sampling_found_free(f);
    task_drop(t);
    assert_true(kept.bytes > 0);

    values =
        (struct judging_values){.source = values.source, .known = of_lager, .known_ctx = kept.text};
    struct judgement *j = judge_flows(&s, &values);
    assert_int_equal(level_of(j, "lager"), RULES_SPECIAL);
    assert_int_equal(unseen(j, &s, ""), 0);
    judgement_free(j);

    values.remembered = true; /* nothing is read */
    values.rows = 100;
    add(&s, "vare");
    j = judge_flows(&s, &values);
    assert_int_equal(level_of(j, "lager"), RULES_SPECIAL);
    assert_int_equal(level_of(j, "vare"), RULES_NONE);
    assert_int_equal(unseen(j, &s, "vare"), 1);
    assert_remembered(j, &s, 1, 0);
    judgement_free(j);
    clock_freeze(clock_wall() + 20 * DAY);
    j = judge_flows(&s, &values);
    assert_remembered(j, &s, 1, 20);
    judgement_free(j);
    clock_freeze(clock_wall() + 20 * DAY);
    j = judge_flows(&s, &values);
    assert_int_equal(level_of(j, "lager"), RULES_SPECIAL); /* a question still */
    assert_int_equal(unseen(j, &s, "lager"), 2);
    assert_remembered(j, &s, 0, 0);
    judgement_free(j);
    clock_freeze(0);
    str_done(&kept);
    selection_done(&s);
}

/* The catalogue is there all the same; names judge. */
static void values_that_cannot_be_had_are_named(void **state)
{
    const struct judging_values values = {.source = {.dsn = "host=/nowhere port=1"}};
    struct selection s;
    (void)state;
    selection_init(&s);
    add(&s, "vare");
    struct judgement *j = judge_flows(&s, &values);
    assert_int_equal(level_of(j, "vare"), RULES_NONE);
    assert_int_equal(unseen(j, &s, "vare"), 1);
    judgement_free(j);
    j = judge_flows(&s, NULL); /* nobody was to look */
    assert_int_equal(unseen(j, &s, "vare"), 1);
    judgement_free(j);
    assert_int_equal(unseen(NULL, &s, "vare"), 1);
    selection_done(&s);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(statistics_tell),
        cmocka_unit_test(statistics_of_some_are_not_of_all),
        cmocka_unit_test(rows_tell_on_request),
        cmocka_unit_test(rows_read_in_part_are_told),
        cmocka_unit_test(rows_that_are_hidden_are_not_seen),
        cmocka_unit_test(what_was_kept_tells),
        cmocka_unit_test(values_that_cannot_be_had_are_named),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
