#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/net/net.h"
#include "api/pg/copy.h"
#include "api/pg/pg.h"
#include "tests/unit/pg/server.h"

static void expect(const char *line, size_t n, const char *const *fields)
{
    char text[256], *rest = text, *field = NULL;
    size_t bytes = 0, at = 0;
    snprintf(text, sizeof text, "%s", line);
    for (; copy_field(&rest, &field, &bytes); at++) {
        if (at >= n)
            fail_msg("more than %zu fields: %s", n, line);
        if (fields[at] == NULL) {
            assert_null(field);
            continue;
        }
        assert_non_null(field);
        assert_string_equal(field, fields[at]);
        assert_int_equal(bytes, strlen(fields[at]));
    }
    assert_int_equal(at, n);
}

#define EXPECT(line, ...)                                                                          \
    expect(line, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *),                \
           (const char *const[]){__VA_ARGS__})

static void test_fields(void **state)
{
    (void)state;
    EXPECT("", "");
    EXPECT("a\tb\tc", "a", "b", "c");
    EXPECT("a\t\tc\t", "a", "", "c", "");
    EXPECT("\\N\tx\t\\N", NULL, "x", NULL);
    EXPECT("\\\\N", "\\N");
    EXPECT("a\\tb\\nc\\rd\\\\e\\bf\\fg\\vh", "a\tb\nc\rd\\e\bf\fg\vh");
    EXPECT("\\x41\\102\\x4g\\9", "AB\x04g9");
    EXPECT("\\", "\\"); /* a lone one at the end: never sent by a server */
    EXPECT("\\.", ".");
    EXPECT("æ\tø", "æ", "ø");
}

static void test_binary_fields(void **state)
{
    char row[] = "\0\0\0\2ab\377\377\377\377\0\0\0\0\0\0\0\5abcd", *at = row, *field = NULL;
    const char *end = row + sizeof row - 1; /* the last one is not all there */
    size_t n = 9;
    (void)state;
    assert_true(copy_field_binary(&at, end, &field, &n));
    assert_int_equal(n, 2);
    assert_memory_equal(field, "ab", 2);
    assert_true(copy_field_binary(&at, end, &field, &n));
    assert_null(field);
    assert_true(copy_field_binary(&at, end, &field, &n));
    assert_non_null(field);
    assert_int_equal(n, 0);
    assert_false(copy_field_binary(&at, end, &field, &n));
    at = row;
    assert_false(copy_field_binary(&at, row + 3, &field, &n));
    at = row;
    assert_false(copy_field_binary(&at, row + 5, &field, &n));
    row[0] = '\200'; /* a length below zero */
    at = row;
    assert_false(copy_field_binary(&at, end, &field, &n));
}

/* --- against the server itself --- */

static struct net *net;

struct seen {
    char text[64][512];
    size_t n;
};

static bool keep(void *ctx, char *line, size_t bytes, struct err *e)
{
    struct seen *s = ctx;
    char *field = NULL;
    size_t n = 0;
    (void)bytes;
    if (s->n == 64)
        return err_set(e, ERR_BUG, "too many rows");
    if (!copy_field(&line, &field, &n) || field == NULL)
        return err_set(e, ERR_BUG, "no field");
    snprintf(s->text[s->n++], sizeof s->text[0], "%s", field);
    return true;
}

static const char select_all[] =
    "SELECT chr(i) || chr(92) || chr(i) || chr(9) || chr(10) || 'x' || chr(92) FROM"
    " generate_series(1, 60) i ORDER BY i";

static void test_server(void **state)
{
    static struct seen seen;
    (void)state;
    struct pg_options o = {.dsn = server_admin("postgres")};
    struct task *t = pg_connect(net, &o);
    net_until(net, t);
    struct pg *pg = pg_take(t);
    task_drop(t);
    struct task *copy = pg_copy(pg, select_all, keep, &seen);
    struct task *query = pg_query(pg, select_all, NULL, 0);
    net_until(net, copy);
    net_until(net, query);
    assert_int_equal(task_state(copy), TASK_OK);
    assert_int_equal(seen.n, 60);
    for (size_t i = 0; i < seen.n; i++)
        assert_string_equal(seen.text[i], pg_text(pg_rows(query), i, 0));
    task_drop(copy);
    task_drop(query);
    /* what the callback refuses is the task's error, and the connection lives on */
    copy = pg_copy(pg, select_all, keep, &seen);
    net_until(net, copy);
    assert_int_equal(task_state(copy), TASK_FAILED);
    assert_string_equal(task_error(copy)->what, "too many rows");
    task_drop(copy);
    copy = pg_copy(pg, "SELECT 1/(i - 300) FROM generate_series(1, 1000) i", keep, &seen);
    seen.n = 0;
    net_until(net, copy);
    assert_int_equal(task_state(copy), TASK_FAILED);
    task_drop(copy);
    query = pg_query(pg, "SELECT 1", NULL, 0);
    net_until(net, query);
    assert_int_equal(task_state(query), TASK_OK);
    task_drop(query);
    pg_close(pg);
}

