#ifndef STROM_CLI_MANUAL_H
#define STROM_CLI_MANUAL_H

/* What users rely on besides options (contract, sections 2 and 3), in tables: the man page prints
 * them, and tests hold README and the product's own look-ups against them. */

#include "api/base/str.h"

struct manual_row {
    const char *name, *what;
};
extern const struct manual_row manual_exits[], manual_environment[], manual_files[],
    manual_examples[]; /* each ends in a row without a name */

/* strom(1), strom-plan(5) and strom-sandbox(1), in mdoc. */
void manual_strom(struct str *out);
void manual_plan(struct str *out);
void manual_sandbox(struct str *out);

#endif
