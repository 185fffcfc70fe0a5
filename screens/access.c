/* Access: who you are, what the steps ahead need, and the Editor warning.
 *
 *    kari.nordmann@nav.no
 *    ! warning  You hold Editor in aap-dev-ab12
 *
 *    ✔ ok     network              compute.networks.create ...
 *    ✘ fails  role binding         resourcemanager.projects.setIamPolicy → roles/...
 */
#include "screens/answer.h"
#include "screens/journey.h"
#include "screens/steps.h"

#include "api/access/editor.h"
#include "api/access/permissions.h"
#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/google/projects.h"
#include "tui/key.h"
#include "tui/list.h"

#include <string.h>

enum { GRANT_S = 2 * 3600 }; /* of the conditions in the text for narrow roles */
enum { POINTER = 2, HELD_AT = 34, ROLE_AT = 47 }; /* columns */

struct access {
    struct arena mem;
    struct task *who, *held, *policy;
    const char *const *needed;
    size_t n_needed;
    struct access_verdict verdict;
    struct access_holders holders;
    bool judged, holders_known;
    struct list list;
};

static void ask(struct access *self, struct journey *j)
{
    const char *project = j->target.project;

    task_clear(&self->who);
    task_clear(&self->held);
    task_clear(&self->policy);
    arena_done(&self->mem);
    self->judged = self->holders_known = false;
    self->needed = access_needed(&self->mem, ACCESS_CREATE, &self->n_needed);
    self->who = google_whoami(j->live->google);
    self->held = projects_test_permissions(j->live->google, project, self->needed, self->n_needed);
    self->policy = projects_policy_get(j->live->google, project);
}

static void enter(void *ctx, struct journey *j)
{
    struct access *self = ctx;

    list_clamp(&self->list, ACCESS_REMOVE);
    ask(self, j);
}

static void news(struct access *self)
{
    if (!self->judged && task_state(self->held) == TASK_OK) {
        const struct google_held *h = projects_held(self->held);
        access_judge(&self->mem, ACCESS_CREATE, h->permissions, h->n, &self->verdict);
        self->judged = true;
    }
    if (!self->holders_known && task_state(self->policy) == TASK_OK &&
        task_state(self->who) != TASK_RUNNING) {
        const char *member =
            task_state(self->who) == TASK_OK ? google_identity(self->who)->member : "";
        access_holders(&self->mem, projects_policy(self->policy), member, &self->holders);
        self->holders_known = true;
    }
}

/* --- drawing --- */

static void draw_who(const struct access *self, struct page *p)
{
    if (!answered(p, self->who, tr("Asking Google who you are")))
        return;
    const struct google_identity *who = google_identity(self->who);
    page_mark(p, MARK_OK, "%s", who->email[0] ? who->email : who->file);
}

/* By name, as many as fit two lines: who to ask, and who to talk to about it. */
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

static void draw_editor(const struct access *self, const struct journey *j, struct page *p)
{
    const struct access_holders *h = &self->holders;

    if (!self->holders_known) {
        answered(p, self->policy, tr("Asking who holds Owner and Editor"));
        return;
    }
    if (h->self_editor || h->self_owner) {
        page_mark(p, MARK_WARN, tr("You hold %s in %s"), h->self_owner ? "Owner" : "Editor",
                  j->target.project);
        page_note(p, "%s",
                  tr("This is best for a short while: people should hold as little as possible "
                     "over time. An "
                     "expiry cannot be set on it, so it stays until somebody removes it."));
        page_note(p, "%s",
                  tr("The narrow roles are enough for this job; y copies the lines that grant "
                     "them for two hours, and the line that takes the broad role away."));
    } else if (h->group_editor || h->group_owner) {
        page_mark(p, MARK_WARN, "%s", tr("A group that you may be in holds Editor or Owner"));
    } else {
        page_mark(p, MARK_OK, "%s", tr("You hold neither Owner nor Editor yourself"));
    }
    draw_others(h, p);
}

/* The one of the narrow set that is enough for a step. */
static const char *narrow_role(const struct access *self, enum access_step step)
{
    for (const struct access_role *r = access_narrow_set(); r->role; r++) {
        bool all = true;
        for (size_t n = 0; all && n < self->n_needed; n++)
            all = !access_step_needs(step, self->needed[n]) ||
                  access_role_has(r->role, self->needed[n]);
        if (all)
            return str_starts(r->role, "roles/") ? r->role + strlen("roles/") : r->role;
    }
    return tr("several together");
}

static void put_step(const void *ctx, size_t i, struct page *p)
{
    const struct access *self = ctx;
    enum access_step step = (enum access_step)i;
    size_t needed = 0, lacking = 0;
    const char *role = "";

    for (size_t n = 0; n < self->n_needed; n++)
        needed += access_step_needs(step, self->needed[n]);
    for (size_t n = 0; n < self->verdict.n_lacks; n++)
        if (self->verdict.lacks[n].steps & ACCESS_BIT(step)) {
            lacking++;
            role = self->verdict.lacks[n].role;
        }
    page_put_mark(p, lacking ? MARK_FAIL : MARK_OK, true);
    page_tab(p, POINTER + page_mark_columns() + 1);
    page_put(p, STYLE_TEXT, "%s", tr(access_step_name(step)));
    page_tab(p, HELD_AT);
    if (lacking) {
        page_put(p, STYLE_FAIL, tr("lacks %zu of %zu: %s"), lacking, needed, role);
        return;
    }
    page_put(p, STYLE_MUTED, tr("%zu held"), needed);
    page_tab(p, ROLE_AT);
    page_put(p, STYLE_MUTED, "%s", narrow_role(self, step));
}

