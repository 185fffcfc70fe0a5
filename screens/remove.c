/* Take down: what goes, what stays and why, what is left to do by hand; then the receipt.
 *
 *    - datastream.stream           postgres-postmottak-bigquery
 *    = compute.network             datastream-vpc        other streams use it
 *    ! slot                        ds_replication        a slot still holds 12 MB ...
 */
#include "screens/answer.h"
#include "screens/files_view.h"
#include "screens/journey.h"
#include "screens/receipt_view.h"
#include "screens/remove_ask.h"
#include "screens/steps.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/names.h"
#include "api/plan/remove.h"
#include "tui/key.h"
#include "tui/list.h"

enum { DETAIL_LINES = 4 };

struct removal {
    struct arena mem;
    struct task *looking, *removing;
    struct remove_options options;
    struct receipt_line *planned;
    size_t n_planned;
    struct list list;
    struct remove_ask ask;
    bool writing; /* the migration is shown, or the manifest */
    struct files_view files;
};

static void look(struct removal *self, struct journey *j)
{
    const struct remove_wanted wanted = {j->live->google, j->live->store, j->live->pg, &j->target,
                                         j->undoing};

    task_clear(&self->removing);
    task_clear(&self->looking);
    self->planned = NULL;
    self->looking = remove_prepare(j->live->net, &wanted);
}

static void enter(void *ctx, struct journey *j)
{
    names_complete(&j->target);
    look(ctx, j);
}

static void make_plan(struct removal *self)
{
    self->options = *remove_prepared(self->looking);
    remove_plan(&self->options, &self->mem, &self->planned, &self->n_planned);
}

static bool is_not_ours(const struct removal *self)
{
    return task_state(self->looking) == TASK_FAILED &&
           str_eq(task_error(self->looking)->reason, "NOT_OURS");
}

/* --- drawing --- */

static const struct receipt_line *lines(const struct removal *self, size_t *n)
{
    if (self->removing)
        return remove_receipt(self->removing, n);
    *n = self->n_planned;
    return self->planned;
}

static void draw_head(const struct removal *self, const struct journey *j, struct page *p)
{
    size_t n;

    page_heading(p, tr("%s in %s"), j->target.stream, j->target.project);
    if (is_not_ours(self)) {
        page_mark(p, MARK_BLOCKED, tr("Nothing of it is taken down here: %s"),
                  task_error(self->looking)->why);
        page_note(p, "%s",
                  tr("→ choose the app and the database that it reads on Connect, or the stream "
                     "of this one on Destination"));
    } else if (self->removing == NULL) {
        page_text(p, "%s",
                  j->undoing
                      ? tr("This is what the run has made, and what would go again. Enter "
                           "asks for the stream's name first.")
                      : tr("This is what would go. Enter asks for the stream's name first."));
    } else if (task_state(self->removing) == TASK_RUNNING) {
        page_mark(p, MARK_RUNNING, "%s",
                  tr("Taking it down; each part when what hangs on it is gone"));
        if (remove_took_over(self->removing)[0])
            page_note(p, "%s", remove_took_over(self->removing));
    } else if (task_state(self->removing) == TASK_OK) {
        page_mark(p, MARK_OK, "%s",
                  tr("Taken down. What is left to do by hand stands below; y copies the receipt."));
    } else {
        page_mark(p, MARK_FAIL, "%s", tr("Some of it is still there; r looks again"));
        if (lines(self, &n) == NULL || n == 0) /* else the lines say it, each its own */
            answer_error(p, task_error(self->removing));
    }
    page_gap(p);
}

static void draw(const void *ctx, const struct journey *j, struct page *p)
{
    const struct removal *self = ctx;
    size_t n;
    const struct receipt_line *all = lines(self, &n);
    struct list_rows rows = {.n = n, .ctx = all, .put = receipt_view_row};

    if (self->writing) {
        files_view_draw(&self->files, p);
        return;
    }
    draw_head(self, j, p);
    if (all == NULL) {
        if (!is_not_ours(self))
            answered(p, self->looking, tr("Looking at what there is"));
        return;
    }
    page_split_lines(p, 60, DETAIL_LINES);
    list_draw(&self->list, &rows, p);
    page_next_pane(p);
    if (self->list.at < n && all[self->list.at].why[0])
        page_lines(p, STYLE_TEXT, all[self->list.at].why);
    page_join(p);
    remove_ask_draw(&self->ask, p);
}

/* --- keys --- */

