#ifndef SANDBOX_GOOGLE_INSIDE_H
#define SANDBOX_GOOGLE_INSIDE_H

/* The inside of the stand-in, shared by its services only. One lock guards all state; handlers run
 * with it held. What takes time in the cloud becomes true when its moment on the clock has passed:
 * google_google_settle is called before every request, and by the keeper's thread when nobody asks.
 */

#include "api/base/clock.h"
#include "tests/sandbox/google/google.h"
#include "tests/sandbox/google/shape.h"
#include "tests/sandbox/google/val.h"

#include <pthread.h>
#include <stdio.h>

enum family { FAMILY_ONEP, FAMILY_COMPUTE, FAMILY_BIGQUERY, FAMILY_SQL, FAMILY_OAUTH };

struct call;
struct service;

/* --- routes --- */

enum {
    ROUTE_OPEN = 1,        /* no token asked for */
    ROUTE_ANY_PROJECT = 2, /* the project is checked by the handler */
    ROUTE_FORM = 4,        /* the body is a form */
    ROUTE_NEEDS_MASK = 8   /* updateMask may not be left out */
};

/* `path` is a template with {} for one segment: "v1/projects/{}/locations/{}/streams/{}:run". */
struct route {
    const char *method, *path;
    void (*run)(struct call *c);
    const char *permission; /* on the project in the path; NULL: the handler asks, or none */
    const struct shape *query, *body;
    const char *root; /* how paths in the body begin; "" for legacy families */
    unsigned flags;
};

struct service {
    const char *host, *title;
    const char *api; /* must be enabled; NULL: always there */
    enum family family;
    const struct route *routes;
    const struct route *const *parts; /* several tables instead of one */
};

enum { CALL_PARAMS = 6 };

struct call {
    struct google *g;
    const struct service *service;
    const struct route *route;
    const char *method, *authorization, *user_project, *content_type;
    const char *if_match; /* header; "" or NULL: none */
    const char *raw;      /* the body as sent */
    size_t raw_bytes;
    char *param[CALL_PARAMS]; /* decoded path segments, in order */
    struct val *query, *body; /* checked */
    int code;                 /* HTTP status */
    struct val *answer;       /* NULL: an empty body */
    double slow;              /* seconds of the cloud's time until the answer goes out */
    char status[40], reason[64], message[1024]; /* of a refusal; reason is the legacy one */
    struct val *details;
    bool html;
};

/* --- answers (answer.c) --- */

void call_answer(struct call *c, struct val *v); /* 200 */
/* status NULL: the usual one of the code. A refused call is answered in its family's envelope. */
void call_refuse(struct call *c, int code, const char *status, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void call_refuse_field(struct call *c, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));                   /* 400 with a field violation */
void call_refuse_reason(struct call *c, const char *reason); /* of the legacy errors[] */
void call_refuse_info(struct call *c, const char *reason, const char *domain, struct val *metadata);
void call_refuse_missing(struct call *c, const char *what); /* 404 in the family's words */
void call_refuse_exists(struct call *c, const char *what);  /* 409 likewise */
void call_refuse_permission(struct call *c, const char *permission, const char *resource);
/* If-Match names the thing as it is, or nothing; else 412. */
bool call_etag_fits(struct call *c, const struct val *doc);
struct val *answer_envelope(struct call *c);
void answer_html(const struct call *c, struct str *out);
const char *answer_status(int code);
int answer_rpc_code(const char *status);

/* --- finding the handler (route.c) --- */

extern const struct service *const google_services[];
const struct service *route_service(const char *host);
/* Runs the call, or refuses it. `path` is as it came, not decoded. */
void route_call(struct call *c, const char *path, const char *query);
const char *call_query(const struct call *c, const char *name);
bool call_query_bool(const struct call *c, const char *name);
void route_url_decode(char *text);
/* fields=a,b(c): false when it is malformed. */
bool fields_select(struct val *answer, const char *fields);

/* --- lists (list.c) --- */

bool filter_ok(const char *filter, bool compute);             /* can it be read? */
bool filter_match(const char *filter, const struct val *doc); /* empty: yes */
/* Filters, pages and hands the items out; `items` is consumed. key: "networks"; sizes as
 * documented. */
void list_answer(struct call *c, const char *key, struct val *items, int size, int most,
                 struct val *frame);

/* --- state (store.c) --- */

struct thing {
    struct thing *next;
    const char *kind;          /* "network": a constant */
    char *name;                /* the key: the full name where there is one */
    struct val *doc;           /* as a get answers it */
    int64_t born_ms, ready_ms; /* monotonic */
    bool hidden;               /* not listed and not found yet */
};

struct operation {
    struct operation *next;
    char name[256]; /* as in answers */
    const struct service *service;
    struct val *metadata; /* onep */
    struct val *doc;      /* compute */
    int64_t due_ms;
    bool done;
    char target[320], again[320]; /* again: method, path and requestId of the call that made it */
    struct val *input, *error, *response;
    void (*finish)(struct google *g, struct operation *op); /* makes it true */
};

