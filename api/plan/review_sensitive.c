/* What is sensitive in a change, each with its evidence, its reason and who gave it. */

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/evidence.h"
#include "api/plan/review_inside.h"
#include "api/plan/said.h"

#include <stdlib.h>
#include <string.h>

/* --- a column --- */

static const char *name_of(struct review_writer *w, const struct compare_column *c)
{
    return said_name(w->a, c->schema, c->table, c->name);
}

const char *review_categories(struct review_writer *w, uint32_t categories)
{
    return selection_categories(w->a, categories);
}

/* Why apply refuses it, as a part of a sentence. */
static const char *lacking(const struct selection_column *judged)
{
    if (judged->ack == NULL)
        return tr("no reason");
    return selection_reason_is_outgrown(judged) ? tr("a reason that was given for less")
                                                : tr("a reason that leaves out code 6/7");
}

/* The name and what it is come first: a line may be cut. Whole sentences, for word order is the
 * language's own. */
static const char *sentence(struct review_writer *w, const struct review_column *c)
{
    const struct selection_column *known = c->c->is ? c->c->is : c->c->was;
    const char *name = name_of(w, c->c),
               *type =
                   str_is_empty(known->type) ? tr("type not known") : review_word(w, known->type),
               *level = tr(rules_level_name(c->level)), *what = review_categories(w, c->categories);

    switch (c->c->kind) {
    case COMPARE_STARTS:
        if (c->unacknowledged)
            return arena_printf(w->a, tr("%s: %s (%s), %s; starts flowing (%s)"), name, level, what,
                                lacking(c->judged), type);
        return arena_printf(w->a, tr("%s: %s (%s); starts flowing (%s)"), name, level, what, type);
    case COMPARE_STOPS:
        return arena_printf(w->a, tr("%s: %s (%s); stops flowing (%s)"), name, level, what, type);
    case COMPARE_CHANGED:
        if (c->unacknowledged)
            return arena_printf(w->a, tr("%s: %s (%s), %s; flows (%s)"), name, level, what,
                                lacking(c->judged), type);
        return arena_printf(w->a,
                            c->before > c->verdict.level
                                ? tr("%s: was %s (%s); flows, and is called less than before (%s)")
                                : tr("%s: %s (%s); described otherwise (%s)"),
                            name, level, what, type);
    case COMPARE_NEW:
    case COMPARE_GONE:
    case COMPARE_KINDS:
        break;
    }
    return name; /* merely listed: told with its table */
}

/* What the team says and what values say first: a name everybody can read. The rest is counted. */
void review_evidence(struct review_writer *w, const struct rules_verdict *v)
{
    enum { TOLD = 2 };
    uint32_t told = 0;

    for (int turn = 0; turn < 2; turn++)
        for (uint32_t i = 0; i < v->n_evidence; i++) {
            const struct rules_evidence *e = &v->evidence[i];
            bool always = e->by == RULES_BY_TEAM || rules_contradicts(e),
                 first = always || evidence_is_of_values(e);
            if (first != (turn == 0) || (told >= TOLD && !always))
                continue;
            review_detail(w, evidence_text(w->r->in->team, e, w->a));
            told++;
        }
    if (v->n_evidence > told)
        review_detail(w, arena_printf(w->a, tr("evidence besides: %u; --json has it all"),
                                      v->n_evidence - told));
}

static void ack_line(struct review_writer *w, const char *format, const struct selection_ack *ack)
{
    review_detail(w, arena_printf(w->a, "%s: %s (%s), %s %s", format, review_word(w, ack->reason),
                                  review_word(w, ack->reference), review_word(w, ack->by),
                                  review_word(w, ack->at)));
}

static bool is_same(const struct selection_ack *a, const struct selection_ack *b)
{
    return str_eq(a->reason, b->reason) && str_eq(a->reference, b->reference) &&
           str_eq(a->by, b->by) && str_eq(a->at, b->at);
}

/* By all that is known of it: the file may not name the category. */
static bool lacks_protected(const struct review_column *c)
{
    struct selection_column is = {0};

    if (c->c->is == NULL || !c->c->is->included)
        return false;
    is = *c->c->is;
    is.categories = c->categories;
    return selection_lacks_protected(&is);
}

static void unprotected(struct review_writer *w)
{
    review_add(w, REVIEW_DETAIL, REVIEW_ALARM,
               tr("code 6/7: the reason does not say how protected people are kept apart"));
}

