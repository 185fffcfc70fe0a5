#ifndef STROM_BASE_LOG_H
#define STROM_BASE_LOG_H

/* A small log for people who ask for it (-v, --log FILE). Every line passes the scrubber: bearer
 * tokens, passwords in connection strings and private keys never reach it; foreign bytes are made
 * visible. Level 0 is silent; 1 steps, 2 requests, 3 detail. */

#include "api/base/err.h"

#include <stdbool.h>

bool log_open(int level, const char *file, struct err *e); /* file NULL: stderr */
void log_close(void);
int log_level(void);
void log_line(int level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