struct service_state {
    char name[64];
    bool listed;     /* enabled, says the list */
    int64_t from_ms; /* calls are let through from here on; INT64_MAX: never */
    struct service_state *next;
};

struct token {
    char text[96];
    int64_t until_ms;
    struct token *next;
};

struct mount {
    char name[32];
    google_handler *handler;
    void *ctx;
    int running;
    bool gone;
    struct mount *next;
};

/* A changed policy works only after some time: until then, what it was. */
struct policy_past {
    struct val *bindings;
    int64_t until_ms;
    struct policy_past *next;
};

struct stream;
struct job;

struct google {
    struct sandbox *s;
    struct google *self; /* the lock of a google that is only looked at */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t keeper;
    bool stopping;
    bool paper; /* google_options */
    struct MHD_Daemon *daemon;
    int port;
    FILE *log, *common_log;
    int64_t last_request_ms;
    struct mount *mounts;
    struct thing *things;
    struct operation *operations;
    struct service_state *services;
    struct token *tokens;
    struct val *policy;       /* bindings, auditConfigs; version and etag apart */
    struct policy_past *past; /* what still works, the oldest first */
    unsigned etag;
    char lacking[16][64];
    char exhausted[40];
    char pg_version[16]; /* "15.20" */
    uint64_t serial, random;
    struct stream *streams;
    struct job *jobs;
    struct val *entries; /* of the log, oldest first */
    int64_t sampled_ms;
};

int64_t google_later(const struct google *g,
                     double seconds);           /* monotonic ms, that many cloud seconds from now */
bool thing_due(const struct thing *t);          /* is it ready? */
uint64_t google_fresh_number(struct google *g); /* ids: never the same */
void google_fresh_uuid(struct google *g, char out[40]);
const char *stamp_now(char out[40]); /* now, with fractions, as onep answers */
const char *stamp_of(int64_t wall_ms, char out[40]);
const char *stamp_compute(char out[40]);

struct thing *thing_new(struct google *g, const char *kind, const char *name, struct val *doc);
struct thing *thing_find(struct google *g, const char *kind, const char *name);
struct thing *thing_find_fmt(struct google *g, const char *kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void thing_drop(struct google *g, struct thing *t);
struct val *thing_list(struct google *g, const char *kind,
                       const char *prefix); /* copies of the docs */

/* What the call's path names, the project by its id: the resource (up to the last {}) or all of it.
 */
void call_target(const struct call *c, char out[320]);
void call_collection(const struct call *c, char out[320]);
/* "locations/-" asks for those of every location: the prefix of a list ends before it then. */
void call_everywhere(char prefix[320]);
struct thing *thing_asked(struct call *c, const char *kind); /* refuses what is not there */
void thing_get(struct call *c, const char *kind);
struct val *thing_below(struct call *c,
                        const char *kind); /* copies of what lies in the collection */
void thing_delete(struct call *c, const struct thing *t,
                  double seconds); /* goes when time is over */

/* A long operation of the family of c->service; answers it. finish may be NULL. `input` is
 * consumed. */
struct operation *operation_start(struct call *c, const char *verb, const char *target,
                                  double seconds,
                                  void (*finish)(struct google *, struct operation *),
                                  struct val *input);
/* The same requestId again: answers with the operation that it began. */
bool operation_again(struct call *c);
struct operation *operation_find(struct google *g, const char *name);
struct val *operation_doc(const struct operation *op); /* as a get answers */
void operation_fail(struct operation *op, const char *status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void operation_fail_compute(struct operation *op, int http, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void google_settle(struct google *g);        /* what is due becomes true */
int64_t google_next(const struct google *g); /* when something is due; INT64_MAX: nothing */
void google_forget_state(struct google *g);  /* operations, services, tokens */
void google_wait_until(struct google *g,
                       int64_t mono_ms); /* with the lock held; wakes on any change */

/* --- policy (policy.c, roles.c) --- */

bool roles_hold(const char *role, const char *permission);
enum { PERMISSION_UNKNOWN, PERMISSION_KNOWN };
int roles_permission(const char *permission); /* does Google know that name? */
bool roles_exists(const char *role);
bool roles_is_basic(const char *role);
bool policy_holds(struct google *g, const char *permission);
bool policy_member_has(struct google *g, const char *member, const char *role);
void policy_reset(struct google *g);
void policy_replace(struct google *g, struct val *policy); /* consumed; works later, as a call's */
void policy_forget(struct google *g);                      /* at the end */
void policy_bind(struct google *g, const char *role, const char *member);
void policy_unbind(struct google *g, const char *role, const char *member);
/* Asks for the permission and refuses by name. `resource` as in the path: "projects/x/...". */
bool call_permit(struct call *c, const char *permission, const char *resource);
bool policy_is_our_project(const char *project);

const struct token *token_new(struct google *g, int seconds);                      /* oauth.c */
struct thing *account_make(struct google *g, const char *id, const char *display); /* iam.c */
bool services_ready(struct google *g, const char *api);
void services_init(struct google *g, bool disabled);

#endif
