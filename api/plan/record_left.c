#include "api/plan/record_left.h"

#include "api/base/clock.h"
#include "api/base/json.h"
#include "api/base/safe.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/alter.h"
#include "api/plan/record.h"

#include <string.h>
#include <unistd.h>

enum { RUNS = 60 };

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.,:/=@%+"

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

/* --- by what it was begun --- */

/* Words that a shell would take apart are quoted. */
static void add_word(const char *word, struct str *out)
{
    bool plain = word[strspn(word, PLAIN)] == '\0' && word[0];

    if (out->bytes)
        str_addc(out, ' ');
    if (plain) {
        str_add(out, word);
        return;
    }
    str_addc(out, '\'');
    for (; *word; word++)
        if (*word == '\'')
            str_add(out, "'\\''");
        else
            str_addc(out, *word);
    str_addc(out, '\'');
}

/* The program's own path says nothing. */
static const char *line_of(const struct json *doc, struct arena *a)
{
    struct str line = {0};
    bool first = true;

    for
        json_each(word, json_get(doc, "command"))
        {
            add_word(first ? "strom" : json_text(word) ? json_text(word) : "", &line);
            first = false;
        }
    const char *kept = line.bytes ? safe_copy(a, arena_str(a, str_text(&line))) : NULL;
    str_done(&line);
    return kept;
}

static struct json *plan_of(const struct journal_run *run)
{
    struct err e;

    return run->plan ? json_parse(run->plan, strlen(run->plan), &e) : NULL;
}

static void tell_command(const struct journal_run *run, struct arena *a, struct str *out)
{
    struct json *doc = plan_of(run);
    const char *line = line_of(doc, a);

    if (line)
        str_printf(out, tr("; it was %s (process %lld on %s)"), line, (long long)run->pid,
                   safe_copy(a, run->host));
    json_free(doc);
}

/* An order to a stream that can be put back, and is not one that puts back itself. */
static bool can_undo(const struct json *doc)
{
    enum alter_kind kind = alter_by_name(json_string_or(doc, "change", ""));

    return kind < ALTERS && alter_undoes(kind) && !json_bool(doc, "undo", false);
}

static void tell_change(const struct journal_run *run, size_t done, size_t unheard, struct str *out)
{
    struct json *doc = plan_of(run);
    char begun[CLOCK_TEXT];

    str_printf(out,
               tr("an earlier run, begun %s (strom stream), did not end (calls done: %zu, only "
                  "asked for: %zu); the same again goes on from there"),
               clock_moment(run->started, begun), done, unheard);
    if (can_undo(doc))
        str_add(out, tr(", and with --undo puts back what it changed"));
    json_free(doc);
}

static bool takes_back(const struct journal_run *run)
{
    struct json *doc = run->kind == JOURNAL_DELETE ? plan_of(run) : NULL;
    bool undo = json_bool(doc, "undo", false);

    json_free(doc);
    return undo;
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
    else if (takes_back(run))
        str_printf(out,
                   tr("an earlier run, begun %s to take back what a creation had made, did not "
                      "end (parts gone: %zu, only asked to go: %zu); strom delete --undo, or "
                      "Home, goes on with it, and strom delete takes down all of it"),
                   begun, done, unheard);
    else if (run->kind == JOURNAL_DELETE)
        str_printf(
            out,
            tr("an earlier run, begun %s to take it down, did not end (parts gone: %zu, only "
               "asked to go: %zu); taking it down again (strom delete) goes on from there"),
            begun, done, unheard);
    else if (run->kind == JOURNAL_CHANGE)
        tell_change(run, done, unheard, out);
    else
        str_printf(out,
                   tr("an earlier run, begun %s to make or change it, did not end (steps done: "
                      "%zu, only asked for: %zu); the same again goes on from there, and strom "
                      "delete --undo takes back what it made"),
                   begun, done, unheard);
    tell_command(run, a, out);
}

static bool is_left(const struct journal_run *run)
{
    return run->ended == 0 || str_eq(run->outcome, "interrupted");
}

/* NULL: the newest run has ended, or there was none. */
static const struct journal_run *newest_left(struct store *s, const struct target *t,
                                             const char *stream, struct arena *a)
{
    char name[RECORD_NAME];
    const struct journal_run *runs;
    struct err e;
    size_t n = 0;

    record_name(name, t->project, t->region, stream);
    return s && journal_runs(s, name, 1, a, &runs, &n, &e) && n == 1 && is_left(&runs[0]) ? &runs[0]
                                                                                          : NULL;
}

bool record_left(struct store *s, const struct target *t, const char *stream, struct str *out)
{
    struct arena a = {0};
    const struct journal_run *run = newest_left(s, t, stream, &a);

    if (run)
        tell(s, run, &a, out);
    arena_done(&a);
    return run != NULL;
}

bool record_left_over(struct store *s, const struct target *t, const char *stream)
{
    struct arena a = {0};
    const struct journal_run *run = newest_left(s, t, stream, &a);
    bool over = run && run->kind == JOURNAL_CREATE && !(run->alive && run->pid != getpid());

    arena_done(&a);
    return over;
}

/* --- all of them --- */

/* "PROJECT/REGION/STREAM"; false: it is none. */
static bool read_target(const char *name, struct target *out)
{
    const char *region = strchr(name, '/'), *stream = region ? strchr(region + 1, '/') : NULL;

    *out = (struct target){0};
    if (stream == NULL || (size_t)(region - name) >= sizeof out->project ||
        (size_t)(stream - region - 1) >= sizeof out->region)
        return false;
    memcpy(out->project, name, (size_t)(region - name));
    memcpy(out->region, region + 1, (size_t)(stream - region - 1));
    if (!names_recognise(stream + 1, out))
        str_copy(out->stream, sizeof out->stream, stream + 1);
    return out->stream[0] != '\0';
}

static bool is_older(const struct journal_run *runs, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (str_eq(runs[i].target, runs[at].target))
            return true;
    return false;
}

static bool read_left(struct store *s, const struct journal_run *run, struct arena *a,
                      struct record_left *out)
{
    struct json *doc = plan_of(run);
    struct str said = {0};
    size_t n = 0;

    *out = (struct record_left){.run = run,
                                .line = line_of(doc, a),
                                .takes_back = takes_back(run),
                                .undo = run->kind == JOURNAL_CHANGE && can_undo(doc),
                                .alive = run->alive && run->pid != getpid()};
    out->folder = arena_str(a, json_string_or(doc, "folder", ""));
    out->command = arena_array(a, const char *, json_count(json_get(doc, "command")) + 1);
    for
        json_each(word, json_get(doc, "command")) out->command[n++] =
            arena_str(a, json_text(word) ? json_text(word) : "");
    json_free(doc);
    if (out->line == NULL || !read_target(run->target, &out->target))
        return false;
    tell(s, run, a, &said);
    out->said = safe_copy(a, arena_str(a, str_text(&said)));
    str_done(&said);
    return true;
}

size_t record_left_by_commands(struct store *s, struct arena *a, struct record_left *out,
                               size_t most)
{
    const struct journal_run *runs;
    struct err e;
    size_t n_runs = 0, n = 0;

    if (s == NULL || !journal_runs(s, NULL, RUNS, a, &runs, &n_runs, &e))
        return 0;
    for (size_t i = 0; i < n_runs && n < most; i++)
        if (!is_older(runs, i) && is_left(&runs[i]) && read_left(s, &runs[i], a, &out[n]))
            n++;
    return n;
}

bool record_leave(struct store *s, const struct record_left *left, struct err *e)
{
    return journal_end(s, left->run->id, RECORD_LEFT, e);
}
