#ifndef STROM_STORE_LOCK_H
#define STROM_STORE_LOCK_H

/* One run per target at a time. A lock heals itself: when its holder (same host, same boot) is
 * gone, or its pid belongs to a younger process, the next one takes it over. A holder on another
 * host (a home folder on the network) is believed for a day: no run lasts that long. Taking what
 * this process holds already is fine. Also good for journeys: "journey/12", so that two windows do
 * not write into one. */

#include "api/base/arena.h"
#include "api/base/err.h"
#include "api/store/store.h"

#include <stdint.h>

struct lock_holder {
    const char *host; /* lives in the arena given */
    int64_t pid;
    int64_t since; /* seconds since 1970 */
    bool here;     /* this host */
};

/* False with ERR_CONFLICT (reason LOCKED) when another run has it: who, in *holder. True: it is
 * ours, and *holder is whoever it was taken over from (pid 0: from nobody). holder may be NULL. */
bool lock_take(struct store *s, const char *target, struct arena *a, struct lock_holder *holder,
               struct err *e);
/* Gives back what this process took; nothing happens when it holds none. False with BUSY: it is
 * given back with the next change of this store. */
bool lock_give(struct store *s, const char *target, struct err *e);

#endif
