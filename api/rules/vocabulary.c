#include "api/rules/vocabulary.h"

#include <assert.h>
#include <string.h>

enum { SLOTS = 8192 };

/* Made once from constant rows and never changed after that. */
static struct word vocabulary[SLOTS];
static bool vocabulary_made;

static struct word *slot_of(const struct text *t, size_t from, size_t n)
{
    uint64_t hash = text_hash(t, from, n);
    uint32_t check = (uint32_t)(hash >> 32);
    size_t at = (size_t)((hash ^ (hash >> 29)) & (SLOTS - 1));
    for (; vocabulary[at].spelling != NULL; at = (at + 1) & (SLOTS - 1))
        if (vocabulary[at].check == check && vocabulary[at].bytes == n &&
            memcmp(vocabulary[at].spelling, t->s + from, n) == 0)
            break;
    return &vocabulary[at];
}

enum place { PLACE_ALONE, PLACE_ANYWHERE, PLACE_BEGINS };

static void add_word(const char *s, size_t n, int what, int whose, enum place place)
{
    assert(n <= MATCH_SPELLING);
    struct text t;
    text_of(&t, s, n);
    struct word *w = slot_of(&t, 0, n);
    w->spelling = s;
    w->check = (uint32_t)(text_hash(&t, 0, n) >> 32);
    w->bytes = (uint8_t)n;
    w->part |= place == PLACE_ANYWHERE;
    w->begins |= place == PLACE_BEGINS;
    if (what != WHAT_NOTHING)
        w->what |= UINT64_C(1) << what;
    if (whose != WHOSE_NOTHING)
        w->whose |= UINT32_C(1) << whose;
}

static void add_row(const char *spellings, int what, int whose, enum place place)
{
    const char *s = spellings;
    while (*s) {
        size_t n = strcspn(s, " ");
        if (n > 0)
            add_word(s, n, what, whose, place);
        s += n + strspn(s + n, " ");
    }
}

/* In words.def a row's 0 reads as "nothing". */
enum { WHAT_0 = WHAT_NOTHING, WHOSE_0 = WHOSE_NOTHING };

static void make_vocabulary(void)
{
#define WORDS(what, whose, spellings)  {spellings, WHAT_##what, WHOSE_##whose, PLACE_ANYWHERE},
#define ALONE(what, whose, spellings)  {spellings, WHAT_##what, WHOSE_##whose, PLACE_ALONE},
#define BEGINS(what, whose, spellings) {spellings, WHAT_##what, WHOSE_##whose, PLACE_BEGINS},
    static const struct {
        const char *spellings;
        int what, whose;
        enum place place;
    } rows[] = {
#include "api/rules/words.def"
    };
#undef WORDS
#undef ALONE
#undef BEGINS
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        add_row(rows[i].spellings, rows[i].what, rows[i].whose, rows[i].place);
    vocabulary_made = true;
}

const struct word *vocabulary_find(const struct text *t, size_t from, size_t n)
{
    if (!vocabulary_made)
        make_vocabulary();
    if (n == 0 || n > MATCH_SPELLING)
        return NULL;
    const struct word *w = slot_of(t, from, n);
    return w->spelling ? w : NULL;
}

/* histories, injuries: the end of the word changes, so the spelling is put together again. */
static const struct word *find_of_ies(const struct text *t, size_t from, size_t n)
{
    enum { STEM = 4, ENDING = 3 };
    if (n < STEM + ENDING || n > MATCH_SPELLING ||
        memcmp(t->s + from + n - ENDING, "ies", ENDING) != 0)
        return NULL;
    char spelling[MATCH_SPELLING];
    struct text single;
    memcpy(spelling, t->s + from, n - ENDING);
    spelling[n - ENDING] = 'y';
    text_of(&single, spelling, n - ENDING + 1);
    return vocabulary_find(&single, 0, n - ENDING + 1);
}

/* As find, but also in the plural and with the Norwegian article: adresser, kommentaren. Words that
 * only count as a whole are mostly English: short ones have of these endings only the s. */
const struct word *vocabulary_find_inflected(const struct text *t, size_t from, size_t n)
{
    static const char *const endings[] = {"s",  "es", "r",  "n",  "e",  "a",
                                          "er", "en", "et", "ne", "ene"};
    enum { ENGLISH = 2, STEM = 4, LONG_STEM = 7 };
    const struct word *w = vocabulary_find(t, from, n);
    if (w || n <= STEM || strchr("srneat", t->s[from + n - 1]) == NULL)
        return w;
    for (size_t i = 0; w == NULL && i < sizeof endings / sizeof endings[0]; i++) {
        size_t ending = strlen(endings[i]);
        if (n < ending + STEM || memcmp(t->s + from + n - ending, endings[i], ending) != 0)
            continue;
        w = vocabulary_find(t, from, n - ending);
        if (w && !w->part && i >= ENGLISH && n - ending < LONG_STEM)
            w = NULL;
    }
    return w ? w : find_of_ies(t, from, n);
}
