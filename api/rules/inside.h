#ifndef STROM_RULES_INSIDE_H
#define STROM_RULES_INSIDE_H

/* What stands somewhere in a longer text or document, beside numbers (within.h). */

#include "api/rules/shape.h"

uint64_t inside_text(const char *s, size_t n, const struct counts *c);     /* keys, IBAN */
uint64_t inside_prose(const char *s, size_t n, const struct counts *c);    /* a street's number */
uint64_t inside_document(const char *s, size_t n, const struct counts *c); /* names, addresses */
bool inside_is_document(const char *s, size_t n); /* begins and ends as JSON or XML does */

#endif
