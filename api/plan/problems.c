#include "api/plan/survey.h"

#include "api/base/str.h"
#include "api/files/quote.h"

#include <assert.h>
#include <string.h>

enum {
    KEY_COLUMNS = 16,      /* BigQuery's limit for a composite key (facts/gcp.md D) */
    LARGE_ROWS = 500000000 /* beyond it a backfill wants a plain unique index (facts/gcp.md C) */
};

/* What is told of most tables; of others see survey_problem_text. */
static const struct {
    const char *name, *text;
} problems[SURVEY_PROBLEMS] = {
    [SURVEY_NO_PRIMARY_KEY] =
        {"no_primary_key",
         "no primary key: only inserts arrive, and the application's own UPDATE and DELETE fail "
         "while it is published; a key mends it, or the whole row as one"},
    [SURVEY_IDENTITY_FULL] =
        {"identity_full",
         "REPLICA IDENTITY FULL beside a primary key: Datastream wants DEFAULT there"},
    [SURVEY_IDENTITY_NOTHING] =
        {"identity_nothing",
         "REPLICA IDENTITY NOTHING: the application's own UPDATE and DELETE fail while it is "
         "published"},
    [SURVEY_NOT_PUBLISHED] = {"not_published", "not in the publication: a migration adds it"},
    [SURVEY_NOT_READABLE] = {"not_readable",
                             "the database user may not read it: a migration grants it"},
    [SURVEY_ROW_SECURITY] = {"row_security",
                             "row-level security: rows may be missing unless the user bypasses it"},
    [SURVEY_PARTITION] = {"partition", "a partition: choose the table that it belongs to"},
    [SURVEY_TOO_MANY_KEY_COLUMNS] = {"too_many_key_columns",
                                     "more than 16 key columns: BigQuery takes no more"},
    [SURVEY_LARGE_TABLE] = {"large_table",
                            "more than 500 million rows: the backfill needs a plain unique index"},
    [SURVEY_UNSUPPORTED_COLUMNS] = {"unsupported_columns",
                                    "some columns are not carried: they are marked"},
};

unsigned survey_problems(const struct catalog *c, size_t table)
{
    struct catalog_table t = catalog_table(c, table);
    unsigned found = 0;

    if (t.kind == CATALOG_VIEW || t.kind == CATALOG_FOREIGN || t.unlogged)
        return 0; /* they cannot be chosen, which says it all; PostgreSQL's facts mean tables */
#define FOUND(condition, problem) found |= (condition) ? 1u << (problem) : 0u
    FOUND(t.n_key == 0 && t.identity != CATALOG_INDEX, SURVEY_NO_PRIMARY_KEY);
    FOUND(t.n_key > 0 && t.identity == CATALOG_FULL, SURVEY_IDENTITY_FULL);
    FOUND(t.identity == CATALOG_NOTHING, SURVEY_IDENTITY_NOTHING);
    FOUND(!t.published, SURVEY_NOT_PUBLISHED);
    FOUND(t.reader_known && !t.readable, SURVEY_NOT_READABLE);
    FOUND(t.row_security, SURVEY_ROW_SECURITY);
    FOUND(t.root != CATALOG_NONE, SURVEY_PARTITION);
    FOUND(t.n_key > KEY_COLUMNS, SURVEY_TOO_MANY_KEY_COLUMNS);
    FOUND(t.rows > LARGE_ROWS, SURVEY_LARGE_TABLE);
    for (size_t i = 0; i < t.n_columns && !(found & 1u << SURVEY_UNSUPPORTED_COLUMNS); i++) {
        struct catalog_column column = catalog_column(c, table, i);
        FOUND(!column.supported || column.generated, SURVEY_UNSUPPORTED_COLUMNS);
    }
#undef FOUND
    return found;
}

const char *survey_problem_name(enum survey_problem p)
{
    assert(p < SURVEY_PROBLEMS);
    return problems[p].name;
}

const char *survey_problem_text(const struct catalog *c, size_t table, enum survey_problem p)
{
    assert(p < SURVEY_PROBLEMS);
    struct catalog_table t = catalog_table(c, table);

    if (p == SURVEY_NO_PRIMARY_KEY && t.identity == CATALOG_FULL)
        return "no primary key, and REPLICA IDENTITY FULL: the whole row stands for it; all "
               "changes "
               "arrive, and rows that are equal cannot be told apart";
    if (p == SURVEY_IDENTITY_NOTHING && t.n_key == 0)
        return "REPLICA IDENTITY NOTHING: DEFAULT would not help either before there is a key";
    return problems[p].text;
}

/* A key is the better remedy, and nobody but its owner can name one. FULL never stands beside a
 * key. */
static const char *identity_of(const struct catalog_table *t, enum survey_problem p)
{
    switch (p) {
    case SURVEY_NO_PRIMARY_KEY:
        return t->identity == CATALOG_FULL ? NULL : "FULL";
    case SURVEY_IDENTITY_FULL:
        return "DEFAULT";
    case SURVEY_IDENTITY_NOTHING:
        return t->n_key ? "DEFAULT" : NULL;
    case SURVEY_NOT_PUBLISHED:
    case SURVEY_NOT_READABLE:
    case SURVEY_ROW_SECURITY:
    case SURVEY_PARTITION:
    case SURVEY_TOO_MANY_KEY_COLUMNS:
    case SURVEY_LARGE_TABLE:
    case SURVEY_UNSUPPORTED_COLUMNS:
    case SURVEY_PROBLEMS:
        break;
    }
    return NULL;
}

bool survey_problem_sql(const struct catalog *c, size_t table, enum survey_problem p,
                        struct str *out)
{
    struct catalog_table t = catalog_table(c, table);
    const char *identity = identity_of(&t, p);
    struct err e;

    if (identity == NULL)
        return false;
    str_add(out, "ALTER TABLE ");
    if (!quote_table(out, t.schema, t.name, &e))
        return false;
    str_printf(out, " REPLICA IDENTITY %s;", identity);
    return true;
}

/* --- types --- */

struct mapping {
    const char *postgres, *bigquery;
};

static const struct mapping mappings[] = {
    {"smallint", "INT64"},
    {"integer", "INT64"},
    {"bigint", "INT64"},
    {"oid", "INT64"},
    {"real", "FLOAT64"},
    {"double precision", "FLOAT64"},
    {"money", "FLOAT64"},
    {"boolean", "BOOLEAN"},
    {"date", "DATE"},
    {"time without time zone", "TIME"},
    {"time with time zone", "TIME"},
    {"interval", "INTERVAL"},
    {"timestamp without time zone", "TIMESTAMP"},
    {"timestamp with time zone", "TIMESTAMP"},
    {"json", "JSON"},
    {"jsonb", "JSON"},
    {"bytea", "BYTES"},
    {"bit", "BYTES"},
    {"bit varying", "BYTES"},
};

const char *survey_bigquery_type(const struct catalog_column *c)
{
    if (!c->supported || c->generated)
        return "";
    if (c->is_array)
        return "JSON";
    if (str_eq(c->base_type,
               "numeric")) /* without a precision nothing bounds it: it arrives as text */
        return c->typmod < 0 ? "STRING"
               : ((c->typmod - 4) >> 16) - ((c->typmod - 4) & 0xffff) > 29 ||
                       ((c->typmod - 4) & 0xffff) > 9
                   ? "BIGNUMERIC"
                   : "NUMERIC";
    for (size_t i = 0; i < sizeof mappings / sizeof *mappings; i++)
        if (str_eq(mappings[i].postgres, c->base_type))
            return mappings[i].bigquery;
    return "STRING";
}
