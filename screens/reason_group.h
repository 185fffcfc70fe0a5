#ifndef STROM_SCREENS_REASON_GROUP_H
#define STROM_SCREENS_REASON_GROUP_H

/* Which columns one reason can stand for. Those of code 6/7 stand alone: each is asked about by its
 * name. */

#include "screens/journey.h"

enum reason_scope { REASON_COLUMN, REASON_TABLE, REASON_ALIKE, REASON_SCOPES };

bool reason_is_lacking(
    const struct selection_column *c); /* flagged, carried, and without a reason */
bool reason_is_protected(const struct selection_column *c); /* code 6/7 */
/* Columns of the scope, the one it was asked at always among them, first. out may be NULL: only
 * counted. */
size_t reason_group(const struct journey *j, size_t table, size_t column, enum reason_scope scope,
                    struct selection_place *out);

#endif
