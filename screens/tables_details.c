#include "screens/tables_details.h"

#include "api/base/clock.h"
#include "api/base/figure.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/sampling.h"
#include "api/plan/survey.h"
#include "api/rules/team.h"

/* --- evidence --- */

static void put_evidence(const struct journey *j, const struct rules_evidence *e, struct page *p)
{
    if (e->quiet)
        page_styled(p, STYLE_MUTED, "%s", tr("silenced by the team, and yet:"));
    const char *team = team_reason(j->live->team, e);
    char hits[FIGURE_TEXT], sampled[FIGURE_TEXT];

    if (team) {
        page_note(p, tr("the team: %s"), team);
        return;
    }
    if (e->sampled == 0) {
        page_note(p, "%s: %s", rules_rule_id(e->rule), tr(rules_rule_why(e->rule)));
        return;
    }
    figure_count(e->hits, hits);
    figure_count(e->sampled, sampled);
    if (e->by == RULES_BY_STATISTICS)
        page_note(p, tr("%s: %s of %s values in PostgreSQL's statistics. %s"),
                  rules_rule_id(e->rule), hits, sampled, tr(rules_rule_why(e->rule)));
    else
        page_note(p, tr("%s: %s of %s values. %s"), rules_rule_id(e->rule), hits, sampled,
                  tr(rules_rule_why(e->rule)));
}

/* How far the values were looked at: what was not seen may still be there. */
static void put_values(const struct journey *j, size_t table, struct page *p)
{
    enum { DAY = 24 * 60 * 60 };
    char day[CLOCK_TEXT];
    struct sampling_seen seen = sampling_found_seen(j->found, table);
    int64_t rows = (int64_t)seen.rows, of = j->selection.tables[table].rows;
    char read[FIGURE_TEXT], all[FIGURE_TEXT];

    if (seen.aged)
        page_note(p,
                  tr("values: rows were read on %s; that is too long ago, and they are read again"),
                  clock_day(seen.at, day));
    if (rows == 0 && !seen.hidden)
        return;
    figure_count(rows, read);
    if (seen.hidden)
        page_note(p, "%s",
                  tr("values: nobody looked at them: row security hides rows, and its rules would "
                     "run in your name"));
    else if (seen.in_part && rows < of)
        page_note(p, tr("values: rows read %s of about %s; a rare one may be missed"), read,
                  figure_count(of, all));
    else if (seen.in_part)
        page_note(p, tr("values: rows read %s, and there may be more; a rare one may be missed"),
                  read);
    else
        page_note(p, tr("values: rows read %s"), read);
    if (!seen.hidden && clock_wall() - seen.at > DAY)
        page_note(p, tr("values: that was on %s; after %d days they are looked at again"),
                  clock_day(seen.at, day), SAMPLING_DAYS);
}

/* --- a column --- */

static bool is_text(const struct catalog_column *c)
{
    static const char *const texts[] = {"text", "character varying", "character", "citext", "name"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (str_eq(c->base_type, texts[i]))
            return true;
    return false;
}

/* A value may be as large as an event must not be (facts/gcp.md C). */
static bool may_be_large(const struct catalog_column *c)
{
    static const char *const types[] = {"bytea", "xml", "json", "jsonb"};

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_eq(c->base_type, types[i]))
            return true;
    return false;
}

/* What arrives is of another kind than what is there. */
static const char *becomes(const struct catalog_column *c)
{
    const char *to = survey_bigquery_type(c);

    if (c->generated)
        return tr("generated: it is never in the log, and is not carried");
    if (to[0] == '\0')
        return tr("not carried: Datastream knows no such type; the column stays out");
    if (str_eq(to, "STRING") && !is_text(c))
        return tr("arrives as text: BigQuery has no such type");
    if (str_eq(to, "JSON") && c->is_array)
        return tr("a list arrives as a JSON document");
    return NULL;
}

