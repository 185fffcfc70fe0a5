#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/json.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct json *parse(const char *text)
{
    struct err e;
    struct json *j = json_parse(text, strlen(text), &e);

    if (!j)
        fail_msg("%s: %s", text, e.why);
    return j;
}

static void refuses(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "empty"},
        {" \n\t", "empty"},
        {"{", "cut off"},
        {"[1", "cut off"},
        {"[1,", "cut off"},
        {"{\"a\"", "cut off"},
        {"{\"a\":", "cut off"},
        {"{\"a\":1", "cut off"},
        {"{a:1}", "double quotes"},
        {"{'a':1}", "double quotes"},
        {"{\"a\":1,}", "double quotes"},
        {"[1,]", "a value"},
        {"[1 2]", "comma"},
        {"[,1]", "a value"},
        {"{\"a\" 1}", "colon"},
        {"{1:2}", "double quotes"},
        {"1 2", "follows"},
        {"{} x", "follows"},
        {"nul", "a value"},
        {"nullx", "follows"},
        {"True", "a value"},
        {"NaN", "a value"},
        {"Infinity", "a value"},
        {"-", "without digits"},
        {"+1", "a value"},
        {"01", "leading zero"},
        {"-01", "leading zero"},
        {"1.", "without digits"},
        {".5", "a value"},
        {"1e", "without digits"},
        {"1e+", "without digits"},
        {"0x10", "follows"},
        {"1234567890123456789012345678901234567890123456789012345678901234", "more than 63"},
        {"\"a", "does not end"},
        {"\"a\\", "cut off"},
        {"\"\\x\"", "escape"},
        {"\"\\u12\"", "escape"},
        {"\"\\u12g4\"", "hexadecimal"},
        {"\"\\u0000\"", "NUL"},
        {"\"\\ud800\"", "surrogate"},
        {"\"\\ud800\\u0041\"", "surrogate"},
        {"\"\\udc00\"", "surrogate"},
        {"\"\\ud800\\udc0\"", "surrogate"},
        {"\"a\nb\"", "control"},
        {"\"a\tb\"", "control"},
        {"\"\xff\"", "UTF-8"},
        {"\"\xc3\"", "UTF-8"},
        {"\"\xc0\xaf\"", "UTF-8"},
        {"\"\xed\xa0\x80\"", "UTF-8"},
        {"\"\xf4\x90\x80\x80\"", "UTF-8"},
        {"\"\xe2\x82\"", "UTF-8"},
        {"// x\n1", "a value"},
        {"[1]/* x */", "follows"},
        {"\xC2\xA0[]", "a value"},
    };
    struct err e;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct json *j = json_parse(cases[i].text, strlen(cases[i].text), &e);
        if (j || !strstr(e.why, cases[i].why))
            fail_msg("'%s': %s", cases[i].text, j ? "accepted" : e.why);
        assert_int_equal(e.kind, ERR_INPUT);
    }
}

static void refuses_bytes_inside(void **state)
{
    struct err e;

    (void)state;
    assert_null(json_parse("[1]\0", 4, &e));
    assert_null(json_parse(NULL, 0, &e));
    assert_null(json_parse("\"a\0b\"", 5, &e));
    assert_null(json_parse("[1\0]", 4, &e));
    struct json *j = json_parse("[1]xyz", 3, &e); /* bytes counts, not the NUL */
    assert_non_null(j);
    json_free(j);
    /* no byte past the end is read: the sanitizer watches */
    static const char *const cut[] = {"{\"a\":[1,\"\\u00e6\",true", "\"\xe2\x82\xac\"", "-1.5e+10",
                                      "[null,false]"};
    for (size_t i = 0; i < sizeof cut / sizeof *cut; i++)
        for (size_t n = 0; n <= strlen(cut[i]); n++) {
            char *exact = malloc(n ? n : 1);
            memcpy(exact, cut[i], n);
            json_free(json_parse(exact, n, &e));
            free(exact);
        }
}

static void bounds(void **state)
{
    struct err e;
    char deep[2 * 66];
    struct json *j;

    (void)state;
    memset(deep, '[', 66);
    memset(deep + 66, ']', 66);
    j = json_parse(deep + 2, 128, &e); /* 64 deep */
    assert_non_null(j);
    json_free(j);
    assert_null(json_parse(deep, sizeof deep, &e));
    assert_non_null(strstr(e.why, "deeply"));
    assert_null(json_parse("1111", (size_t)JSON_MAX_BYTES + 1, &e));
    assert_non_null(strstr(e.why, "too large"));
}

static void says_the_line(void **state)
{
    static const char text[] = "{\n  \"a\": 1,\n  \"b\": [\n    tru\n  ]\n}\n";
    struct err e;

    (void)state;
    assert_null(json_parse(text, strlen(text), &e));
    assert_true(str_starts(e.why, "line 4:"));
    struct json *j = parse("{\n\"a\": 1,\n\n\"b\": [\n{\"c\":null}]}");
    assert_int_equal(json_line(j), 1);
    assert_int_equal(json_line(json_get(j, "a")), 2);
    assert_int_equal(json_line(json_get(j, "b")), 4);
    assert_int_equal(json_line(json_first(json_get(j, "b"))), 5);
    assert_int_equal(json_line(NULL), 0);
    json_free(j);
}

