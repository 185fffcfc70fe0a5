#include "tests/sandbox/replicate/value.h"

#include <string.h>

static const char *const declared[VALUE_KINDS] = {
    [VALUE_NONE] = "",
    [VALUE_INTEGER] = "INTEGER",
    [VALUE_FLOAT] = "FLOAT",
    [VALUE_MONEY] = "FLOAT MONEY",
    [VALUE_BOOLEAN] = "BOOLEAN",
    [VALUE_NUMERIC] = "NUMERIC TEXT",
    [VALUE_BIGNUMERIC] = "BIGNUMERIC TEXT",
    [VALUE_STRING] = "STRING TEXT",
    [VALUE_DATE] = "DATE TEXT",
    [VALUE_TIME] = "TIME TEXT",
    [VALUE_TIMESTAMP] = "TIMESTAMP TEXT",
    [VALUE_INTERVAL] = "INTERVAL TEXT",
    [VALUE_JSON] = "JSON TEXT",
    [VALUE_NUMBERS] = "JSON TEXT NUMBERS",
    [VALUE_BOOLEANS] = "JSON TEXT BOOLEANS",
    [VALUE_STRINGS] = "JSON TEXT STRINGS",
    [VALUE_DOCUMENTS] = "JSON TEXT DOCUMENTS",
    [VALUE_BLOBS] = "JSON TEXT BLOBS",
    [VALUE_BYTES] = "BYTES BLOB",
    [VALUE_BITS] = "BYTES BLOB BITS",
};

/* The numbers of built-in types never change (pg_type.dat). */
static const struct {
    uint32_t oid;
    enum value_kind kind;
} builtin[] = {
    {16, VALUE_BOOLEAN},     /* bool */
    {17, VALUE_BYTES},       /* bytea */
    {18, VALUE_STRING},      /* "char" */
    {19, VALUE_STRING},      /* name */
    {20, VALUE_INTEGER},     /* int8 */
    {21, VALUE_INTEGER},     /* int2 */
    {23, VALUE_INTEGER},     /* int4 */
    {25, VALUE_STRING},      /* text */
    {26, VALUE_INTEGER},     /* oid */
    {114, VALUE_JSON},       /* json */
    {142, VALUE_STRING},     /* xml */
    {143, VALUE_STRINGS},    /* xml[] */
    {199, VALUE_DOCUMENTS},  /* json[] */
    {600, VALUE_NONE},       /* point */
    {601, VALUE_NONE},       /* lseg */
    {602, VALUE_NONE},       /* path */
    {603, VALUE_NONE},       /* box */
    {604, VALUE_NONE},       /* polygon */
    {628, VALUE_NONE},       /* line */
    {629, VALUE_NONE},       /* line[] */
    {650, VALUE_STRING},     /* cidr */
    {651, VALUE_STRINGS},    /* cidr[] */
    {700, VALUE_FLOAT},      /* float4 */
    {701, VALUE_FLOAT},      /* float8 */
    {718, VALUE_NONE},       /* circle */
    {719, VALUE_NONE},       /* circle[] */
    {774, VALUE_STRING},     /* macaddr8 */
    {775, VALUE_STRINGS},    /* macaddr8[] */
    {790, VALUE_MONEY},      /* money */
    {791, VALUE_STRINGS},    /* money[] */
    {829, VALUE_STRING},     /* macaddr */
    {869, VALUE_STRING},     /* inet */
    {1000, VALUE_BOOLEANS},  /* bool[] */
    {1001, VALUE_BLOBS},     /* bytea[] */
    {1002, VALUE_STRINGS},   /* "char"[] */
    {1003, VALUE_STRINGS},   /* name[] */
    {1005, VALUE_NUMBERS},   /* int2[] */
    {1007, VALUE_NUMBERS},   /* int4[] */
    {1009, VALUE_STRINGS},   /* text[] */
    {1014, VALUE_STRINGS},   /* bpchar[] */
    {1015, VALUE_STRINGS},   /* varchar[] */
    {1016, VALUE_NUMBERS},   /* int8[] */
    {1017, VALUE_NONE},      /* point[] */
    {1018, VALUE_NONE},      /* lseg[] */
    {1019, VALUE_NONE},      /* path[] */
    {1020, VALUE_NONE},      /* box[] */
    {1021, VALUE_NUMBERS},   /* float4[] */
    {1022, VALUE_NUMBERS},   /* float8[] */
    {1027, VALUE_NONE},      /* polygon[] */
    {1028, VALUE_NUMBERS},   /* oid[] */
    {1040, VALUE_STRINGS},   /* macaddr[] */
    {1041, VALUE_STRINGS},   /* inet[] */
    {1042, VALUE_STRING},    /* bpchar */
    {1043, VALUE_STRING},    /* varchar */
    {1082, VALUE_DATE},      /* date */
    {1083, VALUE_TIME},      /* time */
    {1114, VALUE_TIMESTAMP}, /* timestamp */
    {1115, VALUE_NONE},      /* timestamp[] */
    {1182, VALUE_NONE},      /* date[] */
    {1183, VALUE_STRINGS},   /* time[] */
    {1184, VALUE_TIMESTAMP}, /* timestamptz */
    {1185, VALUE_NONE},      /* timestamptz[] */
    {1186, VALUE_INTERVAL},  /* interval */
    {1187, VALUE_STRINGS},   /* interval[] */
    {1231, VALUE_NUMBERS},   /* numeric[] */
    {1266, VALUE_TIME},      /* timetz */
    {1270, VALUE_STRINGS},   /* timetz[] */
    {1560, VALUE_BITS},      /* bit */
    {1561, VALUE_STRINGS},   /* bit[] */
    {1562, VALUE_BITS},      /* varbit */
    {1563, VALUE_STRINGS},   /* varbit[] */
    {1700, VALUE_NUMERIC},   /* numeric: by its precision */
    {2950, VALUE_STRING},    /* uuid */
    {2951, VALUE_STRINGS},   /* uuid[] */
    {2970, VALUE_STRING},    /* txid_snapshot */
    {3614, VALUE_STRING},    /* tsvector */
    {3615, VALUE_STRING},    /* tsquery */
    {3802, VALUE_JSON},      /* jsonb */
    {3807, VALUE_DOCUMENTS}, /* jsonb[] */
    {5038, VALUE_STRING},    /* pg_snapshot */
};

