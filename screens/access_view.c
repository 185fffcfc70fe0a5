#include "screens/access_view.h"

#include "api/base/clock.h"
#include "api/base/figure.h"
#include "api/base/tr.h"
#include "screens/answer.h"

#include <string.h>

enum { POINTER = 2, HELD_AT = 34, ROLE_AT = 49 }; /* columns */

/* --- who --- */

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
    bool otherwise = true; /* what it lacks comes from another role */
    char many[FIGURE_TEXT], few[FIGURE_TEXT];

    for (size_t i = 0; i < c->n_excess && i < NAMED; i++)
        str_printf(&more, "%s%s", i ? ", " : "", tr(c->excess[i]));
    for (size_t i = 0; i < c->n_lacks; i++) {
        str_printf(&less, "%s%s", i ? ", " : "", c->lacks[i]);
        otherwise = otherwise && !rights_lack(r, c->lacks[i]);
    }
    page_note(p,
              tr("It stays until somebody removes it, and gives %s permissions where narrow roles "
                 "give at most %s: it may also %s, and more."),
              figure_count(c->permissions, many), figure_count(c->narrow, few), str_text(&more));
    if (less.bytes && otherwise)
        page_note(p, tr("It lacks %s; another role gives it."), str_text(&less));
    else if (less.bytes)
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
    page_put(p, STYLE_HEADING, "%s", tr("Step"));
    page_tab(p, HELD_AT);
    page_put(p, STYLE_HEADING, "%s", tr("Permissions"));
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

void access_view_draw(const struct rights *r, const struct list *list, struct page *p)
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
    list_draw(list, &rows, p);
    page_gap(p);
    draw_permissions(r, (enum access_step)list->at, p);
}

/* --- while it is being asked --- */

static void draw_early_who(const struct rights_early *e, struct page *p)
{
    if (e->who_error)
        answer_error(p, e->who_error);
    else if (e->email == NULL)
        page_mark(p, MARK_RUNNING, "%s", tr("Asking who you are"));
    else
        page_mark(p, MARK_OK, "%s", e->email[0] ? e->email : tr("a login without an address"));
}

static void draw_early_broad(const struct rights_early *e, struct page *p)
{
    if (e->policy_error)
        page_mark(p, MARK_UNKNOWN, tr("who holds Editor and Owner is not known: %s"),
                  e->policy_error->why);
    else if (!e->policy)
        page_mark(p, MARK_RUNNING, "%s", tr("Asking who holds Owner and Editor"));
    else if (e->broad)
        page_mark(p, MARK_WARN, tr("You hold %s in %s; an expiry cannot be set on it"),
                  access_basic_name(e->basic), e->project);
    else
        page_mark(p, MARK_OK, "%s", tr("You hold neither Owner nor Editor yourself"));
}

/* What exists needs less: what lacks of all is no verdict yet. */
static void draw_early_held(const struct rights_early *e, struct page *p)
{
    if (e->held)
        page_mark(p, e->n_held == e->n_asked ? MARK_OK : MARK_RUNNING,
                  tr("%zu of %zu permissions are held that could be needed"), e->n_held,
                  e->n_asked);
    else
        page_mark(p, MARK_RUNNING, "%s", tr("Asking what you may do"));
    if (e->n_questions)
        page_mark(p, MARK_RUNNING, tr("Looking at what exists already, and needs less: %zu of %zu"),
                  e->n_answers, e->n_questions); /* some answers lead to another question */
}

void access_view_early(const struct rights_early *e, struct page *p)
{
    draw_early_who(e, p);
    draw_early_broad(e, p);
    draw_early_held(e, p);
}
