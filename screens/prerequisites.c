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
#include "screens/checks_look.h"
#include "screens/checks_view.h"
#include "screens/deploy_view.h"
#include "screens/files_view.h"
#include "screens/journey.h"
#include "screens/steps.h"

#include "api/base/tr.h"
#include "api/plan/names.h"
#include "tui/key.h"
#include "tui/list.h"

enum showing { SHOWING_CHECKS, SHOWING_FILES, SHOWING_DEPLOY };

struct prerequisites {
    enum showing showing;
    struct checks_look look;
    struct list list;
    bool reads;            /* the details have the keys, not the list */
    struct scroll details; /* of the check under the cursor */
    bool reopen;           /* the files were shown when all this ended */
    struct files_view files;
    struct deploy_view deploy;
    bool deployed; /* and not looked at since */
};

static void enter(void *ctx, struct journey *j)
{
    struct prerequisites *self = ctx;

    list_clamp(&self->list, CHECK_IDS);
    names_complete(&j->target);
    checks_look_ask(&self->look, j);
}

/* The check under the cursor; NULL: nothing was answered yet. */
static const struct check *check_here(const struct prerequisites *self)
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
    if (checks_look_running(&self->look)) /* beside it: the list stays where it is */
        page_put_right(p, STYLE_RUNNING, "%s", tr("asking again"));
    page_newline(p);
    page_split(p, page_is_wide(p) ? 58 : 50);
    list_draw(&self->list, &rows, p);
    page_next_pane(p);
    if (self->reads)
        page_cursor(p);
    checks_view_details(check_here(self), &self->details, p);
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
    } else if (check_here(self)) {
        draw_checks(self, p);
    } else {
        page_heading(p, "%s", tr("Is the source prepared?"));
        answered(p, checks_look_running(&self->look), tr("Asking database, instance and project"));
    }
    deploy_view_draw_question(&self->deploy, p);
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

static void write_files(struct prerequisites *self, struct journey *j)
{
    enum files_answer answer = files_view_write(&self->files, j);

    if (answer != FILES_STAY)
        self->showing = SHOWING_CHECKS;
    if (answer == FILES_WRITTEN)
        checks_look_expect(&self->look);
}

static enum nav write_key(void *ctx, struct journey *j)
{
    struct prerequisites *self = ctx;

    if (self->showing != SHOWING_FILES)
        self->showing = files_view_open(&self->files, j) ? SHOWING_FILES : self->showing;
    else
        write_files(self, j);
    return STAY;
}

static enum nav deploy(void *ctx, struct journey *j)
{
    struct prerequisites *self = ctx;

    if (deploy_view_begin(&self->deploy, j)) {
        self->showing = SHOWING_DEPLOY;
        checks_look_expect(&self->look);
    }
    return STAY;
}

static void copy_remedy(const struct check *here, struct journey *j)
{
    struct arena mem = {0};

    journey_copy(j, checks_view_to_copy(here, &mem));
    arena_done(&mem);
}

static enum nav copy(void *ctx, struct journey *j)
{
    struct prerequisites *self = ctx;
    const struct check *here = check_here(self);

    if (self->showing == SHOWING_FILES && files_view_text(&self->files))
        journey_copy(j, files_view_text(&self->files));
    else if (here)
        copy_remedy(here, j);
    return STAY;
}

static enum nav again(void *ctx, struct journey *j)
{
    struct prerequisites *self = ctx;

    self->showing = SHOWING_CHECKS;
    checks_look_ask(&self->look, j);
    return STAY;
}

/* Other lines are drawn from the first on. */
static void begin_details(struct prerequisites *self)
{
    self->details = (struct scroll){0};
    self->reads = false;
}

static enum nav next_bad(void *ctx, struct journey *j)
{
    struct prerequisites *self = ctx;
    const struct check_list *l = checks_look_list(&self->look);

    (void)j;
    for (size_t i = 1; l && i <= CHECK_IDS; i++) {
        size_t at = (self->list.at + i) % CHECK_IDS;
        if (l->at[at].result != CHECK_PASS) {
            self->list.at = at;
            begin_details(self);
            break;
        }
    }
    return STAY;
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
        self->reads = !self->reads && check_here(self);
        return STAY;
    }
    if (self->reads && scroll_key(&self->details, ev.key))
        return STAY;
    if (list_key(&self->list, CHECK_IDS, ev.key)) {
        begin_details(self);
        return STAY;
    }
    return ev.key == TUI_ENTER ? deploy_view_leave(&self->deploy, NEXT)
           : ev.key == TUI_ESC ? deploy_view_leave(&self->deploy, BACK)
                               : STAY;
}

/* --- what is possible --- */

static bool shows_checks(const void *ctx, const struct journey *j)
{
    (void)j;
    return ((const struct prerequisites *)ctx)->showing == SHOWING_CHECKS;
}

