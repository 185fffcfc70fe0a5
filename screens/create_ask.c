#include "screens/create_ask.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/flowing.h"
#include "api/plan/record_left.h"

enum { TOLD = 3 }; /* tables by name; Review has shown them all */

static bool does(const struct plan *p, enum step_id step)
{
    const struct plan_action *a = plan_action(p, step);

    return a && (a->verb == PLAN_CREATE || a->verb == PLAN_UPDATE);
}

static bool is_of_flow(const struct plan_change *c)
{
    return str_eq(c->from, "flows") || str_eq(c->to, "flows");
}

static void tell_effect(const char *text, struct str *out)
{
    if (text)
        str_printf(out, "(%s) ", text);
}

/* Freshness, publication: what is no table or column. */
static void tell_settings(const struct plan_action *stream, struct str *out)
{
    for (size_t i = 0; i < stream->n_changes; i++)
        if (!is_of_flow(&stream->changes[i]))
            str_printf(out, "%s: %s → %s. ", stream->changes[i].path,
                       stream->changes[i].from ? stream->changes[i].from : "-",
                       stream->changes[i].to ? stream->changes[i].to : "-");
}

/* What stops, what starts, and what stays, of a stream that is there. True: something does. */
static bool tell_change(const struct journey *j, const struct plan_action *stream, struct str *out)
{
    struct flowing stops, starts;
    struct arena a = {0};
    bool flows;

    flowing(j->plan, &j->selection, true, &a, &stops);
    flowing(j->plan, &j->selection, false, &a, &starts);
    flows = stops.n || starts.n;
    str_printf(out, tr("The stream %s is there (%s) and will be changed. "), j->plan->names.stream,
               j->plan->stream_state ? j->plan->stream_state : "?");
    flowing_tell(&stops, tr("Stops flowing: "), TOLD, out);
    if (stops.n)
        str_add(out, tr("What has arrived in BigQuery stays. "));
    flowing_tell(&starts, tr("Starts flowing: "), TOLD, out);
    tell_effect(flowing_copies(&starts), out);
    tell_effect(flowing_lacks(&starts), out);
    tell_settings(stream, out);
    tell_effect(flowing_keeps(stream), out);
    arena_done(&a);
    return flows;
}

static void tell_rest(const struct journey *j, bool changes, struct str *out)
{
    size_t made = j->plan->count[PLAN_CREATE], waits = plan_waits_for(j->plan),
           changed = j->plan->count[PLAN_UPDATE] - changes - waits - plan_starts_machine(j->plan) -
                     (plan_action(j->plan, STEP_START) &&
                      plan_action(j->plan, STEP_START)->verb == PLAN_UPDATE);
    char span[CLOCK_TEXT];

    made -= plan_action(j->plan, STEP_START) &&
            plan_action(j->plan, STEP_START)->verb == PLAN_CREATE; /* starting makes nothing */
    if (made)
        str_printf(out, tr("To be made in %s: %zu. "), j->target.project, made);
    if (waits)
        str_printf(out, tr("Being made already, and waited for: %zu. "), waits);
    if (changed)
        str_printf(out, tr("To be changed besides: %zu. "), changed);
    if (plan_starts_machine(j->plan))
        str_add(out, tr("The proxy machine will be started. "));
    if (does(j->plan, STEP_START))
        str_add(out, tr("The stream will be started. "));
    str_printf(out, tr("It usually takes about %s."),
               clock_about(plan_usual_seconds(j->plan), span));
}

/* It was agreed to before: what is asked is another question, and Enter says yes. */
static bool goes_on(const struct journey *j)
{
    return record_left_over(j->live->store, &j->target, j->plan->names.stream);
}

