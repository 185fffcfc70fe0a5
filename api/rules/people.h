#ifndef STROM_RULES_PEOPLE_H
#define STROM_RULES_PEOPLE_H

/* Frequent names and the endings of streets: a list of our own, in people.def. */

#include <stdbool.h>
#include <stddef.h>

bool people_has_name(const char *text, size_t n); /* one of its words is a frequent name */
/* A given name first and a family name last, or the other way with a comma between. */
bool people_is_full_name(const char *text, size_t n);
bool people_is_address(const char *text,
                       size_t n); /* a street with a number, a postal code with a place */
/* It can be nothing else: a street as they are called in Norway with its number, or all of it. */
bool people_is_full_address(const char *text, size_t n);

/* A street and a number somewhere in it: "bor i Storgata 12 nå". */
bool people_holds_street(const char *text, size_t n);

#endif
