/* The journal is a file: whatever stands in it is shown and gone on with, or left alone. The first
 * byte picks a kind of run, the second its outcome; then lines: target, plan, and step, name,
 * intent and operation of its entries. */

#include "tests/fuzz/fuzz.h"

#include "api/base/json.h"
#include "api/base/safe.h"
#include "api/base/str.h"
#include "api/plan/alter_inside.h"
#include "api/plan/apply.h"
#include "api/plan/record_left.h"
#include "api/plan/remove.h"
#include "api/store/journal.h"

#include <stdlib.h>
#include <string.h>

enum { ENTRIES = 4, LEFT = 4 };

static const struct target target = {.project = "p", .region = "r", .stream = "s"};

static void write_entries(struct store *s, int64_t run, struct fuzz_input *in)
{
    struct err e;
    for (int i = 0; i < ENTRIES && in->left > 0; i++) {
        char *step = fuzz_line(in), *name = fuzz_line(in), *intent = fuzz_line(in);
        char *operation = fuzz_line(in);
        struct journal_entry entry = {.run = run, .step = step, .name = name, .intent = intent};
        fuzz_must(journal_intent(s, &entry, &e));
        if (*operation)
            fuzz_must(journal_sent(s, entry.id, operation, &e));
        free(step);
        free(name);
        free(intent);
        free(operation);
    }
}

static void write_run(struct store *s, struct fuzz_input *in)
{
    static const char *const outcomes[] = {NULL, "interrupted", "failed", "done", "created"};
    unsigned kind = fuzz_byte(in), outcome = fuzz_byte(in);
    char *name = fuzz_line(in), *plan = fuzz_line(in);
    struct journal_run run = {
        .target = *name ? name : "p/r/s", .kind = (enum journal_kind)(kind % 3), .plan = plan};
    struct arena a;
    struct err e;
    arena_init(&a);
    fuzz_must(journal_begin(s, &run, &a, &e));
    write_entries(s, run.id, in);
    if (outcomes[outcome % 5])
        fuzz_must(journal_end(s, run.id, outcomes[outcome % 5], &e));
    arena_done(&a);
    free(name);
    free(plan);
}

static void look_left(struct store *s, struct arena *a)
{
    struct record_left left[LEFT];
    struct str said = {0};
    struct err e;
    size_t n = record_left_by_commands(s, a, left, LEFT);
    for (size_t i = 0; i < n; i++) {
        fuzz_must(left[i].line && left[i].folder && left[i].target.stream[0]);
        fuzz_must(safe_is(left[i].line) && safe_is(left[i].said));
        for (const char *const *word = left[i].command; *word; word++)
            fuzz_touch_text(*word);
        fuzz_must(record_leave(s, &left[i], &e));
    }
    fuzz_must(record_left(s, &target, "s", &said) == (said.bytes > 0));
    str_done(&said);
}

static void look_names(struct store *s, struct arena *a)
{
    struct names names;
    remove_names(s, &target, &names);
    fuzz_must(memchr(names.stream, 0, sizeof names.stream));
    struct maker_made made = apply_made(&target, "s", s, a);
    fuzz_must((made.sure & ~made.steps) == 0);
    for (size_t i = 0; i < made.n_marks; i++)
        fuzz_touch_text(made.marks[i]);
}

/* What was begun can be ordered again, and is found then. */
static void look_begun(const struct alter_seen *seen, struct arena *a)
{
    struct alter_order order;
    struct alter_left left;

    if (!alter_begun(seen, a, &order))
        return;
    for (size_t i = 0; i < order.n_tables; i++)
        fuzz_touch_text(order.tables[i]);
    alter_left_find(seen, &order, a, &left);
    json_free(left.doc);
    const char *request = alter_left_request(seen, "pause", "s", a);
    if (request)
        fuzz_touch_text(request);
}

static void look_alter(struct store *s, struct arena *a)
{
    struct alter_seen seen = {.target = target, .stream = "s", .store = s};
    for (int kind = 0; kind < ALTERS; kind++) {
        struct alter_order order = {.kind = (enum alter_kind)kind};
        struct alter_left left;
        alter_left_find(&seen, &order, a, &left);
        fuzz_must(left.any == (left.doc != NULL));
        struct alter_was was = {0};
        alter_left_was(&left, a, &was);
        fuzz_touch_text(was.state);
        fuzz_must(!alter_left_unheard(&left, "pause") || left.n > 0);
        (void)alter_left_meant(&left, "pause", "s");
        fuzz_touch_text(alter_left_before(&left, "public.t"));
        json_free(left.doc);
    }
    look_begun(&seen, a);
}

static void look_plan(struct store *s)
{
    struct plan p = {.target = target, .n_actions = 3, .wanted = "w"};
    p.actions[0] = (struct plan_action){.step = STEP_START, .verb = PLAN_UPDATE};
    p.actions[1] = (struct plan_action){.step = STEP_STREAM, .verb = PLAN_CREATE};
    p.actions[2] = (struct plan_action){.step = STEP_DATASET, .verb = PLAN_KEEP};
    str_copy(p.names.stream, sizeof p.names.stream, "s");
    (void)apply_continues(&p, s, "d");
    fuzz_must(apply_unheard(&target, "s", s) == 0 || apply_is_unfinished(&target, "s", s));
    (void)record_left_over(s, &target, "s");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    struct arena a;
    struct err e;
    struct store *s = store_open_memory(&e);
    fuzz_must(s != NULL);
    arena_init(&a);
    write_run(s, &in);
    look_alter(s, &a);
    look_plan(s);
    look_names(s, &a);
    look_left(s, &a);
    arena_done(&a);
    store_close(s);
    return 0;
}
