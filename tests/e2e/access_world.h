#ifndef TESTS_E2E_ACCESS_WORLD_H
#define TESTS_E2E_ACCESS_WORLD_H

/* A sandbox in which the person holds other roles than usual. Include behind wizard.h. */

#include <stdlib.h>

/* Roles of the person, and of the team's group: names with blanks between; NULL: the usual ones.
 * The person usually holds Editor; the group may change the policy. */
static inline void access_up(const char *person, const char *team, const char *speed)
{
    if (person)
        setenv("SANDBOX_ROLES", person, 1);
    if (team)
        setenv("SANDBOX_TEAM_ROLES", team, 1);
    WORLD_UP(&w, "ready", "--speed", speed);
    unsetenv("SANDBOX_ROLES");
    unsetenv("SANDBOX_TEAM_ROLES");
}

#endif
