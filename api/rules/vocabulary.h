#ifndef STROM_RULES_VOCABULARY_H
#define STROM_RULES_VOCABULARY_H

/* The words of words.def, to be looked up. */

#include "api/rules/cut.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct word {
    const char *spelling; /* into the rows of words.def, not ended by a NUL; NULL: a free slot */
    uint64_t what;
    uint32_t whose;
    uint32_t check; /* the upper half of its hash: most misses end here */
    uint8_t bytes;
    bool part;   /* may stand inside a compound */
    bool begins; /* may be what a longer compound begins with */
};

/* A part of the text; NULL when it is no word. */
const struct word *vocabulary_find(const struct text *t, size_t from, size_t n);
/* Also in the plural and with the Norwegian article: adresser, kommentaren. */
const struct word *vocabulary_find_inflected(const struct text *t, size_t from, size_t n);

#endif
