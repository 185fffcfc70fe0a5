/* The whole judgement on a real PostgreSQL: values behind names that say nothing, and the evidence
 * that is not in a column's own name. Recall and precision over the values are printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/json.h"
#include "api/base/str.h"
#include "api/net/net.h"
#include "api/pg/catalog.h"
#include "api/pg/pg.h"
#include "api/plan/sampling.h"
#include "api/plan/survey.h"
#include "api/rules/team.h"
#include "tests/integration/judgement_values.h"
#include "tests/sandbox/postgres.h"
#include "tests/unit/net/await.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 2000, HIT = 1234, WIDTH = 12 };

static struct postgres *server;
static char conninfo[POSTGRES_CONNINFO];
static struct net *net;

/* --- the database --- */

static void sql(PGconn *conn, const char *text)
{
    PGresult *r = PQexec(conn, text);
    if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", text, PQerrorMessage(conn));
    PQclear(r);
}

static size_t n_cases(void)
{
    return n_value_cases + n_quiet_cases;
}

static const struct value_case *case_at(size_t i)
{
    return i < n_value_cases ? &value_cases[i] : &quiet_cases[i - n_value_cases];
}

static size_t cases_in(size_t table)
{
    size_t left = n_cases() - table * WIDTH;
    return left < WIDTH ? left : WIDTH;
}

static size_t n_tables(void)
{
    return (n_cases() + WIDTH - 1) / WIDTH;
}

/* Backslashes and tabs do not occur; COPY needs no more. */
static void put_row(PGconn *conn, size_t table, unsigned row)
{
    static const char *const everyday[] = {"avventer", "ok", "til kontroll", "ukjent", "steg 2"};
    struct str line = {0};
    for (size_t i = 0; i < cases_in(table); i++) {
        const struct value_case *c = case_at(table * WIDTH + i);
        char value[VALUE_ROOM];
        if (!c->rare || row == HIT)
            c->make(value, row);
        else
            snprintf(value, sizeof value, "%s", everyday[(row + i) % 5]);
        str_printf(&line, "%s%s", i ? "\t" : "", value);
    }
    str_addc(&line, '\n');
    assert_int_equal(PQputCopyData(conn, str_text(&line), (int)line.bytes), 1);
    str_done(&line);
}

static void fill_table(PGconn *conn, size_t table)
{
    struct str text = {0};
    str_printf(&text, "CREATE TABLE t%02zu (", table);
    for (size_t i = 0; i < cases_in(table); i++)
        str_printf(&text, "%sv%zu %s", i ? ", " : "", i, case_at(table * WIDTH + i)->type);
    str_add(&text, ")");
    sql(conn, str_text(&text));
    str_clear(&text);
    str_printf(&text, "COPY t%02zu FROM STDIN", table);
    PQclear(PQexec(conn, str_text(&text)));
    for (unsigned row = 0; row < ROWS; row++)
        put_row(conn, table, row);
    assert_int_equal(PQputCopyEnd(conn, NULL), 1);
    PGresult *r = PQgetResult(conn);
    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        fail_msg("t%02zu: %s", table, PQerrorMessage(conn));
    PQclear(r);
    while ((r = PQgetResult(conn)) != NULL)
        PQclear(r);
    str_done(&text);
}

static const char by_other_things[] =
    "CREATE SCHEMA evidence; SET search_path = evidence;"
    "CREATE DOMAIN fnr AS varchar(11); CREATE DOMAIN fnr_status AS text;"
    "CREATE TABLE person (ident varchar(11) PRIMARY KEY, id bigint UNIQUE);"
    "CREATE TABLE sak (id bigint PRIMARY KEY, gjelder varchar(12) REFERENCES person,"
    "  eid bigint REFERENCES person (id), hvilken fnr, hvordan fnr_status, merke text, rest text);"
    "COMMENT ON COLUMN sak.merke IS 'F\xC3\xB8"
    "dselsnummer til den saken gjelder';"
    "CREATE TABLE steg (id bigint PRIMARY KEY, av_sak varchar(12), dit varchar(12));"
    "ALTER TABLE sak ADD UNIQUE (gjelder);"
    "ALTER TABLE steg ADD FOREIGN KEY (av_sak) REFERENCES sak (gjelder);"
    "ALTER TABLE steg ADD UNIQUE (av_sak), ADD UNIQUE (dit);"
    "ALTER TABLE steg ADD FOREIGN KEY (dit) REFERENCES steg (av_sak);"
    "CREATE TABLE ring (a text UNIQUE, b text UNIQUE);"
    "ALTER TABLE ring ADD FOREIGN KEY (a) REFERENCES ring (b), ADD FOREIGN KEY (b) REFERENCES ring "
    "(a);"
    "CREATE TABLE diagnose (sykmeldt_fnr text, kode text, system text);"
    "CREATE TABLE t (v text, w text);"
    "CREATE TYPE gradering_type AS ENUM ('UGRADERT', 'FORTROLIG', 'STRENGT_FORTROLIG');"
    "CREATE TYPE klasse AS ENUM ('INTERN', 'FORTROLIG'); CREATE DOMAIN under AS gradering_type;"
    "DO $$BEGIN EXECUTE 'CREATE TYPE mange AS ENUM (' || (SELECT string_agg(quote_literal('n' || "
    "i),"
    " ', ') FROM generate_series(1, 64) i) || ', ''FORTROLIG'')'; END$$;"
    "CREATE TABLE enums (kode gradering_type, b under, c klasse, d mange, e gradering_type[]);";

