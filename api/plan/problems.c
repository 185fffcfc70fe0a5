#include "api/plan/survey.h"

#include "api/base/str.h"

#include <assert.h>
#include <string.h>

enum {
    KEY_COLUMNS = 16,      /* BigQuery's limit for a composite key (facts/gcp.md D) */
    LARGE_ROWS = 500000000 /* beyond it a backfill wants a plain unique index (facts/gcp.md C) */
};

static const struct {
    const char *name, *text;
} problems[SURVEY_PROBLEMS] = {
    [SURVEY_NO_PRIMARY_KEY] =
        {"no_primary_key",
         "no primary key: only inserts arrive, and the application's own UPDATE and DELETE fail "
         "while it is published"},
    [SURVEY_IDENTITY_FULL] =
        {"identity_full", "REPLICA IDENTITY FULL beside a key is not allowed: set it to DEFAULT"},
    [SURVEY_IDENTITY_NOTHING] =
        {"identity_nothing",
         "REPLICA IDENTITY NOTHING: updates and deletes fail; set it to DEFAULT"},
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

#define FOUND(condition, problem) found |= (condition) ? 1u << (problem) : 0u
    FOUND(t.n_key == 0 && t.kind != CATALOG_VIEW && t.identity != CATALOG_INDEX,
          SURVEY_NO_PRIMARY_KEY);
    FOUND(t.n_key > 0 && t.identity == CATALOG_FULL, SURVEY_IDENTITY_FULL);
    FOUND(t.identity == CATALOG_NOTHING, SURVEY_IDENTITY_NOTHING);
    FOUND(!t.published, SURVEY_NOT_PUBLISHED);
    FOUND(t.reader_known && !t.readable, SURVEY_NOT_READABLE);
    FOUND(t.row_security, SURVEY_ROW_SECURITY);
    FOUND(t.kind == CATALOG_PARTITION, SURVEY_PARTITION);
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

const char *survey_problem_text(enum survey_problem p)
{
    assert(p < SURVEY_PROBLEMS);
    return problems[p].text;
}

/* --- types
 * ---------------------------------------------------------------------------------------- */

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
