#ifndef SANDBOX_GOOGLE_VAL_H
#define SANDBOX_GOOGLE_VAL_H

/* A JSON value that can be changed: what the stand-in keeps of each resource and what it answers.
 * A value has one owner; putting it into an object or array hands it over. Paths are dotted. */

#include "api/base/json.h"
#include "api/base/str.h"

enum val_kind { VAL_NULL, VAL_BOOL, VAL_INT, VAL_DOUBLE, VAL_TEXT, VAL_OBJECT, VAL_ARRAY };

struct val {
    enum val_kind kind;
    char *key; /* of a member, else NULL */
    bool truth;
    int64_t number;
    double real;
    char *text;
    struct val *first, *last, *next; /* members or elements */
};

struct val *val_object(void);
struct val *val_array(void);
struct val *val_text_new(const char *text);
struct val *val_int_new(int64_t n);
struct val *val_bool_new(bool truth);
struct val *val_double_new(double d);
struct val *val_from_json(const struct json *j);
struct val *val_copy(const struct val *v); /* NULL gives NULL */
void val_free(struct val *v);

/* From a template with 'single' quotes for JSON's double ones. %s outside quotes writes a quoted
 * string (null for NULL), inside quotes its escaped text; %d and %lld write numbers. A wrong
 * template asserts. */
struct val *val_make(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Readers take NULL and wrong kinds for "not there". */
struct val *val_get(const struct val *v, const char *path);
struct val *val_member(const struct val *v, const char *key); /* the key may hold dots */
const char *val_text(const struct val *v, const char *path);  /* NULL when absent or no string */
const char *val_text_or(const struct val *v, const char *path, const char *otherwise);
bool val_truth(const struct val *v, const char *path);
int64_t val_int(const struct val *v, const char *path, int64_t otherwise); /* number or digits */
size_t val_count(const struct val *v);
bool val_is_empty(const struct val *v); /* absent, null, "", {} or [] */
bool val_equal(const struct val *a, const struct val *b);
/* NOLINTBEGIN(bugprone-macro-parentheses): the name of a variable stands in none */
#define val_each(item, container)                                                                  \
    (struct val *item = (container) != NULL ? (container)->first : NULL; item != NULL;             \
     item = item->next)
/* NOLINTEND(bugprone-macro-parentheses) */

/* Objects on the way are made. A NULL child removes. */
void val_put(struct val *object, const char *path, struct val *child);
void val_put_member(struct val *object, const char *key, struct val *child);
void val_put_text(struct val *object, const char *path, const char *text);
void val_putf(struct val *object, const char *path, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void val_put_int(struct val *object, const char *path, int64_t n);
void val_put_int64(struct val *object, const char *path, int64_t n); /* as a string, Google's way */
void val_put_bool(struct val *object, const char *path, bool truth);
void val_add(struct val *array, struct val *item);
void val_add_text(struct val *array, const char *text);
/* Takes item out of its container and frees it. */
void val_drop(struct val *container, struct val *item);
/* Members of `over` replace those of `onto`; objects are merged, a null removes. Copies. */
void val_merge(struct val *onto, const struct val *over);

void val_print(const struct val *v, struct str *out, bool pretty);

#endif
