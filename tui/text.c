#include "tui/text.h"

#include "api/base/utf8.h"

#include <stdint.h>
#include <string.h>

static size_t bytes_of(const char *text, size_t n)
{
    return n == SIZE_MAX ? strlen(text) : n;
}

/* ASCII is nearly everything, so it does not pay for decoding. */
static bool plain(char c)
{
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x7f;
}

static bool continues(uint32_t cp)
{
    return cp >= 0x300 && cp != UINT32_MAX && utf8_char_width(cp) == 0;
}

size_t text_cluster(const char *text, size_t n, int *width)
{
    *width = 0;
    if (n == 0 || text[0] == '\0')
        return 0;
    *width = 1;
    if (plain(text[0]) && (n == 1 || (unsigned char)text[1] < 0x80))
        return 1;
    if (n == SIZE_MAX)
        n = strlen(text);
    uint32_t cp;
    size_t used = utf8_next(text, n, &cp);
    if (cp != UINT32_MAX && utf8_char_width(cp) == 2)
        *width = 2;
    while (used < n) {
        size_t more = utf8_next(text + used, n - used, &cp);
        if (more == 0 || !continues(cp))
            break;
        used += more;
    }
    return used;
}

size_t text_plain(const char *text, size_t n)
{
    size_t i = 0;
    while (i < n && plain(text[i]))
        i++;
    return i > 0 && i < n && (unsigned char)text[i] >= 0x80 ? i - 1 : i; /* it may bear a mark */
}

size_t text_cluster_before(const char *text, size_t at)
{
    size_t start = at > 64 ? at - 64 : 0; /* a cluster of more is none that a person typed */
    while (start > 0 && start < at && ((unsigned char)text[start] & 0xC0) == 0x80)
        start++;
    size_t last = 0;
    while (start < at) {
        int width;
        last = text_cluster(text + start, at - start, &width);
        if (last == 0)
            return 0;
        start += last;
    }
    return last > 0 || at == 0 ? last : 1; /* tails of characters only, as in no text of ours */
}

int text_widthn(const char *text, size_t n)
{
    int total = 0, width;
    n = bytes_of(text, n);
    for (size_t used; (used = text_cluster(text, n, &width)) > 0; text += used, n -= used)
        total += width;
    return total;
}

int text_width(const char *text)
{
    return text_widthn(text, SIZE_MAX);
}

size_t text_fit(const char *text, size_t n, int columns, int *used)
{
    n = bytes_of(text, n);
    size_t bytes = text_plain(text, n), most = columns > 0 ? (size_t)columns : 0;
    if (bytes > most)
        bytes = most;
    *used = (int)bytes;
    for (;;) {
        int width;
        size_t more = text_cluster(text + bytes, n - bytes, &width);
        if (more == 0 || *used + width > columns)
            return bytes;
        bytes += more;
        *used += width;
    }
}

/* --- into a buffer --- */

struct out {
    char *text;
    size_t cap, bytes;
};

static void add(struct out *o, const char *text, size_t n)
{
    if (o->bytes + n + 1 > o->cap) { /* whole clusters only: the caller's buffer is the limit */
        int used;
        size_t room = o->cap > o->bytes ? o->cap - o->bytes - 1 : 0;
        size_t fits = 0;
        for (size_t more; (more = text_cluster(text + fits, n - fits, &used)) > 0; fits += more)
            if (fits + more > room)
                break;
        n = fits;
    }
    memcpy(o->text + o->bytes, text, n);
    o->bytes += n;
    o->text[o->bytes] = '\0';
}

static void add_blanks(struct out *o, int n)
{
    while (n-- > 0)
        add(o, " ", 1);
}

static const char *dots(bool ascii, int columns)
{
    if (columns < 2)
        return ascii ? "." : "…";
    return ascii ? ".." : "…";
}

static int add_cut(struct out *o, const char *text, int columns, bool ascii)
{
    int used;
    size_t n = strlen(text);
    size_t fits = text_fit(text, n, columns, &used);
    if (fits == n) {
        add(o, text, n);
        return used;
    }
    if (columns <= 0)
        return 0;
    const char *mark = dots(ascii, columns);
    fits = text_fit(text, n, columns - text_width(mark), &used);
    add(o, text, fits);
    add(o, mark, strlen(mark));
    return used + text_width(mark);
}

