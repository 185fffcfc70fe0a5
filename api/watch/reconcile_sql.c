/* The statements of a comparison: the same thing in the words of either side. Pure. */
#include "api/watch/reconcile.h"

#include "api/base/tr.h"
#include "api/files/quote.h"
#include "api/google/bigquery.h"

enum { KEYS_ROWS = 1000 /* as many as BigQuery hands out at once */ };

/* --- the key as text, alike on both sides --- */

static bool add_key_source(const struct reconcile_weight *w, struct str *out, struct err *e)
{
    for (size_t i = 0; i < w->n_keys; i++) {
        str_add(out, i ? " || '|' || " : "");
        bool date = str_eq(w->types[i], "date"); /* whatever DateStyle says */
        str_add(out, date ? "to_char(" : "");
        if (!quote_ident(out, w->keys[i], e))
            return false;
        str_add(out, date ? ", 'YYYY-MM-DD')" : "::text");
    }
    return true;
}

static bool add_key_destination(const struct reconcile_weight *w, struct str *out, struct err *e)
{
    str_add(out, w->n_keys > 1 ? "CONCAT(" : "");
    for (size_t i = 0; i < w->n_keys; i++) {
        str_add(out, i ? ", '|', CAST(" : "CAST(");
        if (!quote_bigquery(out, w->keys[i], e))
            return false;
        str_add(out, " AS STRING)");
    }
    str_add(out, w->n_keys > 1 ? ")" : "");
    return true;
}

static void add_bounds(const struct reconcile_weight *w, const char *column, struct str *out)
{
    if (w->bounded)
        str_printf(out, " WHERE %s BETWEEN %lld AND %lld", column, (long long)w->low,
                   (long long)w->high);
}

/* Each row's hash, and what is shown of its key. */
static bool add_rows_source(const struct reconcile_weight *w, struct str *out, struct err *e)
{
    struct str column = {0};

    str_add(out, "(SELECT encode(sha256(convert_to(k, 'UTF8')), 'hex') AS h, k FROM (SELECT ");
    bool ok = add_key_source(w, out, e);
    str_add(out, " AS k FROM ");
    ok = ok && quote_table(out, w->schema, w->table, e) && quote_ident(&column, w->keys[0], e);
    if (ok)
        add_bounds(w, str_text(&column), out);
    str_add(out, ") keys) hashed");
    str_done(&column);
    return ok;
}

static bool refuse_name(const struct reconcile_weight *w, struct err *e)
{
    err_set(e, ERR_INPUT, tr("Comparing %s.%s"), w->schema, w->table);
    err_reason(e, "NO_SUCH_NAME");
    err_why(e, tr("no table in BigQuery can be called '%s_%s'"), w->schema, w->table);
    return err_hint(e, tr("look in the console under which name it arrives"));
}

static bool add_rows_destination(const struct reconcile_weight *w, const struct target *t,
                                 struct str *out, struct err *e)
{
    const char *project = t->dataset_project[0] ? t->dataset_project : t->project;
    struct str table = {0}, column = {0};

    str_printf(&table, "%s_%s", w->schema, w->table);
    bool ok = bigquery_is_name(project, t->dataset, str_text(&table)) || refuse_name(w, e);
    str_add(out, "(SELECT TO_HEX(SHA256(k)) AS h, k FROM (SELECT ");
    ok = ok && add_key_destination(w, out, e) && quote_bigquery(&column, w->keys[0], e);
    if (ok) {
        str_printf(out, " AS k FROM `%s.%s.%s`", project, t->dataset, str_text(&table));
        add_bounds(w, str_text(&column), out);
        str_add(out, "))");
    }
    str_done(&table);
    str_done(&column);
    return ok;
}

/* --- the parts --- */

static void add_within(const struct reconcile_part *part, struct str *out)
{
    if (part->n == 0)
        return;
    str_printf(out, " WHERE substr(h, 1, %d) IN (", part->digits);
    for (size_t i = 0; i < part->n; i++)
        str_printf(out, "%s'%s'", i ? ", " : "", part->within[i]); /* hexadecimal digits */
    str_addc(out, ')');
}

bool reconcile_sql_source(const struct reconcile_weight *w, const struct reconcile_part *part,
                          struct str *out, struct err *e)
{
    str_printf(out,
               "SELECT substr(h, 1, %d), count(*), sum(('x' || substr(h, 1, 8))::bit(32)::bigint)"
               "::bigint, sum(('x' || substr(h, 9, 8))::bit(32)::bigint)::bigint FROM ",
               part->prefix);
    if (!add_rows_source(w, out, e))
        return false;
    add_within(part, out);
    str_add(out, " GROUP BY 1");
    return true;
}

bool reconcile_sql_destination(const struct reconcile_weight *w, const struct target *t,
                               const struct reconcile_part *part, struct str *out, struct err *e)
{
    str_printf(out,
               "SELECT SUBSTR(h, 1, %d) AS part, COUNT(*) AS n, "
               "SUM(CAST(CONCAT('0x', SUBSTR(h, 1, 8)) AS INT64)) AS x, "
               "SUM(CAST(CONCAT('0x', SUBSTR(h, 9, 8)) AS INT64)) AS y FROM ",
               part->prefix);
    if (!add_rows_destination(w, t, out, e))
        return false;
    add_within(part, out);
    str_add(out, " GROUP BY part");
    return true;
}

bool reconcile_sql_source_keys(const struct reconcile_weight *w, const struct reconcile_part *part,
                               struct str *out, struct err *e)
{
    str_add(out, "SELECT substr(h, 1, 16), substr(k, 1, 1), length(k) FROM ");
    if (!add_rows_source(w, out, e))
        return false;
    add_within(part, out);
    str_printf(out, " ORDER BY 1 LIMIT %d", KEYS_ROWS);
    return true;
}

bool reconcile_sql_destination_keys(const struct reconcile_weight *w, const struct target *t,
                                    const struct reconcile_part *part, struct str *out,
                                    struct err *e)
{
    str_add(out, "SELECT SUBSTR(h, 1, 16) AS part, SUBSTR(k, 1, 1) AS first, LENGTH(k) AS n FROM ");
    if (!add_rows_destination(w, t, out, e))
        return false;
    add_within(part, out);
    str_printf(out, " ORDER BY part LIMIT %d", KEYS_ROWS);
    return true;
}

/* --- for the person --- */

static void find_on(const struct reconcile *r, bool source, const struct target *t, struct str *out)
{
    const char *parts[RECONCILE_DIFFERENT];
    struct reconcile_part part = {.digits = 16, .within = parts};
    struct str sql = {0};
    struct err e;

    for (size_t i = 0; i < r->n; i++)
        if (r->items[i].at_source == source && part.n < RECONCILE_DIFFERENT)
            parts[part.n++] = r->items[i].hash;
    bool ok = part.n && (source ? add_rows_source(&r->weight, &sql, &e)
                                : add_rows_destination(&r->weight, t, &sql, &e));
    if (ok) {
        str_printf(out, "-- %s\nSELECT k FROM %s", source ? "PostgreSQL" : "BigQuery",
                   str_text(&sql));
        add_within(&part, out);
        str_add(out, ";\n");
    }
    str_done(&sql);
}

void reconcile_sql_find(const struct reconcile *r, const struct target *t, struct str *out)
{
    find_on(r, true, t, out);
    find_on(r, false, t, out);
}
