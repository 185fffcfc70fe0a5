#include "tests/sandbox/replicate/copytext.h"

#include <string.h>

static char plain(char escaped)
{
    switch (escaped) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'v':
        return '\v';
    default:
        return escaped;
    }
}

/* Resolves the escapes of one value where it stands; returns its new length, SIZE_MAX when cut. */
static size_t unescape(char *text, size_t n)
{
    char *slash = memchr(text, '\\', n);
    if (!slash)
        return n;
    char *to = slash;
    for (const char *from = slash; from < text + n; from++) {
        if (*from != '\\') {
            *to++ = *from;
            continue;
        }
        if (++from == text + n)
            return SIZE_MAX;
        *to++ = plain(*from);
    }
    return (size_t)(to - text);
}

static bool read_value(char *text, size_t n, struct pgoutput_cell *out)
{
    *out = (struct pgoutput_cell){.bytes = text, .kind = PGOUTPUT_TEXT};
    if (n == 2 && text[0] == '\\' && text[1] == 'N') {
        out->kind = PGOUTPUT_NULL;
        return true;
    }
    size_t length = unescape(text, n);
    if (length > UINT32_MAX)
        return false;
    out->n = (uint32_t)length;
    return true;
}

bool copytext_split(char *line, size_t n, struct pgoutput_tuple *out)
{
    if (n > 0 && line[n - 1] == '\n')
        n--;
    char *at = line, *end = line + n;
    for (out->n = 0; out->n < PGOUTPUT_COLUMNS; at++) {
        char *tab = at < end ? memchr(at, '\t', (size_t)(end - at)) : NULL;
        char *stop = tab ? tab : end;
        if (!read_value(at, (size_t)(stop - at), &out->cells[out->n++]))
            return false;
        at = stop;
        if (!tab)
            return true;
    }
    return false;
}
