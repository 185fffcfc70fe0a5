/* Manage, as it is seen: what can be done, what it would mean, and how it goes. */
#include "screens/answer.h"
#include "screens/manage_inside.h"

#include "api/base/clock.h"
#include "api/base/tr.h"
#include "api/plan/apply_remedy.h"

#include <string.h>

enum { WHAT_AT = 24, MEANS = 11 };

size_t manage_rows(const struct manage *self)
{
    return self->begun ? PLANS : ALTERS;
}

const struct alter_plan *manage_row(const struct manage *self, size_t row)
{
    return &self->plans[!self->begun ? row : row == 0 ? BEGUN : row - 1];
}

const struct alter_plan *manage_chosen(const struct manage *self)
{
    return self->planned && self->list.at < manage_rows(self) ? manage_row(self, self->list.at)
                                                              : NULL;
}

/* --- the list --- */

/* Of what it is about, where it is about something. */
static const char *subject(const struct alter_plan *p)
{
    if (p->kind == ALTER_SLOT && p->n_calls)
        for (size_t i = 0; i < p->n_calls; i++)
            if (p->calls[i].verb == ALTER_CALL_SLOT)
                return p->calls[i].value;
    if (p->kind == ALTER_HOST && p->n_calls && p->calls[0].value)
        return p->calls[0].value;
    if ((p->kind == ALTER_BACKFILL || p->kind == ALTER_STOP) && p->n_calls)
        return p->n_calls > 1 ? tr("all tables") : p->calls[0].name;
    return "";
}

static void put_begun(const struct alter_plan *plan, struct page *p)
{
    const char *about = subject(plan);

    page_put_mark(p, MARK_WARN, false);
    page_put(p, STYLE_TEXT, " %s", tr(alter_type(plan->kind)->title));
    page_tab(p, WHAT_AT);
    if (*about)
        page_put(p, STYLE_ACCENT, "%s: ", about);
    page_put(p, STYLE_WARN, "%s",
             plan->undo ? tr("was being put back, and that did not end")
                        : tr("was begun, and did not end"));
}

static void put_row(const void *ctx, size_t i, struct page *p)
{
    const struct manage *self = ctx;
    const struct alter_plan *plan = manage_row(self, i);
    bool can = plan->possible && !plan->nothing;
    const char *about = subject(plan);

    if (plan == &self->plans[BEGUN]) {
        put_begun(plan, p);
        return;
    }
    page_put_mark(p, can ? MARK_NONE : plan->nothing ? MARK_OK : MARK_BLOCKED, false);
    page_put(p, can ? STYLE_TEXT : STYLE_MUTED, " %s", tr(alter_type(plan->kind)->title));
    page_tab(p, WHAT_AT);
    if (!plan->possible)
        page_put(p, STYLE_MUTED, "%s", plan->why.why);
    else if (plan->nothing)
        page_put(p, STYLE_MUTED, "%s",
                 plan->n_calls && plan->calls[0].done ? plan->calls[0].done
                                                      : tr("it is so already"));
    else
        page_put(p, *about ? STYLE_ACCENT : STYLE_MUTED, "%s",
                 *about ? about : tr(alter_type(plan->kind)->explain));
}

/* --- what it would mean --- */

static void draw_call(const struct alter_call *c, struct page *p)
{
    const char *path = c->path ? strstr(c->path, "/locations/") : NULL,
               *verb = c->path ? strrchr(c->path, ':') : NULL;

    if (path)
        path = strchr(path + strlen("/locations/"), '/');
    if (c->done)
        page_note(p, "= %s: %s", c->name, c->done);
    else if (c->table && verb) /* its object has no name that tells anything */
        page_note(p, "%s …/objects/%s%s", c->method, c->name, verb);
    else if (c->method)
        page_note(p, "%s %s %s", c->method, path ? path + 1 : c->path, c->body);
    else
        page_note(p, tr("until %s is %s"), c->name, c->value);
}

static void draw_lines(const struct alter_plan *plan, enum alter_said said, struct page *p)
{
    enum style style = said == ALTER_LOSES ? STYLE_WARN : STYLE_TEXT;

    for (size_t i = 0; i < plan->n_lines; i++)
        if (plan->lines[i].said == said)
            page_styled(p, style, "%s: %s", tr(alter_said_title(said)), plan->lines[i].text);
}

static void draw_plan(const struct alter_plan *plan, struct page *p)
{
    static const enum alter_said order[] = {ALTER_LOSES, ALTER_COPIES, ALTER_STAYS, ALTER_AFTER};

    page_text(p, "%s: %s", tr(alter_type(plan->kind)->title), tr(alter_type(plan->kind)->explain));
    if (!plan->possible) {
        page_mark(p, MARK_BLOCKED, "%s", plan->why.why);
        page_note(p, "→ %s", plan->why.hint);
    }
    if (plan->going_on)
        page_mark(p, MARK_WARN, "%s", plan->going_on);
    if (plan->named)
        page_mark(p, MARK_WARN,
                  tr("%s: its code must say the same, or the next run of Terraform "
                     "undoes it (y copies the change)"),
                  plan->seen->maker);
    draw_lines(plan, ALTER_NEEDS, p);
    if (plan->migration)
        page_lines(p, STYLE_MUTED, plan->migration);
    for (size_t i = 0; i < sizeof order / sizeof *order && !plan->nothing; i++)
        draw_lines(plan, order[i], p);
    for (size_t i = 0; i < plan->n_calls && (plan->possible || plan->migration); i++)
        draw_call(&plan->calls[i], p);
    if (plan->hcl)
        page_lines(p, STYLE_MUTED, plan->hcl);
}

