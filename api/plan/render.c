#include "api/plan/render.h"

#include "api/base/clock.h"
#include "api/base/figure.h"
#include "api/base/safe.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/base/utf8.h"
#include "api/plan/dated.h"
#include "api/plan/evidence.h"
#include "api/plan/flowing.h"
#include "api/plan/said.h"
#include "api/plan/silenced.h"

#include <assert.h>
#include <string.h>

char plan_sign(enum plan_verb v)
{
    static const char signs[] = {'=', '+', '~', '-', '!'};

    assert((size_t)v < sizeof signs);
    return signs[v];
}

static void add(struct plan_lines *l, struct arena *a, enum plan_line_kind kind,
                enum plan_verb verb, const char *text)
{
    if ((l->n & (l->n - 1)) == 0) { /* full at every power of two */
        struct plan_line *more = arena_array(a, struct plan_line, l->n ? l->n * 2 : 1);
        if (l->n)
            memcpy(more, l->items, l->n * sizeof *more);
        l->items = more;
    }
    l->items[l->n++] = (struct plan_line){.kind = kind, .verb = verb, .text = text};
}

/* --- the parts, in their order -------------------------------------------------------------------
 */

static const char *rows_of(const struct selection_totals *t, struct arena *a)
{
    if (t->rows_unknown && t->rows == 0)
        return tr("rows not known");
    char rows[FIGURE_TEXT];
    return arena_printf(a, t->rows_unknown ? tr("rows at least about %s") : tr("rows about %s"),
                        figure_count(t->rows, rows));
}

static void totals(const struct plan *p, const struct selection *s, struct arena *a,
                   struct plan_lines *l)
{
    struct selection_totals t;
    char span[CLOCK_TEXT];

    selection_totals(s, &t);
    add(l, a, PLAN_LINE_HEAD, PLAN_KEEP,
        arena_printf(a, tr("%zu to create, %zu to change, %zu to remove, %zu kept, %zu blocked"),
                     p->count[PLAN_CREATE], p->count[PLAN_UPDATE], p->count[PLAN_DELETE],
                     p->count[PLAN_KEEP], p->count[PLAN_BLOCKED]));
    add(l, a, PLAN_LINE_HEAD, PLAN_KEEP,
        arena_printf(a, tr("tables %zu, columns %zu, %s; sensitive: %zu flow, %zu left out"),
                     t.tables, t.columns, rows_of(&t, a), t.personal + t.special,
                     t.left_out_sensitive));
    if (p->count[PLAN_BLOCKED] == 0 && plan_usual_seconds(p) > 0)
        add(l, a, PLAN_LINE_HEAD, PLAN_KEEP,
            arena_printf(a, tr("usually about %s"), clock_about(plan_usual_seconds(p), span)));
}

/* Of one whose name does not tell: what its values said. */
static void value_lines(const struct plan_judged *judged, const struct selection_table *t,
                        const struct selection_column *c, struct arena *a, struct plan_lines *l)
{
    struct rules_verdict v;

    if (judged == NULL || !judgement_verdict(judged->judgement, t->schema, t->name, c->name, &v))
        return;
    for (uint32_t i = 0; i < v.n_evidence; i++)
        if (evidence_is_of_values(&v.evidence[i]))
            add(l, a, PLAN_LINE_DETAIL, PLAN_BLOCKED,
                said_plain(a, evidence_text(judged->team, &v.evidence[i], a)));
}

static void unseen_line(const struct selection *s, const struct plan_judged *judged,
                        struct arena *a, struct plan_lines *l)
{
    struct judgement_unseen unseen;

    if (judged == NULL)
        return;
    judgement_unseen(judged->judgement, s, judged->why, a, &unseen);
    if (unseen.n_unseen)
        add(l, a, PLAN_LINE_HEAD, PLAN_KEEP, said_plain(a, judgement_unseen_text(&unseen, a)));
    if (unseen.n_in_part)
        add(l, a, PLAN_LINE_HEAD, PLAN_KEEP, said_plain(a, judgement_part_text(&unseen, a)));
    if (unseen.n_remembered)
        add(l, a, PLAN_LINE_HEAD, PLAN_KEEP, judgement_remembered_text(&unseen, a));
}

