#include "api/plan/review.h"

#include "api/base/str.h"
#include "api/plan/review_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* --- judging what has changed --- */

/* The same column as apply will see it: both were read from one text. */
static const struct selection_column *judged_of(const struct review *r,
                                                const struct compare_column *c)
{
    assert(c->is && c->table_is);
    size_t table = (size_t)(c->table_is - r->in->is->tables),
           column = (size_t)(c->is - c->table_is->columns);

    return &r->in->judged->tables[table].columns[column];
}

static void take(struct review_column *out, unsigned level, uint32_t categories)
{
    if (level > out->level)
        out->level = (enum rules_level)level;
    out->categories |= categories;
}

static void judge_column(const struct review *r, const struct rules_table *words,
                         struct review_column *out)
{
    const struct selection_column *was = out->c->was, *is = out->c->is, *known = is ? is : was,
                                  *judged = is ? judged_of(r, out->c) : NULL;
    const struct rules_column column = {.name = known->name,
                                        .type = judged && judged->claimed ? NULL : known->type,
                                        .is_key = known->key};

    if (!judgement_verdict(r->in->judgement, out->c->schema, out->c->table, known->name,
                           &out->verdict))
        rules_judge(words, &column, &out->verdict);
    take(out, out->verdict.level, out->verdict.categories);
    if (was)
        take(out, was->level, was->categories);
    out->judged = judged;
    if (judged) {
        out->claimed = judged->claimed;
        take(out, judged->level, judged->categories);
        out->calmer = out->verdict.level > is->level || judged->level > is->level;
        out->unacknowledged = judged->included && selection_lacks_reason(judged);
    }
}

void review_words_of(const struct review *r, const struct selection_table *t,
                     struct rules_table *out)
{
    rules_table_of(out, t->schema, t->name, NULL);
    rules_table_team(out, r->in->team);
    for (size_t i = 0; i < t->n_columns; i++)
        rules_table_sibling(out, t->columns[i].name);
}

static bool is_sensitive(const struct review_column *c)
{
    return c->level != RULES_NONE;
}

/* What is worth the reviewer's eyes most: flows without a reason, special, personal; what is merely
 * listed and off behind what flows. */
static int weight(const struct review_column *c)
{
    bool off = c->c->kind == COMPARE_NEW || c->c->kind == COMPARE_GONE;

    if (!is_sensitive(c))
        return 6;
    return (c->unacknowledged ? 0 : off ? 4 : 2) + (c->level == RULES_SPECIAL ? 0 : 1);
}

static int by_weight(const void *left, const void *right)
{
    const struct review_column *const *first = left, *const *second = right, *a = *first,
                                      *b = *second;
    int order = weight(a) - weight(b);

    if (order == 0)
        order = strcmp(a->c->schema, b->c->schema);
    if (order == 0)
        order = strcmp(a->c->table, b->c->table);
    return order ? order : strcmp(a->c->name, b->c->name);
}

static void judge(struct review *r)
{
    const struct selection_table *at = NULL;
    struct rules_table words;

    r->columns = arena_array(&r->mem, struct review_column, r->change.n_columns + 1);
    for (size_t i = 0; i < r->change.n_columns; i++) {
        const struct compare_column *c = &r->change.columns[i];
        const struct selection_table *t = c->table_is ? c->table_is : c->table_was;
        if (t != at)
            review_words_of(r, t, &words);
        at = t;
        r->columns[i].c = c;
        judge_column(r, &words, &r->columns[i]);
        r->n_sensitive += is_sensitive(&r->columns[i]) && !review_is_listed(c);
    }
    r->n_columns = r->change.n_columns;
    r->ranked = arena_array(&r->mem, const struct review_column *, r->n_columns + 1);
    for (size_t i = 0; i < r->n_columns; i++)
        r->ranked[i] = &r->columns[i];
    qsort(r->ranked, r->n_columns, sizeof *r->ranked, by_weight);
}

/* Of the whole file, as apply counts them: one that stood there before has no reason, either. */
static void find_unacknowledged(struct review *r)
{
    size_t n = selection_unacknowledged(r->in->judged, NULL, 0);

    r->unacknowledged = arena_array(&r->mem, struct selection_place, n + 1);
    r->n_unacknowledged = selection_unacknowledged(r->in->judged, r->unacknowledged, n);
}

