#ifndef STROM_SCREENS_OPENING_H
#define STROM_SCREENS_OPENING_H

/* A stream that exists becomes the journey's own. */

#include "api/google/datastream.h"
#include "screens/journey.h"

/* Its names become the target's, and Monitor is where to go. What was begun for another one is put
 * aside, and a connection to another source is not asked about this one. database: what its source
 * profile reads, "" where that could not be looked at: then the names alone tell. */
void opening_show(struct journey *j, const struct datastream_stream *s, const char *database);

#endif
