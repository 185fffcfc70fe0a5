/* The rules of rules.def held against one column and its table. */

#include "api/rules/labels.h"
#include "api/rules/match.h"
#include "api/rules/rules.h"
#include "api/rules/team.h"
#include "api/rules/types.h"

#include "api/base/str.h"

#include <assert.h>
#include <string.h>

struct rule {
    const char *id;
    uint8_t category, level;
    uint32_t types;
    uint64_t any, head, last, whole, not_any, not_last, comment;
    uint64_t despite, beside, not_beside, table_what, not_table_what;
    uint32_t whose, owner, of, not_whose, last_whose, beside_whose;
    uint32_t table, table_head, not_table, not_head;
    uint32_t labels;
    bool by_whom, not_by_whom, sick_table, of_whom, unknown, single, many;
    const char *why;
};

#define W(name) WHAT_BIT(name)
#define O(name) WHOSE_BIT(name)
#define L(name) LABELS_BIT(name)
#define RULE(id_, category_, level_, types_, ...)                                                  \
    {.id = (id_),                                                                                  \
     .category = RULES_##category_,                                                                \
     .level = RULES_##level_,                                                                      \
     .types = (types_),                                                                            \
     __VA_ARGS__},
static const struct rule rules[] = {
#include "api/rules/rules.def"
};
#undef RULE

enum { N_RULES = sizeof rules / sizeof rules[0] };

/* A name that ends so is about the thing and does not hold it: token_type, address_id, epost_dato.
 */
static const uint64_t neutral = W(ID) | W(KIND) | W(WHEN) | W(COUNT) | W(TECH);
/* Said by a domain's name, these tell what the column holds, whatever the column is called. */
static const uint64_t told_by_domain = W(FNR) | W(AKTOR) | W(IDENT) | W(EMAIL) | W(PHONE) |
                                       W(ACCOUNT) | W(BIRTH) | W(SECRET) | W(NAVIDENT) | W(FACT) |
                                       W(PROTECT) | W(DIAGNOSIS) | W(CREED) | W(IP);

struct facts {
    uint32_t types, labels;
    struct words own, comment;
    const struct rules_table *table;
};

/* --- the table --- */

/* What is kept of a table's rows beside it is about whom its rows are: person_aud, kunde_historikk.
 */
static uint32_t head_of_table(const char *table, uint32_t head)
{
    static const char *const kept[] = {"_aud",     "_audit", "_history", "_hist", "_historikk",
                                       "_archive", "_arkiv", "_backup",  "_temp", "_tmp",
                                       "_kopi",    "_v1",    "_v2",      "_v3"};
    struct words w;
    char rest[128];
    size_t n = strlen(table);
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        size_t end = strlen(kept[i]);
        if (n <= end || n - end >= sizeof rest || strcmp(table + n - end, kept[i]) != 0)
            continue;
        memcpy(rest, table, n - end);
        rest[n - end] = '\0';
        match_name(rest, &w);
        return w.last_whose;
    }
    return head;
}

void rules_table_of(struct rules_table *t, const char *schema, const char *table,
                    const char *comment)
{
    *t = (struct rules_table){.schema = schema, .name = table};
    struct words w;
    match_name(table, &w);
    t->what = w.any;
    t->whose = w.whose;
    t->head = head_of_table(table, w.last_whose);
    t->housekeeping = rules_is_housekeeping(table);
    if (schema) {
        match_name(schema, &w);
        t->whose |= w.whose & (O(AUTH) | O(SICK));
    }
    if (comment) {
        match_prose(comment, &w);
        t->whose |= w.whose & O(SICK);
    }
}

void rules_table_team(struct rules_table *t, const struct rules_team *team)
{
    t->team = team;
}

void rules_table_sibling(struct rules_table *t, const char *column)
{
    struct words w;
    match_name(column, &w);
    bool points = (w.last & (W(ID) | W(IDENT) | W(AKTOR) | W(HPR) | W(FNR))) != 0;
    const uint32_t persons = O(PERSON) | O(CITIZEN) | O(STAFF);
    if ((!(w.last & neutral) && !w.idle && !w.asks) || (w.last & W(FNR)))
        t->beside |= w.any;
    if (points)
        t->beside_whose |= w.whose;
    if ((w.head & W(NAME)) && (w.whose & persons) && !(w.whose & (O(ORG) | O(THING) | O(CONFIG))))
        t->beside |= W(GIVEN); /* "donor_name" */
}

