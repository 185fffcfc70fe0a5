#ifndef STROM_PLAN_MAKER_H
#define STROM_PLAN_MAKER_H

/* Who made a thing in the cloud, by its labels: strom and nada-datastream write created-by,
 * Google's provider goog-terraform-provisioned on what Terraform manages, the console nothing.
 * Pure. */

#include "api/base/arena.h"
#include "api/google/operation.h"

#define MAKER_TERRAFORM "terraform"

/* "strom", "nada", "terraform"; NULL: no label tells. What Terraform manages is Terraform's,
 * whoever else wrote a label. */
const char *maker_of(const struct google_labels *labels);
/* The same as a sentence; NULL: it is strom's own. */
const char *maker_says(const char *maker, struct arena *a);

#endif