static void twice(void **state)
{
    static const char *const bad[] = {"{\"a\":1,\"a\":2}", "[{\"x\":{\"b\":1,\"c\":2,\"b\":3}}]",
                                      "{\"\\u0061\":1,\"a\":2}", "{\"\":1,\"\":1}"};
    static const char *const good[] = {"{\"a\":{\"a\":1}}", "[{\"a\":1},{\"a\":1}]",
                                       "{\"a\":1,\"A\":2}", "{}"};
    struct err e;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_null(json_parse_strict(bad[i], strlen(bad[i]), &e));
        assert_non_null(strstr(e.why, "twice"));
        json_free(parse(bad[i])); /* the other reader takes it */
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct json *j = json_parse_strict(good[i], strlen(good[i]), &e);
        assert_non_null(j);
        json_free(j);
    }
    static const char lines[] = "{\"a\":1,\n\"b\":2,\n\"a\":3}";
    assert_null(json_parse_strict(lines, strlen(lines), &e));
    assert_true(str_starts(e.why, "line 3:") && strstr(e.why, "\"a\""));
}

static void looks(void **state)
{
    struct json *j =
        parse("{\"s\":\"t\",\"o\":{\"p\":{\"q\":7}},\"a.b\":1,\"a\":{\"b\":2,\"c.d\":3},"
              "\"t\":true,\"n\":null,\"l\":[1,\"2\",[]],\"num\":\"42\",\"f\":1.5}");

    (void)state;
    assert_string_equal(json_string(j, "s"), "t");
    assert_null(json_string(j, "t"));
    assert_null(json_string(j, "none"));
    assert_string_equal(json_string_or(j, "none", "x"), "x");
    assert_int_equal(json_int64(j, "o.p.q", 0), 7);
    assert_int_equal(json_int64(j, "a.b", 0), 1); /* the key as it stands comes first */
    assert_int_equal(json_int64(j, "a.c.d", 0), 3);
    assert_int_equal(json_int64(j, "o.p.q.r", -1), -1);
    assert_null(json_get(j, "o..q"));
    assert_null(json_get(j, ""));
    assert_null(json_get(NULL, "x"));
    assert_true(json_bool(j, "t", false));
    assert_true(json_bool(j, "n", true));
    assert_true(json_is_null(json_get(j, "n")));
    assert_int_equal(json_int64(j, "num", 0), 42);
    assert_int_equal(json_int64(j, "f", -1), -1); /* not whole */
    assert_true(fabs(json_double(j, "f", 0) - 1.5) < 1e-12);
    assert_true(fabs(json_double(j, "num", 0) - 42) < 1e-12);
    assert_true(fabs(json_double(j, "s", 3) - 3) < 1e-12);
    assert_int_equal(json_count(json_get(j, "l")), 3);
    assert_int_equal(json_count(j), 9);
    assert_int_equal(json_count(json_get(j, "s")), 0);
    assert_int_equal(json_count(NULL), 0);
    size_t n = 0;
    for
        json_each(item, json_get(j, "l")) n += json_key(item) == NULL;
    assert_int_equal(n, 3);
    assert_string_equal(json_key(json_first(j)), "s");
    assert_null(json_first(json_get(j, "s")));
    json_free(j);
    json_free(NULL);
}

static void exact_numbers(void **state)
{
    static const struct {
        const char *text;
        int64_t value;
    } whole[] = {
        {"9007199254740993", 9007199254740993},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
        {"\"9223372036854775807\"", INT64_MAX},
        {"999999999999999", 999999999999999},
        {"1000000000000000", 1000000000000000},
        {"1e3", 1000},
        {"-0", 0},
        {"10.0", 10},
        {"9223372036854775808", 77}, /* too large: none */
        {"1e19", 77},
        {"1e400", 77},
        {"0.5", 77},
        {"\"12x\"", 77},
        {"\" 12\"", 77},
        {"\"\"", 77},
        {"true", 77},
        {"null", 77},
    };

    (void)state;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        struct json *j = parse(whole[i].text);
        if (json_as_int64(j, 77) != whole[i].value)
            fail_msg("%s", whole[i].text);
        json_free(j);
    }
}

static void prints_what_it_read(void **state)
{
    static const char *const same[] = {
        "{\"b\":1,\"a\":[1.50,-0,1e5,9007199254740993,1E+2,0.1],\"c\":{\"x\":null}}",
        "\"æøå € \xf0\x9f\x98\x80 \\\" \\\\ \\n\\t\\b\\f\\r\\u0001\\u007f\"",
        "[]",
        "{}",
        "[[],{},\"\"]",
        "true",
        "-1",
    };
    struct str out = {0};

    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        struct json *j = parse(same[i]);
        str_clear(&out);
        json_print(j, &out);
        assert_string_equal(out.text, same[i]);
        json_free(j);
    }
    struct json *j = parse("\xEF\xBB\xBF [ \"\\u00e5\\ud83d\\ude00\\/\" ] \r\n");
    str_clear(&out);
    json_print(j, &out);
    assert_string_equal(out.text, "[\"å\xf0\x9f\x98\x80/\"]");
    json_free(j);
    str_done(&out);
}