static int start(void **state)
{
    static const char folder[] = "/tmp/strom-judge-XXXXXX";
    static char made[sizeof folder];
    char why[POSTGRES_WHY];
    struct err e;
    (void)state;
    memcpy(made, folder, sizeof folder);
    assert_non_null(mkdtemp(made));
    server = postgres_start(
        &(struct postgres_options){
            .folder = made, .database = "app", .owner = "app", .temporary = true},
        why);
    if (server == NULL)
        fail_msg("%s", why);
    postgres_superuser(server, "app", conninfo);
    net = net_open(&e);
    const char *seed = getenv("STROM_SEED");
    if (seed)
        seed_values((uint32_t)strtoul(seed, NULL, 10));
    PGconn *conn = PQconnectdb(conninfo);
    sql(conn, "SET client_min_messages = error");
    for (size_t t = 0; t < n_tables(); t++)
        fill_table(conn, t);
    sql(conn, by_other_things);
    PQfinish(conn);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    net_close(net);
    postgres_remove(server);
    return 0;
}

static struct catalog *read_catalog(void)
{
    struct catalog_options all = {0};
    struct pg_options o = {.dsn = conninfo};
    struct task *t = pg_connect(net, &o);
    await(net, t);
    struct pg *pg = pg_take(t);
    task_drop(t);
    t = catalog_read(pg, &all);
    await(net, t);
    struct catalog *c = catalog_take(t);
    task_drop(t);
    pg_close(pg);
    return c;
}

/* --- values --- */

struct score {
    size_t found, missed, alarms, claims, wrong;
};

static void count(struct score *s, const struct value_case *c, const struct rules_verdict *v)
{
    uint32_t wrong = v->categories & ~(c->expected | c->allowed);
    if (c->expected && (v->categories & c->expected))
        s->found++;
    else if (c->expected)
        s->missed++;
    for (int k = 0; k < RULES_CATEGORIES; k++) {
        s->claims += (v->categories >> k) & 1;
        s->wrong += (wrong >> k) & 1;
    }
    s->alarms += !c->expected && v->level != RULES_NONE;
    if (wrong || (c->expected && !(v->categories & c->expected)))
        print_message(
            "  %s (%s): %s, by %s %u of %u\n", c->what, c->type, wrong ? "alarm" : "missed",
            v->n_evidence ? rules_rule_id(v->evidence[0].rule) : "nothing",
            v->n_evidence ? v->evidence[0].hits : 0, v->n_evidence ? v->evidence[0].sampled : 0);
}

/* Names that say nothing: all comes from the values. */
static struct score judge_values(uint32_t rows)
{
    struct catalog *c = read_catalog();
    struct sampling_options o = {.source = {.dsn = conninfo}, .catalog = c, .rows = rows};
    struct task *t = sampling(net, &o);
    struct score s = {0};
    await(net, t);
    for (size_t i = 0; i < n_cases(); i++) {
        char name[32];
        struct rules_verdict v;
        snprintf(name, sizeof name, "t%02zu", i / WIDTH);
        ptrdiff_t table = catalog_find(c, "public", name);
        assert_true(table >= 0);
        survey_verdict(c, NULL, (size_t)table, i % WIDTH, &v);
        bool by_type =
            strncmp(case_at(i)->type, "jsonb", 5) == 0 || strcmp(case_at(i)->type, "inet") == 0;
        if (!by_type)
            assert_int_equal(v.level, RULES_NONE);
        sampling_add(t, (size_t)table, i % WIDTH, &v);
        count(&s, case_at(i), &v);
    }
    task_drop(t);
    catalog_free(c);
    return s;
}

static double share(size_t part, size_t whole)
{
    return whole ? (double)part / (double)whole : 1;
}

static void test_values(void **state)
{
    (void)state;
    struct score s = judge_values(SAMPLING_ROWS);
    double recall = share(s.found, s.found + s.missed);
    double columns = share(s.found, s.found + s.alarms);
    double claims = share(s.claims - s.wrong, s.claims);
    print_message("%zu columns of %d rows: recall %.3f, precision %.3f by columns, %.3f by "
                  "categories\n",
                  n_cases(), ROWS, recall, columns, claims);
    assert_true(recall >= 1.0);
    assert_true(columns >= 0.97);
    assert_true(claims >= 0.97);
}

