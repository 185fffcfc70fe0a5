#include "api/google/longrun.h"

#include "api/base/tr.h"
#include "api/net/http.h"

#include <stdio.h>
#include <string.h>

enum { SLOWEST_MS = 15000, PART = 25, MAX_LINES = 200, LONGEST_SHOWN = 200 };

int64_t longrun_pace(int64_t waited_ms, int64_t floor_ms)
{
    int64_t ms = waited_ms / PART;
    if (ms > SLOWEST_MS)
        ms = SLOWEST_MS;
    return ms < floor_ms ? floor_ms : ms;
}

/* --- Datastream's validation lines --- */

static enum google_validation_state state_of(const char *text)
{
    static const struct {
        const char *word;
        enum google_validation_state state;
    } known[] = {{"NOT_EXECUTED", GOOGLE_VALIDATION_NOT_RUN},
                 {"PASSED", GOOGLE_VALIDATION_PASSED},
                 {"WARNING", GOOGLE_VALIDATION_WARNING},
                 {"FAILED", GOOGLE_VALIDATION_FAILED}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_eq(known[i].word, text))
            return known[i].state;
    return GOOGLE_VALIDATION_OTHER;
}

static void read_validation(struct arena *a, const struct json *j, struct google_validation *v)
{
    v->code = rest_string(a, j, "code");
    v->description = rest_string(a, j, "description");
    v->state_text = rest_string(a, j, "state");
    v->state = state_of(v->state_text);
    for
        json_each(m, json_get(j, "message"))
        {
            if (v->n_messages >= MAX_LINES)
                break;
            size_t same = v->n_messages;
            *rest_push(a, v->codes, same) = rest_string(a, m, "code");
            *rest_push(a, v->messages, v->n_messages) = rest_string(a, m, "message");
        }
}

static void read_validations(struct arena *a, const struct json *answer, struct longrun *out)
{
    const struct json *lines = json_get(answer, "metadata.validationResult.validations");
    if (json_count(lines) == 0)
        return;
    out->validations = NULL;
    out->n_validations = 0;
    for
        json_each(line, lines)
        {
            if (out->n_validations >= MAX_LINES)
                break;
            read_validation(a, line, rest_push(a, out->validations, out->n_validations));
        }
}

/* --- kinds --- */

static bool read_lro(struct arena *a, const struct json *answer, struct longrun *out)
{
    const char *name = json_string(answer, "name");
    out->done = json_bool(answer, "done", false);
    if (str_is_empty(name) || (!out->done && (!strstr(name, "operations/") || strstr(name, ".."))))
        return false;
    struct str path = {0};
    str_add(&path, "v1/");
    http_encode(&path, name, true);
    out->path = arena_str(a, str_text(&path));
    str_done(&path);
    read_validations(a, answer, out);
    const struct json *error = json_get(answer, "error");
    if (out->done && json_is_object(error)) {
        out->failed = true;
        refusal_read_status(error, &out->refusal);
    }
    return true;
}

/* "compute/v1/projects/P" of the call's own path */
static size_t compute_head(const char *call_path)
{
    static const char head[] = "compute/v1/projects/";
    if (!str_starts(call_path, head))
        return 0;
    return strlen(head) + strcspn(call_path + strlen(head), "/?");
}

static bool read_compute(struct arena *a, const char *call_path, const struct json *answer,
                         struct longrun *out)
{
    const char *name = json_string(answer, "name"), *status = json_string(answer, "status");
    const char *zone = json_string(answer, "zone"), *region = json_string(answer, "region");
    if (str_is_empty(name) || str_is_empty(status))
        return false;
    struct str path = {0};
    str_addn(&path, call_path, compute_head(call_path));
    str_add(&path, zone ? "/zones/" : region ? "/regions/" : "/global");
    if (zone || region)
        http_encode(&path, rest_last(zone ? zone : region), false);
    str_add(&path, "/operations/");
    http_encode(&path, name, false);
    out->path = arena_str(a, str_text(&path));
    str_done(&path);
    out->done = str_eq(status, "DONE");
    const struct json *error = json_get(answer, "error");
    int code = (int)json_int64(answer, "httpErrorStatusCode", 0);
    if (out->done && (json_count(json_get(error, "errors")) || code >= 400)) {
        out->failed = true;
        refusal_read_errors(error, code >= 400 && code < 600 ? code : 0, &out->refusal);
        if (!*out->refusal.message)
            str_copy(out->refusal.message, sizeof out->refusal.message,
                     json_string_or(answer, "httpErrorMessage", ""));
    }
    return true;
}