/* A patient, a case. */
static bool tells_of_whom(const struct rules_table *t)
{
    const uint64_t of_whom = W(FNR) | W(AKTOR) | W(PARTY) | W(IDENT);
    const uint32_t points_at = O(PERSON) | O(CITIZEN) | O(SICK) | O(CASE) | O(CLINIC);
    return (t->beside & of_whom) || (t->beside_whose & points_at);
}

/* A bare list of diagnoses or medicines is about nobody; rows under one sickness's name are, though
 * the person may stand in another table. */
static bool is_sick_table(const struct rules_table *t)
{
    if (t->whose & (O(CODES) | O(CONFIG)))
        return false;
    if (t->whose & O(AILMENT))
        return true;
    bool named = (t->what & (W(DIAGNOSIS) | W(HEALTH))) || (t->whose & O(CLINIC));
    return named && tells_of_whom(t);
}

/* --- one rule --- */

static bool name_holds(const struct rule *r, const struct facts *f)
{
    const struct words *w = &f->own;
    if (r->any && !(w->any & r->any))
        return false;
    if (r->head && !(w->head & r->head))
        return false;
    if (r->last && !(w->last & r->last))
        return false;
    if (r->whole && !(w->single && (w->last & r->whole)))
        return false;
    if (r->by_whom && !w->by_whom)
        return false;
    if ((r->unknown && (w->any != 0 || w->idle)) || (r->single && !w->single) ||
        (r->many && w->single))
        return false;
    if (r->labels && !(f->labels & r->labels))
        return false;
    return !r->comment || (f->comment.any & r->comment);
}

static bool company_holds(const struct rule *r, const struct facts *f)
{
    const struct words *w = &f->own;
    const struct rules_table *t = f->table;
    if (r->whose && !(w->whose & r->whose))
        return false;
    if (r->owner && !(w->owner & r->owner))
        return false;
    if (r->of && !((w->whose | t->whose) & r->of))
        return false;
    if (r->last_whose && !(w->last_whose & r->last_whose))
        return false;
    if ((r->sick_table && !is_sick_table(t)) || (r->of_whom && !tells_of_whom(t)))
        return false;
    if (!r->table && !r->table_head && !r->beside && !r->beside_whose && !r->table_what)
        return true;
    return (t->whose & r->table) || (t->head & r->table_head) || (t->beside & r->beside) ||
           (t->beside_whose & r->beside_whose) || (t->what & r->table_what);
}

/* A number that tells how the row is kept says nothing of who is ill, wherever it stands. */
static bool is_of_the_row(const struct facts *f)
{
    return f->types == T_NUMBER && (f->own.last_whose & O(KEPT));
}

static bool is_silent(const struct rule *r, const struct facts *f)
{
    const struct rules_table *t = f->table;
    if (r->category == RULES_HEALTH && is_of_the_row(f))
        return true;
    if ((f->own.last & r->not_last) || (r->not_by_whom && f->own.by_whom))
        return true;
    if ((f->own.any & r->not_any) || (f->own.whose & r->not_whose))
        return true;
    if (t->beside & r->not_beside)
        return true;
    if ((t->what & r->not_table_what) || (t->whose & r->not_table) || (t->head & r->not_head))
        return true;
    return !r->comment && !r->labels && (f->own.last & neutral & ~r->despite);
}

static bool holds(const struct rule *r, const struct facts *f)
{
    return (f->types & r->types) && name_holds(r, f) && !is_silent(r, f) && company_holds(r, f);
}

static enum rules_by by_of(const struct rule *r)
{
    if (r->comment)
        return RULES_BY_COMMENT;
    if (r->labels)
        return RULES_BY_LABELS;
    if (r->table || r->table_head || r->beside || r->beside_whose || r->table_what ||
        r->sick_table || r->of_whom || r->of)
        return RULES_BY_TABLE;
    return r->any || r->head || r->last || r->whole || r->by_whom ? RULES_BY_NAME : RULES_BY_TYPE;
}

/* --- the verdict --- */

static bool is_of_values(uint8_t by)
{
    return by == RULES_BY_DATA || by == RULES_BY_STATISTICS;
}

/* What counts pushes out what was silenced, never the other way round; of what was silenced the
 * values come first, for they speak against the team. */
