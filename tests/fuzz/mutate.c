#include "tests/fuzz/mutate.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
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

static bool read_word(const char *p, struct mutate *m)
{
    size_t n = 0;
    for (; *p && *p != '"'; p++) {
        unsigned value = (unsigned char)*p;
        if (n == MUTATE_WORD)
            return false;
        if (*p == '\\' && p[1] == 'x' && isxdigit((unsigned char)p[2]) &&
            isxdigit((unsigned char)p[3])) {
            char hex[3] = {p[2], p[3], '\0'};
            value = (unsigned)strtoul(hex, NULL, 16);
            p += 3;
        } else if (*p == '\\' && p[1]) {
            value = (unsigned char)*++p;
        }
        m->words[m->n_words].bytes[n++] = (uint8_t)value;
    }
    m->words[m->n_words++].n = n;
    return *p == '"' && n > 0;
}

bool mutate_words(struct mutate *m, const char *path)
{
    char line[512];
    bool good = true;
    FILE *f = fopen(path, "r");
    while (f && good && fgets(line, sizeof line, f)) {
        if (line[0] == '#' || line[0] == '\n')
            continue;
        good = line[0] == '"' && m->n_words < MUTATE_WORDS && read_word(line + 1, m);
    }
    if (f)
        fclose(f);
    return good && m->n_words > 0;
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
    const struct mutate_seed *other = &m->seeds[below(dice, m->n_seeds)];
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
    bool whole = n < (long)m->n_seeds;
    const struct mutate_seed *from = &m->seeds[whole ? (size_t)n : below(&dice, m->n_seeds)];
    struct draft d = {.bytes = out, .n = from->n};
    memcpy(out, from->bytes, from->n);
    for (size_t changes = whole ? 0 : 1 + below(&dice, 6); changes > 0; changes--)
        change(&d, m, &dice);
    return d.n;
}
