/* Take down, as it is seen: the list, the receipt, what the database needs. */
#include "screens/answer.h"
#include "screens/receipt_view.h"
#include "screens/remove_inside.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"

enum { DETAIL_LINES = 4 };

static bool is_not_ours(const struct removal *self)
{
    return task_state(self->looking) == TASK_FAILED &&
           str_eq(task_error(self->looking)->reason, "NOT_OURS");
}

const struct receipt_line *remove_view_lines(const struct removal *self, size_t *n)
{
    if (self->removing)
        return remove_receipt(self->removing, n);
    *n = self->n_planned;
    return self->planned;
}

bool remove_has_work(const struct removal *self)
{
    for (size_t i = 0; i < self->n_planned; i++)
        if (self->planned[i].kind == RECEIPT_REMOVED)
            return true;
    return self->left.bytes > 0;
}

/* How many are gone, and what is going at this moment: some of it takes minutes. */
static void draw_progress(const struct task *removing, struct page *p)
{
    size_t n, n_lines, gone = 0, ahead = 0;
    const struct remove_step *steps = remove_steps(removing, &n);
    const struct receipt_line *lines = remove_receipt(removing, &n_lines);
    char span[CLOCK_TEXT];

    for (size_t i = 0; i < n; i++)
        ahead += !steps[i].over;
    for (size_t i = 0; i < n_lines; i++)
        gone += lines[i].kind == RECEIPT_REMOVED;
    page_mark(p, MARK_RUNNING,
              tr("Taking it down: %zu of %zu gone, %s; each part when what hangs on it is gone"),
              gone, gone + ahead, clock_span(task_elapsed_ms(removing) / 1000, span));
    for (size_t i = 0; i < n; i++)
        if (steps[i].running)
            page_note(p, tr("on its way: %s %s"), tr(step_type(steps[i].step)->title),
                      steps[i].name);
}

static void draw_ahead(const struct removal *self, const struct journey *j, struct page *p)
{
    if (self->planned && !remove_has_work(self))
        page_mark(p, MARK_OK, "%s",
                  self->n_planned
                      ? tr("Nothing of it is left to take down in the cloud. What stays, or is to "
                           "be done by hand, stands below.")
                      : tr("Nothing of it is left, neither in the cloud nor in the database."));
    else if (j->undoing)
        page_text(p, "%s",
                  tr("This is what the run has made, and what would go again. Enter asks for the "
                     "stream's name first."));
    else
        page_text(p, "%s", tr("This is what would go. Enter asks for the stream's name first."));
    if (self->left.bytes)
        page_mark(p, MARK_WARN, "%s", self->left.text);
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
        draw_ahead(self, j, p);
    } else if (task_state(self->removing) == TASK_RUNNING) {
        draw_progress(self->removing, p);
        if (remove_took_over(self->removing)[0])
            page_note(p, "%s", remove_took_over(self->removing));
    } else if (task_state(self->removing) == TASK_OK) {
        page_mark(p, MARK_OK, "%s",
                  tr("Taken down. What is left to do by hand stands below; y copies the receipt."));
    } else {
        page_mark(p, MARK_FAIL, "%s", tr("Some of it is still there; r looks again"));
        if (remove_view_lines(self, &n) == NULL || n == 0) /* else the lines say it, each its own */
            answer_error(p, task_error(self->removing));
    }
    page_gap(p);
}

void remove_view_draw(const void *ctx, const struct journey *j, struct page *p)
{
    const struct removal *self = ctx;
    size_t n;
    const struct receipt_line *all = remove_view_lines(self, &n);
    const struct receipt_rows receipt = receipt_view_rows(all, n);
    struct list_rows rows = {
        .n = n, .ctx = &receipt, .put = receipt_view_row, .blurred = self->reads};

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
    if (self->reads)
        page_cursor(p);
    struct scroll_part part = scroll_begin(&self->why, p);
    if (self->list.at < n && all[self->list.at].why[0])
        page_lines(p, STYLE_TEXT, all[self->list.at].why);
    scroll_end(&self->why, p, &part);
    page_join(p);
    remove_ask_draw(&self->ask, p);
}
