#include "api/rules/match.h"
#include "api/rules/vocabulary.h"

#include <string.h>

_Static_assert(WHAT_COUNT_ <= 64, "kinds of words are bits of a uint64_t");
_Static_assert(WHOSE_COUNT_ <= 32, "kinds of persons are bits of a uint32_t");

/* --- pieces --- */

struct piece {
    uint64_t what;
    uint32_t whose;
    bool known;
    bool glued;       /* to the one before: both are one word of the name */
    uint8_t from, to; /* in the text */
};

struct pieces {
    struct piece piece[MATCH_PIECES];
    size_t n;
};

static void add_piece(struct pieces *p, const struct word *w, size_t from, size_t to)
{
    if (p->n == MATCH_PIECES)
        return;
    struct piece *one = &p->piece[p->n++];
    *one = (struct piece){0};
    one->from = (uint8_t)from;
    one->to = (uint8_t)to;
    one->known = w != NULL;
    if (w) {
        one->what = w->what;
        one->whose = w->whose;
    }
}

static const struct word *find_part(const struct text *t, size_t from, size_t n)
{
    const struct word *w = vocabulary_find_inflected(t, from, n);
    return w && w->part ? w : NULL;
}

/* The first part of a compound: a known word, perhaps with a linking s or e. */
static const struct word *find_first_part(const struct text *t, size_t from, size_t n)
{
    const struct word *w = vocabulary_find_inflected(t, from, n);
    char end = t->s[from + n - 1];
    if (w == NULL && n > 4 && (end == 's' || end == 'e'))
        w = vocabulary_find_inflected(t, from, n - 1);
    return w;
}

/* What is no word inside others may still begin one: kreftregister. What follows is a word, not an
 * ending. */
static const struct word *find_beginning(const struct text *t, size_t from, size_t n, size_t to)
{
    enum { SHORTEST_REST = 4 };
    const struct word *w = vocabulary_find_inflected(t, from, n);
    return w && (w->part || (w->begins && to - from - n >= SHORTEST_REST)) ? w : NULL;
}

enum { SHORTEST_PART = 3 };

/* personid, sakid: too short to look for, unless all that stands before is a word. */
static bool split_short_end(const struct text *t, size_t from, size_t to, struct pieces *p)
{
    static const char *const ends[] = {"id", "nr", "ref", "av", "by", "ar"};
    enum { AV = 3, BY = 4 };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        size_t n = strlen(ends[i]);
        if (to - from < n + 4 || memcmp(t->s + to - n, ends[i], n) != 0)
            continue;
        const struct word *first = find_first_part(t, from, to - from - n);
        const char *end = t->s + to - n;
        bool doing = (i == AV && end[-1] == 't') || (i == BY && end[-1] == 'd' && end[-2] == 'e');
        if (first == NULL && !doing)
            continue;
        add_piece(p, first, from, to - n);
        add_piece(p, vocabulary_find(t, to - n, n), to - n, to);
        return true;
    }
    return false;
}

/* The longest known end decides, as in Norwegian; then the longest known beginning. */
static bool split_compound(const struct text *t, size_t from, size_t to, struct pieces *p)
{
    for (size_t at = from + 2; at + SHORTEST_PART <= to; at++) {
        const struct word *end = find_part(t, at, to - at);
        if (end == NULL)
            continue;
        const struct word *first = find_first_part(t, from, at - from);
        if (first || !split_compound(t, from, at, p))
            add_piece(p, first, from, at);
        add_piece(p, end, at, to);
        return true;
    }
    if (split_short_end(t, from, to, p))
        return true;
    for (size_t at = to - 2; at >= from + SHORTEST_PART && at < to; at--) {
        const struct word *first = find_beginning(t, from, at - from, to);
        if (first == NULL)
            continue;
        add_piece(p, first, from, at);
        add_piece(p, NULL, at, to);
        return true;
    }
    return false;
}

enum { LONGEST_PHRASE = 5 };

static void take_apart(const struct tokens *t, struct pieces *p)
{
    p->n = 0;
    for (size_t i = 0; i < t->n;) {
        size_t from = t->start[i], last = t->n - i;
        const struct word *w = NULL;
        size_t taken = last < LONGEST_PHRASE ? last : LONGEST_PHRASE;
        for (; taken > 0; taken--) {
            size_t bytes = t->start[i + taken] - from;
            w = vocabulary_find_inflected(&t->whole, from, bytes);
            if (w)
                break;
        }
        if (w == NULL)
            taken = 1;
        size_t to = t->start[i + taken];
        bool number = (t->text[from] >= '0' && t->text[from] <= '9');
        size_t n = p->n;
        if (w)
            add_piece(p, w, from, to);
        else if (!number && !split_compound(&t->whole, from, to, p))
            add_piece(p, NULL, from, to);
        for (n++; n < p->n; n++)
            p->piece[n].glued = true;
        i += taken;
    }
}

/* --- what the whole says --- */

/* "lagt_inn_av", "satt_opp_av": what stands between does not matter. */
static bool is_particle(const struct tokens *t, const struct piece *one)
{
    static const char *const particles[] = {"inn", "opp",   "ut", "ned", "over",
                                            "til", "igjen", "in", "up"};
    size_t n = (size_t)(one->to - one->from);
    for (size_t i = 0; i < sizeof particles / sizeof particles[0]; i++)
        if (strlen(particles[i]) == n && memcmp(t->text + one->from, particles[i], n) == 0)
            return true;
    return false;
}

