#ifndef STROM_RULES_NUMBERS_H
#define STROM_RULES_NUMBERS_H

/* Numbers with control digits, beside those of validators.h. Texts are not ended by a NUL. */

#include "api/rules/validators.h"

#include <stdbool.h>
#include <stddef.h>

int number_of(const char *digits, size_t n); /* at most nine digits */
bool number_is_date(int day, int month);
/* A day that a person may be born on, of whatever kind of number, and the second control digit. */
bool number_is_dated(const char digits[11]);
bool number_is_card(const char *digits, size_t n); /* n from 14 to 16 */
bool number_is_iban(const char *text, size_t n);   /* spaces may stand in it */
/* Does one begin here, whatever follows it? */
bool number_begins_iban(const char *text, size_t n);
bool number_is_ean(const char digits[13]); /* the control digit of goods */

#endif
