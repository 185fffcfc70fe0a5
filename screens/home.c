/* Home: what do you want to do?
 *
 *    › Go on: postmottak-backend - dev-gcp     at Tables
 *      Go on: behandlingsflyt - dev-gcp        at Review
 *      Set up a replication
 *      Open a stream that exists
 *      Take one down
 *
 *    Streams in aap-dev-ab12
 *      postgres-postmottak-bigquery   RUNNING
 */
#include "screens/home.h"
#include "screens/answer.h"
#include "screens/opening.h"
#include "screens/steps.h"

#include "api/base/path.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/google/datastream_profiles.h"
#include "tui/key.h"

#include <string.h>
#include <unistd.h>

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

/* What was begun besides, and left aside. */
static void list_begun(struct home *self, struct journey *j)
{
    const struct journeys_row *rows;
    struct err e;
    size_t n;

    journey_save(j);
    if (!journeys_list(j->live->store, &self->mem, &rows, &n, &e))
        return;
    self->first_begun = self->n_ways;
    for (size_t i = 0; i < n && self->n_begun < BEGUN; i++)
        if (rows[i].id != j->id && rows[i].reached > AT_HOME && rows[i].reached < JOURNEY_STEPS) {
            self->begun[self->n_begun++] = rows[i];
            self->ways[self->n_ways++] = WAY_BEGUN;
        }
}

static bool has_plan_file(struct home *self, const struct journey *j)
{
    const char *given = j->live->options->file;

    if (given)
        return !str_eq(given, "-");
    return j->live->repo &&
           access(path_join(&self->mem, j->live->repo, "replication.json"), R_OK) == 0;
}

static void enter(void *ctx, struct journey *j)
{
    struct home *self = ctx;

    self->finding = j->finding;
    j->finding = j->undoing = false;
    if (j->reached > AT_HOME)
        self->ways[self->n_ways++] = WAY_GO_ON;
    list_begun(self, j);
    home_left_list(self, j);
    self->ways[self->n_ways++] = WAY_NEW;
    self->ways[self->n_ways++] = WAY_OPEN;
    if (has_plan_file(self, j))
        self->ways[self->n_ways++] = WAY_REVIEW;
    if (!j->live->options->sandbox)
        self->ways[self->n_ways++] = WAY_PRACTISE;
    self->ways[self->n_ways++] = WAY_DELETE;
    ask_streams(self, j);
}

static size_t n_rows(const struct home *self)
{
    return self->n_ways + home_n_streams(self);
}

/* A project where nothing has begun: no fault, and no stream. */
static bool is_off(const struct home *self)
{
    return task_state(self->streams) == TASK_FAILED && google_api_is_off(task_error(self->streams));
}

static void draw(const void *ctx, const struct journey *j, struct page *p)
{
    const struct home *self = ctx;
    struct home_rows rows = {self, j};
    struct list_rows all = {.n = n_rows(self), .ctx = &rows, .put = home_row};

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
    else if (self->source && task_state(self->source) == TASK_RUNNING)
        answered(p, self->source, tr("Asking which database it reads"));
    else if (is_off(self))
        page_note(
            p, tr("No stream in %s, %s yet: the Datastream API is off there. Create turns it on."),
            j->target.project, j->target.region);
    else if (answered(p, self->streams, tr("Asking Datastream for streams")) &&
             home_n_streams(self) == 0)
        page_note(p, tr("No stream in %s, %s yet."), j->target.project, j->target.region);
    if (self->dialog.open)
        dialog_draw(&self->dialog, p);
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
    if (self->asked &&
        (is_off(self) || (task_state(self->streams) == TASK_OK && home_n_streams(self) == 0))) {
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
    j->finding = true;
    journey_say_later(j, MARK_NONE,
                      tr("project and region first; Enter then leads to the streams at Home"));
    j->go_to = AT_CONNECT;
    return GO;
}

static enum nav choose_way(struct home *self, struct journey *j, enum way way)
{
    if (way != WAY_GO_ON && way != WAY_REVIEW && way != WAY_LEFT && is_held(j))
        return STAY;
    switch (way) {
    case WAY_GO_ON:
        j->go_to = j->reached;
        return GO;
    case WAY_NEW:
        if (j->reached > AT_HOME)
            journey_restart(j);
        return NEXT;
    case WAY_BEGUN:
        if (!journey_switch(j, self->begun[self->list.at - self->first_begun].id))
            return STAY;
        j->go_to = j->reached;
        return GO;
    case WAY_LEFT:
        home_left_ask(self, j, self->list.at - self->first_left);
        return STAY;
    case WAY_OPEN:
        if (home_n_streams(self) > 0) {
            self->list.at = self->n_ways;
            return STAY;
        }
        return find_streams(self, j);
    case WAY_REVIEW:
        j->reviewer_from = AT_HOME;
        j->go_to = AT_REVIEWER;
        return GO;
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

static const char *last_part(const char *name)
{
    const char *slash = strrchr(name, '/');

    return slash ? slash + 1 : name;
}

/* Which database it reads, its source profile tells. */
static enum nav open_stream(struct home *self, struct journey *j, size_t i)
{
    const struct datastream_stream *s = home_stream(self, i);

    if (is_held(j))
        return STAY;
    task_clear(&self->source);
    self->opening = i;
    self->source = datastream_profile_get(j->live->google, j->target.project, j->target.region,
                                          last_part(s->source_profile));
    return STAY;
}

/* Where the profile cannot be looked at the names alone tell whose it is. */
static enum nav opened(struct home *self, struct journey *j)
{
    const char *database = "";

    if (self->source == NULL || task_state(self->source) == TASK_RUNNING)
        return STAY;
    if (task_state(self->source) == TASK_OK && datastream_profile(self->source)->database)
        database = datastream_profile(self->source)->database;
    opening_show(j, home_stream(self, self->opening), database);
    return GO;
}

static enum nav update(void *ctx, struct journey *j, struct event ev)
{
    struct home *self = ctx;

    if (ev.kind == EV_NEWS && self->finding && home_n_streams(self) > 0) {
        self->list.at = self->n_ways;
        self->finding = false;
    }
    if (ev.kind == EV_NEWS)
        return opened(self, j);
    if (ev.kind == EV_KEY && self->dialog.open)
        return home_left_key(self, j, ev.key);
    if (ev.kind != EV_KEY || list_key(&self->list, n_rows(self), ev.key) || ev.key != TUI_ENTER)
        return STAY;
    if (self->list.at < self->n_ways)
        return choose_way(self, j, self->ways[self->list.at]);
    return self->list.at < n_rows(self) ? open_stream(self, j, self->list.at - self->n_ways) : STAY;
}

static enum nav again(void *ctx, struct journey *j)
{
    struct home *self = ctx;

    task_clear(&self->source);
    task_clear(&self->streams);
    ask_streams(self, j);
    return STAY;
}

static bool typing(const void *ctx)
{
    return ((const struct home *)ctx)->dialog.open;
}

static void leave(void *ctx)
{
    struct home *self = ctx;

    task_clear(&self->source);
    task_clear(&self->streams);
    arena_done(&self->mem);
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
    .typing = typing,
    .list = offsetof(struct home, list),
};
