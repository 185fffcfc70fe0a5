#include "screens/status_view.h"

#include "api/base/clock.h"
#include "api/base/figure.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/maker.h"
#include "screens/answer.h"
#include "tui/spark.h"
#include "tui/text.h"

#include <string.h>

/* Of each so many; the rest is in what y copies. */
enum { WHY_LINES = 3, LOG_LINES = 2 };
enum { SPARK = 20, COMMON = 72 }; /* columns */

static enum mark health_mark(enum watch_health h)
{
    static const enum mark marks[] = {MARK_UNKNOWN, MARK_OK, MARK_WARN, MARK_FAIL};

    return marks[h];
}

const char *status_view_clock(int64_t wall_ms, char out[])
{
    char text[CLOCK_TEXT];

    clock_rfc3339(wall_ms / 1000, text);
    str_copy(out, 9, strchr(text, 'T') ? strchr(text, 'T') + 1 : text);
    return out;
}

void status_view_spark(const double *values, size_t n, struct page *p)
{
    bool known = false;

    for (size_t i = 0; i < n; i++)
        known = known || values[i] >= 0;
    if (known && page_width(p) >= COMMON) {
        page_tab(p, page_width(p) - SPARK);
        spark_put(p, STYLE_ACCENT, values, n, SPARK);
    }
    page_newline(p);
}

void status_view_unreachable(const struct watch_status *s, const struct err *e, int again_s,
                             struct page *p)
{
    char when[CLOCK_TEXT];

    page_mark(p, MARK_WARN, tr("as of %s UTC, not reachable since: %s"),
              status_view_clock(s->seen_ms, when), e->why);
    page_note(p, tr("→ tried again every %d s; r tries now"), again_s);
}

void status_view_silence(const struct watch_status *s, const struct watch_silence *silence,
                         struct page *p)
{
    char when[CLOCK_TEXT], span[CLOCK_TEXT];

    page_mark(p, MARK_WARN, tr("%s not answered for %s: all of this is as of %s UTC"),
              silence->google && silence->source ? tr("Google and the database have")
              : silence->google                  ? tr("Google has")
                                                 : tr("the database has"),
              clock_span(silence->ms / 1000, span), status_view_clock(s->seen_ms, when));
    page_note(p, "%s", tr("→ it is waited for, and asked anew by itself"));
}

/* As wide as the widest of them is in the person's language. */
int status_view_column(void)
{
    const char *const labels[] = {tr("Events"), tr("Bytes"), tr("Latency"),
                                  tr("Behind"), tr("Slot"),  tr("Cost")};
    int widest = 0;

    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (text_width(labels[i]) > widest)
            widest = text_width(labels[i]);
    return widest + 1;
}

void status_view_label(const char *label, struct page *p)
{
    page_put(p, STYLE_TEXT, "%s", label);
    page_tab(p, status_view_column());
}

/* --- what is wrong --- */

static void draw_trouble(enum mark mark, const char *time, const char *text, const char *step,
                         struct page *p)
{
    page_mark(p, mark, "%s%s%s", time, time[0] ? "  " : "", text);
    if (!str_is_empty(step))
        page_note(p, "→ %s", step);
}

static void draw_more(size_t n, size_t most, struct page *p)
{
    if (n > most)
        page_note(p, tr("and %zu more; y copies all of them"), n - most);
}

/* One cause is told by the stream, the slot and an error: their step is the same, and told once. */
static const char *step_of(const struct watch_status *s, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (str_eq(s->why[k].hint, s->why[i].hint))
            return "";
    return s->why[i].hint;
}

/* That there is no stream, or no answer about it, is the page itself. */
static bool is_told(const struct watch_reason *r)
{
    return r->kind == WATCH_NO_STREAM || r->kind == WATCH_NO_ANSWER;
}

void status_view_why(const struct watch_status *s, struct page *p)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n_why; i++)
        if (!is_told(&s->why[i]) && n++ < WHY_LINES)
            draw_trouble(health_mark(s->why[i].health), s->why[i].time ? s->why[i].time : "",
                         s->why[i].text, step_of(s, i), p);
    draw_more(n, WHY_LINES, p);
}

void status_view_log(const struct watch_status *s, struct page *p)
{
    if (s->n_log == 0)
        return;
    page_gap(p);
    page_styled(p, STYLE_HEADING, "%s", tr("From the stream's log"));
    for (size_t i = 0; i < s->n_log && i < LOG_LINES; i++)
        draw_trouble(MARK_WARN, s->log[i].time, s->log[i].message,
                     s->log[i].hint[0] ? s->log[i].hint : watch_step(WATCH_ERROR), p);
    draw_more(s->n_log, LOG_LINES, p);
}

/* --- the stream --- */

static bool reads_nothing(const struct watch_status *s)
{
    return s->newest_point >= 0 && s->state[0] && !str_eq(s->state, "RUNNING");
}

/* No point for ten minutes is no zero. */
static void put_unknown(const struct watch_status *s, struct page *p)
{
    int64_t age = s->seen_ms / 1000 - s->newest_point;
    char span[CLOCK_TEXT];

    if (reads_nothing(s))
        page_put(p, STYLE_MUTED, "%s", tr("nothing is read at present"));
    else if (s->figures_known && s->newest_point > 0 && age > WATCH_STALE_S)
        page_put(p, STYLE_MUTED, tr("not known: the last figure is %s old"), clock_span(age, span));
    else
        page_put(p, STYLE_MUTED, "%s", tr("not known yet"));
}

