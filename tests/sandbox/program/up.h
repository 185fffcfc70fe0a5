#ifndef SANDBOX_UP_H
#define SANDBOX_UP_H

#include "tests/sandbox/program/options.h"

int up_run(const struct options *o); /* exit code */

#endif
