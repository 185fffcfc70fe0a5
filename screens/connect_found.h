#ifndef STROM_SCREENS_CONNECT_FOUND_H
#define STROM_SCREENS_CONNECT_FOUND_H

/* What cluster, Google and the database have answered, in the place where it was asked. */

#include "screens/connect_ask.h"
#include "tui/page.h"

void connect_found_source(const struct connect *self, const struct journey *j, struct page *p);
void connect_found_google(const struct connect *self, const struct journey *j, struct page *p);
void connect_found_database(const struct connect *self, const struct journey *j, struct page *p);

#endif
