#include "screens/run_view.h"

#include "api/base/clock.h"
#include "api/base/tr.h"
#include "api/plan/apply.h"
#include "api/plan/apply_remedy.h"
#include "screens/answer.h"

static enum mark mark_of(enum apply_state s)
{
    static const enum mark marks[] = {
        [APPLY_WAITING] = MARK_WAITING, [APPLY_RUNNING] = MARK_RUNNING,
        [APPLY_DONE] = MARK_OK,         [APPLY_KEPT] = MARK_OK,
        [APPLY_FAILED] = MARK_FAIL,     [APPLY_NOT_RUN] = MARK_BLOCKED};

    return marks[s];
}

static int64_t elapsed_ms(const struct apply_step *s)
{
    if (s->started_ms == 0)
        return 0;
    return (s->ended_ms ? s->ended_ms : clock_mono_ms()) - s->started_ms;
}

static void draw_step(const struct apply_step *s, struct page *p)
{
    enum { NAME_AT = 25, TIME_AT = 58, TIME_WIDTH = 20, NARROW_TIME = 12 }; /* columns */
    bool narrow = page_width(p) < TIME_AT + TIME_WIDTH;
    int time_at = narrow ? page_width(p) - NARROW_TIME : TIME_AT;
    char span[CLOCK_TEXT], usual[CLOCK_TEXT];

    page_put_mark(p, mark_of(s->state), false);
    page_put(p, STYLE_TEXT, " %s", tr(step_type(s->step)->title));
    page_tab(p, NAME_AT);
    page_put_until(p, STYLE_ACCENT, time_at, "%s", s->name);
    page_tab(p, time_at);
    switch (s->state) {
    case APPLY_KEPT:
        page_put(p, STYLE_MUTED, "%s", tr("was there"));
        break;
    case APPLY_RUNNING:
        clock_span(elapsed_ms(s) / 1000, span);
        if (narrow)
            page_put(p, STYLE_RUNNING, "%s", span);
        else
            page_put(p, STYLE_RUNNING, tr("%s of %s"), span,
                     clock_span(step_type(s->step)->usual_seconds, usual));
        break;
    case APPLY_DONE:
    case APPLY_FAILED:
        page_put(p, STYLE_MUTED, "%s", clock_span(elapsed_ms(s) / 1000, span));
        break;
    case APPLY_WAITING:
    case APPLY_NOT_RUN:
        break;
    }
    page_newline(p);
    if (s->state == APPLY_FAILED)
        answer_error(p, &s->error);
    else if ((s->state == APPLY_RUNNING || s->state == APPLY_WAITING) && apply_step_says(s)[0])
        page_note(p, "%s", apply_step_says(s));
}

static void draw_validations(const struct apply_step *s, struct page *p)
{
    for (size_t i = 0; i < s->n_validations; i++) {
        const struct google_validation *v = &s->validations[i];
        if (v->state != GOOGLE_VALIDATION_FAILED && v->state != GOOGLE_VALIDATION_WARNING)
            continue;
        page_mark(p, v->state == GOOGLE_VALIDATION_FAILED ? MARK_FAIL : MARK_WARN, "%s",
                  v->description);
        for (size_t m = 0; m < v->n_messages; m++)
            page_note(p, "%s", v->messages[m]);
        page_note(p, "→ %s", apply_remedy(v));
    }
}

bool run_view_has_failed_step(const struct task *apply)
{
    size_t n;
    const struct apply_step *steps = apply_steps(apply, &n);

    while (n > 0 && steps[n - 1].state != APPLY_FAILED)
        n--;
    return n > 0;
}

bool run_view_was_stopped(const struct task *apply)
{
    return task_state(apply) == TASK_FAILED && apply_is_finishing(apply) &&
           !run_view_has_failed_step(apply);
}

static bool is_over(const struct apply_step *s)
{
    return s->state == APPLY_DONE || s->state == APPLY_KEPT;
}

static bool is_there(const struct apply_step *steps, size_t n, enum step_id step)
{
    for (size_t i = 0; i < n; i++)
        if (steps[i].step == step && is_over(&steps[i]))
            return true;
    return false;
}

