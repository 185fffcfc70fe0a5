/* The .case files of tests/cases/migrations: the facts, and the files that come of them (or the
 * refusal). STROM_WRITE_CASES=1 writes what came out, to be read before it is believed. That the
 * SQL runs is shown by tests/integration/migrations_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/files/each_case.h"
#include "tests/unit/files/migrations_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER TOLD_FOLDER

static void answer(const struct told *c, struct str *out)
{
    struct arena a;
    struct migration_set set;
    struct err e = {0};
    arena_init(&a);
    bool ok = told_run(c, &a, &set, &e);
    if (!ok) {
        assert_int_equal(e.kind, ERR_INPUT);
        str_printf(out, "=== refused\n%s\n", e.why);
    }
    for (size_t i = 0; ok && i < set.n_files; i++) {
        assert_true(str_starts(set.files[i].path, "src/main/resources/flyway/V"));
        assert_true(str_ends(set.files[i].path, set.files[i].name));
        str_printf(out, "=== %s (%s)\n%s", set.files[i].name, set.files[i].does, set.files[i].sql);
    }
    arena_done(&a);
}

static void check_case(const char *name)
{
    char path[1024];
    struct str file = {0}, got = {0};
    struct err e;
    struct told c;
    snprintf(path, sizeof path, "%s%s", FOLDER, name);
    assert_true(path_read(path, MOST_BYTES, &file, &e));
    char *expected = strstr(file.text, "===");
    size_t facts = expected ? (size_t)(expected - file.text) : file.bytes;
    char *head = calloc(1, facts + 1);
    memcpy(head, file.text, facts);
    told_read(&c, head);
    answer(&c, &got);
    if (getenv("STROM_WRITE_CASES")) {
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fprintf(f, "%.*s%s", (int)facts, file.text, str_text(&got));
        fclose(f);
    } else if (!str_eq(str_text(&got), expected ? expected : "")) {
        fail_msg("%s gave:\n%s", name, str_text(&got));
    }
    free(head);
    str_done(&file);
    str_done(&got);
}

static void test_cases(void **state)
{
    (void)state;
    assert_true(each_case(FOLDER, check_case) >= 25);
}

/* --- versions --- */

static void test_versions_are_compared(void **state)
{
    (void)state;
    assert_int_equal(migrations_compare("1.9", "1.51"), -1);
    assert_int_equal(migrations_compare("1.51", "1.9"), 1);
    assert_int_equal(migrations_compare("1", "1.0.0"), 0);
    assert_int_equal(migrations_compare("1_51", "1.51"), 0);
    assert_int_equal(migrations_compare("007", "7"), 0);
    assert_int_equal(migrations_compare("99999999999999999998", "99999999999999999999"), -1);
    assert_int_equal(migrations_compare("10", "9"), 1);
    assert_int_equal(migrations_compare("", ""), 0);
}

static void follows(const char *last, const char *recorded, int n, const char *expected)
{
    struct arena a;
    arena_init(&a);
    struct migrations_folder f = {.last = last};
    assert_string_equal(migrations_version(&a, &f, recorded, n, 1767323045), expected);
    arena_done(&a);
}

static void test_next_versions(void **state)
{
    (void)state;
    follows("1.50", NULL, 1, "1.51");
    follows("1.50", NULL, 2, "1.52");
    follows("1_50", NULL, 1, "1_51");
    follows("1.9", NULL, 1, "1.10");
    follows("3", NULL, 1, "4");
    follows("003", NULL, 1, "004");
    follows("099", NULL, 1, "100");
    follows("99", NULL, 1, "100");
    follows("1.0.0", NULL, 1, "1.0.1");
    follows(NULL, NULL, 1, "1");
    follows(NULL, NULL, 2, "2");
    follows("3", "5", 1, "6");
    follows("7", "5", 1, "8");
    follows("7", "", 1, "8");
    follows("7", "9; DROP", 1, "8");
    follows("99999999999999999999", NULL, 1, "100000000000000000000");
    follows("20240131120000", NULL, 1, "20260102030405");
    follows("20240131120000", NULL, 2, "20260102030406");
    follows("202401311200", NULL, 2, "202601020305");
    follows("20240131", NULL, 1, "20260102");
    follows("20240131", NULL, 2, "20260102.1");
    follows("20240131", NULL, 3, "20260102.2");
    follows("20260102", NULL, 1, "20260102.1");
    follows("20260102", NULL, 2, "20260102.2");
    follows("20260102.3", NULL, 1, "20260102.4");
    follows("20260102_09", NULL, 1, "20260102_10");
    follows("20240131_2", NULL, 2, "20260102_2");
    follows("20240131_1200", NULL, 1, "20260102_0304");
    follows("20240131_120000", NULL, 2, "20260102_030406");
    follows("2024.01.31", NULL, 1, "2026.01.02");
    follows("2024.01.31", NULL, 2, "2026.01.02.1");
    follows("2024.01.31.1200", NULL, 2, "2026.01.02.0305");
    follows("2024_01_31_12_00_00", NULL, 1, "2026_01_02_03_04_05");
    follows("20241301", NULL, 1, "20241302"); /* no such month: a number */
    follows("12345678", NULL, 1, "12345679");
    follows("20.240131", NULL, 1, "20.240132");
    follows("2024.1", NULL, 1, "2024.2");
    follows("1.20240131", NULL, 1, "1.20240132");
    follows("3", "20240131120000", 1, "20260102030405");
    follows("20990131120000", NULL, 1, "20990131120001");
    follows("20990131120000", NULL, 2, "20990131120002");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_versions_are_compared),
        cmocka_unit_test(test_next_versions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
