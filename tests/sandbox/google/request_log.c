/* One JSON line a request, in the form that check_requests.py reads; secrets are hidden. */

#include "tests/sandbox/google/server.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const SECRET_KEYS[] = {"password",      "privateKey",    "clientKey",
                                          "client_secret", "refresh_token", "assertion",
                                          "accessToken",   "access_token",  "clientSecret"};
enum { N_SECRET_KEYS = sizeof SECRET_KEYS / sizeof SECRET_KEYS[0] };

/* Where the string value of a secret key begins (after its quote), or NULL. */
static const char *secret_value(const char *at)
{
    for (size_t i = 0; i < N_SECRET_KEYS; i++) {
        size_t n = strlen(SECRET_KEYS[i]);
        if (strncmp(at, SECRET_KEYS[i], n) != 0 || at[n] != '"')
            continue;
        const char *value = at + n + 1;
        while (isspace((unsigned char)*value))
            value++;
        if (*value++ != ':')
            return NULL;
        while (isspace((unsigned char)*value))
            value++;
        return *value == '"' ? value + 1 : NULL;
    }
    return NULL;
}

/* The text as it was sent, but for the secrets: what is malformed must stay so. */
static void hide_in_json(const char *body, struct str *out)
{
    for (const char *at = body; *at != '\0';) {
        const char *value = *at == '"' ? secret_value(at + 1) : NULL;
        if (value == NULL) {
            str_addc(out, *at++);
            continue;
        }
        str_addn(out, at, (size_t)(value - at));
        str_add(out, "***");
        for (at = value; *at != '\0' && *at != '"'; at++)
            at += at[0] == '\\' && at[1] != '\0';
    }
}

static void hide_in_form(const char *body, struct str *out)
{
    while (*body != '\0') {
        size_t pair = strcspn(body, "&"), name = strcspn(body, "=&");
        bool secret = false;
        for (size_t i = 0; i < N_SECRET_KEYS; i++)
            secret = secret ||
                     (strlen(SECRET_KEYS[i]) == name && strncmp(SECRET_KEYS[i], body, name) == 0);
        str_addn(out, body, secret ? name : pair);
        if (secret)
            str_add(out, "=***");
        body += pair;
        if (*body == '&')
            str_addc(out, *body++);
    }
}

static void add_url(const char *uri, struct str *url)
{
    size_t path = strcspn(uri, "?");
    str_add(url, "https://");
    str_addn(url, uri + 1, path - (path > 0));
    if (uri[path] == '?') {
        str_addc(url, '?');
        hide_in_form(uri + path + 1, url);
    }
}

void request_log_open_common(struct google *g)
{
    const char *folder = getenv("SANDBOX_REQUEST_LOGS");
    char path[512];
    if (str_is_empty(folder))
        return;
    snprintf(path, sizeof path, "%.400s/%ld.jsonl", folder, (long)getpid());
    g->common_log = fopen(path, "a");
}

static void write_line(FILE *log, const struct str *line)
{
    if (log == NULL)
        return;
    fprintf(log, "%s\n", str_text(line));
    fflush(log);
}

void request_log_write(struct google *g, const struct exchange *x)
{
    bool ours = !str_is_empty(x->user_agent) && str_starts(x->user_agent, "strom/");
    if (g->log == NULL && (g->common_log == NULL || !ours))
        return;
    struct str line = {0}, url = {0}, body = {0};
    char now[CLOCK_TEXT];
    add_url(x->uri, &url);
    if (str_starts(x->content_type, "application/x-www-form-urlencoded"))
        hide_in_form(str_text(&x->body), &body);
    else
        hide_in_json(str_text(&x->body), &body);
    struct json_out o;
    json_begin(&o, &line, false);
    json_open_object(&o, NULL);
    json_put_string(&o, "time", clock_rfc3339(clock_wall(), now));
    json_put_string(&o, "method", x->method);
    json_put_string(&o, "url", str_text(&url));
    json_put_string(&o, "content_type", x->content_type);
    if (body.bytes > 0)
        json_put_string(&o, "body", str_text(&body));
    json_put_int(&o, "status", x->status);
    json_close_object(&o);
    write_line(g->log, &line);
    write_line(ours ? g->common_log : NULL, &line);
    str_done(&line);
    str_done(&url);
    str_done(&body);
}
