#include "api/pg/catalog_parts.h"

#include "api/base/arena.h"
#include "api/base/str.h"

#include <stdio.h>
#include <string.h>

/* Which types reach BigQuery: facts/gcp.md D (types) and C (arrays of dates do not, nor of enums).
 */

enum { OIDS_OF_USERS = 16384 };

static bool is_one_of(const char *name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(name, list[i]) == 0)
            return true;
    return false;
}

#define ONE_OF(name, list) is_one_of((name), (list), sizeof(list) / sizeof(list)[0])

static bool carried(const char *name)
{
    static const char *const known[] = {"smallint",
                                        "integer",
                                        "bigint",
                                        "oid",
                                        "numeric",
                                        "real",
                                        "double precision",
                                        "money",
                                        "boolean",
                                        "character",
                                        "character varying",
                                        "text",
                                        "citext",
                                        "uuid",
                                        "xml",
                                        "inet",
                                        "cidr",
                                        "macaddr",
                                        "tsvector",
                                        "tsquery",
                                        "txid_snapshot",
                                        "date",
                                        "time without time zone",
                                        "time with time zone",
                                        "timestamp without time zone",
                                        "timestamp with time zone",
                                        "interval",
                                        "json",
                                        "jsonb",
                                        "bytea",
                                        "bit",
                                        "bit varying"};
    return ONE_OF(name, known);
}

static bool carried_in_arrays(const char *name)
{
    static const char *const dates[] = {"date", "timestamp without time zone",
                                        "timestamp with time zone"};
    return carried(name) && !ONE_OF(name, dates);
}

/* format_type writes a type beyond the search path with its schema. */
static const char *bare(const char *name)
{
    const char *dot = strchr(name, '.');
    return dot != NULL && strcmp(dot + 1, "citext") == 0 ? dot + 1 : name;
}

static const struct type *find(const struct catalog *c, const struct oid_map *by_oid, uint32_t oid)
{
    uint32_t at = TYPE_NONE;
    return oid_map_get(by_oid, oid, &at) ? &c->types[at] : NULL;
}

static const struct type *under_domains(const struct catalog *c, const struct oid_map *by_oid,
                                        const struct type *t)
{
    for (int depth = 0; t != NULL && t->kind == 'd' && depth < 32; depth++)
        t = find(c, by_oid, t->base);
    return t;
}

static bool can_be_carried(const struct catalog *c, const struct oid_map *by_oid,
                           const struct type *t)
{
    if (t == NULL)
        return false;
    const char *name = bare(catalog_word(c, t->name));
    if (t->is_array) {
        const struct type *element = find(c, by_oid, t->element);
        return element != NULL && element->oid < OIDS_OF_USERS &&
               carried_in_arrays(catalog_word(c, element->name));
    }
    if (t->kind == 'e')
        return true;
    return t->kind == 'b' && carried(name) &&
           (t->oid < OIDS_OF_USERS || strcmp(name, "citext") == 0);
}

void types_settle(struct catalog *c, const struct oid_map *by_oid)
{
    for (size_t i = 0; i < c->n_types; i++) {
        struct type *t = &c->types[i];
        const struct type *base = under_domains(c, by_oid, t);
        t->base_name = base != NULL ? base->name : t->name;
        t->supported = can_be_carried(c, by_oid, base);
        const struct type *one = base != NULL && base->is_array
                                     ? under_domains(c, by_oid, find(c, by_oid, base->element))
                                     : base;
        t->labels = one != NULL ? one->labels : 0;
    }
}

/* --- as format_type() writes them --- */

/* What stands in brackets; "" for types whose modifier we do not know. */
static void modifier(const char *name, size_t n, int typmod, char out[32])
{
    static const char *const lengths[] = {"character varying", "character"};
    static const char *const plain[] = {"bit",
                                        "bit varying",
                                        "time without time zone",
                                        "time with time zone",
                                        "timestamp without time zone",
                                        "timestamp with time zone"};
    char base[64];
    snprintf(base, sizeof base, "%.*s", (int)n, name);
    out[0] = '\0';
    if (typmod < 0)
        return;
    if (strcmp(base, "numeric") == 0 && typmod >= 4) {
        int scale = (((typmod - 4) & 0x7ff) ^ 1024) - 1024;
        snprintf(out, 32, "(%d,%d)", ((typmod - 4) >> 16) & 0xffff, scale);
    } else if (ONE_OF(base, lengths) && typmod >= 4) {
        snprintf(out, 32, "(%d)", typmod - 4);
    } else if (ONE_OF(base, plain)) {
        snprintf(out, 32, "(%d)", typmod);
    } else if (strcmp(base, "interval") == 0 && (typmod & 0xffff) <= 6) {
        snprintf(out, 32, "(%d)", typmod & 0xffff);
    }
}

const char *catalog_type(const struct catalog_column *column, char *out, size_t cap)
{
    char bracket[32];
    const char *name = column->type;
    size_t n = strlen(name);
    size_t stem = str_ends(name, "[]") ? n - 2 : n;
    modifier(name, stem, column->typmod, bracket);
    /* "timestamp(3) with time zone": after the first word of those that end in time zone */
    size_t at = stem;
    if (strncmp(name, "time", 4) == 0 && memchr(name, ' ', stem) != NULL)
        at = strcspn(name, " ");
    snprintf(out, cap, "%.*s%s%s", (int)at, name, bracket, name + at);
    return out;
}
