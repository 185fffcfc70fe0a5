/* Names there and back: what quote.h writes is what PostgreSQL reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/str.h"
#include "api/files/quote.h"
#include "tests/integration/migrations_world.h"

#include <stdio.h>
#include <string.h>

static const char *const names[] = {
    "a",
    "A",
    "Stor",
    "postmottak-backend",
    "--",
    "a--b",
    "; DROP TABLE x; --",
    "'",
    "''",
    "\"",
    "\"\"",
    "a\"b'c",
    "\\",
    "\\'",
    "\\\\",
    "E'x'",
    "$$",
    "$tag$",
    "${x}",
    "%s%n",
    "a.b",
    "a b",
    " ",
    " a",
    "a ",
    "*",
    "/* x */",
    "(",
    ")",
    "select",
    "user",
    "null",
    "true",
    "1",
    "1a",
    "_",
    "*/",
    "blåbærsyltetøy",
    "ÆØÅ",
    "日本語",
    "e\xCC\x81",
    "\xF0\x9F\xAB\x90",
    "a,b",
    "a=b",
    "{a}",
    "[a]",
    "U&\"x\"",
    "a\xE2\x80\x8B"
    "b",
    "\xC2\xA0",
    "012345678901234567890123456789012345678901234567890123456789012",
    "ååååååååååååååååååååååååååååååå", /* 62 bytes */
    "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\""
    "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\""};

static const char *const refused[] = {
    "",
    "a\nb",
    "a\rb",
    "\n",
    "a\tb",
    "\x01",
    "\x7f",
    "a\xE2\x80\xA8",
    "a\xC2\x85",
    "\xff",
    "0123456789012345678901234567890123456789012345678901234567890123",
    "åååååååååååååååååååååååååååååååå"};

enum { N_NAMES = sizeof names / sizeof names[0], N_REFUSED = sizeof refused / sizeof refused[0] };

static const char *hex(const char *text)
{
    struct str out = {0};
    for (; *text; text++)
        str_printf(&out, "%02x", (unsigned char)*text);
    const char *copy = arena_str(&mem, str_text(&out));
    str_done(&out);
    return copy;
}

/* Compared as bytes, so that nothing of the comparison passes through quoting. */
static void test_literals(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_NAMES; i++) {
        const char *sql = arena_printf(&mem, "SELECT encode(convert_to(%s, 'UTF8'), 'hex')",
                                       quoted(quote_literal, names[i]));
        assert_string_equal(ask(sql), hex(names[i]));
        tell("SET standard_conforming_strings = off"); /* of that connection alone */
        sql = arena_printf(&mem, "SET standard_conforming_strings = off; %s", sql);
        assert_string_equal(ask(sql), hex(names[i]));
    }
}

static void test_tables(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_NAMES; i++) {
        const char *name = quoted(quote_ident, names[i]);
        tell(arena_printf(&mem, "CREATE SCHEMA IF NOT EXISTS s; DROP TABLE IF EXISTS s.%s", name));
        tell(arena_printf(&mem, "CREATE TABLE s.%s (%s int)", name, name));
        const char *sql = arena_printf(
            &mem,
            "SELECT encode(convert_to(c.relname || '/' || a.attname, 'UTF8'), 'hex') FROM pg_class "
            "c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = 1 WHERE c.oid = "
            "%s::regclass",
            quoted(quote_literal, arena_printf(&mem, "s.%s", name)));
        assert_string_equal(ask(sql), arena_printf(&mem, "%s2f%s", hex(names[i]), hex(names[i])));
    }
    assert_string_equal(ask("SELECT count(*) FROM pg_tables WHERE schemaname = 's'"),
                        arena_printf(&mem, "%d", (int)N_NAMES));
}

/* Inside a DO block, as the migrations write them. */
static void test_roles(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_NAMES; i++) {
        const char *name = quoted(quote_ident, names[i]);
        if (str_eq(names[i], APP))
            continue; /* it is there */
        tell(arena_printf(&mem, "DO $strom9$ BEGIN CREATE ROLE %s; END $strom9$", name));
        assert_true(yes(arena_printf(&mem, "SELECT EXISTS(SELECT FROM pg_roles WHERE rolname = %s)",
                                     quoted(quote_literal, names[i]))));
        tell(arena_printf(&mem, "DROP ROLE %s", name));
    }
}

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_REFUSED; i++) {
        struct str out = {0};
        struct err e = {0};
        assert_false(quote_ident(&out, refused[i], &e));
        assert_int_equal(e.kind, ERR_INPUT);
        assert_int_equal(out.bytes, 0);
        str_done(&out);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {TEST(test_literals), TEST(test_tables), TEST(test_roles),
                                       TEST(test_refused)};
    return cmocka_run_group_tests(tests, start, stop);
}
