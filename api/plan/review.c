#include "api/plan/review.h"

#include "api/base/str.h"
#include "api/plan/review_inside.h"

#include <stdlib.h>
#include <string.h>

/* --- judging what has changed --- */

/* The same column as apply will see it: both were read from one text. */
static const struct selection_column *judged_of(const struct review *r,
                                                const struct compare_column *c)
{
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
    const struct selection_column *was = out->c->was, *is = out->c->is, *known = is ? is : was;
    const struct rules_column column = {
        .name = known->name, .type = known->type, .is_key = known->key};

    if (!judgement_verdict(r->in->judgement, out->c->schema, out->c->table, known->name,
                           &out->verdict))
        rules_judge(words, &column, &out->verdict);
    take(out, out->verdict.level, out->verdict.categories);
    if (was)
        take(out, was->level, was->categories);
    if (is) {
        const struct selection_column *judged = judged_of(r, out->c);
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
static const struct selection *agreed_of(const struct review_input *in)
{
    return in->base != REVIEW_STREAM && in->was ? in->was : in->is;
}

static bool flows_by_file(const struct review *r, const struct drift_item *d)
{
    size_t at;

    return selection_find(r->in->is, d->schema, d->table, &at) && r->in->is->tables[at].n_included;
}

/* New since the base, and listed by the file: that is told as its change. */
static bool is_listed_by_file(const struct review *r, const struct drift_item *d)
{
    size_t t, c;

    return d->unlisted && d->schema && d->table &&
           selection_find(r->in->is, d->schema, d->table, &t) &&
           (d->column == NULL || selection_find_column(&r->in->is->tables[t], d->column, &c));
}

/* Against the running stream what it carries otherwise is the change itself, and what the source
 * lacks for what flows by the file is a need: each is told once. */
static void find_drift(struct review *r)
{
    struct drift_world live = r->in->live;
    struct drift all;
    struct drift_item *kept;

    if (r->in->base == REVIEW_STREAM)
        live.stream = NULL;
    drift_find(agreed_of(r->in), &live, &r->mem, &all);
    kept = arena_array(&r->mem, struct drift_item, all.n + 1);
    r->drift.items = kept;
    for (size_t i = 0; i < all.n; i++) {
        const struct drift_item *d = &all.items[i];
        bool source = d->kind == DRIFT_PUBLICATION || d->kind == DRIFT_GRANT;
        if ((source && str_eq(d->agreed, "flows") && flows_by_file(r, d)) ||
            is_listed_by_file(r, d))
            continue;
        kept[r->drift.n++] = *d;
        r->drift.n_unagreed += d->unagreed;
        r->drift.n_unlisted += d->unlisted;
    }
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
    judgement_unseen(in->judgement, in->is, in->source_why, &out->mem, &out->values);
    if (in->team_known)
        team_compare(in->team_was, in->team, note_rule, out);
    find_drift(out);
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
           r->drift.n == r->drift.n_unlisted && r->n_rules == 0;
}
