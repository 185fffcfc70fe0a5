/* Take down: what goes, what stays and why, what is left to do by hand; then the receipt.
 *
 *    - datastream.stream           postgres-postmottak-bigquery
 *    = compute.network             datastream-vpc        other streams use it
 *    ! slot                        ds_replication        a slot still holds 12 MB ...
 */
#include "screens/answer.h"
#include "screens/journey.h"
#include "screens/steps.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/names.h"
#include "api/plan/observe.h"
#include "api/plan/remove.h"
#include "api/plan/wanted.h"
#include "tui/dialog.h"
#include "tui/key.h"
#include "tui/list.h"

#include <stdio.h>
#include <string.h>

enum { DETAIL_LINES = 4 };

struct removal {
    struct arena mem;
    struct task *looking, *source, *removing;
    struct source_wanted wanted;
    struct remove_options options;
    struct receipt_line *planned;
    size_t n_planned;
    struct list list;
    enum { ASKED_ALL, ASKED_DATASET, ASKED_LEAVE } asked; /* what the dialog is about */
    struct dialog dialog;
};

static void look(struct removal *self, struct journey *j)
{
    task_clear(&self->removing);
    task_clear(&self->looking);
    task_clear(&self->source);
    self->planned = NULL;
    self->looking = remove_look(j->live->net, j->live->google, j->live->store, &j->target);
    selection_wanted(NULL, &j->target, &self->mem, &self->wanted);
    if (j->live->pg && pg_alive(j->live->pg))
        self->source = source_read(j->live->pg, &self->wanted, NULL);
}

static void enter(void *ctx, struct journey *j)
{
    names_complete(&j->target);
    look(ctx, j);
}

static void make_plan(struct removal *self, struct journey *j)
{
    const struct source_facts *f =
        self->source && task_state(self->source) == TASK_OK ? source_facts(self->source) : NULL;

    self->options = (struct remove_options){.google = j->live->google,
                                            .store = j->live->store,
                                            .target = &j->target,
                                            .seen = observed(self->looking)};
    remove_take_facts(&self->options, f, &self->mem);
    remove_plan(&self->options, &self->mem, &self->planned, &self->n_planned);
}

/* --- drawing --- */

static const struct receipt_line *lines(const struct removal *self, size_t *n)
{
    if (self->removing)
        return remove_receipt(self->removing, n);
    *n = self->n_planned;
    return self->planned;
}

/* The words of Review; what is no step of ours (slot, manifest) has its own. */
static const char *title_of(const char *what)
{
    enum step_id step = step_by_id(what);

    return step == STEPS ? what : tr(step_type(step)->title);
}

static void put_line(const void *ctx, size_t i, struct page *p)
{
    static const enum style styles[] = {STYLE_REMOVED, STYLE_MUTED, STYLE_WARN, STYLE_FAIL};
    static const char signs[] = {'-', '=', '!', '!'};
    const struct removal *self = ctx;
    size_t n;
    const struct receipt_line *l = &lines(self, &n)[i];
    char first[120];

    snprintf(first, sizeof first, "%.*s", (int)strcspn(l->why, "\n"), l->why);
    page_put(p, styles[l->kind], "%c %s", signs[l->kind], title_of(l->what));
    page_tab(p, 34);
    page_put(p, STYLE_ACCENT, "%s", l->name);
    page_tab(p, 66);
    page_put(p, STYLE_MUTED, "%s", first);
}

static void draw_head(const struct removal *self, const struct journey *j, struct page *p)
{
    page_heading(p, tr("%s in %s"), j->target.stream, j->target.project);
    if (self->removing == NULL) {
        page_text(p, "%s", tr("This is what would go. Enter asks for the stream's name first."));
    } else if (task_state(self->removing) == TASK_RUNNING) {
        page_mark(p, MARK_RUNNING, "%s",
                  tr("Taking it down; each part when what hangs on it is gone"));
    } else if (task_state(self->removing) == TASK_OK) {
        page_mark(p, MARK_OK, "%s",
                  tr("Taken down. What is left to do by hand stands below; y copies the receipt."));
    } else {
        page_mark(p, MARK_FAIL, "%s", tr("Some of it is still there; r looks again"));
    }
    page_gap(p);
}

static void draw(const void *ctx, const struct journey *j, struct page *p)
{
    const struct removal *self = ctx;
    size_t n;
    const struct receipt_line *all = lines(self, &n);
    struct list_rows rows = {.n = n, .ctx = self, .put = put_line};

    draw_head(self, j, p);
    if (all == NULL) {
        answered(p, self->looking, tr("Looking at what there is"));
        return;
    }
    page_split_lines(p, 60, DETAIL_LINES);
    list_draw(&self->list, &rows, p);
    page_next_pane(p);
    if (self->list.at < n && all[self->list.at].why[0])
        page_lines(p, STYLE_TEXT, all[self->list.at].why);
    page_join(p);
    if (self->dialog.open)
        dialog_draw(&self->dialog, p);
}

/* --- keys --- */

