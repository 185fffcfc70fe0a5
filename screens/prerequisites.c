/* Prerequisites: is the source prepared? Each check with what was found, what is needed, why, and
 * the way to mend it.
 *
 *    21 ok, 2 warnings, 8 fail, 2 unknown
 *
 *    ✘ fails    source.wal_level     replica                 needs logical
 *    ✔ ok       source.connection    postmottak as kari...
 *
 *    Why: ...
 *    Manifest: ...
 */
#include "screens/answer.h"
#include "screens/checks_view.h"
#include "screens/prerequisites_inside.h"
#include "screens/steps.h"

#include "api/base/tr.h"
#include "api/plan/names.h"
#include "tui/key.h"

static void enter(void *ctx, struct journey *j)
{
    struct prerequisites *self = ctx;

    list_clamp(&self->list, CHECK_IDS);
    names_complete(&j->target);
    checks_look_ask(&self->look, j);
}

const struct check *prerequisites_here(const struct prerequisites *self)
{
    const struct check_list *l = checks_look_list(&self->look);

    return l ? &l->at[self->list.at] : NULL;
}

/* --- drawing --- */

static void draw_checks(const struct prerequisites *self, struct page *p)
{
    const struct check_list *l = checks_look_list(&self->look);
    struct check_summary n = check_summary(l);
    struct checks_shown shown = {l, self->look.changed};
    struct list_rows rows = {
        .n = CHECK_IDS, .ctx = &shown, .put = checks_view_row, .blurred = self->reads};

    page_put(p, STYLE_HEADING,
             n.warn == 1 ? tr("%zu ok, %zu warning, %zu fail, %zu unknown")
                         : tr("%zu ok, %zu warnings, %zu fail, %zu unknown"),
             n.pass, n.warn, n.fail, n.unknown);
    if (self->apis.turning)
        page_put_right(p, STYLE_RUNNING, "%s", tr("turning the APIs on"));
    else if (checks_look_running(&self->look)) /* beside it: the list stays where it is */
        page_put_right(p, STYLE_RUNNING, "%s", tr("asking again"));
    page_newline(p);
    page_split(p, page_is_wide(p) ? 66 : 50);
    list_draw(&self->list, &rows, p);
    page_next_pane(p);
    if (self->reads)
        page_cursor(p);
    checks_view_details(prerequisites_here(self), &self->details, p);
    page_join(p);
}

static void draw(const void *ctx, const struct journey *j, struct page *p)
{
    const struct prerequisites *self = ctx;

    (void)j;
    if (self->showing == SHOWING_FILES) {
        files_view_draw(&self->files, p);
    } else if (self->showing == SHOWING_DEPLOY) {
        deploy_view_draw(&self->deploy, p);
    } else if (prerequisites_here(self)) {
        draw_checks(self, p);
    } else {
        page_heading(p, "%s", tr("Is the source prepared?"));
        answered(p, checks_look_running(&self->look), tr("Asking database, instance and project"));
    }
    deploy_view_draw_question(&self->deploy, p);
    if (self->apis.dialog.open)
        dialog_draw(&self->apis.dialog, p);
}

/* --- news --- */

/* The files once more, made of what the checks have just seen. */
static void reopen(struct prerequisites *self, struct journey *j)
{
    self->reopen = false;
    if (self->showing != SHOWING_CHECKS || !files_view_open(&self->files, j))
        return;
    files_view_load(&self->files, j->kept);
    self->showing = SHOWING_FILES;
}

static void take_look(struct prerequisites *self, struct journey *j)
{
    if (self->deployed)
        journey_say(j, MARK_OK, tr("deployed and checked again: %zu turned green"),
                    checks_look_green(&self->look));
    self->deployed = false;
    if (self->reopen)
        reopen(self, j);
}

