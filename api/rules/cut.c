#include "api/rules/cut.h"

#include <stdbool.h>
#include <string.h>

/* --- folding --- */

/* The letter that stands for a Latin-1 or Latin Extended-A code point; 0: none. */
static char plain_letter(unsigned cp)
{
    static const char upper_half[] = "aaaaaaaceeeeiiiidnooooo*ouuuuyts"  /* U+00C0 */
                                     "aaaaaaaceeeeiiiidnooooo/ouuuuyty"; /* U+00E0 */
    if (cp >= 0xC0 && cp <= 0xFF) {
        char c = upper_half[cp - 0xC0];
        return c == '*' || c == '/' ? 0 : c;
    }
    return 0;
}

static bool is_upper(unsigned char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(unsigned char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

/* One letter of the name as a plain one. class: what the next letter is compared with for camel
 * case. */
enum letter_class { LETTER_NONE, LETTER_LOWER, LETTER_UPPER, LETTER_DIGIT };

struct letter {
    char c;
    enum letter_class class;
    size_t bytes;
};

static struct letter wide_letter(const unsigned char *s, size_t n)
{
    struct letter l = {0, LETTER_NONE, 1};
    if (n < 2 || (s[0] & 0xE0) != 0xC0 || (s[1] & 0xC0) != 0x80)
        return l;
    unsigned cp = ((unsigned)(s[0] & 0x1F) << 6) | (s[1] & 0x3F);
    l.bytes = 2;
    if (cp >= 0x300 && cp <= 0x36F) { /* a combining mark: its letter came before */
        l.c = ' ';
        l.class = LETTER_LOWER;
        return l;
    }
    l.c = plain_letter(cp);
    if (l.c)
        l.class = cp < 0xDF ? LETTER_UPPER : LETTER_LOWER;
    return l;
}

static struct letter next_letter(const unsigned char *s, size_t n)
{
    unsigned char c = s[0];
    if (is_lower(c))
        return (struct letter){(char)c, LETTER_LOWER, 1};
    if (is_upper(c))
        return (struct letter){(char)(c | 0x20), LETTER_UPPER, 1};
    if (is_digit(c))
        return (struct letter){(char)c, LETTER_DIGIT, 1};
    return wide_letter(s, n);
}

/* ø is also written oe, å aa, æ ae: a second letter that only spells is dropped. */
static bool only_spells(char before, char c)
{
    return (before == 'o' && c == 'e') || (before == 'a' && (c == 'a' || c == 'e'));
}

size_t match_fold(char *out, size_t cap, const char *text, size_t bytes)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t n = 0;
    for (size_t i = 0; i < bytes && n + 1 < cap;) {
        struct letter l = next_letter(s + i, bytes - i);
        i += l.bytes;
        if (l.c == 0 || l.c == ' ' || (n > 0 && only_spells(out[n - 1], l.c)))
            continue;
        out[n++] = l.c;
    }
    if (cap > 0)
        out[n] = '\0';
    return n;
}

/* --- tokens --- */

struct cutter {
    struct tokens *t;
    enum letter_class before;
    bool open; /* the last token still grows */
};

static void begin_token(struct cutter *k)
{
    if (k->t->n < MATCH_PIECES) {
        k->t->start[k->t->n++] = (uint8_t)k->t->bytes;
        k->open = true;
    }
}

/* "JSONData": the D begins the word, although an upper case letter stands before it. */
static bool begins_word(const struct cutter *k, struct letter l, const unsigned char *rest,
                        size_t n)
{
    if (!k->open)
        return true;
    if (l.class == LETTER_DIGIT || k->before == LETTER_DIGIT)
        return l.class != k->before;
    if (l.class != LETTER_UPPER)
        return false;
    return k->before == LETTER_LOWER || (n > 0 && is_lower(rest[0]));
}

static void add_letter(struct cutter *k, struct letter l, const unsigned char *rest, size_t n)
{
    struct tokens *t = k->t;
    if (l.c == ' ')
        return;
    if (begins_word(k, l, rest, n))
        begin_token(k);
    bool fresh = t->n > 0 && t->start[t->n - 1] == t->bytes;
    k->before = l.class;
    if (!fresh && t->bytes > 0 && only_spells(t->text[t->bytes - 1], l.c))
        return;
    t->text[t->bytes++] = l.c;
}

void cut_name(struct tokens *t, const char *name)
{
    struct cutter k = {.t = t, .before = LETTER_NONE};
    const unsigned char *s = (const unsigned char *)name;
    size_t n = strlen(name);
    if (n > MATCH_NAME_BYTES)
        n = MATCH_NAME_BYTES;
    t->n = 0;
    t->bytes = 0;
    for (size_t i = 0; i < n;) {
        struct letter l = next_letter(s + i, n - i);
        i += l.bytes;
        if (l.c == 0)
            k.open = false;
        else
            add_letter(&k, l, s + i, n - i);
    }
    t->start[t->n] = (uint8_t)t->bytes;
    t->text[t->bytes] = '\0';
    text_of(&t->whole, t->text, t->bytes);
}

/* --- hashes --- */

static const uint64_t base = UINT64_C(1099511628211);

/* base to the power of n. */
static uint64_t power_of(size_t n)
{
    static uint64_t powers[MATCH_NAME_BYTES + 1]; /* made once, never changed after that */
    if (powers[0] == 0) {
        powers[0] = 1;
        for (size_t i = 1; i <= MATCH_NAME_BYTES; i++)
            powers[i] = powers[i - 1] * base;
    }
    return powers[n];
}

void text_of(struct text *t, const char *s, size_t n)
{
    t->s = s;
    t->running[0] = 0;
    for (size_t i = 0; i < n; i++)
        t->running[i + 1] = t->running[i] * base + (unsigned char)s[i];
}

uint64_t text_hash(const struct text *t, size_t from, size_t n)
{
    return t->running[from + n] - t->running[from] * power_of(n);
}