/* A migration and Terraform's code are longer than the pane: Tab leads into it. */
static void draw_meaning(const struct manage *self, struct page *p)
{
    struct scroll_part part = scroll_begin(&self->meaning, p);

    draw_plan(manage_row(self, self->list.at), p);
    scroll_end(&self->meaning, p, &part);
}

/* --- how it goes --- */

static enum mark mark_of(enum alter_state s)
{
    static const enum mark marks[] = {
        [ALTER_WAITING] = MARK_WAITING, [ALTER_RUNNING] = MARK_RUNNING,
        [ALTER_DONE] = MARK_OK,         [ALTER_KEPT] = MARK_OK,
        [ALTER_FAILED] = MARK_FAIL,     [ALTER_NOT_RUN] = MARK_BLOCKED};

    return marks[s];
}

static const char *verb_words(enum alter_verb v)
{
    static const char *const words[] = {
        [ALTER_CALL_PAUSE] = "Pause",        [ALTER_CALL_SLOT] = "Another slot",
        [ALTER_CALL_START] = "Start",        [ALTER_CALL_RECOVER] = "Recover",
        [ALTER_CALL_PROFILE] = "Profile",    [ALTER_CALL_AWAIT] = "Wait",
        [ALTER_CALL_BACKFILL] = "Copy anew", [ALTER_CALL_STOP] = "Stop the copy"};

    return words[v];
}

static void draw_validation(const struct alter_step *s, const struct google_validation *v,
                            struct page *p)
{
    for (size_t k = 0; k < v->n_messages; k++)
        if (alter_says_more(s, v, k)) {
            page_note(p, "%s: %s", v->description, v->messages[k]);
            page_note(p, "→ %s", apply_remedy(v));
        }
}

static void draw_step(const struct alter_call *c, const struct alter_step *s, struct page *p)
{
    char span[CLOCK_TEXT];
    int64_t ms = s->started_ms ? (s->ended_ms ? s->ended_ms : clock_mono_ms()) - s->started_ms : 0;

    page_put_mark(p, mark_of(s->state), false);
    page_put(p, STYLE_TEXT, " %s", tr(verb_words(c->verb)));
    page_tab(p, WHAT_AT);
    page_put(p, STYLE_ACCENT, "%s", c->name);
    if (ms >= 1000)
        page_put_right(p, STYLE_MUTED, "%s", clock_span(ms / 1000, span));
    page_newline(p);
    if (s->message[0] && s->state != ALTER_FAILED) /* the error below says it */
        page_note(p, "%s", s->message);
    for (size_t i = 0; i < s->n_validations; i++)
        draw_validation(s, &s->validations[i], p);
}

static void draw_run(const struct manage *self, struct page *p)
{
    const struct alter_plan *plan = self->run;
    size_t n;
    const struct alter_step *steps = alter_steps(self->running, &n);

    page_heading(p, "%s: %s", tr(alter_type(plan->kind)->title), plan->seen->stream);
    if (plan->undo)
        page_note(p, "%s", tr("putting back what this run has changed"));
    if (alter_took_over(self->running)[0])
        page_note(p, "%s", alter_took_over(self->running));
    page_gap(p);
    for (size_t i = 0; i < n; i++)
        draw_step(&plan->calls[i], &steps[i], p);
    page_gap(p);
    if (task_state(self->running) == TASK_RUNNING) {
        page_text(p, "%s",
                  tr("Each is seen to have taken effect before the next is asked for. Leaving is "
                     "safe: the same goes on where it stopped."));
        return;
    }
    if (task_state(self->running) == TASK_FAILED) {
        answer_error(p, task_error(self->running));
        page_note(p, "%s", tr("r looks again; the same goes on from where it stopped"));
        return;
    }
    page_mark(p, MARK_OK, "%s",
              plan->undo ? tr("it was put back: the stream is as it was before")
                         : tr("Done, and it has taken effect. Enter: back to Monitor."));
    draw_lines(plan, ALTER_AFTER, p);
}

/* --- the page --- */

void manage_question(const struct alter_plan *p, struct str *out)
{
    static const enum alter_said order[] = {ALTER_LOSES, ALTER_COPIES, ALTER_STAYS};
    size_t writes = 0;

    if (p->going_on)
        str_printf(out, "%s. ", p->going_on);
    for (size_t i = 0; i < p->n_calls; i++)
        writes += p->calls[i].done == NULL && p->calls[i].method;
    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        for (size_t i = 0; i < p->n_lines; i++)
            if (p->lines[i].said == order[k])
                str_printf(out, "%s: %s. ", tr(alter_said_title(order[k])), p->lines[i].text);
    str_printf(out, writes == 1 ? tr("%zu call to Google.") : tr("%zu calls to Google."), writes);
}

void manage_draw(const void *ctx, const struct journey *j, struct page *p)
{
    const struct manage *self = ctx;
    struct list_rows rows = {.n = manage_rows(self),
                             .ctx = self,
                             .put = put_row,
                             .height = (int)manage_rows(self),
                             .blurred = self->reads};

    if (self->writing) {
        manage_write_draw(self, p);
    } else if (self->running) {
        draw_run(self, p);
    } else if (password_ask_open(&self->password)) {
        password_ask_draw(&self->password, j, p);
    } else if (!self->planned) {
        page_heading(p, "%s", j->target.stream);
        answered(p, self->looking, tr("Looking at the stream, its tables and the slot"));
    } else {
        const struct alter_seen *seen = self->plans[0].seen;
        page_heading(p, "%s: %s", seen->stream, seen->state);
        page_split_lines(p, 50, MEANS);
        list_draw(&self->list, &rows, p);
        page_next_pane(p);
        if (self->reads)
            page_cursor(p);
        draw_meaning(self, p);
        page_join(p);
    }
    if (self->dialog.open)
        dialog_draw(&self->dialog, p);
}
