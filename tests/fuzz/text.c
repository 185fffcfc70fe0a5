/* Text in columns: cut, padded and wrapped to the width that was asked for. */

#include "tests/fuzz/fuzz.h"

#include "tui/text.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

static void clusters(const char *text)
{
    size_t at = 0, n = strlen(text);
    int total = 0;
    while (at < n) {
        int width, again;
        size_t used = text_cluster(text + at, SIZE_MAX, &width);
        fuzz_must(used > 0 && used <= n - at && width >= 0 && width <= 2);
        fuzz_must(text_cluster(text + at, n - at, &again) == used && again == width);
        at += used;
        total += width;
        fuzz_must(text_cluster_before(text, at) > 0);
    }
    fuzz_must(total == text_width(text) && total == text_widthn(text, n));
}

/* A combining mark without a letter counts one column by itself, and none behind a blank. */
static bool joins_what_is_before(const char *text)
{
    char joined[8] = " ";
    int width;
    size_t n = text_cluster(text, SIZE_MAX, &width);
    memcpy(joined + 1, text, n < sizeof joined - 2 ? n : sizeof joined - 2);
    return text_cluster(joined, SIZE_MAX, &width) > 1;
}

static void fits(const char *text, char *room, size_t cap, int columns, bool ascii)
{
    static const enum text_align aligns[] = {TEXT_LEFT, TEXT_RIGHT, TEXT_CENTER};
    int used = -1;
    size_t bytes = text_fit(text, SIZE_MAX, columns, &used);
    fuzz_must(bytes <= strlen(text) && used >= 0 && (used <= columns || columns < 0));
    text_cut(room, cap, text, columns, ascii);
    fuzz_must(text_width(room) <= columns);
    text_cut_middle(room, cap, text, columns, ascii);
    fuzz_must(text_width(room) <= columns);
    for (size_t i = 0; i < sizeof aligns / sizeof *aligns; i++) {
        text_pad(room, cap, text, columns, aligns[i], ascii);
        fuzz_must(text_width(room) == columns || joins_what_is_before(text));
    }
}

/* A buffer that is too small is never left without its end, or overrun. */
static void small_room(const char *text, int columns)
{
    for (size_t cap = 1; cap < 24; cap += 4) {
        char *room = malloc(cap);
        fuzz_must(room != NULL);
        fuzz_must(strlen(text_cut(room, cap, text, columns, false)) < cap);
        fuzz_must(strlen(text_cut_middle(room, cap, text, columns, true)) < cap);
        fuzz_must(strlen(text_pad(room, cap, text, columns, TEXT_CENTER, false)) < cap);
        text_line(room, cap, text);
        fuzz_must(strlen(room) < cap);
        free(room);
    }
}

static void wrap(const char *text, int columns)
{
    const char *at = text, *end = text + strlen(text);
    bool more = true;
    int lines = 0;
    for (;;) {
        const char *line = at;
        int width;
        size_t n = text_wrap(&at, columns, &more);
        if (!more)
            break;
        fuzz_must(at > line && at <= end && n <= (size_t)(at - line));
        if (n > 0 && text_cluster(line, n, &width) < n)
            fuzz_must(text_widthn(line, n) <= columns);
        for (const char *p = line + n; p < at; p++) /* only blanks and line ends go */
            fuzz_must(*p == ' ' || *p == '\n');
        lines++;
    }
    fuzz_must(at == end && (lines > 0 ? lines : 1) == text_wrap_count(text, columns));
}

static void lines_of(const char *text, char *room, size_t cap)
{
    for (size_t n; (n = text_line(room, cap, text)) > 0; text += n)
        fuzz_must(strpbrk(room, "\n\t") == NULL);
    fuzz_must(*text == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    struct fuzz_input in = {data, size};
    if (!ready)
        ready = setlocale(LC_CTYPE, "C.UTF-8") || setlocale(LC_CTYPE, "");
    int columns = (int)(fuzz_byte(&in) % 48);
    char *text = fuzz_text(in.at, in.left);
    size_t cap = 5 * strlen(text) + 256;
    char *room = malloc(cap);
    fuzz_must(room != NULL);
    clusters(text);
    fits(text, room, cap, columns, false);
    fits(text, room, cap, columns, true);
    fits(text, room, cap, 80, false);
    small_room(text, columns);
    wrap(text, columns > 0 ? columns : 1);
    lines_of(text, room, cap);
    free(room);
    free(text);
    return 0;
}
