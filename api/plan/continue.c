#include "api/plan/apply.h"

#include "api/base/json.h"
#include "api/base/str.h"
#include "api/plan/moves.h"
#include "api/plan/record.h"
#include "api/store/journal.h"

#include <string.h>

/* Whether a plan only goes on with what runs of our own began: read from the journal. */

enum { RUNS = 20 };

/* Steps that our runs meant to make, whatever came of it: the answer may have been lost. */
static bool add_ours(struct store *s, int64_t run, struct arena *a, unsigned *ours)
{
    const struct journal_entry *entries;
    struct err e;
    size_t n;

    if (!journal_entries(s, run, a, &entries, &n, &e))
        return false;
    for (size_t i = 0; i < n; i++) {
        enum step_id step = step_by_id(entries[i].step);
        if (step < STEPS)
            *ours |= 1u << step;
    }
    return true;
}

/* Kept now: it was there then, or we have made it. To be done now: it was to be done then, too. */
static bool explained(const struct plan_action *now, const struct json *steps, unsigned ours)
{
    const struct json *then = NULL;
    bool made = ours & 1u << now->step;

    for
        json_each(step, steps) if (str_eq(json_key(step), step_type(now->step)->id)) then = step;
    switch (now->verb) {
    case PLAN_KEEP:
        return then == NULL || made;
    case PLAN_UPDATE: /* what we began is on its way, or is made and not started yet */
        if (then && made && (now->n_changes == 0 || now->step == STEP_START))
            return true;
        return then &&
               (now->step == STEP_START || str_eq(json_text(then), plan_verb_name(PLAN_UPDATE)));
    case PLAN_CREATE:
        return then && str_eq(json_text(then), plan_verb_name(PLAN_CREATE));
    case PLAN_DELETE:
    case PLAN_BLOCKED:
        break;
    }
    return false;
}

static bool goes_on(const struct plan *p, const struct json *then, unsigned ours)
{
    if (!str_eq(json_string(then, "wanted"), p->wanted))
        return false;
    for (size_t i = 0; i < p->n_actions; i++)
        if (!explained(&p->actions[i], json_get(then, "steps"), ours))
            return false;
    return true;
}

/* 1: this run began so, and the plan goes on with it; -1: it began so, and something moved. */
static int judge(const struct plan *p, const struct journal_run *run, const char *digest,
                 unsigned ours)
{
    struct err e;
    struct json *then = run->plan ? json_parse(run->plan, strlen(run->plan), &e) : NULL;
    int verdict = 0;

    if (then && str_eq(json_string(then, "digest"), digest))
        verdict = goes_on(p, then, ours) ? 1 : -1;
    json_free(then);
    return verdict;
}

/* --- what an undo takes away --- */

static bool was_made(const struct journal_entry *entry)
{
    struct err e;
    struct json *intent =
        entry->intent ? json_parse(entry->intent, strlen(entry->intent), &e) : NULL;
    bool made = intent && str_eq(json_string(intent, "action"), plan_verb_name(PLAN_CREATE)) &&
                entry->state != JOURNAL_FAILED && entry->state != JOURNAL_UNDONE &&
                !record_was_kept(entry);

    json_free(intent);
    return made;
}

static void add_made(struct store *s, int64_t run, struct arena *a, struct maker_made *out)
{
    const struct journal_entry *entries;
    struct err e;
    size_t n;

    if (!journal_entries(s, run, a, &entries, &n, &e))
        return;
    for (size_t i = 0; i < n; i++) {
        enum step_id step = step_by_id(entries[i].step);
        if (step >= STEPS || !was_made(&entries[i]))
            continue;
        out->steps |= 1u << step;
        if (entries[i].state == JOURNAL_DONE)
            out->sure |= 1u << step;
    }
}

/* Runs of before there were marks had their number. */
static const char *mark_of(const struct journal_run *run, struct arena *a)
{
    struct err e;
    struct json *doc = run->plan ? json_parse(run->plan, strlen(run->plan), &e) : NULL;
    const char *mark = json_string_or(doc, "mark", "");

    mark = *mark ? arena_str(a, mark) : arena_printf(a, "run-%lld", (long long)run->id);
    json_free(doc);
    return mark;
}

