#ifndef STROM_CLI_COMMANDS_H
#define STROM_CLI_COMMANDS_H

/* The commands (contract, section 1): a file each. They print and decide nothing; what is true
 * comes from the same api functions as on the screens. */

#include "screens/cli/options.h"

/* Runs o->command; returns the exit code of the contract. */
int command_run(const struct options *o);
#endif
