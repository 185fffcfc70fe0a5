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
#include "screens/journey.h"
#include "screens/steps.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/checks/gather.h"
#include "api/net/child.h"
#include "api/plan/names.h"
#include "api/plan/prepare.h"
#include "tui/diff.h"
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
    enum showing showing;
    struct arena files_mem;
    struct prepared files;
    size_t file; /* which is shown */
    struct diff_view diff;
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
}

static void take_deploy(struct prerequisites *self, struct journey *j)
{
    if (self->deploying == NULL || task_state(self->deploying) == TASK_RUNNING)
        return;
    if (task_state(self->deploying) == TASK_OK && child_answer(self->deploying)->status == 0) {
        journey_say(j, MARK_OK, "%s", tr("deployed; checking again"));
        self->showing = SHOWING_CHECKS;
        task_clear(&self->deploying);
    } else {
        journey_say(j, MARK_FAIL, "%s", tr("the deploy failed: what it said is shown"));
    }
    ask(self, j);
}

/* --- drawing
 * ---------------------------------------------------------------------------------------- */

static enum mark mark_of(enum check_result r)
{
    static const enum mark marks[] = {MARK_UNKNOWN, MARK_OK, MARK_WARN, MARK_FAIL};

    return marks[r];
}

static void put_check(const void *ctx, size_t i, struct page *p)
{
    const struct prerequisites *self = ctx;
    const struct check *c = &gathered(self->shown)->at[i];

    page_put_mark(p, mark_of(c->result), true);
    page_tab(p, 12);
    page_put(p, STYLE_TEXT, "%s", tr(check_title(c->id)));
    page_tab(p, 44);
    page_put(p, c->result == CHECK_PASS ? STYLE_MUTED : STYLE_ACCENT, " %s", c->found);
    if (self->changed[i])
        page_put_right(p, STYLE_OK, " %s", tr("now green"));
}

static const char *kind_title(enum check_remedy_kind k)
{
    static const char *const titles[] = {[CHECK_REMEDY_NONE] = "What to do",
                                         [CHECK_REMEDY_MANIFEST] = "In the manifest",
                                         [CHECK_REMEDY_MIGRATION] = "In a new migration",
                                         [CHECK_REMEDY_SQL] = "SQL",
                                         [CHECK_REMEDY_COMMAND] = "Run",
                                         [CHECK_REMEDY_ROLE] = "Ask for",
                                         [CHECK_REMEDY_WAIT] = "Wait"};

    return titles[k];
}

static void draw_details(const struct check *c, struct page *p)
{
    page_put(p, STYLE_ACCENT, "%s", check_name(c->id));
    page_newline(p);
    page_field(p, tr("Found"), "%s", c->found);
    if (c->needed[0])
        page_field(p, tr("Needed"), "%s", c->needed);
    if (c->why[0])
        page_text(p, "%s", c->why);
    if (c->remedy.text[0] && c->result != CHECK_PASS) {
        page_styled(p, STYLE_HEADING, "%s", tr(kind_title(c->remedy.kind)));
        page_lines(p, STYLE_TEXT, c->remedy.text);
    }
}

static void draw_checks(const struct prerequisites *self, struct page *p)
{
    const struct check_list *l = gathered(self->shown);
    struct check_summary n = check_summary(l);
    struct list_rows rows = {.n = CHECK_IDS, .ctx = self, .put = put_check};

    page_heading(p, tr("%zu ok, %zu warnings, %zu fail, %zu unknown"), n.pass, n.warn, n.fail,
                 n.unknown);
    if (self->asking || self->connecting)
        page_put_right(p, STYLE_RUNNING, "%s", tr("asking again"));
    page_split(p, page_is_wide(p) ? 58 : 50);
    list_draw(&self->list, &rows, p);
    page_next_pane(p);
    draw_details(&l->at[self->list.at], p);
    page_join(p);
}

static void draw_files(const struct prerequisites *self, struct page *p)
{
    const struct prepared *f = &self->files;

    page_heading(p, tr("Files to write: %zu"), f->n_files);
    for (size_t i = 0; i < f->n_notes; i++)
        page_note(p, "%s", f->notes[i]);
    if (f->n_files == 0)
        return;
    page_put(p, STYLE_ACCENT, "%zu/%zu %s", self->file + 1, f->n_files, f->files[self->file].path);
    page_newline(p);
    page_note(p, "%s", f->files[self->file].does);
    diff_draw(&self->diff, f->files[self->file].diff, true, p);
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
        draw_files(self, p);
    } else if (self->showing == SHOWING_DEPLOY) {
        draw_deploy(self, p);
    } else if (self->shown) {
        draw_checks(self, p);
    } else {
        page_heading(p, "%s", tr("Is the source prepared?"));
        answered(p, self->connecting ? self->connecting : self->asking,
                 tr("Asking database, instance and project"));
    }
}

