/* From a path and a query to a handler: strict about both, as Google's front end is. */

#include "tests/sandbox/google/inside.h"

#include "api/base/arena.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct shape COMMON[] = {
    ONE_OF("alt", "json"),    F("fields", STRING),
    F("key", STRING),         F("prettyPrint", BOOL),
    F("quotaUser", STRING),   F("access_token", STRING),
    ONE_OF("$.xgafv", "1|2"), END,
};

const struct service *route_service(const char *host)
{
    for (size_t i = 0; google_services[i] != NULL; i++)
        if (str_eq(google_services[i]->host, host))
            return google_services[i];
    return NULL;
}

static int hex(char ch)
{
    if (!isxdigit((unsigned char)ch))
        return -1;
    return isdigit((unsigned char)ch) ? ch - '0' : tolower((unsigned char)ch) - 'a' + 10;
}

void route_url_decode(char *text)
{
    char *to = text;
    for (const char *at = text; *at != '\0'; at++) {
        if (at[0] == '%' && hex(at[1]) >= 0 && hex(at[2]) >= 0) {
            *to++ = (char)(hex(at[1]) * 16 + hex(at[2]));
            at += 2;
        } else {
            *to++ = *at;
        }
    }
    *to = '\0';
}

/* --- paths --- */

static bool match_segment(const char *want, size_t want_n, const char *got, size_t got_n,
                          bool no_colon, char **param)
{
    if (want_n != 2 || want[0] != '{')
        return want_n == got_n && memcmp(want, got, got_n) == 0;
    if (got_n == 0 || (no_colon && memchr(got, ':', got_n) != NULL))
        return false;
    char *text = mem_alloc(got_n + 1);
    memcpy(text, got, got_n);
    route_url_decode(text);
    *param = text;
    return true;
}

/* The last segment may end in :verb; then both must. */
static size_t verb_at(const char *path)
{
    const char *last = strrchr(path, '/');
    const char *colon = strrchr(last != NULL ? last : path, ':');
    return colon != NULL ? (size_t)(colon - path) : strlen(path);
}

static void forget_params(struct call *c)
{
    for (int i = 0; i < CALL_PARAMS; i++) {
        mem_free(c->param[i]);
        c->param[i] = NULL;
    }
}

static bool match_path(struct call *c, const char *want, const char *got)
{
    bool verbs = c->service->family == FAMILY_ONEP || c->service->family == FAMILY_OAUTH;
    size_t want_end = verbs ? verb_at(want) : strlen(want);
    size_t got_end = verbs ? verb_at(got) : strlen(got);
    if (!str_eq(want + want_end, got + got_end))
        return false;
    int n = 0;
    const char *w_end = want + want_end, *g_end = got + got_end;
    for (;;) {
        size_t w = strcspn(want, "/"), g = strcspn(got, "/");
        w = want + w > w_end ? (size_t)(w_end - want) : w;
        g = got + g > g_end ? (size_t)(g_end - got) : g;
        char *param = NULL;
        if (n >= CALL_PARAMS || !match_segment(want, w, got, g, verbs, &param))
            break;
        if (param != NULL)
            c->param[n++] = param;
        want += w;
        got += g;
        if (want == w_end && got == g_end)
            return true;
        if (want == w_end || got == g_end || *want != '/' || *got != '/')
            break;
        want++;
        got++;
    }
    forget_params(c);
    return false;
}

static bool find_in(struct call *c, const struct route *table, const char *path)
{
    for (const struct route *r = table; r != NULL && r->path != NULL; r++) {
        if (!str_eq(r->method, c->method) || !match_path(c, r->path, path))
            continue;
        c->route = r;
        return true;
    }
    return false;
}

static bool find_route(struct call *c, const char *path)
{
    const struct route *const *part = c->service->parts;
    if (find_in(c, c->service->routes, path))
        return true;
    for (; part != NULL && *part != NULL; part++)
        if (find_in(c, *part, path))
            return true;
    call_refuse(c, 404, NULL, "The requested URL <code>/%s</code> was not found on this server.",
                path);
    c->html = true;
    return false;
}

/* --- the query --- */

const char *call_query(const struct call *c, const char *name)
{
    const struct val *v = val_member(c->query, name);
    return v != NULL && v->kind == VAL_TEXT ? v->text : NULL;
}

bool call_query_bool(const struct call *c, const char *name)
{
    return str_eq(call_query(c, name), "true");
}

