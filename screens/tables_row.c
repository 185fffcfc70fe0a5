#include "screens/tables_row.h"

#include "api/base/figure.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/pg/facts.h"
#include "api/plan/survey.h"

void tables_row_totals(const struct tables_view *v, const struct journey *j, struct page *p)
{
    const struct selection_totals *t = &j->totals;
    char rows[FIGURE_TEXT];

    figure_count(t->rows_unknown && t->rows == 0 ? -1 : t->rows, rows);
    page_put(p, STYLE_HEADING, tr("What flows: tables %zu, columns %zu, rows %s"), t->tables,
             t->columns, rows);
    if (t->rows_unknown && t->rows > 0)
        page_put(p, STYLE_HEADING, "+"); /* of some nobody knows */
    if (t->personal + t->special)
        page_put(p, STYLE_SENSITIVE, tr("; sensitive %zu"), t->personal + t->special);
    page_put_right(p, STYLE_MUTED, tr("%s: %zu of %zu"), tr(tables_view_name(v->view)), v->n,
                   v->of);
    page_newline(p);
}

struct needs { /* tables that flow and wait for a migration */
    size_t unpublished, unreadable, parted;
};

/* A partitioned table arrives as itself only where the publication names it, not its parts. */
static bool hands_out_parts(const struct journey *j)
{
    const struct source_facts *f = j->live->facts;

    return f && f->publication.part.known && f->publication.exists && !f->publication.via_root;
}

static const char *joint(const struct str *text)
{
    return text->bytes ? ", " : "";
}

static void put_needs(const struct needs *n, struct page *p)
{
    struct str text = {0};

    if (n->unpublished)
        str_printf(&text, tr("not published %zu"), n->unpublished);
    if (n->unreadable) {
        str_add(&text, joint(&text));
        str_printf(&text, tr("not readable %zu"), n->unreadable);
    }
    if (n->parted) {
        str_add(&text, joint(&text));
        str_printf(&text, tr("handed out by parts %zu"), n->parted);
    }
    if (text.bytes)
        page_mark(p, MARK_WARN, tr("Needs a migration (Prerequisites): %s"), str_text(&text));
    str_done(&text);
}

void tables_row_needs(const struct journey *j, struct page *p)
{
    struct needs n = {0};
    size_t lacking = j->totals.personal + j->totals.special - j->totals.acknowledged;

    if (lacking)
        page_mark(p, MARK_WARN,
                  lacking == 1
                      ? tr("Sensitive columns that flow without a reason: %zu (e gives one)")
                      : tr("Sensitive columns that flow without a reason: %zu (e: "
                           "one for all of a kind)"),
                  lacking);
    for (size_t i = 0; j->catalog && j->totals.tables && i < j->selection.n_tables; i++) {
        if (j->selection.tables[i].n_included == 0)
            continue;
        struct catalog_table t = catalog_table(j->catalog, i);
        n.unpublished += !t.published;
        n.unreadable += t.reader_known && !t.readable;
        n.parted += t.kind == CATALOG_PARTITIONED && t.published && hands_out_parts(j);
    }
    put_needs(&n, p);
}

/* Where the parts of a row stand: from the right, so that names get what is left. */
struct places {
    int count, rows, bytes, flags; /* bytes 0: no room for them */
    int type, verdict;             /* of a column */
};

static struct places places_of(int margin, const struct page *p)
{
    enum { ROOMY = 72 };
    int w = page_width(p) - margin;

    if (w >= ROOMY)
        return (struct places){w - 39, w - 30, w - 21, w - 10, w - 47, w - 30};
    return (struct places){w - 26, w - 17, 0, w - 7, w - 38, w - 22};
}

void tables_row_head(int margin, struct page *p)
{
    struct places at = places_of(margin, p);

    page_put(p, STYLE_HEADING, "      %s", tr("Schema, table"));
    page_tab(p, at.count);
    page_put(p, STYLE_HEADING, "%7s", tr("columns"));
    page_tab(p, at.rows);
    page_put(p, STYLE_HEADING, "%9s", tr("rows"));
    if (at.bytes) {
        page_tab(p, at.bytes);
        page_put(p, STYLE_HEADING, "%10s", tr("size"));
    }
    page_tab(p, at.flags);
    page_put(p, STYLE_HEADING, "%s", tr("flags"));
    page_newline(p);
}

