#include "api/pg/internal.h"

#include <string.h>

struct variant {
    const char *name;
    int since;
    const char *now, *before;
};

static const struct variant variants[] = {
    {":published_schemas", 150000,
     "SELECT pnpubid, pnnspid, xmin AS made FROM pg_catalog.pg_publication_namespace",
     "SELECT 0::oid AS pnpubid, 0::oid AS pnnspid, NULL::xid AS made WHERE false"},
    {":prattrs", 150000, "r.prattrs", "NULL::int2vector"},
    {":prqual_text", 150000, "r.prqual::text", "NULL::text"},
    {":prqual", 150000, "r.prqual IS NOT NULL", "false"},
    {":generated", 120000, "a.attgenerated", "''"},
    {":key_columns", 110000, "indnkeyatts", "indnatts"},
    {":not_of_a_part", 110000, "c.conparentid = 0",
     "true"}, /* partitioned tables had none before */
};

static const char *find(int version, const char *sql, const struct sql_part *parts, size_t n,
                        size_t *bytes)
{
    for (size_t i = 0; i < n; i++)
        if (str_starts(sql, parts[i].name)) {
            *bytes = strlen(parts[i].name);
            return parts[i].text;
        }
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++)
        if (str_starts(sql, variants[i].name)) {
            *bytes = strlen(variants[i].name);
            return version >= variants[i].since ? variants[i].now : variants[i].before;
        }
    return NULL;
}

void sql_fill(const struct pg *pg, struct str *out, const char *sql, const struct sql_part *parts,
              size_t n)
{
    sql_fill_for(pg_version(pg), out, sql, parts, n);
}

void sql_fill_for(int version, struct str *out, const char *sql, const struct sql_part *parts,
                  size_t n)
{
    while (*sql != '\0') {
        size_t plain = strcspn(sql, ":"), bytes = 0;
        str_addn(out, sql, plain);
        sql += plain;
        const char *text = find(version, sql, parts, n, &bytes);
        str_add(out, text);
        sql += bytes;
        while (text == NULL && *sql == ':') /* "::", a cast */
            str_addc(out, *sql++);
    }
}

void quote_literal_for(struct pg *pg, struct str *out, const char *text)
{
    char *quoted = PQescapeLiteral(pg->conn, text, strlen(text));
    str_add(out, quoted != NULL ? quoted : "NULL"); /* not UTF-8: no name in this database */
    PQfreemem(quoted);
}

void quote_name_for(struct pg *pg, struct str *out, const char *name)
{
    char *quoted = PQescapeIdentifier(pg->conn, name, strlen(name));
    str_add(out, quoted != NULL ? quoted : "\"\"");
    PQfreemem(quoted);
}