/* A silence holds, and what speaks against it is told to whoever looks. */
static void silenced_lines(const struct selection *s, const struct plan_judged *judged,
                           struct arena *a, struct plan_lines *l)
{
    struct silenced_list silenced;

    if (judged == NULL)
        return;
    silenced_find(judged->judgement, judged->team, s, a, &silenced);
    for (size_t i = 0; i < silenced.n_against; i++) {
        const struct silenced *x = &silenced.items[i];
        add(l, a, PLAN_LINE_SENSITIVE, PLAN_KEEP,
            arena_printf(a,
                         tr("%s.%s.%s flows, silenced, and its values say %s: is the team right?"),
                         x->table->schema, x->table->name, x->column->name,
                         selection_categories(a, silenced_against(&x->verdict))));
        for (uint32_t k = 0; k < x->verdict.n_evidence; k++)
            if (x->verdict.evidence[k].by == RULES_BY_TEAM ||
                rules_contradicts(&x->verdict.evidence[k]))
                add(l, a, PLAN_LINE_DETAIL, PLAN_KEEP,
                    said_plain(a, evidence_text(judged->team, &x->verdict.evidence[k], a)));
    }
}

static void warnings(const struct plan *p, const struct selection *s,
                     const struct plan_judged *judged, struct arena *a, struct plan_lines *l)
{
    for (size_t i = 0; i < p->n_unacknowledged; i++) {
        const struct selection_table *t = &s->tables[p->unacknowledged[i].table];
        const struct selection_column *c = &t->columns[p->unacknowledged[i].column];
        add(l, a, PLAN_LINE_WARNING, PLAN_BLOCKED,
            arena_printf(a,
                         c->ack == NULL ? tr("%s.%s.%s is %s (%s) and has no reason")
                         : selection_reason_is_outgrown(c)
                             ? tr("%s.%s.%s is %s (%s), and its reason was given for less")
                             : tr("%s.%s.%s is %s (%s), and its reason does not say how protected "
                                  "people are kept apart (code 6/7)"),
                         t->schema, t->name, c->name,
                         tr(rules_level_name((enum rules_level)c->level)),
                         selection_categories(a, c->categories)));
        if (c->claimed)
            add(l, a, PLAN_LINE_DETAIL, PLAN_BLOCKED,
                arena_printf(a,
                             tr("its type is %s in the file alone: no database has confirmed it, "
                                "and it is judged as text"),
                             str_is_empty(c->type) ? "-" : c->type));
        value_lines(judged, t, c, a, l);
    }
    silenced_lines(s, judged, a, l);
    const char *ahead = dated_ahead_text(s, a);
    if (ahead)
        add(l, a, PLAN_LINE_SENSITIVE, PLAN_KEEP, said_plain(a, ahead));
    for (size_t i = 0; i < p->n_needs; i++)
        add(l, a, PLAN_LINE_WARNING, PLAN_BLOCKED,
            arena_printf(a, tr("first (%s): %s"), tr(p->needs[i].kind), p->needs[i].text));
    for (size_t i = 0; i < p->cautions.n; i++)
        add(l, a, PLAN_LINE_SENSITIVE, PLAN_KEEP,
            arena_printf(a, tr("look out (%s): %s"), tr(p->cautions.items[i].kind),
                         said_plain(a, p->cautions.items[i].text)));
    if (p->leaving)
        add(l, a, PLAN_LINE_WARNING, PLAN_BLOCKED,
            arena_printf(a, tr("afterwards (migration): %s"), p->leaving));
}

/* What flows and what does not is told above, table by table. */
static bool is_told(const struct plan_change *c)
{
    return (str_eq(c->from, "flows") && str_eq(c->to, "left out")) ||
           (str_eq(c->from, "left out") && str_eq(c->to, "flows"));
}

/* Of the longest in this language. */
static int title_width(void)
{
    int width = 0;

    for (enum step_id s = 0; s < STEPS; s++) {
        int title = utf8_width(tr(step_type(s)->title));
        width = title > width ? title : width;
    }
    return width;
}

