#include "screens/access_change.h"

#include "api/base/clock.h"
#include "api/base/tr.h"
#include "screens/grants.h"
#include "tui/key.h"

const struct choice_item access_change_spans[ACCESS_SPANS] = {
    {"1 h", NULL, false}, {"2 h", NULL, false}, {"4 h", NULL, false}, {"8 h", NULL, false}};
static const int64_t span_s[ACCESS_SPANS] = {3600, ACCESS_USUAL_S, INT64_C(4) * 3600,
                                             INT64_C(8) * 3600};
enum { USUAL = 1 };

/* --- what would be --- */

static const char *what(const struct journey *j)
{
    return j->target.app[0] ? j->target.app : j->target.project;
}

static bool show_edit(struct access_change_view *v, struct journey *j,
                      const struct access_change *changes, size_t n)
{
    struct str after = {0};
    struct err e;
    enum policy_edit edit = access_edit(v->r->policy->text, changes, n, &after, &e);

    str_clear(&v->text);
    if (edit == POLICY_CHANGED)
        policy_diff(&v->text, v->r->project, v->r->policy->text, str_text(&after));
    str_done(&after);
    if (edit == POLICY_FAILED)
        journey_say_err(j, &e);
    else if (edit == POLICY_SAME)
        journey_say(j, MARK_NONE, "%s", tr("nothing of it is in the policy"));
    return edit == POLICY_CHANGED;
}

static void fill_until(struct access_change_view *v)
{
    v->until = clock_wall() + span_s[v->how_long.at];
}

static bool prepare_grant(struct access_change_view *v, struct journey *j)
{
    fill_until(v);
    v->grant = (struct access_grant_order){.google = j->live->google,
                                           .store = j->live->store,
                                           .project = v->r->project,
                                           .member = v->r->member,
                                           .what = what(j),
                                           .roles = v->r->narrow.roles,
                                           .n_roles = v->r->narrow.n_roles,
                                           .until = v->until};
    v->grant.brings = rights_brings(v->r, &v->mem, &v->grant.n_brings);
    return show_edit(v, j, access_grant_changes(&v->mem, &v->grant), v->grant.n_roles);
}

static bool prepare_request(struct access_change_view *v)
{
    fill_until(v);
    str_clear(&v->text);
    access_request(&v->text, v->r->project, v->r->member[0] ? v->r->member : "user:you@example.com",
                   v->r->narrow.roles, v->r->narrow.n_roles, v->until);
    return true;
}

static bool prepare_drop(struct access_change_view *v, struct journey *j)
{
    bool broad = v->kind == CHANGE_BROAD;
    const struct grant_row *rows = NULL;
    size_t n_rows = 0, n;
    struct err e;

    v->drop = (struct access_drop_order){.google = j->live->google,
                                         .store = j->live->store,
                                         .project = v->r->project,
                                         .member = v->r->member,
                                         .ours = !broad,
                                         .editor = broad && v->r->holders.self_editor,
                                         .owner = broad && v->r->holders.self_owner,
                                         .only_by_basic = v->r->only_by_basic};
    if (!grants_open(j->live->store, v->r->project, &v->mem, &rows, &n_rows, &e))
        n_rows = 0;
    const struct access_change *changes =
        access_drop_changes(&v->mem, &v->drop, v->r->policy, rows, n_rows, &n);
    return show_edit(v, j, changes, n);
}

static bool prepare_change(struct access_change_view *v, struct journey *j)
{
    return v->kind == CHANGE_GRANT     ? prepare_grant(v, j)
           : v->kind == CHANGE_REQUEST ? prepare_request(v)
                                       : prepare_drop(v, j);
}

bool access_change_open(struct access_change_view *v, struct journey *j, const struct rights *r,
                        enum change_kind kind)
{
    access_change_close(v);
    v->kind = kind;
    v->r = r;
    v->how_long.at = USUAL;
    if (prepare_change(v, j))
        return true;
    access_change_close(v);
    return false;
}

void access_change_close(struct access_change_view *v)
{
    task_clear(&v->task);
    str_done(&v->text);
    arena_done(&v->mem);
    *v = (struct access_change_view){0};
}

