#ifndef STROM_TUI_SPARK_H
#define STROM_TUI_SPARK_H

/* A sparkline: one column a value, newest at the right. What is not known (negative or NaN) is a
 * gap, never 0. */

#include "tui/page.h"

#include <stddef.h>

/* Puts at most `columns` newest values into the open line. Scale: 0 to the largest value shown. */
void spark_put(struct page *p, enum style s, const double *values, size_t n, int columns);

#endif
