#include "screens/tables_details.h"

#include "api/base/tr.h"
#include "api/plan/survey.h"

void tables_details_column(const struct journey *j, size_t table, size_t column, struct page *p)
{
    struct catalog_column c = catalog_column(j->catalog, table, column);
    const struct selection_ack *ack = j->selection.tables[table].columns[column].ack;
    struct rules_verdict v;
    char type[128];

    page_put(p, STYLE_ACCENT, "%s", c.name);
    page_put(p, STYLE_TEXT, "  %s → %s%s", catalog_type(&c, type, sizeof type),
             survey_bigquery_type(&c)[0] ? survey_bigquery_type(&c) : tr("not carried"),
             c.generated ? tr(" (generated: never in the log)") : "");
    page_newline(p);
    survey_verdict(j->catalog, table, column, &v);
    for (uint32_t i = 0; i < v.n_evidence; i++)
        page_note(p, "%s: %s", rules_rule_id(v.evidence[i].rule),
                  rules_rule_why(v.evidence[i].rule));
    if (ack)
        page_note(p, tr("settled: %s, %s, by %s at %s"), ack->reason, ack->reference, ack->by,
                  ack->at);
    if (c.comment)
        page_note(p, "%s", c.comment);
}

static void details_table(const struct journey *j, size_t table, struct page *p)
{
    struct catalog_table t = catalog_table(j->catalog, table);
    unsigned problems = survey_problems(j->catalog, table);

    page_put(p, STYLE_ACCENT, "%s.%s", t.schema, t.name);
    page_put(p, STYLE_TEXT, "  %s, %s, %s", t.n_key ? tr("keyed") : tr("no key"),
             t.published ? tr("published") : tr("not published"),
             !t.reader_known ? tr("user missing")
             : t.readable    ? tr("readable")
                             : tr("not readable"));
    page_newline(p);
    if (j->selection.tables[table].why)
        page_note(p, "%s", tr(j->selection.tables[table].why));
    if (t.n_partitions)
        page_note(p, tr("partitions: %zu; they arrive as this one table"), t.n_partitions);
    for (int i = 0; i < SURVEY_PROBLEMS; i++)
        if (problems & 1u << i)
            page_note(p, "%s", tr(survey_problem_text((enum survey_problem)i)));
    if (t.comment)
        page_note(p, "%s", t.comment);
}

void tables_details_here(const struct tables_view *v, struct page *p)
{
    struct tree_node at = v->tree.at;

    if (v->n == 0 || (at.group != TREE_NONE && at.group >= v->n))
        return;
    if (at.group == TREE_NONE)
        page_text(p, "%s",
                  tr("Space takes every table of this schema that can be chosen, or leaves all; a "
                     "sensitive column stays out until it has a reason."));
    else if (at.leaf == TREE_NONE)
        details_table(v->j, v->tables[at.group], p);
    else
        tables_details_column(v->j, v->tables[at.group], at.leaf, p);
}