static bool take_parameter(struct call *c, char *name, char *value)
{
    route_url_decode(name);
    route_url_decode(value);
    const struct shape *row = shape_row(c->route->query, name);
    if (row == NULL)
        row = shape_row(COMMON, name);
    if (row == NULL) {
        call_refuse_field(c, "",
                          "Invalid JSON payload received. Unknown name \"%s\": Cannot bind query "
                          "parameter. Field '%s' could not be found in request message.",
                          name, name);
        return false;
    }
    struct wrong w;
    if (!shape_check_text(row, value, &w)) {
        call_refuse_field(c, w.field, "%s", w.text);
        return false;
    }
    struct val *there = val_member(c->query, name);
    if ((row->flags & SHAPE_LIST) != 0) {
        if (there == NULL)
            val_put_member(c->query, name, there = val_array());
        val_add_text(there, value);
    } else if (there != NULL) {
        call_refuse_field(c, "", "Invalid value: query parameter '%s' is repeated", name);
        return false;
    } else {
        val_put_member(c->query, name, val_text_new(value));
    }
    return true;
}

static bool take_query(struct call *c, const char *query)
{
    char *text = mem_str(query);
    for (char *at = text; *at != '\0'; at++)
        if (*at == '+')
            *at = ' ';
    bool fine = true;
    char *rest = text;
    while (fine && rest != NULL && *rest != '\0') {
        char *pair = rest;
        rest = strchr(pair, '&');
        if (rest != NULL)
            *rest++ = '\0';
        char *value = strchr(pair, '=');
        if (value == NULL) {
            call_refuse_field(c, "", "Invalid query string");
            fine = false;
        } else {
            *value++ = '\0';
            fine = take_parameter(c, pair, value);
        }
    }
    mem_free(text);
    return fine;
}

static bool query_complete(struct call *c)
{
    for (const struct shape *row = c->route->query; row != NULL && row->name != NULL; row++) {
        if ((row->flags & SHAPE_REQUIRED) == 0 || !val_is_empty(val_member(c->query, row->name)))
            continue;
        char snake[128];
        shape_snake(row->name, snake, sizeof snake);
        call_refuse_field(c, snake, "Required parameter '%s' is missing", snake);
        call_refuse_reason(c, "required");
        return false;
    }
    if ((c->route->flags & ROUTE_NEEDS_MASK) != 0 && str_is_empty(call_query(c, "updateMask"))) {
        call_refuse_field(c, "update_mask", "Required parameter 'update_mask' is missing");
        return false;
    }
    return true;
}

static bool mask_fits(struct call *c)
{
    const char *mask = call_query(c, "updateMask");
    char path[256];
    while (mask != NULL && *mask != '\0') {
        size_t n = strcspn(mask, ",");
        bool fixed = false, readonly = false;
        snprintf(path, sizeof path, "%.*s", (int)(n < 255 ? n : 255), mask);
        if (!shape_has_path(c->route->body, path, &fixed, &readonly)) {
            call_refuse_field(
                c, "update_mask",
                "Invalid field mask: field '%s' in 'update_mask' was not found in the "
                "resource",
                path);
            return false;
        }
        if (fixed || readonly) {
            call_refuse_field(c, "update_mask", "Field '%s' is %s and cannot be updated.", path,
                              fixed ? "immutable" : "output only");
            return false;
        }
        mask += n + (mask[n] == ',');
    }
    return true;
}

/* --- the body --- */

static bool malformed(struct call *c, const struct err *e)
{
    call_refuse_field(c, "", "Invalid JSON payload received. %s", e->why);
    return false;
}

static bool parse_body(struct call *c)
{
    if (c->raw_bytes == 0) {
        c->body = val_object();
        return true;
    }
    if (!str_starts(c->content_type, "application/json")) {
        call_refuse_field(
            c, "",
            "Invalid JSON payload received. Unknown name \"%.40s\": Cannot bind query "
            "parameter.",
            c->raw);
        return false;
    }
    struct err e = {0};
    struct json *doc = json_parse_strict(c->raw, c->raw_bytes, &e);
    if (doc == NULL)
        return malformed(c, &e);
    bool object = json_is_object(doc);
    if (object)
        c->body = val_from_json(doc);
    else
        call_refuse_field(
            c, "",
            "Invalid JSON payload received. Unknown name \"\": Root element must be a "
            "message.");
    json_free(doc);
    return object;
}

static bool take_body(struct call *c)
{
    if ((c->route->flags & ROUTE_FORM) != 0)
        return true;
    if (str_eq(c->method, "GET") && c->raw_bytes > 0) {
        call_refuse(c, 400, NULL, "Your client has issued a malformed or illegal request.");
        c->html = true;
        return false;
    }
    if (c->route->body == NULL) {
        bool empty = c->raw_bytes == 0 || str_eq(c->method, "DELETE") || str_eq(c->raw, "{}");
        if (!empty)
            call_refuse_field(
                c, "",
                "Invalid JSON payload received. Unknown name \"\": Root element must be a "
                "message.");
        return empty;
    }
    struct wrong w;
    if (!parse_body(c))
        return false;
    bool made = str_eq(c->method, "POST") || str_eq(c->method, "PUT");
    if (!shape_check(c->route->body, c->body, c->route->root != NULL ? c->route->root : "", made,
                     &w)) {
        call_refuse_field(c, w.field, "%s", w.text);
        return false;
    }
    return true;
}

