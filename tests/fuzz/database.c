/* A database that answers whatever it likes: the catalogue, and all that is asked before a plan is
 * made, with the verdicts over it. The first byte picks which; then answers (wire.h), a row a line,
 * as COPY writes them. */

#include "tests/fuzz/wire.h"

#include "api/base/safe.h"
#include "api/base/str.h"
#include "api/checks/source_checks.h"
#include "api/net/net.h"
#include "api/net/task.h"
#include "api/pg/catalog.h"
#include "api/pg/internal.h"
#include "api/pg/source.h"

#include <stdlib.h>
#include <string.h>

enum { ANSWERS = 64, COLUMNS = 24 };

static struct pg server; /* nobody is at its other end */
static struct {
    struct pg_rows rows;
    const struct task *of;
} answers[ANSWERS];
static size_t n_answers;

/* --- COPY --- */

struct task *__wrap_pg_copy(struct pg *pg, const char *select, copy_row *row, void *ctx);

struct task *__wrap_pg_copy(struct pg *pg, const char *select, copy_row *row, void *ctx)
{
    struct task *t = wire_answer(pg->net);
    size_t left;
    const char *at = wire_body(t, &left);
    fuzz_must(*select);
    while (left > 0) {
        const char *end = memchr(at, '\n', left);
        size_t n = end ? (size_t)(end - at) : left;
        char *line = fuzz_text((const uint8_t *)at, n);
        struct err e;
        fuzz_must(row(ctx, line, strlen(line), &e));
        free(line);
        at += n + (end != NULL);
        left -= n + (end != NULL);
    }
    return t;
}

/* --- statements --- */

/* libpq's own struct, filled as it fills it. */
static PGresult *result_of(const char *at, size_t left)
{
    char name[] = "c";
    PGresAttDesc columns[COLUMNS];
    for (size_t i = 0; i < COLUMNS; i++)
        columns[i] = (PGresAttDesc){.name = name, .typid = 25, .typlen = -1, .atttypmod = -1};
    PGresult *r = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    fuzz_must(r && PQsetResultAttrs(r, COLUMNS, columns));
    for (int row = 0; left > 0; row++) {
        const char *end = memchr(at, '\n', left);
        size_t n = end ? (size_t)(end - at) : left;
        char *line = fuzz_text((const uint8_t *)at, n), *rest = line, *field;
        size_t bytes;
        for (int c = 0; c < COLUMNS; c++) {
            bool more = copy_field(&rest, &field, &bytes);
            fuzz_must(PQsetvalue(r, row, c, more ? field : NULL,
                                 more && field ? (int)strlen(field) : -1));
        }
        free(line);
        at += n + (end != NULL);
        left -= n + (end != NULL);
    }
    return r;
}

struct task *__wrap_pg_query(struct pg *pg, const char *sql, const char *const *params, size_t n);
const struct pg_rows *__wrap_pg_rows(const struct task *t);
struct task *__wrap_connect_beside(struct pg *pg);
struct pg *__wrap_pg_take(struct task *t);
int __wrap_pg_version(const struct pg *pg);
void __wrap_quote_literal_for(struct pg *pg, struct str *out, const char *text);
void __wrap_quote_name_for(struct pg *pg, struct str *out, const char *name);

struct task *__wrap_pg_query(struct pg *pg, const char *sql, const char *const *params, size_t n)
{
    struct task *t = wire_answer(pg->net);
    size_t bytes;
    const char *body = wire_body(t, &bytes);
    fuzz_must(*sql && n_answers < ANSWERS);
    for (size_t i = 0; i < n; i++)
        fuzz_touch_text(params[i]);
    answers[n_answers].rows.result = result_of(body, bytes);
    answers[n_answers++].of = t;
    return t;
}

/* The newest: memory is used again. */
const struct pg_rows *__wrap_pg_rows(const struct task *t)
{
    size_t i = n_answers;
    while (i > 0 && answers[i - 1].of != t)
        i--;
    fuzz_must(i > 0);
    return &answers[i - 1].rows;
}

struct task *__wrap_connect_beside(struct pg *pg)
{
    return wire_answer(pg->net);
}

