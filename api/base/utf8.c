#include "api/base/utf8.h"

#include "api/base/arena.h"

#include <langinfo.h>
#include <string.h>
#include <utf8proc.h>
#include <wchar.h>

static bool is_tail(unsigned char c)
{
    return (c & 0xC0) == 0x80;
}

size_t utf8_next(const char *text, size_t n, uint32_t *cp)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *s = (const unsigned char *)text;
    size_t want;
    uint32_t value;

    *cp = UINT32_MAX;
    if (n == 0 || s[0] == 0)
        return 0;
    if (s[0] < 0x80) {
        *cp = s[0];
        return 1;
    }
    if (s[0] >= 0xC2 && s[0] < 0xE0)
        want = 2, value = s[0] & 0x1FU;
    else if (s[0] >= 0xE0 && s[0] < 0xF0)
        want = 3, value = s[0] & 0x0FU;
    else if (s[0] >= 0xF0 && s[0] < 0xF5)
        want = 4, value = s[0] & 0x07U;
    else
        return 1;
    if (n < want)
        return 1;
    for (size_t i = 1; i < want; i++) {
        if (!is_tail(s[i]))
            return 1;
        value = value << 6 | (s[i] & 0x3FU);
    }
    if (value < least[want] || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000))
        return 1;
    *cp = value;
    return want;
}

size_t utf8_put(char out[4], uint32_t cp)
{
    if (cp > 0x10FFFF || (cp >= 0xD800 && cp < 0xE000))
        return 0;
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, cp >>= 6)
        out[i] = (char)(0x80 | (cp & 0x3F));
    out[0] = (char)((n == 2 ? 0xC0 : n == 3 ? 0xE0 : 0xF0) | cp);
    return n;
}

bool utf8_is_locale(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

bool utf8_valid(const char *text, size_t n)
{
    while (n > 0) {
        uint32_t cp;
        size_t used = *text ? utf8_next(text, n, &cp) : 1; /* a NUL inside is a character here */
        if (*text && cp == UINT32_MAX)
            return false;
        text += used;
        n -= used;
    }
    return true;
}

bool utf8_is_line(const char *text)
{
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return false;
    return utf8_valid(text, strlen(text));
}

/* Spaces of any width, and what has none. */
static bool is_unseen(uint32_t cp)
{
    return cp <= 0x20 || (cp >= 0x7f && cp <= 0xa0) || cp == 0xad || cp == 0x1680 || cp == 0x180e ||
           (cp >= 0x2000 && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202f) ||
           (cp >= 0x205f && cp <= 0x206f) || cp == 0x2800 || cp == 0x3000 || cp == 0x3164 ||
           cp == 0xfeff;
}

bool utf8_is_blank(const char *text)
{
    uint32_t cp;

    for (size_t n = text ? strlen(text) : 0, used; n > 0; text += used, n -= used) {
        used = utf8_next(text, n, &cp);
        if (!is_unseen(cp))
            return false;
    }
    return true;
}

/* In a locale without UTF-8 wcwidth knows no foreign letter; then the Unicode table answers. */
int utf8_char_width(uint32_t cp)
{
    if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0))
        return -1;
    if (cp < 0x300)
        return cp == 0xAD ? 1 : cp < 0x7F || cp >= 0xA0;
    int width = wcwidth((wchar_t)cp);
    return width >= 0 ? width : utf8proc_charwidth((utf8proc_int32_t)cp);
}

bool utf8_is_assigned(uint32_t cp)
{
    return utf8proc_category((utf8proc_int32_t)cp) != UTF8PROC_CATEGORY_CN;
}

int utf8_width(const char *text)
{
    size_t left = strlen(text);
    int columns = 0;

    while (left > 0) {
        if (*text >= 0x20 && *text < 0x7F) {
            columns++, text++, left--;
            continue;
        }
        uint32_t cp;
        size_t n = utf8_next(text, left, &cp);
        int width = cp == UINT32_MAX ? 1 : utf8_char_width(cp);
        if (width < 0)
            return -1;
        columns += width;
        text += n;
        left -= n;
    }
    return columns;
}

/* --- folding --- */

struct fold {
    char *out;
    size_t cap, used, whole;
    bool after_a;
};

