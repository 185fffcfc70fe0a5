#ifndef STROM_CLI_SCHEMAS_H
#define STROM_CLI_SCHEMAS_H

#include <stdbool.h>

/* The JSON Schemas of what --json prints, and of the plan file: `strom COMMAND --schema`. */

/* NULL: the command has none. Ends in a newline. */
const char *schema_of(const char *command);
const char *schema_of_document(const char *command);
int schema_print(const char *command, bool document); /* returns the exit code */

#endif
