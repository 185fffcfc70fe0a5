#include "screens/access_change.h"

#include "api/base/clock.h"
#include "api/base/figure.h"
#include "api/base/tr.h"
#include "screens/answer.h"

#include <string.h>

enum { ROOMY_ROWS = 20 };

/* Before the policy's own words: what they come to. */
static void draw_roles(const struct rights *r, struct page *p)
{
    struct str names = {0};

    for (size_t i = 0; i < r->narrow.n_roles; i++) {
        const char *role = r->narrow.roles[i];
        str_printf(&names, "%s%s", i ? ", " : "",
                   str_starts(role, "roles/") ? role + strlen("roles/") : role);
    }
    if (names.bytes)
        page_note(p, "%s", str_text(&names));
    str_done(&names);
}

/* Whoever takes it away first may not go on. */
static void draw_without(const struct access_change_view *v, struct page *p)
{
    if (v->task == NULL && v->r->narrow.n_lacks)
        page_mark(p, MARK_WARN,
                  tr("Without it the steps ahead lack %zu permissions: narrow roles (n) first"),
                  v->r->narrow.n_lacks);
    else if (v->task == NULL)
        page_mark(p, MARK_OK, "%s", tr("What the steps ahead need is held without it"));
}

static void draw_grant_head(const struct access_change_view *v, struct page *p)
{
    enum access_basic instead = v->r->broad ? v->r->basic : ACCESS_EDITOR;
    char many[FIGURE_TEXT], few[FIGURE_TEXT];
    int permissions = 0;

    for (size_t i = 0; i < v->r->narrow.n_roles; i++)
        permissions += access_role_permissions(v->r->narrow.roles[i]);
    page_heading(p, "%s", tr("Narrow roles for a while"));
    page_text(p, tr("%s in %s: %zu roles, at most %s permissions (%s: %s)"), v->r->email,
              v->r->project, v->r->narrow.n_roles, figure_count(permissions, few),
              access_basic_name(instead),
              figure_count(access_role_permissions(access_basic_role(instead)), many));
    if (page_rows(p) >= ROOMY_ROWS)
        draw_roles(v->r, p);
    if (v->task == NULL)
        choice_line(&v->how_long, tr("How long"), access_change_spans, ACCESS_SPANS, true, p);
}

static void draw_head(const struct access_change_view *v, struct page *p)
{
    switch (v->kind) {
    case CHANGE_NONE:
        break;
    case CHANGE_GRANT:
        draw_grant_head(v, p);
        break;
    case CHANGE_REQUEST:
        page_heading(p, "%s", tr("Roles to ask for"));
        page_text(p, "%s",
                  tr("You may not change the project's policy. Send this to one who may:"));
        for (size_t i = 0; i < v->r->n_setters && i < 3; i++)
            page_note(p, "%s", v->r->setters[i]);
        break;
    case CHANGE_DROP:
        page_heading(p, "%s", tr("Take away what strom granted"));
        break;
    case CHANGE_BROAD:
        page_heading(p, tr("Take %s away"), access_basic_name(v->r->basic));
        draw_without(v, p);
        break;
    }
}

static enum mark phase_mark(enum access_phase at, enum access_phase now)
{
    return now > at ? MARK_OK : now == at ? MARK_RUNNING : MARK_WAITING;
}

static void draw_progress(const struct access_change_view *v, struct page *p)
{
    bool grants = v->kind == CHANGE_GRANT;
    enum access_phase now = grants ? access_grant_phase(v->task) : access_drop_phase(v->task);
    char span[CLOCK_TEXT];

    if (grants)
        page_mark(p, phase_mark(ACCESS_RECORDING, now), "%s",
                  tr("recorded here, so that it is taken away whatever happens"));
    page_mark(p, phase_mark(ACCESS_WRITING, now < ACCESS_WRITING ? ACCESS_WRITING : now), "%s",
              tr("the project's policy"));
    if (!grants)
        page_mark(p, phase_mark(ACCESS_TESTING, now), "%s",
                  tr("works no longer: asked until Google acts on it, usually some minutes"));
    else if (v->grant.n_brings)
        page_mark(p, phase_mark(ACCESS_TESTING, now),
                  tr("works: %zu of %zu permissions are held; usually some minutes"),
                  access_grant_works(v->task), v->grant.n_brings);
    else
        page_mark(p, MARK_UNKNOWN,
                  tr("%s hides whether it works: take that away, and it is tested"),
                  access_basic_name(v->r->basic));
    page_note(p, "%s", clock_span(task_elapsed_ms(v->task) / 1000, span));
}

void access_change_draw(const struct access_change_view *v, struct page *p)
{
    draw_head(v, p);
    if (v->task && task_state(v->task) == TASK_FAILED)
        answer_error(p, task_error(v->task));
    else if (v->task)
        draw_progress(v, p);
    page_gap(p);
    diff_draw(&v->diff, str_text(&v->text), v->kind != CHANGE_REQUEST, p);
    if (v->dialog.open)
        dialog_draw(&v->dialog, p);
}
