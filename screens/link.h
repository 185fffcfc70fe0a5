#ifndef STROM_SCREENS_LINK_H
#define STROM_SCREENS_LINK_H

/* The page of Google's console that shows what a screen is about. The address is put together
 * here, of one host and of identifiers that need no quoting: nothing that came from elsewhere is
 * ever opened as it is. */

#include "api/base/arena.h"
#include "screens/journey.h"

enum { LINK_TEXT = 400 };
/* False: there is none, or not all of it is known yet. */
bool link_of(const struct journey *j, char out[LINK_TEXT]);

/* What opens it on this machine, a whole path in a: $BROWSER, else what the system has. NULL where
 * nothing can be seen from here: over SSH, without a desktop, without such a program. */
const char *link_browser(struct arena *a);
/* Runs that program with the address alone, without a shell; it is on its own from then on. */
bool link_open(const char *browser, const char *address);

#endif
