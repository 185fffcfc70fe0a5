#ifndef TESTS_FUZZ_MUTATE_H
#define TESTS_FUZZ_MUTATE_H

/* Seeded mutations: input n depends on the corpus, the words and n alone. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MUTATE_MAX = 16384, MUTATE_SEEDS = 64, MUTATE_WORDS = 96, MUTATE_WORD = 64 };

struct mutate_seed {
    uint8_t bytes[MUTATE_MAX];
    size_t n;
};

struct mutate {
    struct mutate_seed seeds[MUTATE_SEEDS];
    size_t n_seeds;
    struct {
        uint8_t bytes[MUTATE_WORD];
        size_t n;
    } words[MUTATE_WORDS];
    size_t n_words;
};

/* Reads a dictionary as libFuzzer has it: a line "text" with \xNN, \\ and \"; # begins a comment.
 */
bool mutate_words(struct mutate *m, const char *path);
/* The corpus itself for n below n_seeds. out has MUTATE_MAX bytes; returns how many are used. */
size_t mutate_input(const struct mutate *m, long n, uint8_t *out);

#endif