static void ask(struct removal *self, struct journey *j)
{
    static const struct dialog_option options[] = {{'k', "keep it", false},
                                                   {'t', "take it down", true}};

    dialog_open(&self->dialog, tr("Take it down?"),
                self->options.with_dataset
                    ? tr("What has arrived in BigQuery goes too. The slot in the database stays, "
                         "and holds log, until the migration below is deployed.")
                    : tr("What has arrived in BigQuery stays. The slot in the database stays too, "
                         "and holds log, until the migration below is deployed."),
                options, 2, 0);
    dialog_confirm_name(&self->dialog, j->target.stream);
    self->asked = ASKED_ALL;
    j->discard_input = true;
}

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
    return dataset_line(ctx) != NULL;
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
    static const struct dialog_option options[] = {{'k', "keep it", false},
                                                   {'d', "the dataset goes too", true}};
    struct removal *self = ctx;

    if (self->options.with_dataset) {
        set_dataset(self, j, false);
        return STAY;
    }
    dialog_open(&self->dialog, tr("The dataset too?"),
                tr("Every table in it goes, with all that has arrived. BigQuery keeps it for seven "
                   "days more, for those who ask in time."),
                options, 2, 0);
    dialog_confirm_name(&self->dialog, dataset_line(self)->name);
    self->asked = ASKED_DATASET;
    j->discard_input = true;
    return STAY;
}

static enum nav ask_leave(struct removal *self)
{
    static const struct dialog_option options[] = {
        {'s', "stay", false}, {'l', "leave: what was asked for goes, the rest stays", false}};

    dialog_open(&self->dialog, tr("Leave it half done?"),
                tr("It is being taken down. What was asked for goes in the cloud whatever you "
                   "choose; nothing more is asked for when you leave. Take down, chosen again, "
                   "looks at what is left and takes that."),
                options, 2, 0);
    self->asked = ASKED_LEAVE;
    return STAY;
}

static enum nav answer(struct removal *self, struct journey *j)
{
    switch (self->asked) {
    case ASKED_DATASET:
        set_dataset(self, j, true);
        break;
    case ASKED_ALL:
        self->removing = remove_all(j->live->net, &self->options);
        break;
    case ASKED_LEAVE:
        return BACK;
    }
    return STAY;
}

static bool is_busy(const void *ctx)
{
    const struct removal *self = ctx;

    return self->removing && task_state(self->removing) == TASK_RUNNING;
}

static enum nav on_key(struct removal *self, struct journey *j, int key)
{
    size_t n;
    const struct receipt_line *all = lines(self, &n);

    if (self->dialog.open)
        return dialog_key(&self->dialog, key) == 1 ? answer(self, j) : STAY;
    if (is_busy(self) && (key == TUI_ESC || key == TUI_CTRL('C')))
        return ask_leave(self);
    if (all && list_key(&self->list, n, key))
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

    if (ev.kind == EV_NEWS && self->planned == NULL && task_state(self->looking) == TASK_OK &&
        (self->source == NULL || task_state(self->source) != TASK_RUNNING))
        make_plan(self, j);
    if (self->dialog.open && self->asked == ASKED_LEAVE && !is_busy(self))
        dialog_close(&self->dialog); /* it has ended meanwhile: there is nothing to leave */
    return ev.kind == EV_KEY ? on_key(self, j, ev.key) : STAY;
}

static enum nav copy(void *ctx, struct journey *j)
{
    struct removal *self = ctx;
    struct str text = {0};
    size_t n;
    const struct receipt_line *all = lines(self, &n);

    for (size_t i = 0; all && i < n; i++)
        str_printf(&text, "%s %s %s %s\n", receipt_kind_name(all[i].kind), all[i].what, all[i].name,
                   all[i].why);
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

static bool before(const void *ctx, const struct journey *j)
{
    const struct removal *self = ctx;

    (void)j;
    return self->removing == NULL && self->planned != NULL;
}

static bool idle(const void *ctx, const struct journey *j)
{
    (void)j;
    return !is_busy(ctx);
}

static bool after(const void *ctx, const struct journey *j)
{
    const struct removal *self = ctx;

    return self->removing != NULL && idle(ctx, j);
}

static bool typing(const void *ctx)
{
    const struct removal *self = ctx;

    return self->dialog.open;
}

static void leave(void *ctx)
{
    struct removal *self = ctx;

    task_clear(&self->removing); /* looks into what was observed: goes first */
    task_clear(&self->looking);
    task_clear(&self->source);
    arena_done(&self->mem);
}

static const struct action actions[] = {
    {TUI_ENTER, "take down", "asks for the stream's name first", before, NULL},
    {TUI_ENTER, "home", "to the list of streams", after, NULL},
    {'d', "dataset too", "asks for the dataset's name; once more: it stays", has_dataset,
     toggle_dataset},
    {'y', "copy", "the list, or the receipt, whole", NULL, copy},
    {'w', "write", "what is shown, into a file of the working folder", NULL, NULL},
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
};
