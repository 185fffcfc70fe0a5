#ifndef STROM_BASE_TR_H
#define STROM_BASE_TR_H

/* The program's own words in the person's language. The English text is the key; po/nb.po is
 * compiled into a table, so that no installed locale is needed. Unknown texts come back as they
 * are. */

#include <stdbool.h>
#include <stddef.h>

/* Borrowed, lives as long as the program. Formats pass through with their directives checked. */
const char *tr(const char *english) __attribute__((format_arg(1)));

/* Of the languages there are one more, "qps-ploc", is for tests: each of our texts is in it, every
 * letter with a mark on it, so that a plain word on a page is data, a name, or a text that nobody
 * translates. */

/* "en", "nb", or "auto" (NULL too): LC_ALL, LC_MESSAGES, LANG in this order; no, nb and nn mean nb.
 * False for any other word; English then. */
bool tr_language(const char *lang);
/* From now on without letters that ASCII lacks, for a terminal whose locale cannot show them: oe,
 * aa, ae. Behind tr_language. */
void tr_plain_letters(void);
const char *tr_current(void); /* "en" or "nb" */

/* The table itself, for tests: entry i, false beyond its end. */
bool tr_entry(size_t i, const char **english, const char **norwegian);

#endif
