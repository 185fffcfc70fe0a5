/* Destination: where does it arrive, and how fresh must it be?
 *
 *    Dataset      datastream_postmottak
 *    Location     europe-north1
 *    Freshness    15m
 *    Mode         ‹ merge ›
 */
#include "screens/journey.h"
#include "screens/steps.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/google/bigquery.h"
#include "api/plan/names.h"
#include "api/plan/names_valid.h"
#include "screens/answer.h"
#include "screens/undoing.h"
#include "tui/choice.h"
#include "tui/field.h"
#include "tui/key.h"

#include <stdio.h>
#include <string.h>

enum row { ROW_DATASET, ROW_LOCATION, ROW_FRESHNESS, ROW_MODE, ROW_STREAM, ROWS };

struct destination {
    enum row focus;
    struct field fields[ROWS];
    char dataset[128], location[32], freshness[24], stream[64];
    struct choice mode;
    struct task *there; /* the dataset of that name */
    char asked[128];
    char kept_freshness[24]; /* as it was typed, perhaps by half, or emptied to type anew */
    bool has_kept;
    int64_t kept_cursor; /* of the field in focus; -1: its end */
    char was[128];       /* the line in focus, as undo knows it */
    char now[128];       /* and as it was when that was kept */
    bool back, forward;  /* there is something to undo, to redo */
};

static const struct choice_item modes[] = {
    {"merge", "updates and deletes are applied, as in the source", false},
    {"append_only", "every change is a row of its own: history, and more storage", false}};

static const char *value_of(const struct destination *self, enum row row)
{
    return row == ROW_MODE ? modes[self->mode.at].name : self->fields[row].text;
}

static const char *label_of(enum row row)
{
    const char *const labels[ROWS] = {tr("Dataset"), tr("Location"), tr("Freshness"), tr("Mode"),
                                      tr("Stream")};

    return labels[row];
}

/* Mostly the stream's own. */
static const char *dataset_project(const struct target *t)
{
    return t->dataset_project[0] ? t->dataset_project : t->project;
}

static void ask(struct destination *self, struct journey *j)
{
    if (str_eq(self->asked, self->dataset) && self->there)
        return;
    task_clear(&self->there);
    str_copy(self->asked, sizeof self->asked, self->dataset);
    if (self->dataset[0] && j->target.project[0])
        self->there =
            bigquery_dataset_get(j->live->google, dataset_project(&j->target), self->dataset);
}

/* Of a stream that is there only the freshness can be changed. */
static bool is_fixed(const struct journey *j, enum row row)
{
    return journey_changes_stream(j) && row != ROW_FRESHNESS;
}

static const char own_log[] = "destination";

static void note(struct destination *self)
{
    str_copy(self->was, sizeof self->was, value_of(self, self->focus));
}

static bool is_touched(const struct destination *self)
{
    return !str_eq(self->was, value_of(self, self->focus));
}

static void enter(void *ctx, struct journey *j)
{
    struct destination *self = ctx;
    struct target *t = &j->target;

    names_complete(t);
    str_copy(self->dataset, sizeof self->dataset, t->dataset);
    str_copy(self->location, sizeof self->location, t->location);
    str_copy(self->stream, sizeof self->stream, t->stream);
    snprintf(self->freshness, sizeof self->freshness, "%ds", t->freshness_seconds);
    if (self->has_kept && (!options_freshness_fits(self->kept_freshness) ||
                           options_seconds(self->kept_freshness) == t->freshness_seconds))
        str_copy(self->freshness, sizeof self->freshness, self->kept_freshness);
    field_init(&self->fields[ROW_DATASET], self->dataset, sizeof self->dataset);
    field_init(&self->fields[ROW_LOCATION], self->location, sizeof self->location);
    field_init(&self->fields[ROW_FRESHNESS], self->freshness, sizeof self->freshness);
    field_init(&self->fields[ROW_STREAM], self->stream, sizeof self->stream);
    self->mode.at = t->mode == TARGET_APPEND_ONLY;
    if (is_fixed(j, self->focus))
        self->focus = ROW_FRESHNESS;
    field_place(&self->fields[self->focus], self->kept_cursor);
    if (!str_eq(self->now, value_of(self, self->focus)))
        note(self);
    undoing_look(j, own_log, &self->back, &self->forward);
    ask(self, j);
}

