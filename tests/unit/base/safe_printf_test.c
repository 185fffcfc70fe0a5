/* Lines for people: foreign words cannot break them, and fields are as wide as they look. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/safe.h"
#include "api/base/str.h"

#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

static void makes(const char *wanted, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void makes(const char *wanted, const char *fmt, ...)
{
    struct str out = {0};
    va_list args;

    str_add(&out, ">");
    va_start(args, fmt);
    safe_vprintf(&out, fmt, args);
    va_end(args);
    assert_string_equal(str_text(&out) + 1, wanted);
    assert_int_equal(strlen(str_text(&out)), out.bytes);
    str_done(&out);
}

static void foreign_words_stay_in_their_line(void **state)
{
    (void)state;
    makes("a\nb\\x0ac\n", "a\n%s\n", "b\nc");
    /* NOLINTNEXTLINE(misc-misleading-bidirectional): what is tried */
    makes("\\x1b[2J\\x0d\\x07 \\u202e \\xff", "%s %s %s", "\033[2J\r\a", "\xe2\x80\xae", "\xff");
    makes("%s%n", "%s", "%s%n");
    makes("\\u0ffa \\u0378", "%s", "\xe0\xbf\xba \xcd\xb8"); /* not assigned */
}

static void fields_count_columns(void **state)
{
    (void)state;
    makes("[æøå  ][  æøå]", "[%-5s][%5s]", "æøå", "æøå");
    makes("[日本 ][ 日本]", "[%-5s][%5s]", "日本", "日本");
    makes("[e\xcc\x81   ]", "[%-4s]", "e\xcc\x81");
    makes("[\\x0a ]", "[%-5s]", "\n");
    makes("[too long]", "[%-3s]", "too long");
    makes("[ab    ][    ab]", "[%*s][%*s]", -6, "ab", 6, "ab");
}

static void precision_counts_bytes_and_cuts_no_character(void **state)
{
    static const char slice[] = {'a', '\xc3', '\xa6', 'b'}; /* without an end */

    (void)state;
    makes("ab", "%.2s", "abc");
    makes("a", "%.2s", "aæ");
    makes("aæ", "%.3s", "aæ");
    makes("aæ", "%.*s", 3, slice);
    makes("aæb", "%.*s", 4, slice);
    makes("a", "%.*s", 2, slice);
    makes("", "%.0s", "abc");
    makes("\\xff\\xff", "%.2s", "\xff\xff\xff"); /* none to be whole */
}

/* As the C library has them. */
static void numbers(void **state)
{
    char wanted[400];

    (void)state;
#define SAME(...)                                                                                  \
    do {                                                                                           \
        snprintf(wanted, sizeof wanted, __VA_ARGS__);                                              \
        makes(wanted, __VA_ARGS__);                                                                \
    } while (0)
    SAME("%d|%5d|%-5d|%05d|%+d|%i", -42, -42, -42, -42, 42, INT_MIN);
    SAME("%u|%lu|%llu|%zu|%x|%08x|%X|%02x", UINT_MAX, ULONG_MAX, ULLONG_MAX, SIZE_MAX, 0xabU, 0xabU,
         0xabU, 5U);
    SAME("%ld|%lld|%jd|%td|%hhd|%hd", LONG_MIN, LLONG_MIN, INTMAX_MIN, (ptrdiff_t)-3,
         (signed char)5, (short)6);
    SAME("%" PRId64 "|%" PRIu64 "|%.3d|%6.3d", INT64_MIN, UINT64_MAX, 7, 7);
    SAME("%f|%.1f|%8.2f|%-8.2f|%08.2f|%g|%.3e", 1.5, 1.25, -2.5, -2.5, -2.5, 1e20, 12345.678);
    SAME("%c|%3c|%-3c|%%|%d%%", 'x', 'y', 'z', 12);
#undef SAME
    makes("[\\x1b]", "[%c]", 27);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(foreign_words_stay_in_their_line),
        cmocka_unit_test(fields_count_columns),
        cmocka_unit_test(precision_counts_bytes_and_cuts_no_character),
        cmocka_unit_test(numbers),
    };
    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