/* Why it flows stands before why it was flagged: the evidence may take the rest of the pane. */
static void put_settled(const struct selection_column *c, struct page *p)
{
    const struct selection_ack *ack = c->ack;
    struct arena a = {0};

    if (selection_reason_is_outgrown(c) && ack->level == (enum rules_level)c->level)
        page_mark(p, MARK_WARN,
                  tr("its reason was given before this was known of it: %s; it needs one anew (e)"),
                  selection_categories(&a, selection_unsettled(c)));
    else if (selection_reason_is_outgrown(c))
        page_mark(p, MARK_WARN,
                  tr("it is judged %s now, and its reason was given for %s: it needs one anew (e)"),
                  tr(rules_level_name((enum rules_level)c->level)),
                  tr(rules_level_name(ack->level)));
    else if (selection_lacks_reason(c) && ack)
        page_mark(p, MARK_WARN, "%s",
                  tr("its reason does not say how protected people are kept apart (code 6/7): it "
                     "needs one anew (e)"));
    if (ack)
        page_note(p, tr("settled: %s, %s, by %s at %s"), ack->reason, ack->reference, ack->by,
                  ack->at);
    else if (c->included && c->level != RULES_NONE)
        page_mark(p, MARK_WARN, "%s",
                  tr("it is chosen and has no reason: nothing is carried out until it has (e)"));
    arena_done(&a);
}

void tables_details_column(const struct journey *j, size_t table, size_t column, struct page *p)
{
    struct catalog_column c = catalog_column(j->catalog, table, column);
    const struct selection_column *chosen = &j->selection.tables[table].columns[column];
    struct rules_verdict v;
    char type[128];

    page_put(p, STYLE_ACCENT, "%s", c.name);
    page_put(p, STYLE_TEXT, "  %s → %s", catalog_type(&c, type, sizeof type),
             survey_bigquery_type(&c)[0] ? survey_bigquery_type(&c) : tr("not carried"));
    if (chosen->key)
        page_put(p, STYLE_TEXT, ", %s", tr("key: it flows with the table"));
    else if (!c.nullable)
        page_put(p, STYLE_MUTED, ", %s", tr("never empty"));
    page_newline(p);
    if (j->selection.tables[table].why)
        page_note(p, tr("the table cannot be chosen: %s"), tr(j->selection.tables[table].why));
    if (chosen->fresh)
        page_note(p, "%s", tr("new since the last review: off until it is chosen"));
    if (becomes(&c))
        page_note(p, "%s", becomes(&c));
    if (may_be_large(&c) && chosen->included)
        page_note(p, "%s", tr("a row above 20 MB does not arrive: such an event is left out"));
    put_settled(chosen, p);
    journey_verdict(j, table, column, &v);
    for (uint32_t i = 0; i < v.n_evidence; i++)
        put_evidence(j, &v.evidence[i], p);
    put_values(j, table, p);
    if (c.comment)
        page_note(p, "%s", c.comment);
}

/* --- a table --- */

static const char *identity_text(const struct catalog_table *t)
{
    switch (t->identity) {
    case CATALOG_DEFAULT:
        break;
    case CATALOG_NOTHING:
        return tr("identity nothing");
    case CATALOG_FULL:
        return tr("identity full");
    case CATALOG_INDEX:
        return tr("identity by an index");
    }
    return NULL;
}

static void put_key(const struct journey *j, size_t table, const struct catalog_table *t,
                    struct page *p)
{
    const char *comma = "";

    if (t->n_key == 0) {
        page_put(p, STYLE_TEXT, "%s", tr("no key"));
        return;
    }
    page_put(p, STYLE_TEXT, "%s ", tr("keyed by"));
    for (size_t i = 0; i < t->n_columns; i++)
        if (catalog_column(j->catalog, table, i).in_key) {
            page_put(p, STYLE_TEXT, "%s%s", comma, catalog_column_name(j->catalog, table, i));
            comma = ", ";
        }
}

