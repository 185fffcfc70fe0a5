/* Take down: what goes, what stays and why, what is left to do by hand; then the receipt.
 *
 *    - datastream.stream           postgres-postmottak-bigquery
 *    = compute.network             datastream-vpc        other streams use it
 *    ! slot                        ds_replication        a slot still holds 12 MB ...
 */
#include "screens/receipt_view.h"
#include "screens/remove_inside.h"
#include "screens/steps.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/names.h"
#include "api/plan/record_left.h"
#include "tui/key.h"

static void look(struct removal *self, struct journey *j)
{
    const struct remove_wanted wanted = {j->live->google, j->live->store, j->live->pg, &j->target,
                                         j->undoing};

    task_clear(&self->removing);
    task_clear(&self->looking);
    self->planned = NULL;
    self->n_planned = 0;
    self->why = (struct scroll){0};
    self->reads = false;
    str_done(&self->left);
    record_left(j->live->store, &j->target, j->target.stream, &self->left);
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
    if (self->list.at >= self->n_planned) /* kept from a longer one */
        self->list.at = self->n_planned ? self->n_planned - 1 : 0;
}

/* --- keys --- */

/* An undo takes back no more than its run has made. */
static bool may_take_dataset(const struct remove_options *o)
{
    return !o->undo || (o->made.steps & 1u << STEP_DATASET);
}

