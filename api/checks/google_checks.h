#ifndef STROM_CHECKS_GOOGLE_CHECKS_H
#define STROM_CHECKS_GOOGLE_CHECKS_H

/* Verdicts on what Google said of the person and the project: google.credentials google.project
 * google.apis access.permissions access.basic_roles. Pure: the same facts give the same entries. */

#include "api/access/permissions.h"
#include "api/base/err.h"
#include "api/checks/check.h"
#include "api/google/auth.h"
#include "api/google/projects.h"
#include "api/google/serviceusage.h"

/* A pair each: the answer, or why there is none. Both NULL: not asked (yet). */
struct google_view {
    const char *project; /* "" or NULL: none named yet */
    const struct google_identity *who;
    const struct err *who_error;
    const char *login_note; /* google_login_note; NULL: none */
    const struct google_project *found;
    const struct err *found_error;
    const struct google_apis *apis;
    const struct err *apis_error;
    uint32_t steps;                 /* ACCESS_BIT of the steps ahead */
    const struct google_held *held; /* of access_needed(steps) */
    const struct err *held_error;
    const struct google_policy *policy;
    const struct err *policy_error;
    int64_t now; /* for the expiry in proposed grants; seconds since 1970 */
};

void google_checks(struct check_list *l, const struct google_view *v);

/* The APIs that the road needs: "datastream.googleapis.com", ... */
const char *const *google_needed_apis(size_t *n);

#endif