/* The line of the dataset, NULL when there is none or it is too late. */
static const struct receipt_line *dataset_line(const struct removal *self)
{
    for (size_t i = 0; self->planned && self->removing == NULL && i < self->n_planned; i++)
        if (str_eq(self->planned[i].what, step_type(STEP_DATASET)->id))
            return &self->planned[i];
    return NULL;
}

static bool has_dataset(const void *ctx, const struct journey *j)
{
    (void)j;
    return dataset_line(ctx) != NULL && !((const struct removal *)ctx)->writing;
}

static void set_dataset(struct removal *self, struct journey *j, bool goes)
{
    self->options.with_dataset = goes;
    remove_plan(&self->options, &self->mem, &self->planned, &self->n_planned);
    self->list.at = (size_t)(dataset_line(self) - self->planned);
    journey_say(j, goes ? MARK_WARN : MARK_OK, "%s",
                goes ? tr("the dataset goes too, with all that has arrived; d keeps it after all")
                     : tr("the dataset stays"));
}

static enum nav toggle_dataset(void *ctx, struct journey *j)
{
    struct removal *self = ctx;

    if (self->options.with_dataset)
        set_dataset(self, j, false);
    else
        remove_ask_dataset(&self->ask, j, dataset_line(self)->name);
    return STAY;
}

static enum nav answer(struct removal *self, struct journey *j, int key)
{
    switch (remove_ask_key(&self->ask, key)) {
    case REMOVE_DATASET_TOO:
        set_dataset(self, j, true);
        break;
    case REMOVE_ALL:
        self->removing = remove_all(j->live->net, &self->options);
        break;
    case REMOVE_LEAVE:
        return BACK;
    case REMOVE_NOT_YET:
        break;
    }
    return STAY;
}

static bool is_busy(const void *ctx)
{
    const struct removal *self = ctx;

    return self->removing && task_state(self->removing) == TASK_RUNNING;
}

/* What could not be recorded is not begun. */
static void ask(struct removal *self, struct journey *j)
{
    struct err e;

    if (live_can_record(j->live, &e))
        remove_ask_all(&self->ask, j, self->options.with_dataset);
    else
        journey_say_err(j, &e);
}

static enum nav on_key(struct removal *self, struct journey *j, int key)
{
    size_t n;
    const struct receipt_line *all = lines(self, &n);

    if (remove_ask_open(&self->ask))
        return answer(self, j, key);
    if (self->writing) {
        self->writing = files_view_key(&self->files, j, key) == FILES_STAY;
        return STAY;
    }
    if (is_busy(self) && (key == TUI_ESC || key == TUI_CTRL('C')))
        remove_ask_leave(&self->ask);
    else if (all && list_key(&self->list, n, key))
        return STAY;
    if (key != TUI_ENTER || all == NULL)
        return STAY;
    if (self->removing == NULL)
        ask(self, j);
    else if (task_state(self->removing) != TASK_RUNNING)
        return HOME;
    return STAY;
}

static enum nav update(void *ctx, struct journey *j, struct event ev)
{
    struct removal *self = ctx;

    if (ev.kind == EV_NEWS && self->planned == NULL && task_state(self->looking) == TASK_OK)
        make_plan(self);
    if (ev.kind == EV_NEWS)
        files_view_news(&self->files);
    if (!is_busy(self))
        remove_ask_ended(&self->ask);
    return ev.kind == EV_KEY ? on_key(self, j, ev.key) : STAY;
}

static enum nav copy(void *ctx, struct journey *j)
{
    struct removal *self = ctx;
    struct str text = {0};
    size_t n;
    const struct receipt_line *all = lines(self, &n);

    if (self->writing) {
        journey_copy(j, files_view_text(&self->files) ? files_view_text(&self->files) : "");
        return STAY;
    }
    receipt_view_text(all, all ? n : 0, self->removing == NULL, &text);
    journey_copy(j, str_text(&text));
    str_done(&text);
    return STAY;
}

static enum nav again(void *ctx, struct journey *j)
{
    struct removal *self = ctx;

    if (self->removing == NULL || task_state(self->removing) != TASK_RUNNING)
        look(self, j);
    return STAY;
}

/* --- what is left to the repository --- */

/* The migration that drops slot and publication; when that has run, the manifest. */
static enum nav write_key(void *ctx, struct journey *j)
{
    struct removal *self = ctx;
    const struct source_facts *facts = remove_prepared_facts(self->looking);
    bool gone = self->removing && task_state(self->removing) == TASK_OK;

