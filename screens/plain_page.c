#include "screens/plain_page.h"

#include "api/base/arena.h"
#include "api/base/tr.h"
#include "screens/cli/out.h"
#include "tui/text.h"

#include <string.h>

struct lines {
    char **line;
    size_t n;
};

/* Those that say something. */
static struct lines lines_of(struct arena *a, const char *text)
{
    struct lines l = {arena_array(a, char *, strlen(text) + 1), 0};

    for (size_t n; *text; text += n + (text[n] == '\n')) {
        n = strcspn(text, "\n");
        if (strspn(text, " ") < n)
            l.line[l.n++] = arena_strn(a, text, n);
    }
    return l;
}

static bool has_cursor(const char *line)
{
    return strncmp(line + strspn(line, " "), "> ", 2) == 0;
}

/* Whether the cursor stands there is no difference between two lines. */
static bool is_same(const char *a, const char *b)
{
    size_t indent = strspn(a, " "), of_b = strspn(b, " ");

    indent += has_cursor(a) ? 2 + strspn(a + indent + 2, " ") : 0;
    of_b += has_cursor(b) ? 2 + strspn(b + of_b + 2, " ") : 0;
    return indent == of_b && str_eq(a + indent, b + of_b);
}

static bool stands_in(const struct lines *l, const char *line, bool cursor_too)
{
    for (size_t i = 0; i < l->n; i++)
        if (is_same(l->line[i], line) && (!cursor_too || has_cursor(l->line[i])))
            return true;
    return false;
}

static bool is_new(const struct lines *before, const char *line)
{
    return !stands_in(before, line, has_cursor(line));
}

/* --- a line, however narrow --- */

/* Columns mean nothing in a line that does not fit: runs of blanks become two. */
static char *squeezed(struct arena *a, const char *line)
{
    char *out = arena_alloc(a, strlen(line) + 1), *to = out;

    for (const char *at = line; *at; at++)
        if (*at != ' ' || to - out < 2 || to[-1] != ' ' || to[-2] != ' ')
            *to++ = *at;
    *to = '\0';
    return out;
}

static void put(const struct plain_page *page, struct arena *a, const char *line)
{
    enum { FURTHER = 2, LEAST = 10 };
    int indent = (int)strspn(line, " ");

    if (text_width(line) <= page->columns || page->columns - indent < LEAST) {
        out_line("%s", line);
        return;
    }
    const char *rest = squeezed(a, line + indent);
    for (bool more = true, first = true;; first = false) {
        int by = first ? indent : indent + FURTHER;
        const char *from = rest;
        size_t n = text_wrap(&rest, page->columns - by, &more);
        if (!more)
            break;
        out_line("%*s%.*s", by, "", (int)n, from);
    }
}

static void put_all(const struct plain_page *page, struct arena *a, const char *text)
{
    for (size_t n; *text; text += n + (text[n] == '\n')) {
        n = strcspn(text, "\n");
        put(page, a, arena_strn(a, text, n));
    }
}

/* --- the page --- */

static size_t count_new(const struct lines *before, const struct lines *now)
{
    size_t n = 0;

    for (size_t i = 0; i < now->n; i++)
        n += is_new(before, now->line[i]);
    return n;
}

static void read_news(const struct plain_page *page, struct arena *a, const struct lines *before,
                      const struct lines *now)
{
    size_t n = 0;

    for (size_t i = 0; i < now->n; i++)
        if (is_new(before, now->line[i])) {
            put(page, a, now->line[i]);
            n++;
        }
    for (size_t i = 0; i < now->n && n == 0; i++) /* where am I? */
        if (has_cursor(now->line[i])) {
            put(page, a, now->line[i]);
            n++;
        }
    if (n == 0)
        out_line("%s", tr("nothing has changed on this page"));
}

static void keep(struct str *kept, const char *text)
{
    str_clear(kept);
    str_add(kept, text);
}

bool plain_page_read(struct plain_page *page, const char *title, const char *text,
                     const char *actions)
{
    struct arena a = {0};
    struct lines before = lines_of(&a, str_text(&page->text)), now = lines_of(&a, text);
    bool whole = !str_eq(str_text(&page->title), title) || count_new(&before, &now) * 2 > now.n ||
                 count_new(&now, &before) * 2 > before.n;

    if (whole) {
        out_line("\n%s", title);
        put_all(page, &a, text);
    } else {
        out_line("%s", "");
        read_news(page, &a, &before, &now);
    }
    if (whole || !str_eq(str_text(&page->actions), actions))
        put_all(page, &a, actions);
    keep(&page->title, title);
    keep(&page->text, text);
    keep(&page->actions, actions);
    arena_done(&a);
    return whole;
}

void plain_page_say(const struct plain_page *page, const char *line)
{
    struct arena a = {0};

    put(page, &a, line);
    arena_done(&a);
}

void plain_page_forget(struct plain_page *page)
{
    keep(&page->title, "");
}

void plain_page_done(struct plain_page *page)
{
    str_done(&page->title);
    str_done(&page->text);
    str_done(&page->actions);
}
