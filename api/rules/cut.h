#ifndef STROM_RULES_CUT_H
#define STROM_RULES_CUT_H

/* A name, folded and cut into tokens: at separators, at camelCase, between letters and digits. */

#include "api/rules/match.h"

#include <stddef.h>
#include <stdint.h>

/* Any part of a text can be looked up without reading it again: its hash is made from the running
 * hashes at its ends. */
struct text {
    const char *s;
    uint64_t running[MATCH_NAME_BYTES + 1];
};

struct tokens {
    char text[MATCH_NAME_BYTES + 1]; /* without separators */
    struct text whole;               /* of text: tokens do not move */
    uint8_t start[MATCH_PIECES + 1]; /* where each token begins; one more for the end */
    size_t n;
    size_t bytes;
};

void cut_name(struct tokens *t, const char *name);

void text_of(struct text *t, const char *s, size_t n); /* n at most MATCH_NAME_BYTES; borrows s */
uint64_t text_hash(const struct text *t, size_t from, size_t n);

#endif
