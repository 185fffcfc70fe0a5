#ifndef STROM_SCREENS_SCRIPT_H
#define STROM_SCREENS_SCRIPT_H

/* Keys from a file, pages into files: how tests and pictures walk the wizard without a terminal. */

#include "api/base/err.h"
#include "api/base/str.h"
#include "tui/loop.h"

#include <stdbool.h>

/* False when the file cannot be read or has a word that is no key; said on stderr. */
bool script_load(struct loop *l, const char *file);
/* What is shown, as text, into *out. */
void script_text(const struct page *p, struct str *out);
/* ... into a new file strom-TITLE.txt of the working folder; file: its name, 64 bytes. */
bool script_save(const struct page *p, const char *title, char file[64], struct err *e);
/* NAME.page and NAME.svg in the folder. */
bool script_shot(const char *folder, const char *name, const char *title, const struct page *p);

#endif
