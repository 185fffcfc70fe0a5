#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fuzz_broken(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}

char *fuzz_bytes(const uint8_t *data, size_t n)
{
    char *copy = malloc(n ? n : 1);
    fuzz_must(copy != NULL);
    if (n)
        memcpy(copy, data, n);
    return copy;
}

char *fuzz_text(const uint8_t *data, size_t n)
{
    const uint8_t *end = n ? memchr(data, 0, n) : NULL;
    size_t bytes = end ? (size_t)(end - data) : n;
    char *copy = malloc(bytes + 1);
    fuzz_must(copy != NULL);
    if (bytes)
        memcpy(copy, data, bytes);
    copy[bytes] = '\0';
    return copy;
}

unsigned fuzz_byte(struct fuzz_input *in)
{
    if (in->left == 0)
        return 0;
    in->left--;
    return *in->at++;
}

char *fuzz_line(struct fuzz_input *in)
{
    const uint8_t *end = in->left ? memchr(in->at, '\n', in->left) : NULL;
    size_t n = end ? (size_t)(end - in->at) : in->left;
    char *line = fuzz_text(in->at, n);
    size_t step = n + (end ? 1 : 0);
    in->at += step;
    in->left -= step;
    return line;
}

void fuzz_touch(const void *bytes, size_t n)
{
    static volatile unsigned char sum;
    const unsigned char *p = bytes;
    for (size_t i = 0; i < n; i++)
        sum = (unsigned char)(sum ^ p[i]);
}

void fuzz_touch_text(const char *text)
{
    if (text)
        fuzz_touch(text, strlen(text));
}