static void reasons(struct review_writer *w, const struct review_column *c)
{
    const struct selection_ack *was = c->c->was ? c->c->was->ack : NULL,
                               *is = c->c->is ? c->c->is->ack : NULL;

    if (is && w->said && is_same(w->said, is))
        review_detail(w, tr("reason: the same as above"));
    else if (is)
        ack_line(w, tr("reason"), is);
    w->said = is;
    if (lacks_protected(c))
        unprotected(w);
    if (was && (c->c->what & COMPARE_REASON))
        ack_line(w, is ? tr("reason before") : tr("the reason is gone"), was);
    else if (was && is == NULL && c->c->kind == COMPARE_STOPS)
        ack_line(w, tr("it had a reason"), was);
}

static void unconfirmed(struct review_writer *w, const struct selection_column *c)
{
    review_add(w, REVIEW_DETAIL, REVIEW_ALARM,
               arena_printf(w->a,
                            tr("its type is %s in the file alone: no database has confirmed it, "
                               "and it is judged as text"),
                            str_is_empty(c->type) ? "-" : review_word(w, c->type)));
}

/* NULL: the database was not asked, or has no such column. */
static const char *live_type(struct review_writer *w, const struct compare_column *c)
{
    const struct selection *seen = w->r->in->live.seen;
    size_t table, column;

    return seen && selection_find(seen, c->schema, c->table, &table) &&
                   selection_find_column(&seen->tables[table], c->name, &column)
               ? seen->tables[table].columns[column].type
               : NULL;
}

static void differences(struct review_writer *w, const struct review_column *c)
{
    const struct selection_column *was = c->c->was, *is = c->c->is;
    const char *live = live_type(w, c->c);

    if (c->c->what & COMPARE_TYPE)
        review_detail(w, arena_printf(w->a, tr("type: %s before, %s now"),
                                      review_word(w, was->type), review_word(w, is->type)));
    if (c->c->what & COMPARE_LEVEL)
        review_detail(w, arena_printf(w->a, tr("level: %s before, %s now"),
                                      tr(rules_level_name((enum rules_level)was->level)),
                                      tr(rules_level_name((enum rules_level)is->level))));
    if (c->c->what & COMPARE_CATEGORIES)
        review_detail(w, arena_printf(w->a, tr("categories: %s before, %s now"),
                                      was->categories ? review_categories(w, was->categories) : "-",
                                      is->categories ? review_categories(w, is->categories) : "-"));
    if (live && is && !str_is_empty(is->type) && !str_eq(live, is->type))
        review_add(w, REVIEW_DETAIL, REVIEW_ALARM,
                   arena_printf(w->a, tr("its type: the database says %s, the file says %s"),
                                review_word(w, live), review_word(w, is->type)));
    if (c->claimed)
        unconfirmed(w, is);
    else if (c->calmer)
        review_add(w, REVIEW_DETAIL, REVIEW_ALARM,
                   arena_printf(w->a, tr("the file calls it %s; by what is known it is %s"),
                                tr(rules_level_name((enum rules_level)is->level)),
                                tr(rules_level_name(c->level))));
}

static void sensitive_column(struct review_writer *w, const struct review_column *c)
{
    bool alarm = c->unacknowledged || c->calmer || c->before != RULES_NONE;

    review_add(w, REVIEW_ITEM, alarm ? REVIEW_ALARM : review_tone_of(c->c->kind), sentence(w, c));
    differences(w, c);
    if (c->before != RULES_NONE && !(c->c->what & COMPARE_LEVEL))
        review_add(w, REVIEW_DETAIL, REVIEW_ALARM,
                   arena_printf(w->a, tr("it flows, and was %s before: is it harmless now?"),
                                tr(rules_level_name(c->before))));
    reasons(w, c);
    review_evidence(w, &c->verdict);
}

bool review_is_listed(const struct compare_column *c)
{
    return c->kind == COMPARE_NEW || c->kind == COMPARE_GONE;
}

static int by_place(const void *a, const void *b)
{
    const struct selection_place *x = a, *y = b;

    if (x->table != y->table)
        return x->table < y->table ? -1 : 1;
    return (x->column > y->column) - (x->column < y->column);
}

/* Of the unacknowledged, which stand in that order: those of the change were told with it. */
static const bool *told_with_change(struct review_writer *w)
{
    const struct review *r = w->r;
    bool *told = arena_array(w->a, bool, r->n_unacknowledged + 1);

    memset(told, 0, r->n_unacknowledged + 1);
    for (size_t i = 0; i < r->n_columns && r->ranked[i]->unacknowledged; i++) {
        const struct compare_column *c = r->ranked[i]->c;
        const struct selection_place at = {(uint32_t)(c->table_is - r->in->is->tables),
                                           (uint32_t)(c->is - c->table_is->columns)};
        const struct selection_place *found =
            bsearch(&at, r->unacknowledged, r->n_unacknowledged, sizeof at, by_place);
        if (found)
            told[found - r->unacknowledged] = true;
    }
    return told;
}

