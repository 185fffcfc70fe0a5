/* Answers and refusals, in the envelope of each family of APIs. */

#include "tests/sandbox/google/inside.h"

#include <string.h>

struct status_row {
    int http;
    const char *status;
    int rpc;
    const char *legacy, *bigquery;
};

static const struct status_row STATUSES[] = {
    {400, "INVALID_ARGUMENT", 3, "invalid", "invalid"},
    {400, "FAILED_PRECONDITION", 9, "conditionNotMet", "invalid"},
    {401, "UNAUTHENTICATED", 16, "authError", "authError"},
    {403, "PERMISSION_DENIED", 7, "forbidden", "accessDenied"},
    {404, "NOT_FOUND", 5, "notFound", "notFound"},
    {409, "ALREADY_EXISTS", 6, "alreadyExists", "duplicate"},
    {409, "ABORTED", 10, "conflict", "conflict"},
    {412, "FAILED_PRECONDITION", 9, "conditionNotMet", "conditionNotMet"},
    {413, "INVALID_ARGUMENT", 3, "uploadTooLarge", "uploadTooLarge"},
    {429, "RESOURCE_EXHAUSTED", 8, "rateLimitExceeded", "rateLimitExceeded"},
    {500, "INTERNAL", 13, "backendError", "internalError"},
    {501, "UNIMPLEMENTED", 12, "notImplemented", "notImplemented"},
    {503, "UNAVAILABLE", 14, "backendError", "backendError"},
};
enum { N_STATUSES = sizeof STATUSES / sizeof STATUSES[0] };

const char *answer_status(int code)
{
    for (size_t i = 0; i < N_STATUSES; i++)
        if (STATUSES[i].http == code)
            return STATUSES[i].status;
    return "UNKNOWN";
}

int answer_rpc_code(const char *status)
{
    for (size_t i = 0; i < N_STATUSES; i++)
        if (str_eq(STATUSES[i].status, status))
            return STATUSES[i].rpc;
    return 2;
}

static const char *legacy_reason(const struct call *c)
{
    if (c->reason[0] != '\0')
        return c->reason;
    for (size_t i = 0; i < N_STATUSES; i++)
        if (STATUSES[i].http == c->code)
            return c->service->family == FAMILY_BIGQUERY ? STATUSES[i].bigquery
                                                         : STATUSES[i].legacy;
    return "backendError";
}

void call_answer(struct call *c, struct val *v)
{
    val_free(c->answer);
    c->answer = v;
    c->code = 200;
}

void call_refuse(struct call *c, int code, const char *status, const char *fmt, ...)
{
    struct str text = {0};
    va_list args;
    va_start(args, fmt);
    str_vprintf(&text, fmt, args);
    va_end(args);
    c->code = code;
    str_copy(c->status, sizeof c->status, status != NULL ? status : answer_status(code));
    str_copy(c->message, sizeof c->message, str_text(&text));
    c->reason[0] = '\0';
    val_free(c->details);
    c->details = NULL;
    val_free(c->answer);
    c->answer = NULL;
    str_done(&text);
}

static void add_detail(struct call *c, const char *type, struct val *detail)
{
    if (c->details == NULL)
        c->details = val_array();
    struct val *typed = val_object();
    val_put_member(typed, "@type", val_text_new(type));
    val_merge(typed, detail);
    val_free(detail);
    val_add(c->details, typed);
}

void call_refuse_field(struct call *c, const char *field, const char *fmt, ...)
{
    struct str text = {0};
    va_list args;
    va_start(args, fmt);
    str_vprintf(&text, fmt, args);
    va_end(args);
    call_refuse(c, 400, "INVALID_ARGUMENT", "%s", str_text(&text));
    struct val *violation = val_object();
    if (!str_is_empty(field))
        val_put_text(violation, "field", field);
    val_put_text(violation, "description", str_text(&text));
    struct val *list = val_array();
    val_add(list, violation);
    struct val *detail = val_object();
    val_put(detail, "fieldViolations", list);
    bool legacy = c->service->family == FAMILY_COMPUTE || c->service->family == FAMILY_SQL;
    if (legacy)
        val_free(detail);
    else
        add_detail(c, "type.googleapis.com/google.rpc.BadRequest", detail);
    str_done(&text);
}

void call_refuse_reason(struct call *c, const char *reason)
{
    str_copy(c->reason, sizeof c->reason, reason);
}

void call_refuse_info(struct call *c, const char *reason, const char *domain, struct val *metadata)
{
    struct val *detail = val_make("{'reason':%s,'domain':%s}", reason, domain);
    val_put(detail, "metadata", metadata);
    add_detail(c, "type.googleapis.com/google.rpc.ErrorInfo", detail);
}

