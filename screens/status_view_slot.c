/* The slot, from the source's side. */
#include "screens/status_view.h"

#include "api/base/clock.h"
#include "api/base/figure.h"
#include "api/base/str.h"
#include "api/base/tr.h"

static const char *ago(const struct watch_slot *slot, int64_t then, char out[CLOCK_TEXT])
{
    int64_t now = slot->seen_ms / 1000;

    return clock_span(now > then ? now - then : 0, out);
}

static void draw_heartbeat(const struct watch_slot *slot, struct page *p)
{
    char alive[CLOCK_TEXT];

    if (slot->heartbeat < 0)
        return;
    page_tab(p, status_view_column());
    page_put(p, STYLE_MUTED, tr("its reader's heartbeat %s ago"),
             ago(slot, slot->heartbeat, alive));
    page_newline(p);
}

/* That it moves and that its reader lives says more of the stream than a quiet table does. */
static void draw_life(const struct watch_slot *slot, struct page *p)
{
    char moved[CLOCK_TEXT], pace[FIGURE_TEXT], over[CLOCK_TEXT];

    page_tab(p, status_view_column());
    if (slot->moved_ms > 0)
        page_put(p, STYLE_MUTED, tr("moved %s ago"), ago(slot, slot->moved_ms / 1000, moved));
    else
        page_put(p, STYLE_MUTED, "%s", tr("not seen moving yet"));
    if (slot->pace_s > 0 && slot->wal_bytes_per_hour > 0)
        page_put(p, STYLE_MUTED, tr(", growing by %s an hour (measured over %s)"),
                 figure_bytes(slot->wal_bytes_per_hour, pace),
                 clock_span((int64_t)slot->pace_s, over));
    page_newline(p);
    draw_heartbeat(slot, p);
    if (slot->hours_until_full >= 0) {
        page_tab(p, status_view_column());
        page_put(p, STYLE_FAIL, tr("at this pace the disk is full in %.0f h"),
                 slot->hours_until_full);
        page_newline(p);
    }
}

static void draw_numbers(const struct watch_slot *slot, struct page *p)
{
    char held[FIGURE_TEXT];

    page_put(p, STYLE_TEXT, "%s, ", slot->active ? tr("active") : tr("read by nobody"));
    page_put(p, STYLE_TEXT, tr("%s of log held"), figure_bytes(slot->wal_bytes, held));
    if (!str_is_empty(slot->wal_status))
        page_put(p, STYLE_TEXT, ", %s", slot->wal_status);
    status_view_spark(slot->trend, slot->n_trend > 1 ? slot->n_trend : 0, p);
    draw_life(slot, p);
}

void status_view_slot(const struct watch_slot *slot, const struct watch_slot *last,
                      const char *name, struct page *p)
{
    char when[CLOCK_TEXT];

    status_view_label(tr("Slot"), p);
    if (slot->known && !slot->exists) {
        page_put(p, STYLE_FAIL, tr("%s is gone"), name);
        page_newline(p);
    } else if (slot->known || last->known) {
        page_put(p, STYLE_TEXT, "%s, ", name);
        draw_numbers(slot->known ? slot : last, p);
    } else {
        page_put(p, STYLE_MUTED, tr("%s: %s"), name, slot->why);
        page_newline(p);
    }
    if (!slot->known && last->known)
        page_mark(p, MARK_WARN, tr("as of %s UTC, the database is not reachable since: %s"),
                  status_view_clock(last->seen_ms, when), slot->why);
}