static void writes(void **state)
{
    struct str out = {0};
    struct json_out o;

    (void)state;
    json_begin(&o, &out, true);
    json_open_object(&o, NULL);
    json_put_int(&o, "version", 1);
    json_open_array(&o, "list");
    json_put_string(&o, NULL, "a\x01\xff");
    json_put_string(&o, NULL, NULL);
    json_put_double(&o, NULL, 0.1);
    json_put_double(&o, NULL, 1e300);
    json_put_double(&o, NULL, (double)NAN);
    json_put_double(&o, NULL, 5);
    json_close_array(&o);
    json_open_object(&o, "empty");
    json_close_object(&o);
    json_put_bool(&o, "no", false);
    json_close_object(&o);
    assert_string_equal(
        out.text,
        "{\n  \"version\": 1,\n  \"list\": [\n    \"a\\u0001\xEF\xBF\xBD\",\n    null,\n"
        "    0.1,\n    1e+300,\n    null,\n    5\n  ],\n  \"empty\": {},\n  \"no\": false\n}\n");
    str_clear(&out);
    json_begin(&o, &out, false);
    json_open_array(&o, NULL);
    json_put_int(&o, NULL, INT64_MIN);
    json_put_null(&o, NULL);
    json_close_array(&o);
    assert_string_equal(out.text, "[-9223372036854775808,null]");
    str_done(&out);
}

static bool run(const char *script, const char *folder)
{
    int status = -1;
    pid_t pid = fork();

    if (pid == 0) {
        execlp("sh", "sh", "-c", script, "sh", folder, (char *)NULL);
        _exit(127);
    }
    return waitpid(pid, &status, 0) == pid && status == 0;
}

/* Where none is installed, one is made; the C library looks into LOCPATH. */
static bool make_locale(char *folder)
{
    setenv("LOCPATH", mkdtemp(folder), 1);
    return run("localedef -i nb_NO -f UTF-8 \"$1/nb_NO.UTF-8\" >/dev/null 2>&1", folder);
}

/* A comma instead of the point must not get into a document, nor keep one from being read. */
static void in_a_locale_with_commas(void **state)
{
    static const char *const names[] = {"nb_NO.UTF-8", "nb_NO.utf8", "de_DE.UTF-8", "da_DK.UTF-8"};
    struct str out = {0};
    struct json_out o;
    bool found = false;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names && !found; i++)
        found = setlocale(LC_NUMERIC, names[i]) != NULL;
    char folder[] = "/tmp/strom-locale-XXXXXX";
    if (!found)
        found = make_locale(folder) && setlocale(LC_NUMERIC, "nb_NO.UTF-8");
    if (!found)
        skip();
    json_begin(&o, &out, false);
    json_put_double(&o, NULL, 1.25);
    assert_string_equal(out.text, "1.25");
    struct json *j = parse("1.25");
    assert_true(fabs(json_as_double(j, 0) - 1.25) < 1e-12);
    json_free(j);
    setlocale(LC_NUMERIC, "C");
    run("case $1 in *-XXXXXX) ;; *) rm -rf \"$1\" ;; esac", folder);
    str_done(&out);
}

/* Whatever bytes come: no crash, and what is accepted prints and reads again to the same text. */
static void rubbish(void **state)
{
    static const char alphabet[] = "{}[]\",:\\u019.eE-+ \n\ttruefalsn\xc3\xa6\xff\x01";
    struct str first = {0}, second = {0};
    unsigned seed = 42;
    char text[40];
    struct err e;
    int accepted = 0;

    (void)state;
    for (int i = 0; i < 60000; i++) {
        size_t n = (size_t)(i % 24);
        for (size_t at = 0; at < n; at++) {
            seed = seed * 1103515245U + 12345U;
            text[at] = alphabet[(seed >> 16) % (sizeof alphabet - 1)];
        }
        struct json *j = json_parse(text, n, &e);
        if (!j)
            continue;
        accepted++;
        str_clear(&first);
        json_print(j, &first);
        json_free(j);
        j = json_parse(first.text, first.bytes, &e);
        assert_non_null(j);
        str_clear(&second);
        json_print(j, &second);
        assert_string_equal(first.text, second.text);
        json_free(j);
    }
    assert_true(accepted > 100);
    str_done(&first);
    str_done(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses),       cmocka_unit_test(refuses_bytes_inside),
        cmocka_unit_test(bounds),        cmocka_unit_test(says_the_line),
        cmocka_unit_test(twice),         cmocka_unit_test(looks),
        cmocka_unit_test(exact_numbers), cmocka_unit_test(prints_what_it_read),
        cmocka_unit_test(writes),        cmocka_unit_test(in_a_locale_with_commas),
        cmocka_unit_test(rubbish),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