static bool find_builtin(uint32_t oid, enum value_kind *kind)
{
    size_t low = 0, high = sizeof builtin / sizeof *builtin;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (builtin[middle].oid == oid) {
            *kind = builtin[middle].kind;
            return true;
        }
        if (builtin[middle].oid < oid)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

bool value_is_builtin(uint32_t oid)
{
    enum value_kind kind;
    return find_builtin(oid, &kind);
}

/* NUMERIC has 29 digits before the point and 9 after it, BIGNUMERIC 38 and 38. */
static enum value_kind numeric_kind(int32_t typmod)
{
    if (typmod < 4)
        return VALUE_STRING;
    int32_t precision = (typmod - 4) >> 16 & 0xffff;
    int32_t scale = ((typmod - 4) & 0x7ff);
    scale = (scale ^ 1024) - 1024; /* 11 bits, signed since PostgreSQL 15 */
    if (precision - scale <= 29 && scale <= 9)
        return VALUE_NUMERIC;
    return precision - scale <= 38 && scale <= 38 ? VALUE_BIGNUMERIC : VALUE_STRING;
}

enum value_kind value_kind_of(const struct value_type *t)
{
    enum value_kind kind;
    if (find_builtin(t->oid, &kind))
        return kind == VALUE_NUMERIC ? numeric_kind(t->typmod) : kind;
    if (t->typtype == 'e' || strcmp(t->name, "citext") == 0)
        return VALUE_STRING;
    return VALUE_NONE;
}

const char *value_declared(enum value_kind kind)
{
    return declared[kind];
}

enum value_kind value_kind_declared(const char *text)
{
    for (int kind = VALUE_NONE + 1; kind < VALUE_KINDS; kind++) {
        if (strcmp(declared[kind], text) == 0)
            return (enum value_kind)kind;
    }
    return VALUE_NONE;
}

static void as_text(const char *text, size_t n, struct value *out)
{
    *out = (struct value){.form = VALUE_IS_TEXT, .bytes = text, .n = n};
}

static bool read_integer(const char *text, size_t n, struct value *out)
{
    bool minus = n > 0 && text[0] == '-';
    size_t i = minus ? 1 : 0;
    if (i == n || n - i > 19)
        return false;
    uint64_t value = 0; /* 19 digits do not overflow 64 bits */
    for (; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(text[i] - '0');
    }
    if (value > (uint64_t)INT64_MAX + (minus ? 1 : 0))
        return false;
    int64_t number = minus ? (int64_t)(0 - value) : (int64_t)value;
    *out = (struct value){.form = VALUE_IS_INTEGER, .integer = number};
    return true;
}

static bool read_boolean(const char *text, size_t n, struct value *out)
{
    if (n != 1 || (text[0] != 't' && text[0] != 'f'))
        return false;
    *out = (struct value){.form = VALUE_IS_INTEGER, .integer = text[0] == 't'};
    return true;
}

/* "$1,234.50" and its cousins, as the server's lc_monetary has them, down to the number. */
static bool read_money(const char *text, size_t n, struct arena *a, struct value *out)
{
    char *kept = arena_alloc(a, n + 1);
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        if ((text[i] >= '0' && text[i] <= '9') || text[i] == '.' || text[i] == '-')
            kept[used++] = text[i];
    }
    as_text(kept, used, out);
    return used > 0;
}

