#ifndef STROM_RULES_DOCUMENTS_H
#define STROM_RULES_DOCUMENTS_H

/* What the keys of JSON documents say: they are judged as names of columns are. Pure; a key is
 * kept by its name and a count, values never. */

#include "api/rules/rules.h"

enum { DOCUMENT_KEYS = 64, DOCUMENT_KEY_BYTES = 48 };

struct document_keys {
    uint32_t documents;
    uint32_t n;
    uint32_t hits[DOCUMENT_KEYS]; /* how often each was met */
    char name[DOCUMENT_KEYS][DOCUMENT_KEY_BYTES];
};

/* A text that begins as a JSON object or list does; others are not looked at. A text that was cut
 * off is fine. Keys beyond the first 64 different ones are not kept. */
void document_keys_add(struct document_keys *k, const char *bytes, size_t n);
/* Adds what the keys say to the verdict on their column. */
void document_keys_verdict(const struct document_keys *k, const char *schema, const char *table,
                           struct rules_verdict *out);

#endif
