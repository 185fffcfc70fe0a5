#ifndef TESTS_E2E_HOSTILE_WORLD_H
#define TESTS_E2E_HOSTILE_WORLD_H

/* A sandbox whose database, APIs and cluster carry the strings of hostile.h: names and comments of
 * schemas, tables and columns, values, notices and errors of PostgreSQL, the words of each answer.
 * Include behind cmocka.h, in one file of a program. */

#include "api/base/str.h"
#include "tests/e2e/hostile.h"
#include "tests/e2e/liar.h"
#include "tests/e2e/one_world.h"
#include "tests/sandbox/folder.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOSTILE_COLUMNS = 5 };

static struct liar *liar;
static char honest_endpoint[WORLD_PATH + 32], honest_kubeconfig[WORLD_PATH + 32];

static inline void do_sql(PGconn *c, const char *sql)
{
    PGresult *r = PQexec(c, sql);
    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        fail_msg("%s: %.200s", PQerrorMessage(c), sql);
    PQclear(r);
}

static inline void put_name(PGconn *c, struct str *out, size_t i)
{
    char name[HOSTILE_NAME];
    hostile_name(i, name);
    char *quoted = PQescapeIdentifier(c, name, strlen(name));
    assert_non_null(quoted);
    str_add(out, quoted);
    PQfreemem(quoted);
}

static inline void put_text(PGconn *c, struct str *out, size_t i)
{
    const char *text = hostile_is_utf8(i) ? hostile_text(i) : "not UTF-8";
    char *quoted = PQescapeLiteral(c, text, strlen(text));
    assert_non_null(quoted);
    str_add(out, quoted);
    PQfreemem(quoted);
}

/* A table named by string i, its columns by those that follow; all told in comments, and held. */
static inline void make_table(PGconn *c, const char *schema, size_t i, const size_t *names)
{
    struct str sql = {0}, table = {0};

    str_printf(&table, "%s.", schema);
    put_name(c, &table, i);
    str_printf(&sql, "CREATE TABLE %s (", str_text(&table));
    for (int n = 0; n < HOSTILE_COLUMNS; n++) {
        put_name(c, &sql, names[n]);
        str_printf(&sql, " text%s%s", n == 0 ? " PRIMARY KEY" : "",
                   n + 1 < HOSTILE_COLUMNS ? ", " : "");
    }
    str_printf(&sql, "); GRANT SELECT ON %s TO PUBLIC; COMMENT ON TABLE %s IS ", str_text(&table),
               str_text(&table));
    put_text(c, &sql, i);
    for (int n = 0; n < HOSTILE_COLUMNS; n++) {
        str_printf(&sql, "; COMMENT ON COLUMN %s.", str_text(&table));
        put_name(c, &sql, names[n]);
        str_add(&sql, " IS ");
        put_text(c, &sql, names[n]);
    }
    str_printf(&sql, "; INSERT INTO %s VALUES (", str_text(&table));
    for (int n = 0; n < HOSTILE_COLUMNS; n++) {
        str_add(&sql, n ? ", " : "");
        put_text(c, &sql, names[n]);
    }
    str_add(&sql, ")");
    do_sql(c, str_text(&sql));
    str_done(&sql);
    str_done(&table);
}

/* Reading this one brings notices, that one an error, with a string in each. */
static inline void make_loud(PGconn *c, const char *name, const char *level, size_t from, size_t n)
{
    struct str sql = {0};

    str_printf(&sql, "CREATE FUNCTION %s_says() RETURNS boolean LANGUAGE plpgsql AS $f$ BEGIN ",
               name);
    for (size_t i = from; i < from + n; i++) {
        str_printf(&sql, "RAISE %s USING MESSAGE = ", level);
        put_text(c, &sql, i);
        str_add(&sql, ", HINT = ");
        put_text(c, &sql, i + 1);
        str_add(&sql, ", DETAIL = ");
        put_text(c, &sql, i + 2);
        str_add(&sql, "; ");
    }
    str_printf(&sql,
               "RETURN true; END $f$; CREATE TABLE %s (id bigint PRIMARY KEY, fnr text); "
               "INSERT INTO %s VALUES (1, 'x'); GRANT SELECT ON %s TO PUBLIC; "
               "ALTER TABLE %s ENABLE ROW LEVEL SECURITY; "
               "CREATE POLICY loud ON %s FOR SELECT USING (%s_says())",
               name, name, name, name, name, name);
    do_sql(c, str_text(&sql));
    str_done(&sql);
}

static inline size_t next_name(size_t *i)
{
    char name[HOSTILE_NAME];
    while (*i < hostile_count() && hostile_name(*i, name)[0] == '\0')
        ++*i;
    return *i < hostile_count() ? (*i)++ : SIZE_MAX;
}

/* How many tables it has now. */
static inline size_t make_hostile_tables(void)
{
    char superuser[512];
    size_t names[HOSTILE_COLUMNS], at = 0, n = 0;
    struct str sql = {0};
    PGconn *c = PQconnectdb(session_superuser(w.session, superuser));

    assert_int_equal(PQstatus(c), CONNECTION_OK);
    PQsetClientEncoding(c, "UTF8");
    str_add(&sql, "CREATE SCHEMA ");
    put_name(c, &sql, 0);
    do_sql(c, str_text(&sql));
    str_clear(&sql);
    put_name(c, &sql, 0);
    for (;; n++) {
        for (int i = 0; i < HOSTILE_COLUMNS; i++)
            if ((names[i] = next_name(&at)) == SIZE_MAX)
                goto done;
        make_table(c, n % 4 ? "public" : str_text(&sql), names[0], names);
    }
done:
    make_loud(c, "loud_notice", "NOTICE", 0, 40);
    make_loud(c, "loud_error", "EXCEPTION", 100, 1);
    PQfinish(c);
    str_done(&sql);
    return n;
}

/* What points at the stand-in points at the liar; the honest ones are kept, for an environment. */
static inline void lie_about_apis(void)
{
    char text[WORLD_PATH], path[WORLD_PATH + 32], why[FOLDER_WHY];
    int port = world_google_port();
    struct str config = {0};
    size_t n = 0;

    snprintf(honest_endpoint, sizeof honest_endpoint, "STROM_GCP_ENDPOINT=%s",
             world_env("STROM_GCP_ENDPOINT"));
    snprintf(honest_kubeconfig, sizeof honest_kubeconfig, "KUBECONFIG=%s", world_env("KUBECONFIG"));
    liar = liar_start(port);
    char *whole = folder_read(getenv("KUBECONFIG"), 1 << 16, &n);
    assert_non_null(whole);
    snprintf(text, sizeof text, "127.0.0.1:%d", port);
    char *at = strstr(whole, text);
    assert_non_null(at);
    str_addn(&config, whole, (size_t)(at - whole));
    str_printf(&config, "127.0.0.1:%d%s", liar_port(liar), at + strlen(text));
    free(whole);
    snprintf(path, sizeof path, "%s/kubeconfig-of-lies", session_folder(w.session));
    assert_true(folder_write(path, str_text(&config), why));
    setenv("KUBECONFIG", path, 1);
    snprintf(text, sizeof text, "http://127.0.0.1:%d", liar_port(liar));
    setenv("STROM_GCP_ENDPOINT", text, 1);
    str_done(&config);
}

#endif
