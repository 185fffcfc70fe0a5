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

bool run_view_was_stopped(const struct task *apply)
{
    size_t n;
    const struct apply_step *steps = apply_steps(apply, &n);

    for (size_t i = 0; i < n; i++)
        if (steps[i].state == APPLY_FAILED)
            return false;
    return task_state(apply) == TASK_FAILED && apply_is_finishing(apply);
}

static bool has_failed_step(const struct apply_step *steps, size_t n)
{
    while (n > 0 && steps[n - 1].state != APPLY_FAILED)
        n--;
    return n > 0;
}

/* What a step says of itself is not said twice. */
static void draw_failure(const struct task *apply, const struct apply_step *steps, size_t n,
                         struct page *p)
{
    if (run_view_was_stopped(apply))
        page_mark(p, MARK_WAITING, "%s", tr("Stopped, as you asked. Nothing failed."));
    else if (has_failed_step(steps, n))
        page_mark(p, MARK_FAIL, "%s", tr("Stopped: the step that failed says why."));
    else
        answer_error(p, task_error(apply));
    page_note(p, "%s",
              tr("What was made stays, the private connection above all. r goes on from here."));
}

static void draw_head(const struct task *apply, const struct apply_step *steps, size_t n,
                      struct page *p)
{
    size_t done = 0;
    char span[CLOCK_TEXT], left[CLOCK_TEXT];

    for (size_t i = 0; i < n; i++)
        done += steps[i].state == APPLY_DONE || steps[i].state == APPLY_KEPT;
    page_heading(p, tr("%zu of %zu steps done, %s"), done, n,
                 clock_span(task_elapsed_ms(apply) / 1000, span));
    switch (task_state(apply)) {
    case TASK_RUNNING:
        page_bar(p, "", done, n);
        page_text(p,
                  tr("The rest usually takes about %s. It is safe to close this: what was begun is "
                     "recorded, and "
                     "strom takes it up again."),
                  clock_span(apply_seconds_left(apply), left));
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

void run_view_draw(const struct task *apply, struct page *p)
{
    size_t n;
    const struct apply_step *steps = apply_steps(apply, &n);

    draw_head(apply, steps, n, p);
    for (size_t i = 0; i < n; i++) {
        draw_step(&steps[i], p);
        draw_validations(&steps[i], p);
    }
}
