#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/arena.h"
#include "api/base/safe.h"
#include "api/base/str.h"
#include "api/base/utf8.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

/* --- utf8 --- */

static void decodes(void **state)
{
    static const struct {
        const char *bytes;
        size_t used;
        uint32_t cp;
    } cases[] = {
        {"a", 1, 'a'},
        {"\x7f", 1, 0x7F},
        {"\xc2\x80", 2, 0x80},
        {"å", 2, 0xE5},
        {"€", 3, 0x20AC},
        {"\xef\xbf\xbf", 3, 0xFFFF},
        {"\xf0\x90\x80\x80", 4, 0x10000},
        {"\xf4\x8f\xbf\xbf", 4, 0x10FFFF},
        {"\x80", 1, UINT32_MAX},     /* a tail alone */
        {"\xc0\x80", 1, UINT32_MAX}, /* too long */
        {"\xc1\xbf", 1, UINT32_MAX},
        {"\xe0\x9f\xbf", 1, UINT32_MAX},
        {"\xf0\x8f\xbf\xbf", 1, UINT32_MAX},
        {"\xed\xa0\x80", 1, UINT32_MAX}, /* a surrogate */
        {"\xf4\x90\x80\x80", 1, UINT32_MAX},
        {"\xf5\x80\x80\x80", 1, UINT32_MAX},
        {"\xff", 1, UINT32_MAX},
        {"\xe2\x82", 1, UINT32_MAX}, /* cut off */
        {"\xe2"
         "a\x82",
         1, UINT32_MAX},
        {"", 0, UINT32_MAX},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t cp;
        size_t n = strlen(cases[i].bytes);
        assert_int_equal(utf8_next(cases[i].bytes, n, &cp), cases[i].used);
        assert_int_equal(cp, cases[i].cp);
        assert_int_equal(utf8_valid(cases[i].bytes, n), cp != UINT32_MAX || n == 0);
    }
    for (uint32_t cp = 1; cp < 0x110000; cp += 7) { /* there and back */
        char out[4];
        uint32_t back;
        size_t n = utf8_put(out, cp);
        if (cp >= 0xD800 && cp < 0xE000) {
            assert_int_equal(n, 0);
            continue;
        }
        assert_int_equal(utf8_next(out, n, &back), n);
        assert_int_equal(back, cp);
    }
    assert_int_equal(utf8_put((char[4]){0}, 0x110000), 0);
    assert_true(utf8_valid("a\0b", 3));
}

static void widths(void **state)
{
    static const struct {
        const char *text;
        int columns;
    } cases[] = {
        {"", 0},          {"abc", 3},
        {"æøå ÆØÅ", 7},   {"A\xCC\x8A", 1},
        {"漢字", 4},      {"e\xCC\x81t", 2},
        {"한", 2},        {"ｆ", 2},
        {"\xff", 1},      {"a\tb", -1},
        {"\x1b[31m", -1}, {"\x7f", -1},
        {"\xc2\x85", -1}, {"\xf0\x9f\x98\x80", 2},
        {"…", 1},
    };

    (void)state;
    for (int pass = 0; pass < 2; pass++) { /* in the C locale, and in one that knows UTF-8 */
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            if (utf8_width(cases[i].text) != cases[i].columns)
                fail_msg("'%s': %d", cases[i].text, utf8_width(cases[i].text));
        if (!setlocale(LC_CTYPE, "C.UTF-8"))
            break;
    }
    setlocale(LC_CTYPE, "C");
}

static void folds(void **state)
{
    static const struct {
        const char *text, *folded;
    } cases[] = {
        {"", ""},
        {"ABC_1-x", "abc_1-x"},
        {"Ærlig ØST Åse", "aerlig ost ase"},
        {"æøå", "aeoa"},
        {"A\xCC\x8A"
         "se",
         "ase"},               /* decomposed */
        {"\xE2\x84\xAB", "a"}, /* the sign for ångström */
        {"Haakon", "hakon"},
        {"Håkon", "hakon"},
        {"HAAKON", "hakon"},
        {"Paaå", "pa"},
        {"café CAFE\xCC\x81", "cafe cafe"},
        {"Straße", "strasse"},
        {"Đorđe Łódź", "dorde lodz"},
        {"ŋ ŧ", "n t"},
        {"ﬁ", "fi"},
        {"İ", "i"},
        {"a\xff"
         "b",
         "a\xEF\xBF\xBD"
         "b"},
        {"漢", "漢"},
    };
    char out[64];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n = utf8_fold(out, sizeof out, cases[i].text);
        assert_string_equal(out, cases[i].folded);
        assert_int_equal(n, strlen(cases[i].folded));
        char again[64];
        utf8_fold(again, sizeof again, out);
        assert_string_equal(again, out);
        for (size_t cap = 0; cap < n + 2; cap++) { /* cut anywhere, never beyond */
            char *exact = malloc(cap ? cap : 1);
            assert_int_equal(utf8_fold(exact, cap, cases[i].text), n);
            if (cap)
                assert_true(strlen(exact) < cap && strncmp(exact, out, strlen(exact)) == 0);
            free(exact);
        }
    }
}