/* What a step says of itself is not said twice. */
static void draw_failure(const struct task *apply, const struct apply_step *steps, size_t n,
                         struct page *p)
{
    if (run_view_was_stopped(apply))
        page_mark(p, MARK_WAITING, "%s", tr("Stopped, as you asked. Nothing failed."));
    else if (run_view_has_failed_step(apply))
        page_mark(p, MARK_FAIL, "%s", tr("Stopped: the step that failed says why."));
    else
        answer_error(p, task_error(apply));
    page_note(
        p, "%s",
        is_there(steps, n, STEP_PRIVATE_CONNECTION)
            ? tr("What was made stays, the private connection above all. r goes on from here.")
            : tr("What was made stays. r goes on from here."));
}

/* What runs has its time still, however little is wanted of it. */
static void draw_finishing(const struct apply_step *steps, size_t n, struct page *p)
{
    int most = 0;
    char left[CLOCK_TEXT];

    for (size_t i = 0; i < n; i++) {
        int rest = apply_step_seconds_left(&steps[i], clock_mono_ms());
        if (steps[i].state == APPLY_RUNNING && rest > most)
            most = rest;
    }
    page_text(p,
              tr("Stopping, as you asked: nothing more is begun. What runs is waited for; that "
                 "usually takes %s more."),
              clock_about(most, left));
}

static void draw_head(const struct task *apply, const struct apply_step *steps, size_t n,
                      struct page *p)
{
    size_t done = 0;
    char span[CLOCK_TEXT], left[CLOCK_TEXT];

    for (size_t i = 0; i < n; i++)
        done += is_over(&steps[i]);
    page_heading(p, tr("%zu of %zu steps done, %s"), done, n,
                 clock_span(task_elapsed_ms(apply) / 1000, span));
    switch (task_state(apply)) {
    case TASK_RUNNING:
        page_share(p, apply_percent(apply)); /* of the time; steps are counted above */
        if (apply_is_finishing(apply))
            draw_finishing(steps, n, p);
        else
            page_text(
                p,
                tr("The rest usually takes about %s. It is safe to close this: what was begun is "
                   "recorded, and "
                   "strom takes it up again."),
                clock_about(apply_seconds_left(apply), left));
        break;
    case TASK_OK:
        page_mark(p, MARK_OK, "%s", tr("The stream runs. Enter shows the backfill."));
        break;
    case TASK_FAILED:
        draw_failure(apply, steps, n, p);
        break;
    }
    if (apply_took_over(apply)[0])
        page_note(p, "%s", apply_took_over(apply));
    page_gap(p);
}

static bool is_shown(const struct apply_step *s, bool waits)
{
    bool at_rest = s->state == APPLY_WAITING || s->state == APPLY_NOT_RUN;

    return !is_over(s) && at_rest == waits;
}

static void draw_one(const struct apply_step *s, struct page *p)
{
    draw_step(s, p);
    draw_validations(s, p);
}

/* Nothing can be scrolled here: where there is no room for all, what runs or failed goes first. */
static void draw_short(const struct apply_step *steps, size_t n, struct page *p)
{
    size_t over = 0;

    for (size_t i = 0; i < n; i++)
        over += is_over(&steps[i]);
    page_mark(p, MARK_OK, over == 1 ? tr("%zu step is done") : tr("%zu steps are done"), over);
    for (size_t i = 0; i < n; i++)
        if (is_shown(&steps[i], false))
            draw_one(&steps[i], p);
    for (size_t i = 0; i < n; i++)
        if (is_shown(&steps[i], true))
            draw_one(&steps[i], p);
}

/* A line each, and what is said of those that run or failed; an error has about four. */
static bool is_long(const struct apply_step *steps, size_t n, const struct page *p)
{
    enum { ERROR_LINES = 4 };
    size_t lines = n;

    for (size_t i = 0; i < n; i++)
        lines += steps[i].state == APPLY_FAILED
                     ? ERROR_LINES + 2 * steps[i].n_validations
                     : apply_step_says(&steps[i])[0] && !is_over(&steps[i]);
    return lines > (size_t)page_room(p);
}

void run_view_draw(const struct task *apply, struct page *p)
{
    size_t n;
    const struct apply_step *steps = apply_steps(apply, &n);

    draw_head(apply, steps, n, p);
    if (is_long(steps, n, p) && task_state(apply) != TASK_OK) {
        draw_short(steps, n, p);
        return;
    }
    for (size_t i = 0; i < n; i++)
        draw_one(&steps[i], p);
}
