#include "api/store/undo.h"

#include "api/base/str.h"
#include "api/store/internal.h"

static const char recording[] = "record the change for undo";
static const char undoing[] = "undo";

static bool forget_undone(struct store *s, int64_t journey, struct err *e)
{
    struct query q;

    query_open(&q, s, "DELETE FROM undo WHERE journey = ? AND undone", recording, e);
    query_int(&q, journey);
    return query_done(&q);
}

static bool add(struct store *s, int64_t journey, const struct undo_step *step, struct err *e)
{
    struct query q;

    query_open(&q, s,
               "INSERT INTO undo(journey, seq, label, before, after) VALUES(?1,"
               " (SELECT coalesce(max(seq), 0) + 1 FROM undo WHERE journey = ?1), ?2, ?3, ?4)",
               recording, e);
    query_int(&q, journey);
    query_text(&q, step->label);
    query_text(&q, step->before);
    query_text(&q, step->after);
    return query_done(&q);
}

static bool push(struct store *s, int64_t journey, const char *const texts[LATE_TEXTS],
                 struct err *e)
{
    const struct undo_step step = {texts[0], texts[1], texts[2]};

    return forget_undone(s, journey, e) && add(s, journey, &step, e);
}

bool undo_push(struct store *s, int64_t journey, const struct undo_step *step, struct err *e)
{
    const char *const texts[LATE_TEXTS] = {step->label, step->before, step->after};

    if (change_begin(s, recording, e))
        return change_end(s, push(s, journey, texts, e), recording, e);
    if (!str_eq(e->reason, "BUSY"))
        return false;
    late_keep(s, push, journey, texts, false);
    return true;
}

static const char newest_done[] = "SELECT seq, label, before, after FROM undo"
                                  " WHERE journey = ? AND NOT undone ORDER BY seq DESC LIMIT 1";
static const char oldest_undone[] = "SELECT seq, label, before, after FROM undo"
                                    " WHERE journey = ? AND undone ORDER BY seq LIMIT 1";

/* False when there is none, or at a fault; *seq tells the two apart (0, -1). */
static bool find(struct store *s, int64_t journey, const char *sql, struct arena *a,
                 struct undo_step *step, int64_t *seq, struct err *e)
{
    struct query q;

    *seq = 0;
    query_open(&q, s, sql, undoing, e);
    query_int(&q, journey);
    if (query_row(&q)) {
        *seq = column_int(&q, 0);
        step->label = column_text(&q, 1, a);
        step->before = column_text(&q, 2, a);
        step->after = column_text(&q, 3, a);
    }
    if (!query_close(&q))
        *seq = -1;
    return *seq > 0;
}

static bool mark(struct store *s, int64_t journey, int64_t seq, bool undone, struct err *e)
{
    struct query q;

    query_open(&q, s, "UPDATE undo SET undone = ? WHERE journey = ? AND seq = ?", undoing, e);
    query_int(&q, undone);
    query_int(&q, journey);
    query_int(&q, seq);
    return query_done(&q);
}

static bool move(struct store *s, int64_t journey, bool back, struct arena *a,
                 struct undo_step *step, struct err *e)
{
    int64_t seq;

    if (!change_begin(s, undoing, e))
        return false;
    bool ok = find(s, journey, back ? newest_done : oldest_undone, a, step, &seq, e);
    if (seq == 0) {
        err_set(e, ERR_MISSING, back ? "nothing to undo" : "nothing to redo");
        err_why(e, back ? "no change is left" : "no change was undone");
    }
    ok = ok && mark(s, journey, seq, back, e);
    return change_end(s, ok, undoing, e);
}

bool undo_back(struct store *s, int64_t journey, struct arena *a, struct undo_step *step,
               struct err *e)
{
    return move(s, journey, true, a, step, e);
}

bool undo_forward(struct store *s, int64_t journey, struct arena *a, struct undo_step *step,
                  struct err *e)
{
    return move(s, journey, false, a, step, e);
}

bool undo_labels(struct store *s, int64_t journey, struct arena *a, const char **undo,
                 const char **redo, struct err *e)
{
    struct undo_step step = {0};
    int64_t seq;

    if (s->late && change_begin(s, recording, e))
        change_end(s, true, recording, e);
    *undo = find(s, journey, newest_done, a, &step, &seq, e) ? step.label : NULL;
    if (seq < 0)
        return false;
    *redo = find(s, journey, oldest_undone, a, &step, &seq, e) ? step.label : NULL;
    return seq >= 0;
}