/* Each spelling of a letter, typed whole or half, finds each other one. */
static void finds_spellings(void **state)
{
    static const char *const groups[][4] = {
        {"søknad", "soknad", "soeknad", "SØKNAD"},
        {"på_vent", "paa_vent", "pa_vent", "pa\xCC\x8A_vent"},
        {"ærlig", "aerlig", "ÆRLIG", "Aerlig"},
        {"bjørnøya", "bjornoya", "bjoernoeya", "bjørnoeya"},
        {"gjøre_håp", "gjoere_haap", "gjore_hap", "gjoere_håp"},
    };
    char typed[32], needle[32];
    (void)state;

    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++)
        for (int hay = 0; hay < 4; hay++)
            for (int by = 0; by < 4; by++)
                for (size_t n = 1; n <= strlen(groups[g][by]); n++) {
                    memcpy(typed, groups[g][by], n);
                    typed[n] = '\0';
                    if (!utf8_valid(typed, n))
                        continue;
                    utf8_fold(needle, sizeof needle, typed);
                    if (!utf8_contains(groups[g][hay], needle))
                        fail_msg("%s does not find %s", typed, groups[g][hay]);
                }
    assert_true(utf8_contains("søk", "oek"));
    assert_true(utf8_contains("noen", "en")); /* what stands there is found as it stands */
    assert_true(utf8_contains("poeng", "eng"));
    assert_true(utf8_contains("poeng", "poen"));
    assert_false(utf8_contains("sok", "sek"));
    assert_false(utf8_contains("so", "soek"));
    assert_false(utf8_contains("o", "oeo"));
}

static void finds(void **state)
{
    char *large = malloc(5001);

    (void)state;
    memset(large, 'b', 5000);
    memcpy(large + 4990, "\xc3\x85se", 4);
    large[5000] = '\0';
    assert_true(utf8_contains("innsender_FNR", "fnr"));
    assert_true(utf8_contains("Ærlig", "aer"));
    assert_true(utf8_contains("Håkon", "hak"));
    assert_true(utf8_contains("Haakon", "hak"));
    assert_true(utf8_contains("x", ""));
    assert_true(utf8_contains("", ""));
    assert_false(utf8_contains("", "a"));
    assert_false(utf8_contains("abc", "abcd"));
    assert_true(utf8_contains(large, "ase"));
    free(large);
}

/* --- safe --- */

static void made_harmless(void **state)
{
    static const struct {
        const char *text, *safe;
    } cases[] = {
        {"", ""},
        {"plain æøå 漢 \xf0\x9f\x98\x80 \\", "plain æøå 漢 \xf0\x9f\x98\x80 \\"},
        {"\x1b[31m", "\\x1b[31m"},
        {"a\nb\tc\r", "a\\x0ab\\x09c\\x0d"},
        {"\x01\x1f\x7f", "\\x01\\x1f\\x7f"},
        {"\xc2\x85\xc2\x9b"
         "31m",
         "\\x85\\x9b31m"},
        {"\xe2\x80\xae"
         "abc\xe2\x80\xac",
         "\\u202eabc\\u202c"},
        {"\xe2\x81\xa6x\xe2\x81\xa9", "\\u2066x\\u2069"},
        {"\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c", "\\u200e\\u200f\\u061c"},
        {"a\xe2\x80\x8b"
         "b\xe2\x80\x8d\xe2\x81\xa0\xef\xbb\xbf",
         "a\\u200bb\\u200d\\u2060\\ufeff"},
        {"\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029"},
        {"\xc2\xad", "\\xad"},
        {"\xf3\xa0\x81\x81", "\\U000e0041"},
        {"\xf3\xa0\x84\x80", "\\U000e0100"},
        {"\xef\xb8\x8f", "\\ufe0f"},
        {"\xe3\x85\xa4", "\\u3164"},
        {"\xef\xbf\xbe", "\\ufffe"},
        {"\xf0\x9f\xbf\xbf", "\\U0001ffff"},
        {"\xff\xc3", "\\xff\\xc3"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
        {"\xc0\xaf", "\\xc0\\xaf"},
    };
    char out[128];
    struct arena a;

    (void)state;
    arena_init(&a);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n = safe_text(out, sizeof out, cases[i].text);
        assert_string_equal(out, cases[i].safe);
        assert_int_equal(n, strlen(cases[i].safe));
        assert_true(safe_is(out));
        assert_int_equal(safe_is(cases[i].text), strcmp(cases[i].text, cases[i].safe) == 0);
        const char *copy = safe_copy(&a, cases[i].text);
        assert_string_equal(copy, cases[i].safe);
        assert_int_equal(copy == cases[i].text, safe_is(cases[i].text));
    }
    assert_null(safe_copy(&a, NULL));
    assert_int_equal(safe_lines(out, sizeof out, "a\nb\x1b\r"), 11);
    assert_string_equal(out, "a\nb\\x1b\\x0d");
    arena_done(&a);
}

