#ifndef STROM_BASE_JSON_H
#define STROM_BASE_JSON_H

/* JSON, read and written. Reading goes through a strict scanner (UTF-8, depth and size bounded, no
 * duplicate keys when asked) before the library sees a byte. Writing is a small stream of calls
 * that keeps the order of keys and the exact value. No other file includes the JSON library. */

#include "api/base/err.h"
#include "api/base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json; /* a document or a part of one; parts live as long as the document */

enum { JSON_MAX_BYTES = 64 * 1024 * 1024, JSON_MAX_DEPTH = 64 };

/* NULL with *e filled (line and reason in `why`). Free the result with json_free. */
struct json *json_parse(const char *text, size_t bytes, struct err *e);
/* As json_parse, but a key that stands twice in one object is an error too. For files. */
struct json *json_parse_strict(const char *text, size_t bytes, struct err *e);
void json_free(struct json *doc);

/* All readers take NULL for "not there" and answer with the default: absent and default are one in
 * Google's JSON. `key` may be dotted: "status.connectionName". */
const struct json *json_get(const struct json *j, const char *key);
const char *json_string(const struct json *j, const char *key); /* NULL when absent or no string */
const char *json_string_or(const struct json *j, const char *key, const char *otherwise);
bool json_bool(const struct json *j, const char *key, bool otherwise);
int64_t json_int64(const struct json *j, const char *key, int64_t otherwise); /* number or string */
double json_double(const struct json *j, const char *key, double otherwise);  /* number or string */

bool json_is_object(const struct json *j);
bool json_is_array(const struct json *j);
bool json_is_string(const struct json *j);
bool json_is_number(const struct json *j);
bool json_is_bool(const struct json *j);
bool json_is_null(const struct json *j);
const char *json_text(const struct json *j); /* of a string, else NULL */
/* Of the value itself, as for elements of an array. A number that is not whole is no int64. */
int64_t json_as_int64(const struct json *j, int64_t otherwise);
double json_as_double(const struct json *j, double otherwise);
bool json_as_bool(const struct json *j, bool otherwise);
const char *json_number_text(const struct json *j,
                             char out[64]); /* as it was written; NULL: no number */
int json_line(const struct json *j);        /* where it stands in the source, from 1; 0 for NULL */
const char *json_key(const struct json *j); /* of a member, else NULL */
size_t json_count(const struct json *j);    /* members or elements */
const struct json *json_first(const struct json *j);
const struct json *json_next(const struct json *j);
/* NOLINTBEGIN(bugprone-macro-parentheses): item is declared, and a name in brackets declares
 * nothing */
#define json_each(item, container)                                                                 \
    (const struct json *item = json_first(container); item != NULL; item = json_next(item))
/* for json_each(table, json_get(doc, "tables")) { ... } */
/* NOLINTEND(bugprone-macro-parentheses) */

/* Writes j as it was read, keys in their order. */
void json_print(const struct json *j, struct str *out);

/* --- writing --- */

struct json_out {
    struct str *to;
    bool pretty; /* two spaces of indentation, a member a line */
    int depth;
    bool some[JSON_MAX_DEPTH]; /* something was written at this depth */
};

void json_begin(struct json_out *o, struct str *to, bool pretty);
/* key is NULL inside arrays and for the document itself */
void json_open_object(struct json_out *o, const char *key);
void json_open_array(struct json_out *o, const char *key);
void json_close_object(struct json_out *o);
void json_close_array(struct json_out *o);
void json_put_string(struct json_out *o, const char *key, const char *value); /* NULL writes null */
void json_put_int(struct json_out *o, const char *key, int64_t value);
void json_put_double(struct json_out *o, const char *key, double value); /* NaN writes null */
void json_put_bool(struct json_out *o, const char *key, bool value);
void json_put_null(struct json_out *o, const char *key);
void json_put_part(struct json_out *o, const char *key, const struct json *part);

#endif
