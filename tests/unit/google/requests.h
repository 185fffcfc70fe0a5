#ifndef TESTS_UNIT_GOOGLE_REQUESTS_H
#define TESTS_UNIT_GOOGLE_REQUESTS_H

/* One row for each call of api/google: how the test makes it, and how what was decoded reads. The
 * name is the function's own. `with` is the word after "with" in the case file, "" when none. */

#include "api/base/str.h"
#include "api/google/auth.h"
#include "api/google/operation.h"
#include "api/net/task.h"

#define P "team-dev-ab12"
#define L "europe-north1"
#define Z "europe-north1-b"

struct request_call {
    const char *name;
    struct task *(*start)(struct google *g, const char *with);
    void (*show)(const struct task *t, struct str *out);
};

extern const struct request_call cloud_calls[], compute_calls[], datastream_calls[]; /* NULL ends */
const struct request_call *request_call(const char *name); /* NULL: none of that name */

/* "= name value", one line each. */
void show(struct str *out, const char *name, const char *value);
void show_int(struct str *out, const char *name, long long value);
void show_bool(struct str *out, const char *name, bool value);
void show_labels(struct str *out, const struct google_labels *labels);
void show_nothing(const struct task *t, struct str *out);
/* "group.i" for the i-th of a list; good until the next call. */
const char *nth(const char *group, size_t i);

#endif
