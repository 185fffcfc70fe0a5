/* Create: each step with its state, elapsed and usual time. It is safe to leave: the cloud goes on.
 *
 *    6 of 13 done, 1 min 12 s; usually about 5 min 20 s
 *
 *    ✔ Network              datastream-vpc          21 s
 *    ⣾ Private connection   datastream-connection   41 s   usually 3 min
 *    · Source profile       postgres-postmottak
 */
#include "screens/answer.h"
#include "screens/journey.h"
#include "screens/steps.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/nais/lookups.h"
#include "api/plan/apply.h"
#include "tui/dialog.h"
#include "tui/field.h"
#include "tui/key.h"

#include <stdio.h>
#include <string.h>

enum asking { ASKING_NOTHING, ASKING_CONSENT, ASKING_INTERRUPT };
enum { PASSWORD = 256, TICK_MS = 1000 };

struct create {
    enum asking asking;
    struct dialog dialog;
    char question[512];
    struct field field; /* the database user's password, where it is not known */
    char password[PASSWORD];
    bool needs_password;
    struct task *secret; /* the platform may know it: asked before the person is */
    bool running;        /* as seen by the last event: the bell rings once */
};

static void consent(struct create *self, struct journey *j)
{
    static const struct dialog_option options[] = {{'n', "not yet", false}, {'c', "create", false}};
    char span[CLOCK_TEXT];

    snprintf(self->question, sizeof self->question,
             tr("%zu things will be made in %s and the stream will be started. It usually takes "
                "about %s."),
             j->plan->count[PLAN_CREATE] + j->plan->count[PLAN_UPDATE], j->target.project,
             clock_span(plan_usual_seconds(j->plan), span));
    dialog_open(&self->dialog, tr("Create now?"), self->question, options, 2, 0);
    self->asking = ASKING_CONSENT;
    j->discard_input = true;
}

static bool wants_password(const struct journey *j)
{
    const struct plan_action *a = plan_action(j->plan, STEP_SOURCE_PROFILE);

    return a && a->verb == PLAN_CREATE && secret_is_empty(j->live->db_password);
}

/* Since Connect the manifest may have been deployed: the cluster is asked afresh. */
static void find_password(struct create *self, struct journey *j)
{
    if (j->live->cluster && j->target.app[0])
        self->secret = nais_source(j->live->cluster, j->target.app, j->target.instance,
                                   j->target.db_user);
    else
        self->needs_password = true;
}

static void take_secret(struct create *self, struct journey *j)
{
    if (self->secret == NULL || task_state(self->secret) == TASK_RUNNING)
        return;
    if (task_state(self->secret) == TASK_OK && nais_source_password(self->secret)) {
        j->live->db_password = secret_dup(nais_source_password(self->secret));
        consent(self, j);
    } else {
        self->needs_password = true;
    }
    task_clear(&self->secret);
}

static void enter(void *ctx, struct journey *j)
{
    struct create *self = ctx;

    field_init(&self->field, self->password, sizeof self->password);
    self->field.secret = true;
    if (j->plan == NULL || j->apply) /* resumed, or a run is under way already */
        return;
    if (wants_password(j))
        find_password(self, j);
    else if (!plan_changes_nothing(j->plan))
        consent(self, j);
}

static void begin(struct create *self, struct journey *j)
{
    struct apply_options o = {.google = j->live->google,
                              .store = j->live->store,
                              .plan = j->plan,
                              .selection = &j->selection,
                              .password = j->live->db_password};

    struct err e;

    if (!live_can_record(j->live, &e)) {
        journey_say_err(j, &e);
        return;
    }
    task_clear(&j->apply);
    j->apply = apply(j->live->net, &o);
    self->running = true;
}

/* --- drawing -------------------------------------------------------------------------------------
 */

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
    char span[CLOCK_TEXT], usual[CLOCK_TEXT];

    page_put_mark(p, mark_of(s->state), false);
    page_put(p, STYLE_TEXT, " %s", tr(step_type(s->step)->title));
    page_tab(p, 25);
    page_put(p, STYLE_ACCENT, "%s", s->name);
    page_tab(p, 58);
    switch (s->state) {
    case APPLY_KEPT:
        page_put(p, STYLE_MUTED, "%s", tr("was there"));
        break;
    case APPLY_RUNNING:
        page_put(p, STYLE_RUNNING, tr("%s of %s"), clock_span(elapsed_ms(s) / 1000, span),
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
    else if (s->state == APPLY_RUNNING && s->message[0])
        page_note(p, "%s", s->message);
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
    }
}