/* --- keys
 * ------------------------------------------------------------------------------------------- */

static void show_files(struct prerequisites *self, struct journey *j)
{
    struct err e;

    arena_done(&self->files_mem);
    self->file = 0;
    self->diff = (struct diff_view){0};
    if (j->live->repo == NULL)
        journey_say(j, MARK_WARN, "%s", j->live->repo_why);
    else if (prepare(&self->files_mem, j->live->repo, &j->target, j->live->facts, &j->selection,
                     &self->files, &e))
        self->showing = SHOWING_FILES;
    else
        journey_say_err(j, &e);
}

static void write_files(struct prerequisites *self, struct journey *j)
{
    struct err e;

    if (!prepare_write(&self->files, j->live->repo, &e)) {
        journey_say_err(j, &e);
        return;
    }
    journey_say(j, MARK_OK, tr("%zu files written in %s: look at them, commit, deploy"),
                self->files.n_files, j->live->repo);
    self->showing = SHOWING_CHECKS;
}

static enum nav write_key(void *ctx, struct journey *j)
{
    struct prerequisites *self = ctx;

    if (self->showing == SHOWING_FILES && self->files.n_files)
        write_files(self, j);
    else
        show_files(self, j);
    return STAY;
}

static enum nav deploy(void *ctx, struct journey *j)
{
    struct prerequisites *self = ctx;
    const char *argv[] = {"/bin/sh", "-c", j->live->deploy_command, NULL};
    struct child_request r = {.argv = argv, .folder = j->live->repo};

    if (self->deploying && task_state(self->deploying) == TASK_RUNNING)
        return STAY;
    task_clear(&self->deploying);
    self->deploying = child_run(j->live->net, &r);
    self->showing = SHOWING_DEPLOY;
    return STAY;
}

static enum nav copy(void *ctx, struct journey *j)
{
    struct prerequisites *self = ctx;

    if (self->showing == SHOWING_FILES && self->files.n_files)
        journey_copy(j, self->files.files[self->file].text);
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

/* While files or the deploy are shown all keys come here. */
static enum nav files_key(struct prerequisites *self, struct journey *j, int key)
{
    if (key == TUI_ESC || key == TUI_ENTER)
        self->showing = SHOWING_CHECKS;
    else if (key == 'w')
        return write_key(self, j);
    else if (key == 'y')
        return copy(self, j);
    else if ((key == TUI_TAB || key == TUI_RIGHT) && self->files.n_files) {
        self->file = (self->file + 1) % self->files.n_files;
        self->diff = (struct diff_view){0};
    } else if (self->files.n_files) {
        diff_key(&self->diff, self->files.files[self->file].diff, key);
    }
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
    if (self->showing == SHOWING_FILES)
        return files_key(self, j, ev.key);
    if (self->showing == SHOWING_DEPLOY && (ev.key == TUI_ENTER || ev.key == TUI_ESC)) {
        self->showing = SHOWING_CHECKS;
        return STAY;
    }
    if (list_key(&self->list, CHECK_IDS, ev.key))
        return STAY;
    return ev.key == TUI_ENTER ? NEXT : ev.key == TUI_ESC ? BACK : STAY;
}

static bool can_deploy(const void *ctx, const struct journey *j)
{
    (void)ctx;
    return j->live->deploy_command != NULL;
}

static bool has_answer(const void *ctx, const struct journey *j)
{
    const struct prerequisites *self = ctx;

    (void)j;
    return self->shown != NULL;
}

static bool typing(const void *ctx)
{
    const struct prerequisites *self = ctx;

    return self->showing != SHOWING_CHECKS;
}

static void leave(void *ctx)
{
    struct prerequisites *self = ctx;

    task_clear(&self->asking);
    task_clear(&self->shown);
    task_clear(&self->connecting);
    task_clear(&self->deploying);
    arena_done(&self->mem);
    arena_done(&self->files_mem);
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
    {TUI_ENTER, "go on", "to Access", NULL, NULL},
    {'w', "write files",
     "the manifest patch and the migrations: shown first, written with a second w", has_answer,
     write_key},
    {'d', "deploy", "run STROM_DEPLOY_COMMAND, then check again", can_deploy, deploy},
    {'r', "check again", "ask everything again", NULL, again},
    {'y', "copy", "the text that mends it, or the file shown", has_answer, copy},
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
};
