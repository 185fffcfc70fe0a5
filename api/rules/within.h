#ifndef STROM_RULES_WITHIN_H
#define STROM_RULES_WITHIN_H

/* Numbers that stand inside a longer text. Texts are not ended by a NUL. */

#include <stddef.h>
#include <stdint.h>

/* FNR, DNR or SYNTHETIC as a bit (validators.h); 0: none of them. */
uint64_t within_person(const char digits[11]);
/* The digits of "1234 56 78901", "+47 12345678"; 0 when there are more than fit. */
size_t within_digits(const char *s, size_t n, char *out, size_t cap);
/* The bits of national numbers and telephones inside: "010203 45678", "+47 ...", FNR01020345678.
 * Eleven digits of a checksum or of a code with more digits are none. */
uint64_t within_numbers(const char *s, size_t n);

/* Which of 64 bits stands for the value: the same for the same one. */
uint64_t within_print(const char *s, size_t n);

#endif
