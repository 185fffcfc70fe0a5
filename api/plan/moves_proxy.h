#ifndef STROM_PLAN_MOVES_PROXY_H
#define STROM_PLAN_MOVES_PROXY_H

/* The proxy: zone and image, the machine, and then its ready line on the serial port. A zone
 * without room gives way to the next one. One that stands still is started where it is. Inside
 * api/plan only. */

#include "api/plan/moves.h"

enum move move_proxy(struct run *r, struct apply_step *s, struct doing *d, struct arena *mem);
/* The machine that an earlier run has begun runs in that zone: from here on move_proxy listens. */
enum move move_proxy_runs(struct run *r, struct apply_step *s, struct doing *d, const char *zone);

#endif