static bool weighs_more(const struct rules_evidence *a, const struct rules_evidence *b)
{
    if ((a->by == RULES_BY_TEAM) != (b->by == RULES_BY_TEAM))
        return a->by == RULES_BY_TEAM;
    if (a->quiet != b->quiet)
        return b->quiet;
    if (a->quiet && is_of_values(a->by) != is_of_values(b->by))
        return is_of_values(a->by);
    uint8_t la = a->rule < N_RULES ? rules[a->rule].level : 0;
    uint8_t lb = b->rule < N_RULES ? rules[b->rule].level : 0;
    if (la != lb)
        return la > lb;
    return a->hits > b->hits;
}

static void put_evidence(struct rules_verdict *v, struct rules_evidence e)
{
    for (uint32_t i = 0; i < v->n_evidence; i++)
        if (v->evidence[i].rule == e.rule && v->evidence[i].by == e.by &&
            v->evidence[i].team == e.team)
            return;
    uint32_t at = v->n_evidence;
    while (at > 0 && weighs_more(&e, &v->evidence[at - 1]))
        at--;
    if (at == RULES_EVIDENCE)
        return;
    if (v->n_evidence < RULES_EVIDENCE)
        v->n_evidence++;
    memmove(&v->evidence[at + 1], &v->evidence[at],
            (v->n_evidence - at - 1) * sizeof v->evidence[0]);
    v->evidence[at] = e;
}

/* --- what the team says --- */

uint16_t rules_rule_named(const char *id)
{
    uint16_t i = 0;
    while (i < N_RULES && !str_eq(rules[i].id, id))
        i++;
    assert(i < N_RULES);
    return i;
}

static struct rules_evidence by_team(const char *id, size_t number)
{
    return (struct rules_evidence){
        .rule = rules_rule_named(id), .by = RULES_BY_TEAM, .team = (uint16_t)(number + 1)};
}

static uint32_t categories_of(const struct team_rule *r)
{
    return r->categories ? r->categories : UINT32_MAX;
}

static void take_silence(struct rules_verdict *v, const struct team_rule *r, size_t number)
{
    v->silent |= categories_of(r);
    if (r->values)
        v->silent_values |= categories_of(r);
    put_evidence(v, by_team("team.silence", number));
}

static void take_raise(struct rules_verdict *v, const struct team_rule *r, size_t number)
{
    v->raised |= categories_of(r);
    if (r->level <= (enum rules_level)v->raised_to)
        return;
    v->raised_to = (uint8_t)r->level;
    v->raised_by = (uint16_t)(number + 1);
}

static void take_add(struct rules_verdict *v, const struct team_rule *r, size_t number)
{
    for (int c = 0; c < RULES_CATEGORIES; c++)
        if (r->categories & (UINT32_C(1) << c))
            rules_add(v, r->level, (enum rules_category)c, by_team("team.add", number));
}

/* Before our own rules speak: a silence holds for them, and a raise for what the team adds. */
static void ask_team(const struct rules_table *t, const struct rules_column *c,
                     struct rules_verdict *v)
{
    size_t n = team_count(t->team);
    for (size_t i = 0; n > 0 && i < 2 * n; i++) {
        const struct team_rule *r = team_at(t->team, i % n);
        if ((i >= n) != (r->does == TEAM_ADD) ||
            !team_fits(r, t->schema, t->name, c->name, c->type))
            continue;
        if (r->does == TEAM_ADD)
            take_add(v, r, i % n);
        else if (r->does == TEAM_RAISE)
            take_raise(v, r, i % n);
        else
            take_silence(v, r, i % n);
    }
}

static bool is_silenced(const struct rules_verdict *v, enum rules_category category, uint8_t by)
{
    uint32_t silent = by == RULES_BY_TEAM ? 0 : is_of_values(by) ? v->silent_values : v->silent;

    return (silent >> category) & 1;
}

static bool take_category(struct rules_verdict *v, enum rules_level level,
                          enum rules_category category, uint8_t by)
{
    if (is_silenced(v, category, by))
        return false;
    if (level != RULES_NONE && (v->raised >> category & 1) && (int)level < (int)v->raised_to) {
        level = (enum rules_level)v->raised_to;
        put_evidence(v, by_team("team.raise", v->raised_by - 1u));
    }
    if (level > v->level)
        v->level = level;
    v->categories |= UINT32_C(1) << category;
    return true;
}

