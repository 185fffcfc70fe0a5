#ifndef STROM_PLAN_STEPS_H
#define STROM_PLAN_STEPS_H

/* The steps of making a stream, in one table: what each makes, which must be there before it, how
 * long it usually takes, what it is called. The order of work, there and back, comes from `needs`
 * alone. How each is done stands in actions.h. Ids are those of the contract (section 6). */

#include "api/access/permissions.h"
#include "api/plan/names.h"

#include <stddef.h>

enum step_id {
    STEP_SERVICES,
    STEP_NETWORK,
    STEP_ACCOUNT,
    STEP_BINDING,
    STEP_ADDRESS,
    STEP_PROXY,
    STEP_PRIVATE_CONNECTION,
    STEP_FIREWALL,
    STEP_SOURCE_PROFILE,
    STEP_DESTINATION_PROFILE,
    STEP_DATASET,
    STEP_STREAM,
    STEP_START,
    STEPS
};

struct step_type {
    const char *id;          /* "compute.network" */
    const char *title;       /* "Network" */
    const char *explain;     /* what it is for, one sentence */
    unsigned needs;          /* bits 1u << step_id of those that must be done first */
    int usual_seconds;       /* in Google's cloud (facts/gcp.md I, facts/domain.md 5) */
    int shared;              /* 1: all streams of the project use the same one */
    int costly;              /* 1: it costs money, or minutes that nobody gives back */
    int followed;            /* 1: the stream leads to it, whatever it is called */
    int marked;              /* 1: it bears the mark of the run that made it (maker.h) */
    enum access_step rights; /* to make it */
    const char *fixed; /* its name, where that is always the same; NULL: one of struct names */
    size_t name, room; /* then: where it stands in there, and how long it may be */
};

const struct step_type *step_type(enum step_id id);
/* STEPS when there is none of that id. */
enum step_id step_by_id(const char *id);
const char *step_name(enum step_id id, const struct names *n);
/* Bits of what it needs, directly or not. */
unsigned step_needs_all(enum step_id id);
/* The longest way through the table over the steps in `todo` (bits), in seconds: how long the whole
 * usually takes. */
int step_critical_seconds(unsigned todo);
/* The same, where of each step (STEPS of them) so many seconds are left. */
int step_critical_left(const int *left);

#endif
