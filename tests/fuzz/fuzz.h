#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

/* A target is one C file with LLVMFuzzerTestOneInput: hostile bytes in, promises held or abort. It
 * is linked twice: with libFuzzer (tests/fuzz/run) and with main.c here, which runs the corpus and
 * seeded mutations of it as an ordinary test. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise of the code under test. Not assert(): it must hold in every kind of build. */
#define fuzz_must(condition) ((condition) ? (void)0 : fuzz_broken(#condition, __FILE__, __LINE__))
_Noreturn void fuzz_broken(const char *condition, const char *file, int line);

/* A copy of exactly these bytes (a NUL behind them where it is text), so that reading on is seen.
 * free() it. Text ends at the first NUL inside. */
char *fuzz_bytes(const uint8_t *data, size_t n);
char *fuzz_text(const uint8_t *data, size_t n);

/* An input taken apart from its front; at the end everything is 0 and "". */
struct fuzz_input {
    const uint8_t *at;
    size_t left;
};
unsigned fuzz_byte(struct fuzz_input *in);
char *fuzz_line(struct fuzz_input *in); /* up to a line end, which is stepped over; free() it */

void fuzz_touch(const void *bytes, size_t n); /* reads every byte */
void fuzz_touch_text(const char *text);       /* NULL is fine */

#endif
