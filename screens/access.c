/* Access: who you are, what the steps ahead need, and how to do with less than Editor.
 *
 *    ✔ ok       kari.nordmann@nav.no
 *    ! warning  You hold Editor in aap-dev-ab12; no end can be set on it
 *    ✔ ok       10 narrow roles for 1 h 58 min more: d takes them away
 *    ✘ fails  role binding         resourcemanager.projects.setIamPolicy → roles/...
 */
#include "screens/access_change.h"
#include "screens/access_view.h"
#include "screens/answer.h"
#include "screens/grants.h"
#include "screens/journey.h"
#include "screens/steps.h"

#include "api/base/clock.h"
#include "api/base/tr.h"
#include "api/plan/names.h"
#include "tui/key.h"
#include "tui/list.h"

struct access {
    struct task *asking, *shown; /* the next look, and the one that is drawn */
    bool told;                   /* why the next one failed */
    struct list list;
    struct access_change_view change;
};

static const struct rights *known(const struct access *self)
{
    return self->shown ? rights_of(self->shown) : NULL;
}

static void ask(struct access *self, struct journey *j)
{
    const struct rights_options o = {j->live->google, j->live->store, &j->target, NULL};

    task_clear(&self->asking);
    self->told = false;
    self->asking = rights(j->live->net, &o);
}

static void enter(void *ctx, struct journey *j)
{
    struct access *self = ctx;

    list_clamp(&self->list, ACCESS_REMOVE);
    names_complete(&j->target);
    ask(self, j);
}

static void take(struct access *self, struct journey *j)
{
    if (self->asking && self->shown && !self->told && task_state(self->asking) == TASK_FAILED) {
        self->told = true; /* what was seen before stays: why it is old is said once */
        journey_say_err(j, task_error(self->asking));
    }
    if (self->asking == NULL || task_state(self->asking) != TASK_OK || self->change.kind)
        return; /* what is being changed is drawn from the look before */
    task_drop(self->shown);
    self->shown = self->asking;
    self->asking = NULL;
    const struct rights *r = rights_of(self->shown);
    if (r->policy)
        grants_saw_broad(j->live, r->broad ? access_basic_name(r->basic) : NULL, r->project);
    grants_look(j->live);
}

/* --- drawing --- */

/* A look that failed leaves what was seen before, and says so. */
static void draw_asking(const struct access *self, struct page *p)
{
    if (self->asking == NULL || self->shown == NULL)
        return;
    if (task_state(self->asking) == TASK_RUNNING)
        page_put_right(p, STYLE_RUNNING, "%s", tr("asking again"));
    else if (task_state(self->asking) == TASK_FAILED)
        page_put_right(p, STYLE_FAIL, "%s", tr("as it was: asking again failed"));
}

static void draw_first(const struct access *self, struct page *p)
{
    struct rights_early early;

    if (self->asking && task_state(self->asking) == TASK_RUNNING) {
        rights_so_far(self->asking, &early);
        access_view_early(&early, p);
    } else {
        answered(p, self->asking, tr("Asking who you are, and what you may do"));
    }
}

static void draw(const void *ctx, const struct journey *j, struct page *p)
{
    const struct access *self = ctx;
    (void)j;
    if (self->change.kind) {
        access_change_draw(&self->change, p);
        return;
    }
    page_put(p, STYLE_HEADING, "%s", tr("May you do what lies ahead?"));
    draw_asking(self, p);
    page_newline(p);
    if (self->shown)
        access_view_draw(rights_of(self->shown), &self->list, p);
    else
        draw_first(self, p);
}

/* --- keys --- */

static enum nav open_change(struct access *self, struct journey *j, enum change_kind kind)
{
    access_change_open(&self->change, j, known(self), kind);
    return STAY;
}

static enum nav narrow(void *ctx, struct journey *j)
{
    struct access *self = ctx;
    const struct rights *r = known(self);
    bool may = r && r->may_set && r->policy;

    return open_change(self, j, may ? CHANGE_GRANT : CHANGE_REQUEST);
}

static enum nav drop(void *ctx, struct journey *j)
{
    return open_change(ctx, j, CHANGE_DROP);
}

static enum nav broad_away(void *ctx, struct journey *j)
{
    return open_change(ctx, j, CHANGE_BROAD);
}

/* The text to send or the difference, where one is shown; else the gcloud lines. */
static enum nav copy(void *ctx, struct journey *j)
{
    struct access *self = ctx;
    const struct rights *r = known(self);
    struct str text = {0};

