#include "screens/cli/command.h"

#include "api/base/figure.h"
#include "api/base/json.h"
#include "api/base/safe.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/sampling.h"
#include "api/plan/survey.h"
#include "screens/cli/out.h"
#include "screens/cli/session.h"
#include "screens/cli/verdict.h"

static bool flows(const struct selection *file, const char *schema, const char *table,
                  const char *column)
{
    size_t t, c;

    return file && selection_find(file, schema, table, &t) &&
           selection_find_column(&file->tables[t], column, &c) &&
           file->tables[t].columns[c].included;
}

/* What is printed. */
struct found {
    const struct catalog *catalog;
    const struct selection *file; /* NULL: there is no plan file */
    const struct task *values;    /* what the values say; NULL: nobody looked */
    const struct rules_team *team;
};

static void judge(const struct found *f, size_t table, size_t column, struct rules_verdict *out)
{
    survey_verdict(f->catalog, f->team, table, column, out);
    sampling_add(f->values, table, column, out);
}

static void column_json(struct json_out *o, const struct found *f, size_t table, size_t column,
                        struct counts *n)
{
    const struct catalog *c = f->catalog;
    struct catalog_column col = catalog_column(c, table, column);
    struct rules_verdict v;
    char type[256];

    judge(f, table, column, &v);
    json_open_object(o, NULL);
    json_put_string(o, "name", col.name);
    json_put_string(o, "type", catalog_type(&col, type, sizeof type));
    json_put_bool(o, "nullable", col.nullable);
    json_put_bool(o, "generated", col.generated);
    json_put_bool(o, "supported", col.supported && !col.generated);
    json_put_bool(
        o, "included",
        flows(f->file, catalog_schema_name(c, table), catalog_table_name(c, table), col.name));
    verdict_json(o, f->team, &v, n);
    json_close_object(o);
}

static const char *kind_name(enum catalog_kind k)
{
    static const char *const names[] = {"table", "partitioned", "partition", "view", "foreign"};

    return names[k];
}

static const char *identity_name(enum catalog_identity i)
{
    static const char *const names[] = {"default", "nothing", "full", "index"};

    return names[i];
}

static void table_json(struct json_out *o, const struct found *f, size_t table, struct counts *n)
{
    const struct catalog *c = f->catalog;
    struct catalog_table t = catalog_table(c, table);
    unsigned problems = survey_problems(c, table);

    json_open_object(o, NULL);
    json_put_string(o, "schema", t.schema);
    json_put_string(o, "table", t.name);
    json_put_string(o, "kind", kind_name(t.kind));
    if (t.rows < 0)
        json_put_null(o, "rows_estimate");
    else
        json_put_int(o, "rows_estimate", t.rows);
    if (t.bytes < 0)
        json_put_null(o, "bytes");
    else
        json_put_int(o, "bytes", t.bytes);
    json_open_array(o, "primary_key");
    for (size_t i = 0; i < t.n_columns; i++)
        if (catalog_column(c, table, i).in_key)
            json_put_string(o, NULL, catalog_column_name(c, table, i));
    json_close_array(o);
    json_put_string(o, "replica_identity", identity_name(t.identity));
    json_put_bool(o, "published", t.published);
    if (t.reader_known)
        json_put_bool(o, "readable", t.readable);
    else
        json_put_null(o, "readable"); /* there is no such user yet */
    json_put_bool(o, "selectable",
                  survey_not_selectable(&t) == NULL && !rules_is_housekeeping(t.name));
    json_open_array(o, "problems");
    for (int i = 0; i < SURVEY_PROBLEMS; i++)
        if (problems & 1u << i)
            json_put_string(o, NULL, survey_problem_name((enum survey_problem)i));
    json_close_array(o);
    json_open_array(o, "columns");
    for (size_t i = 0; i < t.n_columns; i++)
        column_json(o, f, table, i, n);
    json_close_array(o);
    json_close_object(o);
    n->tables++;
}

static void print_json(const struct found *f)
{
    struct counts n = {0};
    struct str text = {0};
    struct json_out o;

    json_begin(&o, &text, true);
    json_open_object(&o, NULL);
    json_put_int(&o, "version", 1);
    json_open_array(&o, "tables");
    for (size_t i = 0; i < catalog_tables(f->catalog); i++)
        table_json(&o, f, i, &n);
    json_close_array(&o);
    n.sampled_rows = f->values ? (int64_t)sampling_told(f->values).rows : 0;
    summary_json(&o, &n);
    json_close_object(&o);
    str_addc(&text, '\n');
    out_result(&text);
    str_done(&text);
}

/* --- for people --- */

static void print_evidence(const struct rules_team *team, const struct rules_evidence *e,
                           struct str *out)
{
    const char *reason = team_reason(team, e);

    str_add(out, rules_rule_id(e->rule));
    if (reason)
        str_printf(out, ": %s", reason);
    else if (e->sampled)
        str_printf(out, " %u of %u", e->hits, e->sampled);
    if (e->quiet)
        str_printf(out, " %s", tr("silenced"));
}

/* What the team silenced is told, too: a flag that is missing was somebody's choice. */
static void print_flags(const struct rules_team *team, const struct rules_verdict *v,
                        struct str *out)
{
    if (v->n_evidence == 0)
        return;
    if (v->level != RULES_NONE)
        str_printf(out, "%s:", tr(rules_level_name(v->level)));
    for (int c = 0; c < RULES_CATEGORIES; c++)
        if (v->categories & 1u << c)
            str_printf(out, " %s", rules_category_name((enum rules_category)c));
    for (uint32_t i = 0; i < v->n_evidence; i++) {
        str_add(out, i ? ", " : v->level != RULES_NONE ? " (" : "(");
        print_evidence(team, &v->evidence[i], out);
    }
    str_addc(out, ')');
}

