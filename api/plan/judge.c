#include "api/plan/judge.h"

#include "api/base/str.h"

static void raise_to(struct selection_column *c, int level, uint32_t categories)
{
    if (level > c->level)
        c->level = (uint8_t)level;
    if (level != RULES_NONE)
        c->categories |= categories;
}

static bool is_confirmed(const struct selection_table *seen, const struct selection_column *c)
{
    size_t at;

    return seen && selection_find_column(seen, c->name, &at) &&
           !str_is_empty(seen->columns[at].type);
}

/* "ident bigint" is a key, "ident text" a person's number: whoever writes the file must not decide
 * which it is. Text holds the most. */
static void doubt(struct selection_column *c, const struct rules_table *words)
{
    const struct rules_column column = {.name = c->name, .is_key = c->key};
    bool lacked = selection_lacks_reason(c);
    struct rules_verdict v;

    rules_judge(words, &column, &v);
    if (v.level <= (enum rules_level)c->level)
        return;
    raise_to(c, (int)v.level, v.categories);
    c->claimed = !lacked && selection_lacks_reason(c);
}

static void judge_table(struct selection_table *t, const struct rules_team *team,
                        const struct selection_table *seen)
{
    struct rules_table words;
    struct rules_verdict v;

    rules_table_of(&words, t->schema, t->name, NULL);
    rules_table_team(&words, team);
    for (size_t i = 0; i < t->n_columns; i++)
        rules_table_sibling(&words, t->columns[i].name);
    for (size_t i = 0; i < t->n_columns; i++) {
        struct selection_column *c = &t->columns[i];
        struct rules_column column = {.name = c->name, .type = c->type, .is_key = c->key};
        rules_judge(&words, &column, &v);
        raise_to(c, (int)v.level, v.categories);
        if (c->included && !is_confirmed(seen, c))
            doubt(c, &words);
    }
}

/* The type that the database tells goes before the one that the file claims. */
static void judge_by(struct selection_table *t, const struct selection_table *seen)
{
    size_t at;

    for (size_t i = 0; i < t->n_columns; i++)
        if (selection_find_column(seen, t->columns[i].name, &at))
            raise_to(&t->columns[i], seen->columns[at].level, seen->columns[at].categories);
}

void judge_again(struct selection *s, const struct rules_team *team, const struct selection *seen)
{
    size_t at;

    for (size_t i = 0; i < s->n_tables; i++) {
        struct selection_table *t = &s->tables[i];
        const struct selection_table *there = NULL;
        if (t->n_included == 0)
            continue;
        if (seen && selection_find(seen, t->schema, t->name, &at))
            there = &seen->tables[at];
        judge_table(t, team, there);
        if (there)
            judge_by(t, there);
    }
}
