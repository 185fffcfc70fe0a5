#include "api/base/safe.h"

#include "api/base/utf8.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct range {
    uint32_t first, last;
};

/* Sorted. What moves the cursor, turns the direction, or cannot be seen at all. */
static const struct range harmful[] = {
    {0x0001, 0x001F},   {0x007F, 0x009F},   {0x00AD, 0x00AD}, {0x034F, 0x034F}, {0x061C, 0x061C},
    {0x115F, 0x1160},   {0x17B4, 0x17B5},   {0x180B, 0x180F}, {0x200B, 0x200F}, {0x2028, 0x202E},
    {0x2060, 0x206F},   {0x2800, 0x2800},   {0x3164, 0x3164}, {0xFDD0, 0xFDEF}, {0xFE00, 0xFE0F},
    {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB}, {0xFFFE, 0xFFFF}, {0x1BCA0, 0x1BCA3},
    {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

bool safe_is_harmful(uint32_t cp)
{
    size_t low = 0, high = sizeof harmful / sizeof *harmful;

    if (cp >= 0x20 && cp < 0x7F)
        return false;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (cp > harmful[mid].last)
            low = mid + 1;
        else if (cp < harmful[mid].first)
            high = mid;
        else
            return true;
    }
    return !utf8_is_assigned(cp); /* one terminal drops it, the other draws a box */
}

bool safe_turns(const char *text)
{
    size_t left = strlen(text);
    uint32_t cp;

    for (size_t n; (n = utf8_next(text, left, &cp)) > 0; text += n, left -= n)
        if (cp == 0x061C || cp == 0x200E || cp == 0x200F || (cp >= 0x202A && cp <= 0x202E) ||
            (cp >= 0x2066 && cp <= 0x2069))
            return true;
    return false;
}

/* The piece that stands for the character at text: itself, or an escape made in buf. */
static size_t piece_of(const char *text, size_t left, bool lines, char buf[16], const char **piece,
                       size_t *bytes)
{
    uint32_t cp;
    size_t n = utf8_next(text, left, &cp);
    int made;

    *piece = text;
    *bytes = n;
    if (cp == UINT32_MAX)
        made = snprintf(buf, 16, "\\x%02x", (unsigned)(unsigned char)*text);
    else if (!safe_is_harmful(cp) || (lines && cp == '\n'))
        return n;
    else if (cp < 0x100)
        made = snprintf(buf, 16, "\\x%02x", (unsigned)cp);
    else if (cp < 0x10000)
        made = snprintf(buf, 16, "\\u%04x", (unsigned)cp);
    else
        made = snprintf(buf, 16, "\\U%08x", (unsigned)cp);
    *piece = buf;
    *bytes = (size_t)made;
    return n;
}

static size_t write_safe(char *out, size_t cap, const char *text, bool lines)
{
    size_t left = strlen(text), whole = 0, used = 0;
    bool full = cap == 0;

    while (left > 0) {
        char buf[16];
        const char *piece;
        size_t bytes;
        size_t n = piece_of(text, left, lines, buf, &piece, &bytes);
        full = full || used + bytes >= cap; /* once cut, nothing shorter slips in behind */
        if (!full) {
            memcpy(out + used, piece, bytes);
            used += bytes;
        }
        whole += bytes;
        text += n;
        left -= n;
    }
    if (cap)
        out[used] = '\0';
    return whole;
}

bool safe_is(const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        if (*text >= 0x20 && *text < 0x7F) {
            text++, left--;
            continue;
        }
        uint32_t cp;
        size_t n = utf8_next(text, left, &cp);
        if (cp == UINT32_MAX || safe_is_harmful(cp))
            return false;
        text += n;
        left -= n;
    }
    return true;
}

size_t safe_text(char *out, size_t cap, const char *text)
{
    return write_safe(out, cap, text, false);
}

size_t safe_lines(char *out, size_t cap, const char *text)
{
    return write_safe(out, cap, text, true);
}

const char *safe_copy(struct arena *a, const char *text)
{
    if (!text || safe_is(text))
        return text;
    size_t bytes = safe_text(NULL, 0, text) + 1;
    char *copy = arena_alloc(a, bytes);
    safe_text(copy, bytes, text);
    return copy;
}
