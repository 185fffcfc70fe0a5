/* A column that flows and is called less than before: the file's level was lowered, or the team's
 * rules were. No reason is asked for it any more, so somebody has to see it. */

#include "api/plan/review_inside.h"

struct before {
    const struct review *r;
    struct review_column *
        *changed; /* of the file's columns, one behind the other; NULL: as before */
    const struct selection_table *table; /* that `words` are of */
    struct rules_table words;
};

static const struct rules_team *team_of(const struct review_input *in)
{
    return in->team_known ? in->team_was : in->team;
}

static void words_of(struct before *b, const struct selection_table *t)
{
    rules_table_of(&b->words, t->schema, t->name, NULL);
    rules_table_team(&b->words, team_of(b->r->in));
    for (size_t i = 0; i < t->n_columns; i++)
        rules_table_sibling(&b->words, t->columns[i].name);
    b->table = t;
}

/* As the file called it then, or as it would have been judged then, whichever is more. */
static void judge_then(const struct before *b, const struct selection_column *was,
                       struct rules_verdict *out)
{
    const struct rules_column column = {.name = was->name, .type = was->type, .is_key = was->key};

    rules_judge(&b->words, &column, out);
    if (was->level > out->level)
        out->level = (enum rules_level)was->level;
    out->categories |= was->categories;
}

static void find_changed(struct before *b, struct review *r, const size_t *first, size_t n)
{
    b->changed = arena_array(&r->mem, struct review_column *, n + 1);
    for (size_t i = 0; i < n; i++)
        b->changed[i] = NULL;
    for (size_t i = 0; i < r->n_columns; i++) {
        const struct compare_column *c = r->columns[i].c;
        if (c->is)
            b->changed[first[c->table_is - r->in->is->tables] +
                       (size_t)(c->is - c->table_is->columns)] = &r->columns[i];
    }
}

static void look_at(const struct before *b, struct review *r, const struct selection_table *judged,
                    size_t column, struct review_column *changed,
                    const struct selection_column *was)
{
    const struct selection_column *now = &judged->columns[column];
    struct rules_verdict then;

    judge_then(b, was, &then);
    if (then.level <= (enum rules_level)now->level)
        return;
    if (changed)
        changed->before = then.level;
    r->lowered[r->n_lowered++] = (struct review_lowered){.table = judged,
                                                         .column = now,
                                                         .before = then.level,
                                                         .categories = then.categories,
                                                         .listed = changed != NULL};
}

static void look_at_table(struct before *b, struct review *r, size_t table, size_t first)
{
    const struct selection_table *is = &r->in->is->tables[table];
    size_t c;

    for (size_t i = 0; i < is->n_columns; i++)
        if (is->columns[i].included && selection_find_column(b->table, is->columns[i].name, &c))
            look_at(b, r, &r->in->judged->tables[table], i, b->changed[first + i],
                    &b->table->columns[c]);
}

void review_find_lowered(struct review *r)
{
    const struct selection *is = r->in->is, *was = r->in->was;
    struct before b = {.r = r};
    size_t n = 0, at;

    if (was == NULL || r->in->base == REVIEW_STREAM) /* a stream tells no levels */
        return;
    size_t *first = arena_array(&r->mem, size_t, is->n_tables + 1);
    for (size_t t = 0; t < is->n_tables; t++) {
        first[t] = n;
        n += is->tables[t].n_columns;
    }
    find_changed(&b, r, first, n);
    r->lowered = arena_array(&r->mem, struct review_lowered, n + 1);
    for (size_t t = 0; t < is->n_tables; t++) {
        if (is->tables[t].n_included == 0 ||
            !selection_find(was, is->tables[t].schema, is->tables[t].name, &at))
            continue;
        words_of(&b, &was->tables[at]);
        look_at_table(&b, r, t, first[t]);
    }
}
