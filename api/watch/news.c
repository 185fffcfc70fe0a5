#include "api/watch/news.h"

#include "api/base/str.h"
#include "api/base/tr.h"

#include <stdio.h>

enum { LONG_MS = 30000 }; /* what took less needs no bell */

static bool is_copying(const struct watch_status *s)
{
    for (size_t i = 0; i < s->n_tables; i++)
        if (str_eq(s->tables[i].backfill_state, "ACTIVE") ||
            str_eq(s->tables[i].backfill_state, "PENDING"))
            return true;
    return false;
}

static void say(struct watch_news *n, bool well, const char *text)
{
    n->well = well;
    str_copy(n->text, sizeof n->text, text);
}

void watch_news(struct watch_news *n, const struct watch_status *before,
                const struct watch_status *now, int64_t mono_ms)
{
    bool copying = is_copying(now), told = before && before->state[0];
    int64_t since = n->copying_ms;

    *n = (struct watch_news){.copying_ms = !copying ? 0
                                           : since  ? since
                                                    : mono_ms,
                             .copied = since && !copying};
    if (!told)
        return;
    bool runs = str_eq(now->state, "RUNNING"), ran = str_eq(before->state, "RUNNING");
    if (runs && str_starts(before->state, "FAILED"))
        say(n, true, tr("the stream runs again"));
    else if (runs && !ran)
        say(n, true, tr("the stream runs"));
    else if (n->copied && now->n_tables)
        say(n, true, tr("every table has been copied"));
    else if (now->health != before->health) {
        n->well = now->health == WATCH_OK;
        snprintf(n->text, sizeof n->text, tr("health: %s, it was %s"),
                 tr(watch_health_name(now->health)), tr(watch_health_name(before->health)));
    }
    n->bell =
        runs != ran || now->health != before->health || (n->copied && mono_ms - since >= LONG_MS);
}