/* --- what is wrong, inline -----------------------------------------------------------------------
 */

static const char *problem(const struct destination *self, enum row row)
{
    switch (row) {
    case ROW_DATASET:
        return names_dataset_wrong(self->dataset);
    case ROW_LOCATION:
        return names_location_wrong(self->location);
    case ROW_FRESHNESS:
        return options_freshness_fits(self->freshness)
                   ? NULL
                   : tr("a time: 0s, 900s, 15m, 1h; at most 31d");
    case ROW_STREAM:
        return names_stream_wrong(self->stream);
    case ROW_MODE:
    case ROWS:
        break;
    }
    return NULL;
}

static void commit(struct destination *self, struct journey *j)
{
    struct target *t = &j->target;

    str_copy(t->dataset, sizeof t->dataset, self->dataset);
    str_copy(t->location, sizeof t->location, self->location);
    str_copy(t->stream, sizeof t->stream, self->stream);
    if (options_freshness_fits(self->freshness)) {
        t->freshness_seconds = options_seconds(self->freshness);
        t->freshness_chosen = true;
    }
    t->mode = self->mode.at ? TARGET_APPEND_ONLY : TARGET_MERGE;
    journey_changed(j);
}

/* --- drawing -------------------------------------------------------------------------------------
 */

static void draw_row(const struct destination *self, enum row row, struct page *p)
{
    struct field_look look = {
        .label = label_of(row), .focus = self->focus == row, .problem = problem(self, row)};

    field_draw(&self->fields[row], &look, p);
}

static void draw_dataset(const struct destination *self, const struct journey *j, struct page *p)
{
    if (!str_eq(self->asked, self->dataset)) {
        page_mark(p, MARK_UNKNOWN, "%s", tr("not asked for yet: Tab asks"));
        return;
    }
    if (self->there == NULL)
        return;
    if (task_state(self->there) == TASK_FAILED && task_error(self->there)->kind == ERR_MISSING) {
        page_mark(p, MARK_OK, "%s", tr("no dataset of that name yet: it will be made"));
    } else if (answered(p, self->there, tr("Asking BigQuery for the dataset"))) {
        const struct bigquery_dataset *d = bigquery_dataset(self->there);
        if (str_eq(d->location, j->target.location))
            page_mark(p, MARK_OK, tr("is there, in %s: it will be used"), d->location);
        else
            page_mark(p, MARK_FAIL, tr("is there, but in %s: a dataset cannot be moved"),
                      d->location);
    }
}

static void draw_freshness(const struct destination *self, struct page *p)
{
    int s = options_seconds(self->freshness);
    char span[CLOCK_TEXT];

    if (s < 0)
        return;
    if (s == 0)
        page_note(p, "%s",
                  tr("Every query merges first: the freshest tables and the dearest queries."));
    else
        page_note(p,
                  tr("A query may see data up to %s old; the longer, the cheaper the merging. It "
                     "holds for "
                     "tables made from now on."),
                  clock_span(s, span));
}

/* What belongs together, where there is room for it. */
static void gap(struct page *p)
{
    enum { ROOMY_ROWS = 24 };

    if (page_rows(p) >= ROOMY_ROWS)
        page_gap(p);
}

