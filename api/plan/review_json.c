/* A review as data (`strom review --json`), with the schema of that document. */

#include "api/base/json.h"
#include "api/plan/dated.h"
#include "api/plan/evidence.h"
#include "api/plan/review.h"
#include "api/plan/said.h"

#include <string.h>

static void put_categories(struct json_out *o, const char *key, uint32_t categories)
{
    json_open_array(o, key);
    for (int c = 0; c < RULES_CATEGORIES; c++)
        if (categories & UINT32_C(1) << c)
            json_put_string(o, NULL, rules_category_name((enum rules_category)c));
    json_close_array(o);
}

static void put_ack(struct json_out *o, const struct selection_ack *ack)
{
    if (ack == NULL) {
        json_put_null(o, "acknowledged");
        return;
    }
    json_open_object(o, "acknowledged");
    json_put_string(o, "reason", ack->reason);
    json_put_string(o, "reference", ack->reference);
    json_put_string(o, "by", ack->by);
    json_put_string(o, "at", ack->at);
    json_close_object(o);
}

static void put_side(struct json_out *o, const char *key, const struct selection_column *c)
{
    if (c == NULL) {
        json_put_null(o, key);
        return;
    }
    json_open_object(o, key);
    json_put_string(o, "type", c->type);
    json_put_bool(o, "included", c->included);
    json_put_string(o, "level", rules_level_name((enum rules_level)c->level));
    put_categories(o, "categories", c->categories);
    put_ack(o, c->ack);
    json_close_object(o);
}

static void put_name(struct json_out *o, const char *schema, const char *table, const char *column)
{
    json_put_string(o, "schema", schema);
    json_put_string(o, "table", table);
    json_put_string(o, "column", column);
}

static void put_column(struct json_out *o, const struct rules_team *team,
                       const struct review_column *c)
{
    json_open_object(o, NULL);
    put_name(o, c->c->schema, c->c->table, c->c->name);
    json_put_string(o, "change", compare_kind_name(c->c->kind));
    json_put_string(o, "level", rules_level_name(c->level));
    put_categories(o, "categories", c->categories);
    evidence_json(o, team, &c->verdict);
    json_put_bool(o, "understated", c->calmer);
    json_put_bool(o, "type_unconfirmed", c->claimed);
    put_side(o, "from", c->c->was);
    put_side(o, "to", c->c->is);
    json_close_object(o);
}

static void put_settings(struct json_out *o, const struct comparison *c)
{
    json_open_array(o, "settings");
    for (size_t i = 0; i < c->n_settings; i++) {
        json_open_object(o, NULL);
        json_put_string(o, "path", c->settings[i].path);
        json_put_string(o, "from", c->settings[i].was);
        json_put_string(o, "to", c->settings[i].is);
        json_close_object(o);
    }
    json_close_array(o);
}

static void put_rules(struct json_out *o, const struct review *r)
{
    json_open_array(o, "rules");
    for (size_t i = 0; i < r->n_rules; i++) {
        json_open_object(o, NULL);
        json_put_string(o, "change", r->rules[i].gone ? "gone" : "new");
        json_put_string(o, "rule", r->rules[i].text);
        json_put_string(o, "reason", r->rules[i].reason);
        json_close_object(o);
    }
    json_close_array(o);
}

static void put_unacknowledged(struct json_out *o, const struct review *r)
{
    json_open_array(o, "unacknowledged");
    for (size_t i = 0; i < r->n_unacknowledged; i++) {
        const struct selection_table *t = &r->in->judged->tables[r->unacknowledged[i].table];
        const struct selection_column *c = &t->columns[r->unacknowledged[i].column];
        json_open_object(o, NULL);
        put_name(o, t->schema, t->name, c->name);
        json_put_string(o, "level", rules_level_name((enum rules_level)c->level));
        put_categories(o, "categories", c->categories);
        json_put_bool(o, "type_unconfirmed", c->claimed);
        json_close_object(o);
    }
    json_close_array(o);
}

