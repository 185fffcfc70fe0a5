#include "tests/fuzz/mutate.h"

#include <stdio.h>
#include <string.h>

struct dice {
    uint64_t state;
};

/* splitmix64 */
static uint64_t roll(struct dice *d)
{
    uint64_t z = d->state += 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
}

static size_t below(struct dice *d, size_t n)
{
    return n ? (size_t)(roll(d) % n) : 0;
}

/* --- the dictionary --- */

bool mutate_words(struct mutate *m, const char *path)
{
    FILE *f = fopen(path, "r");
    long n = -2;
    while (f && m->n_words < MUTATE_WORDS &&
           (n = corpus_word(f, m->words[m->n_words].bytes, MUTATE_WORD)) > 0)
        m->words[m->n_words++].n = (size_t)n;
    if (f)
        fclose(f);
    return n == -1 && m->n_words > 0;
}

/* --- one change --- */

struct draft {
    uint8_t *bytes;
    size_t n;
};

static void put_in(struct draft *d, size_t at, const uint8_t *bytes, size_t n)
{
    if (n > MUTATE_MAX - d->n)
        n = MUTATE_MAX - d->n;
    memmove(d->bytes + at + n, d->bytes + at, d->n - at);
    memcpy(d->bytes + at, bytes, n);
    d->n += n;
}

static void take_out(struct draft *d, size_t at, size_t n)
{
    if (n > d->n - at)
        n = d->n - at;
    memmove(d->bytes + at, d->bytes + at + n, d->n - at - n);
    d->n -= n;
}

/* A piece of the draft itself, once or very often: depth and length. */
static void repeat(struct draft *d, struct dice *dice)
{
    uint8_t piece[64];
    size_t from = below(dice, d->n), n = 1 + below(dice, sizeof piece);
    if (n > d->n - from)
        n = d->n - from;
    memcpy(piece, d->bytes + from, n);
    size_t times = below(dice, 4) ? 1 : 1 + below(dice, 200);
    while (times-- > 0)
        put_in(d, from, piece, n);
}

static void splice(struct draft *d, const struct mutate *m, struct dice *dice)
{
    const struct corpus_input *other = &m->corpus.inputs[below(dice, m->corpus.n)];
    if (other->n == 0)
        return;
    size_t from = below(dice, other->n), n = 1 + below(dice, other->n - from);
    put_in(d, below(dice, d->n + 1), other->bytes + from, n);
}

static void put_byte(struct draft *d, struct dice *dice)
{
    static const uint8_t telling[] = {0,   1,    '\t', '\n', '\r', 0x1b, ' ',  '"',  '\'', '\\',
                                      '$', 0x7f, 0x80, 0xc2, 0xe2, 0xed, 0xf4, 0xff, '{',  '['};
    uint8_t byte =
        below(dice, 2) ? telling[below(dice, sizeof telling)] : (uint8_t)below(dice, 256);
    if (below(dice, 2) || d->n == 0)
        put_in(d, below(dice, d->n + 1), &byte, 1);
    else
        d->bytes[below(dice, d->n)] = byte;
}

static void change(struct draft *d, const struct mutate *m, struct dice *dice)
{
    size_t kind = below(dice, 8), word = below(dice, m->n_words);
    if (kind <= 1)
        put_byte(d, dice);
    else if (kind <= 3)
        put_in(d, below(dice, d->n + 1), m->words[word].bytes, m->words[word].n);
    else if (kind == 4)
        splice(d, m, dice);
    else if (d->n == 0)
        return;
    else if (kind == 5)
        take_out(d, below(dice, d->n), 1 + below(dice, below(dice, 3) ? 8 : d->n));
    else if (kind == 6)
        repeat(d, dice);
    else
        d->bytes[below(dice, d->n)] ^= (uint8_t)(1U << below(dice, 8));
}

size_t mutate_input(const struct mutate *m, long n, uint8_t *out)
{
    struct dice dice = {.state = (uint64_t)n * 0x2545f4914f6cdd1dU};
    bool whole = n < (long)m->corpus.n;
    const struct corpus_input *from =
        &m->corpus.inputs[whole ? (size_t)n : below(&dice, m->corpus.n)];
    struct draft d = {.bytes = out, .n = from->n};
    memcpy(out, from->bytes, from->n);
    for (size_t changes = whole ? 0 : 1 + below(&dice, 6); changes > 0; changes--)
        change(&d, m, &dice);
    return d.n;
}