static void draw(const void *ctx, const struct journey *j, struct page *p)
{
    const struct destination *self = ctx;
    const struct choice_item names[] = {{.name = modes[0].name}, {.name = modes[1].name}};

    page_heading(p, "%s", tr("Where does it arrive?"));
    page_form(p, true);
    draw_row(self, ROW_DATASET, p);
    draw_dataset(self, j, p);
    page_note(p,
              tr("The raw zone of the team, in project %s: share views of it, not these tables. "
                 "Tables are "
                 "named schema_table."),
              dataset_project(&j->target));
    draw_row(self, ROW_LOCATION, p);
    gap(p);
    draw_row(self, ROW_FRESHNESS, p);
    draw_freshness(self, p);
    gap(p);
    choice_line(&self->mode, label_of(ROW_MODE), names, 2, self->focus == ROW_MODE, p);
    page_note(p, "%s", tr(modes[self->mode.at].help));
    page_note(p, "%s",
              journey_changes_stream(j)
                  ? tr("Dataset, location, mode and name stay as the stream has them.")
                  : tr("The mode cannot be changed later."));
    gap(p);
    draw_row(self, ROW_STREAM, p);
    page_gap(p);
    page_form(p, false);
    page_note(p, "%s",
              tr("Cost follows the bytes that change, what BigQuery merges and stores, and the "
                 "small proxy "
                 "machine. An idle stream costs almost nothing but the machine."));
}

/* --- back and forth ------------------------------------------------------------------------------
 */

static const char *const row_names[ROWS] = {"dataset", "location", "freshness", "mode", "stream"};

/* A line is one step, however many keys it took: taken when it is left. */
static void record(struct destination *self, struct journey *j)
{
    struct str before = {0}, after = {0};

    if (!is_touched(self))
        return;
    str_printf(&before, "%s=%s", row_names[self->focus], self->was);
    str_printf(&after, "%s=%s", row_names[self->focus], value_of(self, self->focus));
    undoing_push(j, own_log,
                 &(struct undo_step){label_of(self->focus), str_text(&before), str_text(&after)});
    note(self);
    undoing_look(j, own_log, &self->back, &self->forward);
    str_done(&before);
    str_done(&after);
}

/* False: it belongs to a line that stays as the stream has it. */
static bool put_back(struct destination *self, struct journey *j, const char *text)
{
    const char *value = strchr(text, '=');
    enum row row = ROW_DATASET;

    while (row < ROWS && !str_starts(text, row_names[row]))
        row++;
    if (value == NULL || row == ROWS || is_fixed(j, row))
        return false;
    self->focus = row;
    if (row == ROW_MODE)
        self->mode.at = str_eq(value + 1, modes[1].name);
    else
        field_set(&self->fields[row], value + 1);
    note(self);
    commit(self, j);
    ask(self, j);
    return true;
}

static void step_to(struct destination *self, struct journey *j, bool back)
{
    struct arena a = {0};
    struct undo_step s;

    record(self, j);
    while (undoing_step(j, own_log, back, &a, &s))
        if (put_back(self, j, back ? s.before : s.after)) {
            undoing_say(j, back, &s);
            break;
        }
    undoing_look(j, own_log, &self->back, &self->forward);
    arena_done(&a);
}

static enum nav undo(void *ctx, struct journey *j)
{
    step_to(ctx, j, true);
    return STAY;
}

static enum nav redo(void *ctx, struct journey *j)
{
    step_to(ctx, j, false);
    return STAY;
}

/* --- keys ----------------------------------------------------------------------------------------
 */

static enum nav go_on(struct destination *self, struct journey *j)
{
    for (enum row row = 0; row < ROWS; row++)
        if (problem(self, row)) {
            record(self, j);
            self->focus = row;
            note(self);
            journey_say(j, MARK_WARN, "%s", problem(self, row));
            return STAY;
        }
    record(self, j);
    commit(self, j);
    return NEXT;
}

static void move(struct destination *self, struct journey *j, int by)
{
    record(self, j);
    self->fields[self->focus].touched = true;
    do
        self->focus = (enum row)(((int)self->focus + by + ROWS) % ROWS);
    while (is_fixed(j, self->focus));
    note(self);
    ask(self, j);
}

static enum nav update(void *ctx, struct journey *j, struct event ev)
{
    struct destination *self = ctx;

