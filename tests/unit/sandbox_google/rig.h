#ifndef SANDBOX_GOOGLE_RIG_H
#define SANDBOX_GOOGLE_RIG_H

/* A stand-in for a test, and a small client that sends just what it is told. Include after cmocka.
 */

#include "api/base/arena.h"
#include "api/base/clock.h"
#include "api/base/json.h"
#include "tests/sandbox/google/google.h"
#include "tests/sandbox/postgres.h"

#include <arpa/inet.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RIG   __attribute__((unused)) static
#define P     "projects/" SANDBOX_PROJECT
#define DS    "datastream.googleapis.com/v1/" P "/locations/" SANDBOX_REGION
#define GCE   "compute.googleapis.com/compute/v1/" P
#define BQ    "bigquery.googleapis.com/bigquery/v2/" P
#define CRM   "cloudresourcemanager.googleapis.com/v1/projects"
#define USAGE "serviceusage.googleapis.com/v1/"

struct rig {
    struct sandbox s;
    struct google *g;
    char folder[64], log[96], token[128];
    const char *extra; /* a further header line, with its end */
    int status;        /* of the last answer */
    struct str text;
    struct json *body; /* NULL when it was no JSON */
};

RIG int rig_connect(int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    at.sin_port = htons((uint16_t)port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

RIG void rig_exchange(struct rig *r, const struct str *request)
{
    char buffer[4096];
    int fd = rig_connect(google_port(r->g));
    size_t sent = 0;
    while (sent < request->bytes) {
        ssize_t n = write(fd, request->text + sent, request->bytes - sent);
        assert_true(n > 0);
        sent += (size_t)n;
    }
    str_clear(&r->text);
    for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;)
        str_addn(&r->text, buffer, (size_t)n);
    close(fd);
}

/* Sends one request for https://URL and reads the answer; content_type NULL: none. */
RIG int rig_send(struct rig *r, const char *method, const char *url, const char *type,
                 const char *body)
{
    struct str request = {0};
    str_printf(&request, "%s /%s HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n", method, url);
    if (r->token[0] != '\0')
        str_printf(&request, "Authorization: Bearer %s\r\n", r->token);
    if (type != NULL)
        str_printf(&request, "Content-Type: %s\r\n", type);
    str_add(&request, r->extra);
    str_printf(&request, "Content-Length: %zu\r\n\r\n%s", body != NULL ? strlen(body) : 0,
               body != NULL ? body : "");
    rig_exchange(r, &request);
    str_done(&request);
    json_free(r->body);
    r->body = NULL;
    r->status = 0;
    if (sscanf(str_text(&r->text), "HTTP/1.1 %d", &r->status) != 1)
        fail_msg("no answer to %s %s", method, url);
    const char *end = strstr(str_text(&r->text), "\r\n\r\n");
    assert_non_null(end);
    struct err e = {0};
    if (end[4] == '{')
        r->body = json_parse(end + 4, strlen(end + 4), &e);
    return r->status;
}

RIG int rig_ask(struct rig *r, const char *method, const char *url, const char *body)
{
    return rig_send(r, method, url, body != NULL ? "application/json" : NULL, body);
}

/* As rig_ask, and it must be well. */
RIG const struct json *rig_ok(struct rig *r, const char *method, const char *url, const char *body)
{
    int status = rig_ask(r, method, url, body);
    if (status != 200)
        fail_msg("%s %s: %s", method, url, str_text(&r->text));
    return r->body;
}

RIG const char *rig_text(const struct rig *r, const char *path)
{
    return json_string_or(r->body, path, "");
}

/* The message of a refusal holds these words. */
RIG void rig_refused(struct rig *r, int status, const char *method, const char *url,
                     const char *body, const char *words)
{
    rig_ask(r, method, url, body);
    if (r->status != status || strstr(str_text(&r->text), words) == NULL)
        fail_msg("%s %s: expected %d with \"%s\", got %s", method, url, status, words,
                 str_text(&r->text));
}

/* Follows an operation of Datastream or serviceusage (by name) or compute (by selfLink) to its end.
 */
RIG const struct json *rig_await(struct rig *r)
{
    char url[400];
    const char *host = "datastream.googleapis.com/v1/", *name = rig_text(r, "name");
    const char *self = json_string(r->body, "selfLink");
    int64_t until = clock_mono_ms() + 60000;
    if (self != NULL)
        snprintf(url, sizeof url, "compute.googleapis.com%s", strstr(self, "/compute/v1/"));
    else
        snprintf(url, sizeof url, "%s%s", str_starts(name, "operations/") ? USAGE : host, name);
    for (;;) {
        if (self != NULL && str_eq(rig_text(r, "status"), "DONE"))
            return r->body;
        if (self == NULL && json_bool(r->body, "done", false))
            return r->body;
        if (clock_mono_ms() > until)
            fail_msg("%s is never done", url);
        char wait[420];
        snprintf(wait, sizeof wait, "%s/wait", url);
        rig_ok(r, self != NULL ? "POST" : "GET", self != NULL ? wait : url, NULL);
    }
}

/* Sends a change and awaits its operation; it must end well. */
RIG const struct json *rig_do(struct rig *r, const char *method, const char *url, const char *body)
{
    rig_ok(r, method, url, body);
    rig_await(r);
    if (json_get(r->body, "error") != NULL)
        fail_msg("%s %s: %s", method, url, str_text(&r->text));
    return r->body;
}

RIG void rig_login(struct rig *r)
{
    struct str body = {0};
    str_printf(&body,
               "grant_type=refresh_token&client_id=" SANDBOX_CLIENT_ID
               "&client_secret=" SANDBOX_CLIENT_SECRET "&refresh_token=1%%2F%%2F%s",
               r->s.token);
    r->token[0] = '\0';
    rig_send(r, "POST", "oauth2.googleapis.com/token", "application/x-www-form-urlencoded",
             str_text(&body));
    assert_int_equal(r->status, 200);
    str_copy(r->token, sizeof r->token, rig_text(r, "access_token"));
    str_done(&body);
}

RIG void rig_start(struct rig *r, double speed, bool disabled)
{
    char why[512] = "";
    memset(r, 0, sizeof *r);
    sandbox_init(&r->s);
    snprintf(r->folder, sizeof r->folder, "/tmp/strom-google-XXXXXX");
    assert_non_null(mkdtemp(r->folder));
    snprintf(r->log, sizeof r->log, "%s/requests.jsonl", r->folder);
    r->s.name = "test";
    r->s.scenario = "fresh";
    r->s.folder = r->folder;
    r->s.speed = speed;
    r->s.token = "0123456789abcdef0123";
    r->s.facts.app_deployed = true;
    r->s.facts.disk_size_gb = 10;
    struct google_options o = {.request_log = r->log, .disabled_apis = disabled};
    r->g = google_start(&r->s, &o, why);
    if (r->g == NULL)
        fail_msg("%s", why);
    rig_login(r);
}

RIG int rig_unlink(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

/* The requests that went well, apart: only they are held against the discovery documents. */
RIG void rig_good_requests(const struct rig *r, const char *path)
{
    char line[16384];
    FILE *all = fopen(r->log, "r"), *good = fopen(path, "w");
    assert_non_null(all);
    assert_non_null(good);
    while (fgets(line, sizeof line, all) != NULL)
        if (strstr(line, "\"status\":20") != NULL)
            fputs(line, good);
    fclose(all);
    fclose(good);
}

/* What was let through here, Google would let through too (where the documents are at hand). */
RIG void rig_check_log(const struct rig *r)
{
    char tool[300], good[120], command[800], line[600];
    snprintf(tool, sizeof tool, "%s/tools/check_requests.py", SHARED_DIR);
    if (access(tool, R_OK) != 0)
        skip();
    snprintf(good, sizeof good, "%s/good.jsonl", r->folder);
    rig_good_requests(r, good);
    snprintf(command, sizeof command, "python3 %s %s", tool, good);
    FILE *out = popen(command, "r");
    assert_non_null(out);
    struct str all = {0};
    while (fgets(line, sizeof line, out) != NULL)
        str_add(&all, line);
    if (pclose(out) != 0)
        fail_msg("%s", str_text(&all));
    str_done(&all);
}

RIG void rig_stop(struct rig *r)
{
    google_stop(r->g);
    json_free(r->body);
    str_done(&r->text);
    sandbox_done(&r->s);
    nftw(r->folder, rig_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
