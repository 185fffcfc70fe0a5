#include "api/plan/said.h"

#include "api/base/safe.h"

#include <string.h>

const char *said_word(struct arena *a, const char *foreign)
{
    return arena_printf(a, "%c%s%c", SAID_BEGIN, safe_copy(a, foreign ? foreign : ""), SAID_END);
}

const char *said_name(struct arena *a, const char *schema, const char *table, const char *column)
{
    return said_word(a, arena_printf(a, "%s%s%s%s%s", schema ? schema : "", table ? "." : "",
                                     table ? table : "", column ? "." : "", column ? column : ""));
}

const char *said_plain(struct arena *a, const char *text)
{
    char *out = arena_str(a, text), *to = out;

    for (const char *at = text; *at; at++)
        if (*at != SAID_BEGIN && *at != SAID_END)
            *to++ = *at;
    *to = '\0';
    return out;
}

/* --- Markdown --- */

/* The longest run of backticks inside: the fence is one longer. */
static size_t longest_run(const char *text, size_t bytes)
{
    size_t longest = 0, run = 0;

    for (size_t i = 0; i < bytes; i++) {
        run = text[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

static void put_fence(struct str *out, size_t n)
{
    while (n-- > 0)
        str_addc(out, '`');
}

/* One blank inside at either end is taken away again by Markdown where a backtick or a blank
 * touches it. */
static void put_code(struct str *out, const char *text, size_t bytes)
{
    size_t fence = longest_run(text, bytes) + 1;
    bool pad = bytes && (strchr("` ", text[0]) || strchr("` ", text[bytes - 1]));

    if (bytes == 0)
        return;
    put_fence(out, fence);
    str_add(out, pad ? " " : "");
    str_addn(out, text, bytes);
    str_add(out, pad ? " " : "");
    put_fence(out, fence);
}

void said_markdown(struct str *out, const char *text)
{
    while (*text) {
        if (*text == SAID_BEGIN) {
            size_t bytes = strcspn(++text, "\x02");
            put_code(out, text, bytes);
            text += bytes + (text[bytes] == SAID_END);
            continue;
        }
        if (strchr("\\`*_[]<>#|~&", *text))
            str_addc(out, '\\');
        str_addc(out, *text++);
    }
}