static void put_head(struct page *p)
{
    page_tab(p, POINTER + page_mark_columns() + 1);
    page_put(p, STYLE_MUTED, "%s", tr("Step"));
    page_tab(p, HELD_AT);
    page_put(p, STYLE_MUTED, "%s", tr("Permissions"));
    page_tab(p, ROLE_AT);
    page_put(p, STYLE_MUTED, "%s", tr("Narrow role that is enough"));
    page_newline(p);
}

static bool is_lacking(const struct access *self, const char *permission)
{
    for (size_t i = 0; i < self->verdict.n_lacks; i++)
        if (str_eq(self->verdict.lacks[i].permission, permission))
            return true;
    return false;
}

/* Of the step under the cursor: what is lacking, with the role that brings it, then what is held.
 */
static void draw_permissions(const struct access *self, struct page *p)
{
    enum access_step step = (enum access_step)self->list.at;
    struct str held = {0};

    for (size_t i = 0; i < self->verdict.n_lacks; i++)
        if (self->verdict.lacks[i].steps & ACCESS_BIT(step))
            page_note(p, "%s → %s", self->verdict.lacks[i].permission,
                      self->verdict.lacks[i].role[0] ? self->verdict.lacks[i].role
                                                     : tr("a role of your own"));
    for (size_t n = 0; n < self->n_needed; n++)
        if (access_step_needs(step, self->needed[n]) && !is_lacking(self, self->needed[n]))
            str_printf(&held, "%s%s", held.bytes ? ", " : "", self->needed[n]);
    if (held.bytes)
        page_note(p, tr("held: %s"), str_text(&held));
    str_done(&held);
}

static void draw(const void *ctx, const struct journey *j, struct page *p)
{
    const struct access *self = ctx;
    struct list_rows rows = {.n = ACCESS_REMOVE, .ctx = self, .put = put_step};

    page_heading(p, "%s", tr("May you do what lies ahead?"));
    draw_who(self, p);
    draw_editor(self, j, p);
    page_gap(p);
    if (!self->judged) {
        answered(p, self->held, tr("Asking which permissions you hold"));
        return;
    }
    put_head(p);
    rows.height = page_room(p) > ACCESS_REMOVE + 4 ? ACCESS_REMOVE : page_room(p) - 4;
    list_draw(&self->list, &rows, p);
    page_gap(p);
    draw_permissions(self, p);
}

/* --- keys --- */

/* The lines that grant the narrow set for two hours and take the broad role away. */
static void lines(const struct access *self, const struct journey *j, struct str *out)
{
    const char *member = task_state(self->who) == TASK_OK ? google_identity(self->who)->member : "";
    const struct access_role *set = access_narrow_set();
    const char *roles[32];
    size_t n = 0;

    for (; set->role && n < sizeof roles / sizeof *roles; set++)
        roles[n++] = set->role;
    access_grant_commands(out, j->target.project, member, roles, n, clock_wall() + GRANT_S);
    if (self->holders.self_editor)
        access_drop_command(out, j->target.project, member, ACCESS_EDITOR);
    if (self->holders.self_owner)
        access_drop_command(out, j->target.project, member, ACCESS_OWNER);
}

static enum nav copy(void *ctx, struct journey *j)
{
    struct access *self = ctx;
    struct str text = {0};

    lines(self, j, &text);
    journey_copy(j, str_text(&text));
    str_done(&text);
    return STAY;
}

static enum nav again(void *ctx, struct journey *j)
{
    ask(ctx, j);
    return STAY;
}

static enum nav update(void *ctx, struct journey *j, struct event ev)
{
    struct access *self = ctx;

    (void)j;
    if (ev.kind == EV_NEWS)
        news(self);
    if (ev.kind != EV_KEY || list_key(&self->list, ACCESS_REMOVE, ev.key))
        return STAY;
    return ev.key == TUI_ENTER ? NEXT : STAY;
}

static bool ready(const void *ctx, const struct journey *j)
{
    const struct access *self = ctx;

    (void)j;
    return self->holders_known;
}

static void leave(void *ctx)
{
    struct access *self = ctx;

    task_clear(&self->who);
    task_clear(&self->held);
    task_clear(&self->policy);
    arena_done(&self->mem);
}

static const struct action actions[] = {
    {TUI_ENTER, "go on", "to Tables", NULL, NULL},
    {'y', "copy commands", "gcloud lines: the narrow roles for two hours, and the broad role away",
     ready, copy},
    {'r', "ask again", "roles take some minutes to work", NULL, again},
    {0}};

const struct step access_step = {
    .title = "Access",
    .help = "Who you are, which permissions the steps ahead need and lack, and how to do with less "
            "than Editor.",
    .size = sizeof(struct access),
    .enter = enter,
    .draw = draw,
    .update = update,
    .leave = leave,
    .actions = actions,
    .list = offsetof(struct access, list),
};
