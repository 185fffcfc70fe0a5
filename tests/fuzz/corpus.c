#include "tests/fuzz/corpus.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

static bool add(struct corpus *c, const uint8_t *bytes, size_t n)
{
    if (c->n == CORPUS_INPUTS)
        return false;
    uint8_t *copy = malloc(n ? n : 1);
    if (!copy)
        return false;
    if (n)
        memcpy(copy, bytes, n);
    c->inputs[c->n].bytes = copy;
    c->inputs[c->n++].n = n;
    return true;
}

/* --- the three forms --- */

static int digit(int c)
{
    return isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : -1;
}

static bool load_hex(struct corpus *c, FILE *in)
{
    uint8_t bytes[CORPUS_MAX];
    size_t digits = 0;
    bool comment = false;
    for (int ch; (ch = getc(in)) != EOF;) {
        comment = ch == '#' || (comment && ch != '\n');
        if (comment || ch == ' ' || ch == '\n')
            continue;
        int value = digit(ch);
        if (value < 0 || digits / 2 == sizeof bytes)
            return false;
        bytes[digits / 2] = (uint8_t)(digits % 2 ? bytes[digits / 2] << 4 | value : value);
        digits++;
    }
    return digits % 2 == 0 && add(c, bytes, digits / 2);
}

static bool load_whole(struct corpus *c, FILE *in)
{
    uint8_t bytes[CORPUS_MAX];
    size_t n = fread(bytes, 1, sizeof bytes, in);
    return getc(in) == EOF && add(c, bytes, n);
}

/* What \ stands before. -1: nothing. */
static int escaped(FILE *in)
{
    int c = getc(in);
    if (c != 'x')
        return c;
    int high = digit(getc(in)), low = digit(getc(in));
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

long corpus_word(FILE *in, uint8_t *out, size_t room)
{
    size_t n = 0;
    int c;
    while ((c = getc(in)) == '\n' || c == '#')
        while (c != '\n' && c != EOF)
            c = getc(in);
    if (c == EOF)
        return -1;
    if (c != '"')
        return -2;
    while ((c = getc(in)) != '"') {
        if (c == '\\')
            c = escaped(in);
        if (c < 0 || n == room)
            return -2;
        out[n++] = (uint8_t)c;
    }
    return getc(in) == '\n' ? (long)n : -2;
}

static bool load_list(struct corpus *c, FILE *in)
{
    uint8_t bytes[CORPUS_MAX];
    long n;
    while ((n = corpus_word(in, bytes, sizeof bytes)) >= 0)
        if (!add(c, bytes, (size_t)n))
            return false;
    return n == -1;
}

/* --- files --- */

static bool ends(const char *path, const char *end)
{
    size_t n = strlen(path), m = strlen(end);
    return n > m && strcmp(path + n - m, end) == 0;
}

bool corpus_load(struct corpus *c, const char *path)
{
    FILE *in = fopen(path, "rb");
    bool good = in && (ends(path, ".hex")    ? load_hex(c, in)
                       : ends(path, ".list") ? load_list(c, in)
                                             : load_whole(c, in));
    if (in)
        fclose(in);
    if (!good)
        fprintf(stderr, "%s cannot be read, or is too long\n", path);
    return good;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool corpus_load_folder(struct corpus *c, const char *folder)
{
    static char *names[CORPUS_INPUTS];
    char path[2048];
    size_t n = 0;
    bool good = true;
    DIR *d = opendir(folder);
    for (struct dirent *entry; d && n < CORPUS_INPUTS && (entry = readdir(d)) != NULL;)
        if (entry->d_name[0] != '.')
            names[n++] = strdup(entry->d_name);
    if (d)
        closedir(d);
    qsort(names, n, sizeof *names, by_name);
    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        good = good && corpus_load(c, path);
        free(names[i]);
    }
    return d && good;
}

bool corpus_save(const struct corpus *c, const char *folder)
{
    char path[2048];
    for (size_t i = 0; i < c->n; i++) {
        snprintf(path, sizeof path, "%s/%04zu", folder, i);
        FILE *out = fopen(path, "wb");
        bool good = out && fwrite(c->inputs[i].bytes, 1, c->inputs[i].n, out) == c->inputs[i].n;
        if (!out || fclose(out) != 0 || !good)
            return false;
    }
    return true;
}

/* --- as a list --- */

static int by_length(const void *a, const void *b)
{
    const struct corpus_input *x = a, *y = b;
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    return memcmp(x->bytes, y->bytes, x->n);
}

static void print(const struct corpus_input *input, FILE *out)
{
    putc('"', out);
    for (size_t i = 0; i < input->n; i++) {
        int c = input->bytes[i];
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c >= 0x20 && c < 0x7f)
            putc(c, out);
        else
            fprintf(out, "\\x%02x", (unsigned)c);
    }
    fputs("\"\n", out);
}

void corpus_print(const struct corpus *c, FILE *out)
{
    struct corpus_input *sorted = calloc(c->n + 1, sizeof *sorted);
    if (!sorted)
        return;
    memcpy(sorted, c->inputs, c->n * sizeof *sorted);
    qsort(sorted, c->n, sizeof *sorted, by_length);
    for (size_t i = 0; i < c->n; i++)
        print(&sorted[i], out);
    free(sorted);
}

void corpus_done(struct corpus *c)
{
    while (c->n > 0)
        free(c->inputs[--c->n].bytes);
}