static void news(struct prerequisites *self, struct journey *j)
{
    files_view_news(&self->files);
    if (self->showing == SHOWING_FILES)
        files_view_looked(&self->files, j);
    prerequisites_apis_news(self, j);
    if (checks_look_news(&self->look, j))
        take_look(self, j);
    switch (deploy_view_news(&self->deploy, j)) {
    case DEPLOY_DONE:
        self->deployed = true;
        self->showing = SHOWING_CHECKS;
        checks_look_ask(&self->look, j);
        break;
    case DEPLOY_FAILED: /* by half, perhaps */
        checks_look_ask(&self->look, j);
        break;
    case DEPLOY_NOTHING_NEW:
        break;
    }
}

/* --- keys --- */

void prerequisites_begin_details(struct prerequisites *self)
{
    self->details = (struct scroll){0};
    self->reads = false;
}

/* What is shown of the files was made of the last look, and a deploy asks at its end. */
static int64_t tick_ms(const void *ctx)
{
    const struct prerequisites *self = ctx;
    bool idle = self->showing == SHOWING_CHECKS && !deploy_view_runs(&self->deploy);

    return idle ? checks_look_tick_ms(&self->look) : 0;
}

static enum nav update(void *ctx, struct journey *j, struct event ev)
{
    struct prerequisites *self = ctx;

    if (ev.kind == EV_NEWS)
        news(self, j);
    if (ev.kind == EV_TICK && tick_ms(self) > 0)
        checks_look_tick(&self->look, j);
    if (ev.kind != EV_KEY)
        return STAY;
    if (self->apis.dialog.open) {
        prerequisites_apis_key(self, j, ev.key);
        return STAY;
    }
    if (deploy_view_asks(&self->deploy))
        return deploy_view_key(&self->deploy, ev.key);
    if (ev.key == TUI_CTRL('C'))
        return deploy_view_leave(&self->deploy, QUIT);
    if (self->showing == SHOWING_FILES && files_view_key(&self->files, j, ev.key) == FILES_STAY)
        return STAY;
    if (self->showing != SHOWING_CHECKS) {
        if (ev.key == TUI_ENTER || ev.key == TUI_ESC)
            self->showing = SHOWING_CHECKS;
        return STAY;
    }
    if (ev.key == TUI_TAB || ev.key == TUI_BTAB || (self->reads && ev.key == TUI_ESC)) {
        self->reads = !self->reads && prerequisites_here(self);
        return STAY;
    }
    if (self->reads && scroll_key(&self->details, ev.key))
        return STAY;
    if (list_key(&self->list, CHECK_IDS, ev.key)) {
        prerequisites_begin_details(self);
        return STAY;
    }
    return ev.key == TUI_ENTER ? deploy_view_leave(&self->deploy, NEXT)
           : ev.key == TUI_ESC ? deploy_view_leave(&self->deploy, BACK)
                               : STAY;
}

static bool typing(const void *ctx)
{
    const struct prerequisites *self = ctx;

    return deploy_view_asks(&self->deploy) || self->apis.dialog.open;
}

static bool is_busy(const void *ctx)
{
    const struct prerequisites *self = ctx;

    return deploy_view_runs(&self->deploy);
}

static void save(const void *ctx, struct kept *k)
{
    const struct prerequisites *self = ctx;

    if (!self->reopen) /* else it is kept as it is until then */
        files_view_save(&self->files, self->showing == SHOWING_FILES, k);
}

static void load(void *ctx, const struct kept *k)
{
    struct prerequisites *self = ctx;

    files_view_keep_shape(&self->files, k);
    self->reopen = files_view_kept(k);
}

static void leave(void *ctx)
{
    struct prerequisites *self = ctx;

    checks_look_drop(&self->look);
    deploy_view_drop(&self->deploy);
    files_view_done(&self->files);
    prerequisites_apis_drop(self);
}

const struct step prerequisites_step = {
    .title = "Prerequisites",
    .help = "Whether instance, database, roles, publication and slot are prepared, and the text "
            "that mends what is not.",
    .size = sizeof(struct prerequisites),
    .enter = enter,
    .draw = draw,
    .update = update,
    .leave = leave,
    .actions = prerequisites_actions,
    .list = offsetof(struct prerequisites, list),
    .save = save,
    .load = load,
    .typing = typing,
    .is_busy = is_busy,
    .tick_ms = tick_ms,
};
