/* Answers with which Google, or somebody in between, says no: all become an error that can be
 * shown. */

#include "tests/fuzz/fuzz.h"

#include "api/base/safe.h"
#include "api/google/refusal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void bounded(const char *text, size_t room)
{
    fuzz_must(memchr(text, '\0', room) != NULL);
}

static void look(const struct refusal *r)
{
    struct err e = {0};
    bounded(r->word, sizeof r->word);
    bounded(r->reason, sizeof r->reason);
    bounded(r->message, sizeof r->message);
    bounded(r->field, sizeof r->field);
    bounded(r->permission, sizeof r->permission);
    bounded(r->service, sizeof r->service);
    fuzz_must(!isnan(r->retry_after_s));
    refusal_to_err(r, "Reading the stream", "projects/p/streams/s", &e);
    bounded(e.reason, sizeof e.reason);
    bounded(e.resource, sizeof e.resource);
    bounded(e.what, sizeof e.what);
    bounded(e.why, sizeof e.why);
    bounded(e.hint, sizeof e.hint);
    fuzz_must(e.kind != ERR_NONE && e.what[0]);
    fuzz_must(safe_is(e.reason) && safe_is(e.what) && safe_is(e.why) && safe_is(e.hint));
    if (refusal_is_passing(r))
        fuzz_must(e.retryable);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = {0, 200, 400, 401, 403, 404, 409, 412, 429, 500, 503, 999};
    struct refusal r;
    struct err e = {0};
    char *bytes = fuzz_bytes(data, size);
    enum { STATUSES = sizeof statuses / sizeof *statuses, SOME = 3 };
    for (size_t i = 0; i < SOME; i++) {
        refusal_read(statuses[(size + i) % STATUSES], bytes, size, &r);
        look(&r);
    }
    struct json *doc = json_parse(bytes, size, &e);
    if (doc) {
        refusal_read_status(doc, &r);
        look(&r);
        refusal_read_errors(doc, 0, &r);
        look(&r);
        refusal_read_status(json_get(doc, "error"), &r);
        look(&r);
        json_free(doc);
    }
    free(bytes);
    return 0;
}
