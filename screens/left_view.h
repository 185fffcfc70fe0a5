#ifndef STROM_SCREENS_LEFT_VIEW_H
#define STROM_SCREENS_LEFT_VIEW_H

/* A run that did not end, told where its stream is looked at: without that word a stream that an
 * order has paused half way looks like one that somebody wants so. */

#include "screens/journey.h"
#include "screens/step.h"

#include "api/base/str.h"

/* Asks the journal; nothing is left while a creation of this wizard is under way. */
void left_view_look(struct str *left, const struct journey *j);
void left_view_draw(const struct str *left, struct page *p);

#endif
