#ifndef STROM_PLAN_OPENED_H
#define STROM_PLAN_OPENED_H

/* A stream that is opened by its name: what it tells of the target. Pure. */

#include "api/base/target.h"
#include "api/google/datastream.h"
#include "api/plan/selection.h"

/* `database`: that of its source profile, "" where it is not known. Stream, family, dataset,
 * publication, slot, mode and freshness become the stream's. True when it is the stream of the
 * source that the target had; else app, instance, database and users are another's: they are
 * forgotten, and false. */
bool opened_target(const struct datastream_stream *s, const char *database, struct target *t);

/* What flows by the stream's lists, put onto the tables of its source: the rest is off. A list that
 * takes whole tables, whole schemas or everything takes what can be chosen of them. */
void opened_select(const struct datastream_selection *include,
                   const struct datastream_selection *exclude, struct selection *s);

#endif
