#ifndef SANDBOX_VALUE_H
#define SANDBOX_VALUE_H

/* How a PostgreSQL type arrives (BigQuery's types, facts of the mapping: "Map data types" of
 * Datastream's manual) and how its text becomes what SQLite keeps. Pure. */

#include "api/base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_kind {
    VALUE_NONE, /* not carried: geometry, ranges, arrays of dates and of the app's own types */
    VALUE_INTEGER,
    VALUE_FLOAT,
    VALUE_MONEY,
    VALUE_BOOLEAN,
    VALUE_NUMERIC,
    VALUE_BIGNUMERIC,
    VALUE_STRING,
    VALUE_DATE,
    VALUE_TIME,
    VALUE_TIMESTAMP,
    VALUE_INTERVAL,
    VALUE_JSON,
    VALUE_NUMBERS, /* arrays, by what their elements become in JSON */
    VALUE_BOOLEANS,
    VALUE_STRINGS,
    VALUE_DOCUMENTS,
    VALUE_BLOBS,
    VALUE_BYTES,
    VALUE_BITS,
    VALUE_KINDS
};

/* A type as pg_type has it; domains are resolved to their base before. */
struct value_type {
    uint32_t oid;
    int32_t typmod;
    char typtype; /* b c d e m p r */
    char name[64];
};

enum value_kind value_kind_of(const struct value_type *t);
bool value_is_builtin(uint32_t oid); /* known by its number: no look-up needed */
/* The declared type of the column in SQLite: the first word is BigQuery's, the rest makes SQLite
 * choose the right affinity ("STRING" alone would turn '007' into 7). The two are each other's
 * inverse. */
const char *value_declared(enum value_kind kind);
enum value_kind value_kind_declared(const char *declared); /* VALUE_NONE when it is none of ours */

struct value {
    enum value_form { VALUE_IS_NULL, VALUE_IS_INTEGER, VALUE_IS_TEXT, VALUE_IS_BLOB } form;
    int64_t integer;
    const char *bytes; /* the text given, or in the arena */
    size_t n;
};

/* What does not look as its kind should stays text: nothing is lost or guessed. */
void value_read(enum value_kind kind, const char *text, size_t n, struct arena *a,
                struct value *out);

/* An array literal as JSON text; false when it is none. */
bool value_array(enum value_kind kind, const char *text, size_t n, struct arena *a,
                 struct value *out);
/* '\x6869' as bytes in the arena; false when it is not that. */
bool value_unhex(const char *text, size_t n, struct arena *a, struct value *out);

#endif