static void draw_head(const struct journey *j, const struct apply_step *steps, size_t n,
                      struct page *p)
{
    size_t done = 0;
    char span[CLOCK_TEXT], left[CLOCK_TEXT];

    for (size_t i = 0; i < n; i++)
        done += steps[i].state == APPLY_DONE || steps[i].state == APPLY_KEPT;
    page_heading(p, tr("%zu of %zu steps done, %s"), done, n,
                 clock_span(task_elapsed_ms(j->apply) / 1000, span));
    switch (task_state(j->apply)) {
    case TASK_RUNNING:
        page_bar(p, "", done, n);
        page_text(p,
                  tr("The rest usually takes about %s. It is safe to close this: what was begun is "
                     "recorded, and "
                     "strom takes it up again."),
                  clock_span(apply_seconds_left(j->apply), left));
        break;
    case TASK_OK:
        page_mark(p, MARK_OK, "%s", tr("The stream runs. Enter shows the backfill."));
        break;
    case TASK_FAILED:
        page_mark(p, MARK_FAIL, "%s: %s", task_error(j->apply)->what, task_error(j->apply)->why);
        page_note(p, "%s", task_error(j->apply)->hint);
        page_note(
            p, "%s",
            tr("What was made stays, the private connection above all. r goes on from here."));
        break;
    }
    page_gap(p);
}

static void draw_before(const struct create *self, const struct journey *j, struct page *p)
{
    struct field_look look = {.label = tr("Password"), .focus = true};

    if (j->plan == NULL) {
        page_heading(p, "%s", tr("Nothing to carry out yet"));
        page_text(p, "%s",
                  tr("Esc goes back to Review: the plan is made from what is in the cloud at this "
                     "moment."));
    } else if (plan_changes_nothing(j->plan)) {
        page_heading(p, "%s", tr("Everything is there already"));
        page_text(p, "%s", tr("Nothing is to be made or changed. Enter shows the stream."));
    } else if (self->secret) {
        page_heading(p, tr("The password of %s"), j->target.db_user);
        answered(p, self->secret, tr("Asking the cluster for it"));
    } else if (self->needs_password) {
        page_heading(p, tr("The password of %s"), j->target.db_user);
        page_text(p, "%s",
                  tr("Datastream logs in to the database with it. It is sent to Google once and "
                     "kept nowhere "
                     "here. You find it in the secret that the platform made for this user."));
        field_draw(&self->field, &look, p);
    } else {
        page_heading(p, "%s", tr("Ready"));
        page_text(p, "%s", tr("Enter asks once more and begins."));
    }
}

static void draw(const void *ctx, const struct journey *j, struct page *p)
{
    const struct create *self = ctx;
    const struct apply_step *steps;
    size_t n;

    if (j->apply) {
        steps = apply_steps(j->apply, &n);
        draw_head(j, steps, n, p);
        for (size_t i = 0; i < n; i++) {
            draw_step(&steps[i], p);
            draw_validations(&steps[i], p);
        }
    } else {
        draw_before(self, j, p);
    }
    if (self->dialog.open)
        dialog_draw(&self->dialog, p);
}

/* --- keys ----------------------------------------------------------------------------------------
 */

static void ask_interrupt(struct create *self)
{
    static const struct dialog_option options[] = {{'s', "stay", false},
                                                   {'d', "detach: leave, the cloud goes on", false},
                                                   {'t', "stop after the steps that run", false}};

    dialog_open(
        &self->dialog, tr("Interrupt?"),
        tr("What was begun goes on in the cloud whatever you choose, and is recorded here."),
        options, 3, 0);
    self->asking = ASKING_INTERRUPT;
}

static enum nav answer(struct create *self, struct journey *j, int chosen)
{
    enum asking asked = self->asking;

    self->asking = ASKING_NOTHING;
    if (asked == ASKING_CONSENT && chosen == 1)
        begin(self, j);
    if (asked == ASKING_INTERRUPT && chosen == 1) {
        task_clear(&j->apply);
        return HOME;
    }
    if (asked == ASKING_INTERRUPT && chosen == 2 && task_state(j->apply) == TASK_RUNNING) {
        apply_finish_current(j->apply);
        journey_say(j, MARK_WAITING, "%s", tr("nothing more is begun; waiting for what runs"));
    }
    return STAY;
}

