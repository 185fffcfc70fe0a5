#include "api/rules/people.h"

#include "api/rules/match.h"
#include "api/rules/shape.h"

#include <stdint.h>
#include <string.h>

enum { SLOTS = 2048, WORD_BYTES = 24 };

enum { IS_GIVEN = 1, IS_FAMILY = 2, IS_STREET = 4, IS_FIRM = 8, IS_NAME = IS_GIVEN | IS_FAMILY };

struct entry {
    const char *text; /* into the rows, not ended by a NUL */
    uint8_t bytes, what;
};

/* Made once from constant rows and never changed after that. */
static struct entry entries[SLOTS];
static bool entries_made;

static struct entry *slot_of(const char *s, size_t n)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)s[i]) * 16777619u;
    size_t at = (h ^ (h >> 15)) & (SLOTS - 1);
    while (entries[at].text != NULL &&
           (entries[at].bytes != n || memcmp(entries[at].text, s, n) != 0))
        at = (at + 1) & (SLOTS - 1);
    return &entries[at];
}

static void add_row(const char *row, uint8_t what)
{
    while (*row) {
        size_t n = strcspn(row, " ");
        if (n > 0) {
            struct entry *e = slot_of(row, n);
            e->text = row;
            e->bytes = (uint8_t)n;
            e->what |= what;
        }
        row += n + strspn(row + n, " ");
    }
}

static void make_entries(void)
{
#define GIVEN(row)  add_row(row, IS_GIVEN);
#define FAMILY(row) add_row(row, IS_FAMILY);
#define FIRM(row)   add_row(row, IS_FIRM);
#define STREET(row) add_row(row, IS_STREET);
#include "api/rules/people.def"
#undef GIVEN
#undef FAMILY
#undef STREET
#undef FIRM
    entries_made = true;
}

static uint8_t what_is(const char *word, size_t n)
{
    if (!entries_made)
        make_entries();
    const struct entry *e = slot_of(word, n);
    return e->text ? e->what : 0;
}

static bool is_letter(char c)
{
    return (unsigned char)c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Calls for each word, folded; stops and returns true when one of them is of that kind. */
static bool has_word(const char *text, size_t n, uint8_t what)
{
    for (size_t i = 0; i < n;) {
        size_t from = i;
        while (i < n && is_letter(text[i]))
            i++;
        char folded[WORD_BYTES];
        size_t bytes = match_fold(folded, sizeof folded, text + from, i - from);
        if (bytes > 0 && bytes + 1 < sizeof folded && (what_is(folded, bytes) & what))
            return true;
        i += i == from;
    }
    return false;
}

/* Names are written with a capital; what is all lower case is something else. */
static bool begins_large(const char *text)
{
    return (*text >= 'A' && *text <= 'Z') || (unsigned char)*text >= 0x80;
}

bool people_has_name(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_letter(text[i]) && strchr(" .,'-", text[i]) == NULL)
            return false;
    return n > 0 && begins_large(text) && has_word(text, n, IS_NAME) && !has_word(text, n, IS_FIRM);
}

/* What the word from `i` is; *end: behind it. */
static uint8_t word_at(const char *text, size_t n, size_t i, size_t *end)
{
    char folded[WORD_BYTES];
    for (*end = i; *end < n && is_letter(text[*end]);)
        ++*end;
    size_t bytes = match_fold(folded, sizeof folded, text + i, *end - i);
    return bytes > 0 && bytes + 1 < sizeof folded ? what_is(folded, bytes) : 0;
}

bool people_is_full_name(const char *text, size_t n)
{
    size_t end, last = n, ignored;
    uint8_t first = word_at(text, n, 0, &end);
    while (last > end && is_letter(text[last - 1]))
        last--;
    if (last <= end || last == n)
        return false;
    uint8_t second = word_at(text, n, last, &ignored);
    if (text[end] == ',')
        return (first & IS_FAMILY) && (second & IS_GIVEN);
    return (first & IS_GIVEN) && (second & IS_FAMILY) && begins_large(text + last);
}

struct ending {
    const char *text;
    size_t bytes;
};

#define ENDING(text)                                                                               \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

/* The first of them are enough by themselves where a number follows: Storgata 12. */
static const struct ending street_endings[] = {
    ENDING("gata"),   ENDING("gaten"), ENDING("gate"),   ENDING("veien"), ENDING("vegen"),
    ENDING("vei"),    ENDING("veg"),   ENDING("alle"),   ENDING("stien"), ENDING("svingen"),
    ENDING("alleen"), ENDING("plass"), ENDING("bakken"), ENDING("tunet"), ENDING("ringen"),
    ENDING("brygge"), ENDING("torget")};

