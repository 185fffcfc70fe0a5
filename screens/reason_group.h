#ifndef STROM_SCREENS_REASON_GROUP_H
#define STROM_SCREENS_REASON_GROUP_H

/* Which columns one reason can stand for. Those of code 6/7 stand alone: each is asked about by its
 * name. */

#include "screens/journey.h"

enum reason_scope { REASON_COLUMN, REASON_TABLE, REASON_ALIKE, REASON_HITS, REASON_SCOPES };

/* What a filter hits; without one that function is NULL. */
struct reason_hits {
    const void *ctx;
    /* Of a table: has it any? Then of its columns. */
    bool (*table)(const void *ctx, size_t table);
    bool (*column)(const void *ctx, size_t table, size_t column);
};

bool reason_is_lacking(
    const struct selection_column *c); /* flagged, carried, and without a reason */
/* Columns of the scope, the one it was asked at always among them, first. out may be NULL: only
 * counted. hits: also in tables that are off. */
size_t reason_group(const struct journey *j, size_t table, size_t column, enum reason_scope scope,
                    const struct reason_hits *hits, struct selection_place *out);

#endif
