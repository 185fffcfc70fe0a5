#ifndef STROM_TUI_TEXT_H
#define STROM_TUI_TEXT_H

/* Text measured in columns, never in bytes. A cluster is what a person sees as one sign: a
 * character with the combining marks, variation selectors and joined characters that follow it.
 * Inputs should have passed safe_text; a control character counts as one column and is drawn as
 * '?'. */

#include <stdbool.h>
#include <stddef.h>

/* The first cluster of text (n bytes left; SIZE_MAX: until NUL). Returns its bytes, 0 at the end;
 * *width is 0..2 columns. */
size_t text_cluster(const char *text, size_t n, int *width);
size_t text_cluster_before(const char *text,
                           size_t at); /* bytes of the cluster that ends at `at` */

/* How many bytes from the start are one column each: printable ASCII with no mark behind. */
size_t text_plain(const char *text, size_t n);

int text_width(const char *text);
int text_widthn(const char *text, size_t n);
size_t text_fit(const char *text, size_t n, int columns, int *used); /* bytes that fit whole */

/* Each writes at most cap-1 bytes and a NUL into out and returns out. `ascii` cuts with ".." for
 * "…". */
const char *text_cut(char *out, size_t cap, const char *text, int columns,
                     bool ascii); /* at the end */
const char *text_cut_middle(char *out, size_t cap, const char *text, int columns,
                            bool ascii); /* "regel_…_v2" */
enum text_align { TEXT_LEFT, TEXT_RIGHT, TEXT_CENTER };
const char *text_pad(char *out, size_t cap, const char *text, int columns, enum text_align align,
                     bool ascii); /* cut when too wide: always exactly `columns` wide */

/* Wraps on words: gives the bytes of the next line (at most columns wide; a longer word is broken)
 * and moves *text behind it and the blanks at the break. Returns 0 at the end of the text; an empty
 * line of a text with line ends gives 0 with *more true. */
size_t text_wrap(const char **text, int columns, bool *more);
int text_wrap_count(const char *text, int columns); /* lines it takes, at least 1 */

/* The first line of text without its end, tabs as blanks up to the next fourth column, into out
 * (cut when it is longer). Returns the bytes to step over, the line end included; 0 at the end of
 * the text. */
size_t text_line(char *out, size_t cap, const char *text);

#endif
