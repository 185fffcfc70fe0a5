/* Foreign text made harmless, decoded, folded. */

#include "tests/fuzz/fuzz.h"

#include "api/base/safe.h"
#include "api/base/utf8.h"

#include <stdlib.h>
#include <string.h>

static void check_cuts(const char *text, const char *whole, size_t n)
{
    char small[40];
    for (size_t cap = 1; cap <= sizeof small; cap += 3) {
        fuzz_must(safe_text(small, cap, text) == n);
        size_t used = strlen(small);
        fuzz_must(used < cap && memcmp(small, whole, used) == 0 && safe_is(small));
        fuzz_must(n >= cap || used == n);
    }
}

static void make_safe(const char *text)
{
    size_t n = safe_text(NULL, 0, text);
    char *out = malloc(n + 1), *lines = malloc(n + 1);
    fuzz_must(out && lines);
    fuzz_must(safe_text(out, n + 1, text) == n && strlen(out) == n);
    fuzz_must(safe_is(out) && utf8_valid(out, n));
    fuzz_must(utf8_width(out) >= 0);
    fuzz_must(safe_is(text) == (strcmp(text, out) == 0));
    check_cuts(text, out, n);
    size_t with_lines = safe_lines(lines, n + 1, text);
    fuzz_must(with_lines <= n && strlen(lines) == with_lines);
    for (char *p = lines; *p; p++)
        if (*p == '\n')
            *p = ' ';
    fuzz_must(safe_is(lines));
    free(out);
    free(lines);
}

static void decode(const char *text, size_t n)
{
    bool valid = true;
    size_t at = 0;
    while (at < n) {
        uint32_t cp;
        char again[4];
        size_t used = utf8_next(text + at, n - at, &cp);
        if (used == 0) { /* a NUL inside */
            at++;
            continue;
        }
        fuzz_must(used <= 4 && used <= n - at);
        fuzz_must(cp != UINT32_MAX || used == 1);
        if (cp == UINT32_MAX)
            valid = false;
        else
            fuzz_must(utf8_put(again, cp) == used && memcmp(again, text + at, used) == 0);
        at += used;
    }
    fuzz_must(valid == utf8_valid(text, n));
}

/* What was folded stays so, and is found in what it came from. */
static void fold(const char *text)
{
    size_t n = utf8_fold(NULL, 0, text);
    char *once = malloc(n + 1), *twice = malloc(n + 1), small[16];
    fuzz_must(once && twice);
    fuzz_must(utf8_fold(once, n + 1, text) == n && strlen(once) == n && utf8_valid(once, n));
    fuzz_must(utf8_fold(twice, n + 1, once) == n && strcmp(once, twice) == 0);
    fuzz_must(utf8_contains(text, once));
    fuzz_must(utf8_fold(small, sizeof small, text) == n);
    size_t used = strlen(small);
    fuzz_must(used <= n && memcmp(small, once, used) == 0 && utf8_valid(small, used));
    free(once);
    free(twice);
}

/* The second line, looked for in the first; and what a line is. */
static void find(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    char *hay = fuzz_line(&in), *needle = fuzz_line(&in);
    size_t n = utf8_fold(NULL, 0, needle);
    char *folded = malloc(n + 1);
    fuzz_must(folded != NULL);
    utf8_fold(folded, n + 1, needle);
    (void)utf8_contains(hay, folded);
    fuzz_must(utf8_contains(needle, folded));
    fuzz_must(!utf8_is_line(hay) || utf8_valid(hay, strlen(hay)));
    fuzz_must(!safe_is(hay) || utf8_is_line(hay));
    fuzz_must(*hay || utf8_is_blank(hay));
    fuzz_must(utf8_is_blank(NULL));
    free(folded);
    free(hay);
    free(needle);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    char *bytes = fuzz_bytes(data, size), *text = fuzz_text(data, size);
    arena_init(&a);
    make_safe(text);
    decode(bytes, size);
    fold(text);
    find(data, size);
    const char *copy = safe_copy(&a, text);
    fuzz_must(safe_is(copy) && (copy == text) == safe_is(text));
    arena_done(&a);
    free(bytes);
    free(text);
    return 0;
}
