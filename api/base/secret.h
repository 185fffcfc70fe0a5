#ifndef STROM_BASE_SECRET_H
#define STROM_BASE_SECRET_H

/* A password or token. It has no printing function; the bytes are wiped when it goes. Opaque: only
 * secret_reveal gives the bytes, and only code that sends them may call it (tests/lint checks who).
 */

#include <stdbool.h>
#include <stddef.h>

struct secret;

struct secret *secret_new(const char *bytes, size_t n); /* copies; the caller wipes its own copy */
struct secret *secret_dup(const struct secret *s);      /* NULL gives NULL */
void secret_free(struct secret *s);                     /* wipes; NULL is fine */
bool secret_is_empty(const struct secret *s);           /* NULL or no bytes */
bool secret_eq(const struct secret *a, const struct secret *b);
const char *secret_reveal(const struct secret *s); /* NUL-terminated; "" for NULL */
void secret_wipe(void *bytes, size_t n);           /* a memset that is not optimised away */
/* No core file of this process and of what it starts, and no other program of the same person may
 * look into its memory (Linux). For the start of a program that will hold secrets. */
void secret_forbid_dumps(void);
/* Replaces, in place, what looks like a secret inside a text for people: bearer tokens, key=value
 * passwords, user:password@ in URLs, PEM blocks, ya29. tokens. Returns true when something was
 * hidden. */
bool secret_scrub(char *text);

#endif
