#ifndef SANDBOX_DOWN_H
#define SANDBOX_DOWN_H

#include "tests/sandbox/program/place.h"

/* p is NULL when nothing answers for the folder. Exit code. */
int down_run(const char *folder, const struct place *p);

#endif