static void take_password(struct create *self, struct journey *j)
{
    if (self->password[0] == '\0')
        return;
    secret_free(j->live->db_password);
    j->live->db_password = secret_new(self->password, strlen(self->password));
    secret_wipe(self->password, sizeof self->password);
    field_set(&self->field, "");
    self->needs_password = false;
    consent(self, j);
}

static enum nav on_enter(struct create *self, struct journey *j)
{
    if (j->apply)
        return task_state(j->apply) == TASK_OK ? NEXT : STAY;
    if (j->plan == NULL)
        return BACK;
    if (plan_changes_nothing(j->plan))
        return NEXT;
    if (self->secret)
        return STAY;
    if (self->needs_password)
        take_password(self, j);
    else
        consent(self, j);
    return STAY;
}

static enum nav on_key(struct create *self, struct journey *j, int key)
{
    if (self->dialog.open) {
        int chosen = dialog_key(&self->dialog, key);
        return chosen == DIALOG_OPEN ? STAY : answer(self, j, chosen);
    }
    if (key == TUI_CTRL('C')) {
        ask_interrupt(self);
        return STAY;
    }
    if (self->needs_password && field_key(&self->field, key))
        return STAY;
    if (key == TUI_ENTER)
        return on_enter(self, j);
    return key == TUI_ESC ? BACK : STAY;
}

static void news(struct create *self, struct journey *j)
{
    if (!self->running || task_state(j->apply) == TASK_RUNNING)
        return;
    self->running = false;
    j->bell = task_elapsed_ms(j->apply) > 30000; /* short waits need no bell */
    journey_say(j, task_state(j->apply) == TASK_OK ? MARK_OK : MARK_FAIL, "%s",
                task_state(j->apply) == TASK_OK ? tr("done: the stream runs")
                                                : tr("stopped: see the step that failed"));
}

static enum nav update(void *ctx, struct journey *j, struct event ev)
{
    struct create *self = ctx;

    if (ev.kind == EV_PASTE && self->needs_password && !self->dialog.open)
        field_paste(&self->field, ev.text);
    if (ev.kind == EV_NEWS)
        take_secret(self, j);
    if (ev.kind == EV_NEWS && j->apply)
        news(self, j);
    return ev.kind == EV_KEY ? on_key(self, j, ev.key) : STAY;
}

/* After a failure: look at the world again, plan anew, go on. */
static enum nav again(void *ctx, struct journey *j)
{
    (void)ctx;
    if (task_state(j->apply) == TASK_RUNNING)
        return STAY;
    if (task_state(j->apply) == TASK_FAILED &&
        str_eq(task_error(j->apply)->reason, APPLY_WRONG_PASSWORD)) {
        secret_free(j->live->db_password);
        j->live->db_password = NULL;
    }
    task_clear(&j->apply);
    return BACK;
}

static bool ended(const void *ctx, const struct journey *j)
{
    (void)ctx;
    return j->apply && task_state(j->apply) != TASK_RUNNING;
}

static bool typing(const void *ctx)
{
    const struct create *self = ctx;

    return self->dialog.open || self->needs_password;
}

static bool is_busy(const void *ctx)
{
    const struct create *self = ctx;

    return self->running;
}

static int64_t tick_ms(const void *ctx)
{
    return is_busy(ctx) ? TICK_MS : 0;
}

static void leave(void *ctx)
{
    struct create *self = ctx;

    task_clear(&self->secret);
    secret_wipe(self->password, sizeof self->password);
}

static const struct action actions[] = {
    {TUI_ENTER, "go on", "begin; afterwards: to Monitor", NULL, NULL},
    {'r', "again", "look at the cloud again and go on where it stopped", ended, again},
    {TUI_CTRL('C'), "interrupt", "detach, stop after this step, or stay", NULL, NULL},
    {0}};

const struct step create_step = {
    .title = "Create",
    .help = "Carries out the plan of Review: what does not depend on each other at once, each step "
            "recorded before "
            "it is sent.",
    .size = sizeof(struct create),
    .enter = enter,
    .draw = draw,
    .update = update,
    .leave = leave,
    .actions = actions,
    .typing = typing,
    .is_busy = is_busy,
    .tick_ms = tick_ms,
};
