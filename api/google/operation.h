#ifndef STROM_GOOGLE_OPERATION_H
#define STROM_GOOGLE_OPERATION_H

/* What every task of api/google tells while it runs and when it has failed: the long-running
 * operation behind it, and Datastream's validation lines. Sources: facts/gcp.md B (LRO), H.
 *
 * Who owns what, in all of api/google: a call copies what it is given, and its task is the caller's
 * (task_drop). What a task is asked for lives with the task and is NULL until TASK_OK; strings in
 * it are "" where Google told none, never NULL, unless it is said. */

#include "api/google/auth.h"
#include "api/net/task.h"

#include <stdbool.h>
#include <stddef.h>

enum { GOOGLE_UUID_TEXT = 37, GOOGLE_NAME_TEXT = 320 };

/* A random UUID (version 4) for a requestId; returns out. The journal keeps it beside the intent,
 * for whoever traces what a run has sent, and for a change of state that is sent again: Google
 * ignores what it has done under the same id (Datastream's discovery document; 60 minutes). */
const char *google_uuid(char out[GOOGLE_UUID_TEXT]);

/* How a write is to be done. Zero: a new requestId, validated, for real. */
struct google_write {
    const char *request_id; /* NULL: a new one */
    bool validate_only;     /* Datastream: nothing is made */
    bool force;             /* Datastream: validation is skipped; for deletes: children go too */
};

/* Labels of a thing in the cloud: key and value. */
struct google_label {
    const char *key, *value;
};
struct google_labels {
    struct google_label *items;
    size_t n;
};
const char *google_label(const struct google_labels *labels,
                         const char *key); /* NULL when absent */

/* To be said right after the call was made: an earlier run may have sent the same. "Exists already"
 * is then looked at, and taken over when it is what was asked for, as after a lost answer. */
void google_may_be_sent(struct task *t);

/* "HOST/PATH" of the operation as soon as Google has named it, NULL before and for calls that
 * answer at once. Store it: operations outlive us. */
const char *google_operation_name(const struct task *t);
/* Goes on polling such a name. TASK_OK when the operation ended well; then look at the resource. */
struct task *google_operation_resume(struct google *g, const char *name, const char *what);

enum google_validation_state {
    GOOGLE_VALIDATION_NOT_RUN,
    GOOGLE_VALIDATION_PASSED,
    GOOGLE_VALIDATION_WARNING,
    GOOGLE_VALIDATION_FAILED,
    GOOGLE_VALIDATION_OTHER
};
struct google_validation {
    const char *code; /* opaque: facts/gcp.md B */
    const char *description;
    enum google_validation_state state;
    const char *state_text;         /* as Google wrote it */
    const char **messages, **codes; /* of each message: "CONNECTION_TIMEOUT", or "" */
    size_t n_messages;
};
/* Lines of metadata.validationResult, also of an operation that ended in an error. */
const struct google_validation *google_validations(const struct task *t, size_t *n);

/* The thing was there already when our answer had been lost: it was looked at and taken over. */
bool google_adopted(const struct task *t);
/* It has failed, and it is not known whether it was carried out: its answers were lost. False where
 * nothing has left this machine, be it for a name that is not known or a connection that timed out:
 * the same may be tried again when the network is back. */
bool google_may_have_happened(const struct task *t);
/* Requests sent so far, repeats and polls included. */
unsigned google_requests(const struct task *t);

#endif
