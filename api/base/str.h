#ifndef STROM_BASE_STR_H
#define STROM_BASE_STR_H

/* A string that grows. `{0}` is a valid empty one; `text` is NULL until something was added, so
 * read it through str_text. Owned by whoever declared it; str_done frees. */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct str {
    char *text;
    size_t bytes; /* without the final NUL */
    size_t room;
};

void str_done(struct str *s);
void str_clear(struct str *s);                 /* empty, keeps its room */
const char *str_text(const struct str *s);     /* never NULL */
void str_add(struct str *s, const char *more); /* NULL adds nothing */
void str_addn(struct str *s, const char *more, size_t bytes);
void str_addc(struct str *s, char c);
/* Between two such quotes; a backslash stands before each quote and backslash of the text. */
void str_add_quoted(struct str *s, const char *text, char quote);
void str_printf(struct str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void str_vprintf(struct str *s, const char *fmt, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Small helpers on plain C strings. */
bool str_eq(const char *a, const char *b); /* NULL equals only NULL */
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
bool str_is_empty(const char *s); /* NULL or "" */
/* Copies at most cap-1 bytes, cuts on a UTF-8 border, always ends in NUL; returns false when cut.
 */
bool str_copy(char *to, size_t cap, const char *from);
/* Strict decimal: the whole string is a number within [min, max], or false. */
bool str_int64(const char *s, long long min, long long max, long long *out);

#endif
