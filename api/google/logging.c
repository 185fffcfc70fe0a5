#include "api/google/logging.h"

#include "api/base/clock.h"
#include "api/google/rest.h"

#define HOST "logging.googleapis.com"

enum { LARGEST_PAGE = 1000 };

static const char *first_of(struct arena *a, const struct json *j, const char *const *keys)
{
    for (; *keys; keys++) {
        const char *text = rest_string(a, j, *keys);
        if (*text)
            return text;
    }
    return "";
}

static void read_entry(struct arena *a, const struct json *j, struct logging_entry *entry)
{
    static const char *const messages[] = {"jsonPayload.message", "jsonPayload.original_message",
                                           "textPayload", NULL};
    entry->time = rest_string(a, j, "timestamp");
    entry->severity = rest_string(a, j, "severity");
    entry->id = rest_string(a, j, "insertId");
    entry->message = first_of(a, j, messages);
    entry->event_code = rest_string(a, j, "jsonPayload.event_code");
    entry->read_method = rest_string(a, j, "jsonPayload.read_method");
    entry->object = rest_string(a, j, "jsonPayload.object_name");
}

static bool decode_entries(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct logging_entries *list = out;
    (void)e;
    for
        json_each(j, json_get(answer->json, "entries"))
            read_entry(a, j, rest_push(a, list->items, list->n));
    /* An empty page with a token means "go on"; what has come is enough as soon as something has.
     */
    answer->stop = list->n > 0;
    return true;
}

static void write_filter(struct str *f, const char *project, const char *stream, int64_t since,
                         bool all)
{
    char text[CLOCK_TEXT];
    str_printf(f,
               "logName=\"projects/%s/logs/datastream.googleapis.com%%2Fstream_activity\""
               " AND resource.labels.stream_id=\"%s\"",
               project, stream);
    if (!all)
        str_add(f, " AND severity>=WARNING");
    str_printf(f, " AND timestamp>=\"%s\"", clock_rfc3339(since, text));
}

struct task *logging_stream(struct google *g, const char *project, const char *stream,
                            int64_t since, bool all, int most)
{
    struct rest_call c;
    struct str filter = {0}, name = {0};
    write_filter(&filter, project, stream, since, all);
    str_printf(&name, "projects/%s", project);
    rest_begin(&c, g, "POST", HOST, "Reading the log of the stream %s", stream);
    rest_resource(&c, "%s", stream);
    rest_path(&c, "v2/entries:list");
    c.repeat = REST_READ;
    c.pages = REST_PAGES_BODY;
    struct json_out *o = rest_body(&c);
    json_open_array(o, "resourceNames");
    json_put_string(o, NULL, str_text(&name));
    json_close_array(o);
    json_put_string(o, "filter", str_text(&filter));
    json_put_string(o, "orderBy", "timestamp desc");
    json_put_int(o, "pageSize", most < 1 || most > LARGEST_PAGE ? LARGEST_PAGE : most);
    rest_decode_with(&c, sizeof(struct logging_entries), decode_entries);
    str_done(&name);
    str_done(&filter);
    return rest_send(&c);
}

const struct logging_entries *logging_entries(const struct task *t)
{
    return rest_result(t, decode_entries);
}
