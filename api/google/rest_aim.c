#include "api/google/rest_job.h"

#include "api/base/clock.h"
#include "api/google/token.h"

#include <string.h>

void rest_wipe(struct str *s)
{
    if (s->text)
        secret_wipe(s->text, s->room);
    str_done(s);
}

/* --- one request of the job --- */

static void aim(struct rest_job *job, const char *method, const char *path, const char *body,
                enum rest_repeat repeat)
{
    if (job->url.text != path) {
        str_clear(&job->url);
        str_add(&job->url, path);
    }
    exchange_again(&job->x);
    job->x.method = method;
    job->x.path = str_text(&job->url);
    job->x.body = body;
    job->x.content_type = "application/json";
    job->x.repeat = repeat;
    job->x.if_match = NULL;
    job->x.secret_body = body && job->call.secret_body;
}

static void add_query(struct str *url, const char *name, const char *value)
{
    str_addc(url, strchr(str_text(url), '?') ? '&' : '?');
    str_add(url, name);
    str_addc(url, '=');
    http_encode(url, value, false);
}

/* The body with its page token: a member before the closing brace. */
static const char *page_body(struct rest_job *job)
{
    const struct str *body = &job->call.body;
    if (!body->bytes)
        return NULL;
    if (job->call.pages != REST_PAGES_BODY || !job->page)
        return str_text(body);
    struct str token = {0};
    struct json_out o;
    json_begin(&o, &token, false);
    json_open_object(&o, NULL);
    json_put_string(&o, "pageToken", job->page);
    json_close_object(&o);
    str_clear(&job->body);
    str_addn(&job->body, body->text, body->bytes - 1);
    str_addc(&job->body, ',');
    str_add(&job->body, str_text(&token) + 1);
    str_done(&token);
    return str_text(&job->body);
}

void rest_aim_send(struct rest_job *job)
{
    struct str url = {0};
    str_add(&url, str_text(&job->call.path));
    if (job->call.query.bytes) {
        str_addc(&url, '?');
        str_add(&url, str_text(&job->call.query));
    }
    if (job->call.pages == REST_PAGES_QUERY && job->page)
        add_query(&url, "pageToken", job->page);
    aim(job, job->call.method, str_text(&url), page_body(job), job->call.repeat);
    job->x.if_match = job->call.if_match;
    str_done(&url);
    job->sent_at = clock_wall() - google_clock_ahead(job->call.google);
    job->at = AT_SEND;
}

void rest_aim_get(struct rest_job *job, const char *path, enum rest_at at)
{
    aim(job, "GET", path, NULL, REST_READ);
    job->at = at;
}
