#ifndef STROM_RULES_TEAM_INSIDE_H
#define STROM_RULES_TEAM_INSIDE_H

/* Shared by team.c and team_read.c alone. */

#include "api/base/arena.h"
#include "api/rules/team.h"

struct rules_team {
    struct team_rule *rules;
    size_t n;
    struct arena mem;
};

#endif
