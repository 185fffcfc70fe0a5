#ifndef STROM_WATCH_RECONCILE_H
#define STROM_WATCH_RECONCILE_H

/* Are the rows on both sides the same ones? Counts and a digest of the keys that does not depend on
 * their order, over all keys or the newest ones, read-only and bounded on both sides; where they
 * differ, the keys that only one side has. No value leaves either side: keys are hashed there
 * (SHA-256 of their text), and of a key that differs only its first character and its length come
 * over. What is written is the keys alone: a value that differs under the same key is not seen.
 *
 * In two tasks, for BigQuery is paid by the bytes that it reads: the first looks up the key and
 * weighs the query by a dry run, the second compares, and refuses to read more than was said. */

#include "api/base/err.h"
#include "api/base/str.h"
#include "api/base/target.h"
#include "api/google/auth.h"
#include "api/net/task.h"

#include <stdbool.h>
#include <stdint.h>

struct pg;

enum {
    RECONCILE_KEYS = 16,      /* columns of a key, as BigQuery's */
    RECONCILE_DIFFERENT = 50, /* differences that are told one by one */
    RECONCILE_ROUNDS = 5,     /* queries on each side at the most: twice the whole, then closer */
    RECONCILE_AGAIN_MS = 15000
};

struct reconcile_options {
    struct google *google;
    struct pg *pg;
    const struct target *target; /* complete; the stream's own dataset */
    const char *schema, *table;
    int64_t window; /* so many of the newest keys, where the key is one whole number; 0: all */
};

struct reconcile_weight {
    const char *schema, *table;
    const char *keys[RECONCILE_KEYS], *types[RECONCILE_KEYS];
    size_t n_keys;
    int64_t window;     /* 0: all */
    bool bounded;       /* one whole number: only keys from low to high are compared */
    int64_t low, high;  /* what comes later is not compared */
    int64_t bytes;      /* that one query reads */
    int64_t most_bytes; /* that all of them may read together */
};
struct task *reconcile_weigh(struct net *net, const struct reconcile_options *o);
const struct reconcile_weight *reconcile_weight(const struct task *t); /* with TASK_OK */

struct reconcile_side {
    int64_t rows;
    uint64_t digest[2];
};
struct reconcile_difference {
    bool at_source;   /* only there; else only in BigQuery */
    const char *key;  /* masked: "4****" */
    const char *hash; /* the first 16 digits, by which either side finds it */
};
struct reconcile {
    struct reconcile_weight weight;
    struct reconcile_side source, destination;
    bool equal;
    bool looked_again; /* what differed was looked at once more, a while later */
    int64_t differing; /* keys that only one side has; -1: too many to look at one by one */
    const struct reconcile_difference *items;
    size_t n;
};
/* o as for the weight. again_ms: how long to wait before what differs is looked at once more, for
 * changes are on their way at any time. */
struct task *reconcile(struct net *net, const struct reconcile_options *o,
                       const struct reconcile_weight *w, int again_ms);
/* RECONCILE_AGAIN_MS; on a scaled clock (STROM_POLL_FLOOR) what is on its way comes sooner. */
int reconcile_again_ms(void);
const struct reconcile *reconcile_result(const struct task *t); /* with TASK_OK */
const char *reconcile_digest(const struct reconcile_side *s, char out[33]);

/* Pure: the statements, for PostgreSQL and for BigQuery. prefix: hexadecimal digits of the hash
 * that make a part; within: n parts of `digits` digits that are looked at (n 0: all). */
struct reconcile_part {
    int prefix, digits;
    const char *const *within;
    size_t n;
};
bool reconcile_sql_source(const struct reconcile_weight *w, const struct reconcile_part *part,
                          struct str *out, struct err *e);
bool reconcile_sql_destination(const struct reconcile_weight *w, const struct target *t,
                               const struct reconcile_part *part, struct str *out, struct err *e);
/* The keys of those parts: hash, first character, length. */
bool reconcile_sql_source_keys(const struct reconcile_weight *w, const struct reconcile_part *part,
                               struct str *out, struct err *e);
bool reconcile_sql_destination_keys(const struct reconcile_weight *w, const struct target *t,
                                    const struct reconcile_part *part, struct str *out,
                                    struct err *e);
/* For the person: where to find the differing rows, in SQL of either side. */
void reconcile_sql_find(const struct reconcile *r, const struct target *t, struct str *out);

/* One comparison, or why there was none (r NULL), as an element of the document of the schema. */
struct json_out;
void reconcile_json(struct json_out *o, const char *schema, const char *table,
                    const struct reconcile *r, const struct err *why);

#endif