/* There is no second connection to be had: all goes over the first. */
struct pg *__wrap_pg_take(struct task *t)
{
    (void)t;
    return NULL;
}

int __wrap_pg_version(const struct pg *pg)
{
    (void)pg;
    return 150020;
}

void __wrap_quote_literal_for(struct pg *pg, struct str *out, const char *text)
{
    (void)pg;
    str_printf(out, "'%zu'", strlen(text));
}

void __wrap_quote_name_for(struct pg *pg, struct str *out, const char *name)
{
    (void)pg;
    str_printf(out, "\"%zu\"", name ? strlen(name) : 0);
}

static void forget_answers(void)
{
    while (n_answers > 0)
        PQclear(answers[--n_answers].rows.result);
}

/* --- what came of it --- */

static void look_table(const struct catalog *c, size_t at)
{
    struct catalog_table t = catalog_table(c, at);
    char type[256];
    fuzz_must(t.schema && t.name && t.owner && t.n_columns == catalog_table_columns(c, at));
    fuzz_must(t.root == CATALOG_NONE || (size_t)t.root < catalog_tables(c));
    for (size_t i = 0; i < t.n_columns; i++) {
        struct catalog_column column = catalog_column(c, at, i);
        size_t table, other;
        fuzz_must(column.name && column.type && column.base_type);
        fuzz_must(strlen(catalog_type(&column, type, sizeof type)) < sizeof type);
        fuzz_touch_text(column.comment);
        for (size_t n = 0; catalog_reference(c, at, i, n, &table, &other); n++)
            fuzz_must(table < catalog_tables(c) && other < catalog_table_columns(c, table));
        (void)catalog_find_column(c, at, column.name);
    }
    ptrdiff_t found = catalog_find(c, t.schema, t.name);
    fuzz_must(found >= 0 && str_eq(catalog_table_name(c, (size_t)found), t.name));
}

static void read_catalog(bool named)
{
    const struct catalog_options o = {.publication = named ? "pub" : NULL,
                                      .reader = named ? "datastream" : NULL};
    struct task *t = catalog_read(&server, &o);
    wire_run(t);
    if (task_state(t) == TASK_OK) {
        struct catalog *c = catalog_take(t);
        size_t columns = 0;
        for (size_t i = 0; i < catalog_tables(c); i++) {
            look_table(c, i);
            columns += catalog_table_columns(c, i);
        }
        fuzz_must(columns == catalog_columns(c) && catalog_bytes(c) > 0);
        catalog_free(c);
    }
    task_drop(t);
}

static void judge(const struct source_facts *f, const struct source_wanted *wanted)
{
    struct check_list l;
    const struct source_mark mark = source_mark(f);
    const struct source_view view = {.facts = f, .wanted = wanted, .since = &mark};
    check_list_init(&l);
    source_checks(&l, &view);
    for (size_t i = 0; i < CHECK_IDS; i++) {
        fuzz_must(l.at[i].found && l.at[i].needed && l.at[i].why && l.at[i].remedy.text);
        fuzz_must(safe_is(l.at[i].found) && safe_is(l.at[i].why));
    }
    check_list_done(&l);
}

static void read_source(bool some)
{
    const char *const columns[] = {"id"};
    const struct source_table tables[] = {{"public", "t", columns, 1}, {"public", "u", NULL, 0}};
    const struct source_wanted wanted = {.db_user = "datastream",
                                         .publication = "pub",
                                         .slot = "slot",
                                         .tables = tables,
                                         .n_tables = some ? 2 : 0};
    struct task *t = source_read(&server, &wanted, NULL);
    wire_run(t);
    if (task_state(t) == TASK_OK) {
        judge(source_facts(t), &wanted);
        struct task *again = source_read(&server, &wanted, source_facts(t));
        wire_run(again);
        task_drop(again);
    }
    task_drop(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    unsigned which = fuzz_byte(&in) - '0';
    server.net = wire_open(in.at, in.left);
    server.holders = 1;
    if (which & 1)
        read_source(which & 2);
    else
        read_catalog(which & 2);
    forget_answers();
    fuzz_must(server.holders == 1 && net_running(server.net) == 0);
    return 0;
}
