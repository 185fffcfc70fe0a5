#ifndef STROM_PLAN_RUNNING_H
#define STROM_PLAN_RUNNING_H

/* What a stream carries, as a selection that can be held against a plan file. Pure. */

#include "api/google/datastream.h"
#include "api/plan/selection.h"

/* The tables and columns of `known` (a file, or what the database has) with what flows of them, and
 * besides all that the stream's lists name. Types, levels and reasons are those of `known`; what it
 * does not know has none. Initialised here: selection_done releases. */
void running_selection(const struct datastream_stream *s, const struct selection *known,
                       struct selection *out);
/* Lists that take more than they name: "everything", "public.*", "public.person.*"; the n-th, NULL
 * behind the last. Lives in a. */
const char *running_takes_all(const struct datastream_stream *s, size_t n, struct arena *a);

#endif
