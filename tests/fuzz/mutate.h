#ifndef TESTS_FUZZ_MUTATE_H
#define TESTS_FUZZ_MUTATE_H

/* Seeded mutations: input n depends on the corpus, the words and n alone. */

#include "tests/fuzz/corpus.h"

enum { MUTATE_MAX = CORPUS_MAX, MUTATE_WORDS = 512, MUTATE_WORD = 64 };

struct mutate {
    struct corpus corpus;
    struct {
        uint8_t bytes[MUTATE_WORD];
        size_t n;
    } words[MUTATE_WORDS];
    size_t n_words;
};

/* Reads a dictionary as libFuzzer has it. */
bool mutate_words(struct mutate *m, const char *path);
/* The corpus itself for n below its length. out has MUTATE_MAX bytes; returns how many are used. */
size_t mutate_input(const struct mutate *m, long n, uint8_t *out);

#endif
