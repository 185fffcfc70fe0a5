#include "api/plan/sampling.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/files/quote.h"

#include <string.h>

/* A text tells how long it is before it is unpacked, and of a long one the server unpacks the
 * beginning alone. A document tells only how it is stored, and is unpacked whole: LZ4 makes 255
 * bytes of one at most, pglz fewer than 100. NARROW: less than half a megabyte then; DOCUMENT: not
 * 17 of them, and a larger one is not read. */
enum {
    VALUE_CHARS = 16384,
    TEXT_BYTES = 16 * 1024 * 1024,
    TEXT_BYTES_STORED = 1000000,
    DOCUMENT_BYTES_STORED = 64 * 1024,
    NARROW_BYTES_STORED = 2000
};

/* What is missing here are keys by their nature (uuid, oid), yes and no, times of day, bytes, and
 * what has no room for anything ("char", smallint, real). */
static const struct looked_at {
    const char *type;
    bool bounded; /* by its type (a number to 147 kB at the very most): as it is, then */
    /* What is sent in its own binary form, of that type also where the column has another by now;
     * NULL: text is sent. */
    const char *as;
    enum heap_form form;
} looked_at[] = {
    {"text", false, NULL, HEAP_TEXT},
    {"character varying", false, NULL, HEAP_TEXT},
    {"jsonb", false, "jsonb", HEAP_JSONB},
    {"bigint", true, "int8", HEAP_INTEGER},
    {"numeric", true, "numeric", HEAP_NUMERIC},
    {"date", true, "date", HEAP_DAY},
    {"integer", true, "int4", HEAP_INTEGER},
    {"json", false, "json", HEAP_TEXT},
    {"character", false, NULL, HEAP_TEXT},
    {"bpchar", false, NULL, HEAP_TEXT},
    {"xml", false, NULL, HEAP_TEXT},
    {"inet", true, NULL, HEAP_TEXT},
    {"cidr", true, NULL, HEAP_TEXT},
    {"timestamp without time zone", true, "timestamp", HEAP_TIME},
    {"timestamp with time zone", true, "timestamptz", HEAP_TIME_ZONED},
    {"double precision", true, NULL, HEAP_TEXT},
    {"name", true, NULL, HEAP_TEXT},
    {"tsvector", false, NULL, HEAP_TEXT},
    {"citext", false, NULL, HEAP_TEXT},
    {"hstore", false, NULL, HEAP_TEXT},
};

enum { OF_EXTENSIONS = 2 }; /* the last so many stand in a schema of the database's own */

/* Somebody made it, perhaps under the name of another, and perhaps with a cast: that would run
 * under our login. As the server itself writes it, then, and nothing else. */
