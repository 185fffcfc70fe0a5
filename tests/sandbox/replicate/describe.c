#include "tests/sandbox/replicate/describe.h"

#include "api/base/str.h"

#include <stdio.h>
#include <stdlib.h>

/* Types with domains followed down to what they rest on. */
#define BASE_TYPES                                                                                 \
    "WITH RECURSIVE base(asked, oid, typmod, typtype, typname, typbasetype) AS ("                  \
    " SELECT t.oid, t.oid, t.typtypmod, t.typtype, t.typname, t.typbasetype FROM pg_type t"        \
    " WHERE t.oid IN (%s)"                                                                         \
    " UNION ALL SELECT b.asked, t.oid, CASE WHEN b.typmod >= 0 THEN b.typmod ELSE t.typtypmod "    \
    "END,"                                                                                         \
    " t.typtype, t.typname, t.typbasetype"                                                         \
    " FROM base b JOIN pg_type t ON t.oid = b.typbasetype WHERE b.typtype = 'd') "

#define TABLE_COLUMNS                                                                              \
    "SELECT c.relkind, a.attname, b.oid,"                                                          \
    " CASE WHEN a.atttypmod >= 0 THEN a.atttypmod ELSE b.typmod END, b.typtype, b.typname,"        \
    " a.attgenerated <> '', coalesce(a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1]), false) "      \
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "                               \
    "LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "      \
    "LEFT JOIN base b ON b.asked = a.atttypid AND b.typtype <> 'd' "                               \
    "LEFT JOIN LATERAL (SELECT indkey, indnkeyatts FROM pg_index WHERE indrelid = c.oid"           \
    " AND (indisprimary OR (indisreplident AND c.relreplident = 'i'))"                             \
    " ORDER BY indisreplident AND c.relreplident = 'i' DESC LIMIT 1) i ON true "                   \
    "WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'f', 'm', 'v') "          \
    "ORDER BY a.attnum"

static uint32_t number(const PGresult *r, int row, int column)
{
    return (uint32_t)strtoul(PQgetvalue(r, row, column), NULL, 10);
}

static enum value_kind kind_at(const PGresult *r, int row, int first)
{
    struct value_type t = {.oid = number(r, row, first),
                           .typmod = (int32_t)strtol(PQgetvalue(r, row, first + 1), NULL, 10),
                           .typtype = PQgetvalue(r, row, first + 2)[0]};
    str_copy(t.name, sizeof t.name, PQgetvalue(r, row, first + 3));
    return value_kind_of(&t);
}

static bool is_true(const PGresult *r, int row, int column)
{
    return PQgetvalue(r, row, column)[0] == 't';
}

static void read_columns(const PGresult *r, struct described *out)
{
    int n = PQntuples(r);
    out->columns = mem_grow(NULL, (size_t)n + 1, sizeof *out->columns);
    for (int row = 0; row < n; row++) {
        if (PQgetisnull(r, row, 1))
            continue; /* a table without columns */
        struct described_column *c = &out->columns[out->n_columns++];
        str_copy(c->name, sizeof c->name, PQgetvalue(r, row, 1));
        c->kind = is_true(r, row, 6) ? VALUE_NONE : kind_at(r, row, 2);
        c->is_key = is_true(r, row, 7);
    }
}

bool describe_table(PGconn *c, const char *schema, const char *table, struct halt *h,
                    struct described *out, struct err *e)
{
    static const char all[] = "SELECT a.atttypid FROM pg_attribute a JOIN pg_class c ON"
                              " c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
                              " WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0";
    struct str sql = {0};
    const char *values[] = {schema, table};
    *out = (struct described){0};
    str_printf(&sql, BASE_TYPES, all);
    str_add(&sql, TABLE_COLUMNS);
    PGresult *r = link_run(c, str_text(&sql), 2, values, LINK_TIMEOUT_MS, h, e);
    str_done(&sql);
    if (!r)
        return false;
    out->exists = PQntuples(r) > 0;
    if (out->exists) {
        out->relkind = PQgetvalue(r, 0, 0)[0];
        read_columns(r, out);
    }
    PQclear(r);
    return true;
}

void describe_done(struct described *d)
{
    mem_free(d->columns);
    *d = (struct described){0};
}

bool describe_type(PGconn *c, uint32_t oid, int32_t typmod, struct halt *h, enum value_kind *out,
                   struct err *e)
{
    struct str sql = {0};
    char asked[16], modifier[16];
    const char *values[] = {asked, modifier};
    snprintf(asked, sizeof asked, "%u", (unsigned)oid);
    snprintf(modifier, sizeof modifier, "%d", (int)typmod);
    str_printf(&sql, BASE_TYPES, "$1::oid");
    str_add(&sql,
            "SELECT oid, CASE WHEN $2::int >= 0 THEN $2::int ELSE typmod END, typtype, typname"
            " FROM base WHERE typtype <> 'd'");
    PGresult *r = link_run(c, str_text(&sql), 2, values, LINK_TIMEOUT_MS, h, e);
    str_done(&sql);
    if (!r)
        return false;
    *out = PQntuples(r) > 0 ? kind_at(r, 0, 0) : VALUE_NONE;
    PQclear(r);
    return true;
}
