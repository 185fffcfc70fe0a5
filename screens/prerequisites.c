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
#include "screens/files_view.h"
#include "screens/journey.h"
#include "screens/steps.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/checks/gather.h"
#include "api/net/child.h"
#include "api/plan/names.h"
#include "tui/dialog.h"
#include "tui/key.h"
#include "tui/list.h"

#include <string.h>

enum showing { SHOWING_CHECKS, SHOWING_FILES, SHOWING_DEPLOY };

struct prerequisites {
    struct task *asking, *shown; /* the next look, and the one that is drawn */
    struct task *connecting, *deploying;
    struct arena mem; /* what is wanted: lives as long as the look */
    struct source_wanted wanted;
    struct err pg_trouble;
    struct list list;
    bool changed[CHECK_IDS]; /* turned green with the last look */
    bool deployed;           /* and not looked at since */
    enum showing showing;
    struct files_view files;
    struct dialog dialog; /* leave while a deploy runs? */
    enum nav leaving;     /* where to, then */
};

/* --- asking
 * ----------------------------------------------------------------------------------------- */

static void gather_now(struct prerequisites *self, struct journey *j)
{
    struct gather_options o = {.google = j->live->google,
                               .pg = j->live->pg,
                               .pg_trouble = self->pg_trouble,
                               .target = &j->target,
                               .wanted = &self->wanted,
                               .earlier = j->live->facts};

    task_clear(&self->asking);
    arena_done(&self->mem);
    journey_wanted(j, &self->mem, &self->wanted);
    self->asking = gather(j->live->net, &o);
}

/* A restart of the server (a deploy) breaks the connection: it is made anew first. */
static void ask(struct prerequisites *self, struct journey *j)
{
    struct pg_options o = live_pg_options(j->live, j->dsn);

    if (self->connecting)
        return;
    if (j->live->pg && pg_alive(j->live->pg)) {
        gather_now(self, j);
        return;
    }
    task_clear(&self->asking);
    live_use_pg(j->live, NULL);
    if (str_is_empty(o.database) && j->target.database[0])
        o.database = j->target.database;
    self->connecting = pg_connect(j->live->net, &o);
}

static void enter(void *ctx, struct journey *j)
{
    names_complete(&j->target);
    ask(ctx, j);
}

static void take_connection(struct prerequisites *self, struct journey *j)
{
    if (self->connecting == NULL || task_state(self->connecting) == TASK_RUNNING)
        return;
    if (task_state(self->connecting) == TASK_OK) {
        live_use_pg(j->live, pg_take(self->connecting));
        self->pg_trouble = (struct err){0};
    } else {
        self->pg_trouble = *task_error(self->connecting);
    }
    task_clear(&self->connecting);
    gather_now(self, j);
}

static void take_checks(struct prerequisites *self, struct journey *j)
{
    const struct check_list *before = self->shown ? gathered(self->shown) : NULL;
    size_t green = 0;

    if (self->asking == NULL || task_state(self->asking) != TASK_OK)
        return;
    for (int i = 0; i < CHECK_IDS; i++)
        self->changed[i] = before && before->at[i].result != CHECK_PASS &&
                           gathered(self->asking)->at[i].result == CHECK_PASS;
    if (gather_facts(self->asking)) {
        if (gather_facts(self->asking)->roles.app.name)
            str_copy(j->target.app_role, sizeof j->target.app_role,
                     gather_facts(self->asking)->roles.app.name);
        live_use_facts(j->live, gather_take_facts(self->asking));
    }
    task_drop(self->shown);
    self->shown = self->asking;
    self->asking = NULL;
    if (!self->deployed)
        return;
    self->deployed = false;
    for (int i = 0; i < CHECK_IDS; i++)
        green += self->changed[i];
    journey_say(j, MARK_OK, tr("deployed and checked again: %zu turned green"), green);
}

static void take_deploy(struct prerequisites *self, struct journey *j)
{
    if (self->deploying == NULL || task_state(self->deploying) == TASK_RUNNING)
        return;
    if (task_state(self->deploying) == TASK_OK && child_answer(self->deploying)->status == 0) {
        journey_say(j, MARK_OK, "%s", tr("deployed; checking again"));
        self->deployed = true;
        self->showing = SHOWING_CHECKS;
        task_clear(&self->deploying);
    } else {
        journey_say(j, MARK_FAIL, "%s", tr("the deploy failed: what it said is shown"));
    }
    ask(self, j);
}