/* A taking back that did not end is to go on: what there was to take back stands behind it. */
static bool is_undo_begun(const struct journal_run *run)
{
    struct err e;
    bool begun = run->kind == JOURNAL_DELETE && run->plan && !str_eq(run->outcome, "removed");
    struct json *doc = begun ? json_parse(run->plan, strlen(run->plan), &e) : NULL;
    bool undo = json_bool(doc, "undo", false);

    json_free(doc);
    return undo;
}

struct maker_made apply_made(const struct target *t, const char *stream, struct store *s,
                             struct arena *a)
{
    char target[RECORD_NAME];
    const struct journal_run *runs;
    struct maker_made made = {0};
    struct err e;
    size_t n;

    record_name(target, t->project, t->region, stream);
    if (s == NULL || !journal_runs(s, target, RUNS, a, &runs, &n, &e))
        return made;
    const char **marks = arena_array(a, const char *, n + 1);
    for (size_t i = 0; i < n; i++) { /* newest first; one that was finished is another story */
        if (is_undo_begun(&runs[i]))
            continue;
        if (runs[i].kind != JOURNAL_CREATE ||
            (made.n_marks > 0 && str_eq(runs[i].outcome, "created")))
            break;
        add_made(s, runs[i].id, a, &made);
        marks[made.n_marks++] = mark_of(&runs[i], a);
    }
    made.marks = marks;
    return made;
}

/* --- going on --- */

static const char *operation_in(struct store *s, int64_t run, enum step_id step, struct arena *a)
{
    const struct journal_entry *entries;
    const char *found = NULL;
    struct err e;
    size_t n;

    if (!journal_entries(s, run, a, &entries, &n, &e))
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (entries[i].state == JOURNAL_SENT && step_by_id(entries[i].step) == step)
            found = entries[i].operation;
    return found;
}

bool continued_operation(const struct run *r, enum step_id step, char out[GOOGLE_NAME_TEXT])
{
    const struct journal_run *runs;
    const char *found = NULL;
    struct arena a = {0};
    struct err e;
    size_t n;

    if (r->record.store == NULL ||
        !journal_runs(r->record.store, r->record.name, RUNS, &a, &runs, &n, &e))
        n = 0;
    for (size_t i = 0; i < n && found == NULL; i++) { /* newest first */
        if (runs[i].kind != JOURNAL_CREATE || str_eq(runs[i].outcome, "created"))
            break;
        found = operation_in(r->record.store, runs[i].id, step, &a);
    }
    bool ok = found && str_copy(out, GOOGLE_NAME_TEXT, found);
    arena_done(&a);
    return ok;
}

bool apply_is_unfinished(const struct target *t, const char *stream, struct store *s)
{
    char target[RECORD_NAME];
    const struct journal_run *runs;
    struct arena a = {0};
    struct err e;
    unsigned ours = 0;
    size_t n = 0;

    record_name(target, t->project, t->region, stream);
    if (s && journal_runs(s, target, 1, &a, &runs, &n, &e) && n > 0 &&
        runs[0].kind == JOURNAL_CREATE &&
        (runs[0].ended == 0 || str_eq(runs[0].outcome, "interrupted")))
        add_ours(s, runs[0].id, &a, &ours);
    arena_done(&a);
    return ours != 0;
}

unsigned apply_unheard(const struct target *t, const char *stream, struct store *s)
{
    struct record r = {.store = s};
    struct arena a = {0};

    if (!apply_is_unfinished(t, stream, s))
        return 0;
    record_name(r.name, t->project, t->region, stream);
    unsigned unheard = record_unsure(&r, &a);
    arena_done(&a);
    return unheard;
}

bool apply_continues(const struct plan *p, struct store *s, const char *digest)
{
    char target[RECORD_NAME];
    const struct journal_run *runs;
    struct arena a = {0};
    struct err e;
    unsigned ours = 0;
    size_t n;
    int verdict = 0;

    record_name(target, p->target.project, p->target.region, p->names.stream);
    if (s == NULL || !journal_runs(s, target, RUNS, &a, &runs, &n, &e))
        n = 0;
    for (size_t i = 0; i < n && verdict == 0; i++) { /* newest first, while none was finished */
        if (runs[i].kind != JOURNAL_CREATE || str_eq(runs[i].outcome, "created") ||
            !add_ours(s, runs[i].id, &a, &ours))
            break;
        verdict = judge(p, &runs[i], digest, ours);
    }
    arena_done(&a);
    return verdict > 0;
}