static void put_head(const struct journey *j, size_t table, const struct catalog_table *t,
                     struct page *p)
{
    page_put(p, STYLE_ACCENT, "%s.%s", t->schema, t->name);
    page_put(p, STYLE_TEXT, "  ");
    put_key(j, table, t, p);
    if (identity_text(t))
        page_put(p, STYLE_TEXT, ", %s", identity_text(t));
    page_put(p, STYLE_TEXT, ", %s, %s", t->published ? tr("published") : tr("not published"),
             !t->reader_known ? tr("user missing")
             : t->readable    ? tr("readable")
                              : tr("not readable"));
    page_newline(p);
}

static void put_size(const struct catalog_table *t, const struct churn *churn, struct page *p)
{
    char rows[FIGURE_TEXT], bytes[FIGURE_TEXT], more[FIGURE_TEXT], changes[FIGURE_TEXT];

    figure_count(t->rows, rows);
    figure_bytes(t->bytes, bytes);
    if (churn == NULL || !churn->known || (!churn->a_day && churn_changes(churn) < 1)) {
        page_note(p, tr("rows %s, %s"), rows, bytes);
        return;
    }
    figure_count((int64_t)churn_changes(churn), changes);
    if (!churn->a_day) {
        page_note(p, tr("rows %s, %s; changes counted so far %s"), rows, bytes, changes);
        return;
    }
    double grows = churn->inserts - churn->deletes;
    figure_count((int64_t)(grows < 0 ? -grows : grows), more);
    page_note(p, tr("rows %s, %s; a day: %s%s rows, changes %s"), rows, bytes,
              grows < 0 ? "-" : "+", more, changes);
}

static void add_count(struct str *line, const char *what, size_t n)
{
    if (n)
        str_printf(line, "%s%s: %zu", line->bytes ? ", " : "", what, n);
}

/* Only what is not as it was. */
static void put_types(const struct journey *j, size_t table, const struct catalog_table *t,
                      struct page *p)
{
    size_t strings = 0, documents = 0, left = 0;

    for (size_t i = 0; i < t->n_columns; i++) {
        struct catalog_column c = catalog_column(j->catalog, table, i);
        const char *to = survey_bigquery_type(&c);
        left += to[0] == '\0';
        strings += str_eq(to, "STRING") && !is_text(&c);
        documents += str_eq(to, "JSON");
    }
    struct str line = {0};
    add_count(&line, tr("arrive as text"), strings);
    add_count(&line, tr("arrive as JSON"), documents);
    add_count(&line, tr("not carried"), left);
    if (line.bytes)
        page_note(p, "%s", str_text(&line));
    str_done(&line);
}

static void put_problem(const struct journey *j, size_t table, enum survey_problem problem,
                        struct page *p)
{
    struct str sql = {0};

    page_note(p, "%s", tr(survey_problem_text(j->catalog, table, problem)));
    if (survey_problem_sql(j->catalog, table, problem, &sql))
        page_note(p, "  %s", str_text(&sql));
    str_done(&sql);
}

static void details_table(const struct tables_view *v, size_t table, struct page *p)
{
    const struct journey *j = v->j;
    struct catalog_table t = catalog_table(j->catalog, table);
    unsigned problems = survey_problems(j->catalog, table);

    put_head(j, table, &t, p);
    if (j->selection.tables[table].why)
        page_note(p, "%s", tr(j->selection.tables[table].why));
    const char *part = tables_match_partition(&v->match, &j->selection, table);
    if (part)
        page_note(p,
                  tr("the filter hits its partition %s: partitions arrive as this one table, and "
                     "none is chosen by itself"),
                  part);
    else if (t.n_partitions)
        page_note(p, tr("partitions: %zu; they arrive as this one table"), t.n_partitions);
    for (int i = 0; i < SURVEY_PROBLEMS; i++)
        if (problems & 1u << i && i != SURVEY_UNSUPPORTED_COLUMNS)
            put_problem(j, table, (enum survey_problem)i, p);
    put_size(&t, v->churn ? &v->churn[table] : NULL, p);
    put_types(j, table, &t, p);
    put_values(j, table, p);
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
        details_table(v, v->tables[at.group], p);
    else
        tables_details_column(v->j, v->tables[at.group], tables_view_column(v), p);
}