/* "2026-01-31 12:00:00.5+00" (the sessions run in UTC) as RFC 3339. Infinities and years before
 * Christ have no such form and stay as they are. */
static bool read_timestamp(const char *text, size_t n, struct arena *a, struct value *out)
{
    const char *gap = memchr(text, ' ', n);
    if (!gap || n < 19 || text[0] < '0' || text[0] > '9' || text[n - 1] == 'C')
        return false;
    char *made = arena_alloc(a, n + 2);
    memcpy(made, text, n);
    made[gap - text] = 'T';
    if (memcmp(text + n - 3, "+00", 3) == 0)
        n -= 3;
    made[n++] = 'Z';
    as_text(made, n, out);
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool value_unhex(const char *text, size_t n, struct arena *a, struct value *out)
{
    if (n < 2 || n % 2 != 0 || text[0] != '\\' || text[1] != 'x')
        return false;
    char *made = arena_alloc(a, n / 2 + 1);
    for (size_t i = 2; i < n; i += 2) {
        int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0)
            return false;
        made[i / 2 - 1] = (char)(high << 4 | low);
    }
    *out = (struct value){.form = VALUE_IS_BLOB, .bytes = made, .n = n / 2 - 1};
    return true;
}

/* "10110" as bytes, the first bit highest. */
static bool read_bits(const char *text, size_t n, struct arena *a, struct value *out)
{
    char *made = arena_alloc(a, n / 8 + 1);
    for (size_t i = 0; i < n; i++) {
        if (text[i] != '0' && text[i] != '1')
            return false;
        if (text[i] == '1')
            made[i / 8] = (char)(made[i / 8] | (0x80 >> (i % 8)));
    }
    *out = (struct value){.form = VALUE_IS_BLOB, .bytes = made, .n = (n + 7) / 8};
    return true;
}

static bool read_numeric(const char *text, size_t n, struct value *out)
{
    if (n != 3 || memcmp(text, "NaN", 3) != 0)
        return false;
    *out = (struct value){.form = VALUE_IS_NULL}; /* BigQuery's NUMERIC has none */
    return true;
}

static bool convert(enum value_kind kind, const char *text, size_t n, struct arena *a,
                    struct value *out)
{
    switch (kind) {
    case VALUE_INTEGER:
        return read_integer(text, n, out);
    case VALUE_BOOLEAN:
        return read_boolean(text, n, out);
    case VALUE_MONEY:
        return read_money(text, n, a, out);
    case VALUE_NUMERIC:
    case VALUE_BIGNUMERIC:
        return read_numeric(text, n, out);
    case VALUE_TIMESTAMP:
        return read_timestamp(text, n, a, out);
    case VALUE_BYTES:
        return value_unhex(text, n, a, out);
    case VALUE_BITS:
        return read_bits(text, n, a, out);
    case VALUE_NUMBERS:
    case VALUE_BOOLEANS:
    case VALUE_STRINGS:
    case VALUE_DOCUMENTS:
    case VALUE_BLOBS:
        return value_array(kind, text, n, a, out);
    case VALUE_NONE:
    case VALUE_FLOAT: /* SQLite's affinity reads numbers and leaves NaN and Infinity as words */
    case VALUE_STRING:
    case VALUE_DATE:
    case VALUE_TIME:
    case VALUE_INTERVAL:
    case VALUE_JSON:
    case VALUE_KINDS:
        break;
    }
    return false;
}

void value_read(enum value_kind kind, const char *text, size_t n, struct arena *a,
                struct value *out)
{
    if (!convert(kind, text, n, a, out))
        as_text(text, n, out);
}