static bool is_made(const struct catalog_column *c)
{
    return strchr(c->base_type, '.') != NULL;
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

/* numeric(10,2): a number of persons, even with zeros behind a point, has no room before it. */
static bool is_amount(const struct catalog_column *c)
{
    enum { HEADER = 4, SCALE_BITS = 0x7ff, SCALE_SIGN = 0x400, PERSON_DIGITS = 11 };

    if (c->is_array || !str_eq(c->base_type, "numeric") || !str_eq(c->type, "numeric") ||
        c->typmod < HEADER)
        return false;
    int scale = (((c->typmod - HEADER) & SCALE_BITS) ^ SCALE_SIGN) - SCALE_SIGN;
    return scale > 0 && ((c->typmod - HEADER) >> 16) - scale < PERSON_DIGITS;
}

bool sampling_looks_at(const struct catalog_column *c)
{
    return !c->is_enum && !(c->in_key && str_eq(c->base_type, "integer")) && !is_amount(c) &&
           look_of(c) != NULL;
}

#define SIZE_OF "pg_catalog.pg_column_size"

static void add_cut(struct str *out, const char *name)
{
    str_printf(out, "pg_catalog.\"left\"(%s::pg_catalog.text, %d)", name, VALUE_CHARS);
}

/* Its size is told without unpacking it; of documents only how it is stored. */
static bool tells_its_size(const struct catalog_column *c)
{
    static const char *const texts[] = {"text", "character varying", "character", "bpchar"};

    for (size_t i = 0; !c->is_array && i < sizeof texts / sizeof *texts; i++)
        if (str_eq(c->base_type, texts[i]))
            return true;
    return false;
}

/* It is not too much to be unpacked. */
static void add_bound(struct str *out, const struct catalog_column *c, const char *name)
{
    if (tells_its_size(c))
        str_printf(out, "pg_catalog.octet_length(%s) <= %d AND " SIZE_OF "(%s) <= %d", name,
                   TEXT_BYTES, name, TEXT_BYTES_STORED);
    else
        str_printf(out, SIZE_OF "(%s) <= %d", name, DOCUMENT_BYTES_STORED);
}

/* What is narrow is not cut: counting its characters takes longer than sending them. */
bool sampling_sql_value(struct str *out, const struct catalog_column *c)
{
    struct str quoted = {0};
    struct err e;
    bool ok = quote_ident(&quoted, c->name, &e);
    const char *name = str_text(&quoted);

    if (ok && tells_its_size(c))
        str_printf(out, "CASE WHEN pg_catalog.octet_length(%s) <= %d THEN ", name, VALUE_CHARS);
    else if (ok)
        str_printf(out, "CASE WHEN " SIZE_OF "(%s) <= %d THEN ", name, NARROW_BYTES_STORED);
    if (ok && is_made(c)) {
        str_printf(out, "pg_catalog.format('%%s', %s) END", name);
    } else if (ok) {
        str_printf(out, "%s::pg_catalog.text WHEN ", name);
        add_bound(out, c, name);
        str_add(out, " THEN ");
        add_cut(out, name);
        str_add(out, " END");
    }
    str_done(&quoted);
    return ok;
}

/* In its binary form, which saves the server writing it twice; where it is wide its text beside it.
 */
static void add_binary_or_cut(struct str *out, const char *name, const char *as)
{
    str_printf(out,
               "CASE WHEN " SIZE_OF "(%s) <= %d THEN %s::pg_catalog.%s END, CASE WHEN " SIZE_OF
               "(%s) > %d AND " SIZE_OF "(%s) <= %d THEN ",
               name, NARROW_BYTES_STORED, name, as, name, NARROW_BYTES_STORED, name,
               DOCUMENT_BYTES_STORED);
    add_cut(out, name);
    str_add(out, " END");
}

static bool is_narrow(const struct catalog_column *c)
{
    if (c->is_array)
        return false;
    bool has_length = str_eq(c->base_type, "character varying") && str_eq(c->type, c->base_type);
    return look_of(c)->bounded || (has_length && c->typmod > 0 && c->typmod <= VALUE_CHARS);
}

/* The number of its fields: 0 when the name cannot be written. */
static size_t add_column(struct str *out, const struct catalog_column *c, enum heap_form form[])
{
    const struct looked_at *look = look_of(c);
    bool binary = look->as && !c->is_array && !is_made(c);
    struct str quoted = {0};
    struct err e;
    size_t n = 1;
    bool ok = quote_ident(&quoted, c->name, &e);
    const char *name = str_text(&quoted);

    form[0] = binary ? look->form : HEAP_TEXT;
    form[1] = HEAP_TEXT;
    if (!ok)
        n = 0;
    else if (binary && is_narrow(c))
        str_printf(out, "%s::pg_catalog.%s", name, look->as);
    else if (binary)
        add_binary_or_cut(out, name, look->as);
    else if (is_narrow(c))
        str_printf(out, "%s::pg_catalog.text", name);
    else
        sampling_sql_value(out, c);
    str_done(&quoted);
    return binary && !is_narrow(c) && n ? 2 : n;
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

static bool add_columns(struct str *out, const struct catalog *c, size_t table,
                        struct sampling_field *fields, size_t *n)
{
    *n = 0;
    for (size_t i = 0; i < catalog_table_columns(c, table); i++) {
        struct catalog_column column = catalog_column(c, table, i);
        enum heap_form form[SAMPLING_FIELDS];
        if (!sampling_looks_at(&column))
            continue;
        if (*n > 0)
            str_add(out, ", ");
        size_t added = add_column(out, &column, form);
        if (added == 0)
            return false;
        for (size_t k = 0; k < added; k++)
            fields[(*n)++] = (struct sampling_field){i, form[k]};
    }
    return *n > 0;
}

bool sampling_sql(const struct catalog *c, size_t table, uint32_t rows, bool again, struct str *out,
                  struct sampling_field *fields, size_t *n)
{
    struct catalog_table t = catalog_table(c, table);
    struct err e;

    str_add(out, "SELECT ");
    bool ok = add_columns(out, c, table, fields, n);
    str_add(out, sampling_sql_from(&t));
    ok = ok && quote_table(out, t.schema, t.name, &e);
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
