#include "api/plan/judge.h"

#include <string.h>

static void raise_to(struct selection_column *c, int level, uint32_t categories)
{
    if (level > c->level)
        c->level = (uint8_t)level;
    if (level != RULES_NONE)
        c->categories |= categories;
}

static void judge_table(struct selection_table *t, const struct rules_team *team)
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
        if (t->n_included == 0)
            continue;
        judge_table(t, team);
        if (seen && selection_find(seen, t->schema, t->name, &at))
            judge_by(t, &seen->tables[at]);
    }
}
