#ifndef STROM_GOOGLE_LONGRUN_H
#define STROM_GOOGLE_LONGRUN_H

/* Inside api/google: what a long-running operation says of itself. Pure. All of it lives in the
 * arena that is given. */

#include "api/google/refusal.h"
#include "api/google/rest.h"

struct longrun {
    enum rest_wait kind;
    const char *host;
    const char *path; /* to poll: "v1/projects/.../operations/x"; NULL when it named none */
    const char *name; /* "HOST/PATH", for the journal */
    bool done, failed;
    struct refusal refusal; /* when failed */
    struct google_validation *validations;
    size_t n_validations;
};

/* call_path: of the request that began it, for Compute's project. False: the answer is no
 * operation. */
bool longrun_read(struct arena *a, enum rest_wait kind, const char *host, const char *call_path,
                  const struct json *answer, struct longrun *out);
void longrun_to_err(const struct longrun *l, const char *what, const char *resource, struct err *e);

/* "HOST/PATH" that the journal kept, taken apart; false when it is none of ours. */
bool longrun_name(struct arena *a, const char *name, struct longrun *out);

/* Milliseconds until the next poll after so many of waiting: 4 % of it, within floor and 15 s. */
int64_t longrun_pace(int64_t waited_ms, int64_t floor_ms);

#endif
