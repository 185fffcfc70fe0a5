#ifndef STROM_RULES_MATCH_H
#define STROM_RULES_MATCH_H

/* Names taken apart: snake and camel case, digits, Norwegian compounds and spellings, plurals. The
 * words are those of words.def; nothing is allocated. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MATCH_NAME_BYTES = 128, MATCH_PIECES = 24, MATCH_SPELLING = 48 };

/* What a column of that name holds. */
enum word_what {
#define WHAT(name, why) WHAT_##name,
#include "api/rules/kinds.def"
    WHAT_COUNT_,
    WHAT_NOTHING
};

/* Whom or what it is about. */
enum word_whose {
#define WHOSE(name, why) WHOSE_##name,
#include "api/rules/kinds.def"
    WHOSE_COUNT_,
    WHOSE_NOTHING
};

#define WHAT_BIT(name)  (UINT64_C(1) << WHAT_##name)
#define WHOSE_BIT(name) (UINT32_C(1) << WHOSE_##name)

struct words {
    uint64_t any;   /* what: all its words together */
    uint64_t head;  /* what: the words that say what the whole is */
    uint64_t last;  /* what: its last word that is not transparent (CLEAR) */
    uint32_t whose; /* all its words together */
    uint32_t last_whose;
    uint32_t
        owner;    /* whose of the nearest word before the last that tells; 0: an unknown one does */
    bool single;  /* one word, transparent ones aside */
    bool idle;    /* its last word is known, and says nothing: enabled, sendt */
    bool asks;    /* begins as a question does: er_, is_, har_, skal_ */
    bool by_whom; /* somebody's doing: opprettet_av, created_by */
};

void match_name(const char *name, struct words *out);
/* The words of a comment: whole ones only, and only what is never said in passing. */
void match_prose(const char *text, struct words *out);
/* The folded spelling (lower case, ø, å, æ and their spellings as one); at most cap-1 bytes. */
size_t match_fold(char *out, size_t cap, const char *text, size_t bytes);

#endif
