#ifndef STROM_SCREENS_SCRIPT_H
#define STROM_SCREENS_SCRIPT_H

/* Keys from a file, pages into files: how tests and pictures walk the wizard without a terminal. */

#include "tui/loop.h"

#include <stdbool.h>

/* False when the file cannot be read or has a word that is no key; said on stderr. */
bool script_load(struct loop *l, const char *file);
/* NAME.page and NAME.svg in the folder. */
bool script_shot(const char *folder, const char *name, const char *title, const struct page *p);

#endif
