#ifndef STROM_PLAN_INCLUDE_H
#define STROM_PLAN_INCLUDE_H

/* What of a selection flows, as Datastream takes it. Inside api/plan only. */

#include "api/google/datastream_objects.h"
#include "api/plan/selection.h"

/* All of it is copied into a: the selection may change while a run is under way. */
void selection_include(const struct selection *s, struct arena *a,
                       struct datastream_selection *out);

#endif
