#include "api/google/refusal.h"

#include "api/base/str.h"
#include "api/base/tr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct advice {
    const char *reason; /* of ErrorInfo, the older envelopes, or the status word */
    enum err_kind kind;
    bool retryable;
    const char *hint;
};

#define HINT_LOGIN  "log in again: nais login, or: gcloud auth login --update-adc"
#define HINT_ROLE   "ask for a role that has it: the page Access of strom names the narrowest"
#define HINT_APIS   "turn the API on: strom apply does it first, or: gcloud services enable"
#define HINT_WAIT   "wait a minute, then try the same again"
#define HINT_QUOTA  "a limit of the project is reached: remove what is not needed, or ask for more"
#define HINT_NAME   "check the name, the project and the region"
#define HINT_EXISTS "something of that name is there: look at it, or choose another name"
#define HINT_AGAIN  "somebody else changed it meanwhile: try the same again"
#define HINT_STATE  "it is in use, or not in a state that allows this: look at its state first"
#define HINT_PROXY  "is a proxy or a login page in between? Look at HTTPS_PROXY"
#define HINT_POLICY                                                                                \
    "a policy of the organization forbids it: ask those who keep it for an exception"
#define HINT_BILLS "nobody pays for this project: have a billing account linked to it"
#define HINT_INPUT "Google does not accept what was sent: correct what it names"

/* In the order of trust: what is most exact first. */
static const struct advice advices[] = {
    {"invalid_grant", ERR_DENIED, false, HINT_LOGIN},
    {"invalid_rapt", ERR_DENIED, false, HINT_LOGIN},
    {"invalid_client", ERR_DENIED, false, HINT_LOGIN},
    {"unauthorized_client", ERR_DENIED, false, HINT_LOGIN},
    {"SERVICE_DISABLED", ERR_DENIED, false, HINT_APIS},
    {"accessNotConfigured", ERR_DENIED, false, HINT_APIS},
    {"IAM_PERMISSION_DENIED", ERR_DENIED, false, HINT_ROLE},
    {"accessDenied", ERR_DENIED, false, HINT_ROLE},
    {"forbidden", ERR_DENIED, false, HINT_ROLE},
    {"notAuthorized", ERR_DENIED, false, HINT_ROLE},
    {"ACCESS_TOKEN_SCOPE_INSUFFICIENT", ERR_DENIED, false, HINT_LOGIN},
    {"ACCESS_TOKEN_EXPIRED", ERR_DENIED, false, HINT_LOGIN},
    {"CREDENTIALS_MISSING", ERR_DENIED, false, HINT_LOGIN},
    {"authError", ERR_DENIED, false, HINT_LOGIN},
    {"SECURITY_POLICY_VIOLATED", ERR_DENIED, false, HINT_POLICY},
    {"ORGANIZATION_POLICY", ERR_DENIED, false, HINT_POLICY},
    {"BILLING_DISABLED", ERR_DENIED, false, HINT_BILLS},
    {"billingNotEnabled", ERR_DENIED, false, HINT_BILLS},
    {"USER_PROJECT_DENIED", ERR_DENIED, false,
     "set GOOGLE_CLOUD_QUOTA_PROJECT to a project where you may use services"},
    {"ZONE_RESOURCE_POOL_EXHAUSTED", ERR_QUOTA, false, "the zone is full: another one is tried"},
    {"ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS", ERR_QUOTA, false,
     "the zone is full: another one is tried"},
    {"QUOTA_EXCEEDED", ERR_QUOTA, false, HINT_QUOTA},
    {"quotaExceeded", ERR_QUOTA, false, HINT_QUOTA},
    {"RATE_LIMIT_EXCEEDED", ERR_QUOTA, true, HINT_WAIT},
    {"rateLimitExceeded", ERR_QUOTA, true, HINT_WAIT},
    {"userRateLimitExceeded", ERR_QUOTA, true, HINT_WAIT},
    {"jobRateLimitExceeded", ERR_QUOTA, true, HINT_WAIT},
    {"RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", ERR_CONFLICT, false, HINT_STATE},
    {"resourceInUseByAnotherResource", ERR_CONFLICT, false, HINT_STATE},
    {"resourceInUse", ERR_CONFLICT, false, HINT_STATE},
    {"RESOURCE_ALREADY_EXISTS", ERR_CONFLICT, false, HINT_EXISTS},
    {"RESOURCE_NOT_FOUND", ERR_MISSING, false, HINT_NAME},
    {"duplicate", ERR_CONFLICT, false, HINT_EXISTS},
    {"alreadyExists", ERR_CONFLICT, false, HINT_EXISTS},
    {"conditionNotMet", ERR_CONFLICT, false, HINT_AGAIN},
    {"notFound", ERR_MISSING, false, HINT_NAME},
    {"REDIRECTED", ERR_NETWORK, false, HINT_PROXY},
    {"server_error", ERR_NETWORK, true, HINT_WAIT},
    {"internal_failure", ERR_NETWORK, true, HINT_WAIT},
    {"temporarily_unavailable", ERR_NETWORK, true, HINT_WAIT},
    {"ALREADY_EXISTS", ERR_CONFLICT, false, HINT_EXISTS},
    {"ABORTED", ERR_CONFLICT, true, HINT_AGAIN},
    {"FAILED_PRECONDITION", ERR_CONFLICT, false, HINT_STATE},
    {"NOT_FOUND", ERR_MISSING, false, HINT_NAME},
    {"PERMISSION_DENIED", ERR_DENIED, false, HINT_ROLE},
    {"UNAUTHENTICATED", ERR_DENIED, false, HINT_LOGIN},
    {"RESOURCE_EXHAUSTED", ERR_QUOTA, true, HINT_WAIT},
    {"INVALID_ARGUMENT", ERR_INPUT, false, HINT_INPUT},
    {"OUT_OF_RANGE", ERR_INPUT, false, HINT_INPUT},
    {"CANCELLED", ERR_INTERRUPTED, true, HINT_WAIT},
    {"DEADLINE_EXCEEDED", ERR_NETWORK, true, HINT_WAIT},
    {"UNAVAILABLE", ERR_NETWORK, true, HINT_WAIT},
    {"INTERNAL", ERR_NETWORK, true, HINT_WAIT},
    {"UNKNOWN", ERR_NETWORK, true, HINT_WAIT},
};

