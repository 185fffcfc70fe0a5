#ifndef TESTS_E2E_HOSTILE_H
#define TESTS_E2E_HOSTILE_H

/* Three hundred and more strings that a name, a comment, an error, a file or a variable may hold,
 * and what nothing of ours may ever print because of one. What would forge a row has HOSTILE_ROW
 * behind that which would begin it, and nothing else has: a row that begins with it is one that
 * somebody else wrote. */

#include <stdbool.h>
#include <stddef.h>

#define HOSTILE_ROW "FORGED"

enum { HOSTILE_TEXT = 1024, HOSTILE_NAME = 64 };

size_t hostile_count(void);
const char *hostile_text(size_t i); /* no NUL inside; some are not UTF-8 */
bool hostile_is_utf8(size_t i);
/* As a name of PostgreSQL: at most 63 bytes, no half character, "" when it is not UTF-8; no two are
 * the same. */
const char *hostile_name(size_t i, char out[HOSTILE_NAME]);
/* Between the quotes of a JSON text. Bytes that are not UTF-8 stay as they are. */
const char *hostile_json(size_t i, char *out, size_t cap);

/* What a command prints: UTF-8, line ends, and nothing that a terminal obeys or a person cannot
 * see; no row begins with HOSTILE_ROW. False with what and where in why. */
bool hostile_is_harmless(const char *bytes, size_t n, char why[256]);

/* What the wizard sends to a terminal: text as above, and of sequences those that it needs, each
 * with numbers alone; one title and one clipboard, of harmless text. The state is kept from call to
 * call. False once, with what and where in why. */
struct hostile_watch {
    int state;
    char sequence[4096]; /* being read */
    size_t n, at;        /* bytes of it; of all */
    char last;           /* the byte before */
    bool taken;          /* between the sequences that take the terminal and give it back */
    char why[256];
};
bool hostile_watch(struct hostile_watch *w, const char *bytes, size_t n);

#endif
