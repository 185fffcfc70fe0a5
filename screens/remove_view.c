/* Take down, as it is seen: the list, the receipt, what the database needs. */
#include "screens/answer.h"
#include "screens/receipt_view.h"
#include "screens/remove_inside.h"

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
        if (self->left.bytes)
            page_mark(p, MARK_WARN, "%s", self->left.text);
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
