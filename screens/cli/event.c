#include "screens/cli/event.h"

#include "api/base/clock.h"
#include "api/base/json.h"
#include "screens/cli/out.h"

static void write_json(const struct event *e, struct str *out)
{
    struct json_out o;
    char time[CLOCK_TEXT];

    json_begin(&o, out, false);
    json_open_object(&o, NULL);
    json_put_int(&o, "version", 1);
    json_put_string(&o, "time", clock_rfc3339(clock_wall(), time));
    json_put_string(&o, "step", e->step);
    json_put_string(&o, "name", e->name);
    json_put_string(&o, "state", e->state);
    json_put_double(&o, "elapsed", e->elapsed);
    if (e->receipt)
        json_put_string(&o, "receipt", e->receipt);
    json_put_string(&o, "message", e->message);
    json_close_object(&o);
    str_addc(out, '\n');
}

void event_tell(const struct options *o, const struct event *e)
{
    struct str text = {0};
    char span[CLOCK_TEXT];
    bool timed = e->elapsed >= 1 || (e->elapsed > 0 && !str_eq(e->state, "running"));

    if (o->json) {
        write_json(e, &text);
        out_result(&text);
    } else {
        out_talk("%-8s %-32s %s%s%s%s%s", e->state, e->step, e->name, timed ? "  " : "",
                 timed ? clock_span((int64_t)e->elapsed, span) : "", e->message[0] ? ": " : "",
                 e->message);
    }
    str_done(&text);
}