    if (self->change.kind || r == NULL) {
        journey_copy(j, str_text(&self->change.text));
        return STAY;
    }
    access_grant_commands(&text, r->project, r->member, r->narrow.roles, r->narrow.n_roles,
                          clock_wall() + ACCESS_USUAL_S);
    if (r->holders.self_editor)
        access_drop_command(&text, r->project, r->member, ACCESS_EDITOR);
    if (r->holders.self_owner)
        access_drop_command(&text, r->project, r->member, ACCESS_OWNER);
    journey_copy(j, str_text(&text));
    str_done(&text);
    return STAY;
}

static enum nav again(void *ctx, struct journey *j)
{
    ask(ctx, j);
    return STAY;
}

static enum nav close_change(void *ctx, struct journey *j)
{
    struct access *self = ctx;

    access_change_close(&self->change);
    grants_look(j->live);
    ask(self, j);
    return STAY;
}

static enum nav change_key(struct access *self, struct journey *j, int key)
{
    if (!access_change_key(&self->change, j, key))
        close_change(self, j);
    return STAY;
}

static enum nav update(void *ctx, struct journey *j, struct event ev)
{
    struct access *self = ctx;

    if (ev.kind == EV_NEWS) {
        access_change_news(&self->change, j);
        take(self, j);
    }
    if (ev.kind != EV_KEY)
        return STAY;
    if (self->change.kind)
        return change_key(self, j, ev.key);
    if (list_key(&self->list, ACCESS_REMOVE, ev.key))
        return STAY;
    return ev.key == TUI_ENTER ? NEXT : STAY;
}

/* --- what is possible --- */

static bool changing(const void *ctx, const struct journey *j)
{
    (void)j;
    return ((const struct access *)ctx)->change.kind != CHANGE_NONE;
}

static bool looking(const void *ctx, const struct journey *j)
{
    return !changing(ctx, j);
}

static bool can_make(const void *ctx, const struct journey *j)
{
    (void)j;
    return access_change_waits(&((const struct access *)ctx)->change);
}

static bool can_choose(const void *ctx, const struct journey *j)
{
    return can_make(ctx, j) && ((const struct access *)ctx)->change.kind == CHANGE_GRANT;
}

static bool can_narrow(const void *ctx, const struct journey *j)
{
    const struct rights *r = known(ctx);

    return looking(ctx, j) && r && r->narrow.n_roles > 0;
}

static bool can_drop(const void *ctx, const struct journey *j)
{
    const struct rights *r = known(ctx);

    return looking(ctx, j) && r && r->n_ours > 0 && r->policy;
}

static bool can_drop_broad(const void *ctx, const struct journey *j)
{
    const struct rights *r = known(ctx);

    return looking(ctx, j) && r && r->broad;
}

static bool can_copy(const void *ctx, const struct journey *j)
{
    const struct rights *r = known(ctx);

    return changing(ctx, j) || (r && (r->narrow.n_roles > 0 || r->broad));
}

static bool typing(const void *ctx)
{
    return ((const struct access *)ctx)->change.dialog.open;
}

/* How long it takes is seen. */
static int64_t tick_ms(const void *ctx)
{
    return access_change_runs(&((const struct access *)ctx)->change) ? 1000 : 0;
}

static void leave(void *ctx)
{
    struct access *self = ctx;

    access_change_close(&self->change);
    task_clear(&self->asking);
    task_clear(&self->shown);
}

static const struct action actions[] = {
    {TUI_ENTER, "make the change", "as it is shown: the policy is read, changed and read again",
     can_make, NULL},
    {TUI_RIGHT, "how long", "Left and Right: it ends by itself then", can_choose, NULL},
    {TUI_DOWN, "more", "the rest of what is shown: Down, PgDn, Up, PgUp", changing, NULL},
    {TUI_ESC, "back", "to the steps; what is under way is recorded", changing, close_change},
    {TUI_ENTER, "go on", "to Tables", looking, NULL},
    {'n', "narrow roles", "the roles that do, for a while; or what to send to one who may grant",
     can_narrow, narrow},
    {'d', "drop them", "take away what strom granted, and prove that it is gone", can_drop, drop},
    {'e', "Editor away", "take away one's own Editor or Owner; asks for the project's name",
     can_drop_broad, broad_away},
    {'y', "copy", "what is shown, or the gcloud lines that do the same", can_copy, copy},
    {'r', "ask again", "roles take some minutes to work", looking, again},
    {0}};

const struct step access_step = {
    .title = "Access",
    .help = "Who you are, which permissions the steps ahead need and lack, and how to do with less "
            "than Editor: narrow roles for a while, granted and taken away from here.",
    .size = sizeof(struct access),
    .enter = enter,
    .draw = draw,
    .update = update,
    .leave = leave,
    .actions = actions,
    .list = offsetof(struct access, list),
    .typing = typing,
    .tick_ms = tick_ms,
};