void rules_add(struct rules_verdict *v, enum rules_level level, enum rules_category category,
               struct rules_evidence evidence)
{
    evidence.quiet = !take_category(v, level, category, evidence.by);
    put_evidence(v, evidence);
}

bool rules_contradicts(const struct rules_evidence *e)
{
    return e->quiet && is_of_values(e->by);
}

void rules_add_rule(struct rules_verdict *v, struct rules_evidence evidence)
{
    assert(evidence.rule < N_RULES);
    const struct rule *r = &rules[evidence.rule];
    rules_add(v, (enum rules_level)r->level, (enum rules_category)r->category, evidence);
}

void rules_add_values(struct rules_verdict *v, const struct rules_verdict *values)
{
    uint32_t told = 0;

    for (uint32_t i = 0; i < values->n_evidence; i++) {
        rules_add_rule(v, values->evidence[i]);
        told |= UINT32_C(1) << rules[values->evidence[i].rule].category;
    }
    if (values->n_evidence == 0)
        return;
    /* what found no room weighs no more than the last that did */
    const struct rules_evidence *last = &values->evidence[values->n_evidence - 1];
    for (int c = 0; c < RULES_CATEGORIES; c++)
        if ((values->categories & ~told) >> c & 1)
            take_category(v, (enum rules_level)rules[last->rule].level, (enum rules_category)c,
                          last->by);
}

/* Of what counts: a silence stands before it, and says nothing by itself. */
static const struct rules_evidence *weightiest(const struct rules_verdict *v)
{
    for (uint32_t i = 0; i < v->n_evidence; i++)
        if (!v->evidence[i].quiet && !str_eq(rules[v->evidence[i].rule].id, "team.silence"))
            return &v->evidence[i];
    return NULL;
}

void rules_refer(struct rules_verdict *v, const struct rules_column *c,
                 const struct rules_verdict *target)
{
    const struct rules_evidence *why = weightiest(target);

    if (target->level == RULES_NONE || why == NULL)
        return;
    if (!(types_of(c->type) & (T_VALUE | T_ENUM)))
        return;
    for (int k = 0; k < RULES_CATEGORIES; k++)
        if (target->categories & (UINT32_C(1) << k))
            rules_add(v, target->level, (enum rules_category)k,
                      (struct rules_evidence){.rule = why->rule, .by = RULES_BY_REFERENCE});
}

/* A domain tells by its own name what it holds; then it is as good as text. */
static void read_domain(struct facts *f, const char *type)
{
    struct words w;
    match_name(type, &w);
    if (w.last & neutral)
        return;
    uint64_t told = w.last & told_by_domain;
    if (told == 0)
        return;
    f->own.any |= told;
    f->own.head |= told;
    f->types |= T_TEXT;
}

void rules_judge(const struct rules_table *t, const struct rules_column *c,
                 struct rules_verdict *out)
{
    *out = (struct rules_verdict){0};
    if (t->housekeeping)
        return;
    struct facts f = {.types = types_of(c->type), .table = t};
    match_name(c->name, &f.own);
    if (f.own.asks)
        f.types = f.types & (T_BOOL | T_TEXT | T_NUMBER) ? T_BOOL : f.types;
    if (f.types & T_ENUM)
        read_domain(&f, c->type);
    if (!str_is_empty(c->labels)) {
        f.types |= T_ENUM; /* whatever it is called */
        f.labels = labels_say(c->labels);
    }
    if (!str_is_empty(c->comment))
        match_prose(c->comment, &f.comment);
    if (t->team)
        ask_team(t, c, out);
    for (size_t i = 0; i < N_RULES; i++)
        if (holds(&rules[i], &f))
            rules_add_rule(
                out, (struct rules_evidence){.rule = (uint16_t)i, .by = (uint8_t)by_of(&rules[i])});
}

size_t rules_count(void)
{
    return N_RULES;
}

const char *rules_rule_id(uint16_t rule)
{
    return rule < N_RULES ? rules[rule].id : "";
}

enum rules_category rules_rule_category(uint16_t rule)
{
    assert(rule < N_RULES);
    return (enum rules_category)rules[rule].category;
}

const char *rules_rule_why(uint16_t rule)
{
    return rule < N_RULES ? rules[rule].why : "";
}
