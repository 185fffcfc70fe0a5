#ifndef STROM_PLAN_SAID_H
#define STROM_PLAN_SAID_H

/* Sentences of our own with foreign words in them (names, reasons). One text serves the screen,
 * plain output and Markdown: the foreign words are made harmless and marked, and each takes the
 * marks away or turns them into what cannot be misread there. */

#include "api/base/arena.h"
#include "api/base/str.h"

#define SAID_BEGIN '\x01'
#define SAID_END   '\x02'

/* A foreign word, marked; NULL is "". */
const char *said_word(struct arena *a, const char *foreign);
/* "schema.table.column" as one word; parts may be NULL from the right. */
const char *said_name(struct arena *a, const char *schema, const char *table, const char *column);
/* Without the marks. */
const char *said_plain(struct arena *a, const char *text);
/* The marked words as code spans that nothing inside can end; the rest, which is ours, escaped. */
void said_markdown(struct str *out, const char *text);

#endif
