#ifndef STROM_PLAN_MAKER_H
#define STROM_PLAN_MAKER_H

/* Who made a thing in the cloud, and which run of strom: by its labels (created-by, which
 * nada-datastream writes as well, and strom-run), Terraform by the one that its provider writes
 * (facts/domain.md 8, 25); by the end of its description where the service has no labels for it. A
 * member of a policy bears neither: the journal alone tells of it. */

#include "api/base/arena.h"
#include "api/google/operation.h"

enum { MAKER_MARK = 24, MAKER_TEXT = 120 };
#define MAKER_TERRAFORM "terraform"

/* NULL: no label tells. */
const char *maker_of(const struct google_labels *labels);
/* In words for the person; NULL: it is strom. */
const char *maker_says(const char *maker, struct arena *a);

/* The mark of a run, as no other has it, here or elsewhere. */
void maker_mark(char out[MAKER_MARK]);
/* "TEXT (strom run-1f6a...)"; the text alone without a mark. */
const char *maker_describe(char out[MAKER_TEXT], const char *text, const char *mark);
/* The mark in such a description; NULL: there is none. */
const char *maker_described(struct arena *a, const char *description);

/* What runs of ours have made, as the journal tells: apply_made. */
struct maker_made {
    unsigned steps; /* bits 1u << step_id: meant to make, and not refused */
    unsigned sure;  /* those of which it was heard */
    const char *const *marks;
    size_t n_marks;
};
bool maker_is_mark(const struct maker_made *made, const char *mark);

#endif