struct unchanged {
    const bool *told; /* with the change */
    size_t n;
    const struct selection_table *at; /* that the words are of */
    struct rules_table words;
};

static void judge_unchanged(struct review_writer *w, struct unchanged *u,
                            const struct selection_table *t, const struct selection_column *c,
                            struct rules_verdict *out)
{
    const struct rules_column column = {
        .name = c->name, .type = c->claimed ? NULL : c->type, .is_key = c->key};

    if (judgement_verdict(w->r->in->judgement, t->schema, t->name, c->name, out))
        return;
    if (u->at != t)
        review_words_of(w->r, t, &u->words);
    u->at = t;
    rules_judge(&u->words, &column, out);
}

static void unchanged_column(struct review_writer *w, struct unchanged *u,
                             const struct selection_table *t, const struct selection_column *c)
{
    struct rules_verdict v;

    review_add(w, REVIEW_ITEM, REVIEW_ALARM,
               arena_printf(w->a, tr("%s: %s (%s), %s; flows as before"),
                            said_name(w->a, t->schema, t->name, c->name),
                            tr(rules_level_name((enum rules_level)c->level)),
                            review_categories(w, c->categories), lacking(c)));
    if (c->claimed)
        unconfirmed(w, c);
    if (selection_lacks_protected(c))
        unprotected(w);
    judge_unchanged(w, u, t, c, &v);
    review_evidence(w, &v);
}

/* Those of one level, or only counted. */
static void unchanged_of(struct review_writer *w, struct unchanged *u, enum rules_level level,
                         bool tell)
{
    for (size_t i = 0; i < w->r->n_unacknowledged; i++) {
        const struct selection_place *at = &w->r->unacknowledged[i];
        const struct selection_table *t = &w->r->in->judged->tables[at->table];
        const struct selection_column *c = &t->columns[at->column];
        if (u->told[i] || c->level != level)
            continue;
        u->n++;
        if (tell)
            unchanged_column(w, u, t, c);
    }
}

static size_t unchanged_without_reason(struct review_writer *w, const bool *told, bool tell)
{
    struct unchanged u = {.told = told};

    unchanged_of(w, &u, RULES_SPECIAL, tell);
    unchanged_of(w, &u, RULES_PERSONAL, tell);
    return u.n;
}

/* Nothing of them stands otherwise in the file: the rules do. */
static size_t lowered_by_rules(struct review_writer *w, bool tell)
{
    size_t n = 0;

    for (size_t i = 0; i < w->r->n_lowered; i++) {
        const struct review_lowered *x = &w->r->lowered[i];
        if (x->listed)
            continue;
        if (tell)
            review_add(w, REVIEW_ITEM, REVIEW_ALARM,
                       arena_printf(
                           w->a,
                           tr("%s: was %s (%s); flows as before, and by the rules of now it is %s"),
                           said_name(w->a, x->table->schema, x->table->name, x->column->name),
                           tr(rules_level_name(x->before)), review_categories(w, x->categories),
                           tr(rules_level_name((enum rules_level)x->column->level))));
        n++;
    }
    return n;
}

/* The ranked ones from `at` on: those without a reason, who stand first, or the others. */
static size_t changed(struct review_writer *w, size_t at, bool without_reason)
{
    const struct review *r = w->r;

    for (; at < r->n_columns && r->ranked[at]->unacknowledged == without_reason; at++)
        if (r->ranked[at]->level != RULES_NONE && !review_is_listed(r->ranked[at]->c))
            sensitive_column(w, r->ranked[at]);
    return at;
}

void review_add_sensitive(struct review_writer *w)
{
    const struct review *r = w->r;
    const bool *told = told_with_change(w);
    size_t n = 0;

    for (size_t i = 0; i < r->n_columns; i++)
        n += r->columns[i].level != RULES_NONE && !review_is_listed(r->columns[i].c);
    if (n + unchanged_without_reason(w, told, false) + lowered_by_rules(w, false) == 0)
        return;
    review_head(w, tr("Sensitive"));
    size_t at = changed(w, 0, true); /* the worst first: what apply refuses, changed or not */
    unchanged_without_reason(w, told, true);
    changed(w, at, false);
    lowered_by_rules(w, true);
    if (r->n_unacknowledged)
        review_note(w, tr("apply refuses as long as one that flows has no reason that holds"));
}
