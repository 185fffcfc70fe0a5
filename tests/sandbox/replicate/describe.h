#ifndef SANDBOX_DESCRIBE_H
#define SANDBOX_DESCRIBE_H

/* A source table as the catalogue has it at this moment. */

#include "tests/sandbox/replicate/link.h"
#include "tests/sandbox/replicate/value.h"

struct described_column {
    char name[64];
    enum value_kind kind; /* VALUE_NONE: not carried (its type, or generated) */
    bool is_key;          /* the index chosen as replica identity, else the primary key */
};

struct described {
    bool exists;
    char relkind;                     /* r p ... */
    struct described_column *columns; /* in their order; mem_free */
    size_t n_columns;
};

bool describe_table(PGconn *c, const char *schema, const char *table, struct halt *h,
                    struct described *out, struct err *e);
void describe_done(struct described *d);
/* One type by its number, domains resolved; VALUE_NONE when it is gone. */
bool describe_type(PGconn *c, uint32_t oid, int32_t typmod, struct halt *h, enum value_kind *out,
                   struct err *e);

#endif
