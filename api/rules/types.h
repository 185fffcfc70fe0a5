#ifndef STROM_RULES_TYPES_H
#define STROM_RULES_TYPES_H

/* What a PostgreSQL type can hold, from its name as format_type() gives it. An array holds what its
 * elements do; only those of texts are told apart. */

#include <stdint.h>

enum {
    T_TEXT = 1 << 0,  /* text of any length */
    T_LONG = 1 << 1,  /* text of TYPES_LONG characters or more, or unlimited: room for prose */
    T_ARRAY = 1 << 2, /* an array of texts */
    T_NUMBER = 1 << 3,
    T_BOOL = 1 << 4,
    T_TIME = 1 << 5,
    T_UUID = 1 << 6, /* also char(36) */
    T_JSON = 1 << 7, /* json, jsonb, xml, hstore */
    T_BYTES = 1 << 8,
    T_NET = 1 << 9,
    T_ENUM = 1 << 10, /* a type of the schema's own: an enum or a domain */
    T_GEO = 1 << 11,
    T_OTHER = 1 << 12,  /* ranges, search vectors, ... */
    T_WIDE = 1 << 13,   /* text that somebody gave room for TYPES_WIDE characters or more */
    T_ELEVEN = 1 << 14, /* text of TYPES_FNR characters at most */
    T_VALUE = T_TEXT | T_ARRAY | T_NUMBER | T_BYTES /* can hold a number or a name as such */
};

enum { TYPES_LONG = 40, TYPES_WIDE = 1000, TYPES_FNR = 11 };

/* NULL or "" counts as text: nothing is known against it. */
uint32_t types_of(const char *type);

#endif
