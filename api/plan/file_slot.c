/* One name in replication.json changed where it stands: nothing else of the file moves. */

#include "api/plan/file.h"

#include <string.h>

struct place {
    const char *at, *end;
    int depth;
    bool in_source; /* of depth 2 */
};

static void skip_blanks(struct place *p)
{
    while (p->at < p->end && strchr(" \t\r\n:,", *p->at) && *p->at)
        p->at++;
}

/* Behind its closing quote; at is its opening one. */
static const char *end_of_string(const struct place *p)
{
    const char *at = p->at + 1;

    while (at < p->end && *at != '"')
        at += *at == '\\' ? 2 : 1;
    return at < p->end ? at + 1 : p->end;
}

static bool is_string(const struct place *p, const char *end, const char *text)
{
    size_t n = strlen(text);

    return (size_t)(end - p->at) == n + 2 && memcmp(p->at + 1, text, n) == 0;
}

/* False at the end of the text; a word, a bracket, or a string is behind us. */
static bool step(struct place *p, bool *at_slot)
{
    *at_slot = false;
    skip_blanks(p);
    if (p->at >= p->end)
        return false;
    if (*p->at == '"') {
        const char *end = end_of_string(p);
        bool key = end < p->end && end[strspn(end, " \t\r\n")] == ':';
        *at_slot = key && p->depth == 2 && p->in_source && is_string(p, end, "slot");
        if (key && p->depth == 1)
            p->in_source = is_string(p, end, "source");
        p->at = end;
    } else {
        p->depth += (*p->at == '{' || *p->at == '[') - (*p->at == '}' || *p->at == ']');
        p->at++;
    }
    return true;
}

bool plan_file_with_slot(const char *text, size_t bytes, const char *slot, struct str *out)
{
    struct place p = {text, text + bytes, 0, false};
    bool at_slot = false;

    while (!at_slot)
        if (!step(&p, &at_slot))
            return false;
    skip_blanks(&p);
    if (p.at >= p.end || *p.at != '"')
        return false;
    str_addn(out, text, (size_t)(p.at - text));
    str_printf(out, "\"%s\"", slot);
    p.at = end_of_string(&p);
    str_addn(out, p.at, (size_t)(p.end - p.at));
    return true;
}