    if (!self->writing)
        self->writing = files_view_open_undo(&self->files, j, self->options.target, facts, gone);
    else
        self->writing = files_view_write(&self->files, j) == FILES_STAY;
    return STAY;
}

static enum nav leave_out(void *ctx, struct journey *j)
{
    files_view_leave_out(&((struct removal *)ctx)->files, j);
    return STAY;
}

static enum nav close_view(void *ctx, struct journey *j)
{
    (void)j;
    ((struct removal *)ctx)->writing = false;
    return STAY;
}

static bool writes(const void *ctx, const struct journey *j)
{
    (void)j;
    return ((const struct removal *)ctx)->writing;
}

static bool has_file(const void *ctx, const struct journey *j)
{
    return writes(ctx, j) && ((const struct removal *)ctx)->files.files.n_files > 0;
}

static bool has_more_files(const void *ctx, const struct journey *j)
{
    return writes(ctx, j) && ((const struct removal *)ctx)->files.files.n_files > 1;
}

/* Not for the undo of a run that left the stream to go on. */
static bool can_take_back(const void *ctx, const struct journey *j)
{
    const struct removal *self = ctx;

    return !self->writing && !is_busy(self) && !j->undoing && self->planned &&
           remove_prepared_facts(self->looking) != NULL;
}

/* --- what is possible --- */

static bool before(const void *ctx, const struct journey *j)
{
    const struct removal *self = ctx;

    (void)j;
    return self->removing == NULL && self->planned != NULL && !self->writing;
}

static bool has_lines(const void *ctx, const struct journey *j)
{
    size_t n;

    (void)j;
    return lines(ctx, &n) != NULL;
}

static bool shows_lines(const void *ctx, const struct journey *j)
{
    return has_lines(ctx, j) && !writes(ctx, j);
}

static bool cannot_take_back(const void *ctx, const struct journey *j)
{
    return !writes(ctx, j) && !can_take_back(ctx, j);
}

static bool idle(const void *ctx, const struct journey *j)
{
    return !is_busy(ctx) && !writes(ctx, j);
}

static bool after(const void *ctx, const struct journey *j)
{
    const struct removal *self = ctx;

    return self->removing != NULL && idle(ctx, j);
}

static bool typing(const void *ctx)
{
    const struct removal *self = ctx;

    return remove_ask_open(&self->ask);
}

/* A receipt is what is left of a removal; a name may be typed already. */
static bool holds(const void *ctx)
{
    const struct removal *self = ctx;

    return remove_ask_open(&self->ask) || self->removing;
}

static void leave(void *ctx)
{
    struct removal *self = ctx;

    task_clear(&self->removing);   /* looks into what was observed: goes first */
    files_view_done(&self->files); /* made of what was looked at */
    task_clear(&self->looking);
    arena_done(&self->mem);
}

static const struct action actions[] = {
    {TUI_ENTER, "take down", "asks for the stream's name first", before, NULL},
    {TUI_ENTER, "home", "to the list of streams", after, NULL},
    {'d', "dataset too", "asks for the dataset's name; once more: it stays", has_dataset,
     toggle_dataset},
    {'y', "copy", "the list, or the receipt, whole", shows_lines, copy},
    {'w', "migration", "what takes the database's part down, into the repository: shown first",
     can_take_back, write_key},
    {'w', "write", "what is shown, into a file of the working folder", cannot_take_back, NULL},
    {'w', "write", "what is still to be shown, then all of it into the repository", has_file,
     write_key},
    {TUI_DOWN, "more", "the file's next lines: Down, PgDn, Up, PgUp, Home, End", has_file, NULL},
    {TUI_TAB, "next file", "to the next file that would be written", has_more_files, NULL},
    {'x', "leave out", "this file stays as it is; again: it is written", has_file, leave_out},
    {'y', "copy", "the file, whole", has_file, copy},
    {TUI_ESC, "back", "to what goes and what stays", writes, close_view},
    {'r', "look again", "look at what there is", idle, again},
    {0}};

const struct step remove_step = {
    .title = "Take down",
    .help = "What goes, what stays and why, what is left to do by hand; ends with a receipt.",
    .size = sizeof(struct removal),
    .enter = enter,
    .draw = draw,
    .update = update,
    .leave = leave,
    .actions = actions,
    .list = offsetof(struct removal, list),
    .typing = typing,
    .is_busy = is_busy,
    .holds = holds,
};
