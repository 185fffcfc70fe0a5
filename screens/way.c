#include "screens/way.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "tui/key.h"

#include <stdio.h>

/* What keeps Create from beginning, as far as it is known here; NULL: nothing. */
static const char *in_the_way(const struct journey *j)
{
    const struct selection_totals *t = &j->totals;

    if (j->selection_ready && t->tables == 0)
        return tr("no table is chosen");
    if (j->selection_ready && t->personal + t->special > t->acknowledged)
        return tr("a sensitive column has no reason");
    if (j->plan && j->plan->n_needs)
        return tr("the source is not prepared");
    if (j->plan && j->plan->count[PLAN_BLOCKED])
        return tr("Review says by what");
    return NULL;
}

static void say_what(const struct journey *j, enum journey_step step, char out[WAY_NOTE])
{
    char title[JOURNEY_TITLE];

    out[0] = '\0';
    if (step == AT_CONNECT)
        str_copy(out, WAY_NOTE, journey_title(j, title));
    else if (step == AT_TABLES && j->selection_ready)
        snprintf(out, WAY_NOTE, tr("tables %zu, columns %zu"), j->totals.tables, j->totals.columns);
    else if (step == AT_DESTINATION)
        str_copy(out, WAY_NOTE, j->target.dataset);
    else if (step == AT_MONITOR)
        str_copy(out, WAY_NOTE, j->target.stream);
}

static void put_note(const struct journey *j, enum journey_step step, const char *word,
                     char out[WAY_NOTE])
{
    char what[WAY_NOTE];

    say_what(j, step, what);
    snprintf(out, WAY_NOTE, "%s%s%.200s", word, *what ? ": " : "", what);
}

static enum mark read_step(const struct journey *j, enum journey_step step, char note[WAY_NOTE])
{
    const char *why = step == AT_CREATE && j->reached < AT_MONITOR ? in_the_way(j) : NULL;

    if (why) {
        snprintf(note, WAY_NOTE, "%s: %s", tr("blocked"), why);
        return MARK_BLOCKED;
    }
    if (step == j->at) {
        put_note(j, step, tr("you are here"), note);
        return MARK_WAITING;
    }
    if (step < j->reached || (step == AT_MONITOR && j->reached == AT_MONITOR)) {
        put_note(j, step, tr("done"), note);
        return MARK_OK;
    }
    str_copy(note, WAY_NOTE, step == j->reached ? tr("you were here") : tr("not yet"));
    return MARK_WAITING;
}

void way_read(const struct journey *j, struct way *out)
{
    bool beside = j->at == AT_HOME || walk_is_beside(j->at);

    for (size_t i = 0; i < WAY_STEPS; i++) {
        enum journey_step step = AT_CONNECT + (enum journey_step)i;
        out->items[i].mark = read_step(j, step, out->notes[i]);
        out->items[i].note = out->notes[i];
        out->items[i].name = tr(walk_step(step)->title);
    }
    out->current = beside ? WAY_STEPS : (size_t)(j->at - AT_CONNECT);
    if (beside)
        str_copy(out->title, sizeof out->title, tr("Steps"));
    else
        snprintf(out->title, sizeof out->title, tr("Steps: %d of %d"), (int)j->at, AT_MONITOR);
}

void way_go(struct walk *w, enum journey_step to)
{
    if (to == w->j.at)
        return;
    if (to > w->j.reached) {
        journey_say(&w->j, MARK_WARN, tr("%s was not reached yet: Enter leads there, step by step"),
                    tr(walk_step(to)->title));
        return;
    }
    if (w->step->is_busy && w->step->is_busy(w->self)) {
        walk_follow(
            w, w->step->update(w->self, &w->j, (struct event){.kind = EV_KEY, .key = TUI_ESC}));
        return;
    }
    w->j.undoing = w->j.finding = false; /* as Home does */
    walk_go(w, to);
}
