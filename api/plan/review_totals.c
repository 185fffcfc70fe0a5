/* What a review is of, and its totals. */

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/dated.h"
#include "api/plan/review_inside.h"

enum { COMMIT_SHOWN = 12 };

static void title(struct review_writer *w)
{
    const struct review_input *in = w->r->in;
    const char *file = review_word(w, in->file), *base = review_word(w, in->base_name);

    if (in->base == REVIEW_STREAM)
        review_add(w, REVIEW_TITLE, REVIEW_PLAIN,
                   in->was ? arena_printf(w->a, tr("What %s changes in the stream %s"), file, base)
                           : arena_printf(w->a, tr("What %s makes flow; there is no stream %s yet"),
                                          file, base));
    else if (in->was == NULL)
        review_add(w, REVIEW_TITLE, REVIEW_PLAIN,
                   arena_printf(w->a, tr("What %s makes flow; %s has no such file"), file, base));
    else if (in->commit)
        review_add(w, REVIEW_TITLE, REVIEW_PLAIN,
                   arena_printf(w->a, tr("What %s changes against %s (%.*s)"), file, base,
                                COMMIT_SHOWN, in->commit));
    else
        review_add(w, REVIEW_TITLE, REVIEW_PLAIN,
                   arena_printf(w->a, tr("What %s changes against %s"), file, base));
}

static void total(struct review_writer *w, enum review_tone tone, const char *text)
{
    review_add(w, REVIEW_TOTAL, tone, text);
}

/* What is off a stream cannot tell: nothing of it is counted then. */
static const char *columns_total(struct review_writer *w)
{
    const size_t *n = w->r->change.count;

    if (w->r->in->base == REVIEW_STREAM)
        return arena_printf(w->a, tr("columns: %zu start flowing, %zu stop, %zu changed"),
                            n[COMPARE_STARTS], n[COMPARE_STOPS], n[COMPARE_CHANGED]);
    return arena_printf(
        w->a, tr("columns: %zu start flowing, %zu stop, %zu changed; %zu new and off, %zu gone"),
        n[COMPARE_STARTS], n[COMPARE_STOPS], n[COMPARE_CHANGED], n[COMPARE_NEW], n[COMPARE_GONE]);
}

static void silenced_total(struct review_writer *w)
{
    size_t n = w->r->silenced.n_against;

    if (n)
        total(w, REVIEW_ALARM,
              arena_printf(
                  w->a, tr("flowing, silenced by the team, and values speak against it: %zu"), n));
}

static void dated_total(struct review_writer *w)
{
    const char *text = dated_ahead_text(w->r->in->judged, w->a);

    if (text)
        total(w, REVIEW_ALARM, text);
}

static void totals(struct review_writer *w)
{
    const struct review *r = w->r;
    const struct comparison *c = &r->change;

    total(w, REVIEW_PLAIN, columns_total(w));
    total(w, REVIEW_PLAIN,
          arena_printf(w->a, tr("tables: %zu start, %zu stop; settings changed: %zu"),
                       c->tables_start, c->tables_stop, c->n_settings));
    total(w, r->n_unacknowledged ? REVIEW_ALARM : REVIEW_PLAIN,
          arena_printf(
              w->a,
              tr("sensitive among what changes: %zu; without a reason, of all that flows: %zu"),
              r->n_sensitive, r->n_unacknowledged));
    if (r->n_lowered)
        total(w, REVIEW_ALARM,
              arena_printf(w->a, tr("flowing and judged milder than before: %zu"), r->n_lowered));
    silenced_total(w);
    dated_total(w);
    if (r->in->live_why)
        total(w, REVIEW_PLAIN,
              arena_printf(w->a, tr("the running stream was not asked: %s"),
                           review_word(w, r->in->live_why)));
    if (r->in->source_why)
        total(w, REVIEW_PLAIN,
              arena_printf(w->a, tr("the database was not asked, and no value looked at: %s"),
                           review_word(w, r->in->source_why)));
    if (r->n_missing)
        total(w, REVIEW_ALARM,
              tr("the database does not hand out all that flows by the file: see what it needs"));
    if (r->values.n_unseen && r->in->judgement)
        total(w, REVIEW_CHANGED, judgement_unseen_text(&r->values, w->a));
    if (r->values.n_in_part)
        total(w, REVIEW_PLAIN, judgement_part_text(&r->values, w->a));
    if (r->values.n_remembered)
        total(w, REVIEW_PLAIN, judgement_remembered_text(&r->values, w->a));
    if (r->drift.n > r->drift.n_unlisted)
        total(w, r->drift.n_unagreed ? REVIEW_ALARM : REVIEW_CHANGED,
              arena_printf(w->a,
                           r->drift.n - r->drift.n_unlisted == 1
                               ? tr("drift: in %zu place what runs is not what was agreed on")
                               : tr("drift: in %zu places what runs is not what was agreed on"),
                           r->drift.n - r->drift.n_unlisted));
    if (r->drift.n_unlisted)
        total(w, REVIEW_PLAIN,
              arena_printf(w->a,
                           r->lists_off ? tr("new in the database, not in the file, and off: %zu")
                                        : tr("in the database, not in the file, and off: %zu"),
                           r->drift.n_unlisted));
}

void review_add_totals(struct review_writer *w)
{
    title(w);
    if (!review_is_fine(w->r)) {
        totals(w);
        return;
    }
    total(w, REVIEW_PLAIN, tr("nothing differs"));
    silenced_total(w); /* these are questions as long as it flows */
    dated_total(w);
}
