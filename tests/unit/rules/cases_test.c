/* The .case files of tests/cases/rules: tables with the verdict that each column shall get. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/path.h"
#include "api/base/str.h"
#include "api/rules/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 64, MOST_BYTES = 1 << 20 };

struct expected {
    char line[512];
    const char *name, *type, *verdict, *comment;
    size_t number;
};

struct block {
    char table[128];
    struct expected column[MOST_COLUMNS];
    size_t n;
};

static const char *file;
static int failures;

static char *trim(char *s)
{
    s += strspn(s, " \t");
    size_t n = strlen(s);
    while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
        s[--n] = '\0';
    return s;
}

static char *next_field(char **rest)
{
    if (*rest == NULL)
        return NULL;
    char *field = *rest;
    char *bar = strchr(field, '|');
    *rest = bar ? bar + 1 : NULL;
    if (bar)
        *bar = '\0';
    return trim(field);
}

static void said(const struct rules_verdict *v, char *out, size_t cap)
{
    size_t n = (size_t)snprintf(out, cap, "%s", rules_level_name(v->level));
    for (int c = 0; c < RULES_CATEGORIES; c++)
        if (v->categories & (UINT32_C(1) << c))
            n += (size_t)snprintf(out + n, cap - n, " %s",
                                  rules_category_name((enum rules_category)c));
    for (uint32_t i = 0; i < v->n_evidence; i++)
        n += (size_t)snprintf(out + n, cap - n, " [%s]", rules_rule_id(v->evidence[i].rule));
}

/* "special fnr": that level, and the category among those told. */
static bool agrees(const struct rules_verdict *v, const char *expected)
{
    if (str_eq(expected, "-")) /* a neighbour only */
        return true;
    char level[32] = "", category[32] = "";
    sscanf(expected, "%31s %31s", level, category);
    if (str_eq(level, "any"))
        return v->level != RULES_NONE && v->n_evidence > 0;
    if (rules_level_from(level) != (int)v->level)
        return false;
    if (v->level == RULES_NONE)
        return v->categories == 0 && v->n_evidence == 0;
    int wanted = rules_category_from(category);
    return wanted >= 0 && (v->categories & (UINT32_C(1) << wanted)) && v->n_evidence > 0;
}

static void check_column(const struct rules_table *t, const struct expected *x)
{
    struct rules_column c = {.name = x->name, .type = x->type, .comment = x->comment};
    struct rules_verdict v;
    rules_judge(t, &c, &v);
    if (agrees(&v, x->verdict))
        return;
    char got[256];
    said(&v, got, sizeof got);
    print_error("%s:%zu: %s (%s): expected %s, got %s\n", file, x->number, x->name, x->type,
                x->verdict, got);
    failures++;
}

static void check_block(struct block *b)
{
    if (b->n == 0)
        return;
    char *dot = strchr(b->table, '.');
    assert_non_null(dot);
    *dot = '\0';
    struct rules_table t;
    rules_table_of(&t, b->table, dot + 1, NULL);
    for (size_t i = 0; i < b->n; i++)
        rules_table_sibling(&t, b->column[i].name);
    for (size_t i = 0; i < b->n; i++)
        check_column(&t, &b->column[i]);
    b->n = 0;
}

static void add_column(struct block *b, const char *line, size_t number)
{
    assert_true(b->n < MOST_COLUMNS);
    struct expected *x = &b->column[b->n++];
    assert_true(str_copy(x->line, sizeof x->line, line));
    char *rest = x->line;
    x->number = number;
    x->name = next_field(&rest);
    x->type = next_field(&rest);
    x->verdict = next_field(&rest);
    x->comment = next_field(&rest);
    assert_non_null(x->verdict);
}

static size_t check_file(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/cases/rules/%s", TESTS_DIR, name);
    struct str text = {0};
    struct err e;
    assert_true(path_read(path, MOST_BYTES, &text, &e));
    file = name;
    static struct block b;
    b.n = 0;
    size_t number = 0, columns = 0;
    for (char *line = text.text; line && *line;) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        number++;
        if (line[0] == ' ') {
            add_column(&b, line, number);
            columns++;
        } else if (line[0] != '#' && line[0] != '\0') {
            check_block(&b);
            assert_true(str_copy(b.table, sizeof b.table, line));
        }
        line = end ? end + 1 : NULL;
    }
    check_block(&b);
    str_done(&text);
    return columns;
}

static void test_cases(void **state)
{
    static const char *const files[] = {"nav.case",  "english.case", "quiet.case",    "types.case",
                                        "wide.case", "schema.case",  "families.case", "forms.case"};
    (void)state;
    size_t columns = 0;
    failures = 0;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        columns += check_file(files[i]);
    print_message("%zu columns, %d not as expected\n", columns, failures);
    assert_true(columns > 1500);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