static bool is_doing(const struct tokens *t, const struct piece *one)
{
    if (one->what & WHAT_BIT(MOVER))
        return false;
    if (one->what & WHAT_BIT(DOER))
        return true;
    size_t n = (size_t)(one->to - one->from);
    const char *end = t->text + one->to;
    if (n < 4)
        return false;
    bool passive = end[-2] == 'e' && end[-1] == 's'; /* "deles_av" */
    return passive || end[-1] == 't' || (end[-2] == 'e' && end[-1] == 'd');
}

/* opprettet_av, created_by, opprettet_av_navn; not sendt_av_system, utlost_av, forlengelse_av. */
static bool is_by_whom(const struct tokens *t, const struct pieces *p)
{
    const uint64_t goes_on = WHAT_BIT(NAME) | WHAT_BIT(IDENT) | WHAT_BIT(EMAIL) | WHAT_BIT(CLEAR) |
                             WHAT_BIT(NAVIDENT) | WHAT_BIT(STAFF) | WHAT_BIT(GIVEN) |
                             WHAT_BIT(IDENTIFIER) | WHAT_BIT(ID);
    for (size_t i = 1; i < p->n; i++) {
        size_t verb = i > 1 && is_particle(t, &p->piece[i - 1]) ? i - 2 : i - 1;
        if ((p->piece[i].what & WHAT_BIT(AV)) && is_doing(t, &p->piece[verb]))
            return i + 1 == p->n || (p->piece[i + 1].what & goes_on) != 0;
    }
    return false;
}

static bool is_clear(const struct piece *one)
{
    return (one->what & WHAT_BIT(CLEAR)) != 0;
}

/* "belop_foer", "saldo_after": of what stands there before. */
static bool is_hanging(const struct pieces *p, size_t i)
{
    return i > 0 && i + 1 == p->n && p->piece[i].what == WHAT_BIT(PREP) && !p->piece[i].whose;
}

/* The last word that is not transparent; when all are, the last. */
static size_t last_piece(const struct pieces *p)
{
    for (size_t i = p->n; i-- > 0;)
        if (!is_clear(&p->piece[i]) && !is_hanging(p, i))
            return i;
    return p->n - 1;
}

/* "bruker_ny_id" is the user's; "brukernotifikasjon_bestilling_id" is not. */
static uint32_t owner(const struct pieces *p, size_t last)
{
    for (size_t i = last; i-- > 0;)
        if (!p->piece[i].known || p->piece[i].whose)
            return p->piece[i].whose;
    return 0;
}

/* "navn_innsender", "begrunnelse_for_avslag", "tekst_nb": the head does not always come last. */
static uint64_t heads(const struct pieces *p, size_t last)
{
    uint64_t head = p->piece[last].what;
    for (size_t i = 1; i < last; i++)
        if (p->piece[i].what & WHAT_BIT(PREP))
            head |= p->piece[i - 1].what;
    const struct piece *end = &p->piece[last];
    bool of_itself = end->glued && !end->known; /* "vurderingsform": a form */
    bool says_whose = !end->known || end->what == 0 || (end->what & WHAT_BIT(PARTY)) ||
                      (end->what & WHAT_BIT(STAFF));
    if (last > 0 && (end->what & WHAT_BIT(TEXT))) /* "cv_text": text of what */
        head |= p->piece[last - 1].what;
    if (last > 0 && says_whose && !of_itself)
        head |= p->piece[0].what | p->piece[last - 1].what;
    return head;
}

void match_name(const char *name, struct words *out)
{
    *out = (struct words){0};
    struct tokens t;
    cut_name(&t, name);
    struct pieces p;
    take_apart(&t, &p);
    if (p.n == 0)
        return;
    for (size_t i = 0; i < p.n; i++) {
        if (is_hanging(&p, i))
            continue;
        out->any |= p.piece[i].what;
        out->whose |= p.piece[i].whose;
    }
    size_t last = last_piece(&p);
    out->last = p.piece[last].what;
    out->last_whose = p.piece[last].whose;
    out->idle = p.piece[last].known && !p.piece[last].what && !p.piece[last].whose;
    out->owner = owner(&p, last);
    out->head = heads(&p, last);
    size_t n = 0;
    for (size_t i = 0; i < p.n; i++)
        n += !is_clear(&p.piece[i]);
    out->single = n <= 1;
    out->asks = (p.piece[0].what & WHAT_BIT(ASKS)) && p.n > 1;
    out->by_whom = is_by_whom(&t, &p);
}

static bool stands_in_word(unsigned char c)
{
    return c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static void take_known(const char *folded, size_t bytes, struct words *out)
{
    struct text word;
    if (bytes > MATCH_SPELLING)
        return;
    text_of(&word, folded, bytes);
    const struct word *w = vocabulary_find_inflected(&word, 0, bytes);
    if (w && w->part) {
        out->any |= w->what;
        out->whose |= w->whose;
    }
}

void match_prose(const char *text, struct words *out)
{
    enum { LONGEST_COMMENT = 2048 };
    *out = (struct words){0};
    size_t n = strlen(text);
    if (n > LONGEST_COMMENT)
        n = LONGEST_COMMENT;
    char folded[2 * MATCH_SPELLING + 1];
    size_t before = 0; /* of the word before: "free text" is one in names */
    for (size_t i = 0; i < n;) {
        size_t from = i;
        while (i < n && stands_in_word((unsigned char)text[i]))
            i++;
        if (i == from) {
            before = text[i] == ' ' || text[i] == '-' ? before : 0;
            i++;
            continue;
        }
        size_t bytes = match_fold(folded + before, MATCH_SPELLING + 1, text + from, i - from);
        take_known(folded + before, bytes, out);
        if (before > 0)
            take_known(folded, before + bytes, out);
        memmove(folded, folded + before, bytes);
        before = bytes;
    }
}
