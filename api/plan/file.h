#ifndef STROM_PLAN_FILE_H
#define STROM_PLAN_FILE_H

/* replication.json (contract, section 8): a selection as text that a review in git can read. Fixed
 * order of keys, sorted, one column a line, ends in a newline: what was read and is written again
 * has not changed a byte. */

#include "api/base/err.h"
#include "api/base/str.h"
#include "api/base/target.h"
#include "api/plan/selection.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    PLAN_FILE_VERSION = 1,
    PLAN_FILE_MAX_BYTES = 64 * 1024 * 1024,
    PLAN_FILE_MAX_TABLES = 10000, /* Datastream's own limit */
    PLAN_FILE_MAX_COLUMNS = 1600  /* PostgreSQL's own limit, a table */
};

/* A reason counts, and is written, only where its column is included. */

/* Strict: unknown and doubled keys, wrong types, sizes, a newer version: ERR_INPUT with the key and
 * the line in `why`. out is initialised here; on failure there is nothing to release. */
bool plan_file_read(const char *text, size_t bytes, struct selection *out, struct err *e);
/* False with *e (ERR_INPUT) and the names: a table or column flows by the file that is not among
 * what the database was `seen` to have, or against the rules of selection.h (a key that is left
 * out, a type that is not carried, a partition beside its root, housekeeping). */
bool plan_file_fits(const struct selection *file, const struct selection *seen, struct err *e);
/* What is off and has a name that could not be read again (a line break in it) is left out. */
void plan_file_write(const struct selection *s, struct str *out);
bool plan_file_save(const struct selection *s, const char *path, struct err *e); /* replaces it */
/* The text of a file that could be read, with another slot: every other byte is as it was. The name
 * is one of PostgreSQL's: a-z, 0-9, _. False: the file names no slot. */
bool plan_file_with_slot(const char *text, size_t bytes, const char *slot, struct str *out);
/* Source, destination and names of the file into the target; what it does not tell stays. */
void plan_file_target(const struct selection *file, struct target *t);
/* The JSON Schema of the file, ending in a newline. */
const char *plan_file_schema(void);

#endif
