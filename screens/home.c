/* Home: what do you want to do?
 *
 *    › Go on: postmottak-backend · dev-gcp, at Tables
 *      Set up a replication
 *      Open a stream that exists
 *      Take one down
 *
 *    Streams in aap-dev-ab12
 *      postgres-postmottak-bigquery   RUNNING
 */
#include "screens/answer.h"
#include "screens/journey.h"
#include "screens/steps.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/google/datastream.h"
#include "api/google/projects.h"
#include "api/plan/opened.h"
#include "screens/walk.h"
#include "tui/key.h"
#include "tui/list.h"

enum way { WAY_GO_ON, WAY_NEW, WAY_OPEN, WAY_PRACTISE, WAY_DELETE, WAYS };

struct home {
    enum way ways[WAYS];
    size_t n_ways;
    bool can_go_on;
    struct list list; /* ways first, then streams */
    struct task *streams;
    bool asked; /* project and region were known */
};

/* Streams can be listed as soon as project and region are known. */
static void ask_streams(struct home *self, struct journey *j)
{
    struct target *t = &j->target;
    struct err e;

    if (j->reached == AT_HOME)
        live_fill_target(j->live, t, &e);
    self->asked = t->project[0] && t->region[0];
    if (self->asked)
        self->streams = datastream_stream_list(j->live->google, t->project, t->region);
}

static void enter(void *ctx, struct journey *j)
{
    struct home *self = ctx;

    self->can_go_on = j->reached > AT_HOME;
    if (self->can_go_on)
        self->ways[self->n_ways++] = WAY_GO_ON;
    self->ways[self->n_ways++] = WAY_NEW;
    self->ways[self->n_ways++] = WAY_OPEN;
    if (!j->live->options->sandbox)
        self->ways[self->n_ways++] = WAY_PRACTISE;
    self->ways[self->n_ways++] = WAY_DELETE;
    ask_streams(self, j);
}

static void put_way(const struct home *self, const struct journey *j, size_t i, struct page *p)
{
    char title[JOURNEY_TITLE];
    static const char *const names[WAYS] = {[WAY_NEW] = "Set up a replication",
                                            [WAY_OPEN] = "Open a stream that exists",
                                            [WAY_PRACTISE] = "Practise in the sandbox",
                                            [WAY_DELETE] = "Take one down"};
    static const char *const notes[WAYS] = {
        [WAY_NEW] = "from PostgreSQL to BigQuery, step by step",
        [WAY_OPEN] = "look at it, change what flows",
        [WAY_PRACTISE] = "nothing outside this machine is touched",
        [WAY_DELETE] = "with a receipt of what went and what is left"};

    if (self->ways[i] == WAY_GO_ON) {
        journey_title(j, title);
        page_put(p, STYLE_TEXT, title[0] ? tr("Go on: %s") : tr("Go on%s"), title);
        page_tab(p, 32);
        page_put(p, STYLE_MUTED, tr("at %s"), tr(walk_step(j->reached)->title));
        return;
    }
    page_put(p, STYLE_TEXT, "%s", tr(names[self->ways[i]]));
    page_tab(p, 32);
    page_put(p, STYLE_MUTED, "%s", tr(notes[self->ways[i]]));
}

struct rows {
    const struct home *self;
    const struct journey *j;
};

static size_t n_streams(const struct home *self)
{
    return task_state(self->streams) == TASK_OK ? datastream_streams(self->streams)->n : 0;
}

static const struct datastream_stream *stream_at(const struct home *self, size_t i)
{
    return &datastream_streams(self->streams)->items[i];
}

static enum mark state_mark(const char *state)
{
    if (str_eq(state, "RUNNING"))
        return MARK_OK;
    if (str_eq(state, "FAILED") || str_eq(state, "FAILED_PERMANENTLY"))
        return MARK_FAIL;
    return str_eq(state, "STARTING") ? MARK_RUNNING : MARK_WARN;
}

static void put_row(const void *ctx, size_t i, struct page *p)
{
    const struct rows *rows = ctx;
    const struct datastream_stream *s;

    if (i < rows->self->n_ways) {
        put_way(rows->self, rows->j, i, p);
        return;
    }
    s = stream_at(rows->self, i - rows->self->n_ways);
    page_put_mark(p, state_mark(s->state), false);
    page_put(p, STYLE_ACCENT, " %s", s->id);
    page_tab(p, 44);
    page_put(p, STYLE_TEXT, "%s", s->state);
    page_tab(p, 58);
    page_put(p, STYLE_MUTED, "%s", s->dataset);
}

static size_t n_rows(const struct home *self)
{
    return self->n_ways + n_streams(self);
}

