#ifndef STROM_RULES_PEOPLE_H
#define STROM_RULES_PEOPLE_H

/* Frequent names and the endings of streets: a list of our own, in people.def. */

#include <stdbool.h>
#include <stddef.h>

bool people_has_name(const char *text, size_t n); /* one of its words is a frequent name */
bool people_is_address(const char *text,
                       size_t n); /* a street with a number, a postal code with a place */

#endif