static void emit(struct fold *f, char c)
{
    if (c == 'a' &&
        f->after_a) /* aa is å, and a run of them is one: parts fold as the whole does */
        return;
    f->after_a = c == 'a';
    f->whole++;
    if (f->used + 1 < f->cap)
        f->out[f->used++] = c;
}

static void emit_char(struct fold *f, uint32_t cp)
{
    static const struct {
        uint32_t letter;
        const char *plain;
    } letters[] = {
        {0xDF, "ss"}, {0xE6, "ae"}, {0xF0, "d"},  {0xF8, "o"},  {0xFE, "th"},  {0x111, "d"},
        {0x127, "h"}, {0x131, "i"}, {0x142, "l"}, {0x14B, "n"}, {0x153, "oe"}, {0x167, "t"},
    };
    char bytes[4];

    if (cp < 0x80) {
        emit(f, (char)cp);
        return;
    }
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (letters[i].letter == cp) {
            for (const char *p = letters[i].plain; *p; p++)
                emit(f, *p);
            return;
        }
    size_t n = utf8_put(bytes, cp);
    f->after_a = false;
    f->whole += n;
    if (f->used + n < f->cap) {
        memcpy(f->out + f->used, bytes, n);
        f->used += n;
    } else {
        f->cap = f->used < f->cap ? f->used + 1 : f->cap; /* cut here: nothing slips in behind */
    }
}

static void fold_char(struct fold *f, uint32_t cp)
{
    utf8proc_int32_t parts[64];
    int last = 0;
    utf8proc_ssize_t n = utf8proc_decompose_char(
        (utf8proc_int32_t)cp, parts, 64,
        (utf8proc_option_t)(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
                            UTF8PROC_STRIPMARK | UTF8PROC_IGNORE),
        &last);

    if (n < 0 || n > 64) {
        emit_char(f, cp);
        return;
    }
    for (utf8proc_ssize_t i = 0; i < n; i++)
        emit_char(f, (uint32_t)parts[i]);
}

size_t utf8_fold(char *out, size_t cap, const char *text)
{
    struct fold f = {.out = out, .cap = cap};
    size_t left = strlen(text);

    while (left > 0) {
        uint32_t cp;
        size_t n = utf8_next(text, left, &cp);
        if (cp < 0x80)
            emit(&f, (char)(cp >= 'A' && cp <= 'Z' ? cp + 32 : cp));
        else
            fold_char(&f, cp == UINT32_MAX ? 0xFFFD : cp);
        text += n;
        left -= n;
    }
    if (cap)
        out[f.used] = '\0';
    return f.whole;
}

/* Most names are ASCII: a fifth of the time. False when there is more to fold than capitals. */
static bool fold_plain(char *out, size_t cap, const char *text)
{
    char before = 0;

    for (size_t i = 0; i < cap; i++) {
        char c = text[i];
        if ((unsigned char)c >= 0x80)
            return false;
        c = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
        if (c == 'a' && before == 'a')
            return false;
        out[i] = before = c;
        if (!c)
            return true;
    }
    return false;
}

/* Past an o, and past the e of an oe: some write ø as the one, some as the other. */
static const char *past(const char *s)
{
    return s + (s[0] == 'o' && s[1] == 'e' ? 2 : 1);
}

static bool begins(const char *hay, const char *needle)
{
    while (*needle && *hay == *needle) {
        hay = past(hay);
        needle = past(needle);
    }
    return *needle == '\0';
}

/* As it stands first: in "noen" stands "en". Both are folded. */
static bool stands_in(const char *hay, const char *needle)
{
    if (strstr(hay, needle))
        return true;
    if (strstr(hay, "oe") == NULL && strstr(needle, "oe") == NULL)
        return false;
    for (; *hay; hay++)
        if (begins(hay, needle))
            return true;
    return false;
}

bool utf8_contains(const char *hay, const char *folded_needle)
{
    char small[512], *folded = small;

    if (!*folded_needle)
        return true;
    if (fold_plain(small, sizeof small, hay))
        return stands_in(small, folded_needle);
    size_t bytes = utf8_fold(small, sizeof small, hay);
    if (bytes >= sizeof small) {
        folded = mem_alloc(bytes + 1);
        utf8_fold(folded, bytes + 1, hay);
    }
    bool found = stands_in(folded, folded_needle);
    if (folded != small)
        mem_free(folded);
    return found;
}
