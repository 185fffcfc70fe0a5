#include "api/store/journal.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/store/holder.h"
#include "api/store/internal.h"

#include <assert.h>
#include <stdint.h>

static const char recording[] = "write the journal";
static const char reading[] = "read the journal";

/* --- writing --- */

static bool insert_run(struct store *s, struct journal_run *run, struct err *e)
{
    struct query q;

    query_open(&q, s,
               "INSERT INTO run(target, kind, plan, host, boot, pid, pid_start, started)"
               " VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
               recording, e);
    query_text(&q, run->target);
    query_int(&q, run->kind);
    query_text(&q, run->plan);
    query_text(&q, run->host);
    query_text(&q, run->boot);
    query_int(&q, run->pid);
    query_int(&q, run->pid_start);
    query_int(&q, run->started);
    return query_done(&q);
}

bool journal_begin(struct store *s, struct journal_run *run, struct arena *a, struct err *e)
{
    struct holder self;

    holder_self(&self);
    run->host = arena_str(a, self.host);
    run->boot = arena_str(a, self.boot);
    run->pid = self.pid;
    run->pid_start = self.pid_start;
    run->started = clock_wall();
    run->ended = 0;
    run->outcome = NULL;
    run->alive = true;
    if (!change_begin_synced(s, recording, e))
        return false;
    bool ok = insert_run(s, run, e);
    int64_t id = sqlite3_last_insert_rowid(s->db);
    if (!change_end(s, ok, recording, e))
        return false;
    run->id = id;
    return true;
}

bool journal_end(struct store *s, int64_t run, const char *outcome, struct err *e)
{
    struct query q;

    if (!change_begin_synced(s, recording, e))
        return false;
    query_open(&q, s, "UPDATE run SET ended = ?, outcome = ? WHERE id = ?", recording, e);
    query_int(&q, clock_wall());
    query_text(&q, outcome);
    query_int(&q, run);
    return change_end(s, query_done(&q), recording, e);
}

static bool insert_entry(struct store *s, const struct journal_entry *entry, struct err *e)
{
    struct query q;

    query_open(&q, s,
               "INSERT INTO entry(run, step, name, intent, request_id, state, time)"
               " VALUES(?, ?, ?, ?, ?, ?, ?)",
               recording, e);
    query_int(&q, entry->run);
    query_text(&q, entry->step);
    query_text(&q, entry->name);
    query_text(&q, entry->intent);
    query_text(&q, entry->request_id);
    query_int(&q, JOURNAL_INTENT);
    query_int(&q, entry->time);
    return query_done(&q);
}

bool journal_intent(struct store *s, struct journal_entry *entry, struct err *e)
{
    entry->state = JOURNAL_INTENT;
    entry->time = clock_wall();
    if (!change_begin_synced(s, recording, e))
        return false;
    bool ok = insert_entry(s, entry, e);
    int64_t id = sqlite3_last_insert_rowid(s->db);
    if (!change_end(s, ok, recording, e))
        return false;
    entry->id = id;
    return true;
}

/* Operation and result stay as they were where nothing new is said. */
static bool update_entry(struct store *s, int64_t entry, enum journal_state state,
                         const char *operation, const char *result, struct err *e)
{
    struct query q;

    if (!change_begin(s, recording, e))
        return false;
    query_open(&q, s,
               "UPDATE entry SET state = ?, operation = coalesce(?, operation),"
               " result = coalesce(?, result), time = ? WHERE id = ?",
               recording, e);
    query_int(&q, state);
    query_text(&q, operation);
    query_text(&q, result);
    query_int(&q, clock_wall());
    query_int(&q, entry);
    return change_end(s, query_done(&q), recording, e);
}

bool journal_sent(struct store *s, int64_t entry, const char *operation, struct err *e)
{
    return update_entry(s, entry, JOURNAL_SENT, operation, NULL, e);
}

bool journal_result(struct store *s, int64_t entry, enum journal_state state, const char *result,
                    struct err *e)
{
    assert(state == JOURNAL_DONE || state == JOURNAL_FAILED || state == JOURNAL_UNDONE);
    return update_entry(s, entry, state, NULL, result, e);
}

/* --- reading --- */

static void read_run(const struct query *q, struct arena *a, struct journal_run *run)
{
    struct holder h = {0};

    *run = (struct journal_run){
        .id = column_int(q, 0),
        .target = column_text(q, 1, a),
        .kind = (enum journal_kind)column_int(q, 2),
        .plan = column_text(q, 3, a),
        .host = column_text(q, 4, a),
        .boot = column_text(q, 5, a),
        .pid = column_int(q, 6),
        .pid_start = column_int(q, 7),
        .started = column_int(q, 8),
        .ended = column_int(q, 9),
        .outcome = column_text(q, 10, a),
    };
    str_copy(h.host, sizeof h.host, run->host);
    str_copy(h.boot, sizeof h.boot, run->boot);
    h.pid = run->pid;
    h.pid_start = run->pid_start;
    run->alive = run->ended == 0 && holder_alive(&h);
}

static bool read_runs(struct store *s, const char *target, bool ended_too, int64_t limit,
                      struct arena *a, const struct journal_run **runs, size_t *n, struct err *e)
{
    struct journal_run *list = NULL;
    struct query q;
    size_t room = 0;

    *runs = NULL;
    *n = 0;
    query_open(&q, s,
               "SELECT id, target, kind, plan, host, boot, pid, pid_start, started, ended, outcome"
               " FROM run WHERE (?1 IS NULL OR target = ?1) AND (?2 OR ended = 0)"
               " ORDER BY id DESC LIMIT ?3",
               reading, e);
    query_text(&q, target);
    query_int(&q, ended_too);
    query_int(&q, limit);
    while (query_row(&q)) {
        list = store_more(a, list, *n, &room, sizeof *list);
        read_run(&q, a, &list[(*n)++]);
    }
    *runs = list;
    return query_close(&q);
}

bool journal_unfinished(struct store *s, const char *target, struct arena *a,
                        const struct journal_run **runs, size_t *n, struct err *e)
{
    return read_runs(s, target, false, -1, a, runs, n, e);
}

bool journal_runs(struct store *s, const char *target, size_t limit, struct arena *a,
                  const struct journal_run **runs, size_t *n, struct err *e)
{
    return read_runs(s, target, true, limit < INT32_MAX ? (int64_t)limit : -1, a, runs, n, e);
}

static void read_entry(const struct query *q, struct arena *a, struct journal_entry *entry)
{
    *entry = (struct journal_entry){
        .id = column_int(q, 0),
        .run = column_int(q, 1),
        .step = column_text(q, 2, a),
        .name = column_text(q, 3, a),
        .intent = column_text(q, 4, a),
        .request_id = column_text(q, 5, a),
        .operation = column_text(q, 6, a),
        .result = column_text(q, 7, a),
        .state = (enum journal_state)column_int(q, 8),
        .time = column_int(q, 9),
    };
}

bool journal_entries(struct store *s, int64_t run, struct arena *a,
                     const struct journal_entry **entries, size_t *n, struct err *e)
{
    struct journal_entry *list = NULL;
    struct query q;
    size_t room = 0;

    *entries = NULL;
    *n = 0;
    query_open(&q, s,
               "SELECT id, run, step, name, intent, request_id, operation, result, state, time"
               " FROM entry WHERE run = ? ORDER BY id",
               reading, e);
    query_int(&q, run);
    while (query_row(&q)) {
        list = store_more(a, list, *n, &room, sizeof *list);
        read_entry(&q, a, &list[(*n)++]);
    }
    *entries = list;
    return query_close(&q);
}