static void draw_events(const struct watch_status *s, struct page *p)
{
    char events[FIGURE_TEXT];

    status_view_label(tr("Events"), p);
    if (s->now[WATCH_EVENTS_PER_S] < 0)
        put_unknown(s, p);
    else
        page_put(p, STYLE_TEXT, tr("%s a second"),
                 figure_tenths(s->now[WATCH_EVENTS_PER_S], events));
    status_view_spark(s->points[WATCH_EVENTS_PER_S], WATCH_POINTS, p);
}

static void draw_bytes(const struct watch_status *s, struct page *p)
{
    char bytes[FIGURE_TEXT];

    status_view_label(tr("Bytes"), p);
    if (s->now[WATCH_BYTES_PER_S] < 0)
        put_unknown(s, p);
    else
        page_put(p, STYLE_TEXT, tr("%s a second"),
                 figure_bytes((int64_t)s->now[WATCH_BYTES_PER_S], bytes));
    status_view_spark(s->points[WATCH_BYTES_PER_S], WATCH_POINTS, p);
}

static void draw_latency(const struct watch_status *s, struct page *p)
{
    char half[FIGURE_TEXT], most[FIGURE_TEXT], all[FIGURE_TEXT];

    status_view_label(tr("Latency"), p);
    if (s->now[WATCH_LATENCY_P50] < 0 && s->now[WATCH_EVENTS_PER_S] < 0)
        put_unknown(s, p);
    else if (s->now[WATCH_LATENCY_P50] < 0) /* where nothing changes, nothing takes its time */
        page_put(p, STYLE_MUTED, "%s", tr("no change of late"));
    else
        page_put(p, STYLE_TEXT, tr("50 %% in %s s, 95 %% in %s s, 99 %% in %s s"),
                 figure_tenths(s->now[WATCH_LATENCY_P50], half),
                 figure_tenths(s->now[WATCH_LATENCY_P95], most),
                 figure_tenths(s->now[WATCH_LATENCY_P99], all));
    status_view_spark(s->points[WATCH_LATENCY_P95], WATCH_POINTS, p);
}

/* Whole seconds, rounded up. */
static int64_t most_behind(const double *points)
{
    double most = 0;

    for (size_t i = 0; i < WATCH_POINTS; i++)
        most = points[i] > most ? points[i] : most;
    return (int64_t)(most + 0.999);
}

static void draw_behind(const struct watch_status *s, struct page *p)
{
    char span[CLOCK_TEXT];

    status_view_label(tr("Behind"), p);
    if (s->newest_point < 0)
        put_unknown(s, p);
    else
        page_put(p, STYLE_TEXT, tr("at most %s in the last hour"),
                 clock_span(most_behind(s->points[WATCH_FRESHNESS]), span));
    status_view_spark(s->points[WATCH_FRESHNESS], WATCH_POINTS, p);
}

void status_view_stream(const struct watch_status *s, bool old, struct page *p)
{
    char span[CLOCK_TEXT], when[CLOCK_TEXT];

    page_put_mark(p, old ? MARK_UNKNOWN : health_mark(s->health), false);
    page_put(p, STYLE_HEADING, " %s", s->state[0] ? s->state : tr("no answer"));
    if (old)
        page_put(p, STYLE_MUTED, "%s", tr("   when it was asked last"));
    else if (s->now[WATCH_FRESHNESS] >= 0)
        page_put(p, STYLE_TEXT, tr("   BigQuery at most %s behind"),
                 clock_span((int64_t)(s->now[WATCH_FRESHNESS] + 0.999), span));
    else if (reads_nothing(s))
        page_put(p, STYLE_MUTED, "   %s", tr("nothing is read at present"));
    else
        page_put(p, STYLE_MUTED, "%s", tr("   freshness not known yet"));
    page_put_right(p, STYLE_MUTED, page_width(p) < COMMON ? tr(" %s UTC") : tr(" asked at %s UTC"),
                   status_view_clock(s->seen_ms, when));
    page_newline(p);
    if (str_eq(s->maker, MAKER_TERRAFORM))
        page_note(p, "%s", tr("Terraform manages it: m shows what its code must say"));
    status_view_why(s, p);
    draw_events(s, p);
    if (s->n_why == 0) /* trouble needs the room */
        draw_bytes(s, p);
    draw_latency(s, p);
    if (s->n_why == 0)
        draw_behind(s, p);
}

/* --- what it costs --- */

void status_view_cost(const struct watch_cost *c, struct page *p)
{
    char least[FIGURE_TEXT], most[FIGURE_TEXT];

    if (!c->known)
        return;
    status_view_label(tr("Cost"), p);
    page_put(p, STYLE_TEXT, tr("%s to %s USD this month"), figure_money(c->so_far[0], least),
             figure_money(c->so_far[1], most));
    if (c->month_known)
        page_put(p, STYLE_TEXT, tr(", %.0f to %.0f in a whole one; most for: %s"), c->month[0],
                 c->month[1], tr(c->parts[c->driver].name));
    page_newline(p);
}
