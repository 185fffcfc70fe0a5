#ifndef STROM_PLAN_DISCOVERED_H
#define STROM_PLAN_DISCOVERED_H

/* A selection from what a connection profile can see, where there is no connection of our own:
 * judged by names, types and the team's rules (NULL: none), everything off. Rows and sizes are not
 * known then. */

#include "api/google/datastream_objects.h"
#include "api/plan/selection.h"

void discovered_selection(const struct datastream_selection *seen, const struct rules_team *team,
                          struct selection *out);

#endif
