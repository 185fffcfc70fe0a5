#ifndef STROM_CLI_COMMAND_H
#define STROM_CLI_COMMAND_H

/* The commands, a file each; every one returns the exit code of the contract. */

#include "screens/cli/options.h"

int command_check(const struct options *o);
int command_tables(const struct options *o);
int command_judge(const struct options *o); /* tables --judge FILE.csv */
int command_files(const struct options *o);
int command_plan(const struct options *o);
int command_apply(const struct options *o);
int command_create(const struct options *o);
int command_status(const struct options *o);
int command_review(const struct options *o);
int command_delete(const struct options *o);
int command_stream(const struct options *o); /* stream pause, resume, backfill, ... */
int command_access(const struct options *o); /* access show, grant, drop */
int command_export(const struct options *o); /* export sql */
int command_sandbox(const struct options *o);
int command_config(const struct options *o); /* config --explain */
int command_man(const struct options *o); /* the man pages' source, for the build */
int command_completion(const struct options *o);
int command_complete(const struct options *o); /* what the shells' scripts ask */

#endif
