#ifndef STROM_RULES_CODES_H
#define STROM_RULES_CODES_H

/* Values without spaces: idents, codes, keys and tokens. */

#include "api/rules/shape.h"

/* Its kinds; BIT(CODE) besides when it is a letter with digits behind. */
uint64_t code_classify(const char *s, size_t n, const struct counts *c);
/* Begins as keys and tokens of known makers do. */
bool code_has_secret_prefix(const char *s, size_t n, const struct counts *c);
/* The same of a word inside a text, where prefixes of two letters are not enough. */
bool code_is_key_inside(const char *s, size_t n);
/* STRENGT_FORTROLIG and its kin, in any writing: whose address nobody may know. */
bool code_is_protection(const char *s, size_t n);
bool code_is_url_with_password(const char *s, size_t n); /* postgres://user:word@host/db */

#endif
