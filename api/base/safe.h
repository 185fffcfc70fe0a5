#ifndef STROM_BASE_SAFE_H
#define STROM_BASE_SAFE_H

/* Foreign text made harmless: what comes from a database, an API, a file or the environment passes
 * here before it reaches a terminal, a log or a title. C0, DEL, C1, bidi controls, zero-width
 * characters, tags, line and paragraph separators, what Unicode has not assigned and invalid UTF-8
 * become visible (\x1b, \u202e). */

#include "api/base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str;

bool safe_is(const char *text);    /* nothing would be changed */
bool safe_turns(const char *text); /* a bidi control is in it: what stands around it is read
                                      in another order than it is written */
/* Writes at most cap-1 bytes and a NUL; cuts on the border of a character or of an escape. Returns
 * the bytes that the whole text would need, as snprintf does. */
size_t safe_text(char *out, size_t cap, const char *text);
const char *safe_copy(struct arena *a, const char *text); /* text itself when it is harmless */
/* As safe_text, but line breaks stay (for error texts and files of several lines). */
size_t safe_lines(char *out, size_t cap, const char *text);
bool safe_is_harmful(uint32_t cp); /* this character would be made visible */

/* As str_printf, for lines that people read: each %s is made harmless, its line breaks too (the
 * format's own stay), and a field's width counts columns, so that foreign and translated words stay
 * aligned. Precision of %s is in bytes, and leaves no half character. */
void safe_printf(struct str *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void safe_vprintf(struct str *out, const char *fmt, va_list args)
    __attribute__((format(printf, 2, 0)));

#endif
