#ifndef STROM_RULES_DOCUMENTS_H
#define STROM_RULES_DOCUMENTS_H

/* What the keys of documents (JSON, hstore) say: they are judged as names of columns are. Pure; a
 * key is kept by its name and a count, values never. */

#include "api/rules/rules.h"

enum { DOCUMENT_KEYS = 64, DOCUMENT_KEY_BYTES = 48 };

struct document_keys {
    uint32_t documents;
    uint32_t n;
    uint32_t hits[DOCUMENT_KEYS]; /* how often each was met */
    bool holds[DOCUMENT_KEYS];    /* always an object or a list of them: the name of a part */
    char name[DOCUMENT_KEYS][DOCUMENT_KEY_BYTES];
};

/* It may be one, by how it begins; blanks before it do not matter. */
bool document_begins(const char *bytes, size_t n);
/* Others are not looked at. A text that was cut off is fine. Keys beyond the first 64 different
 * ones are not kept. */
void document_keys_add(struct document_keys *k, const char *bytes, size_t n);
/* Adds what the keys say to the verdict on their column. by: RULES_BY_DATA or RULES_BY_STATISTICS.
 */
void document_keys_verdict(const struct document_keys *k, const char *schema, const char *table,
                           enum rules_by by, struct rules_verdict *out);

#endif
