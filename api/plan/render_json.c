/* A plan as data (`strom plan --json`). */

#include "api/base/json.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/dated.h"
#include "api/plan/evidence.h"
#include "api/plan/render.h"
#include "api/plan/said.h"
#include "api/plan/silenced.h"
#include "api/plan/trial_tell.h"

static void action_json(struct json_out *o, const struct plan_action *x)
{
    json_open_object(o, NULL);
    json_put_string(o, "step", step_type(x->step)->id);
    json_put_string(o, "name", x->name);
    json_put_string(o, "action", plan_verb_name(x->verb));
    json_put_string(o, "why", tr(x->why));
    if (x->hint)
        json_put_string(o, "hint", tr(x->hint));
    json_open_array(o, "changes");
    for (size_t i = 0; i < x->n_changes; i++) {
        json_open_object(o, NULL);
        json_put_string(o, "path", x->changes[i].path);
        json_put_string(o, "from", x->changes[i].from);
        json_put_string(o, "to", x->changes[i].to);
        json_close_object(o);
    }
    json_close_array(o);
    json_close_object(o);
}

static void put_evidence(struct json_out *o, const struct plan_judged *judged,
                         const struct selection_table *t, const struct selection_column *c)
{
    struct rules_verdict v;

    if (judged && judgement_verdict(judged->judgement, t->schema, t->name, c->name, &v))
        evidence_json(o, judged->team, &v);
}

static void unacknowledged_json(struct json_out *o, const struct plan *p, const struct selection *s,
                                const struct plan_judged *judged)
{
    json_open_array(o, "unacknowledged");
    for (size_t i = 0; i < p->n_unacknowledged; i++) {
        const struct selection_table *t = &s->tables[p->unacknowledged[i].table];
        const struct selection_column *c = &t->columns[p->unacknowledged[i].column];
        json_open_object(o, NULL);
        json_put_string(o, "schema", t->schema);
        json_put_string(o, "table", t->name);
        json_put_string(o, "column", c->name);
        json_put_string(o, "level", rules_level_name((enum rules_level)c->level));
        json_open_array(o, "categories");
        for (int k = 0; k < RULES_CATEGORIES; k++)
            if (c->categories & 1u << k)
                json_put_string(o, NULL, rules_category_name((enum rules_category)k));
        json_close_array(o);
        json_put_bool(o, "type_unconfirmed", c->claimed);
        put_evidence(o, judged, t, c);
        json_close_object(o);
    }
    json_close_array(o);
}

static void values_json(struct json_out *o, const struct selection *s,
                        const struct plan_judged *judged)
{
    struct arena a = {0};
    struct judgement_unseen unseen;

    if (judged) {
        judgement_unseen(judged->judgement, s, judged->why, &a, &unseen);
        judgement_unseen_json(o, "values", &unseen);
    }
    arena_done(&a);
}

/* Those that values speak against. */
static void put_silenced(struct json_out *o, const struct selection *s,
                         const struct plan_judged *judged)
{
    struct arena a = {0};
    struct silenced_list l;

    if (judged) {
        silenced_find(judged->judgement, judged->team, s, &a, &l);
        l.n = l.n_against;
        silenced_json(o, judged->team, &l);
    }
    arena_done(&a);
}

static void needs_json(struct json_out *o, const struct plan *p)
{
    json_open_array(o, "needs");
    for (size_t i = 0; i < p->n_needs; i++) {
        json_open_object(o, NULL);
        json_put_string(o, "kind", p->needs[i].kind);
        json_put_string(o, "text", p->needs[i].text);
        json_close_object(o);
    }
    json_close_array(o);
}

/* As needs, and nothing waits for them. */
static void cautions_json(struct json_out *o, const struct plan *p)
{
    struct arena a = {0};

    json_open_array(o, "cautions");
    for (size_t i = 0; i < p->cautions.n; i++) {
        json_open_object(o, NULL);
        json_put_string(o, "kind", p->cautions.items[i].kind);
        json_put_string(o, "text", said_plain(&a, p->cautions.items[i].text));
        json_close_object(o);
    }
    json_close_array(o);
    arena_done(&a);
}

/* As needs, and when all is done: nothing waits for it. */
static void afterwards_json(struct json_out *o, const struct plan *p)
{
    json_open_array(o, "afterwards");
    if (p->leaving) {
        json_open_object(o, NULL);
        json_put_string(o, "kind", "migration");
        json_put_string(o, "text", p->leaving);
        json_close_object(o);
    }
    json_close_array(o);
}

void plan_json(const struct plan *p, const struct selection *s, const struct plan_judged *judged,
               const struct drift *drift, const struct task *trial, struct str *out)
{
    static const enum plan_verb order[] = {PLAN_CREATE, PLAN_UPDATE, PLAN_DELETE, PLAN_KEEP,
                                           PLAN_BLOCKED};
    struct json_out o;

    json_begin(&o, out, true);
    json_open_object(&o, NULL);
    json_put_int(&o, "version", 1);
    json_open_array(&o, "actions");
    for (size_t i = 0; i < p->n_actions; i++)
        action_json(&o, &p->actions[i]);
    json_close_array(&o);
    unacknowledged_json(&o, p, s, judged);
    put_silenced(&o, s, judged);
    dated_ahead_json(&o, s);
    values_json(&o, s, judged);
    needs_json(&o, p);
    cautions_json(&o, p);
    afterwards_json(&o, p);
    trial_json(&o, p, trial);
    if (drift)
        drift_json(&o, "drift", drift);
    json_put_string(&o, "digest", p->digest);
    json_open_object(&o, "summary");
    for (size_t v = 0; v < sizeof order / sizeof *order; v++)
        json_put_int(&o, plan_verb_name(order[v]), (int64_t)p->count[order[v]]);
    json_close_object(&o);
    json_close_object(&o);
    str_addc(out, '\n');
}
