#ifndef STROM_PLAN_SAMPLING_HEAP_H
#define STROM_PLAN_SAMPLING_HEAP_H

/* The values of one column while its table is read: counted where they arrive, and gone. */

#include "api/base/arena.h"
#include "api/rules/documents.h"
#include "api/rules/validators.h"

struct heap {
    size_t column;
    bool is_array;
    struct values values;
    struct document_keys *keys; /* NULL: no document was met */
};

/* How a value comes: in PostgreSQL's binary form, or as text. */
enum heap_form {
    HEAP_TEXT,
    HEAP_JSONB,   /* its version, and text */
    HEAP_INTEGER, /* of four bytes or eight */
    HEAP_NUMERIC,
    HEAP_DAY,
    HEAP_TIME,
    HEAP_TIME_ZONED
};

/* One value; of an array, each of its elements. A text may be changed in place. */
void heap_add(struct heap *h, struct arena *a, enum heap_form form, char *value, size_t n);
/* The elements of a list of values, as pg_stats writes them. In place, too. */
void heap_add_list(struct heap *h, struct arena *a, char *list, size_t n);
void heap_verdict(const struct heap *h, const char *schema, const char *table, enum rules_by by,
                  struct rules_verdict *out);

#endif
