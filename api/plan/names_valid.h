#ifndef STROM_PLAN_NAMES_VALID_H
#define STROM_PLAN_NAMES_VALID_H

/* What Google takes as a name: asked before anything is made, for a stream is made last, after
 * minutes that cost. Each gives NULL, or what is wrong in one translated sentence (static). */

#include "api/base/err.h"
#include "api/base/target.h"

#include <stdbool.h>

/* Letters, digits and _, at most 1024 (BigQuery, Dataset.datasetReference); 127 of them here. */
const char *names_dataset_wrong(const char *text);
/* 1 to 60 small letters, digits and dashes, a letter first (Datastream, streams.create). */
const char *names_stream_wrong(const char *text);
/* A region: europe-north1. Which of them there are, Google tells itself. */
const char *names_region_wrong(const char *text);
/* Where a dataset may lie: a region, or EU or US. */
const char *names_location_wrong(const char *text);

/* All of these in a target; "" is not known yet, and not wrong. False with ERR_INPUT. */
bool names_valid(const struct target *t, struct err *e);

#endif
