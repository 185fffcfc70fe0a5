#ifndef STROM_BASE_UTF8_H
#define STROM_BASE_UTF8_H

/* UTF-8: decoding, width and folding. Widths are those of wcwidth(3), as curses sees them. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes one character from text (bytes left: n). Returns the bytes used (1..4), *cp the code
 * point; an invalid byte gives 1 and *cp = 0xFFFFFFFF. At the end (n 0 or NUL) returns 0. */
size_t utf8_next(const char *text, size_t n, uint32_t *cp);
size_t utf8_put(char out[4], uint32_t cp); /* bytes written, 0 for no character */
bool utf8_is_locale(void);                /* LC_CTYPE's characters are written so */
bool utf8_valid(const char *text, size_t n);
bool utf8_is_blank(const char *text); /* nothing in it can be seen; NULL too */
bool utf8_is_line(const char *text);  /* valid, and no control character in it: no line break */
int utf8_width(const char *text);     /* columns; -1 for a control character inside */
int utf8_char_width(uint32_t cp);     /* 0, 1, 2; -1 for a control character */
bool utf8_is_assigned(uint32_t cp);   /* a character, or for private use: terminals drop others */

/* Folds for searching: case, accents, composed and decomposed alike; and the Norwegian letters with
 * the spellings people use for them: æ->ae, ø->o, å->a, aa->a. Writes at most cap-1 bytes and a
 * NUL; returns the bytes of the whole result. */
size_t utf8_fold(char *out, size_t cap, const char *text);
/* needle must be folded already; hay is folded on the way. "" is found everywhere. Spellings of one
 * letter find each other, whoever wrote which: ø, o and oe; å, aa and a; æ and ae. */
bool utf8_contains(const char *hay, const char *folded_needle);

#endif