static bool shows_other(const void *ctx, const struct journey *j)
{
    return !shows_checks(ctx, j);
}

static bool shows_files(const void *ctx, const struct journey *j)
{
    (void)j;
    return ((const struct prerequisites *)ctx)->showing == SHOWING_FILES;
}

static bool can_copy(const void *ctx, const struct journey *j)
{
    const struct prerequisites *self = ctx;

    return shows_files(ctx, j) ? files_view_text(&self->files) != NULL
                               : shows_checks(ctx, j) && check_here(self) != NULL;
}

static bool can_write(const void *ctx, const struct journey *j)
{
    const struct prerequisites *self = ctx;

    return shows_files(ctx, j) && self->files.files.n_files > 0;
}

static enum nav leave_out(void *ctx, struct journey *j)
{
    files_view_leave_out(&((struct prerequisites *)ctx)->files, j);
    return STAY;
}

static enum nav reshape(void *ctx, struct journey *j)
{
    files_view_reshape(&((struct prerequisites *)ctx)->files, j);
    return STAY;
}

static bool can_reshape(const void *ctx, const struct journey *j)
{
    return shows_files(ctx, j) &&
           files_view_has_migrations(&((const struct prerequisites *)ctx)->files);
}

static bool reads(const void *ctx, const struct journey *j)
{
    return shows_checks(ctx, j) && ((const struct prerequisites *)ctx)->reads;
}

static bool writes_nothing(const void *ctx, const struct journey *j)
{
    return shows_files(ctx, j) && !can_write(ctx, j);
}

static bool has_more_files(const void *ctx, const struct journey *j)
{
    const struct prerequisites *self = ctx;

    return shows_files(ctx, j) && self->files.files.n_files > 1;
}

static enum nav close_view(void *ctx, struct journey *j)
{
    (void)j;
    ((struct prerequisites *)ctx)->showing = SHOWING_CHECKS;
    ((struct prerequisites *)ctx)->reads = false;
    return STAY;
}

static bool can_deploy(const void *ctx, const struct journey *j)
{
    return shows_checks(ctx, j) && j->live->deploy_command != NULL;
}

static bool has_answer(const void *ctx, const struct journey *j)
{
    const struct prerequisites *self = ctx;

    return shows_checks(ctx, j) && check_here(self) != NULL;
}

static bool can_read(const void *ctx, const struct journey *j)
{
    return has_answer(ctx, j) && !reads(ctx, j);
}

static bool can_close(const void *ctx, const struct journey *j)
{
    return shows_other(ctx, j) || reads(ctx, j);
}

static bool typing(const void *ctx)
{
    const struct prerequisites *self = ctx;

    return deploy_view_asks(&self->deploy);
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
}

static const struct action actions[] = {
    {TUI_DOWN, "more", "the rest of what is known of this check: Down, PgDn, Up, PgUp", reads,
     NULL},
    {TUI_TAB, "to the list", "Down and Up go to the checks again", reads, NULL},
    {TUI_ENTER, "go on", "to Access", shows_checks, NULL},
    {'n', "next bad", "to the next check that does not pass", has_answer, next_bad},
    {'w', "files", "the manifest patch and the migrations: each is shown to its end, then written",
     has_answer, write_key},
    {'w', "write", "what is still to be shown, then all of it into the repository", can_write,
     write_key},
    {'w', "back", "there is nothing to write: back to the checklist", writes_nothing, close_view},
    {TUI_DOWN, "more", "the file's next lines: Down, PgDn, Up, PgUp, Home, End", can_write, NULL},
    {TUI_TAB, "next file", "to the next file that would be written", has_more_files, NULL},
    {'x', "leave out", "this file stays as it is; again: it is written", can_write, leave_out},
    {'s', "shape", "the migrations by table, in three files that may run again, or as they fit",
     can_reshape, reshape},
    {TUI_RIGHT, "sideways", "long lines: Left and Right move along them", can_write, NULL},
    {TUI_ESC, "to the checks", "back to the checklist", can_close, close_view},
    {'d', "deploy", "run STROM_DEPLOY_COMMAND, then check again", can_deploy, deploy},
    {'r', "again", "ask everything again", shows_checks, again},
    {TUI_TAB, "details", "Down and Up move in what is known of this check", can_read, NULL},
    {'y', "copy", "the command or text that mends it, or the file shown", can_copy, copy},
    {0}};

const struct step prerequisites_step = {
    .title = "Prerequisites",
    .help = "Whether instance, database, roles, publication and slot are prepared, and the text "
            "that mends what is not.",
    .size = sizeof(struct prerequisites),
    .enter = enter,
    .draw = draw,
    .update = update,
    .leave = leave,
    .actions = actions,
    .list = offsetof(struct prerequisites, list),
    .save = save,
    .load = load,
    .typing = typing,
    .is_busy = is_busy,
    .tick_ms = tick_ms,
};
