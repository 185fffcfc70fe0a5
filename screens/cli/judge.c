#include "screens/cli/command.h"

#include "api/base/path.h"
#include "api/base/str.h"
#include "api/plan/evidence.h"
#include "api/rules/csv.h"
#include "screens/cli/out.h"
#include "screens/cli/verdict.h"
#include "screens/live.h"

void verdict_json(struct json_out *o, const struct rules_team *team, const struct rules_verdict *v,
                  struct counts *n)
{
    json_put_string(o, "level", rules_level_name(v->level));
    json_open_array(o, "categories");
    for (int c = 0; c < RULES_CATEGORIES; c++)
        if (v->categories & 1u << c)
            json_put_string(o, NULL, rules_category_name((enum rules_category)c));
    json_close_array(o);
    evidence_json(o, team, v);
    n->columns++;
    n->personal += v->level == RULES_PERSONAL;
    n->special += v->level == RULES_SPECIAL;
}

void summary_json(struct json_out *o, const struct counts *n)
{
    json_open_object(o, "summary");
    json_put_int(o, "tables", n->tables);
    json_put_int(o, "columns", n->columns);
    json_put_int(o, "personal", n->personal);
    json_put_int(o, "special", n->special);
    json_put_int(o, "sampled_rows", n->sampled_rows);
    json_close_object(o);
}

static void column_json(struct json_out *o, const struct rules_team *team,
                        const struct judged_column *c, struct counts *n)
{
    json_open_object(o, NULL);
    json_put_string(o, "name", c->name);
    json_put_string(o, "type", c->type);
    json_put_bool(o, "nullable", c->nullable);
    json_put_bool(o, "generated", false);
    json_put_bool(o, "supported", true);
    json_put_bool(o, "included", false);
    verdict_json(o, team, &c->verdict, n);
    json_close_object(o);
}

/* What only a database tells is null. */
static void table_json(struct json_out *o, const struct rules_team *team,
                       const struct judged_table *t, struct counts *n)
{
    json_open_object(o, NULL);
    json_put_string(o, "schema", t->schema);
    json_put_string(o, "table", t->name);
    json_put_string(o, "kind", "table");
    json_put_null(o, "rows_estimate");
    json_put_null(o, "bytes");
    json_open_array(o, "primary_key");
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].is_key)
            json_put_string(o, NULL, t->columns[i].name);
    json_close_array(o);
    json_put_null(o, "replica_identity");
    json_put_null(o, "published");
    json_put_null(o, "readable");
    json_put_bool(o, "selectable", !rules_is_housekeeping(t->name));
    json_open_array(o, "problems");
    json_close_array(o);
    json_open_array(o, "columns");
    for (size_t i = 0; i < t->n_columns; i++)
        column_json(o, team, &t->columns[i], n);
    json_close_array(o);
    json_close_object(o);
    n->tables++;
}

int command_judge(const struct options *o)
{
    struct arena a = {0};
    struct str text = {0}, out = {0};
    struct judged judged;
    struct counts n = {0};
    struct rules_team *team;
    struct json_out j;
    struct err e;
    int code = OUT_FINE;

    if (!live_find_team(o, &team, &e))
        return out_error(o, &e);
    if (path_read_given(o->judge, CSV_MAX_BYTES, false, &text, &e) &&
        rules_judge_csv(&a, str_text(&text), text.bytes, team, &judged, &e)) {
        json_begin(&j, &out, true);
        json_open_object(&j, NULL);
        json_put_int(&j, "version", 1);
        json_open_array(&j, "tables");
        for (size_t i = 0; i < judged.n_tables; i++)
            table_json(&j, team, &judged.tables[i], &n);
        json_close_array(&j);
        summary_json(&j, &n);
        json_close_object(&j);
        str_addc(&out, '\n');
        out_result(&out);
    } else {
        out_wrong_file(&e, o->judge,
                       "--judge FILE.csv names a list of columns: a header line "
                       "schema,table,column,type,nullable,is_pk,comment first");
        code = out_error(o, &e);
    }
    team_free(team);
    str_done(&out);
    str_done(&text);
    arena_done(&a);
    return code;
}
