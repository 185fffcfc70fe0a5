#ifndef STROM_RULES_STAMP_H
#define STROM_RULES_STAMP_H

/* A day, and perhaps a time of it, as databases, programs and people write them: 2024-01-31,
 * 31.01.2024, 2024-01-31T12:30:00.5+01:00[Europe/Oslo], 2024-01-31 12:30 CET. */

#include <stdbool.h>
#include <stddef.h>

struct stamp {
    size_t bytes; /* so far it goes: words may stand behind it. 0: there is none */
    int year;
    bool whole_day; /* no time, or one on the hour: in a zone of its own midnight has another */
};

/* At the beginning of a text that need not end in NUL. */
struct stamp stamp_at(const char *text, size_t n);
/* Where the one that ends the text begins, behind words; n: there is none. */
size_t stamp_behind(const char *text, size_t n);

#endif