/* The line of the dataset, NULL when there is none, it is not this run's, or it is too late. */
static const struct receipt_line *dataset_line(const struct removal *self)
{
    if (self->removing || !may_take_dataset(&self->options))
        return NULL;
    for (size_t i = 0; self->planned && i < self->n_planned; i++)
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
        self->options.command = remove_command(&self->options, &self->mem);
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

/* Tab leads into the text of a line, which may be long, and back. */
static bool moves(struct removal *self, size_t n, int key)
{
    if (key == TUI_TAB || key == TUI_BTAB) {
        self->reads = !self->reads;
        return true;
    }
    if (self->reads && scroll_key(&self->why, key))
        return true;
    if (!list_key(&self->list, n, key))
        return false;
    self->why = (struct scroll){0};
    self->reads = false;
    return true;
}

static enum nav on_key(struct removal *self, struct journey *j, int key)
{
    size_t n;
    const struct receipt_line *all = remove_view_lines(self, &n);

    if (remove_ask_open(&self->ask))
        return answer(self, j, key);
    if (self->writing) {
        self->writing = files_view_key(&self->files, j, key) == FILES_STAY;
        return STAY;
    }
    if (is_busy(self) && (key == TUI_ESC || key == TUI_CTRL('C')))
        remove_ask_leave(&self->ask);
    else if (all && moves(self, n, key))
        return STAY;
    if (key != TUI_ENTER || all == NULL)
        return STAY;
    if (self->removing == NULL && remove_has_work(self))
        ask(self, j);
    else if (self->removing == NULL || task_state(self->removing) != TASK_RUNNING)
        return HOME;
    return STAY;
}

/* The cursor, and so the whole text, is at what somebody has to do. */
static void stand_at_what_is_left(struct removal *self)
{
    size_t n;
    const struct receipt_line *all = remove_view_lines(self, &n);

    for (size_t i = 0; i < n && all; i++)
        if (all[i].kind == RECEIPT_FAILED || all[i].kind == RECEIPT_BY_HAND) {
            self->list.at = i;
            self->why = (struct scroll){0};
            return;
        }
}

static enum nav update(void *ctx, struct journey *j, struct event ev)
{
    struct removal *self = ctx;

    if (ev.kind == EV_NEWS && self->planned == NULL && task_state(self->looking) == TASK_OK)
        make_plan(self);
    if (ev.kind == EV_NEWS)
        files_view_news(&self->files);
    if (self->runs && !is_busy(self)) {
        j->bell = task_elapsed_ms(self->removing) > JOURNEY_LONG_MS; /* who waits looks elsewhere */
        stand_at_what_is_left(self);
        if (!journey_is_running(j))
            journey_drop_plan(j); /* "the stream runs" was true of what was there before */
    }
    self->runs = is_busy(self);
    if (!is_busy(self))
        remove_ask_ended(&self->ask);
    return ev.kind == EV_KEY ? on_key(self, j, ev.key) : STAY;
}

static enum nav copy(void *ctx, struct journey *j)
{
    struct removal *self = ctx;
    struct str text = {0};
    size_t n;
    const struct receipt_line *all = remove_view_lines(self, &n);

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

static enum nav list_again(void *ctx, struct journey *j)
{
    struct removal *self = ctx;

    (void)j;
    self->why = (struct scroll){0};
    self->reads = false;
    return STAY;
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
    return self->removing == NULL && self->planned != NULL && !self->writing &&
           remove_has_work(self);
}

static bool has_lines(const void *ctx, const struct journey *j)
{
    size_t n;

    (void)j;
    return remove_view_lines(ctx, &n) != NULL;
}

static bool reads(const void *ctx, const struct journey *j)
{
    return ((const struct removal *)ctx)->reads && !remove_writes(ctx, j);
}

static bool shows_lines(const void *ctx, const struct journey *j)
{
    return has_lines(ctx, j) && !remove_writes(ctx, j);
}

static bool can_read(const void *ctx, const struct journey *j)
{
    const struct removal *self = ctx;

    return shows_lines(ctx, j) && !self->reads;
}

static bool cannot_take_back(const void *ctx, const struct journey *j)
{
    return !remove_writes(ctx, j) && !can_take_back(ctx, j);
}

static bool idle(const void *ctx, const struct journey *j)
{
    return !is_busy(ctx) && !remove_writes(ctx, j);
}

static bool after(const void *ctx, const struct journey *j)
{
    const struct removal *self = ctx;

    return (self->removing || (self->planned && !remove_has_work(self))) && idle(ctx, j);
}

static int64_t tick_ms(const void *ctx)
{
    return is_busy(ctx) ? 1000 : 0;
}

static bool can_leave(const void *ctx, const struct journey *j)
{
    (void)j;
    return is_busy(ctx);
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
    str_done(&self->left);
    arena_done(&self->mem);
}

static const struct action actions[] = {
    {TUI_ENTER, "take down", "asks for the stream's name first", before, NULL},
    {TUI_ENTER, "home", "to the list of streams", after, NULL},
    {TUI_CTRL('C'), "interrupt",
     "stay, or leave it half done: what was asked for goes all the same", can_leave, NULL},
    {TUI_TAB, "text", "Down and Up move in the text of this line", can_read, NULL},
    {TUI_TAB, "to the list", "Down and Up go to the lines again", reads, NULL},
    {'d', "dataset too", "asks for the dataset's name; once more: it stays", has_dataset,
     toggle_dataset},
    {'y', "copy", "the list, or the receipt, whole", shows_lines, copy},
    {'w', "migration", "what takes the database's part down, into the repository: shown first",
     can_take_back, remove_write_key},
    {'w', "write", "what is shown, into a file of the working folder", cannot_take_back, NULL},
    {'w', "write", "what is still to be shown, then all of it into the repository",
     remove_write_has_file, remove_write_key},
    {TUI_DOWN, "more", "the file's next lines: Down, PgDn, Up, PgUp, Home, End",
     remove_write_has_file, NULL},
    {TUI_TAB, "next file", "to the next file that would be written", remove_write_has_more, NULL},
    {'x', "leave out", "this file stays as it is; again: it is written", remove_write_has_file,
     remove_write_leave_out},
    {'y', "copy", "the file, whole", remove_write_has_file, copy},
    {TUI_ESC, "back", "to what goes and what stays", remove_writes, remove_write_close},
    {TUI_ESC, "back", "Down and Up go to the lines again", reads, list_again},
    {'r', "look again", "look at what there is", idle, again},
    {0}};

const struct step remove_step = {
    .title = "Take down",
    .help = "What goes, what stays and why, what is left to do by hand; ends with a receipt.",
    .size = sizeof(struct removal),
    .enter = enter,
    .draw = remove_view_draw,
    .update = update,
    .leave = leave,
    .actions = actions,
    .list = offsetof(struct removal, list),
    .typing = typing,
    .is_busy = is_busy,
    .holds = holds,
    .tick_ms = tick_ms,
};