enum { CLEAR_ENDINGS = 10, ENDINGS = sizeof street_endings / sizeof street_endings[0] };

static bool ends_so(const char *word, size_t n, size_t endings)
{
    for (size_t i = 0; i < endings; i++) {
        const struct ending *e = &street_endings[i];
        if (n > e->bytes && word[n - 1] == e->text[e->bytes - 1] &&
            memcmp(word + n - e->bytes, e->text, e->bytes) == 0)
            return true;
    }
    return false;
}

/* Storgata, Kirkeveien: the ending of the word tells. */
static bool ends_as_street(const char *word, size_t n)
{
    return ends_so(word, n, ENDINGS) || (what_is(word, n) & IS_STREET) != 0;
}

static bool has_street(const char *text, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t from = i;
        while (i < n && is_letter(text[i]))
            i++;
        char folded[WORD_BYTES * 2];
        size_t bytes = match_fold(folded, sizeof folded, text + from, i - from);
        if (bytes > 0 && bytes + 1 < sizeof folded && ends_as_street(folded, bytes))
            return true;
        i += i == from;
    }
    return false;
}

/* "0123 Oslo" at the end: four digits alone, then a word with a capital, then nothing but letters.
 */
static bool ends_with_place(const char *text, size_t n)
{
    size_t at = n;
    while (at > 0 && (is_letter(text[at - 1]) || text[at - 1] == ' ' || text[at - 1] == '-'))
        at--;
    if (at < 4 || at + 3 > n || text[at] != ' ' || !begins_large(text + at + 1))
        return false;
    for (size_t i = at - 4; i < at; i++)
        if (!is_digit(text[i]))
            return false;
    return at == 4 || text[at - 5] == ' ' || text[at - 5] == ',';
}

/* A number of at most four digits that stands alone, perhaps with a letter: 12, 3B. */
static bool has_house_number(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_digit(text[i]) || (i > 0 && text[i - 1] != ' '))
            continue;
        size_t end = i;
        while (end < n && is_digit(text[end]))
            end++;
        size_t digits = end - i;
        if (end < n && is_letter(text[end]))
            end++;
        if (digits <= 4 && (end == n || text[end] == ' ' || text[end] == ','))
            return true;
        i = end;
    }
    return false;
}

bool people_is_address(const char *text, size_t n)
{
    if (ends_with_place(text, n))
        return true;
    return has_house_number(text, n) && has_street(text, n);
}

/* "Storgata 12", "Kirkeveien 3 B": the number is all that follows. */
static bool is_norwegian_street(const char *text, size_t n)
{
    size_t at = n;
    if (at > 0 && is_letter(text[at - 1]) && at > 1 &&
        (is_digit(text[at - 2]) || text[at - 2] == ' '))
        at--;
    while (at > 0 && text[at - 1] == ' ')
        at--;
    size_t to = at;
    while (at > 0 && is_digit(text[at - 1]))
        at--;
    if (to == at || to - at > 4 || at < 2 || text[at - 1] != ' ' || !begins_large(text))
        return false;
    return ends_so(text, at - 1, CLEAR_ENDINGS);
}

bool people_is_full_address(const char *text, size_t n)
{
    return is_norwegian_street(text, n) ||
           (ends_with_place(text, n) && has_house_number(text, n) && has_street(text, n));
}

/* Roads with numbers of their own: riksvei 15. */
static bool is_road(const char *word, size_t n)
{
    static const struct ending roads[] = {
        ENDING("riksvei"),   ENDING("riksveg"),   ENDING("fylkesvei"), ENDING("fylkesveg"),
        ENDING("europavei"), ENDING("europaveg"), ENDING("hovedvei")};
    for (size_t i = 0; i < sizeof roads / sizeof roads[0]; i++)
        if (n == roads[i].bytes && memcmp(word, roads[i].text, n) == 0)
            return true;
    return false;
}

bool people_holds_street(const char *text, size_t n)
{
    for (size_t i = 2, end; i < n; i = end) {
        for (end = i; end < n && is_digit(text[end]);)
            end++;
        if (end == i) {
            end++;
            continue;
        }
        if (end - i > 4 || text[i - 1] != ' ' || !is_letter(text[i - 2]))
            continue;
        size_t from = i - 1;
        while (from > 0 && is_letter(text[from - 1]))
            from--;
        char folded[WORD_BYTES * 2];
        size_t bytes = match_fold(folded, sizeof folded, text + from, i - 1 - from);
        if (begins_large(text + from) && bytes + 1 < sizeof folded && bytes > 0 &&
            ends_so(folded, bytes, CLEAR_ENDINGS) && !is_road(folded, bytes))
            return true;
    }
    return false;
}
