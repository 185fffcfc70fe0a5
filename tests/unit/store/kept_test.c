#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/store/kept.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void sets_and_gets(void **state)
{
    struct kept *k = kept_new();

    (void)state;
    kept_set_text(k, "b", "text");
    kept_set_int(k, "a", INT64_MIN);
    kept_set_bool(k, "c", true);
    assert_string_equal(kept_text(k, "b", "?"), "text");
    assert_true(kept_int(k, "a", 0) == INT64_MIN);
    assert_true(kept_bool(k, "c", false));
    /* missing, and of another type */
    assert_string_equal(kept_text(k, "a", "?"), "?");
    assert_int_equal(kept_int(k, "b", 7), 7);
    assert_false(kept_bool(k, "x", false));
    assert_int_equal(kept_int(NULL, "x", 3), 3);
    assert_null(kept_text(NULL, "x", NULL));
    assert_int_equal(kept_count(k), 3);
    assert_string_equal(kept_key(k, 0), "a");
    assert_string_equal(kept_key(k, 2), "c");
    assert_null(kept_key(k, 3));
    kept_set_text(k, "b", NULL);
    assert_false(kept_has(k, "b"));
    kept_set_text(k, "c", "now a text");
    assert_string_equal(kept_text(k, "c", ""), "now a text");
    kept_set_text(k, "c", kept_text(k, "c", "")); /* its own text */
    kept_set_text(k, kept_key(k, 0), "own key");
    assert_string_equal(kept_text(k, "a", ""), "own key");
    kept_free(k);
    kept_free(NULL);
}

static void removes_under(void **state)
{
    struct kept *k = kept_new();

    (void)state;
    kept_set_int(k, "table", 0);
    kept_set_int(k, "table.a", 1);
    kept_set_int(k, "table.b", 2);
    kept_set_int(k, "tablf", 3);
    assert_int_equal(kept_first_under(k, "table."), 1);
    kept_remove_under(k, "table.");
    assert_int_equal(kept_count(k), 2);
    assert_true(kept_has(k, "table") && kept_has(k, "tablf"));
    kept_remove_under(k, "nothing");
    assert_int_equal(kept_count(k), 2);
    kept_remove_under(k, "");
    assert_int_equal(kept_count(k), 0);
    kept_remove(k, "x");
    kept_free(k);
}

/* Against a simple array: random keys set and removed, order and contents must agree. */
static void random_changes(void **state)
{
    struct kept *k = kept_new();
    int64_t model[200];
    char key[16];
    unsigned seed = 7;

    (void)state;
    memset(model, -1, sizeof model);
    for (int i = 0; i < 20000; i++) {
        seed = seed * 1103515245U + 12345U;
        unsigned at = (seed >> 16) % 200;
        snprintf(key, sizeof key, "k%03u", at);
        if ((seed >> 8) % 3 == 0) {
            kept_remove(k, key);
            model[at] = -1;
        } else {
            kept_set_int(k, key, i);
            model[at] = i;
        }
    }
    size_t n = 0;
    for (unsigned at = 0; at < 200; at++) {
        snprintf(key, sizeof key, "k%03u", at);
        assert_int_equal(kept_int(k, key, -1), model[at]);
        if (model[at] >= 0)
            assert_string_equal(kept_key(k, n++), key);
    }
    assert_int_equal(kept_count(k), n);
    kept_free(k);
}

static void as_text(void **state)
{
    struct kept *k = kept_new(), *back;
    struct str text = {0};
    struct err e;

    (void)state;
    kept_set_text(k, "søk", "a\"b\n\x01 æ");
    kept_set_int(k, "n", 9007199254740993);
    kept_set_bool(k, "open", true);
    kept_set_text(k, "", "");
    kept_write(k, &text);
    assert_string_equal(
        text.text,
        "{\"\":\"\",\"n\":9007199254740993,\"open\":true,\"søk\":\"a\\\"b\\n\\u0001 æ\"}");
    back = kept_read(text.text, text.bytes, &e);
    assert_non_null(back);
    assert_true(kept_eq(k, back));
    kept_set_int(back, "n", 1);
    assert_false(kept_eq(k, back));
    kept_free(back);
    back = kept_dup(k);
    assert_true(kept_eq(k, back));
    kept_free(back);
    kept_free(k);
    str_done(&text);
}

static void reads_what_others_wrote(void **state)
{
    static const char *const bad[] = {"", "[]", "1", "{", "{\"a\":}", "null", "{\"a\":1}x"};
    static const char odd[] =
        "{\"a\":1.5,\"b\":null,\"c\":[1],\"d\":{\"e\":1},\"f\":1e300,\"g\":-3}";
    struct err e;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_null(kept_read(bad[i], strlen(bad[i]), &e));
        assert_int_equal(e.kind, ERR_INPUT);
    }
    struct kept *k = kept_read(odd, strlen(odd), &e);
    assert_int_equal(kept_count(k), 1);
    assert_int_equal(kept_int(k, "g", 0), -3);
    kept_free(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_and_gets),           cmocka_unit_test(removes_under),
        cmocka_unit_test(random_changes),          cmocka_unit_test(as_text),
        cmocka_unit_test(reads_what_others_wrote),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
