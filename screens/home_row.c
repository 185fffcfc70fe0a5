#include "screens/home.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "screens/walk.h"

enum { NOTE_AT = 32, BEGUN_NOTE_AT = 46 };

size_t home_n_streams(const struct home *self)
{
    return task_state(self->streams) == TASK_OK ? datastream_streams(self->streams)->n : 0;
}

const struct datastream_stream *home_stream(const struct home *self, size_t i)
{
    return &datastream_streams(self->streams)->items[i];
}

/* The opened stream is not there any more, by whoever was asked. */
static bool is_gone(const struct home *self, const struct journey *j)
{
    if (!j->opened || task_state(self->streams) != TASK_OK)
        return false;
    for (size_t i = 0; i < home_n_streams(self); i++)
        if (str_eq(home_stream(self, i)->id, j->target.stream))
            return false;
    return true;
}

static void put_begun(const char *title, enum journey_step at, struct page *p)
{
    page_put_until(p, STYLE_TEXT, BEGUN_NOTE_AT - 1,
                   str_is_empty(title) ? tr("Go on%s") : tr("Go on: %s"), title);
    page_tab(p, BEGUN_NOTE_AT);
    page_put(p, STYLE_MUTED, tr("at %s"), tr(walk_step(at)->title));
}

static void put_left(const struct record_left *left, struct page *p)
{
    page_put_until(p, STYLE_WARN, BEGUN_NOTE_AT - 1,
                   left->alive ? tr("At work: %s") : tr("Not finished: %s"), left->target.stream);
    page_tab(p, BEGUN_NOTE_AT);
    page_put(p, STYLE_MUTED, "%s", left->line);
}

static void put_way(const struct home *self, const struct journey *j, size_t i, struct page *p)
{
    char title[JOURNEY_TITLE];
    static const char *const names[WAYS] = {[WAY_NEW] = "Set up a replication",
                                            [WAY_OPEN] = "Open a stream that exists",
                                            [WAY_REVIEW] = "Review a plan file",
                                            [WAY_PRACTISE] = "Practise in the sandbox",
                                            [WAY_DELETE] = "Take one down"};
    static const char *const notes[WAYS] = {
        [WAY_NEW] = "from PostgreSQL to BigQuery, step by step",
        [WAY_OPEN] = "look at it, change what flows",
        [WAY_REVIEW] = "what it changes, against git or what runs",
        [WAY_PRACTISE] = "nothing outside this machine is touched",
        [WAY_DELETE] = "with a receipt of what went and what is left"};

    if (self->ways[i] == WAY_GO_ON) {
        put_begun(j->opened ? j->target.stream : journey_title(j, title), j->reached, p);
        if (is_gone(self, j))
            page_put(p, STYLE_WARN, "; %s", tr("it is gone"));
        return;
    }
    if (self->ways[i] == WAY_BEGUN) {
        const struct journeys_row *row = &self->begun[i - self->first_begun];
        put_begun(row->opened ? row->stream : row->title, (enum journey_step)row->reached, p);
        return;
    }
    if (self->ways[i] == WAY_LEFT) {
        put_left(&self->left[i - self->first_left], p);
        return;
    }
    page_put(p, STYLE_TEXT, "%s", tr(names[self->ways[i]]));
    page_tab(p, NOTE_AT);
    page_put(p, STYLE_MUTED, "%s", tr(notes[self->ways[i]]));
}

static enum mark state_mark(const char *state)
{
    if (str_eq(state, "RUNNING"))
        return MARK_OK;
    if (str_eq(state, "FAILED") || str_eq(state, "FAILED_PERMANENTLY"))
        return MARK_FAIL;
    return str_eq(state, "STARTING") ? MARK_RUNNING : MARK_WARN;
}

void home_row(const void *ctx, size_t i, struct page *p)
{
    const struct home_rows *rows = ctx;
    const struct datastream_stream *s;

    if (i < rows->self->n_ways) {
        put_way(rows->self, rows->j, i, p);
        return;
    }
    s = home_stream(rows->self, i - rows->self->n_ways);
    page_put_mark(p, state_mark(s->state), false);
    page_put_until(p, STYLE_ACCENT, 44, " %s", s->id);
    page_tab(p, 44);
    page_put(p, STYLE_TEXT, "%s", s->state);
    page_tab(p, 58);
    page_put(p, STYLE_MUTED, "%s", s->dataset);
}