/* --- who asks, and may they? --- */

static bool known_token(struct call *c)
{
    const char *text = str_starts(c->authorization, "Bearer ") ? c->authorization + 7 : "";
    for (struct token *t = c->g->tokens; t != NULL; t = t->next)
        if (str_eq(t->text, text) && clock_mono_ms() < t->until_ms)
            return true;
    return false;
}

static bool has_login(struct call *c)
{
    if ((c->route->flags & ROUTE_OPEN) != 0 || known_token(c))
        return true;
    bool none = c->authorization[0] == '\0';
    call_refuse(
        c, 401, NULL,
        none ? "Request is missing required authentication credential. Expected OAuth 2 access "
               "token, login cookie or other valid authentication credential. See "
               "https://developers.google.com/identity/sign-in/web/devconsole-project."
             : "Request had invalid authentication credentials. Expected OAuth 2 access token, "
               "login cookie or other valid authentication credential. See "
               "https://developers.google.com/identity/sign-in/web/devconsole-project.");
    if (c->service->family == FAMILY_ONEP)
        call_refuse_info(c, none ? "CREDENTIALS_MISSING" : "ACCESS_TOKEN_EXPIRED", "googleapis.com",
                         val_make("{'service':%s}", c->service->host));
    return false;
}

static bool quota_project_fits(struct call *c)
{
    const char *project = c->user_project;
    if (project[0] == '\0' || (c->route->flags & ROUTE_OPEN) != 0)
        return true;
    if (policy_is_our_project(project) && policy_holds(c->g, "serviceusage.services.use"))
        return true;
    call_refuse(c, 403, NULL,
                "Caller does not have required permission to use project %s. Grant the caller the "
                "roles/serviceusage.serviceUsageConsumer role, or a custom role with the "
                "serviceusage.services.use permission, by visiting "
                "https://console.developers.google.com/iam-admin/iam/project?project=%s and then "
                "retry. Propagation of the new permission may take a few minutes.",
                project, project);
    call_refuse_info(
        c, "USER_PROJECT_DENIED", "googleapis.com",
        val_make("{'service':%s,'consumer':'projects/%s'}", c->service->host, project));
    return false;
}

static bool api_is_on(struct call *c)
{
    const char *api = c->service->api;
    if (api == NULL || services_ready(c->g, api))
        return true;
    call_refuse(
        c, 403, NULL,
        "%s has not been used in project %s before or it is disabled. Enable it by visiting "
        "https://console.developers.google.com/apis/api/%s/overview?project=%s then retry. If "
        "you enabled this API recently, wait a few minutes for the action to propagate to our "
        "systems and retry.",
        c->service->title, SANDBOX_PROJECT_NUMBER, api, SANDBOX_PROJECT_NUMBER);
    call_refuse_reason(c, "accessNotConfigured");
    call_refuse_info(c, "SERVICE_DISABLED", "googleapis.com",
                     val_make("{'service':%s,'serviceTitle':%s,'consumer':'projects/%s',"
                              "'containerInfo':'%s'}",
                              api, c->service->title, SANDBOX_PROJECT_NUMBER,
                              SANDBOX_PROJECT_NUMBER));
    return false;
}

static bool project_fits(struct call *c)
{
    const char *in_path = strstr(c->route->path, "projects/{}");
    if (in_path == NULL || (c->route->flags & ROUTE_ANY_PROJECT) != 0)
        return true;
    char resource[200];
    snprintf(resource, sizeof resource, "projects/%.100s", c->param[0]);
    if (!policy_is_our_project(c->param[0])) {
        call_refuse_permission(
            c, c->route->permission != NULL ? c->route->permission : "resourcemanager.projects.get",
            resource);
        return false;
    }
    return c->route->permission == NULL || call_permit(c, c->route->permission, resource);
}

void route_call(struct call *c, const char *path, const char *query)
{
    c->query = val_object();
    if (!find_route(c, path) || !has_login(c) || !take_query(c, query) || !query_complete(c) ||
        !take_body(c) || !mask_fits(c) || !quota_project_fits(c) || !api_is_on(c) ||
        !project_fits(c))
        return;
    c->route->run(c);
    const char *fields = call_query(c, "fields");
    if (c->code == 200 && c->answer != NULL && fields != NULL && !fields_select(c->answer, fields))
        call_refuse_field(c, "fields", "Invalid field selection %s", fields);
}