static void action_lines(const struct plan_action *x, struct arena *a, struct plan_lines *l)
{
    enum { SHOWN = 40 };
    struct str row = {0};
    size_t n = 0;

    safe_printf(&row, "%-*s %-31s %s", title_width(), tr(step_type(x->step)->title), x->name,
                tr(x->why));
    add(l, a, PLAN_LINE_ACTION, x->verb, arena_str(a, str_text(&row)));
    str_done(&row);
    for (size_t i = 0; i < x->n_changes; i++)
        if (!is_told(&x->changes[i]) && n++ < SHOWN)
            add(l, a, PLAN_LINE_DETAIL, x->verb,
                arena_printf(a, "%s: %s -> %s", x->changes[i].path,
                             x->changes[i].from ? tr(x->changes[i].from) : tr("(nothing)"),
                             x->changes[i].to ? tr(x->changes[i].to) : tr("(nothing)")));
    if (n > SHOWN)
        add(l, a, PLAN_LINE_DETAIL, x->verb, arena_printf(a, tr("and %zu more"), n - SHOWN));
    if (x->step == STEP_STREAM && flowing_keeps(x))
        add(l, a, PLAN_LINE_DETAIL, x->verb, flowing_keeps(x));
    if (x->hint)
        add(l, a, PLAN_LINE_DETAIL, x->verb, arena_printf(a, "-> %s", tr(x->hint)));
}

/* What is sensitive and flows, and why; what is without a reason was warned of already. */
static void sensitive_lines(const struct selection_table *t, struct arena *a, struct plan_lines *l)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct selection_column *c = &t->columns[i];
        if (c->included && c->level != RULES_NONE && !selection_lacks_reason(c))
            add(l, a, PLAN_LINE_SENSITIVE, PLAN_KEEP,
                arena_printf(a, tr("%s.%s.%s flows, and is %s (%s): %s, %s"), t->schema, t->name,
                             c->name, tr(rules_level_name((enum rules_level)c->level)),
                             selection_categories(a, c->categories), c->ack->reason,
                             c->ack->reference));
    }
}

/* Of the tables that flow. */
static void left_out_line(const struct selection *s, struct arena *a, struct plan_lines *l)
{
    enum { NAMED = 12 };
    struct str names = {0};
    size_t n = 0;

    for (size_t t = 0; t < s->n_tables; t++)
        for (size_t i = 0; s->tables[t].n_included && i < s->tables[t].n_columns; i++) {
            const struct selection_column *c = &s->tables[t].columns[i];
            if (c->included || c->level == RULES_NONE)
                continue;
            if (n++ < NAMED)
                str_printf(&names, "%s%s.%s", names.bytes ? ", " : "", s->tables[t].name, c->name);
        }
    if (n > NAMED)
        str_printf(&names, tr(" and %zu more"), n - NAMED);
    if (n)
        add(l, a, PLAN_LINE_HEAD, PLAN_KEEP,
            arena_printf(a, tr("sensitive, left out: %s"), str_text(&names)));
    str_done(&names);
}

/* Where it goes, how fresh, and how. */
static void place_line(const struct plan *p, struct arena *a, struct plan_lines *l)
{
    const struct target *t = &p->target;
    char span[CLOCK_TEXT];

    add(l, a, PLAN_LINE_HEAD, PLAN_KEEP,
        arena_printf(a, tr("into %s%s%s (%s), %s, up to %s old"), t->dataset_project,
                     t->dataset_project[0] ? ":" : "", p->names.dataset, t->location,
                     t->mode == TARGET_APPEND_ONLY ? tr("append only") : tr("merge"),
                     clock_span(t->freshness_seconds, span)));
}

static void flow_lines(const struct plan *p, const struct selection *s, struct arena *a,
                       struct plan_lines *l)
{
    struct flowing stops, starts;

