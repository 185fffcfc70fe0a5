#ifndef STROM_GOOGLE_REST_H
#define STROM_GOOGLE_REST_H

/* For the service files of this folder: one call to Google is one task. The call is described in
 * full (method, host, path, query, body), sent with a token, repeated where that is harmless
 * (facts/gcp.md H), its pages are followed and merged, its operation is awaited, and the answer is
 * decoded into a struct.
 *
 *     struct rest_call c;
 *     rest_begin(&c, g, "GET", "sqladmin.googleapis.com", "Reading the instance %s", instance);
 *     rest_path(&c, "v1/projects/{}/instances/{}", project, instance);
 *     rest_decode_with(&c, sizeof(struct sql_instance), decode_instance);
 *     return rest_send(&c);
 */

#include "api/base/arena.h"
#include "api/base/json.h"
#include "api/base/str.h"
#include "api/google/operation.h"

enum rest_repeat {
    REST_READ, /* reads, and writes that are harmless to repeat: they bear a requestId or an etag,
                  or ask for what is already so */
    REST_LOOK, /* a create without requestId: after a lost answer the resource is looked at first */
    REST_ONCE  /* repeated only when it was refused unread (429) */
};

enum rest_wait { REST_AT_ONCE, REST_LRO, REST_COMPUTE, REST_QUERY };
enum rest_pages { REST_ONE_PAGE, REST_PAGES_QUERY, REST_PAGES_BODY };

struct rest_answer {
    const struct json *json; /* an object; NULL for an empty answer */
    const char *text;        /* as it came */
    size_t bytes;
    const char *etag; /* header, "" when none */
    bool stop;        /* the decoder may set it: no further pages wanted */
};

/* Fills *out (zeroed before the first page, called once a page). Strings are copied into the arena.
 */
typedef bool rest_decoder(struct arena *a, struct rest_answer *answer, void *out, struct err *e);

enum rest_ready {
    REST_READY,
    REST_NOT_YET,
    REST_WRONG,
    REST_UNDONE /* nothing came of it, and a lost one may be sent again; fills *e as REST_WRONG */
};
/* Is the thing, after its operation, as it should be? sent_at: when the call was sent, by Google's
 * clock, within a minute. REST_WRONG fills *e, unless the call trusts its operation: the lost
 * answer is what is told then. */
typedef enum rest_ready rest_judge(const void *out, int64_t sent_at, struct err *e);

struct rest_call {
    struct google *google;
    const char *method, *host; /* literals */
    char what[160], resource[192];
    char if_match[128]; /* an etag that must still hold; "" none */
    struct str path, query, body,
        look; /* look: path of the resource itself, for REST_LOOK and after operations */
    struct json_out json; /* writes the body */
    bool secret_body;
    enum rest_repeat repeat;
    enum rest_wait wait;
    enum rest_pages pages;
    int limit_s;        /* for operation and judge together; 0: 20 min */
    int timeout_ms;     /* of one exchange; 0: 60 s */
    struct err refused; /* kind set: known to be wrong, nothing is sent */
    size_t size;
    rest_decoder *decode;
    rest_judge *judge;
    bool gone_is_fine; /* a delete: 404 counts as done */
    bool adopts; /* what is found at `look` after a lost answer is taken for the result, when it is
                    what `body` asked for */
    const char *const *unseen; /* of the body, what the thing does not show again: dotted paths,
                                  NULL at the end; NULL: everything is shown */
    const char *within;        /* the member of the body that is the thing; NULL: the body is */
    bool settles; /* a change of state: refused because of the state the thing is in, or its answer
                     lost, `judge` says whether it is there, or on the way, already */
    bool trusts;  /* the answer says it all: `judge` is for a lost one only */
    const char *advice; /* the hint where the precondition fails; NULL: the usual one */
    bool makes_account; /* others may not know it for some seconds */
    bool enables;       /* turns APIs on: their first calls may be refused for some minutes */
};

/* what: what we try, in the person's words; passes tr(). */
void rest_begin(struct rest_call *c, struct google *g, const char *method, const char *host,
                const char *what, ...) __attribute__((format(printf, 5, 6)));
/* {} is replaced by the next argument, percent-encoded; {/} keeps its slashes (full resource
 * names). */
void rest_path(struct rest_call *c, const char *pattern, ...);
void rest_look(struct rest_call *c, const char *pattern, ...);
void rest_resource(struct rest_call *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void rest_query(struct rest_call *c, const char *name, const char *value);
void rest_query_int(struct rest_call *c, const char *name, long long value);
/* Adds requestId (and validateOnly, force where set) and makes the call repeatable. w may be NULL.
 */
void rest_write(struct rest_call *c, const struct google_write *w);
/* The thing must still have that etag (NULL, "": whatever it has); 412 is a conflict. */
void rest_if_match(struct rest_call *c, const char *etag);
/* Opens the body's object; members go through the result; rest_send closes it. */
struct json_out *rest_body(struct rest_call *c);
void rest_decode_with(struct rest_call *c, size_t size, rest_decoder *decode);
struct task *rest_send(struct rest_call *c); /* takes the call over */
/* What was decoded; asserts the decoder. NULL until TASK_OK. */
const void *rest_result(const struct task *t, rest_decoder *decode);

/* --- helpers for decoders --- */
const char *rest_string(struct arena *a, const struct json *j,
                        const char *key); /* copied; "" when absent */
const char *rest_last(const char *path);  /* what follows the last '/', for selfLinks and names */
/* Room for one more of n: doubles inside the arena. */
void *rest_room(struct arena *a, void *items, size_t n, size_t size);
#define rest_push(a, items, n)                                                                     \
    ((items) = rest_room((a), (items), (n), sizeof *(items)), &(items)[(n)++])
/* Strings of an array; counts them into *n. */
const char **rest_strings(struct arena *a, const struct json *array, size_t *n);

/* A member that is a list of strings. */
void rest_put_strings(struct json_out *o, const char *key, const char *const *items, size_t n);
/* Is what was found what was asked for? Links may be written in full, defaults may be absent, and
 * descriptions and labels do not count in a create. False: *e says whose it is and what differs;
 * retryable when that is not there at all. */
bool rest_same(const struct rest_call *c, const struct json *found, struct err *e);

void rest_labels(struct arena *a, const struct json *object, struct google_labels *out);
void rest_put_labels(struct json_out *o,
                     const struct google_labels *labels); /* "labels":{...} when any */

#endif