enum { NAME = 256 }; /* 63 bytes, each escaped */

static void print_problems(const struct catalog *c, size_t table)
{
    unsigned problems = survey_problems(c, table);

    for (int p = 0; p < SURVEY_PROBLEMS; p++) {
        struct str sql = {0};
        if ((problems & 1u << p) == 0)
            continue;
        out_line("  ! %s", tr(survey_problem_text(c, table, (enum survey_problem)p)));
        if (survey_problem_sql(c, table, (enum survey_problem)p, &sql))
            out_line("    %s", str_text(&sql));
        str_done(&sql);
    }
}

static void print(const struct found *f)
{
    const struct catalog *c = f->catalog;
    char rows[FIGURE_TEXT], bytes[FIGURE_TEXT], type[256];
    char schema[NAME], name[NAME], kind[sizeof type * 4]; /* a line break in one forges no row */

    for (size_t i = 0; i < catalog_tables(c); i++) {
        struct catalog_table t = catalog_table(c, i);
        safe_text(schema, sizeof schema, t.schema);
        safe_text(name, sizeof name, t.name);
        out_line(tr("%s.%s  %s, %s rows, %s"), schema, name, tr(kind_name(t.kind)),
                 figure_count(t.rows, rows), figure_bytes(t.bytes, bytes));
        print_problems(c, i);
        for (size_t k = 0; k < t.n_columns; k++) {
            struct catalog_column col = catalog_column(c, i, k);
            struct rules_verdict v;
            struct str flags = {0};
            judge(f, i, k, &v);
            print_flags(f->team, &v, &flags);
            safe_text(name, sizeof name, col.name);
            safe_text(kind, sizeof kind, catalog_type(&col, type, sizeof type));
            out_line("    %-32s %-28s %s%s%s", name, kind, col.in_key ? tr("key ") : "",
                     !col.supported || col.generated ? tr("not carried ") : "", str_text(&flags));
            str_done(&flags);
        }
    }
}

/* What could not be looked at is said; names, types and comments have judged it all the same. */
static void tell(const struct options *o, const struct task *values)
{
    struct sampling_told told = sampling_told(values);
    char rows[FIGURE_TEXT];

    if (task_state(values) == TASK_FAILED)
        out_talk(tr("values were not all looked at: %s"), task_error(values)->why);
    if (told.statistics_why)
        out_talk(tr("PostgreSQL's statistics could not be read: %s"), told.statistics_why);
    else if (told.statistics_hidden)
        out_talk(tr("tables whose statistics are hidden from you: %zu"), told.statistics_hidden);
    if (o->no_sample)
        return;
    out_talk(tr("%s rows of %zu tables were read"), figure_count((int64_t)told.rows, rows),
             told.tables - told.left_out);
    if (told.left_out)
        out_talk(tr("tables that could not be read: %zu, the first %s"), told.left_out,
                 told.why ? told.why : "");
    if (told.hidden)
        out_talk(tr("tables whose rows are hidden from you, in part or all, by row security: %zu"),
                 told.hidden);
    if (told.in_part)
        out_talk(tr("tables read in part, where a rare value may be missed: %zu"), told.in_part);
}

/* False: it was interrupted. Where values cannot be looked at the rest is printed all the same. */
static bool look_at_values(struct session *s, const struct catalog *c, struct task **values,
                           struct err *e)
{
    struct sampling_options o = {
        .source = live_pg_options(&s->live, s->o->dsn), .catalog = c, .rows = SAMPLING_ROWS};
    long long rows;

    if (s->o->sample && str_int64(s->o->sample, 1, SAMPLING_MOST, &rows))
        o.rows = (uint32_t)rows;
    if (s->o->no_sample)
        o.rows = 0;
    *values = sampling(s->live.net, &o);
    if (!session_wait(s, *values, e) && task_state(*values) != TASK_FAILED)
        return false;
    tell(s->o, *values);
    return true;
}

static int run(struct session *s)
{
    struct catalog_options co = {.publication = s->target.publication, .reader = s->target.db_user};
    struct found f = {.file = s->has_file ? &s->file : NULL, .team = s->live.team};
    struct task *values = NULL;
    struct selection selection;
    struct err e;

    if (s->live.pg == NULL)
        return out_error(s->o, &s->pg_trouble);
    struct task *t = survey(s->live.pg, &co, s->live.team);
    if (!session_wait(s, t, &e)) {
        task_drop(t);
        return out_error(s->o, &e);
    }
    struct catalog *c = survey_take(t, &selection);
    bool ok = look_at_values(s, c, &values, &e);
    f.catalog = c;
    f.values = values;
    if (ok && s->o->json)
        print_json(&f);
    else if (ok)
        print(&f);
    task_drop(values); /* looks into the catalogue: goes first */
    catalog_free(c);
    selection_done(&selection);
    task_drop(t);
    return ok ? OUT_FINE : out_error(s->o, &e);
}

int command_tables(const struct options *o)
{
    if (o->judge)
        return command_judge(o);
    return session_run(o, SESSION_FILE | SESSION_SOURCE, run);
}
