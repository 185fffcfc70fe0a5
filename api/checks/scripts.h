#ifndef STROM_CHECKS_SCRIPTS_H
#define STROM_CHECKS_SCRIPTS_H

/* What the migrations that Flyway has recorded make, by their text in the app's repository. */

#include "api/checks/source_checks.h"

/* Reads files: only where something that a migration makes is missing, and only the newest few
 * hundred. Those that are not there are left out: they are judged by their names. repo NULL: none.
 * In a. */
const struct source_script *scripts_read(struct arena *a, const char *repo,
                                         const struct source_facts *f,
                                         const struct source_wanted *wanted, size_t *n);
/* Of one text: what it makes of this publication, slot and user. */
struct source_script script_of(const char *name, const char *sql,
                               const struct source_wanted *wanted);

#endif