    flowing(p, s, true, a, &stops);
    flowing(p, s, false, a, &starts);
    for (size_t i = 0; i < stops.n; i++)
        add(l, a, PLAN_LINE_STOPS, PLAN_UPDATE,
            arena_printf(a, tr("stops flowing: %s"), stops.items[i]));
    if (stops.n)
        add(l, a, PLAN_LINE_DETAIL, PLAN_UPDATE, tr("what has arrived of it stays in BigQuery"));
    for (size_t i = 0; i < starts.n; i++)
        add(l, a, PLAN_LINE_STARTS, PLAN_UPDATE,
            arena_printf(a, tr("starts flowing: %s"), starts.items[i]));
    if (flowing_copies(&starts))
        add(l, a, PLAN_LINE_DETAIL, PLAN_UPDATE, flowing_copies(&starts));
    if (flowing_lacks(&starts))
        add(l, a, PLAN_LINE_DETAIL, PLAN_UPDATE, flowing_lacks(&starts));
}

static void table_lines(const struct selection_table *t, struct arena *a, struct plan_lines *l)
{
    struct str names = {0};

    add(l, a, PLAN_LINE_TABLE, PLAN_KEEP,
        arena_printf(a, tr("%s.%s  %u of %u columns"), t->schema, t->name, t->n_included,
                     t->n_columns));
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].included)
            str_printf(&names, t->columns[i].level == RULES_NONE ? "%s%s" : "%s%s (%s)",
                       names.bytes ? ", " : "", t->columns[i].name,
                       tr(rules_level_name((enum rules_level)t->columns[i].level)));
    if (names.bytes)
        add(l, a, PLAN_LINE_DETAIL, PLAN_KEEP, arena_str(a, str_text(&names)));
    str_done(&names);
}

void plan_lines(const struct plan *p, const struct selection *s, const struct plan_judged *judged,
                struct arena *a, struct plan_lines *out)
{
    static const enum plan_verb order[] = {PLAN_BLOCKED, PLAN_DELETE, PLAN_UPDATE, PLAN_CREATE,
                                           PLAN_KEEP};

    *out = (struct plan_lines){0};
    totals(p, s, a, out);
    place_line(p, a, out);
    left_out_line(s, a, out);
    unseen_line(s, judged, a, out);
    warnings(p, s, judged, a, out);
    flow_lines(p, s, a, out);
    for (size_t i = 0; i < s->n_tables; i++)
        sensitive_lines(&s->tables[i], a, out);
    for (size_t v = 0; v < sizeof order / sizeof *order; v++)
        for (size_t i = 0; i < p->n_actions; i++)
            if (p->actions[i].verb == order[v])
                action_lines(&p->actions[i], a, out);
    for (size_t i = 0; i < s->n_tables; i++)
        if (s->tables[i].n_included)
            table_lines(&s->tables[i], a, out);
}

void plan_print(const struct plan *p, const struct selection *s, const struct plan_judged *judged,
                struct str *out)
{
    struct arena a = {0};
    struct plan_lines l;

    plan_lines(p, s, judged, &a, &l);
    for (size_t i = 0; i < l.n; i++) {
        const char *text = safe_copy(&a, l.items[i].text);
        switch (l.items[i].kind) {
        case PLAN_LINE_HEAD:
            str_printf(out, "%s\n", text);
            break;
        case PLAN_LINE_ACTION:
            str_printf(out, "%c %s\n", plan_sign(l.items[i].verb), text);
            break;
        case PLAN_LINE_DETAIL:
            str_printf(out, "      %s\n", text);
            break;
        case PLAN_LINE_WARNING:
        case PLAN_LINE_SENSITIVE:
            str_printf(out, "! %s\n", text);
            break;
        case PLAN_LINE_TABLE:
            str_printf(out, "  %s\n", text);
            break;
        case PLAN_LINE_STOPS:
            str_printf(out, "- %s\n", text);
            break;
        case PLAN_LINE_STARTS:
            str_printf(out, "+ %s\n", text);
            break;
        }
    }
    arena_done(&a);
}

const char *plan_stops(const struct plan *p, size_t n)
{
    const struct plan_action *a = plan_action(p, STEP_STREAM);

    for (size_t i = 0; a && i < a->n_changes; i++)
        if (str_eq(a->changes[i].from, "flows") && str_eq(a->changes[i].to, "left out") && n-- == 0)
            return a->changes[i].path;
    return NULL;
}
