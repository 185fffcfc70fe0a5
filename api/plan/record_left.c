#include "api/plan/record_left.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/record.h"

#include <unistd.h>

static void count(struct store *s, int64_t run, struct arena *a, size_t *done, size_t *unheard)
{
    const struct journal_entry *entries;
    struct err e;
    size_t n;

    *done = *unheard = 0;
    if (!journal_entries(s, run, a, &entries, &n, &e))
        return;
    for (size_t i = 0; i < n; i++) {
        if (str_ends(entries[i].step, RECORD_TRIAL))
            continue;
        *done += entries[i].state == JOURNAL_DONE;
        *unheard += entries[i].state == JOURNAL_INTENT || entries[i].state == JOURNAL_SENT;
    }
}

static void tell(struct store *s, const struct journal_run *run, struct arena *a, struct str *out)
{
    char begun[CLOCK_TEXT];
    size_t done, unheard;

    clock_moment(run->started, begun);
    count(s, run->id, a, &done, &unheard);
    if (run->alive && run->pid != getpid()) /* what we have detached from ourselves has ended */
        str_printf(out, tr("process %lld on %s works on it since %s"), (long long)run->pid,
                   run->host, begun);
    else if (run->kind == JOURNAL_DELETE)
        str_printf(out,
                   tr("an earlier run, begun %s to take it down, did not end: %zu parts are gone, "
                      "%zu were asked to go; taking it down again goes on from there"),
                   begun, done, unheard);
    else
        str_printf(out,
                   tr("an earlier run, begun %s to make or change it, did not end: %zu steps are "
                      "done, %zu were asked for; the same again goes on from there, and taking "
                      "down takes away what it made"),
                   begun, done, unheard);
}

bool record_left(struct store *s, const struct target *t, const char *stream, struct str *out)
{
    char name[RECORD_NAME];
    const struct journal_run *runs;
    struct arena a = {0};
    struct err e;
    size_t n = 0;

    record_name(name, t->project, t->region, stream);
    bool left = s && journal_runs(s, name, 1, &a, &runs, &n, &e) && n == 1 &&
                (runs[0].ended == 0 || str_eq(runs[0].outcome, "interrupted"));
    if (left)
        tell(s, &runs[0], &a, out);
    arena_done(&a);
    return left;
}
