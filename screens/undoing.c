#include "screens/undoing.h"

#include "api/base/tr.h"

void undoing_push(struct journey *j, const char *of, const struct undo_step *step)
{
    struct err e;

    if (j->id == 0) { /* the log belongs to a journey that is in the store */
        journey_changed(j);
        journey_write(j);
    }
    if (j->id && !undo_push(j->live->store, j->id, of, step, &e) && !e.retryable)
        journey_say_err(j, &e);
}

bool undoing_step(struct journey *j, const char *of, bool back, struct arena *a,
                  struct undo_step *out)
{
    struct err e;

    if (j->id && (back ? undo_back(j->live->store, j->id, of, a, out, &e)
                       : undo_forward(j->live->store, j->id, of, a, out, &e)))
        return true;
    journey_say(j, MARK_NONE, "%s", back ? tr("nothing to undo") : tr("nothing to redo"));
    return false;
}

void undoing_look(const struct journey *j, const char *of, bool *back, bool *forward)
{
    const char *undo = NULL, *redo = NULL;
    struct arena a = {0};
    struct err e;

    if (j->id && !undo_labels(j->live->store, j->id, of, &a, &undo, &redo, &e))
        undo = redo = NULL;
    *back = undo != NULL;
    *forward = redo != NULL;
    arena_done(&a);
}

void undoing_say(struct journey *j, bool back, const struct undo_step *step)
{
    journey_say(j, MARK_OK, back ? tr("undone: %s") : tr("done again: %s"), step->label);
}