/* The gravest, in a word; the details below say it in full. What a migration gives (publication,
 * rights) is no flaw of the table. */
static const char *problem_word(unsigned problems)
{
    static const struct {
        enum survey_problem problem;
        const char *word;
    } words[] = {{SURVEY_PARTITION, "part"},      {SURVEY_NO_PRIMARY_KEY, "no key"},
                 {SURVEY_IDENTITY_NOTHING, "id"}, {SURVEY_TOO_MANY_KEY_COLUMNS, "keys"},
                 {SURVEY_ROW_SECURITY, "rls"},    {SURVEY_UNSUPPORTED_COLUMNS, "type"},
                 {SURVEY_LARGE_TABLE, "size"},    {SURVEY_IDENTITY_FULL, "id"}};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (problems & 1u << words[i].problem)
            return tr(words[i].word);
    return "";
}

void tables_row_table(const struct journey *j, size_t table, struct page *p)
{
    const struct selection_table *t = &j->selection.tables[table];
    unsigned problems = survey_problems(j->catalog, table);
    struct places at = places_of(0, p);
    char rows[FIGURE_TEXT], bytes[FIGURE_TEXT];
    size_t flagged = 0, fresh = 0;

    for (size_t i = 0; i < t->n_columns; i++) {
        flagged += t->columns[i].level != RULES_NONE;
        fresh += t->columns[i].fresh;
    }
    page_put_until(p, t->selectable ? STYLE_TEXT : STYLE_MUTED, at.count, "%s", t->name);
    page_tab(p, at.count);
    page_put(p, STYLE_MUTED, "%3u/%-3u", t->n_included, t->n_columns);
    page_tab(p, at.rows);
    page_put(p, STYLE_MUTED, "%9s", figure_count(t->rows, rows));
    if (at.bytes) {
        page_tab(p, at.bytes);
        page_put(p, STYLE_MUTED, "%10s", figure_bytes(t->bytes, bytes));
    }
    page_tab(p, at.flags);
    if (flagged)
        page_put(p, STYLE_SENSITIVE, "!%zu ", flagged);
    if (fresh)
        page_put(p, STYLE_ADDED, "%s ", tr("new"));
    page_put(p, STYLE_WARN, "%s", problem_word(problems));
}

void tables_row_categories(uint32_t categories, struct page *p)
{
    const char *comma = "";

    for (int c = 0; c < RULES_CATEGORIES; c++)
        if (categories & 1u << c) {
            page_put(p, STYLE_SENSITIVE, "%s%s", comma,
                     rules_category_name((enum rules_category)c));
            comma = ", ";
        }
}

static void put_change(const struct selection_column *c, bool flows, struct page *p)
{
    if (c->fresh)
        page_put(p, STYLE_ADDED, "%s ", tr("new"));
    if (c->was == c->included || (!flows && !c->was))
        return;
    page_put(p, c->included ? STYLE_ADDED : STYLE_REMOVED, "%s ",
             c->included ? tr("+ starts")
             : flows     ? tr("- stops")
                         : tr("- left out"));
}

void tables_row_column(const struct selection_column *c, bool flows, struct page *p)
{
    struct places at = places_of(0, p);

    page_put_until(p, c->unsupported ? STYLE_MUTED : STYLE_TEXT, at.type, "%s", c->name);
    page_tab(p, at.type);
    page_put_until(p, STYLE_MUTED, at.verdict, "%s", c->type);
    page_tab(p, at.verdict);
    put_change(c, flows, p);
    if (c->key)
        page_put(p, STYLE_ACCENT, "%s ", tr("key"));
    if (c->unsupported)
        page_put(p, STYLE_WARN, "%s", tr("not carried"));
    if (c->level != RULES_NONE) {
        page_put(p, STYLE_TEXT, "%s", c->unsupported ? " " : "");
        page_put(p, STYLE_SENSITIVE, c->level == RULES_SPECIAL ? "!! " : "! ");
        tables_row_categories(c->categories, p);
        if (c->ack && !selection_lacks_reason(c))
            page_put(p, STYLE_OK, " %s", tr("settled"));
    }
}