static bool read_query(struct arena *a, const struct json *answer, struct longrun *out)
{
    const struct json *job = json_get(answer, "jobReference");
    const char *id = json_string(job, "jobId"), *project = json_string(job, "projectId");
    out->done = json_bool(answer, "jobComplete", false);
    if (!id || !project)
        return out->done;
    struct str path = {0};
    str_add(&path, "bigquery/v2/projects/");
    http_encode(&path, project, false);
    str_add(&path, "/queries/");
    http_encode(&path, id, false);
    const char *location = json_string(job, "location");
    str_add(&path, "?maxResults=1000&timeoutMs=10000");
    if (location) {
        str_add(&path, "&location=");
        http_encode(&path, location, false);
    }
    out->path = arena_str(a, str_text(&path));
    str_done(&path);
    return true;
}

bool longrun_read(struct arena *a, enum rest_wait kind, const char *host, const char *call_path,
                  const struct json *answer, struct longrun *out)
{
    out->kind = kind;
    out->host = host;
    out->failed = false;
    switch (kind) {
    case REST_LRO:
        return read_lro(a, answer, out);
    case REST_COMPUTE:
        return read_compute(a, call_path, answer, out);
    case REST_QUERY:
        return read_query(a, answer, out);
    case REST_AT_ONCE:
        break;
    }
    return false;
}

/* --- the end of one --- */

static const struct google_validation *first_failed(const struct longrun *l)
{
    for (size_t i = 0; i < l->n_validations; i++)
        if (l->validations[i].state == GOOGLE_VALIDATION_FAILED)
            return &l->validations[i];
    return NULL;
}

void longrun_to_err(const struct longrun *l, const char *what, const char *resource, struct err *e)
{
    refusal_to_err(&l->refusal, what, resource, e);
    e->retryable = refusal_is_passing(&l->refusal);
    const struct google_validation *v = first_failed(l);
    if (!v)
        return;
    const char *text = v->n_messages ? v->messages[0] : "";
    size_t n = strlen(v->description);
    if (*text && n && v->description[n - 1] == '.')
        n--;
    err_why(e, "%.*s%s%s", (int)(n < LONGEST_SHOWN ? n : LONGEST_SHOWN), v->description,
            n && *text ? ": " : "", text);
    err_hint(e, tr("put right what the validation names, then try the same again"));
    if (*v->code)
        err_reason(e, v->code);
}

bool longrun_name(struct arena *a, const char *name, struct longrun *out)
{
    static const struct {
        const char *host;
        enum rest_wait kind;
    } known[] = {{"datastream.googleapis.com", REST_LRO},
                 {"serviceusage.googleapis.com", REST_LRO},
                 {"compute.googleapis.com", REST_COMPUTE}};
    *out = (struct longrun){.kind = REST_AT_ONCE};
    if (str_is_empty(name) || strlen(name) >= GOOGLE_NAME_TEXT || strpbrk(name, "?#\\ \"") ||
        strstr(name, ".."))
        return false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t n = strlen(known[i].host);
        if (!str_starts(name, known[i].host) || name[n] != '/')
            continue;
        out->kind = known[i].kind;
        out->host = known[i].host;
        out->path = arena_str(a, name + n + 1);
        out->name = arena_str(a, name);
        return strstr(out->path, "operations/") != NULL &&
               str_starts(out->path, known[i].kind == REST_LRO ? "v1/" : "compute/v1/projects/");
    }
    return false;
}
