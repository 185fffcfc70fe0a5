#include "api/plan/sampling.h"

#include "api/base/str.h"
#include "api/files/quote.h"

#include <string.h>

enum { VALUE_CHARS = 16384, VALUE_BYTES_STORED = 1000000 };

/* What is missing here are keys by their nature (uuid), yes and no, times and bytes. */
static const char *const looked_at[] = {
    "text",   "character varying", "character", "citext", "json", "jsonb", "xml", "numeric",
    "bigint", "integer",           "date",      "inet",   "cidr", "bpchar"};

bool sampling_looks_at(const struct catalog_column *c)
{
    const char *type = c->base_type;
    size_t n = 0;

    if (c->is_enum || (c->in_key && str_eq(type, "integer")))
        return false;
    while (type[n] && type[n] != '[' && type[n] != '(')
        n++;
    for (size_t i = 0; i < sizeof looked_at / sizeof *looked_at; i++)
        if (strncmp(type, looked_at[i], n) == 0 && looked_at[i][n] == '\0')
            return true;
    return false;
}

bool sampling_sql_value(struct str *out, const char *name, int chars)
{
    struct str quoted = {0};
    struct err e;
    bool ok = quote_ident(&quoted, name, &e);

    if (ok)
        str_printf(out,
                   "CASE WHEN pg_catalog.pg_column_size(%s) <= %d THEN "
                   "pg_catalog.\"left\"(%s::pg_catalog.text, %d) END",
                   str_text(&quoted), VALUE_BYTES_STORED, str_text(&quoted), chars);
    str_done(&quoted);
    return ok;
}

static bool add_column(struct str *out, const char *name, bool first)
{
    if (!first)
        str_add(out, ", ");
    return sampling_sql_value(out, name, VALUE_CHARS);
}

bool sampling_sql(const struct catalog *c, size_t table, uint32_t rows, bool again, struct str *out,
                  size_t *n)
{
    struct catalog_table t = catalog_table(c, table);
    bool whole = t.rows <= SAMPLING_WHOLE;
    bool ok = true;
    struct err e;

    *n = 0;
    str_add(out, "SELECT ");
    for (size_t i = 0; ok && i < t.n_columns; i++) {
        struct catalog_column column = catalog_column(c, table, i);
        if (sampling_looks_at(&column))
            ok = add_column(out, column.name, (*n)++ == 0);
    }
    str_add(out, " FROM ");
    ok = ok && *n > 0 && quote_table(out, t.schema, t.name, &e);
    if (!whole && !again) /* a fifth more blocks than needed, for they are not all alike */
        str_printf(out, " TABLESAMPLE SYSTEM (LEAST(100, 120.0 * %u / %lld))", rows,
                   (long long)t.rows);
    str_printf(out, " LIMIT %u", whole && rows < 2 * SAMPLING_WHOLE ? 2 * SAMPLING_WHOLE : rows);
    return ok;
}
