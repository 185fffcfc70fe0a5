/* Access: who you are, what the steps ahead need, and how to do with less than Editor.
 *
 *    ✔ ok       kari.nordmann@nav.no
 *    ! warning  You hold Editor in aap-dev-ab12; no end can be set on it
 *    ✔ ok       10 narrow roles for 1 h 58 min more: d takes them away
 *
 *    ✔ ok     network              compute.networks.create ...
 *    ✘ fails  role binding         resourcemanager.projects.setIamPolicy → roles/...
 */
#include "screens/access_change.h"
#include "screens/answer.h"
#include "screens/grants.h"
#include "screens/journey.h"
#include "screens/steps.h"

#include "api/base/clock.h"
#include "api/base/figure.h"
#include "api/base/tr.h"
#include "api/plan/names.h"
#include "tui/key.h"
#include "tui/list.h"

#include <string.h>

enum { POINTER = 2, HELD_AT = 34, ROLE_AT = 49 }; /* columns */

struct access {
    struct task *asking, *shown; /* the next look, and the one that is drawn */
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

static void draw_who(const struct rights *r, struct page *p)
{
    if (r->who_error)
        answer_error(p, r->who_error);
    else
        page_mark(p, MARK_OK, "%s", r->email[0] ? r->email : tr("a login without an address"));
}

/* The steps go before the words about them. */
static bool is_small(const struct page *p)
{
    return page_rows(p) < 20;
}

/* By name, as many as fit a line or two: who to ask, and who to talk to about it. */
static void draw_others(const struct access_holders *h, struct page *p)
{
    enum { NAMED = 4 };
    struct str names = {0};
    size_t n = 0;

    for (size_t i = 0; i < h->n; i++) {
        const struct access_holder *o = &h->items[i];
        if (o->self || !o->person || o->role == ACCESS_VIEWER || ++n > NAMED)
            continue;
        const char *colon = strchr(o->member, ':');
        str_printf(&names, "%s%s (%s)", names.bytes ? ", " : "", colon ? colon + 1 : o->member,
                   access_basic_name(o->role));
    }
    if (n > NAMED)
        str_printf(&names, tr(" and %zu more"), n - NAMED);
    if (n)
        page_note(p, tr("Others with Owner or Editor: %s."), str_text(&names));
    str_done(&names);
}

/* What it gives in excess and what it lacks, in one paragraph. */
static void draw_compared(const struct rights *r, struct page *p)
{
    enum { NAMED = 2 };
    const struct access_compared *c = &r->compared;
    struct str more = {0}, less = {0};
    char many[FIGURE_TEXT], few[FIGURE_TEXT];

    for (size_t i = 0; i < c->n_excess && i < NAMED; i++)
        str_printf(&more, "%s%s", i ? ", " : "", tr(c->excess[i]));
    for (size_t i = 0; i < c->n_lacks; i++)
        str_printf(&less, "%s%s", i ? ", " : "", c->lacks[i]);
    page_note(p,
              tr("It stays until somebody removes it, and gives %s permissions where narrow roles "
                 "give at most %s: it may also %s, and more."),
              figure_count(c->permissions, many), figure_count(c->narrow, few), str_text(&more));
    if (less.bytes)
        page_note(p, tr("And for this very job it lacks %s."), str_text(&less));
    str_done(&more);
    str_done(&less);
}

static void draw_broad(const struct rights *r, struct page *p)
{
    const struct access_holders *h = &r->holders;

    if (r->policy_error) {
        page_mark(p, MARK_UNKNOWN, tr("who holds Editor and Owner is not known: %s"),
                  r->policy_error->why);
    } else if (r->broad) {
        page_mark(p, MARK_WARN, tr("You hold %s in %s; an expiry cannot be set on it"),
                  access_basic_name(r->basic), r->project);
        if (!is_small(p))
            draw_compared(r, p);
    } else if (h->group_editor || h->group_owner) {
        page_mark(p, MARK_WARN, "%s", tr("A group that you may be in holds Editor or Owner"));
    } else {
        page_mark(p, MARK_OK, "%s", tr("You hold neither Owner nor Editor yourself"));
    }
    if (!is_small(p))
        draw_others(h, p);
}

static void draw_ours(const struct rights *r, struct page *p)
{
    int64_t until = rights_until(r, clock_wall());
    char text[CLOCK_TEXT];

    if (until)
        page_mark(p, MARK_OK, tr("Narrow roles from strom until %s: d takes them away"),
                  clock_moment(until, text));
    else if (r->n_ours)
        page_mark(p, MARK_WARN, "%s",
                  tr("Roles from strom have ended, and still stand in the policy: d takes them "
                     "out"));
    else if (r->narrow.n_roles && r->may_set)
        page_mark(p, MARK_NONE, tr("n grants you %zu narrow roles that do, for two hours"),
                  r->narrow.n_roles);
    else if (r->narrow.n_roles)
        page_mark(p, MARK_NONE, "%s", tr("n shows what to send to one who may grant roles"));
}

/* --- the steps --- */

static bool step_asked(const struct rights *r, enum access_step step)
{
    return r->ahead & (ACCESS_BIT(step) | ACCESS_LOOK(step));
}

static const char *short_name(const char *role)
{
    return str_starts(role, "roles/") ? role + strlen("roles/") : role;
}

/* Of the narrow ones that which brings most of it. */
static void put_roles(const struct rights *r, enum access_step step, struct page *p)
{
    const char *best = NULL;
    size_t most = 0;

    for (size_t i = 0; i < r->narrow.n_roles; i++) {
        size_t n = 0;
        for (size_t k = 0; k < r->verdict.n_lacks; k++)
            n += (r->verdict.lacks[k].steps & ACCESS_BIT(step)) &&
                 access_role_has(r->narrow.roles[i], r->verdict.lacks[k].permission);
        if (n > most) {
            most = n;
            best = r->narrow.roles[i];
        }
    }
    page_put(p, STYLE_TEXT, "%s", best ? short_name(best) : tr("a role of your own"));
}

static void put_lacks(const struct rights *r, enum access_step step, struct page *p)
{
    size_t needed = 0, lacking = 0;

    for (size_t n = 0; n < r->n_needed; n++)
        needed += access_step_asks(r->ahead, step, r->needed[n]);
    for (size_t n = 0; n < r->verdict.n_lacks; n++)
        lacking += (r->verdict.lacks[n].steps & ACCESS_BIT(step)) != 0;
    page_tab(p, HELD_AT);
    if (lacking) {
        page_put(p, STYLE_FAIL, tr("lacks %zu of %zu"), lacking, needed);
        page_tab(p, ROLE_AT);
        put_roles(r, step, p);
        return;
    }
    page_put(p, STYLE_MUTED, tr("%zu held"), needed);
    page_tab(p, ROLE_AT);
    page_put(p, STYLE_MUTED, "%s",
             r->unknown & ACCESS_BIT(step) ? tr("could not be looked at")
             : r->ahead & ACCESS_BIT(step) ? ""
                                           : tr("is there already"));
}

static bool step_lacks(const struct rights *r, enum access_step step)
{
    return r->verdict.blocked & ACCESS_BIT(step);
}

static void put_step(const void *ctx, size_t i, struct page *p)
{
    const struct rights *r = ctx;
    enum access_step step = (enum access_step)i;

    page_put_mark(p, step_lacks(r, step) ? MARK_FAIL : MARK_OK, true);
    page_tab(p, POINTER + page_mark_columns() + 1);
    page_put(p, STYLE_TEXT, "%s", tr(access_step_name(step)));
    if (step_asked(r, step))
        put_lacks(r, step, p);
}

static void put_head(struct page *p)
{
    page_tab(p, POINTER + page_mark_columns() + 1);
    page_put(p, STYLE_MUTED, "%s", tr("Step"));
    page_tab(p, HELD_AT);
    page_put(p, STYLE_MUTED, "%s", tr("Permissions"));
    page_newline(p);
}

static bool is_lacking(const struct rights *r, const char *permission)
{
    for (size_t i = 0; i < r->verdict.n_lacks; i++)
        if (str_eq(r->verdict.lacks[i].permission, permission))
            return true;
    return false;
}

/* Of the step under the cursor: what is lacking, with the role that brings it, then what is held.
 */
static void draw_permissions(const struct rights *r, enum access_step step, struct page *p)
{
    struct str held = {0};

    for (size_t i = 0; i < r->verdict.n_lacks; i++)
        if (r->verdict.lacks[i].steps & ACCESS_BIT(step))
            page_note(p, "%s → %s", r->verdict.lacks[i].permission,
                      r->verdict.lacks[i].role[0] ? r->verdict.lacks[i].role
                                                  : tr("a role of your own"));
    for (size_t n = 0; n < r->n_needed; n++)
        if (access_step_asks(r->ahead, step, r->needed[n]) && !is_lacking(r, r->needed[n]))
            str_printf(&held, "%s%s", held.bytes ? ", " : "", r->needed[n]);
    if (held.bytes)
        page_note(p, tr("held: %s"), str_text(&held));
    str_done(&held);
}

static void draw_known(const struct access *self, const struct rights *r, struct page *p)
{
    struct list_rows rows = {.n = ACCESS_REMOVE, .ctx = r, .put = put_step};

    draw_who(r, p);
    draw_broad(r, p);
    draw_ours(r, p);
    page_gap(p);
    put_head(p);
    rows.height = page_room(p) > ACCESS_REMOVE + 4 ? ACCESS_REMOVE : page_room(p) - 4;
    if (rows.height < 1)
        rows.height = 1;
    list_draw(&self->list, &rows, p);
    page_gap(p);
    draw_permissions(r, (enum access_step)self->list.at, p);
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
    if (self->asking && self->shown && task_state(self->asking) == TASK_RUNNING)
        page_put_right(p, STYLE_RUNNING, "%s", tr("asking again"));
    page_newline(p);
    if (self->shown)
        draw_known(self, rights_of(self->shown), p);
    else
        answered(p, self->asking, tr("Asking who you are, and what you may do"));
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
