#ifndef STROM_BASE_FIGURE_H
#define STROM_BASE_FIGURE_H

/* Sizes and counts as people read them. Each writes into out and returns it; below 0 gives "?". */

#include <stdint.h>

enum { FIGURE_TEXT = 32 };
const char *figure_bytes(int64_t bytes, char out[FIGURE_TEXT]); /* "12.4 MB", powers of 1000 */
const char *figure_count(int64_t n, char out[FIGURE_TEXT]);     /* "12 500" */

/* "0.5" and "12.40", with the decimal mark of the person's language, as figure_bytes has it. */
const char *figure_tenths(double value, char out[FIGURE_TEXT]);
const char *figure_money(double value, char out[FIGURE_TEXT]);

#endif