static void draw(const void *ctx, const struct journey *j, struct page *p)
{
    const struct home *self = ctx;
    struct rows rows = {self, j};
    struct list_rows all = {.n = n_rows(self), .ctx = &rows, .put = put_row};

    page_heading(p, "%s", tr("What do you want to do?"));
    page_text(
        p, "%s",
        tr("strom takes a PostgreSQL on the Nais platform to a running, watched replication into "
           "BigQuery, and proves each step."));
    page_gap(p);
    list_draw(&self->list, &all, p);
    page_gap(p);
    if (!self->asked)
        page_note(p, "%s", tr("Streams are listed here once Connect knows project and region."));
    else if (answered(p, self->streams, tr("Asking Datastream for streams")) &&
             n_streams(self) == 0)
        page_note(p, tr("No stream in %s, %s yet."), j->target.project, j->target.region);
}

/* Another journey would drop the run. */
static bool is_held(struct journey *j)
{
    if (journey_is_running(j))
        journey_say(j, MARK_WARN, "%s",
                    tr("a creation is under way: go on with it, or interrupt it there first"));
    return journey_is_running(j);
}

/* Streams are known where project and region are: Connect asks for those, and H leads back. */
static enum nav find_streams(struct home *self, struct journey *j)
{
    if (self->asked && task_state(self->streams) == TASK_OK && n_streams(self) == 0) {
        journey_say(j, MARK_WARN, tr("there is no stream in %s, %s"), j->target.project,
                    j->target.region);
        return STAY;
    }
    if (self->asked && task_state(self->streams) == TASK_RUNNING) {
        journey_say(j, MARK_WAITING, "%s", tr("still asking Datastream for its streams"));
        return STAY;
    }
    if (self->asked && task_state(self->streams) == TASK_FAILED) {
        journey_say_err(j, task_error(self->streams));
        return STAY;
    }
    journey_say_later(j, MARK_NONE,
                      tr("project and region first; then Esc: the streams are listed at Home"));
    j->go_to = AT_CONNECT;
    return GO;
}

static enum nav choose_way(struct home *self, struct journey *j, enum way way)
{
    if (way != WAY_GO_ON && is_held(j))
        return STAY;
    switch (way) {
    case WAY_GO_ON:
        j->go_to = j->reached;
        return GO;
    case WAY_NEW:
        if (self->can_go_on)
            journey_restart(j);
        return NEXT;
    case WAY_OPEN:
        if (n_streams(self) > 0) {
            self->list.at = self->n_ways;
            return STAY;
        }
        return find_streams(self, j);
    case WAY_PRACTISE:
        j->live->practise = true;
        return QUIT;
    case WAY_DELETE:
        if (j->target.project[0] == '\0' || j->target.region[0] == '\0' ||
            j->target.database[0] == '\0') {
            return find_streams(self, j);
        }
        j->go_to = AT_REMOVE;
        return GO;
    case WAYS:
        break;
    }
    return STAY;
}

/* Opens a stream: its names become the target's, Monitor shows it. What was begun for another
 * source stays as it is, and its connection is not asked about this one. */
static enum nav open_stream(struct journey *j, const struct datastream_stream *s)
{
    struct target t = j->target;
    bool same = opened_target(s, &t);

    if (is_held(j))
        return STAY;
    if (!same)
        journey_restart(j);
    j->target = t;
    j->elsewhere = !same;
    j->opened = true;
    j->reached = AT_MONITOR;
    journey_changed(j);
    j->go_to = AT_MONITOR;
    return GO;
}

static enum nav update(void *ctx, struct journey *j, struct event ev)
{
    struct home *self = ctx;

    if (ev.kind != EV_KEY || list_key(&self->list, n_rows(self), ev.key) || ev.key != TUI_ENTER)
        return STAY;
    if (self->list.at < self->n_ways)
        return choose_way(self, j, self->ways[self->list.at]);
    return self->list.at < n_rows(self)
               ? open_stream(j, stream_at(self, self->list.at - self->n_ways))
               : STAY;
}

static enum nav again(void *ctx, struct journey *j)
{
    struct home *self = ctx;

    task_clear(&self->streams);
    ask_streams(self, j);
    return STAY;
}

static void leave(void *ctx)
{
    struct home *self = ctx;

    task_clear(&self->streams);
}

static const struct action actions[] = {
    {TUI_ENTER, "choose", "do what is under the cursor", NULL, NULL},
    {'r', "refresh", "ask Datastream for its streams again", NULL, again},
    {0}};

const struct step home_step = {
    .title = "Home",
    .help = "Where every way begins: set up a replication, open one that exists, practise, take "
            "one down.",
    .size = sizeof(struct home),
    .enter = enter,
    .draw = draw,
    .update = update,
    .leave = leave,
    .actions = actions,
    .list = offsetof(struct home, list),
};
