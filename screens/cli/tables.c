#include "screens/cli/command.h"

#include "api/base/figure.h"
#include "api/base/json.h"
#include "api/base/str.h"
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

static void column_json(struct json_out *o, const struct catalog *c, size_t table, size_t column,
                        const struct selection *file, struct counts *n)
{
    struct catalog_column col = catalog_column(c, table, column);
    struct rules_verdict v;
    char type[256];

    survey_verdict(c, table, column, &v);
    json_open_object(o, NULL);
    json_put_string(o, "name", col.name);
    json_put_string(o, "type", catalog_type(&col, type, sizeof type));
    json_put_bool(o, "nullable", col.nullable);
    json_put_bool(o, "generated", col.generated);
    json_put_bool(o, "supported", col.supported && !col.generated);
    json_put_bool(
        o, "included",
        flows(file, catalog_schema_name(c, table), catalog_table_name(c, table), col.name));
    verdict_json(o, &v, n);
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

static void table_json(struct json_out *o, const struct catalog *c, size_t table,
                       const struct selection *file, struct counts *n)
{
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
        column_json(o, c, table, i, file, n);
    json_close_array(o);
    json_close_object(o);
    n->tables++;
}

static void print_json(const struct catalog *c, const struct selection *file)
{
    struct counts n = {0};
    struct str text = {0};
    struct json_out o;

    json_begin(&o, &text, true);
    json_open_object(&o, NULL);
    json_put_int(&o, "version", 1);
    json_open_array(&o, "tables");
    for (size_t i = 0; i < catalog_tables(c); i++)
        table_json(&o, c, i, file, &n);
    json_close_array(&o);
    summary_json(&o, &n);
    json_close_object(&o);
    str_addc(&text, '\n');
    out_result(&text);
    str_done(&text);
}

/* --- for people
 * ------------------------------------------------------------------------------------ */

static void print_flags(const struct rules_verdict *v, struct str *out)
{
    if (v->level == RULES_NONE)
        return;
    str_printf(out, "%s:", rules_level_name(v->level));
    for (int c = 0; c < RULES_CATEGORIES; c++)
        if (v->categories & 1u << c)
            str_printf(out, " %s", rules_category_name((enum rules_category)c));
    if (v->n_evidence)
        str_printf(out, " (%s)", rules_rule_id(v->evidence[0].rule));
}

static void print(const struct catalog *c)
{
    char rows[FIGURE_TEXT], bytes[FIGURE_TEXT], type[256];

    for (size_t i = 0; i < catalog_tables(c); i++) {
        struct catalog_table t = catalog_table(c, i);
        unsigned problems = survey_problems(c, i);
        out_line("%s.%s  %s, %s rows, %s", t.schema, t.name, kind_name(t.kind),
                 figure_count(t.rows, rows), figure_bytes(t.bytes, bytes));
        for (int p = 0; p < SURVEY_PROBLEMS; p++)
            if (problems & 1u << p)
                out_line("  ! %s", survey_problem_text((enum survey_problem)p));
        for (size_t k = 0; k < t.n_columns; k++) {
            struct catalog_column col = catalog_column(c, i, k);
            struct rules_verdict v;
            struct str flags = {0};
            survey_verdict(c, i, k, &v);
            print_flags(&v, &flags);
            out_line("    %-32s %-28s %s%s%s", col.name, catalog_type(&col, type, sizeof type),
                     col.in_key ? "key " : "",
                     !col.supported || col.generated ? "not carried " : "", str_text(&flags));
            str_done(&flags);
        }
    }
}

static int run(struct session *s)
{
    struct catalog_options co = {.publication = s->target.publication, .reader = s->target.db_user};
    struct selection selection;
    struct err e;

    if (s->live.pg == NULL)
        return out_error(s->o, &s->pg_trouble);
    struct task *t = survey(s->live.pg, &co);
    if (!session_wait(s, t, &e)) {
        task_drop(t);
        return out_error(s->o, &e);
    }
    struct catalog *c = survey_take(t, &selection);
    if (s->o->json)
        print_json(c, s->has_file ? &s->file : NULL);
    else
        print(c);
    catalog_free(c);
    selection_done(&selection);
    task_drop(t);
    return OUT_FINE;
}

int command_tables(const struct options *o)
{
    struct session s;
    int code;

    if (o->judge)
        return command_judge(o);
    if (session_open(&s, o, SESSION_FILE | SESSION_SOURCE, &code))
        code = run(&s);
    session_close(&s);
    return code;
}
