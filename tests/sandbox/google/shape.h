#ifndef SANDBOX_GOOGLE_SHAPE_H
#define SANDBOX_GOOGLE_SHAPE_H

/* What a request may hold, as tables: one row a field. One mechanism makes every service strict. */

#include "tests/sandbox/google/val.h"

enum shape_type {
    SHAPE_STRING = 1,
    SHAPE_INT32,
    SHAPE_UINT32,
    SHAPE_INT64,
    SHAPE_BOOL,
    SHAPE_DOUBLE,
    SHAPE_ENUM,
    SHAPE_DURATION,
    SHAPE_TIME,
    SHAPE_BYTES,
    SHAPE_UUID,
    SHAPE_MASK,
    SHAPE_MAP, /* of strings */
    SHAPE_ANY,
    SHAPE_MESSAGE /* see `of` */
};

enum {
    SHAPE_LIST = 1,
    SHAPE_REQUIRED = 2,
    SHAPE_READONLY = 4, /* may not be sent */
    SHAPE_FIXED = 8,    /* cannot change once made */
    SHAPE_MADE = 16     /* required when made, not when patched */
};

struct shape {
    const char *name;
    enum shape_type type;
    unsigned flags;
    const struct shape *of; /* SHAPE_MESSAGE */
    const char *values;     /* SHAPE_ENUM: "A|B|C" */
    int64_t min, max;       /* SHAPE_INT32, SHAPE_UINT32; both 0: the type's own */
};

/* Rows of the tables. */
#define F(n, t)                                                                                    \
    {                                                                                              \
        .name = (n), .type = SHAPE_##t                                                             \
    }
#define NEED(n, t)                                                                                 \
    {                                                                                              \
        .name = (n), .type = SHAPE_##t, .flags = SHAPE_REQUIRED                                    \
    }
#define LISTED(n, t)                                                                               \
    {                                                                                              \
        .name = (n), .type = SHAPE_##t, .flags = SHAPE_LIST                                        \
    }
#define OUTPUT(n)                                                                                  \
    {                                                                                              \
        .name = (n), .type = SHAPE_ANY, .flags = SHAPE_READONLY                                    \
    }
#define FLAGS(n, t, fl)                                                                            \
    {                                                                                              \
        .name = (n), .type = SHAPE_##t, .flags = (fl)                                              \
    }
#define RANGE(n, lo, hi)                                                                           \
    {                                                                                              \
        .name = (n), .type = SHAPE_INT32, .min = (lo), .max = (hi)                                 \
    }
#define ONE_OF(n, v)                                                                               \
    {                                                                                              \
        .name = (n), .type = SHAPE_ENUM, .values = (v)                                             \
    }
#define OBJECT(n, o)                                                                               \
    {                                                                                              \
        .name = (n), .type = SHAPE_MESSAGE, .of = (o)                                              \
    }
#define NEED_OBJECT(n, o)                                                                          \
    {                                                                                              \
        .name = (n), .type = SHAPE_MESSAGE, .flags = SHAPE_REQUIRED, .of = (o)                     \
    }
#define OBJECTS(n, o)                                                                              \
    {                                                                                              \
        .name = (n), .type = SHAPE_MESSAGE, .flags = SHAPE_LIST, .of = (o)                         \
    }
#define END                                                                                        \
    {                                                                                              \
        .name = NULL                                                                               \
    }

/* What is wrong with a request, in Google's words: field is the snake_case path, "" when none. */
struct wrong {
    char field[256];
    char text[512];
};

/* `root` begins the paths ("stream", "" for legacy families); `made`: SHAPE_MADE fields are asked
 * for. */
bool shape_check(const struct shape *shape, const struct val *body, const char *root, bool made,
                 struct wrong *w);
/* A query parameter's text; rows are found by their full (dotted) name. */
bool shape_check_text(const struct shape *row, const char *text, struct wrong *w);
const struct shape *shape_row(const struct shape *shape, const char *name);
/* Does this camelCase path exist in the shape? For field masks; *fixed tells of an immutable field.
 */
bool shape_has_path(const struct shape *shape, const char *path, bool *fixed, bool *readonly);
void shape_snake(const char *camel, char *out, size_t room);

#endif
