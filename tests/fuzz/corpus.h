#ifndef TESTS_FUZZ_CORPUS_H
#define TESTS_FUZZ_CORPUS_H

/* A target's inputs, as they stand in corpus/TARGET: a file is one input; in NAME.hex it is two
 * digits a byte, with blanks and # comments; NAME.list holds an input a line, in quotes, as a
 * dictionary has its words. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { CORPUS_MAX = 16384, CORPUS_INPUTS = 4096 };

struct corpus_input {
    uint8_t *bytes;
    size_t n;
};

struct corpus {
    struct corpus_input inputs[CORPUS_INPUTS];
    size_t n;
};

/* Adds what stands in one file; false, with a word on stderr, when that cannot be read. */
bool corpus_load(struct corpus *c, const char *path);
bool corpus_load_folder(struct corpus *c, const char *folder); /* in the order of their names */
/* Each as a plain file 0000, 0001, ... of the folder. */
bool corpus_save(const struct corpus *c, const char *folder);
void corpus_print(const struct corpus *c, FILE *out); /* as a list, the shortest first */
void corpus_done(struct corpus *c);

/* The next line "text" with \xNN, \\ and \" inside, # comments and empty lines stepped over. Its
 * bytes, at most room; -1 at the end, -2 when it is no such line or is longer. */
long corpus_word(FILE *in, uint8_t *out, size_t room);

#endif
