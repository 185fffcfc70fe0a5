#ifndef STROM_CLI_PICK_H
#define STROM_CLI_PICK_H

/* Choosing by options: --include-tables, --exclude-tables, --columns, --acknowledge; or the plan
 * file's choices. */

#include "api/plan/selection.h"
#include "screens/cli/options.h"

/* False with *e: a name that is not there (ERR_INPUT), or a sensitive column or key without a
 * reason (reason UNACKNOWLEDGED: exit code 4; `plan` takes it in, and names it). A reason tells why
 * and where it was settled: "why; where"; it is signed `by`. Says on stderr what is left out. */
bool pick(struct selection *s, const struct options *o, const char *by, struct err *e);
/* --acknowledge alone, for choices that are made already. */
bool pick_acknowledge(struct selection *s, const struct options *o, const char *by, struct err *e);
/* Where no table can be asked for yet: what --columns names is judged by its name alone, so that
 * nothing is made for a wish that will be refused (contract, section 6). False with *e as above. */
bool pick_by_name(const struct options *o, const struct rules_team *team, struct err *e);

#endif
