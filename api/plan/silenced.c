#include "api/plan/silenced.h"

#include "api/plan/evidence.h"

#include <string.h>

struct finding {
    const struct judgement *judgement;
    const struct rules_team *team;
    struct arena *mem;
    struct silenced_list *out;
    size_t room;
    const struct selection_table *at; /* that the words are of */
    struct rules_table words;
};

/* Cheap, and before anything is judged: types may be others in the database, so any will do. */
static bool may_be_silenced(const struct finding *f, const struct selection_table *t,
                            const struct selection_column *c)
{
    for (size_t i = 0; i < team_count(f->team); i++) {
        const struct team_rule *r = team_at(f->team, i);
        if (r->does == TEAM_SILENCE && team_fits(r, t->schema, t->name, c->name, r->type))
            return true;
    }
    return false;
}

static void judge(struct finding *f, const struct selection_table *t,
                  const struct selection_column *c, struct rules_verdict *out)
{
    const struct rules_column column = {
        .name = c->name, .type = c->claimed ? NULL : c->type, .is_key = c->key};

    if (judgement_verdict(f->judgement, t->schema, t->name, c->name, out))
        return;
    if (f->at != t) {
        rules_table_of(&f->words, t->schema, t->name, NULL);
        rules_table_team(&f->words, f->team);
        for (size_t i = 0; i < t->n_columns; i++)
            rules_table_sibling(&f->words, t->columns[i].name);
        f->at = t;
    }
    rules_judge(&f->words, &column, out);
}

static bool has_quiet(const struct rules_verdict *v)
{
    for (uint32_t i = 0; i < v->n_evidence; i++)
        if (v->evidence[i].quiet)
            return true;
    return false;
}

uint32_t silenced_against(const struct rules_verdict *v)
{
    uint32_t categories = 0;

    for (uint32_t i = 0; i < v->n_evidence; i++)
        if (rules_contradicts(&v->evidence[i]))
            categories |= UINT32_C(1) << rules_rule_category(v->evidence[i].rule);
    return categories;
}

static void add(struct finding *f, const struct silenced *s)
{
    struct silenced_list *l = f->out;

    if (l->n == f->room) {
        size_t room = f->room ? f->room * 2 : 16;
        struct silenced *more = arena_array(f->mem, struct silenced, room);
        if (l->n)
            memcpy(more, l->items, l->n * sizeof *more);
        l->items = more;
        f->room = room;
    }
    l->items[l->n++] = *s;
}

static void look(struct finding *f, const struct selection_table *t,
                 const struct selection_column *c, bool against)
{
    struct silenced s = {.table = t, .column = c};

    if (!c->included || !may_be_silenced(f, t, c))
        return;
    judge(f, t, c, &s.verdict);
    s.against = silenced_against(&s.verdict) != 0;
    if (s.against == against && has_quiet(&s.verdict))
        add(f, &s);
}

void silenced_find(const struct judgement *judgement, const struct rules_team *team,
                   const struct selection *s, struct arena *a, struct silenced_list *out)
{
    struct finding f = {.judgement = judgement, .team = team, .mem = a, .out = out};

    *out = (struct silenced_list){0};
    for (int turn = 0; team_count(team) && turn < 2; turn++) {
        for (size_t i = 0; i < s->n_tables; i++)
            for (size_t c = 0; s->tables[i].n_included && c < s->tables[i].n_columns; c++)
                look(&f, &s->tables[i], &s->tables[i].columns[c], turn == 0);
        if (turn == 0)
            out->n_against = out->n;
    }
}

void silenced_json(struct json_out *o, const struct rules_team *team, const struct silenced_list *l)
{
    json_open_array(o, "silenced");
    for (size_t i = 0; i < l->n; i++) {
        const struct silenced *s = &l->items[i];
        uint32_t categories = silenced_against(&s->verdict);
        json_open_object(o, NULL);
        json_put_string(o, "schema", s->table->schema);
        json_put_string(o, "table", s->table->name);
        json_put_string(o, "column", s->column->name);
        json_put_bool(o, "against", s->against);
        json_open_array(o, "categories");
        for (int c = 0; c < RULES_CATEGORIES; c++)
            if (categories & UINT32_C(1) << c)
                json_put_string(o, NULL, rules_category_name((enum rules_category)c));
        json_close_array(o);
        evidence_json(o, team, &s->verdict);
        json_close_object(o);
    }
    json_close_array(o);
}