/* --- drawing
 * ---------------------------------------------------------------------------------------- */

static void draw_checks(const struct prerequisites *self, struct page *p)
{
    const struct check_list *l = gathered(self->shown);
    struct check_summary n = check_summary(l);
    struct checks_shown shown = {l, self->changed};
    struct list_rows rows = {.n = CHECK_IDS, .ctx = &shown, .put = checks_view_row};

    page_heading(p, tr("%zu ok, %zu warnings, %zu fail, %zu unknown"), n.pass, n.warn, n.fail,
                 n.unknown);
    if (self->asking || self->connecting)
        page_put_right(p, STYLE_RUNNING, "%s", tr("asking again"));
    page_split(p, page_is_wide(p) ? 58 : 50);
    list_draw(&self->list, &rows, p);
    page_next_pane(p);
    checks_view_details(&l->at[self->list.at], p);
    page_join(p);
}

/* Nothing was said yet: NULL. */
static void draw_output(struct page *p, enum style style, const char *text)
{
    if (text)
        page_lines(p, style, text);
}

static void draw_deploy(const struct prerequisites *self, struct page *p)
{
    page_heading(p, "%s", tr("Deploy"));
    if (!answered(p, self->deploying, tr("Deploying")) &&
        task_state(self->deploying) == TASK_RUNNING) {
        draw_output(p, STYLE_MUTED, child_answer(self->deploying)->out);
        return;
    }
    if (task_state(self->deploying) == TASK_OK) {
        draw_output(p, STYLE_TEXT, child_answer(self->deploying)->out);
        draw_output(p, STYLE_FAIL, child_answer(self->deploying)->err_text);
    }
}

static void draw(const void *ctx, const struct journey *j, struct page *p)
{
    const struct prerequisites *self = ctx;

    (void)j;
    if (self->showing == SHOWING_FILES) {
        files_view_draw(&self->files, p);
    } else if (self->showing == SHOWING_DEPLOY) {
        draw_deploy(self, p);
    } else if (self->shown) {
        draw_checks(self, p);
    } else {
        page_heading(p, "%s", tr("Is the source prepared?"));
        answered(p, self->connecting ? self->connecting : self->asking,
                 tr("Asking database, instance and project"));
    }
    if (self->dialog.open)
        dialog_draw(&self->dialog, p);
}

/* --- keys
 * ------------------------------------------------------------------------------------------- */

static enum nav write_key(void *ctx, struct journey *j)
{
    struct prerequisites *self = ctx;

    if (self->showing != SHOWING_FILES)
        self->showing = files_view_open(&self->files, j) ? SHOWING_FILES : self->showing;
    else if (files_view_write(&self->files, j) != FILES_STAY)
        self->showing = SHOWING_CHECKS;
    return STAY;
}

static bool is_deploying(const struct prerequisites *self)
{
    return self->deploying && task_state(self->deploying) == TASK_RUNNING;
}

static enum nav deploy(void *ctx, struct journey *j)
{
    struct prerequisites *self = ctx;
    const char *argv[] = {"/bin/sh", "-c", j->live->deploy_command, NULL};
    struct child_request r = {.argv = argv, .folder = j->live->repo};

    if (is_deploying(self))
        return STAY;
    task_clear(&self->deploying);
    self->deploying = child_run(j->live->net, &r);
    self->showing = SHOWING_DEPLOY;
    return STAY;
}

static enum nav copy(void *ctx, struct journey *j)
{
    struct prerequisites *self = ctx;

    if (self->showing == SHOWING_FILES && files_view_text(&self->files))
        journey_copy(j, files_view_text(&self->files));
    else if (self->shown)
        journey_copy(j, gathered(self->shown)->at[self->list.at].remedy.text);
    return STAY;
}

static enum nav again(void *ctx, struct journey *j)
{
    struct prerequisites *self = ctx;

    self->showing = SHOWING_CHECKS;
    ask(self, j);
    return STAY;
}

static enum nav next_bad(void *ctx, struct journey *j)
{
    struct prerequisites *self = ctx;

    (void)j;
    for (size_t i = 1; self->shown && i <= CHECK_IDS; i++) {
        size_t at = (self->list.at + i) % CHECK_IDS;
        if (gathered(self->shown)->at[at].result != CHECK_PASS) {
            self->list.at = at;
            break;
        }
    }
    return STAY;
}

