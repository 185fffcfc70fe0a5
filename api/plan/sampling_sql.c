#include "api/plan/sampling.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/files/quote.h"

#include <string.h>

/* NARROW: as stored, perhaps compressed; still less than half a megabyte when it is not. */
enum { VALUE_CHARS = 16384, VALUE_BYTES_STORED = 1000000, NARROW_BYTES_STORED = 2000 };

/* What is missing here are keys by their nature (uuid, oid), yes and no, times of day, bytes, and
 * what has no room for anything ("char", smallint, real). */
static const struct looked_at {
    const char *type;
    bool bounded; /* by its type (a number to 147 kB at the very most): as it is, then */
} looked_at[] = {
    {"text", false},
    {"character varying", false},
    {"jsonb", false},
    {"bigint", true},
    {"numeric", true},
    {"date", true},
    {"integer", true},
    {"json", false},
    {"character", false},
    {"bpchar", false},
    {"xml", false},
    {"inet", true},
    {"cidr", true},
    {"timestamp without time zone", true},
    {"timestamp with time zone", true},
    {"double precision", true},
    {"name", true},
    {"tsvector", false},
    {"citext", false},
    {"hstore", false},
};

enum { OF_EXTENSIONS = 2 }; /* the last so many stand in a schema of the database's own */

/* Somebody made it, perhaps under the name of another, and perhaps with a cast: that would run
 * under our login. As the server itself writes it, then, and nothing else. */
static bool is_made(const struct catalog_column *c)
{
    return strchr(c->base_type, '.') != NULL;
}

bool sampling_sql_is_text(const struct catalog_column *c)
{
    return !is_made(c);
}

static const struct looked_at *look_of(const struct catalog_column *c)
{
    const size_t all = sizeof looked_at / sizeof *looked_at;
    const char *type = c->base_type, *dot = strrchr(type, '.');
    size_t n = 0;

    type = dot ? dot + 1 : type;
    while (type[n] && type[n] != '[' && type[n] != '(')
        n++;
    for (size_t i = is_made(c) ? all - OF_EXTENSIONS : 0; i < all; i++)
        if (strncmp(type, looked_at[i].type, n) == 0 && looked_at[i].type[n] == '\0')
            return &looked_at[i];
    return NULL;
}

bool sampling_looks_at(const struct catalog_column *c)
{
    return !c->is_enum && !(c->in_key && str_eq(c->base_type, "integer")) && look_of(c) != NULL;
}

/* What is narrow is not cut: counting its characters takes longer than sending them. */
bool sampling_sql_value(struct str *out, const struct catalog_column *c)
{
    struct str quoted = {0};
    struct err e;
    bool ok = quote_ident(&quoted, c->name, &e);
    const char *name = str_text(&quoted), *size = "pg_catalog.pg_column_size";

    if (ok && is_made(c))
        str_printf(out, "CASE WHEN %s(%s) <= %d THEN %s END", size, name, NARROW_BYTES_STORED,
                   name);
    else if (ok)
        str_printf(out,
                   "CASE WHEN %s(%s) <= %d THEN %s::pg_catalog.text WHEN %s(%s) <= %d THEN "
                   "pg_catalog.\"left\"(%s::pg_catalog.text, %d) END",
                   size, name, NARROW_BYTES_STORED, name, size, name, VALUE_BYTES_STORED, name,
                   VALUE_CHARS);
    str_done(&quoted);
    return ok;
}

static bool is_narrow(const struct catalog_column *c)
{
    if (c->is_array)
        return false;
    bool has_length = str_eq(c->base_type, "character varying") && str_eq(c->type, c->base_type);
    return look_of(c)->bounded || (has_length && c->typmod > 0 && c->typmod <= VALUE_CHARS);
}

static bool add_column(struct str *out, const struct catalog_column *c, bool first)
{
    struct err e;

    if (!first)
        str_add(out, ", ");
    if (is_narrow(c))
        return quote_ident(out, c->name, &e);
    return sampling_sql_value(out, c);
}

/* Tables that inherit from it are tables of their own, and may lie on another server. */
const char *sampling_sql_from(const struct catalog_table *t)
{
    return t->kind == CATALOG_PARTITIONED ? " FROM " : " FROM ONLY ";
}

/* Whole tables, twice as many rows as are estimated: estimates are old. */
static uint32_t limit_of(const struct catalog_table *t, uint32_t rows)
{
    return t->rows <= SAMPLING_WHOLE && rows < 2 * SAMPLING_WHOLE ? 2 * SAMPLING_WHOLE : rows;
}

/* Blocks are drawn; a fifth more than needed, for they are not all alike. */
static bool is_drawn(const struct catalog_table *t, bool again)
{
    return t->rows > SAMPLING_WHOLE && !again;
}

bool sampling_sql_leaves(const struct catalog *c, size_t table, uint32_t rows, bool again,
                         uint64_t came)
{
    struct catalog_table t = catalog_table(c, table);
    bool all_blocks = !is_drawn(&t, again) || 120.0 * rows >= 100.0 * (double)t.rows;

    return !all_blocks || came >= limit_of(&t, rows);
}

bool sampling_sql(const struct catalog *c, size_t table, uint32_t rows, bool again, struct str *out,
                  size_t *n)
{
    struct catalog_table t = catalog_table(c, table);
    bool ok = true;
    struct err e;

    *n = 0;
    str_add(out, "SELECT ");
    for (size_t i = 0; ok && i < t.n_columns; i++) {
        struct catalog_column column = catalog_column(c, table, i);
        if (sampling_looks_at(&column))
            ok = add_column(out, &column, (*n)++ == 0);
    }
    str_add(out, sampling_sql_from(&t));
    ok = ok && *n > 0 && quote_table(out, t.schema, t.name, &e);
    if (is_drawn(&t, again))
        str_printf(out, " TABLESAMPLE SYSTEM (LEAST(100, 120.0 * %u / %lld))", rows,
                   (long long)t.rows);
    str_printf(out, " LIMIT %u", limit_of(&t, rows));
    return ok;
}

struct err sampling_sql_error(const struct err *e, bool row_security)
{
    struct err told = *e;

    if (row_security || str_starts(e->reason, "22") || str_starts(e->reason, "P0"))
        err_why(&told, tr("the server refused (%s); its words may hold values, and are not shown"),
                e->reason);
    return told;
}
