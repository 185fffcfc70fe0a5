#ifndef STROM_PLAN_APPLY_REASON_H
#define STROM_PLAN_APPLY_REASON_H

#include "api/plan/plan.h"

/* The hint where sensitive columns have no reason; false, as err_hint. */
bool apply_hint_reason(const struct plan *p, struct err *e);

#endif
