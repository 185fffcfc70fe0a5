#ifndef STROM_PLAN_PLAN_H
#define STROM_PLAN_PLAN_H

/* A plan: what will be made, changed, kept, removed, and why. A pure function of what is wanted
 * (target, selection) and what was seen (observed). Shown to the person, then carried out as it
 * stands by apply.h. Contract, sections 5b and 6. */

#include "api/base/arena.h"
#include "api/base/target.h"
#include "api/plan/cautions.h"
#include "api/plan/names.h"
#include "api/plan/observed.h"
#include "api/plan/selection.h"
#include "api/plan/steps.h"

#include <stdbool.h>
#include <stddef.h>

enum plan_verb { PLAN_KEEP, PLAN_CREATE, PLAN_UPDATE, PLAN_DELETE, PLAN_BLOCKED };

struct plan_change {
    const char *path;      /* "sourceConfig.postgresqlSourceConfig.includeObjects" or plainer */
    const char *from, *to; /* NULL: nothing */
};

struct plan_action {
    enum step_id step;
    enum plan_verb verb;
    const char *name; /* of the resource */
    const char *why;  /* which choice asks for it, or why it is blocked */
    const char *hint; /* blocked: the next step; else NULL */
    struct plan_change *changes;
    size_t n_changes;
};

struct plan_need {    /* what must happen outside the cloud first */
    const char *kind; /* "migration", "manifest", "access" */
    const char *text;
    const char *sign; /* the text in English, for the digest: the same in every language */
};

struct plan {
    struct arena mem;
    struct target target;
    struct names names;
    char subnet[32];          /* for the private connection: found free, or the one that is there */
    char subnetwork[64];      /* in which the proxy stands */
    char address[64];         /* of the proxy, when it is there or reserved already */
    char proxy_zone[64];      /* in which it stands; "" it is not there */
    const char *stream_maker; /* who made the stream that is there, in words; NULL: strom did */
    const char *stream_state; /* when it was looked at; NULL: there is no stream */
    struct plan_action actions[STEPS];
    size_t n_actions; /* in the order of the table; a step without an action is not among them */
    struct plan_need *needs;
    size_t n_needs;
    const char
        *leaving; /* what is to leave the publication when all is done, as a sentence; NULL */
    struct cautions cautions; /* of the source's tables: nothing waits for them */
    struct selection_place *unacknowledged;
    size_t n_unacknowledged;
    size_t n_unprotected;  /* of those: a reason that does not say how code 6/7 is kept apart */
    size_t n_claimed;      /* of those: only because no database has confirmed their type */
    const char *unsettled; /* the first of those by name, and how many more; NULL: none */
    size_t count[PLAN_BLOCKED + 1];
    char wanted[17]; /* a digest of what is wanted alone */
    char digest[17]; /* over what is wanted and what was seen */
};

struct source_facts;

struct plan_options {
    const struct source_facts *facts; /* of the chosen tables; NULL: the source was not asked */
    bool start;                       /* the stream is to run (default of every caller) */
    unsigned only;                    /* bits of the steps that are planned; 0: all */
    bool begun; /* a run of ours did not end: what it did may put a failed stream right */
    unsigned
        unheard; /* bits of the steps that runs of ours began, and nobody heard how they ended */
};

/* Pure. plan_done releases. Target and selection are looked at only while this runs. The plan
 * points into itself: it is never copied. */
void plan_make(const struct target *t, const struct selection *s, const struct observed *seen,
               const struct plan_options *options, struct plan *out);
void plan_done(struct plan *p);

bool plan_changes_nothing(const struct plan *p);
const struct plan_action *plan_action(const struct plan *p, enum step_id step); /* NULL: none */
const char *plan_verb_name(enum plan_verb v); /* "create", ...: as in --json */
/* The proxy machine is there, and nothing is done to it but to start it. */
bool plan_starts_machine(const struct plan *p);
/* How many things are being made at this moment, by an earlier run: waited for, not changed. */
size_t plan_waits_for(const struct plan *p);
/* Whose stream it is, in words, where the plan changes what flows in one that strom has not made:
 * that needs a consent that names it. NULL: it does not. */
const char *plan_changes_anothers(const struct plan *p);
/* Seconds that the whole usually takes: the longest way through what is to be done. */
int plan_usual_seconds(const struct plan *p);

/* A /29 inside 10.0.0.0/9 (the other half belongs to networks in auto mode) that overlaps none of
 * the ranges; `wish` first. False when none is left. */
bool plan_free_subnet(const char *wish, const char *const *ranges, size_t n, char out[32]);

#endif
