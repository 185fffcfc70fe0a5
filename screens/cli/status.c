#include "screens/cli/command.h"

#include "api/base/clock.h"
#include "api/base/figure.h"
#include "api/watch/status.h"
#include "screens/answer.h"
#include "screens/cli/out.h"
#include "screens/cli/session.h"

enum { WATCH_MS = 15000 };

static void print_slot(const struct watch_slot *slot, bool has_stream)
{
    char bytes[FIGURE_TEXT];

    if (!slot->known)
        out_line("  slot       %s: %s", slot->name, slot->why);
    else if (!slot->exists)
        out_line("  slot       %s: %s", slot->name, has_stream ? "gone" : "not there");
    else
        out_line("  slot       %s: %s, %s of log held", slot->name,
                 slot->active ? "active" : "read by nobody", figure_bytes(slot->wal_bytes, bytes));
}

static void print(const struct watch_status *s)
{
    char span[CLOCK_TEXT], source[FIGURE_TEXT], destination[FIGURE_TEXT];

    out_line("%s  %s  %s", watch_health_name(s->health), s->stream,
             s->state[0]                           ? s->state
             : s->stream_error.kind == ERR_MISSING ? "not there"
                                                   : "no answer");
    for (size_t i = 0; i < s->n_why; i++)
        out_line("  %s", s->why[i]);
    out_line("  freshness  %s",
             s->freshness_s < 0 ? "unknown" : clock_span((int64_t)s->freshness_s, span));
    print_slot(&s->slot, s->state[0]);
    for (size_t i = 0; i < s->n_tables; i++) {
        const struct watch_table *w = &s->tables[i];
        out_line("  %s.%s  backfill %s  rows %s%s at the source, %s in BigQuery", w->schema,
                 w->table, w->backfill_state[0] ? w->backfill_state : "not begun",
                 w->rows_source_is_estimate ? "~" : "", figure_count(w->rows_source, source),
                 figure_count(w->rows_destination, destination));
    }
}

static int tell(struct session *s, const struct watch_status *status)
{
    struct str text = {0};

    if (s->o->json) {
        if (s->o->watch)
            watch_json_line(status, status->slot.name, &text);
        else
            watch_json(status, status->slot.name, &text);
        out_result(&text);
    } else {
        print(status);
    }
    str_done(&text);
    return status->health == WATCH_OK ? OUT_FINE : OUT_NOT_YET;
}

static int run(struct session *s)
{
    struct task *before = NULL, *t, *pause;
    struct err e;
    int code;

    for (;;) {
        struct watch_options o = {.google = s->live.google,
                                  .pg = s->live.pg && pg_alive(s->live.pg) ? s->live.pg : NULL,
                                  .target = &s->target,
                                  .earlier = before ? watch_status(before) : NULL,
                                  .count_rows = true};
        t = watch(s->live.net, &o);
        bool ok = session_wait(s, t, &e);
        code = ok ? tell(s, watch_status(t)) : out_error(s->o, &e);
        task_clear(&before);
        if (!ok || !s->o->watch)
            break;
        before = t;
        t = NULL;
        pause = task_timer(s->live.net, WATCH_MS);
        ok = session_wait(s, pause, &e);
        task_drop(pause);
        if (!ok) {
            code = e.kind == ERR_INTERRUPTED ? out_code(&e) : out_error(s->o, &e);
            break;
        }
    }
    task_drop(t);
    task_drop(before);
    return code;
}

int command_status(const struct options *o)
{
    struct session s;
    int code;

    if (session_open(&s, o,
                     SESSION_FILE | SESSION_CLUSTER | SESSION_SOURCE | SESSION_PROJECT |
                         SESSION_ONLY_APP,
                     &code))
        code = run(&s);
    session_close(&s);
    return code;
}
