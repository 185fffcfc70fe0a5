#include "api/pg/copy.h"

#include "api/pg/internal.h"

#include <string.h>

/* --- text --- */

static char unescape_octal(char **from, char first)
{
    unsigned value = (unsigned)(first - '0');
    for (int digits = 1; digits < 3 && **from >= '0' && **from <= '7'; digits++)
        value = value * 8 + (unsigned)(*(*from)++ - '0');
    return (char)(value & 0xFF);
}

static char unescape_hex(char **from)
{
    unsigned value = 0;
    for (int digits = 0; digits < 2; digits++) {
        char c = **from;
        if (c >= '0' && c <= '9')
            value = value * 16 + (unsigned)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            value = value * 16 + (unsigned)((c | 0x20) - 'a') + 10;
        else
            break;
        (*from)++;
    }
    return (char)value;
}

static char unescape(char **from)
{
    char c = *(*from)++;
    switch (c) {
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
    case 'x':
        return unescape_hex(from);
    default:
        return c >= '0' && c <= '7' ? unescape_octal(from, c) : c;
    }
}

/* The field had a backslash: rare, so the usual way above stays a single search. */
static size_t unescape_field(char *field, char *end)
{
    char *to = field, *from = field;
    while (from < end) {
        if (*from == '\\' && from + 1 < end) {
            from++;
            *to++ = unescape(&from);
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
    return (size_t)(to - field);
}

/* Most fields are short: looking for their end by hand is done before a call would be. */
static char *end_of_field(char *at, bool *escaped)
{
    enum { BY_HAND = 48 };
    *escaped = false;
    for (const char *limit = at + BY_HAND; at < limit; at++) {
        if (*at == '\t' || *at == '\0')
            return at;
        *escaped = *escaped || *at == '\\';
    }
    char *end = strchr(at, '\t');
    if (end == NULL)
        end = at + strlen(at);
    *escaped = *escaped || memchr(at, '\\', (size_t)(end - at)) != NULL;
    return end;
}

bool copy_field(char **line, char **field, size_t *bytes)
{
    char *at = *line;
    bool escaped;
    if (at == NULL)
        return false;
    char *end = end_of_field(at, &escaped);
    *line = *end == '\t' ? end + 1 : NULL;
    *end = '\0';
    *bytes = (size_t)(end - at);
    *field = at;
    if (at[0] == '\\' && at[1] == 'N' && *bytes == 2)
        *field = NULL;
    else if (escaped)
        *bytes = unescape_field(at, end);
    return true;
}

/* --- binary --- */

enum { COUNT_BYTES = 2, NUMBER_BYTES = 4 };

/* The signature, flags (nobody has set one since oids are gone), and what a later version adds. */
static bool skip_head(char **at, const char *end)
{
    static const char signature[] = "PGCOPY\n\377\r\n"; /* its NUL belongs to it */
    const size_t head = sizeof signature + NUMBER_BYTES + NUMBER_BYTES;
    if ((size_t)(end - *at) < head || memcmp(*at, signature, sizeof signature) != 0)
        return false;
    uint32_t more = copy_number(*at + head - NUMBER_BYTES);
    if (more > (size_t)(end - *at) - head)
        return false;
    *at += head + more;
    return true;
}

enum copy_binary copy_binary_row(bool first, char **at, size_t *bytes)
{
    const char *end = *at + *bytes;
    if ((first && !skip_head(at, end)) || end - *at < COUNT_BYTES)
        return COPY_BROKEN;
    bool is_end = memcmp(*at, "\377\377", COUNT_BYTES) == 0;
    *at += COUNT_BYTES;
    *bytes = (size_t)(end - *at);
    return is_end ? COPY_END : COPY_ROW;
}