    if (ev.kind == EV_NEWS && is_fixed(j, ROW_LOCATION) && self->there &&
        task_state(self->there) == TASK_OK &&
        !str_eq(self->location, bigquery_dataset(self->there)->location)) {
        field_set(&self->fields[ROW_LOCATION], bigquery_dataset(self->there)->location);
        commit(self, j); /* it lies where it lies */
    }
    if (ev.kind == EV_PASTE && self->focus != ROW_MODE &&
        field_paste(&self->fields[self->focus], ev.text))
        commit(self, j);
    if (ev.kind != EV_KEY)
        return STAY;
    if (self->focus == ROW_MODE ? choice_line_key(&self->mode, modes, 2, ev.key)
                                : field_key(&self->fields[self->focus], ev.key)) {
        commit(self, j);
        if (self->focus == ROW_MODE)
            record(self, j);
        return STAY;
    }
    switch (ev.key) {
    case TUI_UP:
    case TUI_BTAB:
        move(self, j, -1);
        return STAY;
    case TUI_DOWN:
    case TUI_TAB:
        move(self, j, 1);
        return STAY;
    case TUI_ENTER:
        return go_on(self, j);
    case TUI_ESC:
        record(self, j);
        return BACK;
    case TUI_CTRL('X'):
    case 'u':
        return undo(self, j);
    case TUI_CTRL('R'):
        return redo(self, j);
    default:
        return STAY;
    }
}

static bool can_undo(const void *ctx, const struct journey *j)
{
    const struct destination *self = ctx;

    (void)j;
    return self->back || is_touched(self);
}

static bool can_redo(const void *ctx, const struct journey *j)
{
    const struct destination *self = ctx;

    (void)j;
    return self->forward && !is_touched(self);
}

static bool typing(const void *ctx)
{
    const struct destination *self = ctx;

    return self->focus != ROW_MODE;
}

static bool is_typing(const void *ctx, const struct journey *j)
{
    (void)j;
    return typing(ctx);
}

static void leave(void *ctx)
{
    struct destination *self = ctx;

    task_clear(&self->there);
}

static void save(const void *ctx, struct kept *k)
{
    const struct destination *self = ctx;

    kept_set_int(k, "destination.focus", self->focus);
    kept_set_text(k, "destination.freshness", self->freshness);
    kept_set_text(k, "destination.was", self->was);
    kept_set_text(k, "destination.now", value_of(self, self->focus));
    kept_set_int(k, "destination.cursor",
                 self->focus == ROW_MODE ? -1 : (int64_t)self->fields[self->focus].at);
}

static void load(void *ctx, const struct kept *k)
{
    struct destination *self = ctx;
    int64_t focus = kept_int(k, "destination.focus", 0);

    self->focus = focus >= 0 && focus < ROWS ? (enum row)focus : ROW_DATASET;
    self->kept_cursor = kept_int(k, "destination.cursor", -1);
    str_copy(self->was, sizeof self->was, kept_text(k, "destination.was", ""));
    str_copy(self->now, sizeof self->now, kept_text(k, "destination.now", ""));
    self->has_kept = kept_has(k, "destination.freshness");
    str_copy(self->kept_freshness, sizeof self->kept_freshness,
             kept_text(k, "destination.freshness", ""));
}

/* Half typed: who empties a line means to type another. */
static bool holds(const void *ctx)
{
    for (enum row row = 0; row < ROWS; row++)
        if (problem(ctx, row))
            return true;
    return false;
}

static const struct action actions[] = {
    {TUI_ENTER, "go on", "to Review", NULL, NULL},
    {TUI_TAB, "next field", "to the next line", NULL, NULL},
    {TUI_CTRL('X'), "undo", "take the last change of a line back; u on the line Mode", can_undo,
     undo},
    {TUI_CTRL('R'), "redo", "make it again", can_redo, redo},
    {TUI_ESC, "back", "to Tables; nothing is lost", is_typing, NULL},
    {0}};

const struct step destination_step = {
    .title = "Destination",
    .help = "The dataset in BigQuery, how stale its tables may be, and what that means for cost.",
    .size = sizeof(struct destination),
    .enter = enter,
    .draw = draw,
    .update = update,
    .leave = leave,
    .actions = actions,
    .save = save,
    .load = load,
    .holds = holds,
    .typing = typing,
};