bool access_change_runs(const struct access_change_view *v)
{
    return v->task && task_state(v->task) == TASK_RUNNING;
}

bool access_change_waits(const struct access_change_view *v)
{
    return v->kind != CHANGE_NONE && v->kind != CHANGE_REQUEST && v->task == NULL;
}

/* --- carrying it out --- */

static void carry_out(struct access_change_view *v, struct journey *j)
{
    struct err e;

    if (!live_can_record(j->live, &e)) {
        journey_say_err(j, &e);
        return;
    }
    v->told = false;
    v->task = v->kind == CHANGE_GRANT ? access_grant(j->live->net, &v->grant)
                                      : access_drop(j->live->net, &v->drop);
}

static void ask_for_name(struct access_change_view *v, struct journey *j)
{
    static const struct dialog_option options[] = {{'k', "keep it", false},
                                                   {'t', "take it away", true}};

    dialog_open(&v->dialog, tr("Take it away?"),
                tr("What only this role gives is gone then, here and everywhere in the project. "
                   "Somebody else must give it back."),
                options, 2, 0);
    dialog_confirm_name(&v->dialog, v->r->project);
    j->discard_input = true;
}

static void go(struct access_change_view *v, struct journey *j)
{
    if (v->kind == CHANGE_BROAD)
        ask_for_name(v, j);
    else
        carry_out(v, j);
}

static void dialog_went(struct access_change_view *v, struct journey *j, int key)
{
    if (dialog_key(&v->dialog, key) == 1)
        carry_out(v, j);
}

bool access_change_key(struct access_change_view *v, struct journey *j, int key)
{
    if (v->dialog.open) {
        dialog_went(v, j, key);
        return true;
    }
    if (v->kind == CHANGE_GRANT && v->task == NULL &&
        choice_line_key(&v->how_long, access_change_spans, ACCESS_SPANS, key)) {
        prepare_grant(v, j);
        return true;
    }
    if (diff_key(&v->diff, str_text(&v->text), key))
        return true;
    if (key == TUI_ENTER && access_change_waits(v)) {
        go(v, j);
        return true;
    }
    return key != TUI_ESC && key != TUI_ENTER;
}

/* --- how it ended --- */

static void say_granted(const struct access_change_view *v, struct journey *j)
{
    char text[CLOCK_TEXT];

    size_t works = access_grant_works(v->task);

    if (works < v->grant.n_brings)
        journey_say(j, MARK_WARN,
                    tr("granted until %s; permissions that do not work yet: %zu; r asks again"),
                    clock_moment(v->until, text), v->grant.n_brings - works);
    else
        journey_say(j, MARK_OK,
                    works ? tr("granted until %s, and it works") : tr("granted until %s"),
                    clock_moment(v->until, text));
}

static void say_dropped(const struct access_change_view *v, struct journey *j)
{
    const struct access_dropped *d = access_drop_result(v->task);

    if (d->n_held)
        journey_say(j, MARK_WARN, tr("gone from the policy; still held through something else: %s"),
                    d->held[0]);
    else if (d->n_tested)
        journey_say(j, MARK_OK, "%s",
                    tr("gone: the policy was read again, and the permissions are not held"));
    else
        journey_say(j, MARK_OK, "%s", tr("gone: the policy was read again"));
}

/* The difference as it was made, which somebody else's change may have moved. */
static void show_made(struct access_change_view *v)
{
    bool grants = v->kind == CHANGE_GRANT;
    const char *before = grants ? access_grant_before(v->task) : access_drop_before(v->task);
    const char *after = grants ? access_grant_after(v->task) : access_drop_after(v->task);

    if (before == NULL || after == NULL)
        return;
    str_clear(&v->text);
    policy_diff(&v->text, v->r->project, before, after);
}

bool access_change_news(struct access_change_view *v, struct journey *j)
{
    if (v->task == NULL || v->told)
        return false;
    if (task_state(v->task) == TASK_RUNNING) {
        grants_look(j->live);
        return false;
    }
    v->told = true;
    grants_look(j->live);
    if (task_state(v->task) == TASK_FAILED)
        return true;
    show_made(v);
    if (v->kind == CHANGE_GRANT)
        say_granted(v, j);
    else
        say_dropped(v, j);
    return true;
}