/* Cut at every length: never half a character, never half an escape, never anything behind the cut.
 */
static void cut_on_borders(void **state)
{
    static const char text[] = "å\x1b€\xf3\xa0\x81\x81z";
    static const size_t borders[] = {0, 2, 6, 9, 19, 20};

    (void)state;
    for (size_t cap = 0; cap < 25; cap++) {
        char *out = malloc(cap ? cap : 1);
        size_t expected = 0;
        assert_int_equal(safe_text(out, cap, text), 20);
        for (size_t i = 0; i < 6; i++)
            if (borders[i] < cap)
                expected = borders[i];
        if (cap)
            assert_int_equal(strlen(out), expected);
        free(out);
    }
}

/* Every byte and every pair: what comes out is harmless, and harmless text is unchanged. */
static void all_pairs(void **state)
{
    char text[3] = {0}, out[16];

    (void)state;
    for (int a = 1; a < 256; a++)
        for (int b = 0; b < 256; b++) {
            text[0] = (char)a;
            text[1] = (char)b;
            safe_text(out, sizeof out, text);
            assert_true(safe_is(out));
            for (const char *p = out; *p; p++)
                assert_true((unsigned char)*p >= 0x20 && *p != 0x7F);
        }
}

/* --- strings --- */

static void grows(void **state)
{
    struct str s = {0};

    (void)state;
    assert_string_equal(str_text(&s), "");
    str_add(&s, NULL);
    str_clear(&s);
    for (int i = 0; i < 1000; i++)
        str_printf(&s, "%d,", i);
    assert_int_equal(s.bytes, 3890);
    assert_true(str_starts(s.text, "0,1,2,") && str_ends(s.text, "998,999,"));
    str_addn(&s, "a\0b", 3);
    assert_int_equal(s.bytes, 3893);
    str_clear(&s);
    assert_string_equal(s.text, "");
    str_printf(&s, "%200s", "x");
    assert_int_equal(s.bytes, 200);
    str_done(&s);
    assert_string_equal(str_text(&s), "");
}

static void small_helpers(void **state)
{
    long long n = 5;
    char out[6];

    (void)state;
    assert_true(str_eq(NULL, NULL) && !str_eq(NULL, "") && str_eq("a", "a"));
    assert_true(str_starts("abc", "") && !str_starts(NULL, "") && !str_starts("a", "ab"));
    assert_true(str_ends("abc", "bc") && !str_ends("c", "bc") && !str_ends(NULL, ""));
    assert_true(str_is_empty(NULL) && str_is_empty("") && !str_is_empty("a"));
    assert_true(str_copy(out, sizeof out, "abcde"));
    assert_string_equal(out, "abcde");
    assert_false(str_copy(out, sizeof out, "abcdæ"));
    assert_string_equal(out, "abcd");
    assert_false(str_copy(out, sizeof out, "abc€"));
    assert_string_equal(out, "abc");
    assert_false(str_copy(out, 1, "x"));
    assert_string_equal(out, "");
    assert_true(str_copy(out, sizeof out, NULL));
    assert_true(str_int64("-12", -12, 12, &n) && n == -12);
    assert_true(str_int64("9223372036854775807", INT64_MIN, INT64_MAX, &n) && n == INT64_MAX);
    static const char *const bad[] = {"",
                                      "-",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "0x1",
                                      "1.0",
                                      "13",
                                      "-13",
                                      "9223372036854775808",
                                      "99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(str_int64(bad[i], -12, 12, &n));
    assert_false(str_int64(NULL, 0, 1, &n));
    assert_true(n == INT64_MAX); /* left alone */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes),         cmocka_unit_test(widths),
        cmocka_unit_test(folds),           cmocka_unit_test(finds),
        cmocka_unit_test(finds_spellings), cmocka_unit_test(made_harmless),
        cmocka_unit_test(cut_on_borders),  cmocka_unit_test(all_pairs),
        cmocka_unit_test(grows),           cmocka_unit_test(small_helpers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
