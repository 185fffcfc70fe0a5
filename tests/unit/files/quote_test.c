/* What is quoted is read back by those who will read it: /bin/sh, libyaml, and PostgreSQL's rules.
 * (The real PostgreSQL reads the same names in tests/integration/migrations_test.c.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/str.h"
#include "api/files/quote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

static const char *const harmless[] = {
    "postmottak-backend",
    "a",
    "\"",
    "''",
    "a'b\"c",
    "$x `id` $(id) !!",
    "\\",
    "\\'",
    "a\\nb",
    "--",
    "; DROP TABLE x",
    "*",
    "blåbærsyltetøy",
    "\xE6\x97\xA5\xE6\x9C\xAC",
    " ",
    "a b",
    "on",
    "No",
    "null",
    "~",
    "1.5",
    "0x1F",
    "2024-01-02",
    "{a}",
    "[a]",
    "a: b",
    "a #b",
    "&a",
    "*a",
    "!a",
    "|",
    ">",
    "%a",
    "@a",
    "- a",
    "?",
    ":",
    "=",
    "<<",
    "true",
    "y",
    "x'y",
    "${HOME}",
    "{{t}}",
    "%s%n",
    "012345678901234567890123456789012345678901234567890123456789012"};

static const char *const refused[] = {"a\nb",
                                      "a\rb",
                                      "\n",
                                      "a\tb",
                                      "\x1b[2J",
                                      "a\x7f",
                                      "a\xC2\x85 b",
                                      "a\xE2\x80\xA8 b",
                                      "a\xE2\x80\xA9 b",
                                      "a\xff",
                                      "\xC3",
                                      "\xC0\x80",
                                      "a\xEF\xBF\xBE"};

enum {
    N_HARMLESS = sizeof harmless / sizeof harmless[0],
    N_REFUSED = sizeof refused / sizeof refused[0]
};

typedef bool quoting(struct str *out, const char *text, struct err *e);

static void refuses(quoting *quote, const char *text)
{
    struct str out = {0};
    struct err e = {0};
    str_add(&out, "x");
    assert_false(quote(&out, text, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_string_equal(str_text(&out), "x");
    str_done(&out);
}

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_REFUSED; i++) {
        refuses(quote_ident, refused[i]);
        refuses(quote_literal, refused[i]);
        refuses(quote_yaml, refused[i]);
        refuses(quote_shell, refused[i]);
        refuses(quote_hcl, refused[i]);
    }
    refuses(quote_ident, "");
    refuses(quote_ident, "0123456789012345678901234567890123456789012345678901234567890123");
    struct str out = {0};
    struct err e;
    assert_false(quote_table(&out, "public", "a\nb", &e));
    assert_false(quote_table(&out, "", "a", &e));
    assert_string_equal(str_text(&out), "");
    str_done(&out);
}

static void test_sql(void **state)
{
    (void)state;
    struct str out = {0};
    struct err e;
    assert_true(quote_ident(&out, "postmottak-backend", &e));
    assert_string_equal(str_text(&out), "\"postmottak-backend\"");
    str_clear(&out);
    assert_true(quote_table(&out, "a\"b", "c.d", &e));
    assert_string_equal(str_text(&out), "\"a\"\"b\".\"c.d\"");
    str_clear(&out);
    assert_true(quote_literal(&out, "it's", &e));
    assert_string_equal(str_text(&out), "'it''s'");
    str_clear(&out);
    assert_true(quote_literal(&out, "a\\'b", &e));
    assert_string_equal(str_text(&out), "E'a\\\\''b'");
    str_done(&out);
}

/* Undoes the doubling, as PostgreSQL's lexer does. */
static void reads_back(const char *quoted, char quote, bool backslash, const char *expected)
{
    char got[256];
    size_t n = 0;
    const char *p = quoted;
    assert_int_equal(*p++, quote);
    for (; !(*p == quote && p[1] != quote); p++) {
        assert_true(*p != '\0' && n < sizeof got - 1);
        if (*p == quote || (backslash && *p == '\\'))
            p++;
        got[n++] = *p;
    }
    got[n] = '\0';
    assert_string_equal(p + 1, "");
    assert_string_equal(got, expected);
}

static void test_sql_round_trip(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_HARMLESS; i++) {
        struct str out = {0};
        struct err e;
        assert_true(quote_ident(&out, harmless[i], &e));
        reads_back(str_text(&out), '"', false, harmless[i]);
        str_clear(&out);
        assert_true(quote_literal(&out, harmless[i], &e));
        bool escaped = str_text(&out)[0] == 'E';
        reads_back(str_text(&out) + escaped, '\'', escaped, harmless[i]);
        str_done(&out);
    }
}

