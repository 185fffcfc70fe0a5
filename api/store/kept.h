#ifndef STROM_STORE_KEPT_H
#define STROM_STORE_KEPT_H

/* A small map of text keys to texts, numbers and truths: cursors, half-typed fields, choices.
 * Ordered by key, so that its JSON text is the same for the same contents. Never put a secret into
 * it: it goes to disk. */

#include "api/base/err.h"
#include "api/base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KEPT_MAX_ENTRIES = 1000000, KEPT_MAX_BYTES = 32 * 1024 * 1024 };

struct kept;

struct kept *kept_new(void);
struct kept *kept_dup(const struct kept *k);
void kept_free(struct kept *k); /* NULL is fine */
bool kept_eq(const struct kept *a, const struct kept *b);

/* Keys are copied, values too; setting replaces. A NULL text removes the key. */
void kept_set_text(struct kept *k, const char *key, const char *value);
void kept_set_int(struct kept *k, const char *key, int64_t value);
void kept_set_bool(struct kept *k, const char *key, bool value);
void kept_remove(struct kept *k, const char *key);
void kept_remove_under(struct kept *k,
                       const char *prefix); /* every key that starts so; "" clears */

/* A NULL map, a missing key and a value of another type all give `otherwise`. Texts are borrowed
 * until the key is set again. */
const char *kept_text(const struct kept *k, const char *key, const char *otherwise);
int64_t kept_int(const struct kept *k, const char *key, int64_t otherwise);
bool kept_bool(const struct kept *k, const char *key, bool otherwise);
bool kept_has(const struct kept *k, const char *key);

size_t kept_count(const struct kept *k);
const char *kept_key(const struct kept *k, size_t at); /* in order; NULL beyond the end */
size_t kept_first_under(const struct kept *k,
                        const char *prefix); /* where keys with it begin, or would */

/* {"key":"text","other":3,"third":true} on one line. */
void kept_write(const struct kept *k, struct str *out);
/* NULL with *e filled when it is no such text; values of another type (from a newer version) are
 * left out. */
struct kept *kept_read(const char *json, size_t bytes, struct err *e);

#endif
