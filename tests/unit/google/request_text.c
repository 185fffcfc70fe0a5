#define _GNU_SOURCE
#include "tests/unit/google/request_text.h"

#include "api/base/json.h"
#include "api/net/http.h"

#include <ctype.h>

/* --- reading --- */

static void word(const char *line, const char *key, char out[CASE_WORD])
{
    size_t n = strlen(key);
    if (strncmp(line, key, n) == 0 && line[n] == ' ')
        snprintf(out, CASE_WORD, "%.*s", (int)strcspn(line + n + 1, "\n"), line + n + 1);
}

static bool is_header(const char *line)
{
    size_t n = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-");
    return n > 0 && isupper((unsigned char)line[0]) && line[n] == ':' && line[n + 1] == ' ';
}

/* A line of an answer, without its mark. */
static void answer_line(struct request_exchange *x, const char *line, size_t n)
{
    if (x->status < 0) {
        x->status = (int)strtol(line, NULL, 10);
        return;
    }
    if (!x->text.bytes && is_header(line)) {
        str_addn(&x->head, line, n);
        str_add(&x->head, "\r\n");
        return;
    }
    str_addn(&x->text, line, n);
    str_addc(&x->text, '\n');
}

static void read_line(struct request_case *c, const char *line, size_t n, char *before)
{
    char mark = *line;
    if (mark == '>' && *before != '>') {
        assert(c->n < CASE_EXCHANGES);
        struct request_exchange *x = &c->exchanges[c->n++];
        x->status = -1;
        snprintf(x->method, sizeof x->method, "%.*s", (int)strcspn(line + 2, " \n"), line + 2);
    }
    if (mark == '<' && c->n) {
        struct request_exchange *x = &c->exchanges[c->n - 1];
        str_addn(&x->raw, line, n);
        str_addc(&x->raw, '\n');
        answer_line(x, n > 2 ? line + 2 : "", n > 2 ? n - 2 : 0);
    }
    if (c->n == 0 && !strchr("=!", mark ? mark : '=')) {
        word(line, "call", c->call);
        word(line, "with", c->with);
        word(line, "login", c->login);
        str_addn(&c->head, line, n);
        str_addc(&c->head, '\n');
    }
    *before = mark;
}

void request_case_read(const char *file, const char *text, struct request_case *c)
{
    char before = '\0';
    memset(c, 0, sizeof *c);
    snprintf(c->file, sizeof c->file, "%s", file);
    str_add(&c->text, text);
    for (const char *line = text; *line;) {
        size_t n = strcspn(line, "\n");
        if (n == 0 && c->n == 0)
            str_addc(&c->head, '\n');
        else
            read_line(c, line, n, &before);
        line += n + (line[n] == '\n');
    }
    for (size_t i = 0; i < c->n; i++) {
        struct request_exchange *x = &c->exchanges[i];
        x->headers = x->head.bytes ? x->head.text : NULL;
        x->body = str_text(&x->text);
        x->status = x->status < 0 ? 0 : x->status;
    }
}

void request_case_done(struct request_case *c)
{
    for (size_t i = 0; i < c->n; i++) {
        str_done(&c->exchanges[i].raw);
        str_done(&c->exchanges[i].head);
        str_done(&c->exchanges[i].text);
    }
    str_done(&c->text);
    str_done(&c->head);
}

/* --- writing --- */

/* Random ids become one word; that they are ids is looked at. */
static const char *plain(const char *name, const char *value)
{
    if (strcmp(name, "requestId") != 0)
        return value;
    bool ok = strlen(value) == 36 && value[14] == '4' && strchr("89ab", value[19]) != NULL;
    for (size_t i = 0; ok && value[i]; i++)
        ok = i == 8 || i == 13 || i == 18 || i == 23 ? value[i] == '-'
                                                     : strchr("0123456789abcdef", value[i]) != NULL;
    return ok ? "(uuid)" : value;
}

static void decode(const char *from, size_t n, struct str *out)
{
    for (size_t i = 0; i < n; i++) {
        char hex[3] = {0};
        if (from[i] == '%' && i + 2 < n) {
            memcpy(hex, from + i + 1, 2);
            str_addc(out, (char)strtol(hex, NULL, 16));
            i += 2;
        } else {
            str_addc(out, from[i]);
        }
    }
}

