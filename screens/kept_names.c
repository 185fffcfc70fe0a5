#include "screens/kept_names.h"

#include <string.h>

/* The escape, and what follows it for each of the three. */
enum { ESCAPE = 0x1b, AS_ESCAPE = 'e', AS_SEP = 's', AS_LINE = 'n' };

static char written_as(char c)
{
    switch (c) {
    case ESCAPE:
        return AS_ESCAPE;
    case NAMES_SEPC:
        return AS_SEP;
    case '\n':
        return AS_LINE;
    default:
        return '\0';
    }
}

static char read_as(char c)
{
    switch (c) {
    case AS_SEP:
        return NAMES_SEPC;
    case AS_LINE:
        return '\n';
    default:
        return ESCAPE;
    }
}

static bool is_plain(const char *name)
{
    for (; *name; name++)
        if (written_as(*name))
            return false;
    return true;
}

void names_put(struct str *out, const char *name)
{
    if (is_plain(name)) {
        str_add(out, name);
        return;
    }
    for (; *name; name++) {
        char as = written_as(*name);
        if (as)
            str_addc(out, ESCAPE);
        str_addc(out, as ? as : *name);
    }
}

void names_key(struct str *out, const char *prefix, const char *schema, const char *table)
{
    str_add(out, prefix);
    names_put(out, schema);
    str_add(out, NAMES_SEP);
    names_put(out, table);
}

const char *names_written(const char *name, struct str *room)
{
    if (is_plain(name))
        return name;
    str_clear(room);
    names_put(room, name);
    return str_text(room);
}

void names_plain(char *written)
{
    char *to = written;

    for (const char *from = written; *from; from++) {
        bool escaped = *from == ESCAPE && from[1];
        from += escaped;
        *to++ = escaped ? read_as(*from) : *from;
    }
    *to = '\0';
}

size_t names_cut(char *text, char **out, size_t most)
{
    size_t n = 0;

    while (*text && n < most) {
        size_t length = strcspn(text, NAMES_SEP);
        bool last = text[length] == '\0';
        text[length] = '\0';
        out[n++] = text;
        names_plain(text);
        if (last)
            break;
        text += length + 1;
    }
    return n;
}