void create_ask_consent(struct create_ask *a, struct journey *j)
{
    static const struct dialog_option make[] = {{'n', "not yet", false}, {'c', "create", false}},
                                      on[] = {{'n', "not yet", false}, {'c', "go on", false}},
                                      change[] = {{'n', "not yet", false}, {'c', "change", false}},
                                      theirs[] = {{'n', "not yet", false}, {'c', "change", true}};
    const char *maker = plan_changes_anothers(j->plan);
    const struct plan_action *stream = plan_action(j->plan, STEP_STREAM);
    bool changes = stream && stream->verb == PLAN_UPDATE && stream->n_changes,
         unexpected = maker && !j->opened, /* who opened it knows which one it is */
        begun = !changes && !unexpected && goes_on(j);
    struct str text = {0};

    if (maker)
        str_printf(&text, tr("strom has not made this stream (%s). "), maker);
    if (begun)
        str_printf(&text, tr("It was begun and did not end: %zu of %zu steps are done. "),
                   j->plan->count[PLAN_KEEP], j->plan->n_actions);
    const char *title = begun ? tr("Go on with the creation?") : tr("Create now?");
    if (changes)
        title = tell_change(j, stream, &text) ? tr("Change what flows?") : tr("Change the stream?");
    tell_rest(j, changes, &text);
    str_copy(a->question, sizeof a->question, str_text(&text));
    str_done(&text);
    dialog_open(&a->dialog, title, a->question,
                unexpected ? theirs
                : changes  ? change
                : begun    ? on
                           : make,
                2, begun);
    if (unexpected) /* what somebody else made is named before it is changed */
        dialog_confirm_name(&a->dialog, j->plan->names.stream);
    a->interrupting = false;
    j->discard_input = true;
}

/* --- what stands ahead --- */

static void draw_ahead(const struct plan_action *a, struct page *p)
{
    enum { NAME_AT = 25, TIME_AT = 58, TIME_WIDTH = 20, NARROW_TIME = 12 }; /* as while it runs */
    bool narrow = page_width(p) < TIME_AT + TIME_WIDTH;
    int time_at = narrow ? page_width(p) - NARROW_TIME : TIME_AT;
    char span[CLOCK_TEXT];

    page_put_mark(p, a->verb == PLAN_KEEP ? MARK_OK : MARK_WAITING, false);
    page_put(p, STYLE_TEXT, " %s", tr(step_type(a->step)->title));
    page_tab(p, NAME_AT);
    page_put_until(p, STYLE_ACCENT, time_at, "%s", a->name);
    page_tab(p, time_at);
    if (a->verb == PLAN_KEEP)
        page_put(p, STYLE_MUTED, "%s", tr("is there"));
    else
        page_put(p, STYLE_MUTED, narrow ? "%s" : tr("usually %s"),
                 clock_span(step_type(a->step)->usual_seconds, span));
    page_newline(p);
}

void create_ask_steps(const struct plan *plan, struct page *p)
{
    size_t ahead = plan->n_actions - plan->count[PLAN_KEEP];

    page_heading(p, tr("%zu of %zu steps are done already, %zu ahead"), plan->count[PLAN_KEEP],
                 plan->n_actions, ahead);
    page_text(p, "%s", tr("Enter asks once more and begins."));
    page_gap(p);
    for (size_t i = 0; i < plan->n_actions; i++)
        draw_ahead(&plan->actions[i], p);
}

/* --- interrupting --- */

static const enum create_answer interruptions[] = {CREATE_NOTHING, CREATE_BACK, CREATE_DETACH,
                                                   CREATE_STOP, CREATE_UNDO};
enum { INTERRUPTIONS = sizeof interruptions / sizeof *interruptions };

void create_ask_interrupt(struct create_ask *a)
{
    static const struct dialog_option options[INTERRUPTIONS] = {
        {'s', "stay", false},
        {'b', "back to Review: the steps go on meanwhile", false},
        {'d', "detach: leave, the cloud goes on", false},
        {'t', "stop after the steps that run", false},
        {'u', "undo: stop so, then take down what was made", false}};

    dialog_open(
        &a->dialog, tr("Interrupt?"),
        tr("What was begun goes on in the cloud whatever you choose, and is recorded here."),
        options, INTERRUPTIONS, 0);
    a->interrupting = true;
}

enum create_answer create_ask_key(struct create_ask *a, int key)
{
    int chosen = dialog_key(&a->dialog, key);

    if (chosen == DIALOG_OPEN)
        return CREATE_ASKING;
    if (chosen < 0)
        return CREATE_NOTHING;
    if (a->interrupting)
        return interruptions[chosen];
    return chosen == 1 ? CREATE_BEGIN : CREATE_NOTHING;
}