/* The parameters one a line, decoded; an encoding other than ours would show. */
static void write_pairs(const char *text, struct str *out)
{
    while (*text) {
        size_t n = strcspn(text, "&"), name = strcspn(text, "=");
        struct str key = {0}, value = {0}, again = {0};
        name = name < n ? name : n;
        str_addn(&key, text, name);
        if (name < n)
            decode(text + name + 1, n - name - 1, &value);
        http_encode(&again, str_text(&value), false);
        bool ours = name < n && again.bytes == n - name - 1 &&
                    memcmp(str_text(&again), text + name + 1, again.bytes) == 0;
        str_printf(out, ">   %s = %s%s\n", str_text(&key), plain(str_text(&key), str_text(&value)),
                   ours ? "" : " (encoded oddly)");
        str_done(&key);
        str_done(&value);
        str_done(&again);
        text += n + (text[n] == '&');
    }
}

/* "requestId": "6f1c...": one word here too. */
static void add_plain(struct str *out, const char *line, size_t n)
{
    static const char mark[] = "\"requestId\": \"";
    const char *at = memmem(line, n, mark, strlen(mark));
    char id[37] = "";
    if (at && (size_t)(line + n - at) > strlen(mark) + 36)
        memcpy(id, at + strlen(mark), 36);
    if (!*id) {
        str_addn(out, line, n);
        return;
    }
    str_addn(out, line, (size_t)(at - line) + strlen(mark));
    str_add(out, plain("requestId", id));
    at += strlen(mark) + 36;
    str_addn(out, at, (size_t)(line + n - at));
}

static void write_json(const struct json *doc, struct str *out)
{
    struct json_out o;
    struct str text = {0};
    json_begin(&o, &text, true);
    json_put_part(&o, NULL, doc);
    for (const char *line = str_text(&text); *line;) {
        size_t n = strcspn(line, "\n");
        str_add(out, "> ");
        add_plain(out, line, n);
        str_addc(out, '\n');
        line += n + (line[n] == '\n');
    }
    str_done(&text);
}

static void write_body(const struct seen *q, struct str *out)
{
    struct err e;
    if (!*q->body)
        return;
    struct json *doc = json_parse(q->body, strlen(q->body), &e);
    if (doc)
        write_json(doc, out);
    else
        write_pairs(q->body, out);
    json_free(doc);
}

/* Those that matter; the order is ours, the names as HTTP/2 has them. */
static void write_headers(const struct seen *q, struct str *out)
{
    static const char *const names[] = {"authorization", "x-goog-user-project", "content-type",
                                        "if-match", "metadata-flavor"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char mark[64];
        snprintf(mark, sizeof mark, "\r\n%s: ", names[i]);
        const char *at = strcasestr(q->headers, mark);
        if (at)
            str_printf(out, "> %s: %.*s\n", names[i], (int)strcspn(at + strlen(mark), "\r\n"),
                       at + strlen(mark));
    }
}

void request_write(const struct seen *q, struct str *out)
{
    size_t n = strcspn(q->target, "?");
    str_printf(out, "> %s %.*s\n", q->method, (int)n - 1, q->target + 1);
    if (q->target[n] == '?')
        write_pairs(q->target + n + 1, out);
    write_headers(q, out);
    write_body(q, out);
}

void request_log(const struct server *s, FILE *out)
{
    struct str line = {0};
    for (size_t i = 0; i < s->n_seen; i++) {
        const struct seen *q = &s->seen[i];
        struct json_out o;
        struct str url = {0};
        str_clear(&line);
        json_begin(&o, &line, false);
        json_open_object(&o, NULL);
        json_put_string(&o, "method", q->method);
        str_printf(&url, "https://%s", q->target + 1);
        json_put_string(&o, "url", str_text(&url));
        str_done(&url);
        json_put_string(
            &o, "content_type",
            strcasestr(q->headers, "content-type: application/json") ? "application/json" : "");
        if (*q->body)
            json_put_string(&o, "body", q->body);
        json_close_object(&o);
        fprintf(out, "%s\n", str_text(&line));
    }
    str_done(&line);
}
