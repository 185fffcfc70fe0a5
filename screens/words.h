#ifndef STROM_SCREENS_WORDS_H
#define STROM_SCREENS_WORDS_H

/* The toolkit's own words ("warning", "more below", "Type this name to confirm:") in the language
 * that tr speaks. Before the first page is drawn. */

void words_of_toolkit(void);

#endif
