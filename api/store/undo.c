#include "api/store/undo.h"

#include "api/base/str.h"
#include "api/store/internal.h"

static const char recording[] = "record the change for undo";
static const char undoing[] = "undo";

static bool forget_undone(struct store *s, int64_t journey, const char *of, struct err *e)
{
    struct query q;

    query_open(&q, s, "DELETE FROM undo_step WHERE journey = ? AND of = ? AND undone = 1",
               recording, e);
    query_int(&q, journey);
    query_text(&q, of);
    return query_done(&q);
}

static bool add(struct store *s, int64_t journey, const char *of, const struct undo_step *step,
                struct err *e)
{
    struct query q;

    query_open(&q, s,
               "INSERT INTO undo_step(journey, of, label, before, after) VALUES(?, ?, ?, ?, ?)",
               recording, e);
    query_int(&q, journey);
    query_text(&q, of);
    query_text(&q, step->label);
    query_text(&q, step->before);
    query_text(&q, step->after);
    return query_done(&q);
}

static bool push(struct store *s, int64_t journey, const char *const texts[LATE_TEXTS],
                 struct err *e)
{
    const struct undo_step step = {texts[1], texts[2], texts[3]};

    return forget_undone(s, journey, texts[0], e) && add(s, journey, texts[0], &step, e);
}

bool undo_push(struct store *s, int64_t journey, const char *of, const struct undo_step *step,
               struct err *e)
{
    const char *const texts[LATE_TEXTS] = {of, step->label, step->before, step->after};

    if (change_begin(s, recording, e))
        return change_end(s, push(s, journey, texts, e), recording, e);
    if (!str_eq(e->reason, "BUSY"))
        return false;
    late_keep(s, push, journey, texts, false);
    return true;
}

static const char newest_done[] =
    "SELECT id, label, before, after FROM undo_step"
    " WHERE journey = ? AND of = ? AND undone = 0 ORDER BY id DESC LIMIT 1";
static const char oldest_undone[] =
    "SELECT id, label, before, after FROM undo_step"
    " WHERE journey = ? AND of = ? AND undone = 1 ORDER BY id LIMIT 1";

/* False when there is none, or at a fault; *id tells the two apart (0, -1). */
static bool find(struct store *s, int64_t journey, const char *of, const char *sql, struct arena *a,
                 struct undo_step *step, int64_t *id, struct err *e)
{
    struct query q;

    *id = 0;
    query_open(&q, s, sql, undoing, e);
    query_int(&q, journey);
    query_text(&q, of);
    if (query_row(&q)) {
        *id = column_int(&q, 0);
        step->label = column_text(&q, 1, a);
        step->before = column_text(&q, 2, a);
        step->after = column_text(&q, 3, a);
    }
    if (!query_close(&q))
        *id = -1;
    return *id > 0;
}

static bool mark(struct store *s, int64_t id, bool undone, struct err *e)
{
    struct query q;

    query_open(&q, s, "UPDATE undo_step SET undone = ? WHERE id = ?", undoing, e);
    query_int(&q, undone);
    query_int(&q, id);
    return query_done(&q);
}

static bool move(struct store *s, int64_t journey, const char *of, bool back, struct arena *a,
                 struct undo_step *step, struct err *e)
{
    int64_t id;

    if (!change_begin(s, undoing, e))
        return false;
    bool ok = find(s, journey, of, back ? newest_done : oldest_undone, a, step, &id, e);
    if (id == 0) {
        err_set(e, ERR_MISSING, back ? "nothing to undo" : "nothing to redo");
        err_why(e, back ? "no change is left" : "no change was undone");
    }
    ok = ok && mark(s, id, back, e);
    return change_end(s, ok, undoing, e);
}

bool undo_back(struct store *s, int64_t journey, const char *of, struct arena *a,
               struct undo_step *step, struct err *e)
{
    return move(s, journey, of, true, a, step, e);
}

bool undo_forward(struct store *s, int64_t journey, const char *of, struct arena *a,
                  struct undo_step *step, struct err *e)
{
    return move(s, journey, of, false, a, step, e);
}

bool undo_labels(struct store *s, int64_t journey, const char *of, struct arena *a,
                 const char **undo, const char **redo, struct err *e)
{
    struct undo_step step = {0};
    int64_t id;

    if (s->late && change_begin(s, recording, e))
        change_end(s, true, recording, e);
    *undo = find(s, journey, of, newest_done, a, &step, &id, e) ? step.label : NULL;
    if (id < 0)
        return false;
    *redo = find(s, journey, of, oldest_undone, a, &step, &id, e) ? step.label : NULL;
    return id >= 0;
}