static void put_lowered(struct json_out *o, const struct review *r)
{
    json_open_array(o, "lowered");
    for (size_t i = 0; i < r->n_lowered; i++) {
        const struct review_lowered *x = &r->lowered[i];
        json_open_object(o, NULL);
        put_name(o, x->table->schema, x->table->name, x->column->name);
        json_put_string(o, "from", rules_level_name(x->before));
        json_put_string(o, "to", rules_level_name((enum rules_level)x->column->level));
        json_close_object(o);
    }
    json_close_array(o);
}

/* Without the marks. */
static void put_said(struct json_out *o, const char *key, const char *text)
{
    struct arena a = {0};

    json_put_string(o, key, said_plain(&a, text));
    arena_done(&a);
}

static void put_needs(struct json_out *o, const struct review *r)
{
    json_open_array(o, "needs");
    for (size_t i = 0; i < r->n_needs; i++) {
        json_open_object(o, NULL);
        json_put_string(o, "kind", r->needs[i].kind);
        put_said(o, "text", r->needs[i].text);
        json_put_bool(o, "sure", r->needs[i].sure);
        json_close_object(o);
    }
    json_close_array(o);
}

static void put_stays(struct json_out *o, const struct review *r)
{
    json_open_array(o, "stays");
    for (size_t i = 0; i < r->n_stays; i++) {
        json_open_object(o, NULL);
        put_name(o, r->stays[i].schema, r->stays[i].table, r->stays[i].column);
        json_put_string(o, "sql", r->stays[i].sql);
        json_put_bool(o, "look_up_name", r->stays[i].renamed);
        json_close_object(o);
    }
    json_close_array(o);
}

static void put_base(struct json_out *o, const struct review_input *in)
{
    static const char *const kinds[] = {"stream", "revision", "file"};

    json_open_object(o, "base");
    json_put_string(o, "kind", kinds[in->base]);
    json_put_string(o, "name", in->base_name);
    json_put_string(o, "commit", in->commit);
    json_put_bool(o, "exists", in->was != NULL);
    json_close_object(o);
}

static void put_summary(struct json_out *o, const struct review *r)
{
    const struct comparison *c = &r->change;

    json_open_object(o, "summary");
    for (enum compare_kind k = 0; k < COMPARE_KINDS; k++)
        json_put_int(o, compare_kind_name(k), (int64_t)c->count[k]);
    json_put_int(o, "tables_start", (int64_t)c->tables_start);
    json_put_int(o, "tables_stop", (int64_t)c->tables_stop);
    json_put_int(o, "settings", (int64_t)c->n_settings);
    json_put_int(o, "sensitive", (int64_t)r->n_sensitive);
    json_put_int(o, "unacknowledged", (int64_t)r->n_unacknowledged);
    json_put_int(o, "lowered", (int64_t)r->n_lowered);
    json_put_int(o, "silenced_against", (int64_t)r->silenced.n_against);
    if (r->in->live.stream || r->in->live.facts || r->in->live.seen) {
        json_put_int(o, "drift", (int64_t)(r->drift.n - r->drift.n_unlisted));
        json_put_int(o, "unlisted", (int64_t)r->drift.n_unlisted);
    } else {
        json_put_null(o, "drift");
        json_put_null(o, "unlisted");
    }
    json_close_object(o);
}

void review_json(const struct review *r, struct str *out)
{
    struct json_out o;

    json_begin(&o, out, true);
    json_open_object(&o, NULL);
    json_put_int(&o, "version", 1);
    json_put_string(&o, "file", r->in->file);
    put_base(&o, r->in);
    put_summary(&o, r);
    json_open_array(&o, "columns");
    for (size_t i = 0; i < r->n_columns; i++)
        put_column(&o, r->in->team, r->ranked[i]);
    json_close_array(&o);
    put_settings(&o, &r->change);
    put_rules(&o, r);
    put_unacknowledged(&o, r);
    put_lowered(&o, r);
    silenced_json(&o, r->in->team, &r->silenced);
    dated_ahead_json(&o, r->in->judged);
    put_needs(&o, r);
    put_stays(&o, r);
    json_put_string(&o, "stream_unknown", r->in->live_why);
    json_put_string(&o, "source_unknown", r->in->source_why);
    judgement_unseen_json(&o, "values", &r->values);
    drift_json(&o, "drift", &r->drift);
    json_close_object(&o);
    str_addc(out, '\n');
}
