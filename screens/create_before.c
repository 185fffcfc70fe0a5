/* Create before the run: what was begun is taken up, the questions are asked, a look once more. */
#include "screens/answer.h"
#include "screens/create_inside.h"

#include "api/base/tr.h"
#include "api/plan/apply.h"
#include "api/plan/names.h"
#include "api/plan/record_left.h"

static bool wants_password(const struct journey *j)
{
    return apply_needs_password(j->plan) &&
           (secret_is_empty(j->live->db_password) || live_password_is_refused(j->live));
}

static void begin(struct create *self, struct journey *j)
{
    struct apply_options o = {.google = j->live->google,
                              .store = j->live->store,
                              .plan = j->plan,
                              .selection = &j->selection,
                              .agreed = true, /* by create_ask_consent, or nothing is changed */
                              .password = j->live->db_password};

    j->apply = apply(j->live->net, &o);
    self->running = true;
}

/* The cloud has ended what was begun here, and nobody was there to hear it: a run that finds all of
 * it there lets the journal know, and nothing is left unfinished for ever. */
bool create_before_settle(struct create *self, struct journey *j)
{
    struct err e;

    if (!record_left_over(j->live->store, &j->target, j->target.stream) ||
        !live_can_record(j->live, &e))
        return false;
    begin(self, j);
    return true;
}

void create_before_ask(struct create *self, struct journey *j)
{
    if (wants_password(j))
        password_ask_begin(&self->password, j);
    else if (!plan_changes_nothing(j->plan))
        create_ask_consent(&self->ask, j);
}

/* A start in the middle, or after a stop: the plan is made anew from what there is by now. The
 * choices come first; this step is entered anew when they are back. */
void create_before_resume(struct create *self, struct journey *j)
{
    struct planning_options o = journey_planning(j);

    task_clear(&self->resuming);
    if (!j->selection_ready)
        return;
    names_complete(&j->target);
    str_done(&self->left);
    record_left(j->live->store, &j->target, j->target.stream, &self->left);
    journey_fill_selection(j);
    self->resuming = planning(j->live->net, &o);
}

enum nav create_before_resumed(struct create *self, struct journey *j)
{
    journey_use_plan(j, self->resuming);
    task_clear(&self->resuming);
    if (j->plan->count[PLAN_BLOCKED] || j->plan->n_needs || j->plan->n_unacknowledged)
        return BACK; /* Review says what stands in the way */
    create_before_ask(self, j);
    return STAY;
}

/* What was shown must hold at the moment of the first write. */
void create_before_look(struct create *self, struct journey *j)
{
    struct planning_options o = journey_planning(j);
    struct err e;

    if (!live_can_record(j->live, &e)) {
        journey_say_err(j, &e);
        return;
    }
    task_clear(&self->looking);
    self->looking = planning(j->live->net, &o);
}

bool create_before_is_looking(const struct create *self)
{
    return self->looking && task_state(self->looking) == TASK_RUNNING;
}

enum nav create_before_looked(struct create *self, struct journey *j)
{
    bool holds = journey_plan_holds(j, self->looking);

    if (holds)
        begin(self, j);
    task_clear(&self->looking);
    return holds ? STAY : BACK;
}

/* What it was, and what it may come to. */
static void draw_left(const struct create *self, struct page *p)
{
    if (self->left.bytes)
        page_mark(p, MARK_WARN, "%s", self->left.text);
}

void create_before_draw(const struct create *self, const struct journey *j, struct page *p)
{
    if (self->resuming || j->plan == NULL) {
        page_heading(p, "%s", tr("Taking up what was begun"));
        page_text(p, "%s",
                  tr("The plan is made anew from what is in the cloud at this moment; then it goes "
                     "on."));
        draw_left(self, p);
        answered(p, j->selection_ready ? self->resuming : journey_catching_up(j),
                 j->selection_ready ? tr("Looking at how far it came")
                                    : tr("Bringing back what was chosen"));
    } else if (plan_changes_nothing(j->plan)) {
        page_heading(p, "%s", tr("Everything is there already"));
        page_text(p, "%s", tr("Nothing is to be made or changed. Enter shows the stream."));
        draw_left(self, p);
    } else if (password_ask_open(&self->password)) {
        password_ask_draw(&self->password, j, p);
    } else if (self->looking) {
        page_heading(p, "%s", tr("Ready"));
        answered(p, self->looking, tr("Looking once more before anything is written"));
    } else {
        draw_left(self, p);
        create_ask_steps(j->plan, p);
    }
}