void call_refuse_missing(struct call *c, const char *what)
{
    if (c->service->family == FAMILY_COMPUTE)
        call_refuse(c, 404, NULL, "The resource '%s' was not found", what);
    else if (c->service->family == FAMILY_BIGQUERY)
        call_refuse(c, 404, NULL, "Not found: %s", what);
    else
        call_refuse(c, 404, NULL, "Resource '%s' was not found", what);
}

void call_refuse_exists(struct call *c, const char *what)
{
    if (c->service->family == FAMILY_COMPUTE)
        call_refuse(c, 409, NULL, "The resource '%s' already exists", what);
    else if (c->service->family == FAMILY_BIGQUERY)
        call_refuse(c, 409, NULL, "Already Exists: %s", what);
    else
        call_refuse(c, 409, NULL, "Resource '%s' already exists", what);
}

void call_refuse_permission(struct call *c, const char *permission, const char *resource)
{
    switch (c->service->family) {
    case FAMILY_COMPUTE:
        call_refuse(c, 403, NULL, "Required '%s' permission for '%s'", permission, resource);
        return;
    case FAMILY_BIGQUERY:
        call_refuse(c, 403, NULL,
                    "Access Denied: Project %s: User does not have %s permission in project %s.",
                    SANDBOX_PROJECT, permission, SANDBOX_PROJECT);
        return;
    case FAMILY_SQL:
        call_refuse(c, 403, NULL,
                    "boss::NOT_AUTHORIZED: Not authorized to access resource. Possibly missing "
                    "permission %s on resource %s.",
                    permission, resource);
        return;
    case FAMILY_ONEP:
    case FAMILY_OAUTH:
        break;
    }
    call_refuse(c, 403, NULL, "Permission '%s' denied on resource '//%s/%s' (or it may not exist).",
                permission, c->service->host, resource);
    call_refuse_info(c, "IAM_PERMISSION_DENIED", c->service->host,
                     val_make("{'permission':%s,'resource':%s}", permission, resource));
}

/* One of a list, in quotes or without; "*": whatever it is. */
static bool names_etag(const char *list, const char *etag)
{
    size_t n = strlen(etag);
    for (const char *at = list; *at != '\0'; at += *at == ',') {
        at += strspn(at, " \"");
        size_t word = strcspn(at, " \",");
        if ((word == 1 && *at == '*') || (word == n && strncmp(at, etag, n) == 0))
            return true;
        at += strcspn(at, ",");
    }
    return false;
}

bool call_etag_fits(struct call *c, const struct val *doc)
{
    if (str_is_empty(c->if_match) || names_etag(c->if_match, val_text_or(doc, "etag", "")))
        return true;
    call_refuse(c, 412, NULL, "Precondition check failed.");
    return false;
}

static struct val *legacy_errors(const struct call *c)
{
    bool off = str_eq(c->reason, "accessNotConfigured");
    struct val *list = val_array();
    struct val *item = val_make("{'message':%s,'domain':%s,'reason':%s}", c->message,
                                off ? "usageLimits" : "global", legacy_reason(c));
    if (c->code == 401) {
        val_put_text(item, "location", "Authorization");
        val_put_text(item, "locationType", "header");
    }
    if (c->code == 412 && !str_is_empty(c->if_match)) {
        val_put_text(item, "location", "If-Match");
        val_put_text(item, "locationType", "header");
    }
    val_add(list, item);
    return list;
}

struct val *answer_envelope(struct call *c)
{
    enum family family = c->service->family;
    if (family == FAMILY_OAUTH)
        return val_make("{'error':%s,'error_description':%s}",
                        c->reason[0] != '\0' ? c->reason : "invalid_request", c->message);
    struct val *error = val_make("{'code':%d,'message':%s}", c->code, c->message);
    if (family != FAMILY_ONEP)
        val_put(error, "errors", legacy_errors(c));
    if (family == FAMILY_ONEP || family == FAMILY_BIGQUERY || c->details != NULL)
        val_put_text(error, "status", c->status);
    if (c->details != NULL)
        val_put(error, "details", val_copy(c->details));
    struct val *body = val_object();
    val_put(body, "error", error);
    return body;
}

void answer_html(const struct call *c, struct str *out)
{
    const char *title = c->code == 404   ? "Not Found"
                        : c->code == 413 ? "Request Entity Too Large"
                                         : "Bad Request";
    str_printf(
        out,
        "<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n  <meta name=viewport "
        "content=\"initial-scale=1, minimum-scale=1, width=device-width\">\n"
        "  <title>Error %d (%s)!!1</title>\n  <p><b>%d.</b> <ins>That\u2019s an error.</ins>\n"
        "  <p>%s  <ins>That\u2019s all we know.</ins>\n",
        c->code, title, c->code, c->message);
}
