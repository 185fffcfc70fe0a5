/* A diff is right when applying it to the old text gives the new one: tried on random texts too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/arena.h"
#include "api/files/diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *line_end(const char *s)
{
    const char *end = strchr(s, '\n');
    return end ? end + 1 : s + strlen(s);
}

static void copy_lines(struct str *out, const char **from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *end = line_end(*from);
        str_addn(out, *from, (size_t)(end - *from));
        *from = end;
    }
}

/* A hunk's line, without its mark; the last newline goes when the next line says so. */
static const char *hunk_line(const char *at, struct str *text)
{
    const char *end = line_end(at);
    str_clear(text);
    str_addn(text, at + 1, (size_t)(end - at) - 1);
    if (*end == '\\') {
        text->text[--text->bytes] = '\0';
        end = line_end(end);
    }
    return end;
}

static void apply(const char *old, const char *diff, struct str *out)
{
    size_t at_line = 1;
    struct str text = {0};
    const char *at = diff;
    if (*at) {
        assert_int_equal(strncmp(at, "--- ", 4), 0);
        at = line_end(line_end(at));
    }
    while (*at) {
        size_t from = 0, n = 1;
        assert_int_equal(strncmp(at, "@@ -", 4), 0);
        char *rest;
        from = strtoul(at + 4, &rest, 10);
        if (*rest == ',')
            n = strtoul(rest + 1, NULL, 10);
        from += n == 0;
        copy_lines(out, &old, from - at_line);
        at_line = from;
        for (at = line_end(at); *at && *at != '@';) {
            char mark = *at;
            at = hunk_line(at, &text);
            if (mark != '+') {
                const char *end = line_end(old);
                assert_int_equal((size_t)(end - old), text.bytes);
                assert_memory_equal(old, str_text(&text), text.bytes);
                old = end;
                at_line++;
            }
            if (mark != '-')
                str_add(out, str_text(&text));
        }
    }
    str_add(out, old);
    str_done(&text);
}

static void check(const char *old, const char *new)
{
    struct str diff = {0}, again = {0};
    diff_unified(&diff, "f", old, new);
    apply(old, str_text(&diff), &again);
    assert_string_equal(str_text(&again), new);
    str_done(&diff);
    str_done(&again);
}

static void gives(const char *old, const char *new, const char *expected)
{
    struct str out = {0};
    diff_unified(&out, "a.yaml", old, new);
    assert_string_equal(str_text(&out), expected);
    str_done(&out);
}

static void test_forms(void **state)
{
    (void)state;
    gives("a\nb\n", "a\nb\n", "");
    gives("a\nb\nc\n", "a\nx\nc\n",
          "--- a/a.yaml\n+++ b/a.yaml\n@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n");
    gives(NULL, "a\nb\n", "--- /dev/null\n+++ b/a.yaml\n@@ -0,0 +1,2 @@\n+a\n+b\n");
    gives("a", "a\n",
          "--- a/a.yaml\n+++ b/a.yaml\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
    gives("1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nx\n5\n6\n7\n8\n",
          "--- a/a.yaml\n+++ b/a.yaml\n@@ -2,6 +2,7 @@\n 2\n 3\n 4\n+x\n 5\n 6\n 7\n");
}

static void test_hunks_are_joined_when_near(void **state)
{
    (void)state;
    struct str out = {0};
    diff_unified(&out, "f", "a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n");
    assert_ptr_equal(strstr(str_text(&out), "@@ -"), strstr(str_text(&out), "@@ -1,8 +1,8 @@"));
    str_clear(&out);
    diff_unified(&out, "f", "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n");
    assert_non_null(strstr(str_text(&out), "@@ -1,4 +1,4 @@"));
    assert_non_null(strstr(str_text(&out), "@@ -6,4 +6,4 @@"));
    str_done(&out);
}

static void random_text(struct str *out, uint32_t *seed)
{
    str_clear(out);
    *seed = *seed * 1664525u + 1013904223u;
    size_t n = (*seed >> 9) % 40;
    for (size_t i = 0; i < n; i++) {
        *seed = *seed * 1664525u + 1013904223u;
        str_printf(out, "%c%s", 'a' + (char)((*seed >> 12) % 4),
                   i + 1 == n && (*seed & 0x100) ? "" : "\n");
    }
}

static void test_random_texts(void **state)
{
    (void)state;
    struct str a = {0}, b = {0};
    uint32_t seed = 11;
    for (int i = 0; i < 4000; i++) {
        random_text(&a, &seed);
        random_text(&b, &seed);
        check(str_text(&a), str_text(&b));
    }
    str_done(&a);
    str_done(&b);
}

/* Too different for a shortest script: still right. */
static void test_large_and_different(void **state)
{
    (void)state;
    struct str a = {0}, b = {0};
    for (int i = 0; i < 3000; i++) {
        str_printf(&a, "old %d\n", i);
        str_printf(&b, "new %d\n", i * 7);
    }
    check(str_text(&a), str_text(&b));
    str_done(&a);
    str_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_hunks_are_joined_when_near),
        cmocka_unit_test(test_random_texts),
        cmocka_unit_test(test_large_and_different),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