static bool keep_binary(void *ctx, char *line, size_t bytes, struct err *e)
{
    struct seen *s = ctx;
    const char *end = line + bytes;
    char *field = NULL;
    size_t n = 0;
    if (s->n == 64 || !copy_field_binary(&line, end, &field, &n) || n >= sizeof s->text[0])
        return err_set(e, ERR_BUG, "too many rows, or no field");
    memcpy(s->text[s->n], field ? field : "NULL", field ? n : 4);
    s->text[s->n++][field ? n : 4] = '\0';
    if (!copy_field_binary(&line, end, &field, &n) || n != 4 || field[3] != '\n' || line != end)
        return err_set(e, ERR_BUG, "not ten, and the end");
    return true;
}

/* A row may end in what is a line break in the other format. */
static void test_server_binary(void **state)
{
    static struct seen seen;
    static const char ten[] = "SELECT CASE WHEN i = 10 THEN NULL ELSE chr(i) || chr(92) || chr(10) "
                              "END, 10 FROM generate_series(1, 60) i ORDER BY i";
    (void)state;
    struct pg_options o = {.dsn = server_admin("postgres")};
    struct task *t = pg_connect(net, &o);
    net_until(net, t);
    struct pg *pg = pg_take(t);
    task_drop(t);
    t = pg_copy_binary(pg, ten, keep_binary, &seen);
    struct task *text = pg_copy(pg, "SELECT 'etter'", keep, &seen); /* as it comes */
    net_until(net, t);
    net_until(net, text);
    assert_int_equal(task_state(t), TASK_OK);
    assert_int_equal(seen.n, 61);
    assert_string_equal(seen.text[0], "\1\\\n");
    assert_string_equal(seen.text[9], "NULL");
    assert_string_equal(seen.text[59], "<\\\n");
    assert_string_equal(seen.text[60], "etter");
    task_drop(t);
    task_drop(text);
    t = pg_copy_binary(pg, "SELECT 1, 2 WHERE false", keep_binary, &seen);
    net_until(net, t);
    assert_int_equal(task_state(t), TASK_OK);
    assert_int_equal(seen.n, 61);
    task_drop(t);
    t = pg_copy_binary(pg, "SELECT 1 / (i - 30), 10 FROM generate_series(1, 60) i", keep_binary,
                       &(struct seen){.n = 0});
    net_until(net, t);
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_string_equal(task_error(t)->reason, "22012");
    task_drop(t);
    pg_close(pg);
}

/* The server's words about data are the data: they stay where they are. */
static void test_what_is_refused_tells_no_value(void **state)
{
    (void)state;
    static const char *const asked[] = {
        "SELECT '15907610036 x'::int", "SELECT '{\"fnr\": 15907610036'::json",
        "DO $$BEGIN RAISE EXCEPTION 'fnr 15907610036' USING HINT = '15907610036'; END$$",
        "DO $$BEGIN RAISE EXCEPTION 'fnr 15907610036' USING ERRCODE = '42501'; END$$"};
    struct pg_options o = {.dsn = server_admin("postgres")};
    struct task *t = pg_connect(net, &o);
    net_until(net, t);
    struct pg *pg = pg_take(t);
    task_drop(t);
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        t = pg_query(pg, asked[i], NULL, 0);
        net_until(net, t);
        assert_int_equal(task_state(t), TASK_FAILED);
        const struct err *e = task_error(t);
        assert_null(strstr(e->why, "159076"));
        assert_null(strstr(e->hint, "159076"));
        assert_null(strstr(e->resource, "159076"));
        assert_non_null(strstr(e->why, "SQLSTATE"));
        task_drop(t);
    }
    t = pg_query(pg, "SELECT * FROM borte", NULL, 0); /* what it says of objects is told */
    net_until(net, t);
    assert_non_null(strstr(task_error(t)->why, "borte"));
    task_drop(t);
    pg_close(pg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_fields), cmocka_unit_test(test_server),
                                       cmocka_unit_test(test_binary_fields),
                                       cmocka_unit_test(test_server_binary),
                                       cmocka_unit_test(test_what_is_refused_tells_no_value)};
    struct err e;
    server_start("");
    net = net_open(&e);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    net_close(net);
    return failed;
}
