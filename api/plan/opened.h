#ifndef STROM_PLAN_OPENED_H
#define STROM_PLAN_OPENED_H

/* A stream that is opened by its name: what it tells of the target. Pure. */

#include "api/base/target.h"
#include "api/google/datastream.h"

/* Stream, family, dataset, publication, slot, mode and freshness become the stream's. True when it
 * is the stream of the source that the target had; else app, instance, database and users are
 * another's: they are forgotten, and false. */
bool opened_target(const struct datastream_stream *s, struct target *t);

#endif