/* A deploy is a child of ours: it would end in the middle. */
static enum nav ask_leave(struct prerequisites *self, enum nav to)
{
    static const struct dialog_option options[] = {
        {'s', "stay", false}, {'x', "leave: the deploy is stopped in the middle", false}};

    if (!is_deploying(self))
        return to;
    dialog_open(&self->dialog, tr("Leave the deploy?"),
                tr("It is under way, and would be stopped in the middle. It usually ends within "
                   "minutes; its words are shown here."),
                options, 2, 0);
    self->leaving = to;
    return STAY;
}

static enum nav update(void *ctx, struct journey *j, struct event ev)
{
    struct prerequisites *self = ctx;

    if (ev.kind == EV_NEWS) {
        take_connection(self, j);
        take_checks(self, j);
        take_deploy(self, j);
    }
    if (ev.kind != EV_KEY)
        return STAY;
    if (self->dialog.open) {
        if (dialog_key(&self->dialog, ev.key) != 1)
            return STAY;
        task_clear(&self->deploying);
        return self->leaving;
    }
    if (ev.key == TUI_CTRL('C'))
        return ask_leave(self, QUIT);
    if (self->showing == SHOWING_FILES && files_view_key(&self->files, j, ev.key) == FILES_STAY)
        return STAY;
    if (self->showing != SHOWING_CHECKS) {
        if (ev.key == TUI_ENTER || ev.key == TUI_ESC)
            self->showing = SHOWING_CHECKS;
        return STAY;
    }
    if (list_key(&self->list, CHECK_IDS, ev.key))
        return STAY;
    return ev.key == TUI_ENTER ? ask_leave(self, NEXT)
           : ev.key == TUI_ESC ? ask_leave(self, BACK)
                               : STAY;
}

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
                               : shows_checks(ctx, j) && self->shown != NULL;
}

static bool can_write(const void *ctx, const struct journey *j)
{
    const struct prerequisites *self = ctx;

    return shows_files(ctx, j) && self->files.files.n_files > 0;
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
    return STAY;
}

static enum nav next_file(void *ctx, struct journey *j)
{
    (void)j;
    files_view_next(&((struct prerequisites *)ctx)->files);
    return STAY;
}

static bool can_deploy(const void *ctx, const struct journey *j)
{
    return shows_checks(ctx, j) && j->live->deploy_command != NULL;
}

static bool has_answer(const void *ctx, const struct journey *j)
{
    const struct prerequisites *self = ctx;

    return shows_checks(ctx, j) && self->shown != NULL;
}

static bool typing(const void *ctx)
{
    const struct prerequisites *self = ctx;

    return self->dialog.open;
}

static bool is_busy(const void *ctx)
{
    return is_deploying(ctx);
}

static void leave(void *ctx)
{
    struct prerequisites *self = ctx;

    task_clear(&self->asking);
    task_clear(&self->shown);
    task_clear(&self->connecting);
    task_clear(&self->deploying);
    arena_done(&self->mem);
    files_view_done(&self->files);
}

static void save(const void *ctx, struct kept *k)
{
    const struct prerequisites *self = ctx;

    kept_set_int(k, "prerequisites.at", (int64_t)self->list.at);
}

static void load(void *ctx, const struct kept *k)
{
    struct prerequisites *self = ctx;
    int64_t at = kept_int(k, "prerequisites.at", 0);

    self->list.at = at > 0 && at < CHECK_IDS ? (size_t)at : 0;
}

static const struct action actions[] = {
    {TUI_ENTER, "go on", "to Access", shows_checks, NULL},
    {'w', "write files",
     "the manifest patch and the migrations: shown first, written with a second w", has_answer,
     write_key},
    {'w', "write", "into the repository, when each was shown", can_write, write_key},
    {TUI_TAB, "next file", "to the next file that would be written", has_more_files, next_file},
    {TUI_RIGHT, "sideways", "long lines: Left and Right move along them", can_write, NULL},
    {TUI_ESC, "to the checks", "back to the checklist", shows_other, close_view},
    {'d', "deploy", "run STROM_DEPLOY_COMMAND, then check again", can_deploy, deploy},
    {'r', "check again", "ask everything again", shows_checks, again},
    {'y', "copy", "the text that mends it, or the file shown", can_copy, copy},
    {'n', "next bad", "to the next check that does not pass", has_answer, next_bad},
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
    .save = save,
    .load = load,
    .typing = typing,
    .is_busy = is_busy,
};