/* PostgreSQL's own statistics, no table read: what is frequent or spread is found, and nothing
 * else. */
static void test_statistics(void **state)
{
    (void)state;
    PGconn *conn = PQconnectdb(conninfo);
    sql(conn, "ANALYZE");
    PQfinish(conn);
    struct score s = judge_values(0);
    print_message("by statistics alone: %zu found, %zu not, %zu alarms\n", s.found, s.missed,
                  s.alarms);
    assert_true(share(s.claims - s.wrong, s.claims) >= 0.97);
    assert_true(s.found >= 35); /* all but the rare ones and those inside documents */
}

/* --- other evidence --- */

static struct rules_verdict judged(const struct catalog *c, const struct rules_team *team,
                                   const char *table, const char *column)
{
    struct rules_verdict v;
    ptrdiff_t t = catalog_find(c, "evidence", table);
    assert_true(t >= 0);
    ptrdiff_t k = catalog_find_column(c, (size_t)t, column);
    assert_true(k >= 0);
    survey_verdict(c, team, (size_t)t, (size_t)k, &v);
    return v;
}

static void test_evidence(void **state)
{
    (void)state;
    struct catalog *c = read_catalog();
    struct rules_verdict v = judged(c, NULL, "sak", "gjelder");
    assert_int_equal(v.level, RULES_SPECIAL); /* the foreign key */
    assert_int_equal(v.evidence[0].by, RULES_BY_REFERENCE);
    assert_int_equal(judged(c, NULL, "sak", "eid").level, RULES_NONE); /* points at a mere key */
    v = judged(c, NULL, "steg", "av_sak");                             /* a key to a key */
    assert_int_equal(v.level, RULES_SPECIAL);
    v = judged(c, NULL, "steg", "dit"); /* and one more, in its own table */
    assert_int_equal(v.level, RULES_SPECIAL);
    assert_int_equal(judged(c, NULL, "ring", "a").level, RULES_NONE); /* and ends */
    v = judged(c, NULL, "sak", "hvilken");
    assert_int_equal(v.level, RULES_SPECIAL); /* the domain */
    assert_int_equal(judged(c, NULL, "sak", "hvordan").level, RULES_NONE);
    v = judged(c, NULL, "sak", "merke");
    assert_int_equal(v.level, RULES_SPECIAL); /* the comment */
    assert_int_equal(v.evidence[0].by, RULES_BY_COMMENT);
    assert_int_equal(judged(c, NULL, "sak", "rest").level, RULES_NONE);
    v = judged(c, NULL, "diagnose", "kode");
    assert_true(v.categories & 1u << RULES_HEALTH); /* the table's name */
    assert_int_equal(v.evidence[0].by, RULES_BY_TABLE);
    assert_int_equal(judged(c, NULL, "t", "v").level, RULES_NONE);
    v = judged(c, NULL, "enums", "kode");
    assert_int_equal(v.categories, 1u << RULES_PROTECTED_ADDRESS); /* the labels */
    assert_int_equal(v.evidence[0].by, RULES_BY_LABELS);
    assert_int_equal(judged(c, NULL, "enums", "b").level, RULES_SPECIAL); /* under a domain */
    assert_int_equal(judged(c, NULL, "enums", "e").level, RULES_SPECIAL);
    assert_int_equal(judged(c, NULL, "enums", "c").level, RULES_NONE); /* classes of documents */
    assert_int_equal(judged(c, NULL, "enums", "d").level, RULES_NONE); /* beyond the first 64 */
    catalog_free(c);
}

static void test_team(void **state)
{
    (void)state;
    static const char rules[] =
        "{\"version\": 1, \"rules\": ["
        "{\"do\": \"silence\", \"table\": \"sak\", \"column\": \"gjelder\", \"reason\": \"a lot\"},"
        "{\"do\": \"add\", \"schema\": \"evidence\", \"table\": \"t\", \"column\": \"v\", "
        "\"level\": \"personal\", \"categories\": [\"other\"], \"reason\": \"who it is\"}]}";
    struct rules_team *team;
    struct err e;
    assert_true(team_read(rules, sizeof rules - 1, &team, &e));
    struct catalog *c = read_catalog();
    struct rules_verdict v = judged(c, team, "sak", "gjelder");
    assert_int_equal(v.level, RULES_NONE);
    assert_string_equal(team_reason(team, &v.evidence[0]), "a lot");
    assert_int_equal(judged(c, team, "steg", "av_sak").level, RULES_NONE); /* points at it */
    assert_int_equal(judged(c, team, "t", "v").level, RULES_PERSONAL);
    catalog_free(c);
    team_free(team);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_evidence),
        cmocka_unit_test(test_team),
    };
    if (!postgres_is_installed()) {
        fprintf(stderr, "no PostgreSQL here: skipped\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, start, stop);
}
