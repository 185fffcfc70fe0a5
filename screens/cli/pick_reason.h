#ifndef STROM_CLI_PICK_REASON_H
#define STROM_CLI_PICK_REASON_H

/* What --acknowledge TABLE.COLUMN=... says behind the equals sign: why a sensitive column may flow,
 * where that was settled, and of a column of code 6/7 how protected people are kept apart. */

#include "api/plan/selection.h"

enum { PICK_ACK = 1024 };

struct pick_reason {
    char why[PICK_ACK]; /* with SELECTION_PROTECTED and the answer behind it, where there is one */
    char where[PICK_ACK];
    bool answered; /* about code 6/7 */
};

/* "why; where", "why; protected_address: how; where" ("kode 6/7:" and "code 6/7:" do as well), or
 * one sentence that tells why and where. ERR_INPUT otherwise. */
bool pick_reason_read(const char *text, struct pick_reason *out, struct err *e);
/* Such a column is asked about by its name: false with the reason UNACKNOWLEDGED (exit code 4), and
 * the hint tells what to type. */
bool pick_reason_protected(const struct selection_table *t, const char *column, struct err *e);

#endif
