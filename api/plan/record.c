#include "api/plan/record.h"

#include "api/base/clock.h"
#include "api/base/json.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/steps.h"
#include "api/store/lock.h"

#include <stdio.h>
#include <unistd.h>

enum { BUSY_LIMIT_MS = 10000, BUSY_PAUSE_MS = 40, RUNS = 20 };

void record_name(char out[RECORD_NAME], const char *project, const char *region, const char *stream)
{
    snprintf(out, RECORD_NAME, "%s/%s/%s", project, region, stream);
}

static bool is_pausing(const struct record *r)
{
    return r->pause && task_state(r->pause) == TASK_RUNNING;
}

static enum recorded verdict(struct record *r, bool ok, const struct err *e)
{
    int64_t now = clock_mono_ms();

    task_clear(&r->pause);
    if (ok)
        r->busy_since_ms = 0;
    if (ok)
        return RECORD_DONE;
    if (!str_eq(e->reason, "BUSY"))
        return RECORD_FAILED;
    if (r->busy_since_ms == 0)
        r->busy_since_ms = now;
    if (now - r->busy_since_ms > BUSY_LIMIT_MS)
        return RECORD_FAILED;
    r->pause = task_timer(r->net, BUSY_PAUSE_MS);
    return RECORD_WAIT;
}

/* The newest word on a step counts. */
static void take_words(const struct journal_entry *entries, size_t n, unsigned *heard,
                       unsigned *unsure)
{
    for (size_t k = n; k-- > 0;) {
        enum step_id step = step_by_id(entries[k].step);
        if (step >= STEPS || (*heard & 1u << step))
            continue;
        *heard |= 1u << step;
        if (entries[k].state == JOURNAL_INTENT || entries[k].state == JOURNAL_SENT)
            *unsure |= 1u << step;
    }
}

unsigned record_unsure(const struct record *r, struct arena *a)
{
    const struct journal_run *runs;
    const struct journal_entry *entries;
    struct err e;
    unsigned heard = 0, unsure = 0;
    size_t n_runs = 0, n;

    if (r->store == NULL || !journal_runs(r->store, r->name, RUNS, a, &runs, &n_runs, &e))
        return 0;
    for (size_t i = 0; i < n_runs && !str_eq(runs[i].outcome, "created"); i++)
        if (journal_entries(r->store, runs[i].id, a, &entries, &n, &e))
            take_words(entries, n, &heard, &unsure);
    return unsure;
}

/* Whoever had it has gone without giving it back. */
static void note_former(struct record *r, const struct lock_holder *h)
{
    char time[CLOCK_TEXT];

    if (r->locked && h->pid)
        snprintf(
            r->took_over, sizeof r->took_over,
            tr("an earlier run (process %lld on %.100s, since %s) did not end: its lock is taken "
               "over, and this one goes on from what there is"),
            (long long)h->pid, h->here ? tr("this machine") : h->host,
            clock_rfc3339(h->since, time));
}

enum recorded record_begin(struct record *r, enum journal_kind kind, const char *plan,
                           struct arena *a, struct err *e)
{
    struct journal_run run = {.target = r->name, .kind = kind, .plan = plan};
    struct lock_holder from = {0};

    if (r->store == NULL)
        return RECORD_DONE;
    if (is_pausing(r))
        return RECORD_WAIT;
    if (!r->locked) {
        r->locked = lock_take(r->store, r->name, a, &from, e);
        note_former(r, &from);
    }
    bool ok = r->locked && journal_begin(r->store, &run, a, e);
    if (ok)
        r->run = run.id;
    return verdict(r, ok, e);
}

void record_put_command(struct json_out *o, const char *const *words)
{
    char folder[1024];

    if (words == NULL || getcwd(folder, sizeof folder) == NULL)
        return;
    json_put_string(o, "folder", folder);
    json_open_array(o, "command"); /* read again by record_left.c */
    for (; *words; words++)
        json_put_string(o, NULL, *words);
    json_close_array(o);
}

size_t record_put_target(const char **words, size_t n, const struct target *t, const char *stream)
{
    const char *const options[][2] = {
        {"--app", t->app},           {"--context", t->context}, {"--namespace", t->namespace_},
        {"--project", t->project},   {"--location", t->region}, {"--instance", t->instance},
        {"--database", t->database}, {"--stream", stream}};

    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (!str_is_empty(options[i][1])) {
            words[n++] = options[i][0];
            words[n++] = options[i][1];
        }
    return n;
}

enum recorded record_intent(struct record *r, const char *step, const char *action,
                            const char *name, const char *request_id, int64_t *entry, struct err *e)
{
    struct str intent = {0};
    struct json_out o;

    if (r->run == 0)
        return RECORD_DONE;
    if (is_pausing(r))
        return RECORD_WAIT;
    json_begin(&o, &intent, false);
    json_open_object(&o, NULL);
    json_put_string(&o, "action", action);
    json_put_string(&o, "name", name);
    json_close_object(&o);
    struct journal_entry row = {.run = r->run,
                                .step = step,
                                .name = name,
                                .intent = str_text(&intent),
                                .request_id = request_id};
    bool ok = journal_intent(r->store, &row, e);
    str_done(&intent);
    *entry = row.id;
    return verdict(r, ok, e);
}

void record_sent(struct record *r, int64_t entry, const char *operation, bool *told)
{
    struct err e;

    if (entry == 0 || *told || operation == NULL)
        return;
    *told = true;
    journal_sent(r->store, entry, operation, &e); /* news for the next run, and no condition */
}

void record_result(struct record *r, int64_t entry, enum journal_state state)
{
    struct err e;

    if (entry)
        journal_result(r->store, entry, state, NULL, &e);
}

#define KEPT "{\"made\":false}"

void record_kept(struct record *r, int64_t entry)
{
    struct err e;

    if (entry)
        journal_result(r->store, entry, JOURNAL_DONE, KEPT, &e);
}

bool record_was_kept(const struct journal_entry *entry)
{
    return str_eq(entry->result, KEPT);
}

enum recorded record_end(struct record *r, const char *outcome, struct err *e)
{
    if (is_pausing(r))
        return RECORD_WAIT;
    r->ended = r->ended || r->run == 0 || journal_end(r->store, r->run, outcome, e);
    bool ok = r->ended && (!r->locked || lock_give(r->store, r->name, e));
    if (ok)
        r->locked = false;
    return verdict(r, ok, e);
}

void record_drop(struct record *r)
{
    struct err e;

    task_clear(&r->pause);
    if (r->locked)
        lock_give(r->store, r->name, &e);
    r->locked = false;
}