static struct out into(char *out, size_t cap)
{
    if (cap > 0)
        out[0] = '\0';
    return (struct out){.text = out, .cap = cap};
}

const char *text_cut(char *out, size_t cap, const char *text, int columns, bool ascii)
{
    struct out o = into(out, cap);
    if (cap > 0)
        add_cut(&o, text, columns, ascii);
    return out;
}

/* The start of the longest tail of text that is at most columns wide. */
static size_t tail(const char *text, size_t n, int columns)
{
    int width = text_widthn(text, n);
    size_t at = 0;
    while (at < n && width > columns) {
        int w;
        at += text_cluster(text + at, n - at, &w);
        width -= w;
    }
    return at;
}

const char *text_cut_middle(char *out, size_t cap, const char *text, int columns, bool ascii)
{
    size_t n = strlen(text);
    if (text_widthn(text, n) <= columns || columns < 5)
        return text_cut(out, cap, text, columns, ascii);
    struct out o = into(out, cap);
    if (cap == 0)
        return out;
    const char *mark = dots(ascii, columns);
    int rest = columns - text_width(mark), used;
    int right = rest / 2;
    size_t head = text_fit(text, n, rest - right, &used);
    size_t from = tail(text, n, right);
    add(&o, text, head);
    add(&o, mark, strlen(mark));
    add(&o, text + from, n - from);
    return out;
}

/* A mark without a letter of its own sits on a blank that stands before it, and takes that column.
 */
static bool sits_on_a_blank(const char *text)
{
    uint32_t cp;

    return utf8_next(text, strlen(text), &cp) > 0 && continues(cp);
}

const char *text_pad(char *out, size_t cap, const char *text, int columns, enum text_align align,
                     bool ascii)
{
    struct out o = into(out, cap);
    if (cap == 0)
        return out;
    int left = columns - text_width(text);
    int before = 0;
    if (left > 0 && align != TEXT_LEFT)
        before = align == TEXT_RIGHT ? left : left / 2;
    add_blanks(&o, before > 0 && sits_on_a_blank(text) ? before + 1 : before);
    int used = before + add_cut(&o, text, columns - before, ascii);
    add_blanks(&o, columns - used);
    return out;
}

/* --- wrapping --- */

static size_t skip_blanks(const char *text)
{
    return strspn(text, " ");
}

/* A word longer than the line is broken where the line is full; at least one cluster goes, or a
 * column of one would never end. */
static size_t break_at(const char *text, size_t line, size_t fits)
{
    if (fits == line)
        return fits;
    size_t at = fits;
    while (at > 0 && text[at] != ' ' && text[at - 1] != ' ')
        at--;
    while (at > 0 && text[at - 1] == ' ')
        at--;
    if (at > 0)
        return at;
    if (fits > 0)
        return fits;
    int width;
    return text_cluster(text, line, &width);
}

size_t text_wrap(const char **text, int columns, bool *more)
{
    const char *start = *text;
    size_t line = strcspn(start, "\n");
    *more = start[0] != '\0';
    if (line == 0) {
        if (start[0] == '\n')
            *text = start + 1;
        return 0;
    }
    int used;
    size_t fits = text_fit(start, line, columns, &used);
    size_t bytes = break_at(start, line, fits);
    const char *rest = start + bytes;
    rest += skip_blanks(rest);
    if (*rest == '\n')
        rest++;
    *text = rest;
    return bytes;
}

int text_wrap_count(const char *text, int columns)
{
    int lines = 0;
    bool more = true;
    for (;;) {
        text_wrap(&text, columns, &more);
        if (!more)
            return lines > 0 ? lines : 1;
        lines++;
    }
}

size_t text_line(char *out, size_t cap, const char *text)
{
    enum { TAB = 4 };
    struct out o = into(out, cap);
    size_t n = strcspn(text, "\n"), from = 0;
    for (size_t i = 0; i <= n; i++) {
        if (i < n && text[i] != '\t')
            continue;
        add(&o, text + from, i - from);
        if (i < n)
            add_blanks(&o, TAB - text_width(out) % TAB);
        from = i + 1;
    }
    return n + (text[n] == '\n');
}