static void test_yaml_round_trip(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_HARMLESS; i++) {
        struct str out = {0};
        struct err e;
        str_add(&out, "key: ");
        assert_true(quote_yaml(&out, harmless[i], &e));
        yaml_parser_t p;
        yaml_document_t doc;
        assert_int_equal(yaml_parser_initialize(&p), 1);
        yaml_parser_set_input_string(&p, (const unsigned char *)str_text(&out), out.bytes);
        assert_int_equal(yaml_parser_load(&p, &doc), 1);
        const yaml_node_t *root = yaml_document_get_root_node(&doc);
        const yaml_node_t *value =
            yaml_document_get_node(&doc, root->data.mapping.pairs.start->value);
        assert_int_equal(value->type, YAML_SCALAR_NODE);
        assert_string_equal((const char *)value->data.scalar.value, harmless[i]);
        yaml_document_delete(&doc);
        yaml_parser_delete(&p);
        str_done(&out);
    }
}

static void test_yaml_words_are_quoted(void **state)
{
    (void)state;
    static const char *const words[] = {"on", "No", "YES", "null", "True", "off",       "y",
                                        "N",  "1",  "1.5", "-",    "",     "2024-01-02"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct str out = {0};
        struct err e;
        assert_true(quote_yaml(&out, words[i], &e));
        assert_int_equal(str_text(&out)[0], '"');
        str_done(&out);
    }
    struct str out = {0};
    struct err e;
    assert_true(quote_yaml(&out, "datastream", &e));
    assert_string_equal(str_text(&out), "datastream");
    str_done(&out);
}

/* Undoes it as Terraform's reader does, which takes ${ and %{ for a template before it looks at
 * escapes. */
static void hcl_reads_back(const char *quoted, const char *expected)
{
    char got[256];
    size_t n = 0;

    assert_int_equal(quoted[0], '"');
    for (const char *c = quoted + 1; *c; c++) {
        assert_false((*c == '$' || *c == '%') && c[1] == '{');
        if (*c == '"') {
            assert_int_equal(c[1], '\0');
            break;
        }
        if (c[0] == '\\' && c[1] == 'u') {
            got[n++] = strncmp(c, "\\u0024", 6) == 0 ? '$' : '%';
            c += 5;
        } else {
            c += *c == '\\';
            got[n++] = *c;
        }
    }
    got[n] = '\0';
    assert_string_equal(got, expected);
}

static void test_hcl(void **state)
{
    static const char *const templates[] = {"${x}", "$${x}", "$$${x}", "%{if}", "a%%{b",
                                            "$",    "%",     "\\${x}", "\"${x}"};
    struct str out = {0};
    struct err e;
    (void)state;
    for (size_t i = 0; i < N_HARMLESS; i++) {
        str_clear(&out);
        assert_true(quote_hcl(&out, harmless[i], &e));
        hcl_reads_back(str_text(&out), harmless[i]);
    }
    for (size_t i = 0; i < sizeof templates / sizeof *templates; i++) {
        str_clear(&out);
        assert_true(quote_hcl(&out, templates[i], &e));
        hcl_reads_back(str_text(&out), templates[i]);
    }
    str_done(&out);
}

static void test_shell_round_trip(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_HARMLESS; i++) {
        struct str command = {0};
        struct err e;
        char got[256] = "";
        str_add(&command, "printf '%s.' ");
        assert_true(quote_shell(&command, harmless[i], &e));
        FILE *f = popen(str_text(&command), "r");
        assert_non_null(f);
        size_t n = fread(got, 1, sizeof got - 1, f);
        assert_int_equal(pclose(f), 0);
        assert_true(n > 0 && got[n - 1] == '.');
        got[n - 1] = '\0';
        assert_string_equal(got, harmless[i]);
        str_done(&command);
    }
    struct str out = {0};
    struct err e;
    assert_true(quote_shell(&out, "", &e));
    assert_string_equal(str_text(&out), "''");
    str_clear(&out);
    assert_true(quote_shell(&out, "--to", &e));
    assert_string_equal(str_text(&out), "--to");
    str_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_sql),
        cmocka_unit_test(test_sql_round_trip),
        cmocka_unit_test(test_yaml_round_trip),
        cmocka_unit_test(test_yaml_words_are_quoted),
        cmocka_unit_test(test_hcl),
        cmocka_unit_test(test_shell_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