/* When neither reason nor word is known. */
static const struct {
    int status;
    const char *word;
} words[] = {{400, "INVALID_ARGUMENT"}, {401, "UNAUTHENTICATED"},   {403, "PERMISSION_DENIED"},
             {404, "NOT_FOUND"},        {408, "DEADLINE_EXCEEDED"}, {409, "ALREADY_EXISTS"},
             {410, "NOT_FOUND"},        {412, "conditionNotMet"},   {429, "RESOURCE_EXHAUSTED"},
             {500, "INTERNAL"},         {502, "UNAVAILABLE"},       {503, "UNAVAILABLE"},
             {504, "DEADLINE_EXCEEDED"}};

static const char *const rpc_words[] = {
    "",          "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};
static const int rpc_statuses[] = {0,   499, 500, 400, 504, 404, 409, 403, 429,
                                   400, 409, 400, 501, 500, 503, 500, 401};

static void keep(char *to, size_t cap, const char *text)
{
    if (*to == '\0' && !str_is_empty(text))
        str_copy(to, cap, text);
}

static void read_error_info(const struct json *d, struct refusal *out)
{
    keep(out->reason, sizeof out->reason, json_string(d, "reason"));
    const struct json *meta = json_get(d, "metadata");
    keep(out->permission, sizeof out->permission, json_string(meta, "permission"));
    keep(out->service, sizeof out->service, json_string(meta, "service"));
}

static void read_detail(const struct json *d, struct refusal *out)
{
    const char *type = json_string_or(d, "@type", "");
    if (str_ends(type, "ErrorInfo"))
        read_error_info(d, out);
    if (str_ends(type, "RetryInfo")) {
        double s = strtod(json_string_or(d, "retryDelay", "-1"), NULL);
        out->retry_after_s = s >= 0.0 && s < 86400.0 ? s : -1.0;
    }
    if (!str_ends(type, "BadRequest"))
        return;
    const struct json *first = json_first(json_get(d, "fieldViolations"));
    const char *field = json_string_or(first, "field", "");
    const char *text = json_string_or(first, "description", "");
    if (!*out->field && (*field || *text))
        snprintf(out->field, sizeof out->field, "%.60s%s%.90s", field, *field && *text ? ": " : "",
                 text);
}

static void read_body(const struct json *error, struct refusal *out)
{
    keep(out->word, sizeof out->word, json_string(error, "status"));
    keep(out->message, sizeof out->message, json_string(error, "message"));
    for
        json_each(d, json_get(error, "details")) read_detail(d, out);
    const struct json *old = json_first(json_get(error, "errors"));
    keep(out->reason, sizeof out->reason, json_string(old, "reason"));
    keep(out->message, sizeof out->message, json_string(old, "message"));
}

static void read_token_error(const struct json *doc, struct refusal *out)
{
    keep(out->reason, sizeof out->reason, json_string(doc, "error_subtype"));
    keep(out->reason, sizeof out->reason, json_string(doc, "error"));
    keep(out->message, sizeof out->message, json_string(doc, "error_description"));
    keep(out->message, sizeof out->message, json_string(doc, "error"));
}

/* A front end's page: the words without the tags. */
static void read_html(const char *body, size_t bytes, struct refusal *out)
{
    size_t n = 0;
    bool tag = false, gap = true;
    for (size_t i = 0; i < bytes && n + 2 < sizeof out->message; i++) {
        char c = body[i];
        if (c == '<' || c == '>') {
            tag = c == '<';
            continue;
        }
        if (tag)
            continue;
        bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
        if (!blank || !gap)
            out->message[n++] = blank ? ' ' : c;
        gap = blank;
    }
    out->message[n] = '\0';
}

void refusal_read(int status, const char *body, size_t bytes, struct refusal *out)
{
    *out = (struct refusal){.status = status, .retry_after_s = -1.0};
    struct err ignored;
    if (status >= 300 && status < 400) { /* Google's APIs send nobody elsewhere */
        str_copy(out->reason, sizeof out->reason, "REDIRECTED");
        snprintf(out->message, sizeof out->message,
                 tr("the answer sends us to another place (HTTP %d), which is not followed"),
                 status);
        return;
    }
    struct json *doc = bytes ? json_parse(body, bytes, &ignored) : NULL;
    const struct json *top = json_is_array(doc) ? json_first(doc) : doc;
    const struct json *error = json_get(top, "error");
    if (json_is_object(error))
        read_body(error, out);
    else if (json_is_string(error))
        read_token_error(top, out);
    else if (!doc)
        read_html(body, bytes, out);
    json_free(doc);
}

void refusal_read_status(const struct json *status, struct refusal *out)
{
    *out = (struct refusal){.status = 0, .retry_after_s = -1.0};
    int64_t code = json_int64(status, "code", 2);
    if (code < 1 || code > 16)
        code = 2;
    out->status = rpc_statuses[code];
    keep(out->word, sizeof out->word, rpc_words[code]);
    keep(out->message, sizeof out->message, json_string(status, "message"));
    for
        json_each(d, json_get(status, "details")) read_detail(d, out);
}

void refusal_read_errors(const struct json *error, int http_status, struct refusal *out)
{
    *out = (struct refusal){.status = http_status ? http_status : 400, .retry_after_s = -1.0};
    const struct json *first = json_first(json_get(error, "errors"));
    keep(out->reason, sizeof out->reason, json_string(first, "code"));
    keep(out->message, sizeof out->message, json_string(first, "message"));
}

static const struct advice *advice_for(const char *reason)
{
    if (*reason)
        for (size_t i = 0; i < sizeof advices / sizeof *advices; i++)
            if (str_eq(advices[i].reason, reason))
                return &advices[i];
    return NULL;
}

static const struct advice no_advice = {"", ERR_BUG, false, ""};

/* "Constraint constraints/compute.vmExternalIpAccess violated for project p": under words that mean
 * something else where it is not said, and each service has its own. */
static bool is_forbidden_by_policy(const struct refusal *r)
{
    return strstr(r->message, "onstraint constraints/") != NULL;
}

static const struct advice *advice_of(const struct refusal *r)
{
    const struct advice *a =
        advice_for(is_forbidden_by_policy(r) ? "ORGANIZATION_POLICY" : r->reason);
    if (!a)
        a = advice_for(r->word);
    for (size_t i = 0; !a && i < sizeof words / sizeof *words; i++)
        if (words[i].status == r->status)
            a = advice_for(words[i].word);
    if (!a)
        a = advice_for(r->status >= 500 ? "INTERNAL" : "INVALID_ARGUMENT");
    return a ? a : &no_advice;
}

bool refusal_is_passing(const struct refusal *r)
{
    const struct advice *a = advice_for(r->reason);
    if (a && a->kind == ERR_QUOTA && !a->retryable) /* a limit that stays, whatever the status */
        return false;
    if (r->status == 408 || r->status == 429 || r->status == 500 || r->status == 502 ||
        r->status == 503 || r->status == 504)
        return true;
    return a && a->retryable && r->status != 409;
}

static void explain(const struct refusal *r, const struct advice *a, struct err *e)
{
    if (*r->field && !strstr(r->message, r->field))
        err_why(e, "%s (%s)", r->message, r->field);
    else if (*r->message)
        err_why(e, "%s", r->message);
    else
        err_why(e, tr("Google answered %d without a word"), r->status);
    if (a->kind == ERR_DENIED && *r->permission)
        err_hint(e, tr("ask for a role that has %s: the page Access of strom names the narrowest"),
                 r->permission);
    else if (str_eq(a->hint, HINT_APIS) && *r->service)
        err_hint(e, tr("turn it on: strom apply does it first, or: gcloud services enable %s"),
                 r->service);
    else
        err_hint(e, "%s", tr(a->hint));
}

void refusal_to_err(const struct refusal *r, const char *what, const char *resource, struct err *e)
{
    const struct advice *a = advice_of(r);
    err_set(e, a->kind, "%s", what);
    e->code = r->status;
    e->retryable = a->retryable || refusal_is_passing(r);
    err_resource(e, resource);
    err_reason(e, *r->reason ? r->reason : *r->word ? r->word : a->reason);
    explain(r, a, e);
}
