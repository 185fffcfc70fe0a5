#include "api/rules/types.h"

#include "api/base/str.h"

#include <stdlib.h>
#include <string.h>

struct known {
    const char *name;
    uint32_t bits;
};

/* Ordered by how often they occur. */
static const struct known known[] = {
    {"text", T_TEXT | T_LONG},
    {"character varying", T_TEXT},
    {"uuid", T_UUID},
    {"timestamp", T_TIME},
    {"bigint", T_NUMBER},
    {"integer", T_NUMBER},
    {"boolean", T_BOOL},
    {"date", T_TIME},
    {"jsonb", T_JSON},
    {"json", T_JSON},
    {"character", T_TEXT},
    {"numeric", T_NUMBER},
    {"smallint", T_NUMBER},
    {"bytea", T_BYTES},
    {"double precision", T_NUMBER},
    {"real", T_NUMBER},
    {"time", T_TIME},
    {"interval", T_OTHER},
    {"money", T_NUMBER},
    {"inet", T_NET},
    {"cidr", T_NET},
    {"macaddr", T_NET},
    {"macaddr8", T_NET},
    {"xml", T_JSON},
    {"hstore", T_JSON},
    {"citext", T_TEXT | T_LONG},
    {"bpchar", T_TEXT},
    {"varchar", T_TEXT},
    {"char", T_TEXT},
    {"\"char\"", T_OTHER},
    {"name", T_TEXT},
    {"int", T_NUMBER},
    {"int2", T_NUMBER},
    {"int4", T_NUMBER},
    {"int8", T_NUMBER},
    {"serial", T_NUMBER},
    {"bigserial", T_NUMBER},
    {"decimal", T_NUMBER},
    {"float", T_NUMBER},
    {"float4", T_NUMBER},
    {"float8", T_NUMBER},
    {"bool", T_BOOL},
    {"timestamptz", T_TIME},
    {"timetz", T_TIME},
    {"oid", T_NUMBER},
    {"point", T_GEO},
    {"polygon", T_GEO},
    {"path", T_GEO},
    {"line", T_GEO},
    {"lseg", T_GEO},
    {"box", T_GEO},
    {"circle", T_GEO},
    {"geometry", T_GEO},
    {"geography", T_GEO},
    {"tsvector", T_OTHER},
    {"tsquery", T_OTHER},
    {"ltree", T_OTHER},
    {"daterange", T_OTHER},
    {"tsrange", T_OTHER},
    {"tstzrange", T_OTHER},
    {"int4range", T_OTHER},
    {"int8range", T_OTHER},
    {"numrange", T_OTHER},
    {"bit", T_OTHER},
    {"bit varying", T_OTHER},
    {"pg_lsn", T_OTHER},
    {"xid", T_OTHER},
    {"vector", T_OTHER},
};

enum { UUID_TEXT = 36 };

/* "(11)" behind the name; 0: no limit. */
static long length_of(const char *rest)
{
    if (*rest != '(')
        return 0;
    return strtol(rest + 1, NULL, 10);
}

static uint32_t text_of(const char *rest)
{
    long length = length_of(rest);
    if (length == UUID_TEXT)
        return T_UUID;
    if (length == TYPES_FNR)
        return T_TEXT | T_ELEVEN;
    if (length >= TYPES_WIDE)
        return T_TEXT | T_LONG | T_WIDE;
    return length == 0 || length >= TYPES_LONG ? T_TEXT | T_LONG : T_TEXT;
}

static uint32_t scalar_of(const char *type, size_t n)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strncmp(known[i].name, type, n) != 0 || known[i].name[n] != '\0')
            continue;
        return known[i].bits & T_TEXT ? text_of(type + n) : known[i].bits;
    }
    return T_ENUM;
}

/* The name ends where its length, its time zone or its brackets begin. */
static size_t name_length(const char *type)
{
    size_t n = strcspn(type, "([");
    const char *zone = strstr(type, " with");
    if (zone && (size_t)(zone - type) < n)
        n = (size_t)(zone - type);
    return n;
}

/* Types of extensions are named with the schema where they were put: public.citext. */
static const char *without_schema(const char *type)
{
    static const char *const extensions[] = {"citext", "hstore"};
    const char *dot = strrchr(type, '.');
    for (size_t i = 0; dot && i < sizeof extensions / sizeof extensions[0]; i++)
        if (str_starts(dot + 1, extensions[i]) && name_length(dot + 1) == strlen(extensions[i]))
            return dot + 1;
    return type;
}

uint32_t types_of(const char *type)
{
    if (str_is_empty(type))
        return T_TEXT | T_LONG;
    type = without_schema(type);
    uint32_t bits = scalar_of(type, name_length(type));
    if (strstr(type, "[]") == NULL)
        return bits;
    return bits & T_TEXT ? T_ARRAY : bits; /* many numbers or days say what one of them says */
}
