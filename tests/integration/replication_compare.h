#ifndef TESTS_REPLICATION_COMPARE_H
#define TESTS_REPLICATION_COMPARE_H

#include "tests/integration/replication_world.h"

/* Every row and every column of every table, source against file, by value. What differs is printed
 * (cut short); returns how many tables do. In append-only mode the history must end in the source's
 * state. *rows gets the number of rows compared. */
int compare_all(PGconn *source, const char *sqlite_path, bool append_only, bool added, long *rows);

#endif