/* What was agreed on: the base, where it has the file; else the file itself. */
static bool agreed_by_base(const struct review_input *in)
{
    return in->base != REVIEW_STREAM && in->was;
}

static bool flows_by_file(const struct review *r, const struct drift_item *d)
{
    size_t at;

    return selection_find(r->in->is, d->schema, d->table, &at) && r->in->is->tables[at].n_included;
}

/* What the source lacks for what flows by the file is a need. */
static bool is_need(const struct review *r, const struct drift_item *d)
{
    return (d->kind == DRIFT_PUBLICATION || d->kind == DRIFT_GRANT) && str_eq(d->agreed, "flows") &&
           flows_by_file(r, d);
}

static void take_drift(struct review *r, struct drift_item *kept, const struct drift *found,
                       const char *by)
{
    for (size_t i = 0; i < found->n; i++) {
        if (is_need(r, &found->items[i]))
            continue;
        kept[r->drift.n] = found->items[i];
        kept[r->drift.n++].by = by;
        r->drift.n_unagreed += found->items[i].unagreed;
        r->drift.n_unlisted += found->items[i].unlisted;
    }
}

/* What runs is held against what was agreed on; what the database has against the file, which is
 * what will be applied: a base cannot tell where the file is wrong. Against the running stream what
 * it carries otherwise is the change itself: each is told once. */
static void find_drift(struct review *r)
{
    const struct review_input *in = r->in;
    struct drift_world runs = in->live, has = {.seen = in->live.seen, .carries = in->live.stream};
    struct drift_item *kept;
    struct drift drift, file;
    size_t graver = 0;

    runs.seen = NULL;
    if (in->base == REVIEW_STREAM)
        runs.stream = NULL;
    drift_find(agreed_by_base(in) ? in->was : in->is, &runs, &r->mem, &drift);
    drift_find(in->is, &has, &r->mem, &file);
    kept = arena_array(&r->mem, struct drift_item, drift.n + file.n + 1);
    r->drift.items = kept;
    while (graver < file.n && file.items[graver].graver)
        graver++;
    const struct drift worst = {.items = file.items, .n = graver},
                       rest = {.items = file.items + graver, .n = file.n - graver};
    take_drift(r, kept, &worst, NULL);
    take_drift(r, kept, &drift, agreed_by_base(in) ? in->base_name : NULL);
    take_drift(r, kept, &rest, NULL); /* has the news, which stand last */
}

static void note_rule(void *ctx, bool gone, const struct team_rule *rule)
{
    struct review *r = ctx;
    struct str text = {0};

    if ((r->n_rules & (r->n_rules - 1)) == 0) { /* full at every power of two */
        struct review_rule *more =
            arena_array(&r->mem, struct review_rule, r->n_rules ? r->n_rules * 2 : 1);
        if (r->n_rules)
            memcpy(more, r->rules, r->n_rules * sizeof *more);
        r->rules = more;
    }
    team_rule_text(rule, &text);
    r->rules[r->n_rules++] =
        (struct review_rule){gone, arena_str(&r->mem, str_text(&text)), rule->reason};
    str_done(&text);
}

void review_make(const struct review_input *in, struct review *out)
{
    static const struct selection nothing;
    const struct compare_options *o = in->base == REVIEW_STREAM ? &compare_stream : &compare_files;
    struct compare_options only_columns = *o;

    *out = (struct review){.in = in};
    arena_init(&out->mem);
    if (in->was == NULL)
        only_columns.settings = COMPARE_SETTINGS_NONE;
    compare(in->was ? in->was : &nothing, in->is, &only_columns, &out->mem, &out->change);
    judge(out);
    find_unacknowledged(out);
    review_find_lowered(out);
    silenced_find(in->judgement, in->team, in->judged, &out->mem, &out->silenced);
    judgement_unseen(in->judgement, in->is, in->source_why, &out->mem, &out->values);
    if (in->team_known)
        team_compare(in->team_was, in->team, note_rule, out);
    find_drift(out);
    out->lists_off = in->is->n_on < in->is->n_tables;
    review_find_needs(out);
    review_find_stays(out);
}

void review_done(struct review *r)
{
    arena_done(&r->mem);
    *r = (struct review){0};
}

bool review_is_fine(const struct review *r)
{
    return compare_is_same(&r->change) && r->n_unacknowledged == 0 && r->n_lowered == 0 &&
           r->drift.n == r->drift.n_unlisted && r->n_rules == 0 && r->n_missing == 0;
}
